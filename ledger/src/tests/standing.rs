//! The next step of the reward, the place among all, the codes of one's own.

use grapevine_domain::money::Amounts;
use grapevine_domain::period::Period;
use grapevine_domain::program::Prize;
use grapevine_domain::reward::{FriendsTier, Offer};
use serde_json::{Value as Json, json};

use super::harness::{ORIGIN, Shop, credit, euros, publish, server, starter};
use crate::command::Command;

fn leaderboard(shop: &Shop) {
    let panel = serde_json::from_value(json!({ "leaderboard": true })).unwrap();
    shop.run(Command::SetPanel { panel });
}

#[test]
fn the_next_step_is_shown_until_all_are_reached() {
    let mut program = starter();
    let mut advocate = credit(1_000);
    advocate.by_friends = [(2, 1_500), (4, 2_000)]
        .map(|(from, minor)| FriendsTier {
            from,
            offer: credit(minor).offer,
        })
        .into();
    program.advocate = Some(advocate);
    let shop = Shop::with(program);
    let (ada, code) = shop.join("ada@mail.example");
    let next = || {
        let me = shop.me(&ada);
        let step = &me["milestone"];
        let worth = step["reward"]["money"]["minor"].clone();
        (step["friends"].clone(), step["at"].clone(), worth)
    };
    assert_eq!(next(), (json!(0), json!(2), json!(1_500)));
    shop.bring("1", &code, 5_000);
    assert_eq!(next(), (json!(1), json!(2), json!(1_500)));
    shop.bring("2", &code, 5_000);
    assert_eq!(next(), (json!(2), json!(4), json!(2_000)));
    shop.refund("2", "r", 5_000);
    assert_eq!(next(), (json!(1), json!(2), json!(1_500)));
    for order in ["3", "4", "5"] {
        shop.bring(order, &code, 5_000);
    }
    assert_eq!(next(), (json!(4), Json::Null, Json::Null));
}

#[test]
fn a_programme_without_steps_or_leaderboard_shows_neither() {
    let shop = Shop::open();
    let (ada, code) = shop.join("ada@mail.example");
    shop.bring("1", &code, 5_000);
    let me = shop.me(&ada);
    assert_eq!((&me["milestone"], &me["rank"]), (&Json::Null, &Json::Null));
}

#[test]
fn the_place_is_by_friends_and_by_who_was_earlier() {
    let shop = Shop::open();
    leaderboard(&shop);
    let [ada, bea, cem] =
        ["ada@mail.example", "bea@mail.example", "cem@mail.example"].map(|email| shop.join(email));
    let place = |who: &(String, String)| {
        let me = shop.me(&who.0);
        (me["rank"]["place"].clone(), me["rank"]["of"].clone())
    };
    assert_eq!(place(&ada), (json!(1), json!(1)));
    shop.bring("1", &bea.1, 5_000);
    shop.pass_ms(1_000);
    shop.bring("2", &ada.1, 5_000);
    assert_eq!(place(&bea), (json!(1), json!(2)), "earlier");
    assert_eq!(place(&ada), (json!(2), json!(2)));
    assert_eq!(place(&cem), (json!(3), json!(3)), "has brought nobody");
    shop.pass_ms(1_000);
    shop.bring("3", &ada.1, 5_000);
    assert_eq!(place(&ada), (json!(1), json!(2)));
    shop.refund("3", "r", 5_000);
    assert_eq!(place(&ada), (json!(2), json!(2)));
    assert_eq!(shop.me(&ada.0)["rank"]["until"], Json::Null);
    shop.run(Command::Leave { session: bea.0 });
    assert_eq!(place(&ada), (json!(1), json!(1)));
}

#[test]
fn a_contest_counts_its_own_period() {
    let mut program = starter();
    program.prize = Some(Prize {
        per: Period::Month,
        offer: Offer::StoreCredit {
            amounts: Amounts::of(euros(700)),
        },
        places: 1,
        minimum_friends: 1,
    });
    let shop = Shop::open();
    leaderboard(&shop);
    shop.run(publish(program));
    let (ada, _) = shop.join("ada@mail.example");
    let (_, bea) = shop.join("bea@mail.example");
    shop.report(server("1").token(&shop.click(&bea, "email")));
    let rank = || shop.me(&ada)["rank"].clone();
    let november = json!({ "place": 2, "of": 2, "until": "2026-12-01T00:00:00.000Z" });
    assert_eq!(rank(), november);
    shop.pass_days(20);
    let december = json!({ "place": 1, "of": 1, "until": "2027-01-01T00:00:00.000Z" });
    assert_eq!(rank(), december);
}

#[test]
fn codes_of_ones_own_are_counted() {
    let shop = Shop::open();
    let (ada, _) = shop.join("ada@mail.example");
    assert_eq!(shop.me(&ada)["own_codes"], 0);
    for (n, code) in ["ada-the-great", "ada-tea"].into_iter().enumerate() {
        shop.run(Command::ChooseCode {
            session: Some(ada.clone()),
            advocate: None,
            code: code.to_owned(),
            origin: ORIGIN.to_owned(),
        });
        assert_eq!(shop.me(&ada)["own_codes"], n + 1);
    }
}
