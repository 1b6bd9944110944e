//! Coupons: one a click, each of them for one order.

use grapevine_domain::time::DAY_MS;
use serde_json::{Value as Json, json};

use super::harness::{Shop, browser, server};
use crate::command::Command;

fn shop() -> (Shop, String) {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    (shop, code)
}

fn check(shop: &Shop, code: &str) -> Json {
    shop.run(Command::Coupon {
        code: code.to_owned(),
    })
}

fn landing(token: &str, hidden: bool) -> Command {
    Command::RecordLanding {
        token: token.to_owned(),
        page: "/teapots?secret=1#x".to_owned(),
        hidden,
    }
}

#[test]
fn a_click_gets_one_coupon_however_often_it_claims() {
    let (shop, code) = shop();
    let token = shop.click(&code, "email");
    let coupon = shop.claim(&token);
    let before = shop.dump();
    assert_eq!(shop.claim(&token), coupon);
    assert_eq!(shop.dump(), before);
    assert_ne!(shop.claim(&shop.click(&code, "email")), coupon);
    let landed = shop.run(landing(&token, false));
    assert_eq!(landed["coupon"], json!(coupon));
}

#[test]
fn a_coupon_is_good_for_one_order() {
    let (shop, code) = shop();
    let coupon = shop.claim(&shop.click(&code, "email"));
    assert_eq!(check(&shop, &coupon)["usable"], true);
    shop.report(server("1").coupon(&coupon));
    assert_eq!(check(&shop, &coupon)["usable"], false);
    assert_eq!(check(&shop, &coupon)["reason"], "coupon_used");
    shop.report(server("2").coupon(&coupon));
    assert_eq!(shop.verdict("1"), "referred");
    assert_eq!(shop.verdict("2"), "not_referred");
    assert_eq!(shop.order("2")["why"][0]["reason"], "coupon_used");
}

#[test]
fn a_used_coupon_is_no_longer_shown_to_the_friend() {
    let (shop, code) = shop();
    let token = shop.click(&code, "email");
    let coupon = shop.claim(&token);
    shop.report(server("1").coupon(&coupon));
    for command in [landing(&token, false), Command::ClaimCoupon { token }] {
        let answer = shop.run(command);
        assert_eq!(answer["coupon"], json!(null));
        assert_eq!(answer["used"], true);
    }
}

#[test]
fn spacing_and_case_do_not_matter() {
    let (shop, code) = shop();
    let coupon = shop.claim(&shop.click(&code, "email"));
    for typed in [
        coupon.to_lowercase(),
        format!(" {coupon} "),
        coupon.replace('-', " "),
        coupon.replace('-', ""),
    ] {
        assert_eq!(check(&shop, &typed)["code"], json!(coupon), "{typed}");
    }
    shop.report(server("1").coupon(&coupon.replace('-', "").to_lowercase()));
    assert_eq!(shop.verdict("1"), "referred");
}

#[test]
fn a_browser_that_names_a_wrong_order_does_not_use_up_the_coupon() {
    let (shop, code) = shop();
    let coupon = shop.claim(&shop.click(&code, "email"));
    shop.report(browser("draft-7").coupon(&coupon));
    shop.report(server("1").coupon(&coupon));
    assert_eq!(shop.verdict("1"), "referred");
    assert_eq!(shop.verdict("draft-7"), "not_referred");
}

#[test]
fn the_earlier_order_owns_the_coupon_though_reported_late() {
    let (shop, code) = shop();
    let token = shop.click_of("acme", &code, "x", shop.now().plus_ms(-5 * DAY_MS));
    shop.pass_ms(-3 * DAY_MS);
    let coupon = shop.claim(&token);
    shop.pass_ms(3 * DAY_MS);
    shop.report(server("2").coupon(&coupon));
    shop.report(server("1").coupon(&coupon).days_ago(1));
    assert_eq!(shop.verdict("1"), "referred");
    assert_eq!(shop.verdict("2"), "not_referred");
    assert_eq!(shop.statuses("2"), "voided voided voided");
}

#[test]
fn an_expired_coupon_brings_nothing() {
    let (shop, code) = shop();
    let token = shop.click(&code, "email");
    let coupon = shop.claim(&token);
    shop.pass_days(30);
    assert_eq!(check(&shop, &coupon)["usable"], true, "on its last moment");
    shop.pass_ms(6 * 60 * 1000);
    assert_eq!(check(&shop, &coupon)["reason"], "coupon_expired");
    shop.report(server("1").coupon(&coupon));
    assert_eq!(shop.verdict("1"), "not_referred");
    assert_eq!(shop.order("1")["why"][0]["reason"], "coupon_expired");
    for command in [landing(&token, false), Command::ClaimCoupon { token }] {
        assert_eq!(shop.refused(command), "offer_ended");
    }
}

#[test]
fn a_click_lands_once_and_a_hidden_frame_does_not() {
    let (shop, code) = shop();
    let token = shop.click(&code, "email");
    for _ in 0..2 {
        shop.run(landing(&token, false));
    }
    shop.run(landing(&shop.click(&code, "email"), true));
    let funnel = shop.run(Command::Funnel);
    assert_eq!(funnel["landings"], 1);
    assert_eq!(funnel["dropped"], json!({ "hidden_frame": 1 }));
    let page = &shop.dump()["landings"][0].0[5];
    assert_eq!(*page, "/teapots".into(), "without query and fragment");
}
