//! Who joins, who is recognised, and what a stranger learns.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value as Json, json};
use sha2::Sha256;

use super::harness::{ORIGIN, SLUG, Shop, server, text};
use crate::command::{Command, Join};
use crate::keyring::Purpose;
use crate::signed;

fn by_email(email: &str) -> Command {
    Command::Join(Join {
        email: Some(email.to_owned()),
        locale: "pl".to_owned(),
        placement: "inline".to_owned(),
        origin: ORIGIN.to_owned(),
        ..Join::default()
    })
}

fn by_identity(token: String) -> Command {
    Command::Join(Join {
        customer: Some(token),
        locale: "en".to_owned(),
        placement: "inline".to_owned(),
        origin: ORIGIN.to_owned(),
        ..Join::default()
    })
}

fn me(session: &str) -> Command {
    Command::Me {
        session: session.to_owned(),
        origin: ORIGIN.to_owned(),
    }
}

fn jwt(key: &str, claims: &Json) -> String {
    let encode = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
    let head = encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{head}.{}", encode(&claims.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    let proof = Base64UrlUnpadded::encode_string(&mac.finalize().into_bytes());
    format!("{signed}.{proof}")
}

pub(super) fn identity(shop: &Shop, email: &str) -> String {
    let key = shop.ring.api_key(Purpose::SecretKey, SLUG, 1).unwrap();
    let now = shop.now().seconds();
    let claims = json!({ "sub": "c1", "email": email, "name": "Ada", "iat": now, "exp": now + 60 });
    jwt(&key, &claims)
}

#[test]
fn a_known_address_gets_a_mail_and_the_caller_learns_nothing() {
    let shop = Shop::open();
    shop.join("ada@mail.example");
    let answer = shop.run(by_email("Ada@mail.example"));
    assert_eq!(answer, json!({ "check_mail": true }), "no session, no code");
    assert_eq!(shop.mails("sign_in", "ada@mail.example"), 1);
    assert_eq!(shop.dump()["advocates"].len(), 1);
    shop.run(by_email("ada@mail.example"));
    let sent = shop.mails("sign_in", "ada@mail.example");
    assert_eq!(sent, 1, "nobody's mailbox is filled");
    shop.pass_ms(60 * 1000);
    // The mail goes to the address on record, never to what was typed now.
    shop.run(by_email("ada+thief@mail.example"));
    assert_eq!(shop.mails("sign_in", "ada@mail.example"), 2);
    assert!(shop.mail_to("ada+thief@mail.example").is_none());
}

#[test]
fn a_mail_is_in_the_language_of_the_page_where_that_is_one() {
    let shop = Shop::open();
    shop.run(by_email("ada@mail.example"));
    let mail = shop.mail_to("ada@mail.example").unwrap();
    assert_eq!(mail["locale"], "pl");
    let odd = Join {
        email: Some("bea@mail.example".to_owned()),
        locale: "<script>".repeat(100),
        placement: "<script>".repeat(100),
        ..Join::default()
    };
    shop.run(Command::Join(odd));
    let mail = shop.mail_to("bea@mail.example").unwrap();
    assert_eq!(mail["locale"], "en");
    assert!(!format!("{:?}", shop.dump()).contains("<script>"));
}

#[test]
fn a_signed_identity_joins_verified() {
    let shop = Shop::open();
    let answer = shop.run(by_identity(identity(&shop, "ada@mail.example")));
    assert_eq!(answer["me"]["verified"], true);
    assert!(
        shop.mail_to("ada@mail.example").is_none(),
        "nothing to confirm"
    );
    let again = shop.run(by_identity(identity(&shop, "ada@mail.example")));
    assert_eq!(again["me"]["code"], answer["me"]["code"]);
    assert_eq!(shop.dump()["advocates"].len(), 1);
}

#[test]
fn a_signed_identity_confirms_an_address_that_was_only_typed() {
    let shop = Shop::open();
    let (typed, code) = shop.join("ada@mail.example");
    shop.report(server("1").token(&shop.click(&code, "x")));
    shop.after_hold();
    assert_eq!(shop.statuses("1"), "approved pending approved");
    let known = shop.run(by_identity(identity(&shop, "ada@mail.example")));
    assert_eq!(shop.statuses("1"), "approved approved approved");
    assert_eq!(shop.me(&text(&known, "/session"))["verified"], true);
    // Whoever typed the address before it was proved sees nothing of its owner.
    assert_eq!(shop.refused(me(&typed)), "session_expired");
}

#[test]
fn the_merchants_word_confirms_an_address_too() {
    let shop = Shop::open();
    let (typed, code) = shop.join("ada@mail.example");
    assert_eq!(shop.me(&typed)["verified"], false);
    assert_eq!(shop.advocate("ada@mail.example"), code);
    assert_eq!(shop.refused(me(&typed)), "session_expired");
}

#[test]
fn a_forged_or_stale_identity_is_refused() {
    let shop = Shop::open();
    let now = shop.now().seconds();
    let claims = |iat: u32, exp: u32| json!({ "sub": "c", "email": "ada@mail.example", "iat": iat, "exp": exp });
    let key = shop.ring.api_key(Purpose::SecretKey, SLUG, 1).unwrap();
    let public = shop.ring.api_key(Purpose::PublishableKey, SLUG, 1).unwrap();
    let others = shop.ring.api_key(Purpose::SecretKey, "other", 1).unwrap();
    let valid = claims(now, now + 60);
    for (token, code) in [
        (jwt(&public, &valid), "identity_forged"),
        (jwt(&others, &valid), "identity_forged"),
        (jwt("", &valid), "identity_forged"),
        (jwt(&key, &claims(now - 200, now - 61)), "identity_expired"),
        (jwt(&key, &claims(now + 61, now + 200)), "identity_expired"),
        (jwt(&key, &json!({ "sub": "c" })), "identity_malformed"),
        ("a.b.c".to_owned(), "identity_malformed"),
    ] {
        assert_eq!(shop.refused(by_identity(token)), code);
    }
    assert!(shop.dump()["advocates"].is_empty());
}

#[test]
fn an_identity_is_fresh_by_the_real_time_also_when_the_test_clock_was_moved() {
    let shop = Shop::open();
    shop.run(Command::AdvanceClock { seconds: 1_000_000 });
    let answer = shop.run(by_identity(identity(&shop, "ada@mail.example")));
    assert_eq!(answer["me"]["verified"], true);
}

#[test]
fn a_proof_is_good_for_its_own_purpose_only() {
    let shop = Shop::open();
    let (session, _) = shop.join("ada@mail.example");
    let mailbox = shop.mailbox_link("ada@mail.example");
    let prove = |token: String| Command::ProveMailbox { token };
    assert_eq!(shop.refused(me(&mailbox)), "session_expired");
    assert_eq!(shop.refused(prove(session.clone())), "link_broken");
    let id = text(&shop.mail_to("ada@mail.example").unwrap(), "/advocate_id");
    let until = shop.now().plus_days(7);
    let elsewhere = signed::seal(&shop.ring, Purpose::Session, "other", &id, until);
    assert_eq!(shop.refused(me(&elsewhere)), "session_expired");
    shop.pass_days(8);
    assert_eq!(shop.refused(prove(mailbox)), "link_expired");
    shop.pass_days(180);
    assert_eq!(shop.refused(me(&session)), "session_expired");
}

#[test]
fn what_is_no_address_is_refused() {
    let shop = Shop::open();
    for wrong in ["", "ada", "ada@shop", "a b@c.de", "<a@b.co>"] {
        assert_eq!(shop.refused(by_email(wrong)), "invalid_email", "{wrong}");
    }
}

#[test]
fn a_press_counts_once_and_only_with_a_session() {
    let shop = Shop::open();
    let (session, _) = shop.join("ada@mail.example");
    let press = |session: &str, channel: &str, id: &str| Command::RecordShare {
        session: session.to_owned(),
        channel: channel.to_owned(),
        placement: "anything".to_owned(),
        press_id: id.to_owned(),
    };
    for _ in 0..2 {
        shop.run(press(&session, "email", "p1"));
    }
    shop.run(press(&session, "copy", "p2"));
    assert_eq!(shop.refused(press("", "email", "p3")), "session_expired");
    assert_eq!(
        shop.refused(press(&session, "fax", "p3")),
        "unknown_channel"
    );
    assert_eq!(
        shop.refused(press(&session, "email", "")),
        "invalid_press_id"
    );
    let funnel = shop.run(Command::Funnel);
    assert_eq!(
        funnel["shares_by_channel"],
        json!({ "copy": 1, "email": 1 })
    );
}
