//! Presets whose rewards are codes for the checkout.

use grapevine_domain::reward::{RewardStatus, Rule};

use super::{Walk, arithmetic, sums};
use crate::command::Command;
use crate::tests::harness::{server, text};

#[test]
fn five_for_each_side_ten_times_a_month() {
    let walk = Walk::start("give-and-get");
    assert_eq!(
        walk.buys("small", 1_999)["conversion"]["verdict"],
        "below_minimum"
    );
    for number in 1..=11 {
        walk.buys(&format!("o{number:02}"), 2_000);
    }
    assert_eq!(walk.shop.statuses("o10"), "pending pending pending");
    assert_eq!(walk.shop.statuses("o11"), "pending voided pending");
    assert_eq!(walk.own("o11").reason.as_deref(), Some("cap_reached"));
    // 11 friends and 10 advocate's rewards of 5.00 each.
    walk.books(sums(11 * 2_000, 21 * 500, 0, 0));

    walk.shop.refund("o01", "r1", 2_000);
    assert_eq!(walk.shop.statuses("o01"), "voided voided voided");
    assert_eq!(walk.shop.statuses("o11"), "pending pending pending");
    walk.books(sums(10 * 2_000, 20 * 500, 0, 0));

    walk.after(14);
    assert_eq!(walk.shop.statuses("o11"), "approved issued redeemed");
    walk.books(sums(10 * 2_000, 20 * 500, 20 * 500, 0));
    let code = walk.own("o05").coupon.unwrap();
    assert!(code.starts_with("THANKS-"), "{code}");
    walk.spends("ada-1", &code);
    assert_eq!(walk.own("o05").status, RewardStatus::Redeemed);
    assert_eq!(walk.shop.verdict("ada-1"), "not_referred");
    walk.spends("ada-2", &code);
    walk.books(sums(10 * 2_000, 20 * 500, 20 * 500, 0));

    // A code that nobody has used is worth nothing any more, and nothing is owed.
    walk.cancel("o06");
    walk.books(sums(9 * 2_000, 18 * 500, 18 * 500, 0));
    let withdrawn = walk.own("o06").coupon.unwrap();
    let check = walk.shop.run(Command::Coupon { code: withdrawn });
    assert_eq!(check["reason"], "coupon_withdrawn");
    // One that was used is owed, and the next reward settles it.
    walk.cancel("o05");
    walk.books(sums(8 * 2_000, 16 * 500, 17 * 500, 500));
    walk.buys("o12", 2_000);
    walk.after(14);
    let settled = walk.own("o12");
    assert_eq!(arithmetic(&settled), [(Rule::Offer, 500), (Rule::Debt, 0)]);
    assert_eq!(
        (settled.status, settled.coupon),
        (RewardStatus::Issued, None)
    );
    walk.books(sums(9 * 2_000, 18 * 500, 18 * 500, 0));
    walk.after(366);
    assert_eq!(walk.own("o07").status, RewardStatus::Expired);
}

#[test]
fn the_fifth_friend_brings_a_box_to_give_away() {
    let walk = Walk::start("code-and-free-box");
    for number in 1..=6 {
        // 25 % of 48.00 is 12.00; of 100.00 it would be 25.00, and is 20.00 at most.
        walk.buys(
            &format!("o{number}"),
            if number == 6 { 10_000 } else { 4_800 },
        );
    }
    let worths = |walk: &Walk| -> Vec<i64> {
        let order = |number| walk.own(&format!("o{number}")).worth.minor;
        (1..=6).map(order).collect()
    };
    assert_eq!(worths(&walk), [1_500, 1_500, 1_500, 1_500, 4_000, 1_500]);
    assert_eq!(arithmetic(&walk.own("o5")), [(Rule::FriendsTier, 4_000)]);
    assert_eq!(walk.friends("o1").worth.minor, 1_200);
    assert_eq!(walk.friends("o6").worth.minor, 2_000);
    // 5 × 15.00 + 40.00 for Ada; 5 × 12.00 + 20.00 for her friends.
    walk.books(sums(34_000, 11_500 + 8_000, 0, 0));

    // Without the second friend, the sixth is the fifth.
    walk.cancel("o2");
    assert_eq!(walk.own("o5").worth.minor, 1_500);
    assert_eq!(walk.own("o6").worth.minor, 4_000);
    assert_eq!(walk.own("o6").offer.kind(), "free_product");
    walk.books(sums(29_200, 10_000 + 6_800, 0, 0));

    walk.after(14);
    assert_eq!(walk.shop.statuses("o6"), "approved issued redeemed");
    let code = walk.own("o6").coupon.unwrap();
    assert!(code.starts_with("YOURS-"), "{code}");
    let check = walk.shop.run(Command::Coupon { code: code.clone() });
    assert_eq!(text(&check, "/reward/name"), "A free box to give away");
    assert!(walk.friends("o1").coupon.unwrap().starts_with("TASTE-"));
    walk.spends("box", &code);
    assert_eq!(walk.own("o6").status, RewardStatus::Redeemed);
    walk.books(sums(29_200, 16_800, 16_800, 0));
    // A box that is eaten is not owed: the shop bears it.
    walk.cancel("o6");
    walk.books(sums(19_200, 10_800, 10_800, 0));
    // And when the order was paid after all, it is not given a second time.
    walk.shop.run(Command::ReinstateOrder {
        order_id: "o6".to_owned(),
    });
    walk.after(0);
    assert_eq!(walk.shop.statuses("o6"), "approved redeemed redeemed");
    assert_eq!(walk.own("o6").handed_minor, 4_000);
    assert_eq!(walk.friends("o6").handed_minor, 2_000);
    walk.books(sums(29_200, 16_800, 16_800, 0));
}

#[test]
fn a_welcome_discount_follows_what_was_kept_and_the_month_has_a_cap() {
    let walk = Walk::start("welcome-discount");
    for number in 1..=6 {
        walk.buys(&format!("o{number}"), 6_000);
    }
    // 15 % of 60.00 for each friend; 10.00 five times for Ada, then the month is full.
    assert_eq!(walk.shop.statuses("o6"), "pending voided pending");
    walk.books(sums(36_000, 6 * 900 + 5_000, 0, 0));
    walk.shop.refund("o1", "r1", 2_000);
    assert_eq!(
        arithmetic(&walk.own("o1")),
        [(Rule::Offer, 1_000), (Rule::Refund, 667)]
    );
    assert_eq!(
        arithmetic(&walk.friends("o1")),
        [(Rule::Offer, 900), (Rule::Refund, 600)]
    );
    assert_eq!(
        arithmetic(&walk.own("o6")),
        [(Rule::Offer, 1_000), (Rule::Cap, 333)]
    );
    walk.books(sums(34_000, 5 * 900 + 600 + 5_000, 0, 0));
    walk.after(21);
    walk.books(sums(34_000, 10_100, 10_100, 0));

    // A code that was not used is worth less; one that was used leaves a debt.
    let unused = walk.own("o2").coupon.unwrap();
    walk.shop.refund("o2", "r2", 2_000);
    let check = walk.shop.run(Command::Coupon { code: unused });
    assert_eq!(check["reward"]["money"]["minor"], 667);
    walk.books(sums(32_000, 10_100 - 333 - 300, 10_100 - 333 - 300, 0));
    walk.spends("ada-1", &walk.own("o3").coupon.unwrap());
    walk.shop.refund("o3", "r3", 2_000);
    walk.books(sums(30_000, 9_467 - 633, 9_467 - 300, 333));
    // The debt is kept back from the next reward, and the code says what is left.
    walk.buys("o7", 30_000);
    assert_eq!(walk.friends("o7").worth.minor, 3_000, "at most");
    walk.after(21);
    let next = walk.own("o7");
    assert_eq!(arithmetic(&next), [(Rule::Offer, 1_000), (Rule::Debt, 667)]);
    let code = next.coupon.unwrap();
    let check = walk.shop.run(Command::Coupon { code: code.clone() });
    assert_eq!(check["reward"]["money"]["minor"], 667);
    let mail = walk.shop.mail_to("ada@mail.example").unwrap();
    assert_eq!(mail["data"]["reward"]["money"]["minor"], 667);
    // 95.00 less 0.33 that were kept back.
    walk.books(sums(60_000, 8_834 + 4_000, 9_167 + 3_667, 0));
    walk.spends("ada-2", &code);
    assert_eq!(walk.own("o7").status, RewardStatus::Redeemed);
}

#[test]
fn a_free_item_comes_from_the_merchants_own_list() {
    let walk = Walk::start("first-pack-and-free-item");
    walk.buys("o1", 10_000);
    walk.buys("o2", 12_000);
    walk.shop.refund("o2", "r", 1);
    assert_eq!(walk.shop.verdict("o2"), "partly_refunded");
    walk.books(sums(10_000, 5_000 + 1_800, 0, 0));
    walk.after(30);
    assert_eq!(walk.shop.statuses("o1"), "approved approved redeemed");
    walk.books(sums(10_000, 6_800, 5_000, 0));
    let fill = |codes: &[&str]| Command::AddCoupons {
        pool: "free-items".to_owned(),
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
    };
    assert_eq!(walk.shop.run(fill(&["ITEM 1", "ITEM 2"]))["left"], 1);
    assert_eq!(walk.own("o1").coupon.as_deref(), Some("ITEM 1"));
    walk.books(sums(10_000, 6_800, 6_800, 0));
    walk.spends("next-box", "item1");
    assert_eq!(walk.own("o1").status, RewardStatus::Redeemed);

    // Twelve a year: the one of December counts too, the thirteenth waits for January.
    for number in 10..=21 {
        walk.buys(&format!("o{number}"), 10_000);
    }
    assert_eq!(walk.shop.statuses("o20"), "pending pending pending");
    assert_eq!(walk.shop.statuses("o21"), "pending voided pending");
    walk.books(sums(13 * 10_000, 13 * 5_000 + 12 * 1_800, 6_800, 0));
}

#[test]
fn codes_reach_everybody_who_waits_however_many_there_are() {
    let walk = Walk::start("first-pack-and-free-item");
    for number in 0..260 {
        let token = walk.shop.click(&walk.code, "whatsapp");
        // No code is used, so the friends' rewards stay with the shop to hand over.
        walk.shop
            .report(server(&format!("o{number}")).token(&token).amount(10_000));
    }
    walk.after(30);
    walk.shop.run(Command::RunDue);
    let codes = (0..12).map(|number| format!("ITEM-{number}")).collect();
    walk.shop.run(Command::AddCoupons {
        pool: "free-items".to_owned(),
        codes,
    });
    let issued = |walk: &Walk| {
        let all = walk.all().into_iter();
        all.filter(|reward| reward.status == RewardStatus::Issued)
            .count()
    };
    assert_eq!(issued(&walk), 12);
}
