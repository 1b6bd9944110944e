//! The merchant's word stands above the rules, is explained, and can be taken back.

use serde_json::json;

use super::harness::{Shop, credit, euros, server, starter, text};
use crate::command::{Command, Decision, RewardAct};
use grapevine_domain::money::Amounts;
use grapevine_domain::period::Period;
use grapevine_domain::program::{Cap, SelfReferral};

fn void() -> Decision {
    Decision::Void {
        reason: Some("a friend of mine".to_owned()),
    }
}

const REINSTATE: Decision = Decision::Reinstate { reason: None };
const APPROVE: Decision = Decision::Approve { reason: None };
const UNDO: Decision = Decision::Undo { reason: None };

fn id_of(shop: &Shop, email: &str) -> String {
    let added = shop.run(Command::AddAdvocate {
        email: email.to_owned(),
        name: None,
        origin: String::new(),
    });
    text(&added, "/id")
}

#[test]
fn a_referral_is_voided_by_hand_and_put_right_again() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.bring("1", &code, 5_000);
    let told = shop.decide("1", void());
    assert_eq!(shop.statuses("1"), "voided voided voided");
    assert_eq!(told["conversion"]["ruling"]["reason"], "a friend of mine");
    assert_eq!(shop.verdict("1"), "declined");
    // New facts do not undo it.
    shop.report(server("1").email("else@mail.example"));
    assert_eq!(shop.statuses("1"), "voided voided voided");
    shop.decide("1", REINSTATE);
    assert_eq!(shop.statuses("1"), "pending pending pending");
    shop.decide("1", UNDO);
    assert_eq!(shop.verdict("1"), "referred");
    assert!(shop.order("1")["conversion"]["ruling"].is_null());
    shop.sound();
}

#[test]
fn what_the_rules_voided_stands_by_the_merchants_word() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.report(
        server("1")
            .token(&shop.click(&code, "x"))
            .email("ada@mail.example"),
    );
    assert_eq!(shop.verdict("1"), "self_referral");
    shop.decide("1", REINSTATE);
    assert_eq!(shop.statuses("1"), "pending pending pending");
    shop.after_hold();
    assert_eq!(shop.statuses("1"), "approved approved approved");
    shop.decide("1", UNDO);
    assert_eq!(shop.statuses("1"), "voided voided voided");
}

#[test]
fn an_approval_ends_the_hold_period() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.bring("1", &code, 5_000);
    shop.decide("1", APPROVE);
    assert_eq!(shop.statuses("1"), "approved approved approved");
    let before = shop.dump();
    let again = shop.decide("1", REINSTATE_REFUSED.clone());
    assert!(again.is_object() && before != shop.dump());
}

const REINSTATE_REFUSED: Decision = Decision::Approve { reason: None };

#[test]
fn nothing_moves_against_its_arrows_whoever_asks() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.bring("1", &code, 5_000);
    let id = text(&shop.order("1"), "/referral/id");
    let decide = |decision| Command::DecideReferral {
        id: id.clone(),
        decision,
    };
    assert_eq!(shop.refused(decide(REINSTATE)), "wrong_status");
    for act in [RewardAct::Issue, RewardAct::Redeem, RewardAct::Reinstate] {
        assert_eq!(
            shop.refused(shop.act_of("1", act)),
            "wrong_status",
            "{act:?}"
        );
    }
    shop.decide("1", void());
    assert_eq!(shop.refused(decide(APPROVE)), "wrong_status");
    for act in [RewardAct::Approve, RewardAct::Issue, RewardAct::Redeem] {
        assert_eq!(
            shop.refused(shop.act_of("1", act)),
            "wrong_status",
            "{act:?}"
        );
    }
    let nobody = Command::DecideReferral {
        id: "ref_0".to_owned(),
        decision: APPROVE,
    };
    assert_eq!(shop.refused(nobody), "unknown_referral");
}

#[test]
fn the_merchant_gives_an_order_to_whom_it_likes() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let bea = id_of(&shop, "bea@mail.example");
    shop.bring("1", &code, 5_000);
    shop.report(server("2").email("cem@mail.example"));
    for order in ["1", "2"] {
        let command = Command::DecideOrder {
            order_id: order.to_owned(),
            decision: Decision::Assign {
                advocate_id: bea.clone(),
                reason: Some("told me on the phone".to_owned()),
            },
        };
        let answer = shop.run(command);
        assert_eq!(answer["referral"]["advocate"]["id"], json!(bea));
        assert_eq!(answer["why"][0]["source"], "manual");
        assert_eq!(shop.statuses(order), "pending pending pending");
    }
    assert_eq!(shop.order("1")["why"][1]["reason"], "manual_won");
    for order in ["1", "2"] {
        shop.run(Command::DecideOrder {
            order_id: order.to_owned(),
            decision: UNDO,
        });
    }
    assert_eq!(
        shop.order("1")["referral"]["advocate"]["email_hint"],
        "a•••@mail.example"
    );
    assert_eq!(shop.verdict("2"), "not_referred");
    let nobody = Command::DecideOrder {
        order_id: "1".to_owned(),
        decision: Decision::Assign {
            advocate_id: "adv_0".to_owned(),
            reason: None,
        },
    };
    assert_eq!(shop.refused(nobody), "unknown_advocate");
}

#[test]
fn a_flagged_referral_waits_for_the_merchant() {
    let mut program = starter();
    program.self_referral = SelfReferral::Flag;
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    shop.report(
        server("1")
            .token(&shop.click(&code, "x"))
            .email("ada@mail.example"),
    );
    assert_eq!(shop.statuses("1"), "flagged pending pending");
    shop.after_hold();
    assert_eq!(shop.statuses("1"), "flagged pending pending");
    shop.decide("1", APPROVE);
    assert_eq!(shop.statuses("1"), "approved approved approved");
}

#[test]
fn a_single_reward_is_taken_and_given_back() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.bring("1", &code, 5_000);
    shop.act("1", RewardAct::Void);
    assert_eq!(shop.statuses("1"), "pending voided pending");
    shop.after_hold();
    assert_eq!(shop.statuses("1"), "approved voided approved");
    let given = shop.act("1", RewardAct::Reinstate);
    assert_eq!(given["status"], "approved", "its time had come");
    let issued = shop.act("1", RewardAct::Issue);
    assert_eq!(issued["status"], "issued");
    assert_eq!(
        shop.act("1", RewardAct::Issue)["status"],
        "issued",
        "twice is once"
    );
    assert_eq!(shop.act("1", RewardAct::Redeem)["status"], "redeemed");
    shop.sound();
}

#[test]
fn a_reward_given_back_stands_above_the_cap() {
    let mut program = starter();
    program.advocate = Some(credit(1_000));
    program.caps = vec![Cap {
        per: Period::AllTime,
        rewards: None,
        amounts: Some(Amounts::of(euros(1_500))),
    }];
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    for order in ["1", "2", "3"] {
        shop.bring(order, &code, 5_000);
    }
    let worth = |order: &str| shop.own_reward(order)["money"]["minor"].as_i64().unwrap();
    assert_eq!((worth("1"), worth("2")), (1_000, 500));
    let third = shop.own_reward("3");
    assert_eq!(
        (&third["status"], &third["reason"]),
        (&json!("voided"), &json!("cap_reached"))
    );
    shop.act("3", RewardAct::Reinstate);
    assert_eq!(worth("3"), 1_000);
    // What the merchant gave is spent first: the first, gone, leaves no room for more.
    shop.refund("1", "r1", 5_000);
    assert_eq!(worth("2"), 500);
}
