//! A reward that is voided after it was handed over is owed, and the next ones settle
//! it: what people got is never more than what they earned, to the cent.

use serde_json::json;

use super::harness::{Shop, credit, euros, starter};
use crate::command::RewardAct;
use grapevine_domain::program::Program;
use grapevine_domain::reward::{Clawback, PartialRefund};

fn program() -> Program {
    let mut program = starter();
    program.advocate = Some(credit(1_000));
    program.friend = None;
    program.partial_refund = PartialRefund::Scale;
    program
}

/// A shop where Ada's first reward of 10.00 was handed over.
fn handed_over(program: Program) -> (Shop, String) {
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    shop.bring("1", &code, 5_000);
    shop.after_hold();
    shop.act("1", RewardAct::Issue);
    (shop, code)
}

fn owed(shop: &Shop) -> i64 {
    let ada = shop.run(crate::command::Command::AddAdvocate {
        email: "ada@mail.example".to_owned(),
        name: None,
        origin: String::new(),
    });
    let id = ada["id"].as_str().unwrap();
    let ada = shop.run(crate::command::Command::Advocate {
        id: id.to_owned(),
        origin: String::new(),
    });
    ada["owed"]["minor"].as_i64().unwrap()
}

#[test]
fn what_is_owed_is_kept_back_from_the_next_reward_and_said() {
    let (shop, code) = handed_over(program());
    shop.refund("1", "r1", 5_000);
    assert_eq!(owed(&shop), 1_000);
    shop.bring("2", &code, 5_000);
    shop.after_hold();
    let second = shop.own_reward("2");
    assert_eq!(second["status"], "issued", "it settles all that was owed");
    assert_eq!(second["withheld"], json!(euros(1_000)));
    assert_eq!(second["payable"], json!(euros(0)));
    assert_eq!(second["steps"][1], json!({ "rule": "debt", "minor": 0 }));
    assert_eq!(owed(&shop), 0);
    shop.bring("3", &code, 5_000);
    shop.after_hold();
    assert_eq!(shop.own_reward("3")["payable"], json!(euros(1_000)));
    shop.sound();
}

#[test]
fn a_part_that_was_returned_is_owed_too() {
    let (shop, code) = handed_over(program());
    shop.refund("1", "r1", 2_000);
    assert_eq!(shop.own_reward("1")["money"], json!(euros(600)));
    assert_eq!(owed(&shop), 400);
    shop.bring("2", &code, 5_000);
    shop.after_hold();
    assert_eq!(shop.own_reward("2")["payable"], json!(euros(600)));
    assert_eq!(shop.own_reward("2")["status"], "approved");
    assert_eq!(owed(&shop), 0);
}

#[test]
fn a_reward_that_comes_back_is_not_handed_over_twice() {
    let (shop, _) = handed_over(program());
    shop.refund("1", "r1", 5_000);
    shop.run(crate::command::Command::ReinstateOrder {
        order_id: "1".to_owned(),
    });
    assert_eq!(owed(&shop), 1_000, "until it is approved again");
    shop.after_hold();
    let first = shop.own_reward("1");
    assert_eq!(
        (&first["status"], &first["payable"]),
        (&json!("issued"), &json!(euros(0)))
    );
    assert_eq!(owed(&shop), 0);
}

#[test]
fn what_others_have_settled_is_given_again_when_it_comes_back() {
    let (shop, code) = handed_over(program());
    shop.refund("1", "r1", 5_000);
    shop.bring("2", &code, 5_000);
    shop.after_hold(); // settles all of it
    shop.run(crate::command::Command::ReinstateOrder {
        order_id: "1".to_owned(),
    });
    shop.after_hold();
    assert_eq!(shop.own_reward("1")["payable"], json!(euros(1_000)));
    shop.act("1", RewardAct::Issue);
    assert_eq!(owed(&shop), 0);
}

#[test]
fn the_shop_can_bear_it() {
    let mut program = program();
    program.clawback = Clawback::Forgive;
    let (shop, code) = handed_over(program);
    shop.refund("1", "r1", 5_000);
    assert_eq!(owed(&shop), 0);
    shop.bring("2", &code, 5_000);
    shop.after_hold();
    assert_eq!(shop.own_reward("2")["payable"], json!(euros(1_000)));
}

#[test]
fn a_code_that_nobody_used_is_taken_back_and_nothing_is_owed() {
    let mut program = program();
    program.advocate = Some(super::harness::amount_off(1_000));
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    shop.bring("1", &code, 5_000);
    shop.after_hold();
    let coupon = shop.own_reward("1")["coupon"].as_str().unwrap().to_owned();
    let check = crate::command::Command::Coupon {
        code: coupon.clone(),
    };
    assert_eq!(shop.run(check.clone())["usable"], true);
    shop.refund("1", "r1", 5_000);
    assert_eq!(shop.run(check.clone())["reason"], "coupon_withdrawn");
    assert_eq!(owed(&shop), 0);
    shop.run(crate::command::Command::ReinstateOrder {
        order_id: "1".to_owned(),
    });
    shop.after_hold();
    assert_eq!(
        shop.own_reward("1")["coupon"],
        json!(coupon),
        "the same code again"
    );
    assert_eq!(shop.run(check)["usable"], true);
    shop.report(
        super::harness::server("9")
            .coupon(&coupon)
            .email("ada@mail.example"),
    );
    assert_eq!(shop.own_reward("1")["status"], "redeemed");
    assert_eq!(
        shop.verdict("9"),
        "not_referred",
        "an own code brings nobody"
    );
    shop.refund("1", "r2", 5_000);
    assert_eq!(owed(&shop), 1_000, "now it was used");
}

#[test]
fn what_was_settled_for_a_refund_that_is_undone_is_paid_with_the_next_reward() {
    let (shop, code) = handed_over(program());
    shop.refund("1", "r1", 2_000);
    shop.bring("2", &code, 5_000);
    shop.after_hold();
    assert_eq!(shop.own_reward("2")["payable"], json!(euros(600)));
    shop.act("2", RewardAct::Issue);
    shop.run(crate::command::Command::ReinstateOrder {
        order_id: "1".to_owned(),
    });
    assert_eq!(shop.own_reward("1")["money"], json!(euros(1_000)));
    assert_eq!(owed(&shop), 0);
    shop.bring("3", &code, 5_000);
    shop.after_hold();
    let third = shop.own_reward("3");
    assert_eq!(
        third["payable"],
        json!(euros(1_400)),
        "4.00 were kept back for nothing"
    );
    assert_eq!(third["steps"][1], json!({ "rule": "debt", "minor": 1_400 }));
    shop.act("3", RewardAct::Issue);
    shop.bring("4", &code, 5_000);
    shop.after_hold();
    assert_eq!(shop.own_reward("4")["payable"], json!(euros(1_000)));
}
