//! The languages that mails and shopper pages speak. The words are in
//! `locales/<tag>.json`; the build makes one method of each.

include!(concat!(env!("OUT_DIR"), "/words.rs"));

impl Locale {
    /// The language for a BCP 47 tag or an `Accept-Language` value's first
    /// entry: `pl`, `pl-PL` and `PL_pl` are Polish, unknown ones English.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        let language = tag
            .split(['-', '_', ',', ';'])
            .next()
            .unwrap_or_default()
            .trim();
        Self::ALL
            .into_iter()
            .find(|locale| locale.tag().eq_ignore_ascii_case(language))
            .unwrap_or_default()
    }

    /// The month's name as it stands in a date.
    pub(crate) fn month(self, number: i8) -> &'static str {
        let index = usize::try_from(number)
            .unwrap_or_default()
            .saturating_sub(1);
        self.months().get(index).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_chooses_the_nearest_language() {
        for (tag, locale) in [
            ("pl", Locale::Pl),
            ("pl-PL,en;q=0.8", Locale::Pl),
            ("PL_pl", Locale::Pl),
            ("en-GB", Locale::En),
            ("ja", Locale::En),
            ("", Locale::En),
        ] {
            assert_eq!(Locale::from_tag(tag), locale, "{tag}");
        }
    }

    #[test]
    fn placeholders_are_filled_in_every_language() {
        for locale in Locale::ALL {
            let offer = locale.offer("10 €", "15 %");
            assert!(offer.contains("10 €") && offer.contains("15 %"), "{offer}");
            assert!(!offer.contains('{'));
        }
    }
}
