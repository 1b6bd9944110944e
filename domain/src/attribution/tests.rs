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
