//! `/v1/coupons`: pools of codes that the merchant uploads, given out once each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::refusals::refused;

fn codes(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{prefix}-{n:04}")).collect()
}

async fn upload(world: &World, pool: &str, codes: &[String]) -> Result<Value> {
    let body = json!({ "pool": pool, "codes": codes });
    world.api.post("/v1/coupons", &body).await
}

/// A merchant whose friends get codes of the pool `spring`.
async fn with_pool() -> Result<World> {
    let world = World::open(Edge::shared().await?).await?;
    let friend = json!({
        "offer": {"kind": "amount_off", "amounts": {"EUR": 1_000}},
        "hand_over": {"by": "pool", "pool": "spring"},
    });
    world.publish(&json!({ "friend": friend })).await?;
    Ok(world)
}

#[tokio::test]
async fn codes_are_uploaded_once_each() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    assert_eq!(world.api.get("/v1/coupons").await?, json!([]));
    let added = upload(&world, "spring", &codes("S", 3)).await?;
    let wanted = json!({"pool": "spring", "added": 3, "known": 0, "left": 3});
    assert_eq!(added, wanted);
    let mut again = codes("S", 4);
    again.push("S-0000".to_owned());
    let added = upload(&world, "autumn", &again).await?;
    let wanted = json!({"pool": "autumn", "added": 1, "known": 4, "left": 1});
    assert_eq!(added, wanted, "a code is in one pool");
    let pools = json!([
        {"pool": "autumn", "left": 1, "given_out": 0},
        {"pool": "spring", "left": 3, "given_out": 0},
    ]);
    assert_eq!(world.api.get("/v1/coupons").await?, pools);

    for (body, status, code) in [
        (json!({"pool": "", "codes": ["A"]}), 422, "invalid_pool"),
        (
            json!({"pool": "x".repeat(101), "codes": ["A"]}),
            422,
            "invalid_pool",
        ),
        (json!({"pool": "p", "codes": []}), 422, "invalid_codes"),
        (json!({"pool": "p", "codes": [""]}), 422, "invalid_codes"),
        (json!({"pool": "p", "codes": [" A "]}), 422, "invalid_codes"),
        (json!({"pool": "p", "codes": ["--"]}), 422, "invalid_codes"),
        (
            json!({"pool": "p", "codes": ["x".repeat(61)]}),
            422,
            "invalid_codes",
        ),
        (
            json!({"pool": "p", "codes": codes("C", 1_001)}),
            422,
            "invalid_codes",
        ),
        (json!({"pool": "p", "codes": "A,B"}), 400, "malformed"),
        (json!({"codes": ["A"]}), 400, "malformed"),
    ] {
        let answer = world.post("/v1/coupons", &body).await?;
        let what = body.to_string().chars().take(60).collect::<String>();
        refused(&answer, status, code, &what);
    }
    assert_eq!(world.api.get("/v1/coupons").await?, pools);
    Ok(())
}

/// What a friend's claim was answered: a code, or the code of the refusal.
async fn claim(world: &World, token: &str) -> Result<(u16, String)> {
    let answer = world
        .page_posts("claims", &json!({ "token": token }))
        .await?;
    let body: Value = serde_json::from_str(&answer.text)?;
    let said = match answer.status {
        200 => text(&body, "/coupon"),
        _ => text(&body, "/error/code"),
    };
    Ok((answer.status, said.to_owned()))
}

/// Everybody claims at the same time, twice each; what each got, by friend.
async fn rush(world: &Arc<World>, tokens: &[String]) -> Result<Vec<(u16, String)>> {
    let mut crowd = JoinSet::new();
    for (n, token) in tokens.iter().enumerate() {
        for _ in 0..2 {
            let (world, token) = (Arc::clone(world), token.clone());
            crowd.spawn(async move { anyhow::Ok((n, claim(&world, &token).await?)) });
        }
    }
    let mut answers: BTreeMap<usize, (u16, String)> = BTreeMap::new();
    while let Some(done) = crowd.join_next().await {
        let (n, answer) = done??;
        let before = answers.insert(n, answer.clone());
        assert!(
            before.as_ref().is_none_or(|before| *before == answer),
            "one friend, one answer: {before:?}, {answer:?}"
        );
    }
    Ok(answers.into_values().collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_friends_at_once_share_thirty_codes_and_none_comes_twice() -> Result<()> {
    let world = Arc::new(with_pool().await?);
    upload(&world, "spring", &codes("SPRING", 30)).await?;
    let link = world.advocate("ada@mail.example").await?;
    let mut tokens = Vec::new();
    for n in 0..40 {
        tokens.push(world.friend(&link, n).await?);
    }
    let answers = rush(&world, &tokens).await?;
    let given: BTreeSet<&String> = answers
        .iter()
        .filter(|(status, _)| *status == 200)
        .map(|(_, code)| code)
        .collect();
    assert_eq!(given.len(), 30, "{answers:?}");
    let pool: BTreeSet<String> = codes("SPRING", 30).into_iter().collect();
    assert!(given.iter().all(|code| pool.contains(*code)), "{given:?}");
    let refusals = answers
        .iter()
        .filter(|answer| **answer == (409, "no_coupons_left".to_owned()));
    assert_eq!(refusals.count(), 10, "{answers:?}");
    let pools = world.api.get("/v1/coupons").await?;
    let empty = json!([{"pool": "spring", "left": 0, "given_out": 30}]);
    assert_eq!(pools, empty);
    let funnel = world.funnel().await?;
    assert_eq!(number(&funnel, "/claims"), 30, "{funnel}");
    let events = world.rows("/v1/events").await?;
    let told = events
        .iter()
        .filter(|event| text(event, "/kind") == "program.pool_empty");
    assert_eq!(told.count(), 1, "the merchant hears of it once");

    // A refill: who has a code keeps it, who had none gets one.
    upload(&world, "spring", &codes("MORE", 15)).await?;
    let after = rush(&world, &tokens).await?;
    let mut all = BTreeSet::new();
    for (before, now) in answers.iter().zip(&after) {
        assert_eq!(now.0, 200, "{now:?}");
        assert!(before.0 != 200 || before == now, "{before:?} {now:?}");
        assert!(all.insert(&now.1), "{} came twice", now.1);
    }
    let pools = world.api.get("/v1/coupons").await?;
    let rest = json!([{"pool": "spring", "left": 5, "given_out": 40}]);
    assert_eq!(pools, rest);
    // And the shop takes such a code like any other.
    let coupon = &after[0].1;
    let order = world.order("1", &json!({ "coupon": coupon })).await?;
    assert_eq!(text(&order, "/referral/source"), "coupon", "{order}");
    Ok(())
}

#[tokio::test]
async fn an_advocates_reward_waits_for_a_code_and_gets_it_with_the_refill() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let advocate = json!({
        "offer": {"kind": "amount_off", "amounts": {"EUR": 500}},
        "hand_over": {"by": "pool", "pool": "thanks"},
    });
    let published = world.publish(&json!({ "advocate": advocate })).await?;
    let warned = published["warnings"].to_string();
    assert!(warned.contains("advocate.hand_over.pool"), "{warned}");
    let link = world.advocate("ada@mail.example").await?;
    for n in 1..=3 {
        let token = world.friend(&link, n).await?;
        let body = json!({ "click_token": token });
        world.order(&n.to_string(), &body).await?;
    }
    world.api.advance_clock(15 * 86_400).await?;
    let own = async |status: &str| -> Result<Vec<Value>> {
        let path = format!("/v1/rewards?status={status}");
        let mut rewards = world.rows(&path).await?;
        rewards.retain(|reward| text(reward, "/side") == "advocate");
        Ok(rewards)
    };
    assert_eq!(own("approved").await?.len(), 3);
    // Another pool's codes are no help.
    upload(&world, "other", &codes("OTHER", 5)).await?;
    assert_eq!(own("approved").await?.len(), 3);
    let filled = upload(&world, "thanks", &codes("THX", 2)).await?;
    assert_eq!(number(&filled, "/left"), 0, "{filled}");
    let issued = own("issued").await?;
    let given: BTreeSet<&str> = issued.iter().map(|one| text(one, "/coupon")).collect();
    assert_eq!(given, BTreeSet::from(["THX-0000", "THX-0001"]));
    assert_eq!(own("approved").await?.len(), 1);
    upload(&world, "thanks", &codes("LAST", 1)).await?;
    assert_eq!(own("issued").await?.len(), 3);
    let coupon = world.api.get("/v1/coupons/last-0000").await?;
    assert_eq!(coupon["usable"], json!(true), "{coupon}");
    Ok(())
}

#[tokio::test]
async fn a_pool_that_was_never_filled_is_warned_of_and_refuses_claims() -> Result<()> {
    let world = with_pool().await?;
    let link = world.advocate("ada@mail.example").await?;
    let token = world.friend(&link, 1).await?;
    let answer = world
        .page_posts("claims", &json!({ "token": token }))
        .await?;
    refused(&answer, 409, "no_coupons_left", "an empty pool");
    // The click itself still counts.
    let order = world.order("1", &json!({ "click_token": token })).await?;
    assert_eq!(text(&order, "/referral/status"), "pending", "{order}");
    Ok(())
}
