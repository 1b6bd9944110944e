//! The ask governor: whether a shopper may be asked, without having asked, to pass a link
//! on, and whether a survey comes first.
//!
//! Guarantees: over all unasked placements together never more asks than the budget in
//! any window; silence after a dismissal, a share, a refund and a poor answer, whatever
//! else happened; time that a browser's clock has ahead of ours shortens no silence. Not
//! for: panels that a shopper opens.

pub mod history;

use crate::panel::Asks;
use crate::time::{DAY_MS, Timestamp};

pub use history::{Deed, Moment};

/// The placements at which nobody asked for the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unasked {
    /// The shopper is about to leave.
    ExitIntent,
    /// The shopper has bought.
    PostPurchase,
}

impl Unasked {
    /// By the placement's stable name; `None` for placements that are asked for.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "exit-intent" => Some(Self::ExitIntent),
            "post-purchase" => Some(Self::PostPurchase),
            _ => None,
        }
    }

    /// The placement's stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ExitIntent => "exit-intent",
            Self::PostPurchase => "post-purchase",
        }
    }
}

/// Why somebody is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The programme stands still: nothing could be promised.
    Paused,
    /// The merchant wants nobody asked there.
    Off,
    /// Asked often enough.
    Budget,
    /// Closed what had opened.
    Dismissed,
    /// Has shared.
    Shared,
    /// Has sent something back.
    Refunded,
    /// Is not content.
    PoorAnswer,
    /// Has bought, but not long enough ago.
    TooEarly,
}

impl Why {
    /// The stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Off => "off",
            Self::Budget => "budget",
            Self::Dismissed => "dismissed",
            Self::Shared => "shared",
            Self::Refunded => "refunded",
            Self::PoorAnswer => "poor_answer",
            Self::TooEarly => "too_early",
        }
    }
}

/// The governor's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Ask; with the survey first where `survey` says so.
    Ask {
        /// Whether the survey comes first.
        survey: bool,
    },
    /// Do not ask.
    Quiet {
        /// Why.
        why: Why,
        /// For how long no placement at all need try again, in milliseconds; 0 where
        /// another placement might be allowed.
        quiet_ms: i64,
    },
}

/// How long a browser leaves us alone while the programme stands still: it can go on at
/// any moment.
const PAUSED_QUIET_MS: i64 = 3_600_000;

/// What the merchant wants.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Budget, silences, placements.
    pub asks: Asks,
    /// Whether buyers are surveyed.
    pub survey: bool,
    /// Whether the programme stands still.
    pub paused: bool,
}

/// Decides by all that is known of a shopper's past, in any order.
#[must_use]
pub fn decide(rules: &Rules, at: Unasked, past: &[Moment], now: Timestamp) -> Verdict {
    let quiet = |why, quiet_ms| Verdict::Quiet { why, quiet_ms };
    let asks = &rules.asks;
    let on = match at {
        Unasked::ExitIntent => asks.exit_intent,
        Unasked::PostPurchase => asks.post_purchase,
    };
    if rules.paused {
        return quiet(Why::Paused, PAUSED_QUIET_MS);
    }
    if !on || asks.budget == 0 {
        return quiet(Why::Off, 0);
    }
    // The longest silence is the one to tell of: after it everything is looked at anew.
    let silences = [
        (
            Why::Dismissed,
            last(past, Deed::Dismissed, now),
            asks.quiet_days.dismissed,
        ),
        (
            Why::Shared,
            last(past, Deed::Shared, now),
            asks.quiet_days.shared,
        ),
        (
            Why::Refunded,
            last(past, Deed::Refunded, now),
            asks.quiet_days.refunded,
        ),
        (
            Why::PoorAnswer,
            last(past, Deed::PoorAnswer, now),
            asks.quiet_days.poor,
        ),
        (Why::Budget, spent(past, asks.budget, now), asks.window_days),
    ];
    let longest = silences
        .into_iter()
        .filter_map(|(why, since, days)| Some((why, left(since?, days, now)?)))
        .max_by_key(|(_, left)| *left);
    if let Some((why, left)) = longest {
        return quiet(why, left);
    }
    if at == Unasked::PostPurchase && !is_ripe(past, asks.delay_days, now) {
        return quiet(Why::TooEarly, 0);
    }
    // An answer stands for as long as a poor one would keep us quiet.
    let answered = last(past, Deed::Answered, now)
        .is_some_and(|since| left(since, asks.quiet_days.poor, now).is_some());
    Verdict::Ask {
        survey: rules.survey && at == Unasked::PostPurchase && !answered,
    }
}

/// Milliseconds until so many days have passed since then; `None` when they have.
fn left(since: Timestamp, days: u32, now: Timestamp) -> Option<i64> {
    let left = since.plus_days(days).0.saturating_sub(now.0);
    (left > 0).then_some(left)
}

/// When something last happened. What a wrong clock puts into the future is now.
fn last(past: &[Moment], deed: Deed, now: Timestamp) -> Option<Timestamp> {
    let of = past.iter().filter(|moment| moment.deed == deed);
    of.map(|moment| moment.at.min(now)).max()
}

/// The oldest of the last asks that together are the budget: when it leaves the window
/// there is one ask again.
fn spent(past: &[Moment], budget: u32, now: Timestamp) -> Option<Timestamp> {
    let asked = past.iter().filter(|moment| moment.deed == Deed::Asked);
    let mut asked: Vec<_> = asked.map(|moment| moment.at.min(now)).collect();
    asked.sort_unstable_by(|a, b| b.cmp(a));
    let last = usize::try_from(budget).ok()?.checked_sub(1)?;
    asked.get(last).copied()
}

/// Whether some order is old enough that its buyer can be asked. A buyer of whom no order
/// is known has bought just now.
fn is_ripe(past: &[Moment], delay_days: u32, now: Timestamp) -> bool {
    let mut bought = past.iter().filter(|moment| moment.deed == Deed::Bought);
    let delay_ms = DAY_MS.saturating_mul(i64::from(delay_days));
    delay_days == 0 || bought.any(|moment| now.0.saturating_sub(moment.at.0) >= delay_ms)
}

#[cfg(test)]
mod tests;
