//! Every other command, too, leaves no trace when it fails halfway.

use super::failure::survives;
use super::harness::{
    ORIGIN, SLUG, Shop, amount_off, eur, euros, publish, refund_of, server, starter, text,
};
use crate::command::{Ask, Changes, Command, Decision, NewAnswer, RewardAct, Visitor};
use crate::keyring::Purpose;
use crate::signed::seal;
use grapevine_domain::money::Amounts;
use grapevine_domain::period::Period;
use grapevine_domain::program::{Budget, Cap, Prize, Program};
use grapevine_domain::reward::{HandOver, Offer};
use serde_json::json;

/// Everything at once: caps, a budget, a prize, codes out of a pool, an end.
fn rich() -> Program {
    let mut program = Program::starter(eur());
    let mut advocate = amount_off(1_000);
    advocate.hand_over = Some(HandOver::Pool {
        pool: "thanks".to_owned(),
    });
    advocate.expires_days = Some(30);
    program.advocate = Some(advocate);
    program.caps = vec![Cap {
        per: Period::Month,
        rewards: Some(3),
        amounts: None,
    }];
    program.budget = Some(Budget {
        per: Period::Year,
        amounts: Amounts::of(euros(5_000)),
        low_at_percent: 30,
    });
    program.prize = Some(Prize {
        per: Period::Month,
        offer: Offer::StoreCredit {
            amounts: Amounts::of(euros(700)),
        },
        places: 1,
        minimum_friends: 1,
    });
    program
}

#[test]
fn every_statement_of_every_other_command_may_fail() {
    let [shop, twin] = [Shop::open(), Shop::open()];
    let both = |command: Command| survives(&shop, &twin, &command);
    let id_of = |order: &str| text(&shop.order(order), "/referral/id");
    let order = |order: &str| order.to_owned();
    both(Command::ChangeMerchant(Changes {
        shop_url: Some("https://other.shop.example/".to_owned()),
        hosts: Some(vec!["go.shop.example".to_owned()]),
        ..Changes::default()
    }));
    both(Command::AddAdvocate {
        email: "zoe@mail.example".to_owned(),
        name: None,
        origin: "https://refer.shop.example".to_owned(),
    });
    both(Command::ChooseCode {
        session: None,
        advocate: Some(shop.advocate_id("zoe@mail.example")),
        code: "ada-the-great".to_owned(),
        origin: "https://refer.shop.example".to_owned(),
    });
    both(Command::SaveDraft { program: rich() });
    both(publish(rich()));
    both(Command::PublishPreset {
        preset: "give-and-get".to_owned(),
        base_version: None,
    });
    both(publish(rich()));
    both(Command::PauseProgram { stop: true });
    both(Command::PauseProgram { stop: false });
    both(Command::AddAdvocate {
        email: "ada@mail.example".to_owned(),
        name: Some("Ada".to_owned()),
        origin: ORIGIN.to_owned(),
    });
    let code = shop.advocate("ada@mail.example");
    let other = shop.advocate("bea@mail.example");
    assert_eq!(twin.advocate("bea@mail.example"), other);
    for n in ["1", "2", "3", "4"] {
        let email = format!("friend{n}@mail.example");
        both(Command::ReportConversion(
            server(n).token(&shop.click(&code, "email")).email(&email),
        ));
    }
    both(Command::DecideReferral {
        id: id_of("1"),
        decision: Decision::Void { reason: None },
    });
    both(Command::DecideReferral {
        id: id_of("1"),
        decision: Decision::Reinstate { reason: None },
    });
    both(Command::DecideReferral {
        id: id_of("1"),
        decision: Decision::Approve { reason: None },
    });
    let bea = text(&shop.added("bea@mail.example"), "/id");
    both(Command::DecideOrder {
        order_id: order("2"),
        decision: Decision::Assign {
            advocate_id: bea.clone(),
            reason: Some("a call".to_owned()),
        },
    });
    both(Command::DecideOrder {
        order_id: order("2"),
        decision: Decision::Undo { reason: None },
    });
    both(Command::AddCoupons {
        pool: "thanks".to_owned(),
        codes: (1..=5).map(|n| format!("THX-{n}")).collect(),
    });
    assert_eq!(text(&shop.own_reward("1"), "/status"), "issued");
    for act in [RewardAct::Void, RewardAct::Reinstate, RewardAct::Redeem] {
        both(shop.act_of("1", act));
    }
    both(refund_of("1", "r1", 5_000));
    both(Command::ReinstateOrder {
        order_id: order("1"),
    });
    both(Command::AdvanceClock {
        seconds: 50 * 86_400,
    });
    both(shop.act_of("3", RewardAct::Void));
    let third = text(&shop.own_reward("3"), "/id");
    let receipt = crate::reports::receipt::path(&shop.ring, SLUG, &third);
    both(Command::Appeal {
        token: receipt.split_once('.').unwrap().1.to_owned(),
        text: "Please look again.".to_owned(),
    });
    both(Command::AnswerAppeal {
        id: third,
        answer: "It stays so.".to_owned(),
    });
    let (cem, _) = shop.join("cem@mail.example");
    assert_eq!(twin.join("cem@mail.example").0, cem);
    let until = shop.now().plus_days(100);
    both(Command::Unsubscribe {
        token: seal(&shop.ring, Purpose::Unsubscribe, SLUG, &bea, until),
        peek: false,
    });
    both(Command::SetPanel {
        panel: serde_json::from_value(json!({ "radius": 8 })).unwrap(),
    });
    let visitor = || Visitor {
        session: Some(cem.clone()),
        customer: None,
    };
    both(Command::Ask(Ask {
        placement: "exit-intent".to_owned(),
        history: String::new(),
        browser_now: 0,
        visitor: visitor(),
    }));
    both(Command::RecordDismissal {
        placement: "exit-intent".to_owned(),
        visitor: visitor(),
    });
    both(Command::RecordAnswer(NewAnswer {
        answer_id: "a1".to_owned(),
        score: 3,
        text: "Late.".to_owned(),
        placement: "post-purchase".to_owned(),
        order_id: None,
        visitor: visitor(),
    }));
    both(Command::SetMails {
        session: cem.clone(),
        on: false,
    });
    both(Command::Leave { session: cem });
    both(Command::RemoveAdvocate {
        id: bea,
        may_return: false,
    });
    let mut cheaper = starter();
    cheaper.hold_days = 3;
    both(publish(cheaper));
    assert!(shop.sound() > 40);
}

impl Shop {
    /// An advocate as the merchant gets it on adding it again.
    fn added(&self, email: &str) -> serde_json::Value {
        self.run(Command::AddAdvocate {
            email: email.to_owned(),
            name: None,
            origin: ORIGIN.to_owned(),
        })
    }
}
