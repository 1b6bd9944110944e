//! Rewards: what a side gets, how much that is for an order, and through which
//! statuses it goes.

use crate::money::{Amounts, Currency, Money};

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

/// What a side is offered.
///
/// Amounts and costs are tables by currency; an order in another currency earns
/// nothing. `cost` is what a thing without a price costs the merchant, for budgets
/// and reports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Offer {
    /// A share of one order off its price.
    PercentOff {
        /// Hundredths of a percent, 1 to 10,000.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 10000)))]
        basis_points: u32,
        /// The most that it is worth.
        #[cfg_attr(
            feature = "serde",
            serde(default, skip_serializing_if = "Option::is_none")
        )]
        up_to: Option<Amounts>,
    },
    /// A fixed amount off one order.
    AmountOff {
        /// How much.
        amounts: Amounts,
    },
    /// A fixed amount to spend at the shop.
    StoreCredit {
        /// How much.
        amounts: Amounts,
    },
    /// Money.
    Cash {
        /// How much.
        amounts: Amounts,
    },
    /// A gift card, of the shop or of somebody else.
    GiftCard {
        /// How much is on it.
        amounts: Amounts,
    },
    /// A thing, free.
    FreeProduct {
        /// The shop's number for it.
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 100)))]
        sku: String,
        /// What shoppers read.
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 100)))]
        name: String,
        /// What it costs the merchant.
        cost: Amounts,
    },
    /// Points of the shop's own programme.
    Points {
        /// How many.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1_000_000)))]
        points: u32,
        /// What they cost the merchant, all together.
        cost: Amounts,
    },
    /// A time for which a subscription costs nothing.
    FreePeriod {
        /// How many.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1_000_000)))]
        count: u32,
        /// Of what.
        unit: TimeUnit,
        /// What they cost the merchant, all together.
        cost: Amounts,
    },
    /// Money for somebody else.
    Donation {
        /// How much.
        amounts: Amounts,
        /// Who gets it, as shoppers read it.
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 100)))]
        recipient: String,
    },
}

/// What a free period is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum TimeUnit {
    /// Days.
    Days,
    /// Months.
    Months,
}

impl Offer {
    /// The stable name of its kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::PercentOff { .. } => "percent_off",
            Self::AmountOff { .. } => "amount_off",
            Self::StoreCredit { .. } => "store_credit",
            Self::Cash { .. } => "cash",
            Self::GiftCard { .. } => "gift_card",
            Self::FreeProduct { .. } => "free_product",
            Self::Points { .. } => "points",
            Self::FreePeriod { .. } => "free_period",
            Self::Donation { .. } => "donation",
        }
    }

    /// The table of what it gives or costs; `None` for a share of an order.
    #[must_use]
    pub const fn amounts(&self) -> Option<&Amounts> {
        match self {
            Self::PercentOff { .. } => None,
            Self::AmountOff { amounts }
            | Self::StoreCredit { amounts }
            | Self::Cash { amounts }
            | Self::GiftCard { amounts }
            | Self::Donation { amounts, .. } => Some(amounts),
            Self::FreeProduct { cost, .. }
            | Self::Points { cost, .. }
            | Self::FreePeriod { cost, .. } => Some(cost),
        }
    }

    /// Whether it is an amount of money in the shopper's eyes: it can be cut to a
    /// part of it, and owed.
    #[must_use]
    pub const fn is_money(&self) -> bool {
        matches!(
            self,
            Self::AmountOff { .. }
                | Self::StoreCredit { .. }
                | Self::Cash { .. }
                | Self::GiftCard { .. }
                | Self::Donation { .. }
        )
    }

    /// Whether a code that the shop takes at checkout hands it over.
    #[must_use]
    pub const fn is_coupon(&self) -> bool {
        matches!(
            self,
            Self::PercentOff { .. } | Self::AmountOff { .. } | Self::FreeProduct { .. }
        )
    }

    /// The fixed amount that shoppers read, in a currency; `None` for a share of
    /// an order and for things.
    #[must_use]
    pub fn money(&self, currency: Currency) -> Option<Money> {
        if !self.is_money() {
            return None;
        }
        self.amounts()?.get(currency)
    }

    /// The share in hundredths of a percent, where there is one.
    #[must_use]
    pub const fn basis_points(&self) -> Option<u32> {
        match self {
            Self::PercentOff { basis_points, .. } => Some(*basis_points),
            _ => None,
        }
    }

    /// What a thing is called, for shoppers; empty for money and shares.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::FreeProduct { name, .. } => name,
            Self::Donation { recipient, .. } => recipient,
            _ => "",
        }
    }

    /// How many points or periods; 1 for everything else.
    #[must_use]
    pub const fn quantity(&self) -> u32 {
        match self {
            Self::Points { points, .. } => *points,
            Self::FreePeriod { count, .. } => *count,
            _ => 1,
        }
    }

    /// What it is worth for an order of that amount. `None` when the table has no
    /// entry for the order's currency.
    #[must_use]
    pub fn value_for(&self, order: Money) -> Option<Money> {
        match self {
            Self::PercentOff {
                basis_points,
                up_to,
            } => {
                let share = order.basis_points(*basis_points)?;
                match up_to {
                    None => Some(share),
                    Some(most) => {
                        let most = most.get(order.currency)?;
                        Some(if share.minor > most.minor {
                            most
                        } else {
                            share
                        })
                    }
                }
            }
            _ => self.amounts()?.get(order.currency),
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
mod tests {
    use super::*;
    use crate::money::Currency;

    fn euros(minor: i64) -> Money {
        Money {
            minor,
            currency: Currency::parse("EUR").unwrap(),
        }
    }

    fn credit(minor: i64) -> Offer {
        Offer::StoreCredit {
            amounts: Amounts::of(euros(minor)),
        }
    }

    #[test]
    fn an_offer_is_worth_its_amount_or_its_share() {
        let order = euros(4_250);
        assert_eq!(credit(1_000).value_for(order), Some(euros(1_000)));
        let mut share = Offer::PercentOff {
            basis_points: 1_500,
            up_to: None,
        };
        assert_eq!(
            share.value_for(order),
            Some(euros(638)),
            "637.5 rounds to the even 638"
        );
        if let Offer::PercentOff { up_to, .. } = &mut share {
            *up_to = Some(Amounts::of(euros(500)));
        }
        assert_eq!(share.value_for(order), Some(euros(500)));
        let yen = Money {
            minor: 4_250,
            currency: Currency::parse("JPY").unwrap(),
        };
        assert_eq!(credit(1_000).value_for(yen), None, "no rate is invented");
        assert_eq!(share.value_for(yen), None);
    }

    #[test]
    fn the_highest_tier_that_is_reached_applies() {
        let mut side = SideRules::of(credit(500));
        side.by_friends = [(3, 1_000), (10, 2_000)]
            .map(|(from, minor)| FriendsTier {
                from,
                offer: credit(minor),
            })
            .to_vec();
        for (friends, minor) in [(1, 500), (2, 500), (3, 1_000), (9, 1_000), (10, 2_000)] {
            let (offer, _) = side.applies(euros(5_000), friends);
            assert_eq!(offer, &credit(minor), "friend {friends}");
        }
        side.by_friends.clear();
        side.by_order = [(5_000, 1_000), (20_000, 5_000)]
            .map(|(from, minor)| OrderTier {
                from: Amounts::of(euros(from)),
                offer: credit(minor),
            })
            .to_vec();
        for (order, minor) in [(4_999, 500), (5_000, 1_000), (20_000, 5_000)] {
            assert_eq!(
                side.applies(euros(order), 1).0,
                &credit(minor),
                "order {order}"
            );
        }
    }

    #[test]
    fn a_part_that_was_returned_counts_by_rule() {
        let side = SideRules::of(credit(1_000));
        let earned = |kept, rule| {
            let earned = side.earned(euros(6_000), euros(kept), 1, rule).unwrap();
            assert_eq!(
                earned.steps.last().map(|step| step.minor),
                Some(earned.worth.minor)
            );
            earned.worth.minor
        };
        assert_eq!(earned(6_000, PartialRefund::Scale), 1_000);
        assert_eq!(earned(4_000, PartialRefund::Scale), 667);
        assert_eq!(earned(4_000, PartialRefund::Keep), 1_000);
        let share = SideRules::of(Offer::PercentOff {
            basis_points: 1_000,
            up_to: None,
        });
        let earned = share.earned(euros(6_000), euros(4_000), 1, PartialRefund::Keep);
        assert_eq!(earned.unwrap().worth, euros(400));
    }

    #[test]
    fn where_the_rules_leave_it_open_the_offer_itself_says_how_it_is_handed_over() {
        let off = Offer::AmountOff {
            amounts: Amounts::of(euros(500)),
        };
        let mut side = SideRules::of(off.clone());
        let by = side.handed_over_by(Side::Advocate, &off);
        assert!(matches!(by, HandOver::Pattern { .. }));
        let by = side.handed_over_by(Side::Advocate, &credit(500));
        assert_eq!(by, HandOver::Merchant, "a tier with something else");
        side.hand_over = Some(HandOver::Merchant);
        assert_eq!(side.handed_over_by(Side::Friend, &off), HandOver::Merchant);
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
