//! `/v1/panel`, and what of it reaches the shop's pages.

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};
use reqwest::Method;
use serde_json::{Value, json};
use xtask::client::{Answer, DESKTOP};

use crate::refusals::refused;

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 \
                     (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1";

async fn put(world: &World, body: &Value) -> Result<Answer> {
    let request = world.api.request(Method::PUT, "/v1/panel", Some(body), &[]);
    request.await
}

async fn start(world: &World, locale: &str, agent: &str, languages: &str) -> Result<Value> {
    let path = format!("/b/{}/start?locale={locale}", world.slug);
    let headers = [("User-Agent", agent), ("Accept-Language", languages)];
    world.follow(&path, &headers).await?.json()
}

fn channels(start: &Value) -> Vec<&str> {
    let list = start.get("channels").and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

#[tokio::test]
async fn the_settings_are_a_document_that_is_taken_as_a_whole() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let usual = world.api.get("/v1/panel").await?;
    assert_eq!(text(&usual, "/layout"), "dialog");
    assert_eq!(
        usual["asks"],
        json!({
            "budget": 3, "window_days": 30, "exit_intent": true, "post_purchase": true,
            "delay_days": 0,
            "quiet_days": {"dismissed": 30, "shared": 60, "refunded": 90, "poor": 90},
        })
    );
    let set = put(&world, &json!({"layout": "drawer", "radius": 4})).await?;
    assert_eq!(set.status, 200, "{}", set.text);
    let set = set.json()?;
    assert_eq!(
        (text(&set, "/layout"), number(&set, "/radius")),
        ("drawer", 4)
    );
    assert_eq!(world.api.get("/v1/panel").await?, set);
    // What was read can be sent back.
    assert_eq!(put(&world, &usual).await?.json()?, usual);
    Ok(())
}

#[tokio::test]
async fn every_mistake_of_the_settings_is_named() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let wrong = json!({"radius": 40, "font": "x;}", "channels": ["email", "email"]});
    let answer = put(&world, &wrong).await?;
    refused(&answer, 422, "invalid_panel", "three mistakes");
    for place in ["radius", "font", "channels[1]"] {
        assert!(answer.text.contains(place), "{}", answer.text);
    }
    for (unknown, place) in [
        (json!({"colour": "#fff"}), "colour"),
        (
            json!({"asks": {"quiet_days": {"bored": 1}}}),
            "asks.quiet_days",
        ),
        (json!({"asks": {"budget": "3"}}), "asks.budget"),
    ] {
        let answer = put(&world, &unknown).await?;
        refused(&answer, 400, "malformed", place);
        assert!(answer.text.contains(place), "{}", answer.text);
    }
    Ok(())
}

#[tokio::test]
async fn what_a_merchant_sets_is_what_the_pages_get() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let settings = json!({
        "layout": "drawer",
        "picture_url": "https://cdn.shop.example/tea.webp",
        "channels": ["qr", "email"],
        "messages": {"en": "Try it", "de": "Probier es"},
        "disclosures": {"DE": "Werbung", "en": "I get something too", "pl": ""},
        "asks": {"exit_intent": false, "quiet_days": {"dismissed": 7}},
    });
    assert_eq!(put(&world, &settings).await?.status, 200);
    let german = start(&world, "de", DESKTOP, "de-DE,de;q=0.9").await?;
    assert_eq!(text(&german, "/locale"), "de");
    assert_eq!(text(&german, "/message"), "Probier es");
    assert_eq!(text(&german, "/disclosure"), "Werbung");
    assert_eq!(text(&german, "/theme/layout"), "drawer");
    assert_eq!(
        text(&german, "/theme/picture_url"),
        "https://cdn.shop.example/tea.webp"
    );
    assert_eq!(channels(&german), ["qr", "email"]);
    assert_eq!(
        german["asks"],
        json!({
            "exit_intent": false, "post_purchase": true,
            "quiet_days": {"dismissed": 7, "shared": 60, "poor": 90},
        })
    );
    let english = start(&world, "en", DESKTOP, "en-GB").await?;
    assert_eq!(text(&english, "/disclosure"), "I get something too");
    let polish = start(&world, "pl", DESKTOP, "pl-PL").await?;
    assert_eq!(polish["disclosure"], "", "nothing is said there");
    let czech = start(&world, "cs", DESKTOP, "cs-CZ").await?;
    assert_eq!(
        (&czech["disclosure"], &czech["message"]),
        (&Value::Null, &Value::Null)
    );
    Ok(())
}

#[tokio::test]
async fn the_most_useful_channels_come_first_by_country_and_device() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for (agent, languages, first) in [
        (PHONE, "pl-PL,pl;q=0.9", ["native", "messenger", "whatsapp"]),
        (PHONE, "bg-BG", ["native", "viber", "facebook"]),
        (PHONE, "", ["native", "whatsapp", "messenger"]),
        (DESKTOP, "ru-RU", ["email", "copy", "telegram"]),
    ] {
        let told = start(&world, "en", agent, languages).await?;
        let channels = channels(&told);
        assert_eq!(channels.len(), 20);
        assert!(channels.starts_with(&first), "{languages}: {channels:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_pause_says_why_and_asks_nobody() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let told = start(&world, "en", DESKTOP, "").await?;
    assert_eq!(
        (&told["paused"], &told["pause"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(told["asks"]["exit_intent"], true);
    world.api.post("/v1/program/pause", &json!({})).await?;
    let told = start(&world, "en", DESKTOP, "").await?;
    assert_eq!(
        (&told["paused"], &told["pause"]),
        (&json!(true), &json!("merchant"))
    );
    assert_eq!(told["asks"]["exit_intent"], false);
    world.api.post("/v1/program/resume", &json!({})).await?;
    world
        .publish(&json!({"ends_at": "2020-01-01T00:00:00Z"}))
        .await?;
    let told = start(&world, "en", DESKTOP, "").await?;
    assert_eq!(told["pause"], "ended");
    Ok(())
}

#[tokio::test]
async fn terms_and_the_page_have_addresses() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let told = start(&world, "pl", DESKTOP, "").await?;
    assert_eq!(told["terms_url"], Value::Null);
    let page = text(&told, "/page_url");
    assert!(
        page.ends_with(&format!("/p/{}?lang=pl", world.slug)),
        "{page}"
    );
    world
        .publish(&json!({"terms": {"text": "One gift each."}}))
        .await?;
    let told = start(&world, "pl", DESKTOP, "").await?;
    let terms = text(&told, "/terms_url");
    let shown = world.follow(xtask::client::path_of(terms), &[]).await?;
    assert_eq!(shown.status, 200, "{terms}: {}", shown.text);
    assert!(shown.text.contains("One gift each."));
    let own = "https://shop.example/terms";
    world.publish(&json!({"terms": {"url": own}})).await?;
    let told = start(&world, "pl", DESKTOP, "").await?;
    assert_eq!(text(&told, "/terms_url"), own);
    Ok(())
}
