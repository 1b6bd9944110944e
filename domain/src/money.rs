//! Amounts of money: whole minor units with their currency, never a float.

mod exponent;

use core::fmt;
use std::collections::BTreeMap;

use exponent::{NO_DECIMALS, THREE_DECIMALS, holds};

/// An ISO-4217 alphabetic code such as `EUR`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct Currency([u8; 3]);

/// Why a text is not a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCurrency;

impl fmt::Display for UnknownCurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a currency is a current ISO-4217 code of three capital letters, such as EUR")
    }
}

/// The currencies with two decimals, by ISO 4217 table A.1.
const TWO_DECIMALS: &[u8] = b"AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL \
BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP \
GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR \
LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN \
PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB \
TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

impl Currency {
    /// Reads a code of three capital letters.
    ///
    /// # Errors
    /// When it is not a current ISO-4217 code of money in circulation.
    pub fn parse(text: &str) -> Result<Self, UnknownCurrency> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| UnknownCurrency)?;
        let lists = [NO_DECIMALS, THREE_DECIMALS, TWO_DECIMALS];
        let known = lists.iter().any(|list| holds(list, &code));
        if known {
            Ok(Self(code))
        } else {
            Err(UnknownCurrency)
        }
    }

    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How many decimals the minor unit stands for: 0, 2 or 3.
    #[must_use]
    pub fn exponent(self) -> u8 {
        exponent::exponent(&self.0)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Currency {
    type Error = UnknownCurrency;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[A-Z]{3}$",
            "description": "A current ISO-4217 code such as EUR.",
        })
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

/// An amount in minor units (cents, yen, fils) of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Money {
    /// Minor units; negative amounts occur only in differences.
    pub minor: i64,
    /// Its currency.
    pub currency: Currency,
}

/// The largest amount that is accepted from outside: far above any order, far
/// below what could overflow when amounts are added or multiplied.
pub const LARGEST_MINOR: i64 = 1_000_000_000_000;

impl Money {
    /// Nothing, in a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// The sum, when both are of one currency and it fits.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        let minor = self.minor.checked_add(other.minor)?;
        (self.currency == other.currency).then_some(Self { minor, ..self })
    }

    /// That many hundredths of a percent of it, rounded half to even to whole
    /// minor units. `None` when it does not fit.
    #[must_use]
    pub fn basis_points(self, basis_points: u32) -> Option<Self> {
        self.share(i64::from(basis_points), 10_000)
    }

    /// `part` of `whole` of it, rounded half to even to whole minor units. `None`
    /// when it does not fit, or there is no whole.
    #[must_use]
    pub fn share(self, part: i64, whole: i64) -> Option<Self> {
        if whole <= 0 {
            return None;
        }
        let (scaled, whole) = (i128::from(self.minor) * i128::from(part), i128::from(whole));
        let (floor, rest) = (scaled.div_euclid(whole), scaled.rem_euclid(whole));
        let up = match (rest * 2).cmp(&whole) {
            core::cmp::Ordering::Less => 0,
            core::cmp::Ordering::Greater => 1,
            core::cmp::Ordering::Equal => floor.rem_euclid(2),
        };
        let minor = i64::try_from(floor + up).ok()?;
        Some(Self { minor, ..self })
    }
}

/// One amount in each of several currencies: `{"EUR": 1000, "USD": 1100}`, minor
/// units. No rate ever turns one into the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Amounts(pub BTreeMap<Currency, i64>);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Amounts {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amounts".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "description": "One amount in each of several currencies, by their current ISO-4217 \
                            codes, in minor units (cents, yen, fils): {\"EUR\": 1000, \"JPY\": 1500}. \
                            The shop's own currency must be there. No rate ever turns one into \
                            the other.",
            "patternProperties": {
                "^[A-Z]{3}$": { "type": "integer", "minimum": 1, "maximum": LARGEST_MINOR },
            },
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 20,
        })
    }
}

impl Amounts {
    /// A table with one entry.
    #[must_use]
    pub fn of(money: Money) -> Self {
        Self(BTreeMap::from([(money.currency, money.minor)]))
    }

    /// The amount in that currency, where there is one.
    #[must_use]
    pub fn get(&self, currency: Currency) -> Option<Money> {
        let minor = *self.0.get(&currency)?;
        Some(Money { minor, currency })
    }

    /// Every amount, by currency.
    pub fn iter(&self) -> impl Iterator<Item = Money> + '_ {
        self.0.iter().map(|(currency, minor)| Money {
            minor: *minor,
            currency: *currency,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money {
            minor,
            currency: Currency::parse(code).unwrap(),
        }
    }

    #[test]
    fn currencies_have_their_own_exponent() {
        for (code, exponent) in [("EUR", 2), ("JPY", 0), ("KWD", 3), ("ZWG", 2), ("AED", 2)] {
            assert_eq!(
                Currency::parse(code).unwrap().exponent(),
                exponent,
                "{code}"
            );
        }
        for wrong in ["", "eur", "EURO", "XXX", "UR ", "R G", "E\u{20ac}"] {
            assert_eq!(Currency::parse(wrong), Err(UnknownCurrency), "{wrong}");
        }
    }

    #[test]
    fn a_percentage_rounds_half_to_even() {
        for (minor, points, result) in [
            (1_000, 1_000, 100),
            (5, 1_000, 0),
            (15, 1_000, 2),
            (25, 1_000, 2),
            (26, 1_000, 3),
            (333, 3_333, 111),
        ] {
            assert_eq!(
                money(minor, "EUR").basis_points(points),
                Some(money(result, "EUR"))
            );
        }
        assert_eq!(money(i64::MAX, "EUR").basis_points(20_000), None);
    }

    #[test]
    fn a_share_of_an_amount_rounds_half_to_even_and_needs_a_whole() {
        let ten = money(1_000, "EUR");
        assert_eq!(ten.share(3_000, 4_500), Some(money(667, "EUR")));
        assert_eq!(money(1, "EUR").share(1, 2), Some(money(0, "EUR")));
        assert_eq!(money(3, "EUR").share(1, 2), Some(money(2, "EUR")));
        assert_eq!(ten.share(1, 0), None);
    }

    #[test]
    fn a_table_has_one_amount_a_currency() {
        let mut table = Amounts::of(money(1_000, "EUR"));
        table.0.insert(Currency::parse("JPY").unwrap(), 1_500);
        assert_eq!(
            table.get(Currency::parse("JPY").unwrap()),
            Some(money(1_500, "JPY"))
        );
        assert_eq!(table.get(Currency::parse("USD").unwrap()), None);
        assert_eq!(table.iter().count(), 2);
    }

    #[test]
    fn currencies_do_not_mix() {
        assert_eq!(money(1, "EUR").plus(money(1, "USD")), None);
        assert_eq!(money(i64::MAX, "EUR").plus(money(1, "EUR")), None);
        assert_eq!(money(1, "EUR").plus(money(2, "EUR")), Some(money(3, "EUR")));
    }
}
