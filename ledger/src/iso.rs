//! Times as the outside sees them: RFC 3339 in UTC.

use grapevine_domain::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A time that is written as `2026-12-06T10:00:00.000Z` and read with any offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Iso(pub Timestamp);

impl Iso {
    /// The text, always with three decimals, so that texts sort as their times do.
    /// Times beyond the calendar's range become its start.
    #[must_use]
    pub fn text(self) -> String {
        self.0.to_iso()
    }

    /// Reads RFC 3339 with an offset or `Z`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Timestamp::from_iso(text).map(Self)
    }
}

impl From<Timestamp> for Iso {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl Serialize for Iso {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Iso {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(
                "a time must be RFC 3339 with an offset, such as 2026-12-06T10:00:00Z",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc_and_read_with_any_offset() {
        let iso = Iso::parse("2026-12-06T12:00:00+02:00").unwrap();
        assert_eq!(iso.text(), "2026-12-06T10:00:00.000Z");
        assert_eq!(
            Iso(Timestamp(1_795_000_000_123)).text(),
            "2026-11-18T11:06:40.123Z"
        );
        let texts = [600, 610, 1_000].map(|ms| Iso(Timestamp(ms)).text());
        assert!(texts.is_sorted(), "{texts:?}");
        for wrong in ["", "yesterday", "2026-12-06", "2026-12-06T10:00:00"] {
            assert_eq!(Iso::parse(wrong), None, "{wrong}");
        }
    }
}
