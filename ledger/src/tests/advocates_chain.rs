//! Friends become advocates: the chain is recorded, one level pays, a loop is refused.

use super::harness::{Shop, server, text};
use crate::command::Command;

fn advocate(shop: &Shop, email: &str) -> serde_json::Value {
    let added = shop.run(Command::AddAdvocate {
        email: email.to_owned(),
        name: None,
        origin: String::new(),
    });
    shop.run(Command::Advocate {
        id: text(&added, "/id"),
        origin: String::new(),
    })
}

#[test]
fn who_brought_an_advocate_is_recorded_whichever_comes_first() {
    let shop = Shop::open();
    let ada = shop.advocate("ada@mail.example");
    shop.report(
        server("1")
            .token(&shop.click(&ada, "x"))
            .email("bob@mail.example"),
    );
    let bob = advocate(&shop, "bob@mail.example"); // joins after buying
    let cem_code = shop.advocate("cem@mail.example");
    shop.report(
        server("2")
            .token(&shop.click(&text(&bob, "/code"), "x"))
            .email("cem@mail.example"),
    );
    let [ada, bob, cem] =
        ["ada", "bob", "cem"].map(|who| advocate(&shop, &format!("{who}@mail.example")));
    assert_eq!(bob["referred_by"], ada["id"]);
    assert_eq!(cem["referred_by"], bob["id"], "joined before buying");
    assert_eq!(ada["brought_advocates"], 1);
    // One level pays: Ada has nothing of Cem's order.
    assert_eq!(ada["numbers"]["friends"], 1);
    // Cem would close the loop by bringing Ada.
    shop.report(
        server("3")
            .token(&shop.click(&cem_code, "x"))
            .email("ada@mail.example"),
    );
    assert_eq!(shop.verdict("3"), "referral_loop");
    assert_eq!(shop.statuses("3"), "voided");
    assert!(advocate(&shop, "ada@mail.example")["referred_by"].is_null());
}

#[test]
fn a_loop_opens_again_when_one_of_its_orders_goes_elsewhere() {
    let shop = Shop::open();
    let [ada, bob] = ["ada@mail.example", "bob@mail.example"].map(|email| shop.advocate(email));
    shop.report(
        server("1")
            .token(&shop.click(&ada, "x"))
            .email("bob@mail.example"),
    );
    shop.pass_ms(1_000);
    shop.report(
        server("2")
            .token(&shop.click(&bob, "x"))
            .email("ada@mail.example"),
    );
    assert_eq!(shop.verdict("2"), "referral_loop");
    let dan = shop.advocate("dan@mail.example");
    shop.report(server("1").coupon(&dan));
    assert_eq!(shop.verdict("2"), "referred");
    let bob = advocate(&shop, "bob@mail.example");
    assert_eq!(
        bob["referred_by"],
        advocate(&shop, "dan@mail.example")["id"]
    );
}
