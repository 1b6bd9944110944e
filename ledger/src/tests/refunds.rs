//! Money given back.

use serde_json::json;

use super::harness::{Shop, browser, euros, refund_of, server, share, starter};
use crate::command::Command;
use grapevine_domain::money::{Amounts, Currency, Money};

/// A shop with a referred order "1" over 50.00 and a minimum of 25.00; the
/// advocate gets a tenth.
fn shop() -> Shop {
    let mut program = starter();
    program.minimum_order = Some(Amounts::of(euros(2_500)));
    program.advocate = Some(share(1_000));
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    shop.report(server("1").token(&shop.click(&code, "email")));
    shop
}

fn worth(shop: &Shop) -> serde_json::Value {
    shop.order("1")["referral"]["rewards"][0]["money"].clone()
}

#[test]
fn a_full_refund_voids_both_rewards() {
    let shop = shop();
    shop.refund("1", "r1", 5_000);
    assert_eq!(shop.verdict("1"), "refunded");
    assert_eq!(shop.statuses("1"), "voided voided voided");
    assert_eq!(shop.mails("reward_declined", "ada@mail.example"), 1);
    shop.after_hold();
    assert_eq!(shop.statuses("1"), "voided voided voided");
    shop.sound();
}

#[test]
fn a_partial_refund_reduces_a_share_and_leaves_the_rest() {
    let shop = shop();
    shop.refund("1", "r1", 1_000);
    assert_eq!(shop.statuses("1"), "pending pending pending");
    assert_eq!(worth(&shop), json!(euros(400)));
    shop.refund("1", "r2", 1_501);
    assert_eq!(shop.verdict("1"), "below_minimum");
    assert_eq!(shop.statuses("1"), "voided voided voided");
    shop.refund("1", "r3", 9_999);
    assert_eq!(shop.verdict("1"), "refunded");
    assert_eq!(shop.order("1")["referral"]["reason"], "refunded");
}

#[test]
fn the_same_refund_again_counts_once_and_never_with_another_sum() {
    let shop = shop();
    shop.refund("1", "r1", 1_000);
    let before = shop.dump();
    shop.refund("1", "r1", 1_000);
    assert_eq!(shop.dump(), before);
    assert_eq!(
        shop.refused(refund_of("1", "r1", 2_000)),
        "refund_id_reused"
    );
    assert_eq!(shop.dump(), before);
}

#[test]
fn a_refund_that_arrives_before_its_order_is_kept_for_it() {
    let shop = shop();
    assert_eq!(shop.refund("2", "r1", 5_000)["conversion"], json!(null));
    let code = shop.advocate("ada@mail.example");
    shop.report(server("2").token(&shop.click(&code, "email")));
    assert_eq!(shop.verdict("2"), "refunded");
    assert_eq!(shop.statuses("2"), "voided");
}

#[test]
fn a_refund_after_the_approval_voids_too() {
    let shop = shop();
    shop.after_hold();
    assert_eq!(shop.statuses("1"), "approved issued approved");
    shop.refund("1", "r1", 5_000);
    assert_eq!(shop.statuses("1"), "voided voided voided");
    shop.sound();
}

#[test]
fn a_partial_refund_after_the_approval_reduces_what_the_coupon_is_worth() {
    let shop = shop();
    shop.after_hold();
    shop.refund("1", "r1", 1_000);
    assert_eq!(shop.statuses("1"), "approved issued approved");
    assert_eq!(worth(&shop), json!(euros(400)));
}

#[test]
fn a_currency_that_only_a_browser_named_does_not_stop_a_refund() {
    let shop = Shop::open();
    let dollars = Money {
        minor: 5_000,
        currency: Currency::parse("USD").unwrap(),
    };
    let mut forged = browser("1");
    forged.amount = Some(dollars);
    shop.report(forged);
    shop.refund("1", "r1", 5_000);
    shop.report(server("1"));
    let refunded = &shop.order("1")["conversion"]["refunded"];
    assert_eq!(*refunded, json!(euros(5_000)));
}

#[test]
fn nothing_and_less_cannot_be_given_back() {
    let shop = shop();
    for amount in [0, -1, i64::MAX] {
        assert_eq!(shop.refused(refund_of("1", "r", amount)), "invalid_amount");
    }
    assert_eq!(shop.refused(refund_of("1", "", 1)), "invalid_refund_id");
    let unknown = Command::Conversion {
        order_id: "9".to_owned(),
    };
    assert_eq!(shop.refused(unknown), "unknown_order");
}
