//! What the merchant does with single rewards leaves a trace, once.

use serde_json::{Value as Json, json};

use super::harness::{Shop, server, text};
use crate::command::{Command, RewardAct};

fn act(shop: &Shop, id: &str, act: RewardAct, reason: &str) -> Json {
    shop.run(Command::ActOnReward {
        id: id.to_owned(),
        act,
        reason: Some(reason.to_owned()),
    })
}

fn decided(shop: &Shop) -> Vec<Json> {
    let events = shop.run(Command::Events {
        after: 0,
        limit: 1_000,
    });
    let events = events["data"].as_array().unwrap().iter();
    events
        .filter(|event| event["kind"] == "reward.decided")
        .map(|event| serde_json::from_str(event["data"].as_str().unwrap()).unwrap())
        .collect()
}

#[test]
fn every_act_is_noted_once_with_the_merchants_words() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let order = shop.report(server("1").token(&shop.click(&code, "email")));
    let id = text(&order, "/referral/rewards/0/id");
    let acts = [
        (RewardAct::Void, "void"),
        (RewardAct::Reinstate, "reinstate"),
        (RewardAct::Approve, "approve"),
        (RewardAct::Issue, "issue"),
        (RewardAct::Redeem, "redeem"),
    ];
    for (step, name) in acts {
        let once = act(&shop, &id, step, name);
        let before = shop.dump();
        assert_eq!(act(&shop, &id, step, name), once, "{name} again");
        assert_eq!(shop.dump(), before, "{name} again leaves no trace");
    }
    let noted = acts.map(|(_, name)| json!({ "decision": name, "reason": name }));
    assert_eq!(decided(&shop), noted);
    let wrong = Command::ActOnReward {
        id,
        act: RewardAct::Reinstate,
        reason: None,
    };
    assert_eq!(shop.refused(wrong), "wrong_status");
    assert_eq!(decided(&shop).len(), 5);
    shop.sound();
}
