//! Rewards: what a side gets, how much that is for an order, and through which
//! statuses it goes.

mod offer;

pub use offer::{Offer, TimeUnit};

use crate::money::{Amounts, Money};

/// A side of a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// How a reward reaches its person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum HandOver {
    /// The shop hands it over, and says so.
    Merchant,
    /// By a new code: each `#` becomes a random letter or digit.
    Pattern {
        /// Such as `HELLO-####-####`.
        #[cfg_attr(
            feature = "schema",
            schemars(length(max = 30), regex(pattern = "^[A-Z0-9#-]+$"))
        )]
        pattern: String,
    },
    /// By a code from a pool that the merchant filled.
    Pool {
        /// Its name.
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 100)))]
        pool: String,
    },
}

/// What an advocate gets from a number of friends on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FriendsTier {
    /// The first friend for whom it is given, counted from 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub from: u32,
    /// Instead of the offer below.
    pub offer: Offer,
}

/// What a side gets for an order of some size.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderTier {
    /// The smallest order for which it is given.
    pub from: Amounts,
    /// Instead of the offer below.
    pub offer: Offer,
}

/// What one side gets, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SideRules {
    /// For each friend who counts.
    pub offer: Offer,
    /// Better offers by the number of friends so far; the advocate's side only.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    #[cfg_attr(feature = "schema", schemars(length(max = 20)))]
    pub by_friends: Vec<FriendsTier>,
    /// Better offers by the size of the friend's order.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    #[cfg_attr(feature = "schema", schemars(length(max = 20)))]
    pub by_order: Vec<OrderTier>,
    /// How it is handed over; where missing, by a code if the offer is one for the
    /// checkout, else by the shop.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub hand_over: Option<HandOver>,
    /// Days from approval in which it must be used.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1826)))]
    pub expires_days: Option<u32>,
}

/// What an order earns a side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earned<'a> {
    /// The offer that applied.
    pub offer: &'a Offer,
    /// What it is worth now.
    pub worth: Money,
    /// How that came about.
    pub steps: Vec<Step>,
}

/// One step of the arithmetic behind a reward: a rule, and the amount after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Step {
    /// Which rule.
    pub rule: Rule,
    /// Minor units after it.
    pub minor: i64,
}

/// A rule that decides an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Rule {
    /// The offer for each friend.
    Offer,
    /// A better offer by the number of friends.
    FriendsTier,
    /// A better offer by the size of the order.
    OrderTier,
    /// The best of a period.
    Prize,
    /// What was returned counts no more.
    Refund,
    /// The most for one advocate and period.
    Cap,
    /// The programme's budget.
    Budget,
    /// What the advocate owed.
    Debt,
}

impl SideRules {
    /// A side with one offer and nothing else.
    #[must_use]
    pub const fn of(offer: Offer) -> Self {
        Self {
            offer,
            by_friends: Vec::new(),
            by_order: Vec::new(),
            hand_over: None,
            expires_days: None,
        }
    }

    /// Every offer that it can give.
    pub fn offers(&self) -> impl Iterator<Item = &Offer> {
        let tiers = self.by_friends.iter().map(|tier| &tier.offer);
        let sizes = self.by_order.iter().map(|tier| &tier.offer);
        core::iter::once(&self.offer).chain(tiers).chain(sizes)
    }

    /// How one of its offers is handed over, where the rules leave it open.
    #[must_use]
    pub fn handed_over_by(&self, side: Side, offer: &Offer) -> HandOver {
        match &self.hand_over {
            Some(chosen) => chosen.clone(),
            None if offer.is_coupon() => HandOver::Pattern {
                pattern: default_pattern(side).to_owned(),
            },
            None => HandOver::Merchant,
        }
    }

    /// The offer that applies, and by which rule, for the advocate's `friends`-th
    /// friend with an order of that amount.
    #[must_use]
    pub fn applies(&self, order: Money, friends: u32) -> (&Offer, Rule) {
        let size = |tier: &&OrderTier| {
            tier.from
                .get(order.currency)
                .is_some_and(|from| from.minor <= order.minor)
        };
        let by_order = self.by_order.iter().rfind(size);
        let by_friends = self.by_friends.iter().rfind(|tier| tier.from <= friends);
        match (by_order, by_friends) {
            (Some(tier), _) => (&tier.offer, Rule::OrderTier),
            (None, Some(tier)) => (&tier.offer, Rule::FriendsTier),
            (None, None) => (&self.offer, Rule::Offer),
        }
    }

    /// What an order earns: the offer by tier, less what was returned. `None` when
    /// the offer has no amount in the order's currency.
    #[must_use]
    pub fn earned(
        &self,
        amount: Money,
        kept: Money,
        friends: u32,
        refunds: PartialRefund,
    ) -> Option<Earned<'_>> {
        let (offer, rule) = self.applies(kept, friends);
        let full = offer.value_for(amount)?;
        let worth = worth_after_refunds(offer, amount, kept, refunds)?;
        let mut steps = vec![Step {
            rule,
            minor: full.minor,
        }];
        if worth != full {
            steps.push(Step {
                rule: Rule::Refund,
                minor: worth.minor,
            });
        }
        Some(Earned {
            offer,
            worth,
            steps,
        })
    }
}

/// The pattern of codes where the programme names none.
#[must_use]
pub const fn default_pattern(side: Side) -> &'static str {
    match side {
        Side::Friend => "HELLO-####-####",
        Side::Advocate => "THANKS-####-####",
    }
}

/// What an offer is worth when a part of the order was returned. A share of the
/// order always follows what was kept.
#[must_use]
pub fn worth_after_refunds(
    offer: &Offer,
    amount: Money,
    kept: Money,
    refunds: PartialRefund,
) -> Option<Money> {
    let full = offer.value_for(amount)?;
    if kept == amount {
        return Some(full);
    }
    match (offer, refunds) {
        (Offer::PercentOff { .. }, _) => offer.value_for(kept),
        (_, PartialRefund::Scale) if offer.is_money() => full.share(kept.minor, amount.minor),
        _ => Some(full),
    }
}

/// What becomes of a reward when a part of the order is returned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum PartialRefund {
    /// A fixed reward stays whole while the order is large enough.
    #[default]
    Keep,
    /// It shrinks with what was kept of the order.
    Scale,
    /// It is voided.
    Void,
}

/// What becomes of the worth of a reward that is voided after it was handed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Clawback {
    /// The advocate owes it, and the next rewards settle it.
    #[default]
    Debt,
    /// The shop bears it.
    Forgive,
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
mod tests;
