//! `/v1/program`, `/v1/program/publish`, `…/pause`, `…/resume`: what is live.

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};
use serde_json::{Value, json};

use crate::refusals::refused;

async fn start(world: &World) -> Result<Value> {
    let path = format!("/b/{}/start?locale=en", world.slug);
    world.anybody.get(&path).await
}

#[tokio::test]
async fn a_programme_is_published_and_seen_by_shoppers_at_once() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let before = world.api.get("/v1/program").await?;
    assert_eq!(number(&before, "/version"), 1, "{before}");
    assert!(before["paused"].is_null(), "{before}");
    let after = world
        .publish(&json!({
            "advocate": {"offer": {"kind": "store_credit", "amounts": {"EUR": 1_500}}},
            "friend": {"offer": {"kind": "percent_off", "basis_points": 1_250}},
            "hold_days": 7,
        }))
        .await?;
    assert_eq!(number(&after, "/version"), 2, "{after}");
    assert!(after["warnings"].is_array(), "{after}");
    assert_eq!(
        world.api.get("/v1/program").await?["program"],
        after["program"]
    );
    let start = start(&world).await?;
    assert_eq!(number(&start, "/advocate_reward/money/minor"), 1_500);
    assert_eq!(number(&start, "/friend_reward/basis_points"), 1_250);
    assert_eq!(number(&start, "/hold_days"), 7);

    // What is live already makes no new version.
    let again = world.publish(&json!({"hold_days": 7})).await?;
    assert_eq!(number(&again, "/version"), 2, "{again}");
    Ok(())
}

#[tokio::test]
async fn a_programme_with_mistakes_is_refused_and_the_old_one_stays() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let before = world.api.get("/v1/program").await?;
    let mut program = before["program"].clone();
    program["hold_days"] = json!(1_000);
    program["friend"] = json!({"offer": {"kind": "percent_off", "basis_points": 20_000}});
    let answer = world
        .post("/v1/program/publish", &json!({ "program": program }))
        .await?;
    refused(&answer, 422, "invalid_program", "a programme with mistakes");
    let nothing = json!({"program": {"friend": null, "advocate": null}});
    let answer = world.post("/v1/program/publish", &nothing).await?;
    refused(&answer, 422, "invalid_program", "nothing for anybody");
    assert_eq!(world.api.get("/v1/program").await?, before);
    Ok(())
}

#[tokio::test]
async fn two_who_edit_at_once_do_not_overwrite_each_other() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let program = world.api.get("/v1/program").await?["program"].take();
    let with = |days: u32, base: u32| {
        let mut program = program.clone();
        program["hold_days"] = json!(days);
        json!({"program": program, "base_version": base})
    };
    let first = world.api.post("/v1/program/publish", &with(7, 1)).await?;
    assert_eq!(number(&first, "/version"), 2);
    for base in [1, 3] {
        let answer = world.post("/v1/program/publish", &with(8, base)).await?;
        refused(&answer, 409, "program_changed", "another base");
        assert!(answer.text.contains('2'), "which is live: {}", answer.text);
    }
    let body = json!({"preset": "give-and-get", "base_version": 1});
    let answer = world.post("/v1/program/publish", &body).await?;
    refused(&answer, 409, "program_changed", "a preset");
    for body in [
        json!({"preset": "give-and-get", "program": program}),
        json!({ "preset": 5 }),
        json!({"base_version": "2"}),
        program.clone(),
    ] {
        let answer = world.post("/v1/program/publish", &body).await?;
        refused(&answer, 400, "malformed", &body.to_string());
    }
    Ok(())
}

#[tokio::test]
async fn an_order_keeps_the_version_under_which_it_began() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let buy = async |n: usize| {
        let token = world.friend(&link, n).await?;
        world
            .order(&n.to_string(), &json!({ "click_token": token }))
            .await
    };
    buy(1).await?;
    let offer = json!({"offer": {"kind": "store_credit", "amounts": {"EUR": 1_500}}});
    world.publish(&json!({ "advocate": offer })).await?;
    let second = buy(2).await?;
    let first = world.api.conversion("1").await?;
    for (order, version, minor) in [(first, 1, 1_000), (second, 2, 1_500)] {
        assert_eq!(number(&order, "/conversion/program_version"), version);
        let rewards = order["referral"]["rewards"].as_array();
        let own = rewards
            .into_iter()
            .flatten()
            .find(|reward| text(reward, "/side") == "advocate");
        let money = own.map_or(-1, |own| number(own, "/money/minor"));
        assert_eq!(money, minor, "{order}");
    }
    Ok(())
}

#[tokio::test]
async fn while_it_is_paused_nothing_new_is_promised_and_the_rest_goes_on() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let early = world.friend(&link, 1).await?;
    let claim = async |token: &str| world.page_posts("claims", &json!({ "token": token })).await;
    let coupon = claim(&early).await?.json()?;
    for _ in 0..2 {
        let paused = world.api.post("/v1/program/pause", &json!({})).await?;
        assert_eq!(text(&paused, "/paused"), "merchant", "{paused}");
    }
    assert_eq!(
        text(&world.api.get("/v1/program").await?, "/paused"),
        "merchant"
    );
    let late = world.friend(&link, 2).await?;
    refused(&claim(&late).await?, 403, "program_paused", "a new claim");
    // What was promised stays promised.
    let again = claim(&early).await?.json()?;
    assert_eq!(text(&again, "/coupon"), text(&coupon, "/coupon"));
    let order = world
        .order("1", &json!({ "coupon": coupon["coupon"] }))
        .await?;
    assert_eq!(text(&order, "/referral/status"), "pending", "{order}");

    for _ in 0..2 {
        let resumed = world.api.post("/v1/program/resume", &json!({})).await?;
        assert!(resumed["paused"].is_null(), "{resumed}");
    }
    let claimed = claim(&late).await?.json()?;
    assert!(text(&claimed, "/coupon").starts_with("HELLO-"), "{claimed}");
    let events = world.rows("/v1/events").await?;
    let count = |kind: &str| {
        let such = events.iter().filter(|event| text(event, "/kind") == kind);
        such.count()
    };
    assert_eq!((count("program.paused"), count("program.resumed")), (1, 1));
    Ok(())
}
