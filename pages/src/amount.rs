//! What one side gets, for people: `€10`, `10 €`, `15% off`, `3 free months`.
//!
//! Numbers are written by [`crate::notation`]; the words around them are those of
//! mails and pages.

use grapevine_domain::money::{Currency, Money};
use grapevine_domain::reward::{Offer, TimeUnit};

use crate::Locale;
use crate::notation::{Category, Notation};
use crate::text::one_line;

/// What one side gets: an amount, a share of an order, or a thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// A fixed amount.
    Money(Money),
    /// Hundredths of a percent.
    Percent(u32),
    /// Something by its name.
    Thing(String),
    /// Points of the shop.
    Points(u32),
    /// A time that costs nothing.
    Period(u32, TimeUnit),
    /// An amount for somebody else, by name.
    Donation(Money, String),
}

impl Worth {
    /// What an offer gives, amounts in a currency.
    #[must_use]
    pub fn of(offer: &Offer, currency: Currency) -> Self {
        match (offer, offer.money(currency), offer.basis_points()) {
            (Offer::Donation { recipient, .. }, Some(money), _) => {
                Self::Donation(money, recipient.clone())
            }
            (_, Some(money), _) => Self::Money(money),
            (_, _, Some(basis_points)) => Self::Percent(basis_points),
            (Offer::Points { points, .. }, ..) => Self::Points(*points),
            (Offer::FreePeriod { count, unit, .. }, ..) => Self::Period(*count, *unit),
            _ => Self::Thing(offer.name().to_owned()),
        }
    }

    /// The worth in a language's notation.
    #[must_use]
    pub fn format(&self, locale: Locale) -> String {
        let notation = Notation::of(locale.tag());
        match self {
            Self::Money(money) => notation.money(*money),
            Self::Percent(basis_points) => locale.percent_off(&notation.percent(*basis_points)),
            Self::Thing(name) => one_line(name),
            Self::Points(points) => {
                let count = u64::from(*points);
                let number = notation.count(count);
                match notation.category(count) {
                    Category::One => locale.points_one(&number),
                    Category::Few => locale.points_few(&number),
                    _ => locale.points_many(&number),
                }
            }
            Self::Donation(money, recipient) => {
                locale.donation(&notation.money(*money), &one_line(recipient))
            }
            Self::Period(count, unit) => {
                let count = u64::from(*count);
                let number = notation.count(count);
                match (unit, notation.category(count)) {
                    (TimeUnit::Days, Category::One) => locale.free_days_one(&number),
                    (TimeUnit::Days, Category::Few) => locale.free_days_few(&number),
                    (TimeUnit::Days, _) => locale.free_days_many(&number),
                    (TimeUnit::Months, Category::One) => locale.free_months_one(&number),
                    (TimeUnit::Months, Category::Few) => locale.free_months_few(&number),
                    (TimeUnit::Months, _) => locale.free_months_many(&number),
                }
            }
        }
    }
}

/// An amount in a language's notation, with the currency's own decimals.
#[must_use]
pub fn format_money(money: Money, locale: Locale) -> String {
    Notation::of(locale.tag()).money(money)
}

/// A count with its thousands set apart.
pub fn format_count(count: u64, locale: Locale) -> String {
    Notation::of(locale.tag()).count(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use grapevine_domain::money::Amounts;

    #[test]
    fn money_is_written_as_people_write_it() {
        let table = [
            (1_000, "EUR", "€10", "10 €"),
            (1_050, "EUR", "€10.50", "10,50 €"),
            (5, "EUR", "€0.05", "0,05 €"),
            (0, "EUR", "€0", "0 €"),
            (-1_000, "EUR", "-€10", "-10 €"),
            (123_450, "PLN", "PLN 1,234.50", "1234,50 zł"),
            (1_234_567, "PLN", "PLN 12,345.67", "12 345,67 zł"),
            (1_000, "USD", "$10", "10 USD"),
            (-250, "USD", "-$2.50", "-2,50 USD"),
            (1_000, "JPY", "¥1,000", "1000 JPY"),
            (1_500, "KWD", "KWD 1.500", "1,500 KWD"),
            (2_000, "KWD", "KWD 2", "2 KWD"),
            (
                i64::MIN,
                "EUR",
                "-€92,233,720,368,547,758.08",
                "-92 233 720 368 547 758,08 €",
            ),
        ];
        for (minor, code, english, polish) in table {
            let money = Money {
                minor,
                currency: Currency::parse(code).unwrap(),
            };
            let space = |text: String| text.replace('\u{a0}', " ");
            assert_eq!(space(format_money(money, Locale::En)), english);
            assert_eq!(space(format_money(money, Locale::Pl)), polish);
        }
    }

    #[test]
    fn times_and_points_are_counted_as_people_count() {
        let months = |count| Worth::Period(count, TimeUnit::Months);
        for (count, english, polish) in [
            (1, "1 free month", "1 miesiąc gratis"),
            (3, "3 free months", "3 miesiące gratis"),
            (12, "12 free months", "12 miesięcy gratis"),
            (22, "22 free months", "22 miesiące gratis"),
        ] {
            assert_eq!(months(count).format(Locale::En), english);
            assert_eq!(months(count).format(Locale::Pl), polish);
        }
        for (count, english, polish) in [
            (1, "1 point", "1 punkt"),
            (22, "22 points", "22 punkty"),
            (1_500, "1,500 points", "1500 punktów"),
        ] {
            assert_eq!(Worth::Points(count).format(Locale::En), english);
            assert_eq!(Worth::Points(count).format(Locale::Pl), polish);
        }
        let named = Worth::Thing("Tea box".to_owned());
        assert_eq!(named.format(Locale::Pl), "Tea box");
    }

    #[test]
    fn a_donation_names_who_gets_it() {
        let currency = Currency::parse("EUR").unwrap();
        let offer = Offer::Donation {
            amounts: Amounts::of(Money {
                minor: 500,
                currency,
            }),
            recipient: "Clean Rivers".to_owned(),
        };
        let worth = Worth::of(&offer, currency);
        assert_eq!(worth.format(Locale::En), "€5 for Clean Rivers");
        assert_eq!(worth.format(Locale::Pl), "5\u{a0}€ na cel „Clean Rivers”");
    }

    #[test]
    fn shares_drop_needless_decimals() {
        for (points, english, polish) in [
            (1_500, "15% off", "15% rabatu"),
            (1_250, "12.5% off", "12,5% rabatu"),
            (1, "0.01% off", "0,01% rabatu"),
        ] {
            assert_eq!(Worth::Percent(points).format(Locale::En), english);
            assert_eq!(Worth::Percent(points).format(Locale::Pl), polish);
        }
    }
}
