//! Histories that once went wrong, each with what was wrong in its name: amounts and
//! limits here, judgements beside.

mod judgements;

use grapevine_domain::money::Amounts;
use grapevine_domain::period::Period;
use grapevine_domain::program::{Budget, Cap, NewCustomer, Program, Trigger};
use grapevine_domain::reward::{Clawback, HandOver, PartialRefund, Side};

use super::agree;
use super::bench::Bench;
use super::facts::Model;
use super::step::{Act, Step, Told, Typed, UNPROVED, Word};
use crate::tests::harness::{credit, euros, starter};

const DAY: i64 = 1_440;

/// The advocate gets 10, the friend nothing; everybody's every order counts.
fn rules(change: impl FnOnce(&mut Program)) -> Step {
    let mut program = starter();
    program.advocate = Some(credit(1_000));
    program.friend = None;
    program.trigger = Trigger::EveryOrder;
    program.new_customer = NewCustomer::Anyone;
    change(&mut program);
    Step::Publish(Box::new(program))
}

fn budget(per: Period, minor: i64) -> Option<Budget> {
    Some(Budget {
        per,
        amounts: Amounts::of(euros(minor)),
        low_at_percent: 20,
    })
}

fn cap(minor: i64) -> Vec<Cap> {
    vec![Cap {
        per: Period::AllTime,
        rewards: None,
        amounts: Some(Amounts::of(euros(minor))),
    }]
}

/// An order of 50 that nobody has brought.
fn order(number: usize) -> Told {
    Told {
        order: number,
        server: true,
        sign_up: false,
        minor: 5_000,
        currency: "EUR",
        person: None,
        clicks: Vec::new(),
        typed: None,
        ago: None,
        checkout_ago: None,
        not_new: false,
    }
}

/// The same by an advocate's code.
fn by(advocate: usize, number: usize) -> Told {
    Told {
        typed: Some(Typed::Personal(advocate)),
        ..order(number)
    }
}

fn play(steps: Vec<Step>) -> Model {
    agree(&mut Bench::new(), steps, 0)
}

fn status(model: &Model, order: usize, advocate: usize) -> String {
    let reward = &model.rewards[&(order, advocate, Side::Advocate)];
    format!("{} {}", reward.status.as_str(), reward.reason)
}

const WHOLE: Option<(i64, &str)> = None;

#[test]
fn an_order_that_is_paid_after_all_is_held_against_the_budget() {
    let model = play(vec![
        rules(|program| program.budget = budget(Period::AllTime, 1_500)),
        Step::Report(by(0, 1)),
        Step::Report(by(1, 2)),
        Step::Refund(1, 0, WHOLE),
        Step::PaidAfterAll(1),
    ]);
    assert_eq!(status(&model, 2, 1), "voided budget_spent");
}

#[test]
fn an_order_that_moves_to_another_day_leaves_room_on_the_first() {
    let model = play(vec![
        rules(|program| program.budget = budget(Period::Day, 1_500)),
        Step::Report(by(0, 1)),
        Step::Report(by(1, 2)),
        Step::Report(Told {
            ago: Some(3 * DAY),
            ..by(0, 1)
        }),
    ]);
    assert_eq!(status(&model, 2, 1), "pending ");
}

#[test]
fn room_under_a_cap_is_held_against_the_budget_before_it_is_approved() {
    let model = play(vec![
        rules(|program| {
            program.caps = cap(1_000);
            program.budget = budget(Period::AllTime, 2_000);
        }),
        Step::Report(by(0, 1)),
        Step::Report(by(1, 3)),
        Step::Report(by(3, 4)),
        Step::Report(by(0, 5)),
        Step::Decide(5, None, Word::Approve),
        Step::Refund(1, 0, WHOLE),
    ]);
    assert_eq!(status(&model, 4, 3), "pending ");
}

#[test]
fn a_settled_reward_that_falls_makes_room_for_an_earlier_order() {
    let model = play(vec![
        rules(|program| program.caps = cap(1_000)),
        Step::Report(by(0, 2)),
        Step::Decide(2, None, Word::Approve),
        Step::Report(Told {
            ago: Some(60),
            ..by(0, 1)
        }),
        Step::Refund(2, 0, WHOLE),
    ]);
    assert_eq!(status(&model, 1, 0), "pending ");
}

#[test]
fn an_undone_refund_takes_nothing_that_others_have_had_since() {
    play(vec![
        rules(|program| {
            program.partial_refund = PartialRefund::Scale;
            program.budget = budget(Period::AllTime, 1_500);
        }),
        Step::Report(by(0, 1)),
        Step::Decide(1, None, Word::Approve),
        Step::Refund(1, 0, Some((2_500, "EUR"))),
        Step::Report(by(1, 2)),
        Step::Decide(2, None, Word::Approve),
        Step::PaidAfterAll(1),
    ]);
}

#[test]
fn what_the_merchant_approves_without_the_shop_counts_against_the_limits() {
    let model = play(vec![
        rules(|program| program.caps = cap(1_500)),
        Step::Report(Told {
            server: false,
            ..by(0, 1)
        }),
        Step::Decide(1, None, Word::Approve),
        Step::Report(by(0, 2)),
    ]);
    assert_eq!(model.rewards[&(2, 0, Side::Advocate)].worth, 500);
}

#[test]
fn a_lowered_budget_is_looked_at_in_every_open_period() {
    let model = play(vec![
        rules(|_| {}),
        Step::Report(Told {
            ago: Some(10 * DAY),
            ..by(0, 1)
        }),
        rules(|program| program.budget = budget(Period::Day, 500)),
    ]);
    assert_eq!(status(&model, 1, 0), "voided budget_spent");
}

#[test]
fn a_budget_without_a_currency_refuses_nothing_in_it() {
    let dollars = |budget: bool| {
        rules(move |program| {
            let both = [("EUR", 1_000), ("USD", 1_100)].map(|(code, minor)| {
                (
                    grapevine_domain::money::Currency::parse(code).unwrap(),
                    minor,
                )
            });
            let amounts = Amounts(both.into());
            program.advocate.as_mut().unwrap().offer =
                grapevine_domain::reward::Offer::StoreCredit {
                    amounts: amounts.clone(),
                };
            program.budget = self::budget(Period::AllTime, 900);
            if budget && let Some(budget) = &mut program.budget {
                budget.amounts = amounts;
            }
        })
    };
    let model = play(vec![
        dollars(true),
        Step::Report(Told {
            currency: "USD",
            ..by(0, 1)
        }),
        Step::Report(Told {
            currency: "USD",
            ..by(1, 2)
        }),
        dollars(false),
    ]);
    assert_eq!(status(&model, 2, 1), "pending ");
}

#[test]
fn what_the_budget_refuses_keeps_its_place_under_a_cap() {
    let model = play(vec![
        rules(|program| {
            program.caps = cap(1_000);
            program.budget = budget(Period::AllTime, 900);
        }),
        Step::Report(by(0, 1)),
        Step::Report(by(0, 2)),
        Step::Report(order(3)),
        Step::Act(1, 0, Side::Advocate, Act::Void),
    ]);
    assert_eq!(status(&model, 2, 0), "voided budget_spent");
}

#[test]
fn a_reward_given_back_in_an_approved_referral_does_not_wait_for_ever() {
    let model = play(vec![
        rules(|_| {}),
        Step::Report(by(0, 1)),
        Step::Decide(1, None, Word::Approve),
        Step::Act(1, 0, Side::Advocate, Act::Void),
        Step::Act(1, 0, Side::Advocate, Act::Reinstate),
    ]);
    assert_eq!(status(&model, 1, 0), "approved ");
}

#[test]
fn what_the_shop_bore_is_not_handed_over_again() {
    let model = play(vec![
        rules(|program| program.clawback = Clawback::Forgive),
        Step::Report(by(0, 1)),
        Step::Decide(1, None, Word::Approve),
        Step::Act(1, 0, Side::Advocate, Act::Issue),
        Step::Refund(1, 0, WHOLE),
        Step::PaidAfterAll(1),
    ]);
    let reward = &model.rewards[&(1, 0, Side::Advocate)];
    assert_eq!(
        (reward.handed, reward.withheld, reward.forgiven),
        (1_000, 1_000, 0)
    );
}

#[test]
fn an_unused_code_that_shrinks_and_falls_is_worth_no_debt() {
    let pattern = HandOver::Pattern {
        pattern: "A-######".to_owned(),
    };
    let model = play(vec![
        rules(|program| {
            program.partial_refund = PartialRefund::Scale;
            program.advocate.as_mut().unwrap().hand_over = Some(pattern);
        }),
        Step::Report(by(0, 1)),
        Step::Decide(1, None, Word::Approve),
        Step::Refund(1, 0, Some((2_500, "EUR"))),
        Step::Refund(1, 1, WHOLE),
    ]);
    assert_eq!(model.owed(0, "EUR"), 0);
}

#[test]
fn codes_of_a_pool_go_to_who_waited_longest() {
    let pool = HandOver::Pool {
        pool: "P".to_owned(),
    };
    let model = play(vec![
        rules(|program| program.advocate.as_mut().unwrap().hand_over = Some(pool)),
        Step::Report(by(1, 5)),
        Step::Report(by(0, 2)),
        Step::Report(by(3, 3)),
        Step::Pass(15 * DAY),
        Step::Due,
        Step::FillPool(1),
    ]);
    assert_eq!(status(&model, 2, 0), "issued ");
}

#[test]
fn what_the_merchant_gives_counts_before_it_is_released() {
    let browsers = |number| Told {
        server: false,
        ..by(0, number)
    };
    play(vec![
        rules(|program| program.caps = cap(1_000)),
        Step::Report(browsers(1)),
        Step::Decide(1, None, Word::Void),
        Step::Act(1, 0, Side::Advocate, Act::Reinstate),
        Step::Report(by(0, 2)),
        Step::Pass(15 * DAY),
        Step::Due,
        Step::Report(order(3)),
    ]);
}

#[test]
fn a_reward_that_is_approved_by_hand_comes_before_earlier_open_ones() {
    let model = play(vec![
        rules(|program| program.caps = cap(1_000)),
        Step::Report(Told {
            ago: Some(60),
            ..by(0, 4)
        }),
        Step::Report(Told {
            server: false,
            ..by(0, 1)
        }),
        Step::Act(1, 0, Side::Advocate, Act::Approve),
    ]);
    assert_eq!(status(&model, 4, 0), "voided cap_reached");
}

#[test]
fn a_new_reward_in_an_approved_referral_does_not_wait_for_ever() {
    let mut dollars = credit(1_000).offer;
    if let grapevine_domain::reward::Offer::StoreCredit { amounts } = &mut dollars {
        let usd = grapevine_domain::money::Currency::parse("USD").unwrap();
        amounts.0.insert(usd, 1_100);
    }
    play(vec![
        rules(|program| {
            program.browser_orders_pay = true;
            program.hold_days = 0;
            program.friend = Some(grapevine_domain::reward::SideRules::of(dollars));
        }),
        Step::Report(Told {
            server: false,
            currency: "USD",
            ..by(UNPROVED, 1)
        }),
        Step::Due,
        Step::Report(by(UNPROVED, 1)),
    ]);
}
