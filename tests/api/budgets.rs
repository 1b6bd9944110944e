//! Budgets and caps over real HTTP: however many orders come at once, no more is
//! promised than there is.

use std::sync::Arc;

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::refusals::refused;

fn budget(minor: i64) -> Value {
    json!({"per": "all_time", "amounts": {"EUR": minor}})
}

/// Money of all rewards that stand, in minor units.
async fn promised(world: &World) -> Result<i64> {
    let rewards = world.rows("/v1/rewards?limit=200").await?;
    let standing = rewards
        .iter()
        .filter(|reward| text(reward, "/status") != "voided");
    Ok(standing.map(|reward| number(reward, "/money/minor")).sum())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_orders_at_once_never_exceed_a_budget_for_ten() -> Result<()> {
    let world = Arc::new(World::open(Edge::shared().await?).await?);
    world
        .publish(&json!({"friend": null, "budget": budget(10_000)}))
        .await?;
    let mut links = Vec::new();
    for n in 0..3 {
        links.push(world.advocate(&format!("ada{n}@mail.example")).await?);
    }
    let mut shops = JoinSet::new();
    for n in 0..30 {
        let token = world.friend(&links[n % 3], n).await?;
        let world = Arc::clone(&world);
        shops.spawn(async move {
            let body = json!({ "click_token": token });
            let order = world.order(&format!("{n:02}"), &body).await?;
            // However it went, there was never more than the budget.
            assert!(promised(&world).await? <= 10_000, "{order}");
            anyhow::Ok(())
        });
    }
    while let Some(done) = shops.join_next().await {
        done??;
    }
    assert_eq!(promised(&world).await?, 10_000);
    let refused_ones = world.rows("/v1/rewards?status=voided&limit=200").await?;
    assert_eq!(refused_ones.len(), 20);
    for reward in &refused_ones {
        assert_eq!(text(reward, "/reason"), "budget_spent", "{reward}");
    }
    // The programme pauses by itself.
    let live = world.api.get("/v1/program").await?;
    assert_eq!(text(&live, "/paused"), "budget", "{live}");
    let token = world.friend(&links[0], 99).await?;
    let answer = world
        .page_posts("claims", &json!({ "token": token }))
        .await?;
    refused(&answer, 403, "program_paused", "a claim");

    // A refund makes room for the next in line; more money for all of them.
    let standing = world.rows("/v1/rewards?status=pending&limit=200").await?;
    let order = text(&standing[0], "/order_id").to_owned();
    world.api.refund(&order, &json!({"refund_id": "r"})).await?;
    assert_eq!(promised(&world).await?, 10_000);
    let live = world.publish(&json!({"budget": budget(40_000)})).await?;
    assert!(live["paused"].is_null(), "{live}");
    assert_eq!(promised(&world).await?, 29_000);
    let events = world.rows("/v1/events").await?;
    let kinds: Vec<&str> = events.iter().map(|event| text(event, "/kind")).collect();
    for kind in ["program.paused", "program.resumed"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_low_budget_is_told_once() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    world
        .publish(&json!({"friend": null, "budget": budget(5_000)}))
        .await?;
    let link = world.advocate("ada@mail.example").await?;
    for n in 1..=5 {
        let token = world.friend(&link, n).await?;
        world
            .order(&n.to_string(), &json!({ "click_token": token }))
            .await?;
        let events = world.rows("/v1/events").await?;
        let told = |kind: &str| {
            let such = events.iter().filter(|event| text(event, "/kind") == kind);
            such.count()
        };
        assert_eq!(told("program.budget_low"), usize::from(n >= 4), "order {n}");
        assert_eq!(told("program.paused"), usize::from(n >= 5), "order {n}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_advocate_gets_no_more_than_the_cap_however_many_orders_come_at_once() -> Result<()> {
    let world = Arc::new(World::open(Edge::shared().await?).await?);
    let caps =
        json!([{"per": "all_time", "rewards": 3}, {"per": "all_time", "amounts": {"EUR": 2_500}}]);
    world
        .publish(&json!({"friend": null, "caps": caps}))
        .await?;
    let link = world.advocate("ada@mail.example").await?;
    let mut shops = JoinSet::new();
    for n in 0..8 {
        let token = world.friend(&link, n).await?;
        let world = Arc::clone(&world);
        shops.spawn(async move {
            let body = json!({ "click_token": token });
            world.order(&n.to_string(), &body).await
        });
    }
    while let Some(done) = shops.join_next().await {
        done??;
    }
    assert_eq!(promised(&world).await?, 2_500);
    let rewards = world.rows("/v1/rewards?limit=200").await?;
    let cut: Vec<&Value> = rewards
        .iter()
        .filter(|reward| number(reward, "/money/minor") == 500)
        .collect();
    assert_eq!(cut.len(), 1, "the third is cut to what was left");
    let steps = json!([{"rule": "offer", "minor": 1_000}, {"rule": "cap", "minor": 500}]);
    assert_eq!(cut[0]["steps"], steps);
    let over = world.rows("/v1/rewards?status=voided").await?;
    assert_eq!(over.len(), 5);
    assert!(over.iter().all(|one| text(one, "/reason") == "cap_reached"));
    // Each referral stands all the same: the friend did come.
    assert_eq!(world.rows("/v1/referrals?status=pending").await?.len(), 8);
    Ok(())
}
