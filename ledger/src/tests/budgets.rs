//! The budget: the most that the programme spends, whoever comes first.

use serde_json::json;

use super::harness::{Shop, credit, euros, publish, starter, text};
use crate::command::Command;
use grapevine_domain::money::Amounts;
use grapevine_domain::period::Period;
use grapevine_domain::program::{Budget, Program};

fn program(minor: i64) -> Program {
    let mut program = starter();
    program.advocate = Some(credit(1_000));
    program.friend = None;
    program.budget = Some(Budget {
        per: Period::Month,
        amounts: Amounts::of(euros(minor)),
        low_at_percent: 50,
    });
    program
}

fn own(shop: &Shop, order: &str) -> String {
    let reward = shop.own_reward(order);
    let reason = reward["reason"].as_str().unwrap_or("");
    format!("{} {reason}", text(&reward, "/status"))
        .trim()
        .to_owned()
}

fn kinds(shop: &Shop) -> Vec<String> {
    let events = shop.run(Command::Events {
        after: 0,
        limit: 1_000,
    });
    let events = events["data"].as_array().unwrap().iter();
    let kinds = events.map(|event| text(event, "/kind"));
    kinds.filter(|kind| kind.starts_with("program.")).collect()
}

#[test]
fn what_does_not_fit_is_refused_and_comes_back_when_there_is_room() {
    let shop = Shop::with(program(2_500));
    let code = shop.advocate("ada@mail.example");
    for order in ["1", "2", "3"] {
        shop.bring(order, &code, 5_000);
    }
    assert_eq!(own(&shop, "2"), "pending");
    assert_eq!(own(&shop, "3"), "voided budget_spent");
    assert_eq!(kinds(&shop), ["program.budget_low", "program.paused"]);
    assert_eq!(shop.run(Command::Program)["paused"], "budget");
    assert_eq!(shop.run(Command::Settings)["paused"], true);
    let token = shop.click(&code, "x");
    assert_eq!(
        shop.refused(Command::ClaimCoupon { token }),
        "program_paused"
    );
    shop.refund("1", "r1", 5_000);
    assert_eq!(own(&shop, "3"), "pending");
    assert_eq!(shop.run(Command::Program)["paused"], json!(null));
    shop.sound();
}

#[test]
fn an_order_that_comes_late_but_was_first_goes_first() {
    let shop = Shop::with(program(1_000));
    let code = shop.advocate("ada@mail.example");
    let token = shop.click_of("acme", &code, "x", shop.now().plus_ms(-3 * 86_400_000));
    shop.bring("2", &code, 5_000);
    assert_eq!(own(&shop, "2"), "pending");
    let early = super::harness::server("1")
        .token(&token)
        .days_ago(2)
        .email("a@mail.example");
    shop.report(early);
    assert_eq!(own(&shop, "1"), "pending");
    assert_eq!(own(&shop, "2"), "voided budget_spent");
}

#[test]
fn what_was_approved_keeps_its_money() {
    let shop = Shop::with(program(1_000));
    let code = shop.advocate("ada@mail.example");
    let token = shop.click_of("acme", &code, "x", shop.now().plus_ms(-3 * 86_400_000));
    shop.bring("2", &code, 5_000);
    shop.decide("2", crate::command::Decision::Approve { reason: None });
    shop.report(
        super::harness::server("1")
            .token(&token)
            .days_ago(2)
            .email("a@mail.example"),
    );
    assert_eq!(own(&shop, "1"), "voided budget_spent");
    assert_eq!(own(&shop, "2"), "approved");
}

#[test]
fn more_money_lets_the_refused_pass_also_after_their_hold() {
    let shop = Shop::with(program(1_000));
    let code = shop.advocate("ada@mail.example");
    for order in ["1", "2"] {
        shop.bring(order, &code, 5_000);
    }
    // November: the orders' own month counts, not the day of the approval.
    shop.after_hold();
    assert_eq!(own(&shop, "2"), "voided budget_spent");
    shop.run(publish(program(2_000)));
    assert_eq!(own(&shop, "2"), "approved");
    let mut endless = program(1);
    endless.budget = None;
    shop.bring("3", &code, 5_000);
    shop.run(publish(endless));
    assert_eq!(own(&shop, "3"), "pending");
}

#[test]
fn a_new_period_has_its_own_budget() {
    let shop = Shop::with(program(1_000));
    let code = shop.advocate("ada@mail.example");
    shop.bring("1", &code, 5_000);
    assert_eq!(shop.run(Command::Program)["paused"], "budget");
    shop.pass_days(14);
    shop.run(Command::RunDue);
    assert_eq!(shop.run(Command::Program)["paused"], json!(null));
    shop.bring("2", &code, 5_000);
    assert_eq!(own(&shop, "2"), "pending");
    assert_eq!(
        kinds(&shop),
        ["program.paused", "program.resumed", "program.paused"]
    );
}

#[test]
fn a_stranger_with_a_browser_spends_nothing_of_it() {
    let shop = Shop::with(program(1_000));
    let code = shop.advocate("ada@mail.example");
    for n in 0..5 {
        let order = format!("forged{n}");
        let token = shop.click(&code, "x");
        shop.report(super::harness::browser(&order).token(&token));
    }
    assert_eq!(shop.run(Command::Program)["paused"], json!(null));
    shop.bring("1", &code, 5_000);
    assert_eq!(own(&shop, "1"), "pending");
}
