//! What a side can be offered, and what that is worth for an order.

use crate::money::{Amounts, Currency, Money};

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
