//! Answers to the survey, on their way to the merchant.

use serde_json::{Value as Json, json};

use super::harness::{Shop, text};
use crate::command::{Command, NewAnswer, Page, Visitor};

fn answer(id: &str, score: i64, words: &str) -> NewAnswer {
    NewAnswer {
        answer_id: id.to_owned(),
        score,
        text: words.to_owned(),
        placement: "post-purchase".to_owned(),
        order_id: None,
        visitor: Visitor::default(),
    }
}

fn list(shop: &Shop) -> Vec<Json> {
    let list = shop.run(Command::Answers(Page::default()));
    list["data"].as_array().unwrap().clone()
}

#[test]
fn words_come_after_the_score_and_count_once() {
    let shop = Shop::open();
    shop.run(Command::RecordAnswer(answer("a1", 4, "")));
    shop.pass_ms(5_000);
    let words = "Late, and the lid was broken.\r\nSorry \u{1f937}";
    shop.run(Command::RecordAnswer(NewAnswer {
        order_id: Some("1001".to_owned()),
        ..answer("a1", 4, words)
    }));
    shop.run(Command::RecordAnswer(answer("a1", 4, "")));
    let all = list(&shop);
    assert_eq!(all.len(), 1);
    assert_eq!(
        all[0],
        json!({
            "id": "a1",
            "score": 4,
            "text": "Late, and the lid was broken.\nSorry \u{1f937}",
            "at": "2026-11-18T11:06:40.000Z",
            "placement": "post-purchase",
            "advocate": null,
            "order_id": "1001",
        })
    );
    let events = shop.run(Command::Events {
        after: 0,
        limit: 100,
    });
    let told = events.to_string();
    assert_eq!(told.matches("answer.given").count(), 1, "{told}");
    assert!(!told.contains("lid"), "the log is never changed: {told}");
    shop.run(Command::RecordAnswer(answer("a1", 9, "")));
    assert_eq!(list(&shop)[0]["score"], 9);
    shop.sound();
}

#[test]
fn the_merchant_sees_whose_it_is_until_they_leave() {
    let shop = Shop::open();
    let (session, _) = shop.join("ada@mail.example");
    shop.run(Command::RecordAnswer(NewAnswer {
        visitor: Visitor {
            session: Some(session.clone()),
            customer: None,
        },
        ..answer("a1", 10, "Lovely")
    }));
    let id = shop.advocate_id("ada@mail.example");
    let whose = |field: &str| text(&list(&shop)[0], &format!("/advocate/{field}"));
    assert_eq!(
        (whose("id"), whose("email")),
        (id, "ada@mail.example".to_owned())
    );
    // Somebody who knows the name of an answer does not become its author.
    shop.run(Command::RecordAnswer(answer("a1", 10, "Lovely!")));
    assert_eq!(whose("email"), "ada@mail.example");
    shop.run(Command::Leave { session });
    let left = &list(&shop)[0];
    assert_eq!(
        (&left["score"], &left["text"], &left["advocate"]),
        (&json!(10), &json!(""), &Json::Null)
    );
}

#[test]
fn the_newest_come_first_and_a_page_goes_on_where_the_last_ended() {
    let shop = Shop::open();
    for n in 0..5 {
        shop.run(Command::RecordAnswer(answer(&format!("a{n}"), n, "")));
        // Two at the same moment.
        shop.pass_ms(if n == 2 { 0 } else { 1_000 });
    }
    let mut after = None;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let page = shop.run(Command::Answers(Page {
            after: after.take(),
            limit: Some(2),
        }));
        ids.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| text(one, "/id")),
        );
        after = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(ids, ["a4", "a3", "a2", "a1", "a0"]);
    assert_eq!(after, None);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let shop = Shop::open();
    let before = shop.dump();
    let refused = |answer| shop.refused(Command::RecordAnswer(answer));
    for score in [-1, 11, i64::MAX, i64::MIN] {
        assert_eq!(refused(answer("a1", score, "")), "invalid_score");
    }
    assert_eq!(refused(answer("a1", 3, &"x".repeat(2_001))), "invalid_text");
    assert_eq!(refused(answer("a1", 3, "a\u{0}b")), "invalid_text");
    assert_eq!(refused(answer("", 3, "")), "invalid_answer_id");
    assert_eq!(refused(answer(&"x".repeat(65), 3, "")), "invalid_answer_id");
    let order = NewAnswer {
        order_id: Some(" ".to_owned()),
        ..answer("a1", 3, "")
    };
    assert_eq!(refused(order), "invalid_order_id");
    assert_eq!(shop.dump(), before);
    shop.run(Command::RecordAnswer(answer(
        "a1",
        3,
        &"\u{1f375}".repeat(2_000),
    )));
}
