//! Who gets the credit for an order: one winner at most, and for each loser a
//! reason, so that the decision can be shown.

use crate::time::{DAY_MS, Timestamp};

/// Which of several clicks counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Model {
    /// The latest one before the order.
    LastClick,
    /// The earliest one within the window.
    FirstClick,
}

/// How a candidate came to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Source {
    /// The friend typed or was given a code.
    Coupon,
    /// The friend followed a link; the token proves it.
    Click,
}

impl Source {
    /// The stable name, as stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Coupon => "coupon",
            Self::Click => "click",
        }
    }
}

/// An advocate who may have brought an order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Candidate {
    /// How.
    pub source: Source,
    /// The advocate; `None` when the code belongs to nobody.
    pub advocate: Option<String>,
    /// When: of the click, or when the coupon was given out.
    pub at: Timestamp,
    /// The click's random name as text, where there was a click.
    pub click: Option<String>,
    /// The channel's stable name, where it is known.
    pub channel: Option<String>,
}

/// Why a candidate did not get the credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Lost {
    /// The code belongs to nobody, or was taken back.
    UnknownCode,
    /// The click is older than the window.
    OutsideWindow,
    /// The click, or the claim of the coupon, came after the order.
    AfterOrder,
    /// A coupon stands above any click.
    CouponWon,
    /// A later click stands above it.
    LaterClickWon,
    /// An earlier click stands above it.
    EarlierClickWon,
    /// The coupon belongs to another order, which came first.
    CouponUsed,
    /// The coupon had run out when the order was placed.
    CouponExpired,
}

/// The decision with everything that it rested on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Decision {
    /// Who gets the credit.
    pub winner: Option<Candidate>,
    /// The others, each with its reason.
    pub losers: Vec<(Candidate, Lost)>,
}

/// Clocks of a browser, an edge node and a shop differ: a click this much after
/// its order still counts as before it.
pub const CLOCK_TOLERANCE_MS: i64 = 5 * 60 * 1000;

/// Decides. A coupon beats a click; among clicks the model decides; among equals
/// the order of `candidates` does, so that the outcome depends on nothing else.
#[must_use]
pub fn decide(
    candidates: Vec<Candidate>,
    model: Model,
    window_days: u32,
    ordered_at: Timestamp,
) -> Decision {
    let mut decision = Decision::default();
    let mut standing: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        match exclusion(&candidate, window_days, ordered_at) {
            Some(reason) => decision.losers.push((candidate, reason)),
            None => standing.push(candidate),
        }
    }
    let rank = |candidate: &Candidate| match (candidate.source, model) {
        (Source::Coupon, _) => (0, 0),
        (Source::Click, Model::LastClick) => (1, candidate.at.0.saturating_neg()),
        (Source::Click, Model::FirstClick) => (1, candidate.at.0),
    };
    standing.sort_by_key(rank);
    let mut standing = standing.into_iter();
    decision.winner = standing.next();
    let lost = match (decision.winner.as_ref().map(|winner| winner.source), model) {
        (Some(Source::Coupon), _) => Lost::CouponWon,
        (_, Model::LastClick) => Lost::LaterClickWon,
        (_, Model::FirstClick) => Lost::EarlierClickWon,
    };
    decision
        .losers
        .extend(standing.map(|candidate| (candidate, lost)));
    decision
}

fn exclusion(candidate: &Candidate, window_days: u32, ordered_at: Timestamp) -> Option<Lost> {
    if candidate.advocate.is_none() {
        return Some(Lost::UnknownCode);
    }
    let age_ms = ordered_at.0.saturating_sub(candidate.at.0);
    if age_ms < -CLOCK_TOLERANCE_MS {
        Some(Lost::AfterOrder)
    } else if candidate.source == Source::Coupon {
        None // has an end of its own, which whoever looked it up has checked
    } else if age_ms > i64::from(window_days) * DAY_MS {
        Some(Lost::OutsideWindow)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    fn click(advocate: &str, days_ago: i64) -> Candidate {
        Candidate {
            source: Source::Click,
            advocate: Some(advocate.to_owned()),
            at: NOW.plus_ms(-days_ago * DAY_MS),
            click: Some(format!("{advocate}{days_ago}")),
            channel: None,
        }
    }

    fn coupon(advocate: &str) -> Candidate {
        Candidate {
            source: Source::Coupon,
            click: None,
            ..click(advocate, 0)
        }
    }

    fn winner(decision: &Decision) -> &str {
        decision
            .winner
            .as_ref()
            .and_then(|winner| winner.advocate.as_deref())
            .unwrap_or("nobody")
    }

    #[test]
    fn the_last_click_wins_by_default_and_the_first_by_choice() {
        let clicks = vec![click("ann", 9), click("bob", 2), click("cem", 5)];
        let last = decide(clicks.clone(), Model::LastClick, 30, NOW);
        assert_eq!(winner(&last), "bob");
        assert!(
            last.losers
                .iter()
                .all(|(_, reason)| *reason == Lost::LaterClickWon)
        );
        assert_eq!(winner(&decide(clicks, Model::FirstClick, 30, NOW)), "ann");
    }

    #[test]
    fn a_coupon_beats_a_click() {
        let decision = decide(
            vec![click("ann", 0), coupon("bob")],
            Model::LastClick,
            30,
            NOW,
        );
        assert_eq!(winner(&decision), "bob");
        assert_eq!(decision.losers, [(click("ann", 0), Lost::CouponWon)]);
    }

    #[test]
    fn a_coupon_that_was_claimed_after_the_order_did_not_bring_it() {
        let late = Candidate {
            at: NOW.plus_ms(CLOCK_TOLERANCE_MS + 1),
            ..coupon("ann")
        };
        let decision = decide(vec![late], Model::LastClick, 30, NOW);
        assert_eq!(decision.losers[0].1, Lost::AfterOrder);
    }

    #[test]
    fn the_window_has_a_sharp_edge() {
        assert_eq!(
            winner(&decide(vec![click("ann", 30)], Model::LastClick, 30, NOW)),
            "ann"
        );
        let late = decide(vec![click("ann", 30)], Model::LastClick, 30, NOW.plus_ms(1));
        assert_eq!(
            (winner(&late), late.losers[0].1),
            ("nobody", Lost::OutsideWindow)
        );
    }

    #[test]
    fn a_click_after_the_order_or_of_nobody_does_not_count() {
        let future = decide(vec![click("ann", -1)], Model::LastClick, 30, NOW);
        assert_eq!(future.losers[0].1, Lost::AfterOrder);
        let nobody = Candidate {
            advocate: None,
            ..click("x", 1)
        };
        assert_eq!(
            decide(vec![nobody], Model::LastClick, 30, NOW).losers[0].1,
            Lost::UnknownCode
        );
    }
}
