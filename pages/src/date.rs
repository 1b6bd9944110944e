//! Dates for people. Always UTC, and said so wherever a time of day is shown:
//! a mail has no reader's clock to go by.

use grapevine_domain::time::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::Locale;

fn civil(at: Timestamp) -> DateTime {
    let stamp = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    Offset::UTC.to_datetime(stamp)
}

/// `6 December 2026`
pub fn date(at: Timestamp, locale: Locale) -> String {
    let at = civil(at);
    let (day, year) = (at.day().to_string(), at.year().to_string());
    locale.date(&day, locale.month(at.month()), &year)
}

/// `6 December 2026, 10:30 UTC`
pub fn date_time(at: Timestamp, locale: Locale) -> String {
    let time = civil(at);
    let time = format!("{:02}:{:02}", time.hour(), time.minute());
    locale.date_time(&date(at, locale), &time)
}

/// `2026-12-06 10:30`, for tables: sorts by eye and keeps its width.
pub fn compact(at: Timestamp) -> String {
    let at = civil(at);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute()
    )
}

/// `2026-12-06T10:30Z`, for the `datetime` attribute.
pub fn machine(at: Timestamp) -> String {
    compact(at).replacen(' ', "T", 1) + "Z"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_as_people_write_them() {
        let at = Timestamp(1_796_553_000_000);
        assert_eq!(date(at, Locale::En), "6 December 2026");
        assert_eq!(date(at, Locale::Pl), "6 grudnia 2026");
        assert_eq!(date_time(at, Locale::En), "6 December 2026, 10:30 UTC");
        assert_eq!(compact(at), "2026-12-06 10:30");
        assert_eq!(machine(at), "2026-12-06T10:30Z");
    }

    #[test]
    fn a_time_out_of_range_is_no_failure() {
        assert_eq!(compact(Timestamp(i64::MAX)), "1970-01-01 00:00");
    }
}
