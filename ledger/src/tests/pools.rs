//! Pools of codes: who hears that one is empty, and who gets what is uploaded.

use serde_json::Value as Json;

use super::harness::{Shop, credit, publish, server, starter, text};
use crate::command::Command;
use grapevine_domain::reward::{HandOver, SideRules};

fn fill(shop: &Shop, pool: &str, codes: &[&str]) -> Json {
    shop.run(Command::AddCoupons {
        pool: pool.to_owned(),
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
    })
}

fn from_pool(side: SideRules, pool: &str) -> SideRules {
    SideRules {
        hand_over: Some(HandOver::Pool {
            pool: pool.to_owned(),
        }),
        ..side
    }
}

/// How often the merchant heard that a pool is empty.
fn told(shop: &Shop) -> usize {
    let events = shop.run(Command::Events {
        after: 0,
        limit: 1_000,
    });
    let events = events["data"].as_array().unwrap().iter();
    events
        .filter(|event| event["kind"] == "program.pool_empty")
        .count()
}

#[test]
fn the_merchant_hears_when_the_last_code_is_given_out() {
    let mut program = starter();
    program.friend = program.friend.map(|side| from_pool(side, "spring"));
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    fill(&shop, "spring", &["S-1", "S-2"]);
    shop.claim(&shop.click(&code, "email"));
    assert_eq!(told(&shop), 0);
    shop.claim(&shop.click(&code, "email"));
    assert_eq!(told(&shop), 1);
    let late = Command::ClaimCoupon {
        token: shop.click(&code, "email"),
    };
    assert_eq!(shop.refused(late.clone()), "no_coupons_left");
    assert_eq!(told(&shop), 1, "a refusal undoes all that it wrote");
    fill(&shop, "spring", &["S-3"]);
    assert_eq!(text(&shop.run(late), "/coupon"), "S-3");
    assert_eq!(told(&shop), 2);
    shop.sound();
}

#[test]
fn rewards_that_wait_for_no_code_stand_in_nobodys_way() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    // Store credit, which the shop hands over: approved, and without a code.
    shop.report(server("1").token(&shop.click(&code, "email")));
    let mut program = starter();
    program.advocate = Some(from_pool(credit(700), "cards"));
    shop.run(publish(program.clone()));
    shop.report(server("2").token(&shop.click(&code, "email")));
    program.advocate = Some(from_pool(credit(800), "others"));
    shop.run(publish(program));
    shop.report(server("3").token(&shop.click(&code, "email")));
    shop.after_hold();
    for order in ["1", "2", "3"] {
        assert_eq!(shop.statuses(order), "approved approved approved");
    }
    fill(&shop, "cards", &["CARD-1"]);
    assert_eq!(shop.statuses("1"), "approved approved approved");
    assert_eq!(shop.statuses("2"), "approved issued approved");
    assert_eq!(shop.statuses("3"), "approved approved approved");
    fill(&shop, "others", &["OTHER-1", "OTHER-2"]);
    assert_eq!(shop.statuses("3"), "approved issued approved");
}

#[test]
fn a_programme_with_an_empty_pool_is_warned_of() {
    let shop = Shop::open();
    let mut program = starter();
    program.advocate = program.advocate.map(|side| from_pool(side, "cards"));
    let warned = |program| {
        let preview = shop.run(Command::PreviewProgram { program });
        preview["warnings"]
            .to_string()
            .contains("cards has no codes")
    };
    assert!(warned(program.clone()));
    let published = shop.run(publish(program.clone()));
    assert!(published["warnings"].to_string().contains("cards"));
    fill(&shop, "cards", &["CARD-1"]);
    assert!(!warned(program));
}

#[test]
fn rewards_are_asked_for_by_a_status_that_there_is() {
    let shop = Shop::open();
    let list = |status: &str| {
        Command::Rewards(crate::reports::rewards::Filter {
            status: Some(status.to_owned()),
            ..Default::default()
        })
    };
    assert_eq!(shop.refused(list("payed")), "invalid_status");
    assert_eq!(shop.run(list("expired"))["data"], serde_json::json!([]));
}
