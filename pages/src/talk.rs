//! The panel's own words, for what is said without the panel: by the launcher, and by
//! the plain page that stands in for it. They are those of `widget/locales/`; the build
//! makes one static table of each language.
//!
//! Not for: mails and the pages around a link, which have words of their own
//! ([`crate::Locale`]).

use grapevine_domain::money::{Currency, Money};
use grapevine_domain::reward::Offer;

use crate::Worth;
use crate::notation::Notation;
use crate::text::{fill, one_line};

include!(concat!(env!("OUT_DIR"), "/talk.rs"));

/// Longest worth that a launcher names, in characters: more would stand in the way.
const LONGEST_WORTH: usize = 20;

/// A language that the panel speaks.
#[derive(Clone, Copy)]
pub struct Talk(&'static Words);

impl core::fmt::Debug for Talk {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Talk({})", self.tag())
    }
}

/// What one side gets: an offer with its amount in the merchant's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gift {
    kind: &'static str,
    worth: Worth,
}

impl Gift {
    /// What an offer gives, amounts in a currency.
    #[must_use]
    pub fn of(offer: &Offer, currency: Currency) -> Self {
        Self {
            kind: offer.kind(),
            worth: Worth::of(offer, currency),
        }
    }
}

impl Talk {
    /// The language of a BCP 47 tag by its first part, if the panel speaks it.
    #[must_use]
    pub fn find(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|known| known.tag().eq_ignore_ascii_case(language))
    }

    /// The language of a tag; English for one that is not spoken.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        Self::find(tag).unwrap_or(Self(&EN))
    }

    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        self.0.tag
    }

    /// Which way it is written: `rtl` or `ltr`.
    #[must_use]
    pub fn direction(self) -> &'static str {
        if self.tag() == "ar" { "rtl" } else { "ltr" }
    }

    pub(crate) fn words(self) -> &'static Words {
        self.0
    }

    fn notation(self) -> &'static Notation {
        Notation::of(self.tag())
    }

    /// What is given, short: `10 €`, `15% off`, `500 points`, `3 months free`.
    fn amount(self, worth: &Worth) -> String {
        let (words, notation) = (self.0, self.notation());
        match worth {
            Worth::Money(money) => notation.money(*money),
            Worth::Percent(points) => fill(words.percent, &[("share", &notation.percent(*points))]),
            Worth::Thing(name) => one_line(name),
            Worth::Points(points) => {
                let count = u64::from(*points);
                let form = notation.category(count).of(&words.points);
                fill(form, &[("number", &notation.count(count))])
            }
            Worth::Period(count, unit) => {
                fill(words.period, &[("period", &notation.period(*count, *unit))])
            }
            Worth::Donation(money, recipient) => {
                let amount = notation.money(*money);
                let places = [("amount", amount.as_str()), ("name", &one_line(recipient))];
                fill(words.donation, &places)
            }
        }
    }

    /// What is given and of which kind: `10 € in store credit`.
    pub(crate) fn offer(self, gift: &Gift) -> String {
        let amount = self.amount(&gift.worth);
        match self.0.kind(gift.kind) {
            Some(text) => fill(text, &[("amount", &amount)]),
            None => amount,
        }
    }

    /// What a friend gets, and for what: `10 € off your first order`.
    pub(crate) fn gift(self, gift: &Gift) -> String {
        let text = if gift.kind.ends_with("_off") {
            self.0.gift_off
        } else {
            self.0.gift_with
        };
        fill(text, &[("offer", &self.offer(gift))])
    }

    /// What is given, short.
    pub(crate) fn worth(self, gift: &Gift) -> String {
        self.amount(&gift.worth)
    }

    pub(crate) fn count(self, count: u64) -> String {
        self.notation().count(count)
    }

    /// The form of a text that goes with a number.
    pub(crate) fn form(self, count: u64, forms: &[&'static str; 6]) -> &'static str {
        self.notation().category(count).of(forms)
    }

    pub(crate) fn money(self, money: Money) -> String {
        self.notation().money(money)
    }
}

/// What a launcher says: the reader's own reward, else the friend's; `None` where there
/// is nothing to be had.
#[must_use]
pub fn launcher_text(
    locale: &str,
    advocate: Option<Worth>,
    friend: Option<Worth>,
) -> Option<String> {
    let talk = Talk::of(locale);
    let words = talk.words();
    let (named, unnamed) = match advocate {
        Some(_) => (words.launcher_get, words.launcher_get_any),
        None => (words.launcher_give, words.launcher_give_any),
    };
    let amount = talk.amount(&advocate.or(friend)?);
    let is_long = amount.chars().count() > LONGEST_WORTH;
    Some(if is_long {
        unnamed.to_owned()
    } else {
        fill(named, &[("amount", &amount)])
    })
}

/// What the button says that hides the launcher.
#[must_use]
pub fn close_label(locale: &str) -> &'static str {
    Talk::of(locale).words().close
}

#[cfg(test)]
mod tests {
    use grapevine_domain::reward::TimeUnit;

    use super::*;

    #[test]
    fn the_launcher_promises_what_there_is() {
        let points = || Some(Worth::Points(500));
        let share = || Some(Worth::Percent(1_500));
        let thing = || Some(Worth::Thing("A very long name for a tea box".to_owned()));
        for (own, friend, english, polish) in [
            (points(), share(), "Get 500 points", "Odbierz 500 punktów"),
            (thing(), None, "Get a reward", "Odbierz nagrodę"),
            (
                None,
                share(),
                "Give friends 15% off",
                "Daj znajomym 15% rabatu",
            ),
            (None, thing(), "Give friends a gift", "Daj znajomym prezent"),
        ] {
            let said = |locale| launcher_text(locale, own.clone(), friend.clone());
            assert_eq!(said("en-GB").as_deref(), Some(english));
            assert_eq!(said("pl").as_deref(), Some(polish));
            assert_eq!(said("xx").as_deref(), Some(english));
        }
        assert_eq!(launcher_text("en", None, None), None);
        assert_eq!(
            (close_label("en"), close_label("pl_PL")),
            ("Close", "Zamknij")
        );
    }

    #[test]
    fn all_fourteen_are_spoken() {
        let currency = Currency::parse("EUR").unwrap();
        let ten = || {
            Some(Worth::Money(Money {
                minor: 1_000,
                currency,
            }))
        };
        for tag in "en pl bg ru hu ro de fr es it cs uk tr ar".split(' ') {
            let talk = Talk::find(tag).unwrap();
            assert_eq!(talk.tag(), tag);
            let own = launcher_text(tag, ten(), ten()).unwrap();
            let friends = launcher_text(tag, None, ten()).unwrap();
            assert!(
                own.contains("10") && friends.contains("10"),
                "{own} {friends}"
            );
            assert!(own.chars().count() < 40, "{own}");
            assert_ne!(own, friends);
        }
        assert_eq!(Talk::ALL.len(), 14);
        assert_eq!(Talk::of("ar-EG").direction(), "rtl");
    }

    #[test]
    fn every_language_says_every_worth() {
        let currency = Currency::parse("EUR").unwrap();
        let money = Money {
            minor: 1_050,
            currency,
        };
        for talk in Talk::ALL {
            for worth in [
                Worth::Money(money),
                Worth::Percent(1_250),
                Worth::Points(22),
                Worth::Period(3, TimeUnit::Months),
                Worth::Period(1, TimeUnit::Days),
                Worth::Donation(money, "{amount} & co".to_owned()),
                Worth::Thing("Tea {box}".to_owned()),
            ] {
                let said = talk.amount(&worth);
                let literal = matches!(worth, Worth::Donation(..) | Worth::Thing(_));
                assert!(
                    !said.is_empty() && (literal || !said.contains('{')),
                    "{said}"
                );
                let launcher = launcher_text(talk.tag(), Some(worth), None);
                assert!(launcher.is_some_and(|text| !text.is_empty()));
            }
        }
    }

    #[test]
    fn every_language_of_the_panel_has_a_notation() {
        let currency = Currency::parse("EUR").unwrap();
        let money = Money {
            minor: 123_450,
            currency,
        };
        let english = Talk::of("en").money(money);
        for talk in Talk::ALL {
            assert_eq!(talk.money(money) == english, talk.tag() == "en", "{talk:?}");
        }
    }
}
