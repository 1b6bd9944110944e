//! What fits under a cap or a budget.

use crate::money::Money;
use crate::program::Cap;
use crate::reward::Offer;

/// What an advocate has had in a cap's period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Rewards.
    pub rewards: u32,
    /// Minor units in the currency that is asked about.
    pub minor: i64,
}

/// What of a reward fits under a cap: all of it, for money a part, or `None` when
/// nothing does. A thing is given whole or not at all.
#[must_use]
pub fn under_cap(cap: &Cap, used: Used, offer: &Offer, worth: Money) -> Option<Money> {
    if cap.rewards.is_some_and(|most| used.rewards >= most) {
        return None;
    }
    let Some(most) = cap
        .amounts
        .as_ref()
        .and_then(|most| most.get(worth.currency))
    else {
        return Some(worth);
    };
    let room = most.minor.saturating_sub(used.minor);
    if worth.minor <= room {
        Some(worth)
    } else if offer.is_money() && room > 0 {
        Some(Money {
            minor: room,
            ..worth
        })
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Amounts, Currency};
    use crate::period::Period;

    fn euros(minor: i64) -> Money {
        Money {
            minor,
            currency: Currency::parse("EUR").unwrap(),
        }
    }

    #[test]
    fn money_is_cut_and_things_are_whole() {
        let cap = Cap {
            per: Period::Month,
            rewards: Some(3),
            amounts: Some(Amounts::of(euros(2_500))),
        };
        let credit = Offer::StoreCredit {
            amounts: Amounts::of(euros(1_000)),
        };
        let thing = Offer::FreeProduct {
            sku: "box".into(),
            name: "A box".into(),
            cost: Amounts::of(euros(1_000)),
        };
        let fits = |offer: &Offer, rewards, minor| {
            let used = Used { rewards, minor };
            under_cap(&cap, used, offer, euros(1_000)).map(|money| money.minor)
        };
        assert_eq!(fits(&credit, 1, 1_000), Some(1_000));
        assert_eq!(fits(&credit, 2, 2_000), Some(500));
        assert_eq!(fits(&thing, 2, 2_000), None);
        assert_eq!(fits(&credit, 2, 2_500), None);
        assert_eq!(fits(&credit, 3, 0), None);
        let yen = Money {
            minor: 9_999,
            currency: Currency::parse("JPY").unwrap(),
        };
        assert_eq!(under_cap(&cap, Used::default(), &credit, yen), Some(yen));
    }
}
