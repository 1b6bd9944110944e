//! Calendar periods by which caps, budgets, prizes and goals are counted, in UTC.

use crate::time::{DAY_MS, Timestamp};

/// A span of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Period {
    /// From midnight to midnight.
    Day,
    /// From Monday to Monday.
    Week,
    /// A calendar month.
    Month,
    /// Three calendar months, from January, April, July or October.
    Quarter,
    /// A calendar year.
    Year,
    /// Without end.
    AllTime,
}

/// From `start` up to, but not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Its first millisecond.
    pub start: Timestamp,
    /// The first millisecond after it.
    pub end: Timestamp,
}

impl Span {
    /// All of time.
    pub const ALL: Self = Self {
        start: Timestamp(i64::MIN),
        end: Timestamp(i64::MAX),
    };

    /// Whether it holds that point.
    #[must_use]
    pub const fn holds(self, at: Timestamp) -> bool {
        self.start.0 <= at.0 && at.0 < self.end.0
    }
}

impl Period {
    /// The period of this kind in which `at` lies.
    #[must_use]
    pub const fn around(self, at: Timestamp) -> Span {
        let day = at.day();
        match self {
            Self::Day => days(day, day + 1),
            Self::Week => {
                // 1970-01-01 was a Thursday, three days after a Monday.
                let monday = day - (day + 3).rem_euclid(7);
                days(monday, monday + 7)
            }
            Self::Month => months(day, 1),
            Self::Quarter => months(day, 3),
            Self::Year => months(day, 12),
            Self::AllTime => Span::ALL,
        }
    }
}

const fn days(from: i64, to: i64) -> Span {
    Span {
        start: Timestamp(from.saturating_mul(DAY_MS)),
        end: Timestamp(to.saturating_mul(DAY_MS)),
    }
}

/// The run of `count` months, counted from January, in which a day lies.
const fn months(day: i64, count: i64) -> Span {
    let (year, month) = year_and_month(day);
    let first = (month - 1) / count * count + 1;
    let next = first + count;
    let (end_year, end_month) = if next > 12 {
        (year + 1, next - 12)
    } else {
        (year, next)
    };
    days(first_day(year, first), first_day(end_year, end_month))
}

/// Days since 1970 of the first day of a month, by the proleptic Gregorian
/// calendar. Source: Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms", `days_from_civil`.
const fn first_day(year: i64, month: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year and month (1 to 12) of a day; `civil_from_days` of the same source.
const fn year_and_month(day: i64) -> (i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = (shifted_month + 2) % 12 + 1;
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-25T10:00:00Z, a Wednesday.
    const WEDNESDAY: Timestamp = Timestamp(1_795_600_800_000);

    fn day_numbers(period: Period) -> (i64, i64) {
        let span = period.around(WEDNESDAY);
        assert!(span.holds(WEDNESDAY));
        (span.start.day(), span.end.day())
    }

    #[test]
    fn periods_begin_where_the_calendar_says() {
        let today = WEDNESDAY.day();
        assert_eq!(today, 20_782);
        assert_eq!(day_numbers(Period::Day), (today, today + 1));
        assert_eq!(day_numbers(Period::Week), (today - 2, today + 5));
        assert_eq!(day_numbers(Period::Month), (today - 24, today + 6));
        assert_eq!(day_numbers(Period::Quarter), (today - 55, today + 37));
        assert_eq!(day_numbers(Period::Year), (today - 328, today + 37));
    }

    #[test]
    fn every_day_of_two_centuries_lies_in_one_month_and_months_meet() {
        let mut end = Period::Month.around(Timestamp(-36_524 * DAY_MS)).end;
        for day in -36_500..36_525 {
            let span = Period::Month.around(Timestamp(day * DAY_MS));
            assert!(span.holds(Timestamp(day * DAY_MS)));
            let length = span.end.day() - span.start.day();
            assert!((28..=31).contains(&length), "{length} days around {day}");
            if span.start.day() == day {
                assert_eq!(span.start, end, "months leave no gap before {day}");
                end = span.end;
            }
        }
    }

    #[test]
    fn leap_years_are_the_calendar_s() {
        for (day, length) in [(11_016, 29), (-25_530, 28), (19_782, 29), (20_512, 28)] {
            // February of 2000, 1900, 2024 and 2026.
            let span = Period::Month.around(Timestamp(day * DAY_MS));
            assert_eq!(span.end.day() - span.start.day(), length, "{day}");
        }
    }

    #[test]
    fn the_ends_of_time_saturate() {
        for at in [i64::MIN, i64::MAX] {
            for period in [Period::Day, Period::Week, Period::Month, Period::Year] {
                let span = period.around(Timestamp(at));
                assert!(span.start <= span.end);
            }
        }
        assert!(Period::AllTime.around(WEDNESDAY).holds(WEDNESDAY));
    }
}
