//! An order counts once, whoever reports it and however often.

use serde_json::json;

use super::harness::{Shop, browser, euros, server, share, starter};
use crate::command::Command;
use grapevine_domain::money::{Amounts, Currency, Money};
use grapevine_domain::program::{NewCustomer, Trigger};

/// A shop with one advocate; the code.
fn shop() -> (Shop, String) {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    (shop, code)
}

fn rewards(shop: &Shop) -> usize {
    shop.run(Command::Rewards(Default::default()))["data"]
        .as_array()
        .unwrap()
        .len()
}

#[test]
fn the_same_report_again_changes_nothing() {
    let (shop, code) = shop();
    let report = server("1").token(&shop.click(&code, "email"));
    let first = shop.report(report.clone());
    let before = shop.dump();
    shop.pass_days(3);
    assert_eq!(shop.report(report), first);
    assert_eq!(shop.dump(), before);
}

#[test]
fn an_idempotency_key_answers_as_before_and_is_not_lent_to_another_request() {
    let (shop, code) = shop();
    let report = server("1").token(&shop.click(&code, "email")).key("k1");
    let first = shop.report(report.clone());
    shop.refund("1", "r1", 5_000);
    let before = shop.dump();
    assert_eq!(shop.report(report), first, "the answer of the first time");
    let other = Command::ReportConversion(server("2").key("k1"));
    assert_eq!(shop.refused(other), "idempotency_key_reused");
    assert_eq!(shop.dump(), before);
}

#[test]
fn a_key_is_forgotten_after_three_days_but_the_order_is_not() {
    let (shop, code) = shop();
    let report = server("1").token(&shop.click(&code, "email")).key("k1");
    shop.report(report.clone());
    shop.pass_days(4);
    shop.report(server("2").key("k2"));
    shop.report(report);
    assert_eq!(rewards(&shop), 2);
}

#[test]
fn browser_then_server_is_one_order() {
    let (shop, code) = shop();
    let token = shop.click(&code, "email");
    shop.report(browser("1").token(&token));
    shop.report(server("1").email("bob@mail.example"));
    assert_eq!(shop.statuses("1"), "pending pending pending");
    assert_eq!(rewards(&shop), 2);
    assert_eq!(shop.order("1")["conversion"]["confirmed"], true);
}

#[test]
fn server_then_browser_adds_the_click_and_pays_once() {
    let (shop, code) = shop();
    let token = shop.click(&code, "email");
    shop.report(server("1").email("bob@mail.example"));
    assert_eq!(shop.verdict("1"), "not_referred");
    shop.pass_ms(30 * 60 * 1000);
    shop.report(browser("1").token(&token));
    assert_eq!(shop.statuses("1"), "pending pending pending");
    shop.report(browser("1").token(&token));
    assert_eq!(rewards(&shop), 2);
}

#[test]
fn a_late_word_from_a_browser_changes_nothing() {
    let (shop, code) = shop();
    let token = shop.click(&code, "email");
    shop.report(server("1"));
    shop.pass_ms(30 * 60 * 1000 + 1);
    let before = shop.dump();
    shop.report(browser("1").token(&token));
    assert_eq!(shop.dump(), before);
}

#[test]
fn whoever_guesses_an_order_number_cannot_take_the_credit() {
    let (shop, code) = shop();
    let token = shop.click(&code, "email");
    // Ahead of the order, and right after it.
    shop.report(browser("1").token(&token).amount(1));
    shop.report(server("1").email("bob@mail.example"));
    shop.report(server("2").email("cem@mail.example"));
    shop.report(browser("2").token(&token).amount(1));
    for order in ["1", "2"] {
        assert_eq!(shop.verdict(order), "not_referred");
    }
    shop.after_hold();
    assert_ne!(shop.statuses("1"), "approved approved approved");
    // A browser that knows who paid is believed, though it counts the postage.
    let report = browser("3").amount(4_500).email("dan@mail.example");
    shop.report(report.token(&shop.click(&code, "x")));
    shop.report(server("3").email("Dan@mail.example"));
    assert_eq!(shop.statuses("3"), "pending pending pending");
}

#[test]
fn the_servers_sum_replaces_the_browsers_also_in_the_rewards() {
    let mut program = starter();
    program.advocate = Some(share(1_000));
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    let token = shop.click(&code, "email");
    let report = browser("1").token(&token).email("bob@mail.example");
    shop.report(report.amount(1_000_000));
    shop.report(server("1").email("bob@mail.example"));
    let order = shop.order("1");
    let rewards = order["referral"]["rewards"].as_array().unwrap();
    assert_eq!(rewards[0]["money"], json!(euros(500)));
}

#[test]
fn a_browser_that_said_too_little_does_not_cost_the_rewards() {
    let mut program = starter();
    program.minimum_order = Some(Amounts::of(euros(2_500)));
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    let token = shop.click(&code, "email");
    shop.report(browser("1").token(&token).amount(100));
    assert_eq!(shop.statuses("1"), "voided");
    shop.report(server("1").token(&token));
    assert_eq!(shop.statuses("1"), "pending pending pending");
}

#[test]
fn a_friends_second_order_earns_nothing_by_address_or_by_click() {
    let (shop, code) = shop();
    let token = shop.click(&code, "email");
    shop.report(server("1").token(&token).email("bob@mail.example"));
    shop.report(server("2").token(&token).email("other@mail.example"));
    let again = shop.click(&code, "email");
    shop.report(server("3").token(&again).email("Bob+tea@mail.example"));
    assert_eq!(shop.verdict("2"), "not_new_customer");
    assert_eq!(shop.verdict("3"), "not_new_customer");
    assert_eq!(rewards(&shop), 2);
    assert_eq!(shop.statuses("2"), "none");
}

#[test]
fn every_order_counts_where_the_programme_says_so() {
    let mut program = starter();
    program.new_customer = NewCustomer::Anyone;
    program.trigger = Trigger::EveryOrder;
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    let token = shop.click(&code, "email");
    for order in ["1", "2"] {
        shop.report(server(order).token(&token).email("bob@mail.example"));
        assert_eq!(shop.statuses(order), "pending pending pending");
    }
}

#[test]
fn an_earlier_order_that_is_reported_late_makes_the_later_one_the_second() {
    let (shop, code) = shop();
    let token = shop.click(&code, "email");
    shop.report(server("2").token(&token).email("bob@mail.example"));
    assert_eq!(shop.statuses("2"), "pending pending pending");
    shop.report(server("1").email("bob@mail.example").days_ago(2));
    assert_eq!(shop.verdict("2"), "not_new_customer");
    assert_eq!(shop.statuses("2"), "voided voided voided");
    shop.sound();
}

#[test]
fn a_stranger_cannot_make_a_friend_an_old_customer_through_a_browser() {
    let (shop, code) = shop();
    shop.report(browser("guess").email("bob@mail.example"));
    shop.pass_ms(1);
    let token = shop.click(&code, "email");
    shop.report(server("1").token(&token).email("bob@mail.example"));
    assert_eq!(shop.statuses("1"), "pending pending pending");
    assert_eq!(shop.verdict("guess"), "not_new_customer");
    assert_eq!(shop.statuses("guess"), "none");
}

#[test]
fn an_order_that_turns_out_to_be_somebody_elses_frees_the_first_ones() {
    let (shop, code) = shop();
    shop.report(browser("1").email("bob@mail.example"));
    let token = shop.click(&code, "email");
    shop.report(browser("2").token(&token).email("bob@mail.example"));
    assert_eq!(shop.verdict("2"), "not_new_customer");
    shop.report(server("1").email("cem@mail.example"));
    assert_eq!(shop.verdict("2"), "referred");
}

#[test]
fn what_makes_no_sense_is_refused_and_leaves_no_trace() {
    let (shop, _) = shop();
    let before = shop.dump();
    let dollars = Money {
        minor: 1,
        currency: Currency::parse("USD").unwrap(),
    };
    let long = "x".repeat(101);
    for (report, code) in [
        (server(""), "invalid_order_id"),
        (server(&long), "invalid_order_id"),
        (server("a\nb"), "invalid_order_id"),
        (server("1").amount(-1), "invalid_amount"),
        (server("1").amount(i64::MAX), "invalid_amount"),
        (server("1").email("bob"), "invalid_email"),
        (server("1").coupon(&long), "invalid_coupon"),
        (server("1").key(""), "invalid_idempotency_key"),
    ] {
        assert_eq!(shop.refused(Command::ReportConversion(report)), code);
    }
    assert_eq!(shop.dump(), before);
    shop.report(server("1"));
    let refund = Command::ReportRefund {
        order_id: "1".to_owned(),
        refund_id: "r".to_owned(),
        amount: Some(dollars),
    };
    assert_eq!(shop.refused(refund), "other_currency");
}

#[test]
fn a_shop_whose_clock_is_ahead_places_no_order_in_the_future() {
    let (shop, code) = shop();
    let token = shop.click(&code, "email");
    let order = shop.report(server("1").token(&token).days_ago(-3));
    let now = crate::iso::Iso(shop.now()).text();
    assert_eq!(order["conversion"]["ordered_at"], json!(now));
}
