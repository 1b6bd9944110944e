//! Presets whose rewards the shop books to an account.

use grapevine_domain::reward::{RewardStatus, Rule};

use super::{Walk, arithmetic, sums};
use crate::command::{Command, Decision, RewardAct};
use crate::tests::harness::{server, text};

#[test]
fn travel_credit_for_both_and_a_debt_that_the_next_friend_settles() {
    let walk = Walk::start("store-credit-for-both");
    walk.buys("t1", 20_000);
    walk.books(sums(20_000, 5_000, 0, 0));
    walk.after(29);
    assert_eq!(walk.shop.statuses("t1"), "pending pending pending");
    walk.after(1);
    // The friend has used the credit on the very booking; Ada's is to be booked.
    assert_eq!(walk.shop.statuses("t1"), "approved approved redeemed");
    assert!(walk.friends("t1").coupon.unwrap().starts_with("TRIP-"));
    walk.books(sums(20_000, 5_000, 2_500, 0));
    let shown = walk.act(&walk.own("t1"), RewardAct::Issue, "booked, entry 7");
    assert_eq!(text(&shown, "/reference"), "booked, entry 7");
    assert_eq!(shown["coupon"], serde_json::json!(null));
    walk.act(&walk.own("t1"), RewardAct::Redeem, "spent");
    walk.books(sums(20_000, 5_000, 5_000, 0));

    walk.cancel("t1");
    walk.books(sums(0, 0, 2_500, 2_500));
    walk.buys("t2", 15_000);
    walk.after(30);
    assert_eq!(walk.shop.statuses("t2"), "approved issued redeemed");
    assert_eq!(
        arithmetic(&walk.own("t2")),
        [(Rule::Offer, 2_500), (Rule::Debt, 0)]
    );
    walk.books(sums(15_000, 5_000, 5_000, 0));
    // The booking was paid after all: what was kept back is Ada's again.
    walk.shop.run(Command::ReinstateOrder {
        order_id: "t1".to_owned(),
    });
    walk.after(0);
    assert_eq!(walk.shop.statuses("t1"), "approved approved redeemed");
    walk.act(&walk.own("t1"), RewardAct::Issue, "booked again");
    walk.books(sums(35_000, 10_000, 10_000, 0));
}

#[test]
fn the_months_budget_ends_the_offer_and_the_next_month_begins_it_anew() {
    let walk = Walk::start("store-credit-for-both");
    let token = walk.lands();
    let coupon = walk.shop.claim(&token);
    let late = walk.lands();
    // A hundred friends at 50.00 for both sides are the 5,000.00 of the month.
    for number in 1..=101 {
        let order = format!("t{number:03}");
        let token = walk.shop.click(&walk.code, "whatsapp");
        walk.shop
            .report(server(&order).token(&token).amount(15_000));
    }
    assert_eq!(walk.shop.statuses("t100"), "pending pending pending");
    assert_eq!(walk.shop.statuses("t101"), "pending voided voided");
    assert_eq!(walk.own("t101").reason.as_deref(), Some("budget_spent"));
    assert_eq!(walk.own("t101").steps.last().unwrap().rule, Rule::Budget);
    walk.books(sums(101 * 15_000, 500_000, 0, 0));
    assert_eq!(walk.shop.run(Command::Program)["paused"], "budget");
    let claim = Command::ClaimCoupon { token: late };
    assert_eq!(walk.shop.refused(claim.clone()), "program_paused");
    assert_eq!(
        walk.shop.claim(&token),
        coupon,
        "what was given stays given"
    );
    // One goes, the next in the line gets what it leaves.
    walk.cancel("t050");
    assert_eq!(walk.shop.statuses("t101"), "pending pending pending");
    walk.books(sums(100 * 15_000, 500_000, 0, 0));
    walk.after(13);
    assert_eq!(
        walk.shop.run(Command::Program)["paused"],
        serde_json::json!(null)
    );
    walk.shop.run(claim);
}

#[test]
fn nothing_is_promised_before_the_consultant_has_said_yes() {
    let walk = Walk::start("service-credit-after-approval");
    let answer = walk.buys("p1", 100_000);
    assert_eq!(answer["conversion"]["verdict"], "flagged");
    walk.after(31);
    assert_eq!(walk.shop.statuses("p1"), "flagged pending");
    let me = walk.shop.me(&walk.session);
    assert_eq!(me["rewards"][0]["awaits"], serde_json::json!(["review"]));
    walk.books(sums(100_000, 25_000, 0, 0));
    let decide = |answer: &serde_json::Value, decision| {
        let id = text(answer, "/referral/id");
        walk.shop.run(Command::DecideReferral { id, decision });
    };
    let yes = || Decision::Approve {
        reason: Some("we know them".to_owned()),
    };
    decide(&answer, yes());
    assert_eq!(walk.shop.statuses("p1"), "approved approved");
    walk.act(&walk.own("p1"), RewardAct::Issue, "credit note 12");
    walk.books(sums(100_000, 25_000, 25_000, 0));

    // Half is returned: the credit shrinks, and the shop bears what was handed over.
    walk.shop.refund("p1", "r1", 50_000);
    // Half of the assignment is below the minimum, but the merchant's word stands.
    assert_eq!(
        arithmetic(&walk.own("p1")),
        [(Rule::Offer, 25_000), (Rule::Refund, 12_500)]
    );
    walk.books(sums(50_000, 12_500, 12_500, 0));
    walk.cancel("p1");
    walk.books(sums(0, 0, 0, 0));
    assert_eq!(walk.own("p1").forgiven_minor, 25_000);
    // Paid after all: Ada has the credit already and gets it once.
    walk.shop.run(Command::ReinstateOrder {
        order_id: "p1".to_owned(),
    });
    assert_eq!(walk.shop.statuses("p1"), "approved issued");
    assert_eq!(walk.own("p1").handed_minor, 25_000);
    walk.books(sums(100_000, 25_000, 25_000, 0));
    walk.act(&walk.own("p1"), RewardAct::Redeem, "used");
    assert_eq!(walk.own("p1").status, RewardStatus::Redeemed);

    walk.after(60); // a new year
    // A no is a no; and 1,500.00 a year are six introductions.
    let no = walk.buys("p2", 100_000);
    decide(&no, Decision::Void { reason: None });
    assert_eq!(walk.shop.statuses("p2"), "voided voided");
    for number in 3..=9 {
        walk.buys(&format!("p{number}"), 200_000);
    }
    assert_eq!(walk.shop.statuses("p8"), "flagged pending");
    assert_eq!(walk.shop.statuses("p9"), "flagged voided");
    walk.books(sums(15 * 100_000, 7 * 25_000, 25_000, 0));
}
