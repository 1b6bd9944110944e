//! Printed cards: nothing is clicked, a code is typed.

use grapevine_domain::reward::{RewardStatus, Rule};

use super::{Walk, arithmetic, sums};
use crate::tests::harness::server;

#[test]
fn a_card_in_the_parcel_brings_whoever_types_its_code() {
    let walk = Walk::start("printed-cards");
    let typed = |order: &str, minor: i64| {
        let spaced = format!(" {} ", walk.code.to_uppercase());
        let email = format!("friend-{order}@mail.example");
        let report = server(order).coupon(&spaced).amount(minor).email(&email);
        walk.shop.report(report);
        walk.shop.verdict(order)
    };
    assert_eq!(typed("c1", 4_250), "referred");
    assert_eq!(typed("c2", 20_000), "referred");
    assert_eq!(typed("c3", 2_499), "below_minimum");
    assert_eq!(walk.shop.order("c1")["referral"]["source"], "coupon");
    // 10 % of 42.50 are 4.25; of 200.00 it is 15.00 at most.
    walk.books(sums(24_250, 425 + 1_500 + 2 * 500, 0, 0));
    walk.shop.refund("c2", "r", 15_000);
    assert_eq!(
        arithmetic(&walk.friends("c2")),
        [(Rule::Offer, 1_500), (Rule::Refund, 500)]
    );
    walk.books(sums(9_250, 425 + 500 + 2 * 500, 0, 0));
    walk.after(14);
    assert_eq!(walk.shop.statuses("c1"), "approved issued redeemed");
    walk.books(sums(9_250, 1_925, 1_925, 0));
    walk.spends("ada-1", &walk.own("c1").coupon.unwrap());
    assert_eq!(walk.own("c1").status, RewardStatus::Redeemed);
    walk.cancel("c1");
    walk.books(sums(5_000, 1_000, 1_500, 500));

    // A friend comes once; the own card brings nobody.
    let again = server("c4")
        .coupon(&walk.code)
        .email("friend-c1@mail.example");
    walk.shop.report(again);
    assert_eq!(walk.shop.verdict("c4"), "not_first_order");
    walk.shop
        .report(server("c5").coupon(&walk.code).email("ada@mail.example"));
    assert_eq!(walk.shop.statuses("c5"), "none");
    // 40.00 a month are eight.
    for number in 10..=18 {
        typed(&format!("c{number}"), 2_500);
    }
    assert_eq!(walk.shop.statuses("c17"), "pending pending pending");
    assert_eq!(walk.shop.statuses("c18"), "pending voided pending");
}
