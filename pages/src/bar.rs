//! Widths of chart bars, as the attribute of an SVG rectangle.

/// The share of `whole` in percent, one decimal, for a `width` attribute. What
/// is more than nothing stays visible.
pub fn width(part: u64, whole: u64) -> String {
    if part == 0 || whole == 0 {
        return "0".to_owned();
    }
    let permille = (u128::from(part.min(whole)) * 1000 / u128::from(whole)).max(6);
    format!("{}.{}%", permille / 10, permille % 10)
}

/// The share of `whole` in words: `4.2%`, `<0.1%`, `38%`. `None` of nothing.
pub fn share(part: u64, whole: u64) -> Option<String> {
    if whole == 0 {
        return None;
    }
    let permille = (u128::from(part) * 1000 + u128::from(whole) / 2) / u128::from(whole);
    Some(match permille {
        0 if part > 0 => "<0.1%".to_owned(),
        0 => "0%".to_owned(),
        1..100 if permille % 10 != 0 => format!("{}.{}%", permille / 10, permille % 10),
        _ => format!(
            "{}%",
            crate::amount::format_count(
                u64::try_from((permille + 5) / 10).unwrap_or(u64::MAX),
                crate::Locale::En
            )
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_never_leave_their_box_and_never_vanish() {
        assert_eq!(width(0, 10), "0");
        assert_eq!(width(1, 1_000_000), "0.6%");
        assert_eq!(width(20, 10), "100.0%");
        assert_eq!(width(u64::MAX, u64::MAX), "100.0%");
    }

    #[test]
    fn shares_read_easily() {
        for (part, whole, words) in [
            (1, 3, "33%"),
            (42, 1000, "4.2%"),
            (40, 1000, "4%"),
            (1, 100_000, "<0.1%"),
            (0, 5, "0%"),
            (15, 10, "150%"),
        ] {
            assert_eq!(share(part, whole).as_deref(), Some(words));
        }
        assert_eq!(share(1, 0), None);
    }
}
