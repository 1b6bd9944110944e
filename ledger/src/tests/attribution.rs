//! Who gets the credit, and who does not.

use base64ct::{Base64UrlUnpadded, Encoding};
use grapevine_domain::attribution::Model;
use grapevine_domain::code::Code;
use grapevine_domain::money::Amounts;
use grapevine_domain::time::DAY_MS;

use super::harness::{SLUG, Shop, browser, euros, publish, server, starter, text};
use crate::command::Command;
use crate::keyring::Keyring;

fn winner(shop: &Shop, order: &str) -> String {
    text(&shop.order(order), "/referral/advocate/email_hint")
}

/// Reason of the n-th line of an order's why.
fn reason(shop: &Shop, order: &str, at: usize) -> String {
    text(&shop.order(order), &format!("/why/{at}/reason"))
}

#[test]
fn nobody_refers_himself_whatever_the_spelling() {
    let shop = Shop::open();
    let code = shop.advocate("ada.l@gmail.com");
    let token = shop.click(&code, "copy");
    let answer = shop.report(server("1").token(&token).email("Ada.L+x@googlemail.com"));
    assert_eq!(answer["conversion"]["verdict"], "self_referral");
    assert_eq!(answer["referral"]["reason"], "self_referral");
    assert_eq!(shop.statuses("1"), "voided", "nothing was promised");
}

#[test]
fn a_self_referral_is_found_when_the_address_comes_later() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let token = shop.click(&code, "copy");
    shop.report(server("1").token(&token));
    assert_eq!(shop.statuses("1"), "pending pending pending");
    shop.report(server("1").email("ada@mail.example"));
    assert_eq!(shop.statuses("1"), "voided voided voided");
}

#[test]
fn an_order_below_the_minimum_earns_nothing() {
    let mut program = starter();
    program.minimum_order = Some(Amounts::of(euros(2_500)));
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    let report = |order, minor| server(order).token(&shop.click(&code, "x")).amount(minor);
    shop.report(report("1", 2_499));
    shop.report(report("2", 2_500));
    assert_eq!(shop.verdict("1"), "below_minimum");
    assert_eq!(shop.verdict("2"), "referred");
}

#[test]
fn a_coupon_beats_a_click_and_the_loser_is_told_why() {
    let shop = Shop::open();
    let [ada, bea] = ["ada@mail.example", "bea@mail.example"].map(|email| shop.advocate(email));
    let coupon = shop.claim(&shop.click(&ada, "email"));
    shop.pass_ms(1000);
    let token = shop.click(&bea, "x");
    shop.report(server("1").token(&token).coupon(&coupon.to_lowercase()));
    assert_eq!(winner(&shop, "1"), "a•••@mail.example");
    assert_eq!(reason(&shop, "1", 1), "coupon_won");
}

#[test]
fn a_coupon_that_the_server_adds_takes_the_order_from_the_click() {
    let shop = Shop::open();
    let [ada, bea] = ["ada@mail.example", "bea@mail.example"].map(|email| shop.advocate(email));
    shop.report(browser("1").token(&shop.click(&bea, "x")));
    assert_eq!(winner(&shop, "1"), "b•••@mail.example");
    shop.report(server("1").coupon(&ada));
    assert_eq!(winner(&shop, "1"), "a•••@mail.example");
    assert_eq!(shop.statuses("1"), "pending pending pending");
    let all = shop.run(Command::Referrals(Default::default()));
    assert_eq!(
        all["data"].as_array().unwrap().len(),
        2,
        "the loser's stays on record"
    );
    shop.sound();
}

#[test]
fn a_code_said_aloud_counts_as_a_coupon() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example").to_uppercase();
    let (head, tail) = code.split_at(4);
    shop.report(server("1").coupon(&format!(" {head} {tail} ")));
    assert_eq!(shop.statuses("1"), "pending pending pending");
    assert_eq!(shop.order("1")["referral"]["source"], "coupon");
}

#[test]
fn a_coupon_of_the_shop_itself_is_nobodys() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.report(server("1").coupon("SUMMER10"));
    assert_eq!(shop.verdict("1"), "not_referred");
    assert_eq!(shop.order("1")["why"], serde_json::json!([]));
    shop.report(
        server("2")
            .coupon("SUMMER10")
            .token(&shop.click(&code, "x")),
    );
    assert_eq!(shop.verdict("2"), "referred");
    let check = |code: &str| Command::Coupon {
        code: code.to_owned(),
    };
    assert_eq!(shop.refused(check("SUMMER10")), "unknown_coupon");
}

#[test]
fn a_token_that_proves_nothing_is_passed_over_and_the_order_kept() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let real = shop.click(&code, "email");
    let others = shop.click_of("other", &code, "email", shop.now());
    let mut forged = real.into_bytes();
    forged[20] = if forged[20] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    for (order, token) in [("1", forged.as_str()), ("2", &others), ("3", "nonsense")] {
        shop.report(server(order).token(token));
        assert_eq!(shop.verdict(order), "not_referred");
    }
    let landing = |token: &str| Command::RecordLanding {
        token: token.to_owned(),
        page: "/".to_owned(),
        hidden: false,
    };
    assert_eq!(shop.refused(landing(&others)), "token_forged");
    assert_eq!(shop.refused(landing("nonsense")), "token_malformed");
}

#[test]
fn a_token_holds_as_long_as_its_key_is_on_the_ring() {
    let secret = |byte| Base64UrlUnpadded::encode_string(&[byte; 32]);
    let (first, second) = (secret(7), secret(8));
    let mut shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let old = shop.click(&code, "email");
    let landing = |token: &str| Command::RecordLanding {
        token: token.to_owned(),
        page: "/".to_owned(),
        hidden: false,
    };

    shop.ring = Keyring::parse(&format!("k2:{second},k1:{first}")).unwrap();
    shop.run(landing(&old));
    shop.report(server("1").token(&old));
    assert_eq!(shop.verdict("1"), "referred");
    let new = shop.click(&code, "email");

    // With the old key gone, what it signed proves nothing, and what the new one
    // signed goes on.
    shop.ring = Keyring::parse(&format!("k2:{second}")).unwrap();
    assert_eq!(shop.refused(landing(&old)), "token_forged");
    shop.report(server("2").token(&old));
    assert_eq!(shop.verdict("2"), "not_referred");
    shop.run(landing(&new));
    shop.report(server("3").token(&new));
    assert_eq!(shop.verdict("3"), "referred");

    // The same number with another secret is another key.
    shop.ring = Keyring::parse(&format!("k2:{second},k1:{second}")).unwrap();
    assert_eq!(shop.refused(landing(&old)), "token_forged");
}

#[test]
fn the_window_ends_to_the_second() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let at = |ms| shop.click_of(SLUG, &code, "x", shop.now().plus_ms(ms - 30 * DAY_MS));
    shop.report(server("1").token(&at(0)));
    shop.report(server("2").token(&at(-1000)));
    assert_eq!(shop.verdict("1"), "referred");
    assert_eq!(shop.verdict("2"), "not_referred");
    assert_eq!(reason(&shop, "2", 0), "outside_window");
}

#[test]
fn a_click_or_a_claim_after_the_order_did_not_bring_it() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.report(server("1"));
    shop.pass_ms(6 * 60 * 1000);
    let token = shop.click(&code, "x");
    let coupon = shop.claim(&token);
    shop.report(browser("1").token(&token).coupon(&coupon));
    assert_eq!(shop.verdict("1"), "not_referred");
    assert_eq!(reason(&shop, "1", 0), "after_order");
    assert_eq!(reason(&shop, "1", 1), "after_order");
}

#[test]
fn a_link_of_nobody_brings_nobody_anything() {
    let shop = Shop::open();
    let nobody = Code::from_random([9; 7]);
    let token = shop.click(nobody.as_str(), "x");
    shop.report(server("1").token(&token));
    assert_eq!(reason(&shop, "1", 0), "unknown_code");
    let command = Command::ClaimCoupon {
        token: token.clone(),
    };
    assert_eq!(shop.refused(command), "unknown_code");
    let landing = Command::RecordLanding {
        token,
        page: "/".to_owned(),
        hidden: false,
    };
    assert_eq!(shop.refused(landing), "unknown_code", "nor a promise");
}

#[test]
fn an_order_keeps_the_rules_that_it_began_under() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.report(server("1").token(&shop.click(&code, "x")).amount(2_000));
    let mut program = starter();
    program.minimum_order = Some(Amounts::of(euros(2_500)));
    program.attribution = Model::FirstClick;
    let publish = publish(program);
    assert_eq!(shop.run(publish.clone())["version"], 2);
    assert_eq!(shop.run(publish)["version"], 2, "nothing new, no version");
    shop.report(server("1").email("bob@mail.example"));
    assert_eq!(shop.verdict("1"), "referred");
    shop.report(server("2").token(&shop.click(&code, "x")).amount(2_000));
    assert_eq!(shop.verdict("2"), "below_minimum");
}
