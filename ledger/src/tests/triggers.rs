//! Which event counts, who is new, tiers, and clicks within the checkout.

use serde_json::json;

use super::harness::{SLUG, Shop, credit, euros, server, starter, text};
use crate::command::{Command, Report};
use crate::iso::Iso;
use grapevine_domain::conversion::ConversionKind;
use grapevine_domain::money::Amounts;
use grapevine_domain::program::{NewCustomer, Trigger};
use grapevine_domain::reward::{FriendsTier, OrderTier};

fn sign_up(id: &str) -> Report {
    Report {
        kind: ConversionKind::SignUp,
        amount: None,
        ..server(id)
    }
}

fn worth(shop: &Shop, order: &str) -> i64 {
    shop.own_reward(order)["money"]["minor"].as_i64().unwrap()
}

#[test]
fn a_sign_up_counts_once_where_sign_ups_count() {
    let mut program = starter();
    program.trigger = Trigger::SignUp;
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    let bob = |report: Report| report.email("bob@mail.example");
    shop.report(bob(sign_up("u1")).token(&shop.click(&code, "x")));
    shop.report(bob(sign_up("u2")).token(&shop.click(&code, "x")));
    shop.report(bob(server("o1")).token(&shop.click(&code, "x")));
    assert_eq!(shop.verdict("u1"), "referred");
    assert_eq!(shop.verdict("u2"), "not_new_customer");
    assert_eq!(shop.verdict("o1"), "other_trigger");
    assert_eq!(worth(&shop, "u1"), 1_000);
    let mixed = Command::ReportConversion(server("u1"));
    assert_eq!(shop.refused(mixed), "other_kind");
}

#[test]
fn a_friend_who_signed_up_by_a_link_is_remembered_when_buying() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.report(
        sign_up("u1")
            .token(&shop.click(&code, "x"))
            .email("bob@mail.example"),
    );
    shop.pass_days(40);
    shop.report(server("o1").email("bob@mail.example"));
    let order = shop.order("o1");
    assert_eq!(order["conversion"]["verdict"], "referred");
    assert_eq!(order["referral"]["source"], "earlier_order");
}

#[test]
fn only_the_nth_order_counts_where_the_programme_says_so() {
    let mut program = starter();
    program.trigger = Trigger::NthOrder { n: 3 };
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    shop.report(
        server("1")
            .token(&shop.click(&code, "x"))
            .email("bob@mail.example"),
    );
    for order in ["2", "3", "4"] {
        shop.pass_days(1);
        shop.report(server(order).email("bob@mail.example"));
    }
    let verdicts = ["1", "2", "3", "4"].map(|order| shop.verdict(order));
    assert_eq!(
        verdicts,
        [
            "not_nth_order",
            "not_nth_order",
            "referred",
            "not_nth_order"
        ]
    );
}

#[test]
fn every_order_of_a_friend_is_the_advocates_who_brought_them() {
    let mut program = starter();
    program.trigger = Trigger::EveryOrder;
    let shop = Shop::with(program);
    let [ada, bea] = ["ada@mail.example", "bea@mail.example"].map(|email| shop.advocate(email));
    shop.report(
        server("1")
            .token(&shop.click(&ada, "x"))
            .email("bob@mail.example"),
    );
    shop.pass_days(1);
    shop.report(
        server("2")
            .token(&shop.click(&bea, "x"))
            .email("bob@mail.example"),
    );
    let second = shop.order("2");
    assert_eq!(
        second["referral"]["advocate"]["email_hint"],
        "a•••@mail.example"
    );
    assert_eq!(second["why"][1]["reason"], "earlier_order_won");
}

#[test]
fn who_is_new_is_told_by_the_shop_or_by_the_days() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let told = Report {
        new_customer: Some(false),
        ..server("1").token(&shop.click(&code, "x"))
    };
    shop.report(told);
    assert_eq!(shop.verdict("1"), "not_new_customer");
    let mut program = starter();
    program.new_customer = NewCustomer::NotWithinDays { days: 90 };
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    shop.report(server("1").email("bob@mail.example"));
    shop.pass_days(89);
    shop.report(
        server("2")
            .token(&shop.click(&code, "x"))
            .email("bob@mail.example"),
    );
    assert_eq!(shop.verdict("2"), "not_new_customer");
    shop.pass_days(91);
    shop.report(
        server("3")
            .token(&shop.click(&code, "x"))
            .email("bob@mail.example"),
    );
    assert_eq!(
        shop.verdict("3"),
        "not_new_customer",
        "they came with order 2"
    );
}

#[test]
fn tiers_by_friends_follow_the_order_of_orders() {
    let mut program = starter();
    let mut advocate = credit(500);
    advocate.by_friends = vec![FriendsTier {
        from: 3,
        offer: credit(2_000).offer,
    }];
    program.advocate = Some(advocate);
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    for order in ["1", "2", "3"] {
        shop.pass_ms(1_000);
        shop.bring(order, &code, 5_000);
    }
    assert_eq!(
        [worth(&shop, "1"), worth(&shop, "2"), worth(&shop, "3")],
        [500, 500, 2_000]
    );
    assert_eq!(
        shop.own_reward("3")["steps"],
        json!([{ "rule": "friends_tier", "minor": 2_000 }])
    );
    shop.refund("1", "r1", 5_000);
    assert_eq!(worth(&shop, "3"), 500, "it is the second friend now");
    shop.run(Command::ReinstateOrder {
        order_id: "1".to_owned(),
    });
    assert_eq!(worth(&shop, "3"), 2_000);
}

#[test]
fn tiers_by_order_follow_what_was_kept() {
    let mut program = starter();
    let mut advocate = credit(500);
    advocate.by_order = vec![OrderTier {
        from: Amounts::of(euros(10_000)),
        offer: credit(3_000).offer,
    }];
    program.advocate = Some(advocate);
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    shop.bring("1", &code, 12_000);
    assert_eq!(worth(&shop, "1"), 3_000);
    shop.refund("1", "r1", 2_001);
    assert_eq!(worth(&shop, "1"), 500);
}

#[test]
fn a_click_within_the_checkout_takes_nothing_from_an_earlier_one() {
    let shop = Shop::open();
    let [ada, ext] = ["ada@mail.example", "ext@mail.example"].map(|email| shop.advocate(email));
    let report = |order: &str| {
        let early = shop.click_of(SLUG, &ada, "email", shop.now().plus_ms(-86_400_000));
        let late = shop.click_of(SLUG, &ext, "copy", shop.now().plus_ms(-60_000));
        Report {
            click_tokens: vec![late],
            ..server(order).token(&early)
        }
    };
    shop.report(report("1"));
    let order = shop.order("1");
    assert_eq!(
        order["referral"]["advocate"]["email_hint"],
        "a•••@mail.example"
    );
    assert_eq!(order["why"][1]["reason"], "late_click");
    // Where the shop tells when the checkout began, that counts.
    let told = Report {
        checkout_started_at: Some(Iso(shop.now().plus_ms(-30_000))),
        ..report("2")
    };
    shop.report(told);
    assert_eq!(
        text(&shop.order("2"), "/why/0/advocate_id"),
        text(&order, "/why/1/advocate_id")
    );
}
