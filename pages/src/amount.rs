//! Amounts for people: `€10`, `10 €`, `$10`, `1 234,50 zł`, `15 %`.
//!
//! Whole amounts have no decimals ("Give €10"); others have as many as their
//! currency. Spaces inside an amount never break over a line.

use grapevine_domain::money::{Currency, Money};
use grapevine_domain::reward::{Offer, TimeUnit};

use crate::Locale;
use crate::text::one_line;

const NO_BREAK_SPACE: char = '\u{a0}';

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
        match self {
            Self::Money(money) => format_money(*money, locale),
            Self::Percent(basis_points) => {
                locale.percent_off(&format_percent(*basis_points, locale))
            }
            Self::Thing(name) => one_line(name),
            Self::Points(points) => {
                let number = format_count(u64::from(*points), locale);
                match plural(*points, locale) {
                    Plural::One => locale.points_one(&number),
                    Plural::Few => locale.points_few(&number),
                    Plural::Many => locale.points_many(&number),
                }
            }
            Self::Donation(money, recipient) => {
                locale.donation(&format_money(*money, locale), &one_line(recipient))
            }
            Self::Period(count, unit) => {
                let number = format_count(u64::from(*count), locale);
                match (unit, plural(*count, locale)) {
                    (TimeUnit::Days, Plural::One) => locale.free_days_one(&number),
                    (TimeUnit::Days, Plural::Few) => locale.free_days_few(&number),
                    (TimeUnit::Days, Plural::Many) => locale.free_days_many(&number),
                    (TimeUnit::Months, Plural::One) => locale.free_months_one(&number),
                    (TimeUnit::Months, Plural::Few) => locale.free_months_few(&number),
                    (TimeUnit::Months, Plural::Many) => locale.free_months_many(&number),
                }
            }
        }
    }
}

enum Plural {
    One,
    Few,
    Many,
}

/// The form of a noun behind a whole number, by CLDR's plural rules.
const fn plural(count: u32, locale: Locale) -> Plural {
    match (locale, count % 10, count % 100) {
        _ if count == 1 => Plural::One,
        (Locale::Pl, 2..=4, tens) if tens < 12 || tens > 14 => Plural::Few,
        _ => Plural::Many,
    }
}

/// An amount in a language's notation, with the currency's own decimals.
#[must_use]
pub fn format_money(money: Money, locale: Locale) -> String {
    let number = number(money.minor, u32::from(money.currency.exponent()), locale);
    let sign = if money.minor < 0 { "\u{2212}" } else { "" };
    match symbol(money.currency.as_str(), locale) {
        Symbol::Before(symbol) => format!("{sign}{symbol}{number}"),
        Symbol::After(symbol) => format!("{sign}{number}{NO_BREAK_SPACE}{symbol}"),
    }
}

fn format_percent(basis_points: u32, locale: Locale) -> String {
    let number = number(i64::from(basis_points), 2, locale);
    let number = match number.split_once(decimal_mark(locale)) {
        Some(_) => number.trim_end_matches('0').to_owned(),
        None => number,
    };
    match locale {
        Locale::En => format!("{number}%"),
        Locale::Pl => format!("{number}{NO_BREAK_SPACE}%"),
    }
}

/// A count with its thousands set apart.
pub fn format_count(count: u64, locale: Locale) -> String {
    grouped(u128::from(count), locale)
}

fn number(minor: i64, exponent: u32, locale: Locale) -> String {
    let (minor, unit) = (minor.unsigned_abs(), 10_u64.pow(exponent));
    let (whole, rest) = (grouped(u128::from(minor / unit), locale), minor % unit);
    if rest == 0 {
        return whole;
    }
    let width = usize::try_from(exponent).unwrap_or_default();
    format!("{whole}{}{rest:0width$}", decimal_mark(locale))
}

const fn decimal_mark(locale: Locale) -> char {
    match locale {
        Locale::En => '.',
        Locale::Pl => ',',
    }
}

fn grouped(number: u128, locale: Locale) -> String {
    let digits = number.to_string();
    let (mark, from) = match locale {
        Locale::En => (',', 4),
        // Polish typography leaves four digits together.
        Locale::Pl => (NO_BREAK_SPACE, 5),
    };
    if digits.len() < from {
        return digits;
    }
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

enum Symbol<'a> {
    Before(&'a str),
    After(&'a str),
}

fn symbol(code: &str, locale: Locale) -> Symbol<'_> {
    match (code, locale) {
        // As browsers' `Intl` writes them, so that mail and panel say the same.
        ("EUR", Locale::En) => Symbol::Before("€"),
        ("USD", Locale::En) => Symbol::Before("$"),
        ("GBP", Locale::En) => Symbol::Before("£"),
        ("JPY", Locale::En) => Symbol::Before("¥"),
        ("INR", Locale::En) => Symbol::Before("₹"),
        ("USD", Locale::Pl) => Symbol::After("$"),
        ("GBP", Locale::Pl) => Symbol::After("£"),
        ("JPY", Locale::Pl) => Symbol::After("¥"),
        ("EUR", _) => Symbol::After("€"),
        ("PLN", _) => Symbol::After("zł"),
        ("CZK", _) => Symbol::After("Kč"),
        ("HUF", _) => Symbol::After("Ft"),
        ("RON", _) => Symbol::After("lei"),
        ("UAH", _) => Symbol::After("₴"),
        ("TRY", _) => Symbol::After("₺"),
        (code, _) => Symbol::After(code),
    }
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
            (-1_000, "EUR", "\u{2212}€10", "\u{2212}10 €"),
            (123_450, "PLN", "1,234.50 zł", "1234,50 zł"),
            (1_234_567, "PLN", "12,345.67 zł", "12 345,67 zł"),
            (1_000, "USD", "$10", "10 $"),
            (-250, "USD", "\u{2212}$2.50", "\u{2212}2,50 $"),
            (1_000, "JPY", "¥1,000", "1000 ¥"),
            (1_500, "KWD", "1.500 KWD", "1,500 KWD"),
            (2_000, "KWD", "2 KWD", "2 KWD"),
            (
                i64::MIN,
                "EUR",
                "\u{2212}€92,233,720,368,547,758.08",
                "\u{2212}92 233 720 368 547 758,08 €",
            ),
        ];
        for (minor, code, english, polish) in table {
            let money = Money {
                minor,
                currency: Currency::parse(code).unwrap(),
            };
            let space = |text: String| text.replace(NO_BREAK_SPACE, " ");
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
            (1_500, "15% off", "15\u{a0}% rabatu"),
            (1_250, "12.5% off", "12,5\u{a0}% rabatu"),
            (1, "0.01% off", "0,01\u{a0}% rabatu"),
        ] {
            assert_eq!(Worth::Percent(points).format(Locale::En), english);
            assert_eq!(Worth::Percent(points).format(Locale::Pl), polish);
        }
    }
}
