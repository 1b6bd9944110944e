//! What an order or a sign-up means: whether it makes a referral, and why (not).

use crate::attribution::{Candidate, Decision};
use crate::fraud::{self, FLAG_AT, Facts, VOID_AT};
use crate::money::Money;
use crate::program::{Approval, NewCustomer, Program, SelfReferral, Trigger};
use crate::reward::PartialRefund;
use crate::time::{DAY_MS, Timestamp};

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

/// What a friend did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ConversionKind {
    /// Bought something.
    #[default]
    Order,
    /// Opened an account.
    SignUp,
}

impl ConversionKind {
    /// The stable name, as stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::SignUp => "sign_up",
        }
    }

    /// Reads a stable name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Order, Self::SignUp]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// Why an order makes no referral, or makes one that does not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum No {
    /// No link and no code led to it.
    NotReferred,
    /// The programme rewards sign-ups and not orders, or the reverse.
    OtherTrigger,
    /// The friend had ordered before.
    NotNewCustomer,
    /// Only the first order after coming counts.
    NotFirstOrder,
    /// Only the n-th order after coming counts.
    NotNthOrder,
    /// The friend had brought the advocate, straight or in a chain.
    ReferralLoop,
    /// The advocate left before the hold period was over.
    AdvocateLeft,
    /// The order is below the programme's minimum.
    BelowMinimum,
    /// The order is in a currency that the programme does not reward.
    OtherCurrency,
    /// The order was cancelled or fully refunded.
    Refunded,
    /// A part was refunded, and the programme takes that for a no.
    PartlyRefunded,
    /// The merchant said no.
    Declined,
    /// A fraud signal spoke against it.
    Fraud(&'static str),
}

impl No {
    /// The stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotReferred => "not_referred",
            Self::OtherTrigger => "other_trigger",
            Self::NotNewCustomer => "not_new_customer",
            Self::NotFirstOrder => "not_first_order",
            Self::NotNthOrder => "not_nth_order",
            Self::ReferralLoop => "referral_loop",
            Self::AdvocateLeft => "advocate_left",
            Self::BelowMinimum => "below_minimum",
            Self::OtherCurrency => "other_currency",
            Self::Refunded => "refunded",
            Self::PartlyRefunded => "partly_refunded",
            Self::Declined => "declined",
            Self::Fraud(signal) => signal,
        }
    }
}

/// What the merchant said of a referral. It stands above every rule but one: what
/// was fully refunded earns nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Ruling {
    /// It counts, and at once: the hold period is over.
    Approve,
    /// It counts, when the hold period is over.
    Stand,
    /// It does not count.
    Void,
}

/// An order as far as it is known.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// Which event.
    pub kind: ConversionKind,
    /// What was paid, after discounts.
    pub amount: Money,
    /// What was given back so far, in the order's currency.
    pub refunded_minor: i64,
    /// Whether all of it was taken back, whatever it came to.
    pub cancelled: bool,
    /// When it was placed.
    pub ordered_at: Timestamp,
    /// Its number among the friend's of its kind since coming, counted from 1.
    pub position: u32,
    /// When the friend came: the first order or sign-up that somebody brought.
    pub came_at: Timestamp,
    /// The friend's last order before coming, where there was one.
    pub ordered_before: Option<Timestamp>,
    /// Whether the shop says that the friend had ordered before coming.
    pub said_not_new: bool,
}

impl Order {
    /// What is left of the order after refunds.
    #[must_use]
    pub const fn kept(&self) -> Money {
        let minor = self.amount.minor.saturating_sub(self.refunded_minor);
        Money {
            minor: if minor < 0 || self.cancelled {
                0
            } else {
                minor
            },
            ..self.amount
        }
    }

    const fn is_gone(&self) -> bool {
        self.cancelled || (self.amount.minor > 0 && self.kept().minor == 0)
    }

    const fn was_new(&self, rule: NewCustomer) -> bool {
        match (rule, self.ordered_before) {
            (NewCustomer::Anyone, _) => true,
            (NewCustomer::NeverOrdered, before) => before.is_none() && !self.said_not_new,
            (NewCustomer::NotWithinDays { days }, Some(before)) => {
                self.came_at.0.saturating_sub(before.0) >= days as i64 * DAY_MS
            }
            (NewCustomer::NotWithinDays { .. }, None) => true,
        }
    }
}

/// What is known beside the order itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Circumstances<'a> {
    /// What fraud signals look at.
    pub facts: Facts<'a>,
    /// Whether this referral would close a loop.
    pub closes_loop: bool,
    /// When the advocate left the programme.
    pub advocate_left_at: Option<Timestamp>,
    /// What the merchant said.
    pub ruling: Option<Ruling>,
}

/// What an order means under a programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<'a> {
    /// A referral that stands, for this candidate.
    Stands(&'a Candidate),
    /// One that waits for the merchant's eye, for the signal of that name; `approval`
    /// where the programme asks for it each time.
    Flagged(&'a Candidate, &'static str),
    /// A referral that is recorded but void, so that the merchant can see it
    /// and put it right.
    Void(&'a Candidate, No),
    /// No referral.
    Nothing(No),
}

impl Verdict<'_> {
    /// The stable name: `referred`, `flagged`, or that of the reason why not.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Stands(_) => "referred",
            Self::Flagged(..) => "flagged",
            Self::Void(_, no) | Self::Nothing(no) => no.code(),
        }
    }
}

/// Judges one order.
#[must_use]
pub fn judge<'a>(
    program: &Program,
    order: &Order,
    decision: &'a Decision,
    about: &Circumstances<'_>,
) -> Verdict<'a> {
    let wanted = match program.trigger {
        Trigger::SignUp => ConversionKind::SignUp,
        _ => ConversionKind::Order,
    };
    if order.kind != wanted {
        return Verdict::Nothing(No::OtherTrigger);
    }
    let Some(winner) = &decision.winner else {
        return Verdict::Nothing(No::NotReferred);
    };
    if order.is_gone() {
        return Verdict::Void(winner, No::Refunded);
    }
    if program
        .sides()
        .all(|(_, side)| side.offer.value_for(order.amount).is_none())
    {
        return Verdict::Void(winner, No::OtherCurrency);
    }
    match about.ruling {
        Some(Ruling::Void) => return Verdict::Void(winner, No::Declined),
        Some(Ruling::Stand | Ruling::Approve) => return Verdict::Stands(winner),
        None => {}
    }
    if let Some(no) = out_of_turn(program, order) {
        return Verdict::Nothing(no);
    }
    let weight = suspicion(program, &about.facts);
    if let Some((signal, weight)) = weight
        && weight >= VOID_AT
    {
        return Verdict::Void(winner, No::Fraud(signal));
    }
    if let Some(no) = shortfall(program, order, about) {
        return Verdict::Void(winner, no);
    }
    match weight {
        Some((signal, weight)) if weight >= FLAG_AT => Verdict::Flagged(winner, signal),
        _ if program.approval == Approval::ByMerchant => Verdict::Flagged(winner, "approval"),
        _ => Verdict::Stands(winner),
    }
}

/// Why it is not this order of this friend that counts.
fn out_of_turn(program: &Program, order: &Order) -> Option<No> {
    if !order.was_new(program.new_customer) {
        return Some(No::NotNewCustomer);
    }
    match program.trigger {
        Trigger::FirstOrder if order.position > 1 => {
            Some(if program.new_customer == NewCustomer::NeverOrdered {
                No::NotNewCustomer
            } else {
                No::NotFirstOrder
            })
        }
        Trigger::SignUp if order.position > 1 => Some(No::NotNewCustomer),
        Trigger::NthOrder { n } if order.position != n => Some(No::NotNthOrder),
        _ => None,
    }
}

/// The first signal that fires, with the weight of all that do. What the programme
/// says of self-referral stands above that signal's own weight.
fn suspicion(program: &Program, facts: &Facts<'_>) -> Option<(&'static str, u32)> {
    let weigh = |signal: &fraud::Signal| match (signal.code, program.self_referral) {
        ("self_referral", SelfReferral::Allow) => 0,
        ("self_referral", SelfReferral::Flag) => FLAG_AT,
        _ => signal.weight,
    };
    let fired = fraud::fired(facts);
    let heavy = fired.iter().find(|signal| weigh(signal) > 0)?;
    Some((heavy.code, fired.iter().map(|signal| weigh(signal)).sum()))
}

fn shortfall(program: &Program, order: &Order, about: &Circumstances<'_>) -> Option<No> {
    if about.closes_loop {
        return Some(No::ReferralLoop);
    }
    let held_until = order.ordered_at.plus_days(program.hold_days);
    if about.advocate_left_at.is_some_and(|left| left < held_until) {
        return Some(No::AdvocateLeft);
    }
    if program.partial_refund == PartialRefund::Void && order.kept() != order.amount {
        return Some(No::PartlyRefunded);
    }
    if let Some(minimum) = &program.minimum_order {
        match minimum.get(order.amount.currency) {
            None => return Some(No::OtherCurrency),
            Some(least) if order.kept().minor < least.minor => return Some(No::BelowMinimum),
            Some(_) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests;
