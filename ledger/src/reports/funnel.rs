//! From panels seen to rewards given.

use serde::{Deserialize, Serialize};

use crate::books::Books;
use crate::command::Counts;
use crate::error::LedgerError;
use crate::store::counters::{self, Sums};

/// The funnel since the beginning. Counts, except where a name says otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funnel {
    /// Panels that were seen.
    pub impressions: i64,
    /// Presses of share buttons.
    pub shares: i64,
    /// People who followed a link.
    pub clicks: i64,
    /// Of them, who reached the shop with the widget loaded.
    pub landings: i64,
    /// Of them, who took the offer.
    pub claims: i64,
    /// Referrals that stand, pending, flagged or approved, also of orders that only a
    /// browser reported.
    pub conversions: i64,
    /// Rewards of both sides that stand: neither voided nor expired.
    pub rewards: i64,
    /// Clicks by channel; the empty name where it is unknown.
    pub clicks_by_channel: Counts,
    /// Shares by channel.
    pub shares_by_channel: Counts,
    /// What was redirected but not counted, by reason.
    pub dropped: Counts,
}

/// Sums of these counters since the beginning.
pub(super) fn ever(books: &Books<'_>, measures: &[&str]) -> Result<Sums, LedgerError> {
    counters::sums(books, measures, i64::from(i32::MIN), i64::from(i32::MAX))
}

/// The measures of a [`Funnel`].
pub(super) const MEASURES: [&str; 10] = [
    "impression",
    "share",
    "click",
    "landing",
    "claim",
    "dropped",
    "referral_variant",
    "unconfirmed",
    "reward",
    "unconfirmed_reward",
];

/// The funnel out of the sums of [`MEASURES`].
pub(super) fn of(sums: &Sums) -> Funnel {
    let by = |measure: &str| sums.get(measure).cloned().unwrap_or_default();
    let sum = |measure: &str| by(measure).values().sum::<i64>();
    Funnel {
        impressions: sum("impression"),
        shares: sum("share"),
        clicks: sum("click"),
        landings: sum("landing"),
        claims: sum("claim"),
        conversions: sum("referral_variant") + sum("unconfirmed"),
        rewards: sum("reward") + sum("unconfirmed_reward"),
        clicks_by_channel: by("click"),
        shares_by_channel: by("share"),
        dropped: by("dropped"),
    }
}

/// Counts.
pub fn count(books: &Books<'_>) -> Result<Funnel, LedgerError> {
    Ok(of(&ever(books, &MEASURES)?))
}
