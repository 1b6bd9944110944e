//! What an order means: whether it makes a referral, and why (not).

use crate::attribution::{Candidate, Decision};
use crate::fraud::{self, Facts, VOID_AT};
use crate::money::Money;
use crate::program::Program;

/// Who told us of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Reporter {
    /// The page that the buyer saw: anyone can call it, so it proves nothing.
    Browser,
    /// The shop's server, by a secret key or a signed webhook.
    Server,
}

/// Why an order makes no referral, or makes one that does not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum No {
    /// No link and no code led to it.
    NotReferred,
    /// The friend had ordered before.
    NotNewCustomer,
    /// The order is below the programme's minimum.
    BelowMinimum,
    /// The order is in a currency that the programme does not reward.
    OtherCurrency,
    /// The order was cancelled or fully refunded.
    Refunded,
    /// A fraud signal spoke against it.
    Fraud(&'static str),
}

impl No {
    /// The stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotReferred => "not_referred",
            Self::NotNewCustomer => "not_new_customer",
            Self::BelowMinimum => "below_minimum",
            Self::OtherCurrency => "other_currency",
            Self::Refunded => "refunded",
            Self::Fraud(signal) => signal,
        }
    }
}

/// An order as far as it is known.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// What was paid, after discounts.
    pub amount: Money,
    /// What was given back so far, in the order's currency.
    pub refunded_minor: i64,
    /// Whether the friend had an order before this one.
    pub is_repeat: bool,
}

impl Order {
    /// What is left of the order after refunds.
    #[must_use]
    pub const fn kept(&self) -> Money {
        let minor = self.amount.minor.saturating_sub(self.refunded_minor);
        Money {
            minor: if minor < 0 { 0 } else { minor },
            ..self.amount
        }
    }
}

/// What an order means under a programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// A referral that stands, for this candidate.
    Stands(&'a Candidate),
    /// A referral that is recorded but void, so that the merchant can see it
    /// and put it right.
    Void(&'a Candidate, No),
    /// No referral.
    Nothing(No),
}

/// Judges one order.
#[must_use]
pub fn judge<'a>(
    program: &Program,
    order: &Order,
    decision: &'a Decision,
    facts: &Facts<'_>,
) -> Verdict<'a> {
    let Some(winner) = &decision.winner else {
        return Verdict::Nothing(No::NotReferred);
    };
    if program.new_customers_only && order.is_repeat {
        return Verdict::Nothing(No::NotNewCustomer);
    }
    let signals = fraud::fired(facts);
    let weight: u32 = signals.iter().map(|signal| signal.weight).sum();
    if let (true, Some(signal)) = (weight >= VOID_AT, signals.first()) {
        return Verdict::Void(winner, No::Fraud(signal.code));
    }
    if order.amount.minor > 0 && order.kept().minor == 0 {
        return Verdict::Void(winner, No::Refunded);
    }
    if let Some(minimum) = program.minimum_order {
        if order.amount.currency != minimum.currency {
            return Verdict::Void(winner, No::OtherCurrency);
        }
        if order.kept().minor < minimum.minor {
            return Verdict::Void(winner, No::BelowMinimum);
        }
    }
    Verdict::Stands(winner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribution::Source;
    use crate::money::Currency;
    use crate::time::Timestamp;

    fn euros(minor: i64) -> Money {
        Money {
            minor,
            currency: Currency::parse("EUR").unwrap(),
        }
    }

    fn program() -> Program {
        let mut program = Program::starter(euros(0).currency);
        program.minimum_order = Some(euros(2_500));
        program
    }

    fn referred() -> Decision {
        let winner = Candidate {
            source: Source::Click,
            advocate: Some("adv".into()),
            at: Timestamp(0),
            click: None,
            channel: None,
        };
        Decision {
            winner: Some(winner),
            losers: vec![],
        }
    }

    fn order(minor: i64) -> Order {
        Order {
            amount: euros(minor),
            refunded_minor: 0,
            is_repeat: false,
        }
    }

    fn verdict(order: &Order, facts: &Facts<'_>) -> &'static str {
        match judge(&program(), order, &referred(), facts) {
            Verdict::Stands(_) => "stands",
            Verdict::Void(_, no) | Verdict::Nothing(no) => no.code(),
        }
    }

    #[test]
    fn a_new_friend_with_a_large_enough_order_stands() {
        assert_eq!(verdict(&order(2_500), &Facts::default()), "stands");
        assert_eq!(verdict(&order(2_499), &Facts::default()), "below_minimum");
    }

    #[test]
    fn refunds_count_against_the_minimum() {
        let partly = Order {
            refunded_minor: 1,
            ..order(2_500)
        };
        assert_eq!(verdict(&partly, &Facts::default()), "below_minimum");
        let beyond = Order {
            refunded_minor: 9_999,
            ..order(2_500)
        };
        assert_eq!(verdict(&beyond, &Facts::default()), "refunded");
    }

    #[test]
    fn nobody_refers_himself_or_an_old_customer() {
        let facts = Facts {
            advocate_email: Some("h"),
            friend_email: Some("h"),
        };
        assert_eq!(verdict(&order(5_000), &facts), "self_referral");
        let repeat = Order {
            is_repeat: true,
            ..order(5_000)
        };
        assert_eq!(verdict(&repeat, &Facts::default()), "not_new_customer");
    }

    #[test]
    fn an_order_in_another_currency_is_not_measured_against_the_minimum() {
        let dollars = Money {
            minor: 9_000,
            currency: Currency::parse("USD").unwrap(),
        };
        let order = Order {
            amount: dollars,
            ..order(0)
        };
        assert_eq!(verdict(&order, &Facts::default()), "other_currency");
    }
}
