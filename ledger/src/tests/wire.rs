//! The answers that browsers read, against the bodies that both sides' tests read.

use serde_json::Value as Json;

use super::harness::{ORIGIN, Shop, server};
use crate::command::{Command, Join};

/// Same keys at every level; where one side has nothing, the other may have
/// anything.
fn same_keys(path: &str, fixture: &Json, answer: &Json) {
    match (fixture, answer) {
        (Json::Object(left), Json::Object(right)) => {
            let keys = |map: &serde_json::Map<String, Json>| {
                let mut keys: Vec<_> = map.keys().cloned().collect();
                keys.sort();
                keys
            };
            assert_eq!(keys(left), keys(right), "{path}");
            for (key, value) in left {
                same_keys(&format!("{path}.{key}"), value, &right[key]);
            }
        }
        (Json::Array(left), Json::Array(right)) => {
            if let (Some(left), Some(right)) = (left.first(), right.first()) {
                same_keys(&format!("{path}[]"), left, right);
            }
        }
        (Json::Null, _) | (_, Json::Null) => {}
        (left, right) => assert_eq!(
            std::mem::discriminant(left),
            std::mem::discriminant(right),
            "{path}"
        ),
    }
}

fn fixture(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

#[test]
fn join_answers_as_its_fixture() {
    let answer = Shop::open().run(Command::Join(Join {
        email: Some("ada@mail.example".to_owned()),
        locale: "en".to_owned(),
        placement: "floating".to_owned(),
        origin: ORIGIN.to_owned(),
        ..Join::default()
    }));
    let expected = fixture(include_str!("../../../edge/fixtures/browser/join.json"));
    same_keys("join", &expected, &answer);
}

#[test]
fn me_answers_as_its_fixture() {
    let shop = Shop::open();
    let (session, code) = shop.join("ada@mail.example");
    shop.report(server("1").token(&shop.click(&code, "email")));
    let expected = fixture(include_str!("../../../edge/fixtures/browser/me.json"));
    let answer = shop.me(&session);
    assert_eq!(answer["rewards"].as_array().unwrap().len(), 1);
    same_keys("me", &expected, &answer);
}

#[test]
fn landing_and_claim_answer_as_their_fixtures() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let token = shop.click(&code, "email");
    let landing = shop.run(Command::RecordLanding {
        token: token.clone(),
        page: "/".to_owned(),
        hidden: false,
    });
    let expected = fixture(include_str!("../../../edge/fixtures/browser/landing.json"));
    same_keys("landing", &expected, &landing);
    let claim = shop.run(Command::ClaimCoupon { token });
    let expected = fixture(include_str!("../../../edge/fixtures/browser/claim.json"));
    same_keys("claim", &expected, &claim);
    assert!(claim["coupon"].is_string());
}
