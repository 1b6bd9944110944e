//! Presets that count sign-ups.

use grapevine_domain::reward::{RewardStatus, Rule};

use super::{Walk, account, arithmetic, sums};
use crate::command::RewardAct;
use crate::tests::harness::server;

#[test]
fn storage_for_both_up_to_sixteen_gigabytes() {
    let walk = Walk::start("storage-for-both");
    walk.signs_up("user-01");
    // An order is no sign-up; an account is opened once.
    walk.shop.report(server("order").token(&walk.lands()));
    assert_eq!(walk.shop.verdict("order"), "other_trigger");
    let again = account("user-01-again").token(&walk.lands());
    walk.shop.report(again.email("user-01@mail.example"));
    assert_eq!(walk.shop.verdict("user-01-again"), "not_new_customer");
    walk.books(sums(0, 200, 0, 0));
    walk.after(1);
    assert_eq!(walk.shop.statuses("user-01"), "approved approved approved");
    for reward in [walk.own("user-01"), walk.friends("user-01")] {
        assert_eq!(reward.coupon, None, "the shop adds the room");
        walk.act(&reward, RewardAct::Issue, "500 MB added");
        walk.act(&reward, RewardAct::Redeem, "");
    }
    walk.books(sums(0, 200, 200, 0));
    for number in 2..=33 {
        walk.signs_up(&format!("user-{number:02}"));
    }
    assert_eq!(walk.shop.statuses("user-32"), "pending pending pending");
    assert_eq!(walk.shop.statuses("user-33"), "pending voided pending");
    walk.books(sums(0, 32 * 100 + 33 * 100, 200, 0));
    // Two accounts were made up: the one that was handed over is borne by the shop.
    walk.cancel("user-01");
    assert_eq!(walk.shop.statuses("user-01"), "voided voided voided");
    walk.books(sums(0, 32 * 100 + 32 * 100, 0, 0));
    walk.after(1);
    assert_eq!(walk.shop.statuses("user-33"), "approved approved approved");
}

#[test]
fn ride_credit_for_five_a_month_that_lapses_when_it_is_not_used() {
    let walk = Walk::start("ride-credit");
    for number in 1..=6 {
        walk.signs_up(&format!("rider-{number}"));
    }
    assert_eq!(walk.shop.statuses("rider-6"), "pending voided pending");
    walk.books(sums(0, 5 * 500 + 6 * 500, 0, 0));
    walk.after(2);
    assert_eq!(walk.shop.statuses("rider-1"), "approved approved approved");
    walk.act(&walk.own("rider-1"), RewardAct::Issue, "in the app");
    walk.act(&walk.friends("rider-1"), RewardAct::Issue, "in the app");
    walk.act(&walk.friends("rider-1"), RewardAct::Redeem, "first ride");
    walk.act(&walk.own("rider-2"), RewardAct::Issue, "in the app");
    walk.act(&walk.own("rider-2"), RewardAct::Redeem, "a ride");
    walk.books(sums(0, 5_500, 3 * 500, 0));
    // The account was a fake. What Ada rode for is owed; the sixth friend's reward,
    // for which there is room now, settles it at once.
    walk.cancel("rider-2");
    assert_eq!(
        arithmetic(&walk.own("rider-6")),
        [(Rule::Offer, 500), (Rule::Debt, 0)]
    );
    walk.books(sums(0, 10 * 500, 3 * 500, 0));
    walk.after(30);
    // The friends' credit that nobody took has lapsed: four of it.
    assert_eq!(walk.friends("rider-3").status, RewardStatus::Expired);
    assert_eq!(walk.friends("rider-1").status, RewardStatus::Redeemed);
    walk.books(sums(0, 6 * 500, 3 * 500, 0));
    walk.after(60);
    assert_eq!(walk.own("rider-1").status, RewardStatus::Expired);
    // What settled a debt was used and cannot lapse: the two rides that were taken.
    assert_eq!(walk.own("rider-6").status, RewardStatus::Issued);
    walk.books(sums(0, 2 * 500, 3 * 500, 0));
}

#[test]
fn the_weeks_budget_of_ride_credit() {
    let walk = Walk::start("ride-credit");
    // 1,000.00 a week; Ada's five and the friends' share it: 5 × 10.00 + 190 × 5.00.
    for number in 1..=195 {
        walk.signs_up(&format!("rider-{number:03}"));
    }
    walk.books(sums(0, 100_000, 0, 0));
    let token = walk.shop.click(&walk.code, "whatsapp");
    walk.shop.report(
        account("rider-196")
            .token(&token)
            .email("last@mail.example"),
    );
    assert_eq!(walk.shop.statuses("rider-196"), "pending voided voided");
    assert_eq!(
        walk.friends("rider-196").reason.as_deref(),
        Some("budget_spent")
    );
    walk.books(sums(0, 100_000, 0, 0));
}
