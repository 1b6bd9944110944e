//! The merchant's rules as one document, and what is wrong with a draft.

use crate::attribution::Model;
use crate::money::{Currency, LARGEST_MINOR, Money};
use crate::reward::Offer;

/// Longest attribution window in days; browsers keep no cookie longer.
pub const LONGEST_WINDOW_DAYS: u32 = 400;
/// Longest hold period in days.
pub const LONGEST_HOLD_DAYS: u32 = 365;

/// A programme: who gets what, when, under which limits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Program {
    /// What the advocate gets for each friend who buys.
    pub advocate: Offer,
    /// What the friend gets on the first order.
    pub friend: Offer,
    /// The smallest order that counts, after discounts.
    pub minimum_order: Option<Money>,
    /// Days between an order (its own time, however late it was reported) and
    /// the approval of its rewards, so that a return can still void them.
    pub hold_days: u32,
    /// Days after a click in which an order counts for it.
    pub window_days: u32,
    /// Which click counts when there were several.
    pub attribution: Model,
    /// Only a friend's first order at the shop counts.
    pub new_customers_only: bool,
    /// Whether an order that only a browser reported can pay.
    pub browser_orders_pay: bool,
}

/// One mistake in a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Problem {
    /// Where, as a path into the document: `advocate.money.minor`.
    pub path: &'static str,
    /// What is wrong, in a sentence for the merchant.
    pub sentence: &'static str,
}

impl Program {
    /// A careful start: 10 units of money for each side, 14 days of hold, new
    /// customers only, 30 days from click to order.
    #[must_use]
    pub fn starter(currency: Currency) -> Self {
        let unit = 10i64.pow(u32::from(currency.exponent()));
        let money = Money {
            minor: 10 * unit,
            currency,
        };
        Self {
            advocate: Offer::StoreCredit { money },
            friend: Offer::AmountOff { money },
            minimum_order: None,
            hold_days: 14,
            window_days: 30,
            attribution: Model::LastClick,
            new_customers_only: true,
            browser_orders_pay: false,
        }
    }

    /// Every mistake at once; empty when the programme can go live in a shop
    /// that takes `currency`.
    #[must_use]
    pub fn problems(&self, currency: Currency) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut check = |holds: bool, path, sentence| {
            if !holds {
                problems.push(Problem { path, sentence });
            }
        };
        let offers = [
            (self.advocate, "advocate.money", "advocate.basis_points"),
            (self.friend, "friend.money", "friend.basis_points"),
        ];
        for (offer, money_path, share_path) in offers {
            if let Some(money) = offer.money() {
                check(
                    (1..=LARGEST_MINOR).contains(&money.minor),
                    money_path,
                    "A reward must be more than nothing and no more than 10,000,000,000.00.",
                );
                check(
                    money.currency == currency,
                    money_path,
                    "A reward must be in the shop's currency.",
                );
            }
            if let Some(share) = offer.basis_points() {
                check(
                    (1..=10_000).contains(&share),
                    share_path,
                    "A percentage must be above 0 and at most 100 (10,000 basis points).",
                );
            }
        }
        if let Some(minimum) = self.minimum_order {
            check(
                (1..=LARGEST_MINOR).contains(&minimum.minor) && minimum.currency == currency,
                "minimum_order",
                "The minimum order must be above nothing and in the shop's currency.",
            );
        }
        check(
            self.hold_days <= LONGEST_HOLD_DAYS,
            "hold_days",
            "The hold period can be at most 365 days.",
        );
        check(
            (1..=LONGEST_WINDOW_DAYS).contains(&self.window_days),
            "window_days",
            "The time from click to order must be 1 to 400 days.",
        );
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_starter_is_without_fault_in_any_currency() {
        for code in ["EUR", "JPY", "KWD"] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!(Program::starter(currency).problems(currency), []);
        }
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let currency = Currency::parse("EUR").unwrap();
        let mut program = Program::starter(Currency::parse("USD").unwrap());
        program.friend = Offer::PercentOff {
            basis_points: 10_001,
        };
        program.minimum_order = Some(Money { minor: 0, currency });
        program.hold_days = 366;
        program.window_days = 0;
        let paths: Vec<_> = program
            .problems(currency)
            .iter()
            .map(|problem| problem.path)
            .collect();
        assert_eq!(
            paths,
            [
                "advocate.money",
                "friend.basis_points",
                "minimum_order",
                "hold_days",
                "window_days"
            ]
        );
    }
}
