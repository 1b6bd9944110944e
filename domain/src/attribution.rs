//! Who gets the credit for an order: one winner at most, and for each loser a
//! reason, so that the decision can be shown.

use crate::time::{DAY_MS, Timestamp};

/// Which of several clicks counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Model {
    /// The latest one before the order.
    #[default]
    LastClick,
    /// The earliest one within the window.
    FirstClick,
}

/// How a candidate came to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Source {
    /// The merchant decided.
    Manual,
    /// The friend typed or was given a code.
    Coupon,
    /// The friend followed a link; the token proves it.
    Click,
    /// The friend came by this advocate with an earlier order.
    EarlierOrder,
}

impl Source {
    /// The stable name, as stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Coupon => "coupon",
            Self::Click => "click",
            Self::EarlierOrder => "earlier_order",
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
    /// When: of the click, of the earlier order, of the merchant's decision, or when
    /// the coupon was given out.
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
    /// The click came within the checkout, and there was an earlier one.
    LateClick,
    /// The link was opened in a frame that nobody could see.
    HiddenFrame,
    /// The friend had come by somebody else before.
    EarlierOrderWon,
    /// The merchant decided otherwise.
    ManualWon,
}

impl Lost {
    /// Every reason.
    pub const ALL: [Self; 12] = [
        Self::UnknownCode,
        Self::OutsideWindow,
        Self::AfterOrder,
        Self::CouponWon,
        Self::LaterClickWon,
        Self::EarlierClickWon,
        Self::CouponUsed,
        Self::CouponExpired,
        Self::LateClick,
        Self::HiddenFrame,
        Self::EarlierOrderWon,
        Self::ManualWon,
    ];

    /// The stable name, as stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownCode => "unknown_code",
            Self::OutsideWindow => "outside_window",
            Self::AfterOrder => "after_order",
            Self::CouponWon => "coupon_won",
            Self::LaterClickWon => "later_click_won",
            Self::EarlierClickWon => "earlier_click_won",
            Self::CouponUsed => "coupon_used",
            Self::CouponExpired => "coupon_expired",
            Self::LateClick => "late_click",
            Self::HiddenFrame => "hidden_frame",
            Self::EarlierOrderWon => "earlier_order_won",
            Self::ManualWon => "manual_won",
        }
    }
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

/// By which rules it is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Which of several clicks counts.
    pub model: Model,
    /// Days after a click in which an order counts for it.
    pub window_days: u32,
    /// How long before the order the checkout is taken to have begun, where the shop
    /// does not say: a click within it displaces no earlier one. 0: it does.
    pub late_click_minutes: u32,
    /// Whether a friend belongs to who brought them first: so it is where only new
    /// customers count. Otherwise an earlier order counts only where nothing else does.
    pub first_comes_first: bool,
}

/// What is decided about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When the order was placed.
    pub ordered_at: Timestamp,
    /// When its checkout began, where the shop says so.
    pub checkout_at: Option<Timestamp>,
}

impl Moment {
    /// From when on a click is late; `None` where there is no guard.
    fn checkout(self, rules: &Rules) -> Option<Timestamp> {
        if rules.late_click_minutes == 0 {
            return None;
        }
        let usual = i64::from(rules.late_click_minutes) * 60_000;
        Some(self.checkout_at.unwrap_or(self.ordered_at.plus_ms(-usual)))
    }
}

/// Decides. The merchant beats a coupon, a coupon beats a click; among clicks the
/// model decides, and one within the checkout displaces no earlier one; among equals
/// the candidates themselves do, so that the outcome does not depend on their order.
#[must_use]
pub fn decide(candidates: Vec<Candidate>, rules: &Rules, moment: Moment) -> Decision {
    let mut decision = Decision::default();
    let mut standing: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        match exclusion(&candidate, rules.window_days, moment.ordered_at) {
            Some(reason) => decision.losers.push((candidate, reason)),
            None => standing.push(candidate),
        }
    }
    set_late_clicks_aside(&mut standing, &mut decision, rules, moment);
    standing.sort_by(|a, b| {
        let key = |c: &Candidate| (rank(c, rules), tie(c, rules.model));
        key(a)
            .cmp(&key(b))
            .then_with(|| (&a.click, &a.advocate).cmp(&(&b.click, &b.advocate)))
    });
    let mut standing = standing.into_iter();
    decision.winner = standing.next();
    let winner = decision.winner.as_ref().map(|winner| winner.source);
    let lost = match (winner, rules.model) {
        (Some(Source::Manual), _) => Lost::ManualWon,
        (Some(Source::Coupon), _) => Lost::CouponWon,
        (Some(Source::EarlierOrder), _) => Lost::EarlierOrderWon,
        (_, Model::LastClick) => Lost::LaterClickWon,
        (_, Model::FirstClick) => Lost::EarlierClickWon,
    };
    decision
        .losers
        .extend(standing.map(|candidate| (candidate, lost)));
    decision
}

const fn rank(candidate: &Candidate, rules: &Rules) -> u8 {
    match candidate.source {
        Source::Manual => 0,
        Source::EarlierOrder if rules.first_comes_first => 1,
        Source::Coupon => 2,
        Source::Click => 3,
        Source::EarlierOrder => 4,
    }
}

const fn tie(candidate: &Candidate, model: Model) -> i64 {
    match model {
        Model::LastClick => candidate.at.0.saturating_neg(),
        Model::FirstClick => candidate.at.0,
    }
}

/// Sets aside clicks that came within the checkout when there is one from before
/// it: a browser extension that follows a link of its own just before the order is
/// paid must not take what somebody else has earned.
fn set_late_clicks_aside(
    standing: &mut Vec<Candidate>,
    decision: &mut Decision,
    rules: &Rules,
    moment: Moment,
) {
    let Some(checkout) = moment.checkout(rules) else {
        return;
    };
    let is_click = |candidate: &Candidate| candidate.source == Source::Click;
    let early = |candidate: &Candidate| is_click(candidate) && candidate.at < checkout;
    if !standing.iter().any(early) {
        return;
    }
    let (late, rest) = standing
        .drain(..)
        .partition(|candidate| is_click(candidate) && candidate.at >= checkout);
    *standing = rest;
    let late: Vec<Candidate> = late;
    decision.losers.extend(
        late.into_iter()
            .map(|candidate| (candidate, Lost::LateClick)),
    );
}

fn exclusion(candidate: &Candidate, window_days: u32, ordered_at: Timestamp) -> Option<Lost> {
    if candidate.advocate.is_none() {
        return Some(Lost::UnknownCode);
    }
    if candidate.source == Source::Manual {
        return None;
    }
    let age_ms = ordered_at.0.saturating_sub(candidate.at.0);
    if age_ms < -CLOCK_TOLERANCE_MS {
        Some(Lost::AfterOrder)
    } else if candidate.source != Source::Click {
        None // has an end of its own, or none; whoever looked it up has checked
    } else if age_ms > i64::from(window_days) * DAY_MS {
        Some(Lost::OutsideWindow)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
