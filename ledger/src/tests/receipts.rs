//! Receipts and appeals: who reads what, and what is asked and answered when.

use serde_json::{Value as Json, json};

use super::harness::{SLUG, Shop, server, text};
use crate::command::{Command, RewardAct};
use crate::keyring::Purpose;
use crate::signed;

/// A shop with one order that came by a click, the advocate's session, and the reward
/// with its receipt's token.
fn with_reward() -> (Shop, String, String, String) {
    let shop = Shop::open();
    let (session, code) = shop.join("ada@mail.example");
    shop.report(server("1").token(&shop.click(&code, "whatsapp")));
    let me = shop.me(&session);
    let id = text(&me, "/rewards/0/id");
    let url = text(&me, "/rewards/0/receipt_url");
    let token = url.split_once("/s/acme.").unwrap().1.to_owned();
    (shop, session, id, token)
}

fn receipt(shop: &Shop, token: &str) -> Json {
    let token = token.to_owned();
    shop.run(Command::Receipt { token })
}

fn appeal(token: &str, text: &str) -> Command {
    Command::Appeal {
        token: token.to_owned(),
        text: text.to_owned(),
    }
}

fn act(shop: &Shop, id: &str, act: RewardAct) -> Json {
    shop.run(Command::ActOnReward {
        id: id.to_owned(),
        act,
        reason: None,
    })
}

fn answer(id: &str, words: &str) -> Command {
    Command::AnswerAppeal {
        id: id.to_owned(),
        answer: words.to_owned(),
    }
}

fn reward(shop: &Shop, id: &str) -> Json {
    shop.run(Command::Reward { id: id.to_owned() })
}

fn mails(shop: &Shop) -> Vec<Json> {
    let mails = shop.run(Command::Mails);
    let mails = mails.as_array().unwrap().iter();
    mails
        .filter(|mail| mail["template"] == "appeal")
        .cloned()
        .collect()
}

#[test]
fn a_receipt_tells_what_counted_and_what_is_awaited_and_names_nobody() {
    let (shop, session, id, token) = with_reward();
    let shown = receipt(&shop, &token);
    assert_eq!(shown["source"], "click");
    assert_eq!(shown["channel"], "whatsapp");
    assert!(shown["clicked_at"].is_string(), "{shown}");
    assert_eq!(shown["kind"], "order");
    assert_eq!(shown["status"], "pending");
    let me = shop.me(&session);
    assert_eq!(shown["awaits"], me["rewards"][0]["awaits"]);
    assert_eq!(shown["release_at"], me["rewards"][0]["release_at"]);
    assert_eq!(shown["may_appeal"], false);
    let path = text(&reward(&shop, &id), "/receipt_path");
    assert_eq!(path, format!("/s/{SLUG}.{token}"), "one link, for ever");
    let all = shown.to_string();
    for secret in ["ada", "mail.example", "\"1\"", &id] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    shop.pass_days(2);
    act(&shop, &id, RewardAct::Approve);
    let shown = receipt(&shop, &token);
    let history: Vec<&Json> = shown["history"].as_array().unwrap().iter().collect();
    let statuses: Vec<&Json> = history.iter().map(|step| &step["status"]).collect();
    assert_eq!(statuses[..2], [&json!("pending"), &json!("approved")]);
}

#[test]
fn nobody_makes_a_receipts_link() {
    let (shop, session, id, token) = with_reward();
    let until = grapevine_domain::time::Timestamp::from_seconds(u32::MAX);
    let seal = |purpose, merchant: &str, subject: &str| {
        signed::seal(&shop.ring, purpose, merchant, subject, until)
    };
    assert_eq!(seal(Purpose::Receipt, SLUG, &id), token);
    let altered = format!("{}A", &token[..token.len() - 1]);
    for wrong in [
        String::new(),
        id.clone(),
        session,
        altered,
        seal(Purpose::Session, SLUG, &id),
        seal(Purpose::Receipt, "other", &id),
        seal(Purpose::Receipt, SLUG, "rw_none"),
    ] {
        let before = shop.dump();
        let asked = Command::Receipt {
            token: wrong.clone(),
        };
        assert_eq!(shop.refused(asked), "unknown_receipt", "{wrong}");
        assert_eq!(shop.refused(appeal(&wrong, "x")), "unknown_receipt");
        assert_eq!(shop.dump(), before);
    }
}

#[test]
fn one_appeal_is_open_at_a_time_and_the_merchant_is_told_once() {
    let (shop, _, id, token) = with_reward();
    assert_eq!(shop.refused(appeal(&token, "why")), "no_appeal");
    act(&shop, &id, RewardAct::Void);
    let shown = receipt(&shop, &token);
    assert_eq!(
        (&shown["reason"], &shown["may_appeal"]),
        (&json!("declined"), &json!(true))
    );
    for wrong in ["", " \n ", "a\u{0}b", &"ü".repeat(1_001)] {
        assert_eq!(shop.refused(appeal(&token, wrong)), "invalid_text");
    }
    let words = "It was my <friend>.\r\nPlease look again.";
    let shown = shop.run(appeal(&token, words));
    assert_eq!(shown["appeal"]["open"], true);
    assert_eq!(shown["may_appeal"], false);
    let before = shop.dump();
    assert_eq!(shop.run(appeal(&token, words)), shown, "pressed twice");
    assert_eq!(shop.dump(), before);
    assert_eq!(shop.refused(appeal(&token, "more")), "appeal_open");

    let sent = mails(&shop);
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["recipient"], "owner@shop.example");
    let kept = "It was my <friend>.\nPlease look again.";
    assert_eq!(sent[0]["data"]["text"], kept);
    assert_eq!(reward(&shop, &id)["appeal"]["text"], kept);
    let events = shop.run(Command::Events {
        after: 0,
        limit: 1_000,
    });
    let events = events["data"].as_array().unwrap();
    let filed: Vec<_> = events
        .iter()
        .filter(|event| event["kind"] == "reward.appealed")
        .collect();
    assert_eq!(filed.len(), 1);
    assert_eq!(
        (&filed[0]["subject"], &filed[0]["actor"]),
        (&json!(id), &json!("shopper"))
    );
    assert!(!filed[0].to_string().contains("friend"), "{}", filed[0]);
    shop.sound();
}

#[test]
fn an_answer_closes_it_until_the_reward_is_declined_again() {
    let (shop, _, id, token) = with_reward();
    assert_eq!(shop.refused(answer("rw_none", "no")), "unknown_reward");
    assert_eq!(shop.refused(answer(&id, "no")), "wrong_status");
    act(&shop, &id, RewardAct::Void);
    shop.run(appeal(&token, "Please look again."));
    assert_eq!(shop.refused(answer(&id, " ")), "invalid_answer");
    shop.pass_days(1);
    let answered = shop.run(answer(&id, "The address is your own."));
    assert_eq!(answered["status"], "voided");
    assert_eq!(answered["appeal"]["answer"], "The address is your own.");
    let before = shop.dump();
    shop.run(answer(&id, "The address is your own."));
    assert_eq!(shop.dump(), before, "said twice");
    assert_eq!(shop.refused(answer(&id, "Another word")), "wrong_status");
    let shown = receipt(&shop, &token);
    assert_eq!(shown["appeal"]["answer"], "The address is your own.");
    assert_eq!(shown["may_appeal"], false);
    assert_eq!(shop.refused(appeal(&token, "But")), "no_appeal");

    shop.pass_days(1);
    act(&shop, &id, RewardAct::Reinstate);
    act(&shop, &id, RewardAct::Void);
    assert_eq!(receipt(&shop, &token)["may_appeal"], true);
    shop.run(appeal(&token, "Once more."));
    act(&shop, &id, RewardAct::Reinstate);
    let closed = &reward(&shop, &id)["appeal"];
    assert_eq!(
        (&closed["text"], &closed["open"]),
        (&json!("Once more."), &json!(false))
    );
    shop.sound();
}

#[test]
fn who_leaves_takes_their_words_along() {
    let (shop, _, id, token) = with_reward();
    act(&shop, &id, RewardAct::Void);
    shop.run(appeal(&token, "A very private matter."));
    let advocate = text(&reward(&shop, &id), "/advocate_id");
    let left = Command::RemoveAdvocate {
        id: advocate,
        may_return: true,
    };
    shop.run(left);
    let all = format!("{:?}", shop.dump());
    assert!(!all.contains("private matter"));
    assert!(mails(&shop).is_empty());
    receipt(&shop, &token);
    shop.sound();
}
