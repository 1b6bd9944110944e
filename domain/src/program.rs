//! The merchant's rules as one document. What is wrong or unwise in a draft is
//! found in [`crate::validate`].

use crate::attribution::{Model, Rules};
use crate::money::{Amounts, Currency, Money};
use crate::period::Period;
use crate::reward::{Clawback, Offer, PartialRefund, SideRules};
use crate::time::Timestamp;

/// Longest attribution window in days; browsers keep no cookie longer.
pub const LONGEST_WINDOW_DAYS: u32 = 400;
/// Longest hold period in days.
pub const LONGEST_HOLD_DAYS: u32 = 365;
/// Longest life of a reward in days: five years.
pub const LONGEST_EXPIRY_DAYS: u32 = 1_826;
/// Longest checkout that the guard against late clicks takes for one, in minutes.
pub const LONGEST_CHECKOUT_MINUTES: u32 = 24 * 60;

/// A programme: who gets what, when, under which limits.
///
/// Publishing a document makes a new version; what began under an older one keeps
/// it. Only the budget is always the live version's: it is the merchant's purse and
/// not a promise to anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Program {
    /// What the merchant calls it; shoppers do not read it.
    #[cfg_attr(feature = "serde", serde(default))]
    #[cfg_attr(feature = "schema", schemars(length(max = 100)))]
    pub name: String,
    /// Which kind of programme it is.
    #[cfg_attr(feature = "serde", serde(default))]
    pub kind: ProgramKind,
    /// What a friend must do.
    #[cfg_attr(feature = "serde", serde(default))]
    pub trigger: Trigger,
    /// What the advocate gets for each friend who counts; nothing where missing.
    #[cfg_attr(feature = "serde", serde(default))]
    pub advocate: Option<SideRules>,
    /// What the friend gets; nothing where missing.
    #[cfg_attr(feature = "serde", serde(default))]
    pub friend: Option<SideRules>,
    /// The smallest order that counts, after discounts, by currency.
    #[cfg_attr(feature = "serde", serde(default))]
    pub minimum_order: Option<Amounts>,
    /// Who counts as a new customer.
    #[cfg_attr(feature = "serde", serde(default))]
    pub new_customer: NewCustomer,
    /// Days between an order (its own time, however late it was reported) and
    /// the approval of its rewards, so that a return can still void them.
    #[cfg_attr(feature = "serde", serde(default = "usual_hold"))]
    #[cfg_attr(feature = "schema", schemars(range(max = 365)))]
    pub hold_days: u32,
    /// Who says that a referral is good when the hold period is over.
    #[cfg_attr(feature = "serde", serde(default))]
    pub approval: Approval,
    /// Days after a click in which an order counts for it.
    #[cfg_attr(feature = "serde", serde(default = "usual_window"))]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 400)))]
    pub window_days: u32,
    /// Which click counts when there were several.
    #[cfg_attr(feature = "serde", serde(default))]
    pub attribution: Model,
    /// A click within the checkout does not displace an earlier one: so many
    /// minutes before the order, where the shop does not tell when the checkout
    /// began. 0: it does.
    #[cfg_attr(feature = "serde", serde(default = "usual_checkout"))]
    #[cfg_attr(feature = "schema", schemars(range(max = 1440)))]
    pub late_click_minutes: u32,
    /// What becomes of an order in which advocate and friend are one person.
    #[cfg_attr(feature = "serde", serde(default))]
    pub self_referral: SelfReferral,
    /// Whether an order that only a browser reported can pay.
    #[cfg_attr(feature = "serde", serde(default))]
    pub browser_orders_pay: bool,
    /// What becomes of rewards when a part of the order is returned.
    #[cfg_attr(feature = "serde", serde(default))]
    pub partial_refund: PartialRefund,
    /// What becomes of the worth of a reward that is voided after it was handed
    /// over.
    #[cfg_attr(feature = "serde", serde(default))]
    pub clawback: Clawback,
    /// The most that one advocate can get.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    #[cfg_attr(feature = "schema", schemars(length(max = 20)))]
    pub caps: Vec<Cap>,
    /// The most that the programme spends.
    #[cfg_attr(feature = "serde", serde(default))]
    pub budget: Option<Budget>,
    /// For the advocates who brought most in a period.
    #[cfg_attr(feature = "serde", serde(default))]
    pub prize: Option<Prize>,
    /// What the merchant hopes for.
    #[cfg_attr(feature = "serde", serde(default))]
    pub goal: Option<Goal>,
    /// What shoppers can read.
    #[cfg_attr(feature = "serde", serde(default))]
    pub terms: Option<Terms>,
    /// When it ends (RFC 3339): from then on links bring nobody and nothing new is
    /// promised; what began before goes on.
    #[cfg_attr(
        feature = "serde",
        serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "crate::time::iso"
        )
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<DateTime>"))]
    pub ends_at: Option<Timestamp>,
    /// Where links lead when it has ended, within the shop's hosts; the shop's address
    /// where missing.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https?://.")))]
    pub fallback_url: Option<String>,
}

/// How the schema describes a time.
#[cfg(feature = "schema")]
struct DateTime;

#[cfg(feature = "schema")]
impl schemars::JsonSchema for DateTime {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DateTime".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(feature = "serde")]
const fn usual_hold() -> u32 {
    14
}
#[cfg(feature = "serde")]
const fn usual_window() -> u32 {
    30
}
#[cfg(feature = "serde")]
const fn usual_checkout() -> u32 {
    10
}

/// Kinds of programme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ProgramKind {
    /// Shoppers are asked to pass a link on.
    #[default]
    Direct,
    /// A thing is given to be passed on, or for it.
    TangibleGift,
    /// What is earned goes to a cause.
    Community,
    /// Nobody is asked: cards, labels, word of mouth.
    Implied,
}

/// What a friend must do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(tag = "on", rename_all = "snake_case", deny_unknown_fields)
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Trigger {
    /// Sign up at the shop.
    SignUp,
    /// Place the first order after coming.
    #[default]
    FirstOrder,
    /// Place an order; each of them counts.
    EveryOrder,
    /// Place an n-th order, the first after coming being 1.
    NthOrder {
        /// Which.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1000)))]
        n: u32,
    },
}

/// Who counts as a new customer when coming.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum NewCustomer {
    /// Whoever has never ordered.
    #[default]
    NeverOrdered,
    /// Whoever has not ordered for so long.
    NotWithinDays {
        /// Days before the order.
        #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 3660)))]
        days: u32,
    },
    /// Everybody.
    Anyone,
}

/// Who says that a referral is good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Approval {
    /// Nobody: it is approved when the hold period is over, unless a signal of fraud
    /// asks for the merchant's eye.
    #[default]
    AfterHold,
    /// The merchant, each of them by hand, whenever they like.
    ByMerchant,
}

/// What becomes of an order in which advocate and friend are one person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SelfReferral {
    /// It earns nothing.
    #[default]
    Void,
    /// It waits for the merchant's eye.
    Flag,
    /// It counts.
    Allow,
}

/// The most that one advocate can get in a period.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cap {
    /// The period, by the time of the friend's order.
    pub per: Period,
    /// How many rewards.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub rewards: Option<u32>,
    /// How much, in each currency.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub amounts: Option<Amounts>,
}

/// The most that the programme spends on both sides in a period.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Budget {
    /// The period, by the time of the friend's order.
    pub per: Period,
    /// How much, in each currency.
    pub amounts: Amounts,
    /// The merchant is told when no more than this share of it is left, in percent.
    #[cfg_attr(feature = "serde", serde(default = "usual_low_mark"))]
    #[cfg_attr(feature = "schema", schemars(range(max = 100)))]
    pub low_at_percent: u32,
}

#[cfg(feature = "serde")]
const fn usual_low_mark() -> u32 {
    20
}

/// For the advocates who brought most friends in a period. Decided when the hold
/// period of its last order is over; the earlier to reach a number goes first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Prize {
    /// The period, by the time of the friends' orders.
    pub per: Period,
    /// What each of the best gets.
    pub offer: Offer,
    /// How many get it.
    #[cfg_attr(feature = "serde", serde(default = "one"))]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 100)))]
    pub places: u32,
    /// How many friends one must have brought at least.
    #[cfg_attr(feature = "serde", serde(default = "one"))]
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub minimum_friends: u32,
}

#[cfg(feature = "serde")]
const fn one() -> u32 {
    1
}

/// What the merchant hopes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Goal {
    /// In which time.
    pub per: Period,
    /// How many referrals.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub referrals: u32,
}

/// What shoppers can read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Terms {
    /// The text itself.
    Text(#[cfg_attr(feature = "schema", schemars(length(min = 1, max = 20000)))] String),
    /// Where it is.
    Url(
        #[cfg_attr(feature = "schema", schemars(regex(pattern = "^https://.")))]
        String,
    ),
}

impl Program {
    /// Whether it is over.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.ends_at.is_some_and(|end| end <= now)
    }

    /// By which rules it is decided who brought an order.
    #[must_use]
    pub fn attribution_rules(&self) -> Rules {
        Rules {
            model: self.attribution,
            window_days: self.window_days,
            late_click_minutes: self.late_click_minutes,
            first_comes_first: self.new_customer != NewCustomer::Anyone,
        }
    }

    /// A careful start: 10 units of money for each side, 14 days of hold, new
    /// customers only, 30 days from click to order.
    #[must_use]
    pub fn starter(currency: Currency) -> Self {
        let unit = 10i64.pow(u32::from(currency.exponent()));
        let amounts = Amounts::of(Money {
            minor: 10 * unit,
            currency,
        });
        Self {
            name: "Give 10, get 10".to_owned(),
            kind: ProgramKind::Direct,
            trigger: Trigger::FirstOrder,
            advocate: Some(SideRules::of(Offer::StoreCredit {
                amounts: amounts.clone(),
            })),
            friend: Some(SideRules::of(Offer::AmountOff { amounts })),
            minimum_order: None,
            new_customer: NewCustomer::NeverOrdered,
            hold_days: 14,
            approval: Approval::AfterHold,
            window_days: 30,
            attribution: Model::LastClick,
            late_click_minutes: 10,
            self_referral: SelfReferral::Void,
            browser_orders_pay: false,
            partial_refund: PartialRefund::Keep,
            clawback: Clawback::Debt,
            caps: Vec::new(),
            budget: None,
            prize: None,
            goal: None,
            terms: None,
            ends_at: None,
            fallback_url: None,
        }
    }
}
