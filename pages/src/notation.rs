//! How each of the fourteen languages writes numbers, money, percent and spans of
//! time: as the browser's `Intl` does, so that a page of ours and the panel say the
//! same.
//!
//! Guarantees: digits are Latin, as `Intl` writes them in all fourteen where no
//! territory is named; whole amounts have no decimals; spaces inside an amount never
//! break over a line. The tables come from `notation/make.mjs`, and the tests compare
//! with what `Intl` said. ICU's own crate with its data would weigh several times as
//! much for the same few forms.

use grapevine_domain::money::Money;
use grapevine_domain::reward::TimeUnit;

/// The notation of one language.
pub struct Notation {
    tag: &'static str,
    decimal: &'static str,
    group: &'static str,
    /// Digits of the smallest number that is grouped.
    grouped_from: usize,
    /// What stands before and after an amount; `¤` is the currency's place.
    money: [&'static str; 2],
    debt: [&'static str; 2],
    percent: [&'static str; 2],
    /// Currencies that have another symbol than their code, with it: `EUR€ USD$`.
    symbols: &'static str,
    days: [&'static str; 6],
    months: [&'static str; 6],
}

include!(concat!(env!("OUT_DIR"), "/notation.rs"));

/// CLDR's plural categories, in the order of every list of forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    Zero,
    One,
    Two,
    Few,
    Many,
    Other,
}

impl Category {
    /// The one of six forms that goes with it.
    pub fn of<'a>(self, forms: &[&'a str; 6]) -> &'a str {
        let [zero, one, two, few, many, other] = forms;
        match self {
            Self::Zero => zero,
            Self::One => one,
            Self::Two => two,
            Self::Few => few,
            Self::Many => many,
            Self::Other => other,
        }
    }
}

/// The place of a number in a text.
const NUMBER: &str = "{n}";
/// The place of a currency's symbol.
const CURRENCY: char = '¤';

impl Notation {
    /// The notation of a language by its tag, `en` or `en-GB`; English for others.
    pub fn of(tag: &str) -> &'static Self {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        let found = ALL
            .iter()
            .find(|known| known.tag.eq_ignore_ascii_case(language));
        let [first, ..] = &ALL;
        let english = || ALL.iter().find(|known| known.tag == "en");
        found.or_else(english).unwrap_or(first)
    }

    /// The form of a noun behind a whole number, by CLDR's plural rules.
    pub fn category(&self, count: u64) -> Category {
        use Category::{Few, Many, One, Other, Two, Zero};
        let (last, two) = (count % 10, count % 100);
        let teens = (11..=14).contains(&two);
        let millions = count > 0 && count.is_multiple_of(1_000_000);
        match (self.tag, count) {
            ("ar", 0) => Zero,
            ("fr", 0) => One,
            (_, 1) => One,
            ("ar", 2) => Two,
            ("ar", _) => match two {
                3..=10 => Few,
                11..=99 => Many,
                _ => Other,
            },
            ("cs", 2..=4) => Few,
            ("es" | "fr" | "it", _) if millions => Many,
            ("ro", _) if count == 0 || (1..=19).contains(&two) => Few,
            ("ru" | "uk", _) if last == 1 && !teens => One,
            ("pl" | "ru" | "uk", _) if (2..=4).contains(&last) && !teens => Few,
            ("pl" | "ru" | "uk", _) => Many,
            _ => Other,
        }
    }

    /// A whole number with its thousands set apart.
    pub fn count(&self, count: u64) -> String {
        self.grouped(&count.to_string())
    }

    /// An amount with the currency's own decimals, none where there are no cents.
    pub fn money(&self, money: Money) -> String {
        let decimals = u32::from(money.currency.exponent());
        let number = self.number(money.minor.unsigned_abs(), decimals, false);
        let symbol = self.symbol(money.currency.as_str());
        let [before, after] = if money.minor < 0 {
            self.debt
        } else {
            self.money
        };
        // Between letters and digits that would touch, `Intl` puts a space.
        let letters = symbol.ends_with(|last: char| last.is_ascii_alphanumeric());
        let gap = if before.ends_with(CURRENCY) && letters {
            "\u{a0}"
        } else {
            ""
        };
        let put = |text: &str| text.replace(CURRENCY, symbol);
        format!("{}{gap}{number}{}", put(before), put(after))
    }

    /// Hundredths of a percent, with at most two decimals.
    pub fn percent(&self, basis_points: u32) -> String {
        let [before, after] = self.percent;
        let number = self.number(u64::from(basis_points), 2, true);
        format!("{before}{number}{after}")
    }

    /// `3 months`.
    pub fn period(&self, count: u32, unit: TimeUnit) -> String {
        let forms = match unit {
            TimeUnit::Days => &self.days,
            TimeUnit::Months => &self.months,
        };
        let count = u64::from(count);
        let form = self.category(count).of(forms);
        form.replace(NUMBER, &self.count(count))
    }

    /// A number of so many decimals: all of them or none; `short`: no zeros at the end.
    fn number(&self, minor: u64, decimals: u32, short: bool) -> String {
        let unit = 10_u64.pow(decimals);
        let whole = self.grouped(&(minor / unit).to_string());
        if minor.is_multiple_of(unit) {
            return whole;
        }
        let width = usize::try_from(decimals).unwrap_or_default();
        let rest = format!("{:0width$}", minor % unit);
        let rest = if short {
            rest.trim_end_matches('0')
        } else {
            rest.as_str()
        };
        format!("{whole}{}{rest}", self.decimal)
    }

    fn grouped(&self, digits: &str) -> String {
        if digits.len() < self.grouped_from {
            return digits.to_owned();
        }
        let mut text = String::with_capacity(digits.len() * 2);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push_str(self.group);
            }
            text.push(digit);
        }
        text
    }

    fn symbol<'a>(&self, code: &'a str) -> &'a str
    where
        Self: 'static,
    {
        let symbols: &'static str = self.symbols;
        let entries = symbols.split(' ');
        let mut found = entries.filter_map(|entry| entry.strip_prefix(code));
        found.next().unwrap_or(code)
    }
}

#[cfg(test)]
mod tests {
    use grapevine_domain::money::Currency;

    use super::*;

    /// What `Intl` said, by `notation/make.mjs`.
    const EXPECTED: &str = include_str!("../notation/expected.tsv");

    fn money(number: &str, code: &str) -> Money {
        let currency = Currency::parse(code).unwrap();
        let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
        let width = usize::from(currency.exponent());
        let minor = format!("{whole}{rest:0<width$}").parse().unwrap();
        Money { minor, currency }
    }

    #[test]
    fn numbers_are_written_as_the_browser_writes_them() {
        let mut compared = 0;
        for line in EXPECTED.lines() {
            let [tag, kind, detail, number, wanted] =
                line.split('\t').collect::<Vec<_>>().try_into().unwrap();
            let notation = Notation::of(tag);
            let written = match kind {
                "money" => notation.money(money(number, detail)),
                "percent" => notation.percent(number.parse().unwrap()),
                "count" => {
                    let count = number.parse().unwrap();
                    let category = format!("{:?}", notation.category(count));
                    assert_eq!(category.to_lowercase(), detail, "{line}");
                    notation.count(count)
                }
                "days" => notation.period(number.parse().unwrap(), TimeUnit::Days),
                "months" => notation.period(number.parse().unwrap(), TimeUnit::Months),
                _ => panic!("{line}"),
            };
            assert_eq!(written, wanted, "{line}");
            compared += 1;
        }
        assert!(compared > 3_000, "{compared}");
    }

    #[test]
    fn the_largest_and_the_smallest_amount_can_be_written() {
        let currency = Currency::parse("EUR").unwrap();
        let write = |minor| Notation::of("en").money(Money { minor, currency });
        assert_eq!(write(i64::MIN), "-€92,233,720,368,547,758.08");
        assert_eq!(write(0), "€0");
        assert_eq!(Notation::of("xx").tag, "en");
        assert_eq!(Notation::of("PL-pl").tag, "pl");
    }
}
