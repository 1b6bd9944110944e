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
    /// The friend had come by somebody else before.
    EarlierOrderWon,
    /// The merchant decided otherwise.
    ManualWon,
}

impl Lost {
    /// Every reason.
    pub const ALL: [Self; 11] = [
        Self::UnknownCode,
        Self::OutsideWindow,
        Self::AfterOrder,
        Self::CouponWon,
        Self::LaterClickWon,
        Self::EarlierClickWon,
        Self::CouponUsed,
        Self::CouponExpired,
        Self::LateClick,
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

    const LAST: Rules = Rules {
        model: Model::LastClick,
        window_days: 30,
        late_click_minutes: 10,
        first_comes_first: true,
    };
    const FIRST: Rules = Rules {
        model: Model::FirstClick,
        ..LAST
    };

    fn at(ordered_at: Timestamp) -> Moment {
        Moment {
            ordered_at,
            checkout_at: None,
        }
    }

    fn of(advocate: &str, source: Source) -> Candidate {
        Candidate {
            source,
            click: None,
            ..click(advocate, 1)
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
        let last = decide(clicks.clone(), &LAST, at(NOW));
        assert_eq!(winner(&last), "bob");
        assert!(
            last.losers
                .iter()
                .all(|(_, reason)| *reason == Lost::LaterClickWon)
        );
        assert_eq!(winner(&decide(clicks, &FIRST, at(NOW))), "ann");
    }

    #[test]
    fn a_coupon_beats_a_click() {
        let decision = decide(vec![click("ann", 0), coupon("bob")], &LAST, at(NOW));
        assert_eq!(winner(&decision), "bob");
        assert_eq!(decision.losers, [(click("ann", 0), Lost::CouponWon)]);
    }

    #[test]
    fn a_coupon_that_was_claimed_after_the_order_did_not_bring_it() {
        let late = Candidate {
            at: NOW.plus_ms(CLOCK_TOLERANCE_MS + 1),
            ..coupon("ann")
        };
        let decision = decide(vec![late], &LAST, at(NOW));
        assert_eq!(decision.losers[0].1, Lost::AfterOrder);
    }

    #[test]
    fn the_window_has_a_sharp_edge() {
        assert_eq!(
            winner(&decide(vec![click("ann", 30)], &LAST, at(NOW))),
            "ann"
        );
        let late = decide(vec![click("ann", 30)], &LAST, at(NOW.plus_ms(1)));
        assert_eq!(
            (winner(&late), late.losers[0].1),
            ("nobody", Lost::OutsideWindow)
        );
    }

    #[test]
    fn a_click_after_the_order_or_of_nobody_does_not_count() {
        let future = decide(vec![click("ann", -1)], &LAST, at(NOW));
        assert_eq!(future.losers[0].1, Lost::AfterOrder);
        let nobody = Candidate {
            advocate: None,
            ..click("x", 1)
        };
        assert_eq!(
            decide(vec![nobody], &LAST, at(NOW)).losers[0].1,
            Lost::UnknownCode
        );
    }

    #[test]
    fn the_merchant_beats_everything() {
        let all = vec![click("ann", 0), coupon("bob"), of("cem", Source::Manual)];
        let decision = decide(all, &LAST, at(NOW));
        assert_eq!(winner(&decision), "cem");
        assert!(
            decision
                .losers
                .iter()
                .all(|(_, lost)| *lost == Lost::ManualWon)
        );
    }

    #[test]
    fn a_friend_belongs_to_who_brought_them_where_only_new_customers_count() {
        let all = vec![click("ann", 0), of("bob", Source::EarlierOrder)];
        assert_eq!(winner(&decide(all.clone(), &LAST, at(NOW))), "bob");
        let anyone = Rules {
            first_comes_first: false,
            ..LAST
        };
        assert_eq!(winner(&decide(all, &anyone, at(NOW))), "ann");
    }

    #[test]
    fn a_click_within_the_checkout_displaces_no_earlier_one() {
        let late = Candidate {
            at: NOW.plus_ms(-9 * 60_000),
            ..click("extension", 0)
        };
        let both = vec![click("ann", 2), late.clone()];
        let decision = decide(both.clone(), &LAST, at(NOW));
        assert_eq!(winner(&decision), "ann");
        assert_eq!(decision.losers, [(late.clone(), Lost::LateClick)]);
        assert_eq!(
            winner(&decide(vec![late], &LAST, at(NOW))),
            "extension",
            "alone it counts"
        );
        let allowed = Rules {
            late_click_minutes: 0,
            ..LAST
        };
        assert_eq!(
            winner(&decide(both.clone(), &allowed, at(NOW))),
            "extension"
        );
        let told = Moment {
            checkout_at: Some(NOW.plus_ms(-5 * 60_000)),
            ..at(NOW)
        };
        assert_eq!(
            winner(&decide(both, &LAST, told)),
            "extension",
            "it came before the checkout"
        );
    }

    #[test]
    fn equals_are_decided_by_themselves() {
        let (one, two) = (click("ann", 1), click("bob", 1));
        let forth = decide(vec![one.clone(), two.clone()], &LAST, at(NOW));
        let back = decide(vec![two, one], &LAST, at(NOW));
        assert_eq!(forth, back);
    }

    #[test]
    fn names_are_the_documented_ones() {
        let names: Vec<_> = Lost::ALL.iter().map(|lost| lost.as_str()).collect();
        assert!(names.iter().all(|name| !name.is_empty()));
    }
}
