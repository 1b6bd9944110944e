//! Points in time and spans, in whole milliseconds. Not a calendar: dates for
//! people are made where they are shown.

/// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Timestamp(pub i64);

/// Milliseconds in one day.
pub const DAY_MS: i64 = 86_400_000;

impl Timestamp {
    /// The point `days` days later; saturates at the ends of the range.
    #[must_use]
    pub const fn plus_days(self, days: u32) -> Self {
        self.plus_ms(DAY_MS.saturating_mul(days as i64))
    }

    /// The point `ms` milliseconds later (earlier when negative); saturates.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Whole days since 1970-01-01 in UTC: the key of daily counters.
    #[must_use]
    pub const fn day(self) -> i64 {
        self.0.div_euclid(DAY_MS)
    }

    /// Whole seconds since 1970, rounded down and held within what a click
    /// token stores (32 bits, until 2106).
    #[must_use]
    pub fn seconds(self) -> u32 {
        u32::try_from(self.0.div_euclid(1000).max(0)).unwrap_or(u32::MAX)
    }

    /// The start of a second since 1970.
    #[must_use]
    pub const fn from_seconds(seconds: u32) -> Self {
        Self(seconds as i64 * 1000)
    }

    /// `2026-12-06T10:00:00.000Z`, always with three decimals, so that texts sort as
    /// their times do. Times beyond the calendar's range become its start.
    #[cfg(feature = "serde")]
    #[must_use]
    pub fn to_iso(self) -> String {
        let time = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        format!("{time:.3}")
    }

    /// Reads RFC 3339 with an offset or `Z`.
    #[cfg(feature = "serde")]
    #[must_use]
    pub fn from_iso(text: &str) -> Option<Self> {
        let time: jiff::Timestamp = text.parse().ok()?;
        Some(Self(time.as_millisecond()))
    }
}

/// Times in documents that people write: RFC 3339, read with any offset.
#[cfg(feature = "serde")]
pub(crate) mod iso {
    use super::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(
        at: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(Timestamp::to_iso).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else {
            return Ok(None);
        };
        let at = Timestamp::from_iso(&text).ok_or_else(|| {
            serde::de::Error::custom(
                "a time must be RFC 3339 with an offset, such as 2026-12-06T10:00:00Z",
            )
        })?;
        Ok(Some(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_1970_also_before_it() {
        assert_eq!(Timestamp(0).day(), 0);
        assert_eq!(Timestamp(DAY_MS - 1).day(), 0);
        assert_eq!(Timestamp(-1).day(), -1);
    }

    #[test]
    fn spans_saturate() {
        assert_eq!(Timestamp(i64::MAX).plus_days(1), Timestamp(i64::MAX));
        assert_eq!(Timestamp(-5).seconds(), 0);
    }
}
