//! Who is asked without having asked, by browser and by books.

use serde_json::{Value as Json, json};

use super::harness::{Shop, refund_of, server, text};
use super::joining::identity;
use crate::command::{Ask, Command, NewAnswer, Visitor};

const EMAIL: &str = "ada@mail.example";

fn session(session: &str) -> Visitor {
    Visitor {
        session: Some(session.to_owned()),
        customer: None,
    }
}

fn customer(token: String) -> Visitor {
    Visitor {
        session: None,
        customer: Some(token),
    }
}

impl Shop {
    fn set_panel(&self, panel: Json) {
        let panel = serde_json::from_value(panel).unwrap();
        self.run(Command::SetPanel { panel });
    }

    fn asks_at(&self, placement: &str, history: &str, visitor: Visitor) -> Json {
        self.run(Command::Ask(Ask {
            placement: placement.to_owned(),
            history: history.to_owned(),
            browser_now: self.now().seconds().into(),
            visitor,
        }))
    }

    /// Why somebody about to leave is not asked; `ask` when they are.
    fn asks(&self, history: &str, visitor: Visitor) -> String {
        let answer = self.asks_at("exit-intent", history, visitor);
        match answer["why"].as_str() {
            Some(why) => why.to_owned(),
            None => {
                assert_eq!(answer["ask"], true);
                "ask".to_owned()
            }
        }
    }

    fn dismisses(&self, visitor: Visitor) {
        self.run(Command::RecordDismissal {
            placement: "exit-intent".to_owned(),
            visitor,
        });
    }
}

#[test]
fn a_strangers_browser_remembers_and_the_books_do_not() {
    let shop = Shop::open();
    let before = shop.dump();
    assert_eq!(shop.asks("", Visitor::default()), "ask");
    let now = shop.now().seconds();
    assert_eq!(
        shop.asks(&format!("d{now}"), Visitor::default()),
        "dismissed"
    );
    assert_eq!(shop.asks("", session("nonsense")), "ask", "a stranger, too");
    assert_eq!(shop.asks("", customer("a.b.c".to_owned())), "ask");
    shop.dismisses(session("nonsense"));
    assert_eq!(shop.dump(), before);
}

#[test]
fn the_answer_is_as_its_fixture() {
    let shop = Shop::open();
    let expected: Json =
        serde_json::from_str(include_str!("../../../edge/fixtures/browser/ask.json")).unwrap();
    let then = shop.now().seconds() - 29 * 86_400;
    let answer = shop.asks_at("exit-intent", &format!("d{then}"), Visitor::default());
    assert_eq!(answer, expected);
}

#[test]
fn a_known_persons_budget_is_one_over_browsers_and_placements() {
    let shop = Shop::open();
    let (ada, _) = shop.join(EMAIL);
    assert_eq!(shop.asks("", session(&ada)), "ask");
    shop.pass_days(1);
    let after = shop.asks_at("post-purchase", "", session(&ada));
    assert_eq!(after["ask"], true);
    shop.pass_days(1);
    // Another browser, signed in at the shop.
    assert_eq!(shop.asks("", customer(identity(&shop, EMAIL))), "ask");
    shop.pass_days(1);
    let refused = shop.asks_at("exit-intent", "", session(&ada));
    assert_eq!(refused["why"], "budget");
    assert_eq!(refused["quiet_ms"], 27 * 86_400_000_i64);
    shop.pass_days(27);
    assert_eq!(shop.asks("", session(&ada)), "ask");
}

#[test]
fn an_ask_that_browser_and_books_remember_counts_once() {
    let shop = Shop::open();
    let (ada, _) = shop.join(EMAIL);
    let mut history = String::new();
    for _ in 0..3 {
        assert_eq!(shop.asks(&history, session(&ada)), "ask");
        shop.pass_ms(2_000);
        history = format!("a{}.{history}", shop.now().seconds());
        shop.pass_days(1);
    }
    assert_eq!(shop.asks(&history, session(&ada)), "budget");
}

#[test]
fn a_no_counts_in_every_browser_and_once_a_minute() {
    let shop = Shop::open();
    let (ada, _) = shop.join(EMAIL);
    shop.dismisses(session(&ada));
    let once = shop.dump();
    shop.dismisses(session(&ada));
    assert_eq!(shop.dump(), once);
    assert_eq!(shop.asks("", customer(identity(&shop, EMAIL))), "dismissed");
    shop.pass_days(30);
    assert_eq!(shop.asks("", session(&ada)), "ask");
}

#[test]
fn shares_refunds_and_poor_answers_keep_us_quiet() {
    let shop = Shop::open();
    let (ada, _) = shop.join(EMAIL);
    shop.run(Command::RecordShare {
        session: ada.clone(),
        channel: "email".to_owned(),
        placement: "floating".to_owned(),
        press_id: "p1".to_owned(),
    });
    assert_eq!(shop.asks("", session(&ada)), "shared");
    shop.pass_days(60);
    assert_eq!(shop.asks("", session(&ada)), "ask");

    shop.report(server("1").email(EMAIL));
    shop.refund("1", "r1", 500);
    assert_eq!(shop.asks("", session(&ada)), "refunded");
    shop.run(Command::ReinstateOrder {
        order_id: "1".to_owned(),
    });
    assert_eq!(shop.asks("", session(&ada)), "ask", "it was paid after all");
    shop.run(refund_of("1", "r2", 500));
    shop.pass_days(90);

    let answer = |score| {
        Command::RecordAnswer(NewAnswer {
            answer_id: format!("n{score}"),
            score,
            text: String::new(),
            placement: "post-purchase".to_owned(),
            order_id: None,
            visitor: session(&ada),
        })
    };
    shop.run(answer(7));
    assert_eq!(shop.asks("", session(&ada)), "ask");
    shop.run(answer(6));
    assert_eq!(shop.asks("", session(&ada)), "poor_answer");
}

#[test]
fn a_company_is_asked_by_the_age_of_its_order() {
    let shop = Shop::open();
    shop.set_panel(json!({ "asks": { "delay_days": 14 }, "survey": true }));
    let (ada, _) = shop.join(EMAIL);
    let after = || shop.asks_at("post-purchase", "", session(&ada));
    assert_eq!(after()["why"], "too_early");
    shop.report(server("1").email(EMAIL));
    assert_eq!(after()["why"], "too_early");
    shop.pass_days(14);
    let asked = after();
    assert_eq!(
        (&asked["ask"], &asked["survey"]),
        (&json!(true), &json!(true))
    );
}

#[test]
fn nobody_is_asked_while_nothing_can_be_promised() {
    let shop = Shop::open();
    shop.run(Command::PauseProgram { stop: true });
    assert_eq!(shop.asks("", Visitor::default()), "paused");
    shop.run(Command::PauseProgram { stop: false });
    shop.set_panel(json!({ "asks": { "exit_intent": false } }));
    assert_eq!(shop.asks("", Visitor::default()), "off");
}

#[test]
fn only_unasked_placements_are_asked_for() {
    let shop = Shop::open();
    let ask = Command::Ask(Ask {
        placement: "floating".to_owned(),
        history: String::new(),
        browser_now: 0,
        visitor: Visitor::default(),
    });
    assert_eq!(shop.refused(ask), "invalid_placement");
    let dismissal = Command::RecordDismissal {
        placement: String::new(),
        visitor: Visitor::default(),
    };
    assert_eq!(shop.refused(dismissal), "invalid_placement");
}

#[test]
fn a_session_of_somebody_elses_address_learns_nothing_of_its_owner() {
    let shop = Shop::open();
    let (strangers, _) = shop.join(EMAIL);
    shop.run(Command::ProveMailbox {
        token: shop.mailbox_link(EMAIL),
    });
    shop.dismisses(customer(identity(&shop, EMAIL)));
    assert_eq!(shop.asks("", session(&strangers)), "ask");
    let me = Command::Stored { session: strangers };
    assert_eq!(shop.refused(me), "session_expired");
}

#[test]
fn what_is_stored_is_shown_and_goes_with_the_advocate() {
    let shop = Shop::open();
    let (ada, code) = shop.join(EMAIL);
    shop.asks("", session(&ada));
    shop.dismisses(session(&ada));
    let stored = || Command::Stored {
        session: ada.clone(),
    };
    let shown = shop.run(stored());
    let fixture: Json =
        serde_json::from_str(include_str!("../../../edge/fixtures/browser/stored.json")).unwrap();
    let keys = |json: &Json| {
        let fields = json.as_object().unwrap();
        fields.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(keys(&shown), keys(&fixture));
    assert_eq!(text(&shown, "/email"), EMAIL);
    assert_eq!(shown["codes"], json!([code]));
    assert_eq!((&shown["asks"], &shown["mails"]), (&json!(2), &json!(1)));
    shop.run(Command::Leave {
        session: ada.clone(),
    });
    assert_eq!(shop.refused(stored()), "session_expired");
    assert_eq!(shop.dump()["asks"], []);
}
