//! Histories in which an order was judged wrongly.

use grapevine_domain::program::SelfReferral;

use super::super::step::{LEAVER, Step, Told, Word};
use super::{DAY, WHOLE, by, order, play, rules, status};

#[test]
fn a_flagged_referral_that_the_merchant_lets_stand_is_released() {
    let model = play(vec![
        rules(|program| program.self_referral = SelfReferral::Flag),
        Step::Report(Told {
            person: Some(0),
            ..by(0, 1)
        }),
        Step::Decide(1, None, Word::Assign(0)),
        Step::Pass(15 * DAY),
        Step::Due,
    ]);
    assert_eq!(status(&model, 1, 0), "approved ");
}

#[test]
fn an_order_that_changes_hands_leaves_the_chain() {
    let model = play(vec![
        rules(|_| {}),
        Step::Report(Told {
            server: false,
            minor: 3_000,
            person: Some(1),
            ..by(0, 1)
        }),
        Step::Report(order(1)),
    ]);
    assert_eq!(model.advocates[1].brought_by, None);
}

#[test]
fn a_refunded_order_closes_no_loop_and_opens_none() {
    let friend = |person, told: Told| {
        Step::Report(Told {
            person: Some(person),
            ..told
        })
    };
    let model = play(vec![
        rules(|_| {}),
        friend(0, by(2, 1)),
        Step::Refund(2, 0, WHOLE),
        Step::Pass(1),
        friend(2, by(0, 2)),
        Step::Pass(1),
        friend(0, by(2, 3)),
    ]);
    assert_eq!(model.orders[&3].verdict, "referred");
}

#[test]
fn a_loop_that_is_no_more_is_judged_again() {
    let model = play(vec![
        rules(|_| {}),
        Step::Report(Told {
            server: false,
            person: Some(0),
            minor: 3_000,
            ..by(1, 1)
        }),
        Step::Pass(1),
        Step::Report(Told {
            server: false,
            person: Some(1),
            ..by(0, 2)
        }),
        // The shop knows nothing of that friend and that code.
        Step::Report(order(1)),
    ]);
    assert_eq!(model.orders[&2].verdict, "referred");
}

#[test]
fn what_was_approved_stays_with_who_leaves() {
    let model = play(vec![
        rules(|_| {}),
        Step::Report(by(LEAVER, 1)),
        Step::Decide(1, None, Word::Approve),
        Step::Decide(1, None, Word::Undo),
        Step::Leave,
        Step::Refund(1, 0, Some((500, "EUR"))),
    ]);
    assert_eq!(status(&model, 1, LEAVER), "approved ");
}

#[test]
fn a_suspicion_goes_with_whom_it_was_about() {
    let model = play(vec![
        rules(|_| {}),
        Step::Leave,
        Step::Report(Told {
            person: Some(0),
            clicks: vec![1],
            ..order(1)
        }),
        Step::Report(Told {
            ago: Some(3 * DAY),
            ..by(LEAVER, 1)
        }),
    ]);
    assert_eq!(model.orders[&1].verdict, "advocate_left");
}

#[test]
fn a_suspicion_is_not_lifted_by_leaving() {
    let rule = |rule| rules(move |program| program.self_referral = rule);
    for (rule, word) in [
        (rule(SelfReferral::Flag), "flagged"),
        (rule(SelfReferral::Void), "self_referral"),
    ] {
        let themselves = Told {
            person: Some(LEAVER),
            ..by(LEAVER, 1)
        };
        let model = play(vec![
            rule,
            Step::Report(themselves),
            Step::Pass(15 * DAY),
            Step::Leave,
            Step::Refund(1, 0, Some((500, "EUR"))),
            Step::Due,
        ]);
        assert_eq!(model.orders[&1].verdict, word);
    }
}
