//! Prices in euro cents, and how the shop writes them.
//!
//! Not for other currencies: this shop has one, with two decimals.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The shop's only currency, as the edge wants it.
pub const CURRENCY: &str = "EUR";

/// An amount in euro cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cents(pub u32);

impl Cents {
    pub const fn times(self, quantity: u32) -> Self {
        Self(self.0.saturating_mul(quantity))
    }

    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Never below zero: nobody is paid for shopping.
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// A share of the amount in hundredths of a per cent (1,000 is 10 %),
    /// rounded to the nearest cent, a half upwards; never more than the whole.
    pub fn share(self, basis_points: u32) -> Self {
        let exact = u64::from(self.0) * u64::from(basis_points.min(10_000));
        Self(u32::try_from((exact + 5_000) / 10_000).unwrap_or(u32::MAX))
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "€{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_written_with_two_decimals() {
        assert_eq!(Cents(5).to_string(), "€0.05");
        assert_eq!(Cents(1450).to_string(), "€14.50");
    }

    #[test]
    fn a_share_rounds_half_a_cent_up_and_never_exceeds_the_whole() {
        assert_eq!(Cents(1450).share(1_000), Cents(145));
        assert_eq!(Cents(1325).share(1_000), Cents(133));
        assert_eq!(Cents(1450).share(u32::MAX), Cents(1450));
    }
}
