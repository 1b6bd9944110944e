//! Rewards: what a side gets, how much that is for an order, and through which
//! statuses it goes.

use crate::money::Money;

/// A side of a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Side {
    /// The person who referred.
    Advocate,
    /// The person who was referred.
    Friend,
}

impl Side {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Advocate => "advocate",
            Self::Friend => "friend",
        }
    }
}

/// What a side is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Offer {
    /// A fixed amount to spend at the shop.
    StoreCredit {
        /// How much.
        money: Money,
    },
    /// A fixed amount off one order.
    AmountOff {
        /// How much.
        money: Money,
    },
    /// A share of one order off its price.
    PercentOff {
        /// Hundredths of a percent, 1 to 10,000.
        basis_points: u32,
    },
}

impl Offer {
    /// The stable name of its kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::StoreCredit { .. } => "store_credit",
            Self::AmountOff { .. } => "amount_off",
            Self::PercentOff { .. } => "percent_off",
        }
    }

    /// The fixed amount, where there is one.
    #[must_use]
    pub const fn money(&self) -> Option<Money> {
        match self {
            Self::StoreCredit { money } | Self::AmountOff { money } => Some(*money),
            Self::PercentOff { .. } => None,
        }
    }

    /// The share in hundredths of a percent, where there is one.
    #[must_use]
    pub const fn basis_points(&self) -> Option<u32> {
        match self {
            Self::PercentOff { basis_points } => Some(*basis_points),
            _ => None,
        }
    }

    /// What it is worth for an order of that amount. `None` only when a share
    /// of the amount cannot be represented.
    #[must_use]
    pub fn value_for(&self, order: Money) -> Option<Money> {
        match self {
            Self::StoreCredit { money } | Self::AmountOff { money } => Some(*money),
            Self::PercentOff { basis_points } => order.basis_points(*basis_points),
        }
    }
}

/// Where a reward stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum RewardStatus {
    /// Promised; the order can still be returned, or something is awaited.
    Pending,
    /// Earned for good; waits to be handed over.
    Approved,
    /// Handed over.
    Issued,
    /// Used.
    Redeemed,
    /// Not used in time.
    Expired,
    /// Taken back, with a reason.
    Voided,
}

impl RewardStatus {
    /// Every status, in the order of a reward's life.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Approved,
        Self::Issued,
        Self::Redeemed,
        Self::Expired,
        Self::Voided,
    ];

    /// The stable name, as stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Issued => "issued",
            Self::Redeemed => "redeemed",
            Self::Expired => "expired",
            Self::Voided => "voided",
        }
    }

    /// Reads a stable name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether the step to `next` is one of the documented arrows: `pending →
    /// approved → issued → redeemed | expired`, from anywhere but `expired` to
    /// `voided`, and from `voided` back to `pending`.
    #[must_use]
    pub const fn can_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Pending, Self::Approved | Self::Voided)
                | (Self::Approved, Self::Issued | Self::Expired | Self::Voided)
                | (Self::Issued, Self::Redeemed | Self::Expired | Self::Voided)
                | (Self::Redeemed, Self::Voided)
                | (Self::Voided, Self::Pending)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn an_offer_is_worth_its_amount_or_its_share() {
        let currency = Currency::parse("EUR").unwrap();
        let order = Money {
            minor: 4_250,
            currency,
        };
        let fixed = Money {
            minor: 1_000,
            currency,
        };
        assert_eq!(
            Offer::StoreCredit { money: fixed }.value_for(order),
            Some(fixed)
        );
        let share = Offer::PercentOff {
            basis_points: 1_500,
        }
        .value_for(order);
        assert_eq!(
            share,
            Some(Money {
                minor: 638,
                currency
            }),
            "637.5 rounds to the even 638"
        );
    }

    #[test]
    fn nothing_moves_against_the_arrows() {
        assert!(RewardStatus::Pending.can_become(RewardStatus::Approved));
        assert!(RewardStatus::Voided.can_become(RewardStatus::Pending));
        for status in RewardStatus::ALL {
            assert!(!status.can_become(status), "{status:?} to itself");
            assert!(!RewardStatus::Expired.can_become(status));
            assert_eq!(RewardStatus::parse(status.as_str()), Some(status));
        }
        assert!(!RewardStatus::Pending.can_become(RewardStatus::Issued));
    }
}
