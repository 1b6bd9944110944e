//! Points, and a prize for the best of the month. The shop's clock begins on
//! 18 November 2026.

use grapevine_domain::reward::{RewardStatus, Rule};

use super::{Walk, arithmetic, sums};
use crate::command::{Command, RewardAct};
use crate::store::rewards::Reward;
use crate::tests::harness::{publish, server};

/// Ada's friends and Eve's, with orders of 50.00 each.
fn november(ada: u32, eve: u32) -> Walk {
    let walk = Walk::start("points-and-monthly-prize");
    for number in 1..=ada {
        walk.buys(&format!("a{number}"), 5_000);
    }
    let code = walk.shop.advocate("eve@mail.example");
    for number in 1..=eve {
        let token = walk.shop.click(&code, "email");
        let report = server(&format!("e{number}")).token(&token).amount(5_000);
        walk.shop.report(report.coupon(&walk.shop.claim(&token)));
    }
    walk
}

fn prizes(walk: &Walk) -> Vec<Reward> {
    let all = walk.all().into_iter();
    all.filter(|reward| reward.prize.is_some()).collect()
}

fn republish(walk: &Walk, name: &str) {
    let mut program = walk.shop.run(Command::Program)["program"].clone();
    program["name"] = serde_json::json!(name);
    let program = serde_json::from_value(program).unwrap();
    walk.shop.run(publish(program));
}

#[test]
fn points_for_each_friend_and_a_gift_card_for_the_best_of_november() {
    let walk = november(4, 3);
    // Each friend gets 10 % of 50.00, each advocate 500 points that cost 5.00.
    walk.books(sums(7 * 5_000, 7 * 1_000, 0, 0));
    walk.cancel("a4");
    walk.books(sums(6 * 5_000, 6 * 1_000, 0, 0));
    walk.after(14); // 2 December
    assert_eq!(walk.shop.statuses("a1"), "approved approved redeemed");
    walk.act(&walk.own("a1"), RewardAct::Issue, "on the account");
    walk.act(&walk.own("a1"), RewardAct::Redeem, "");
    walk.books(sums(6 * 5_000, 6 * 1_000, 6 * 500 + 500, 0));
    walk.after(12); // 14 December: the returns of November are not over
    assert_eq!(prizes(&walk).len(), 0);
    walk.after(1);
    let [prize] = &prizes(&walk)[..] else {
        panic!("one prize")
    };
    // Both brought three who count; Eve's and Ada's orders are of one moment, and the
    // one whose name comes first gets it.
    assert_eq!(prize.prize.as_deref(), Some("2026-11-01/2026-11-30"));
    assert_eq!(arithmetic(prize), [(Rule::Prize, 10_000)]);
    assert_eq!(prize.status, RewardStatus::Approved);
    walk.act(prize, RewardAct::Issue, "card no. 5");
    walk.books(sums(30_000, 6_000 + 10_000, 3_500 + 10_000, 0));
    walk.act(&prizes(&walk)[0], RewardAct::Redeem, "");
    walk.after(60);
    assert_eq!(prizes(&walk).len(), 1, "nobody brought three later");
    walk.books(sums(30_000, 16_000, 13_500, 0));
}

#[test]
fn three_friends_at_least() {
    let walk = november(2, 2);
    walk.after(30);
    assert_eq!(prizes(&walk).len(), 0);
}

#[test]
fn publishing_before_the_prize_is_decided_takes_nothing_away_from_it() {
    let walk = november(3, 1);
    walk.after(17); // 5 December
    republish(&walk, "Winter");
    walk.after(10); // 15 December
    assert_eq!(prizes(&walk).len(), 1);
    // The same again when an earlier month has been decided.
    for number in 5..=7 {
        walk.buys(&format!("a{number}"), 5_000);
    }
    walk.after(20); // 4 January
    republish(&walk, "A new year");
    walk.after(12);
    let names: Vec<_> = prizes(&walk)
        .into_iter()
        .filter_map(|one| one.prize)
        .collect();
    assert_eq!(names, ["2026-12-01/2026-12-31", "2026-11-01/2026-11-30"]);
    walk.books(sums(7 * 5_000, 7_000 + 20_000, 7 * 500, 0));
}

#[test]
fn whoever_has_left_gets_no_prize() {
    let walk = november(4, 3);
    walk.after(14);
    let ada = walk.own("a1").advocate_id;
    walk.shop.run(Command::RemoveAdvocate {
        id: ada.clone(),
        may_return: true,
    });
    walk.after(14);
    let [prize] = &prizes(&walk)[..] else {
        panic!("one prize")
    };
    assert_ne!(prize.advocate_id, ada);
}

#[test]
fn a_prize_waits_until_every_friend_is_counted() {
    let walk = november(0, 0);
    let eve = walk.shop.advocate("zoe@mail.example");
    let many = |code: &str, who: &str, from: u32, to: u32| {
        for number in from..to {
            let token = walk.shop.click(code, "email");
            let order = format!("{who}{number:03}");
            walk.shop.report(server(&order).token(&token).amount(5_000));
        }
    };
    // Ada's come first in the line of what is due, Zoe's are more.
    many(&walk.code, "a", 0, 130);
    many(&eve, "z", 0, 140);
    walk.shop.pass_days(30);
    for _ in 0..3 {
        walk.shop.run(Command::RunDue);
    }
    let zoe = walk.own("z000").advocate_id;
    let best: Vec<_> = prizes(&walk)
        .into_iter()
        .map(|one| one.advocate_id)
        .collect();
    assert_eq!(best, [zoe]);
}
