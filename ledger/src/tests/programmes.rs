//! Programmes that use every rule that a count could depend on.

use grapevine_domain::money::{Amounts, Currency};
use grapevine_domain::period::Period;
use grapevine_domain::program::{Budget, Cap, NewCustomer, Prize, Program, SelfReferral, Trigger};
use grapevine_domain::reward::{Clawback, Offer, PartialRefund, SideRules};

use super::harness::{credit, share, starter};

fn both(euros: i64, dollars: i64) -> Amounts {
    let [eur, usd] = ["EUR", "USD"].map(|code| Currency::parse(code).unwrap());
    Amounts([(eur, euros), (usd, dollars)].into())
}

fn money(amounts: Amounts) -> SideRules {
    SideRules::of(Offer::StoreCredit { amounts })
}

/// A careful, a generous and a thrifty one, one for sign-ups, one for second orders.
pub fn programs() -> Vec<Program> {
    let careful = Program {
        minimum_order: Some(both(2_000, 2_500)),
        advocate: Some(money(both(1_000, 1_100))),
        friend: Some(share(1_000)),
        ..starter()
    };
    let generous = Program {
        trigger: Trigger::EveryOrder,
        new_customer: NewCustomer::Anyone,
        advocate: Some(share(1_500)),
        partial_refund: PartialRefund::Scale,
        clawback: Clawback::Forgive,
        browser_orders_pay: true,
        self_referral: SelfReferral::Flag,
        caps: vec![Cap {
            per: Period::Month,
            rewards: Some(4),
            amounts: Some(both(3_000, 3_000)),
        }],
        ..starter()
    };
    let mut expiring = credit(700);
    expiring.expires_days = Some(5);
    let thrifty = Program {
        advocate: Some(expiring),
        friend: Some(money(both(500, 600))),
        hold_days: 3,
        partial_refund: PartialRefund::Void,
        self_referral: SelfReferral::Allow,
        budget: Some(Budget {
            per: Period::Week,
            amounts: both(4_000, 1_200),
            low_at_percent: 20,
        }),
        prize: Some(Prize {
            per: Period::Week,
            offer: Offer::Cash {
                amounts: both(2_500, 2_500),
            },
            places: 2,
            minimum_friends: 1,
        }),
        ..starter()
    };
    let sign_ups = Program {
        trigger: Trigger::SignUp,
        advocate: Some(credit(300)),
        friend: None,
        hold_days: 0,
        ..starter()
    };
    let second = Program {
        trigger: Trigger::NthOrder { n: 2 },
        new_customer: NewCustomer::NotWithinDays { days: 20 },
        budget: Some(Budget {
            per: Period::Month,
            amounts: both(9_000, 9_000),
            low_at_percent: 50,
        }),
        ..starter()
    };
    vec![careful, generous, thrifty, sign_ups, second]
}
