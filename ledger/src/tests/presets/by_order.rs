//! Presets in which the order itself decides: its size, its number, how many there are.

use grapevine_domain::reward::Rule;

use super::{Walk, arithmetic, sums};
use crate::command::RewardAct;
use crate::tests::harness::{euros, server};

#[test]
fn seventy_five_in_cash_for_one_big_purchase() {
    let walk = Walk::start("cash-for-a-big-purchase");
    let eve = walk.shop.advocate("eve@mail.example");
    let first = walk.lands();
    walk.shop.pass_days(1);
    let later = walk.shop.click(&eve, "email");
    walk.shop.pass_days(1);
    let report = server("m1")
        .token(&later)
        .amount(60_000)
        .email("bob@mail.example");
    let mut report = report;
    report.click_tokens = vec![first];
    walk.shop.report(report);
    assert_eq!(
        walk.shop.statuses("m1"),
        "pending pending",
        "one side, Ada's"
    );
    assert_eq!(walk.all().len(), 1);
    walk.books(sums(60_000, 7_500, 0, 0));
    walk.after(60);
    assert_eq!(walk.shop.statuses("m1"), "approved approved");
    let shown = walk.act(&walk.own("m1"), RewardAct::Issue, "gift card no. 17");
    assert_eq!(shown["reference"], "gift card no. 17");
    walk.act(&walk.own("m1"), RewardAct::Redeem, "");
    walk.books(sums(60_000, 7_500, 7_500, 0));

    // 500.00 a year: the seventh gets what is left, the eighth nothing.
    let small = walk.buys("m0", 49_999);
    assert_eq!(small["conversion"]["verdict"], "below_minimum");
    for number in 2..=9 {
        walk.buys(&format!("m{number}"), 50_000);
    }
    let last = arithmetic(&walk.own("m8"));
    assert_eq!(last, [(Rule::Offer, 7_500), (Rule::Cap, 5_000)]);
    assert_eq!(walk.shop.statuses("m9"), "pending voided");
    // m1 was bought in November, the others in January: another year.
    walk.books(sums(60_000 + 8 * 50_000, 7_500 + 50_000, 7_500, 0));
    // It came back after 75.00 were paid: Ada owes them, and gets 75.00 less next.
    walk.cancel("m1");
    walk.books(sums(8 * 50_000, 50_000, 7_500, 7_500));
    walk.after(60);
    assert_eq!(
        arithmetic(&walk.own("m2")),
        [(Rule::Offer, 7_500), (Rule::Debt, 0)]
    );
    walk.books(sums(8 * 50_000, 50_000, 7_500, 0));
    assert_eq!(walk.shop.statuses("m3"), "approved approved");
}

#[test]
fn the_larger_the_plan_the_larger_the_credit() {
    let walk = Walk::start("tiers-by-order");
    for (order, amount, worth) in [
        ("p1", 2_000, 500),
        ("p2", 3_999, 500),
        ("p3", 4_000, 1_500),
        ("p4", 12_000, 3_000),
        ("p5", 60_000, 10_000),
    ] {
        walk.buys(order, amount);
        assert_eq!(walk.own(order).worth, euros(worth), "{order}");
    }
    assert_eq!(arithmetic(&walk.own("p5")), [(Rule::OrderTier, 10_000)]);
    walk.books(sums(81_999, 15_500 + 5_000, 0, 0));
    // A phone goes back, the plan stays: the tier is that of what was kept.
    walk.shop.refund("p4", "r", 3_000);
    assert_eq!(arithmetic(&walk.own("p4")), [(Rule::OrderTier, 1_500)]);
    walk.shop.refund("p3", "r", 3_000);
    assert_eq!(walk.shop.statuses("p3"), "voided voided voided");
    walk.books(sums(75_999 - 1_000, 12_500 + 4_000, 0, 0));
    for number in 6..=9 {
        walk.buys(&format!("p{number}"), 50_000);
    }
    // 5 + 5 + 15 + 100 leave 275 of 400 for four of 100.
    assert_eq!(
        arithmetic(&walk.own("p8")),
        [(Rule::OrderTier, 10_000), (Rule::Cap, 7_500)]
    );
    assert_eq!(walk.shop.statuses("p9"), "pending voided pending");
    walk.books(sums(274_999, 40_000 + 8_000, 0, 0));
    walk.after(30);
    assert_eq!(walk.shop.statuses("p5"), "approved approved redeemed");
    walk.act(&walk.own("p5"), RewardAct::Issue, "on the bill of December");
    walk.act(&walk.own("p5"), RewardAct::Redeem, "");
    walk.books(sums(274_999, 48_000, 8_000 + 10_000, 0));
}

#[test]
fn a_free_month_when_the_second_month_is_paid() {
    let walk = Walk::start("free-months");
    let pays = |order: &str, friend: &str| {
        walk.shop.report(server(order).amount(1_200).email(friend));
        walk.shop.verdict(order)
    };
    assert_eq!(
        walk.buys("bob", 1_200)["conversion"]["verdict"],
        "not_nth_order"
    );
    walk.books(sums(0, 0, 0, 0));
    walk.after(30);
    assert_eq!(pays("bob-2", "friend-bob@mail.example"), "referred");
    assert_eq!(
        walk.shop.order("bob-2")["referral"]["source"],
        "earlier_order"
    );
    walk.books(sums(1_200, 2_400, 0, 0));
    walk.after(7);
    assert_eq!(walk.shop.statuses("bob-2"), "approved approved approved");
    for reward in [walk.own("bob-2"), walk.friends("bob-2")] {
        walk.act(&reward, RewardAct::Issue, "the month of January");
        walk.act(&reward, RewardAct::Redeem, "");
    }
    walk.books(sums(1_200, 2_400, 2_400, 0));
    walk.after(23);
    assert_eq!(pays("bob-3", "friend-bob@mail.example"), "not_nth_order");
    walk.cancel("bob-2");
    walk.books(sums(0, 0, 0, 0));

    // Twelve a year.
    for number in 1..=13 {
        walk.buys(&format!("f{number:02}"), 1_200);
    }
    walk.after(30);
    for number in 1..=13 {
        let friend = format!("friend-f{number:02}@mail.example");
        assert_eq!(pays(&format!("f{number:02}-2"), &friend), "referred");
    }
    assert_eq!(walk.shop.statuses("f12-2"), "pending pending pending");
    assert_eq!(walk.shop.statuses("f13-2"), "pending voided pending");
    walk.books(sums(13 * 1_200, 25 * 1_200, 0, 0));
}

#[test]
fn every_order_gives_to_the_cause_until_the_years_budget_is_spent() {
    let walk = Walk::start("donation");
    walk.buys("d1", 3_000);
    let bob = |order: &str, minor| {
        let report = server(order).amount(minor).email("friend-d1@mail.example");
        walk.shop.report(report);
        walk.shop.verdict(order)
    };
    assert_eq!(bob("d2", 2_000), "referred");
    assert_eq!(bob("d3", 999), "below_minimum");
    assert_eq!(bob("d4", 1_000), "referred");
    walk.books(sums(6_000, 600, 0, 0));
    walk.cancel("d2");
    walk.books(sums(4_000, 400, 0, 0));
    walk.after(14);
    assert_eq!(walk.shop.statuses("d4"), "approved approved");
    walk.act(&walk.own("d4"), RewardAct::Issue, "transfer of December");
    walk.act(&walk.own("d4"), RewardAct::Redeem, "");
    walk.books(sums(4_000, 400, 200, 0));

    // Less to give than was wanted: the merchant lowers the budget to 6.00.
    let mut program = walk.shop.run(crate::command::Command::Program)["program"].clone();
    program["budget"]["amounts"]["EUR"] = serde_json::json!(600);
    let program = serde_json::from_value(program).unwrap();
    walk.shop.run(crate::tests::harness::publish(program));
    assert_eq!(bob("d5", 1_000), "referred");
    assert_eq!(bob("d6", 1_000), "referred");
    assert_eq!(walk.shop.statuses("d5"), "pending pending");
    assert_eq!(walk.shop.statuses("d6"), "pending voided");
    walk.books(sums(6_000, 600, 200, 0));
    // A donation that was made is owed, as money is, and the next one settles it.
    walk.cancel("d4");
    walk.books(sums(5_000, 600, 200, 200));
    walk.after(14);
    assert_eq!(arithmetic(&walk.own("d5")).last(), Some(&(Rule::Debt, 0)));
    walk.books(sums(5_000, 600, 200, 0));
}
