//! Several tokens in one text, newest first, and clicks that nobody saw.

use serde_json::Value as Json;

use super::harness::{SLUG, Shop, server, text};
use crate::command::{Command, Report};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// The tokens of a click on Ada's link a day ago and of one on Eve's an hour later.
fn two_clicks(shop: &Shop) -> [String; 2] {
    let [ada, eve] = ["ada@mail.example", "eve@mail.example"].map(|email| shop.advocate(email));
    let at = shop.now().plus_ms(-DAY_MS);
    [
        shop.click_of(SLUG, &ada, "email", at),
        shop.click_of(SLUG, &eve, "sms", at.plus_ms(HOUR_MS)),
    ]
}

fn land(token: &str, hidden: bool) -> Command {
    Command::RecordLanding {
        token: token.to_owned(),
        page: "/".to_owned(),
        hidden,
    }
}

/// Source, channel and reason of every candidate.
fn why(order: &Json) -> Vec<String> {
    let of = |row: &Json| format!("{} {}", text(row, "/channel"), text(row, "/reason"));
    order["why"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn all_clicks_of_a_browser_are_candidates_and_what_is_forged_is_passed_over() {
    let shop = Shop::open();
    let [ada, eve] = two_clicks(&shop);
    let forged = format!("{}x", eve.get(..eve.len() - 1).unwrap());
    let both = format!("{eve}.{forged}..{ada}.{eve}.x");
    shop.report(server("1").token(&both));
    let order = shop.order("1");
    assert_eq!(why(&order), ["sms won", "email later_click_won"]);
    // The same again, in whatever form, is nothing new.
    let before = shop.dump()["conversions"].clone();
    let again = Report {
        click_tokens: vec![both.clone(), eve, ada],
        ..server("1").token(&both)
    };
    shop.report(again);
    assert_eq!(shop.dump()["conversions"], before);
    shop.report(server("2").token(&forged));
    assert_eq!(shop.verdict("2"), "not_referred");
}

#[test]
fn a_landing_and_a_claim_take_the_newest_token_that_holds() {
    let shop = Shop::open();
    let [ada, eve] = two_clicks(&shop);
    let both = format!("AAAA.{eve}.{ada}");
    shop.run(land(&both, false));
    let landed = shop.dump()["landings"].len();
    assert_eq!(landed, 1);
    let coupon = shop.claim(&both);
    assert_eq!(coupon, shop.claim(&eve));
    assert_ne!(coupon, shop.claim(&ada));
    assert_eq!(shop.refused(land("AAAA", false)), "token_malformed");
    assert_eq!(shop.refused(land("AAAA.BBBB", false)), "token_malformed");
    assert_eq!(shop.refused(land("", false)), "token_malformed");
}

#[test]
fn a_click_that_led_into_a_hidden_frame_brings_no_order() {
    let shop = Shop::open();
    let [ada, eve] = two_clicks(&shop);
    shop.run(land(&eve, true));
    shop.run(land(&eve, false));
    shop.report(server("1").token(&format!("{eve}.{ada}")));
    assert_eq!(why(&shop.order("1")), ["email won", "sms hidden_frame"]);
    let funnel = shop.run(Command::Funnel);
    assert_eq!(funnel["dropped"]["hidden_frame"], 1);

    let shop = Shop::open();
    let [_, eve] = two_clicks(&shop);
    shop.run(land(&eve, true));
    shop.report(server("1").token(&eve));
    assert_eq!(why(&shop.order("1")), ["sms hidden_frame"]);
    assert_eq!(shop.verdict("1"), "not_referred");
    // What a friend takes and types with their own hands is another matter.
    let coupon = shop.claim(&eve);
    shop.report(server("1").coupon(&coupon));
    assert_eq!(why(&shop.order("1")), ["sms won", "sms hidden_frame"]);
}

#[test]
fn a_click_that_was_seen_first_or_ordered_by_before_stays() {
    let shop = Shop::open();
    let [ada, _] = two_clicks(&shop);
    shop.run(land(&ada, false));
    shop.run(land(&ada, true));
    shop.report(server("1").token(&ada));
    assert_eq!(why(&shop.order("1")), ["email won"]);

    // Judged again or reported late, an order is decided as of its own time.
    for late in [false, true] {
        let shop = Shop::open();
        let [_, eve] = two_clicks(&shop);
        let order = server("1").token(&eve).days_ago(0);
        if !late {
            shop.report(order.clone());
        }
        shop.pass_ms(1_000);
        shop.run(land(&eve, true));
        shop.report(order.email("bob@mail.example"));
        assert_eq!(why(&shop.order("1")), ["sms won"], "late: {late}");
    }
}
