//! A friend of several advocates: the browser hands in every click that it knows,
//! so that the programme and not the browser decides which one counts.

use anyhow::{Context, Result};
use grapevine_tests::browser::{At, Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, text};
use serde_json::{Value, json};

use crate::steps;

/// Follows a link and waits until the page keeps it; answers all that it knows.
async fn follow(browser: &Browser, world: &World, link: &str) -> Result<Vec<String>> {
    browser
        .goto(&format!("{}{link}?c=email", world.anybody.origin()))
        .await?;
    let home = format!("{}/", world.shop_origin);
    browser.address_where(|address| address == home).await?;
    let script = "return localStorage.gv_click ?? ''";
    let known = browser.run(script, vec![]).await?;
    let known = known.as_str().context("tokens")?;
    Ok(known.split('.').map(str::to_owned).collect())
}

/// Ada's link, then Eve's, then an order.
async fn by_two(model: &str) -> Result<Value> {
    let world = World::with_shop(Edge::shared().await?).await?;
    world
        .publish(&json!({ "attribution": model, "late_click_minutes": 0 }))
        .await?;
    let ada = world.advocate("ada@mail.example").await?;
    let eve = world.advocate("eve@mail.example").await?;
    let bob = Browser::open(&Profile::default()).await?;
    let first = follow(&bob, &world, &ada).await?;
    // Tokens tell whole seconds: of two clicks in one, neither is the first.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let both = follow(&bob, &world, &eve).await?;
    assert_eq!((first.len(), both.len()), (1, 2), "{both:?}");
    assert_eq!(both.get(1), first.first(), "newest first");
    steps::go_to_checkout(&bob, &world).await?;
    let field = bob
        .find_hidden(At::Page("#checkout input[name=gv]"))
        .await?;
    assert_eq!(field.prop("value").await?, Some(both.join(".")));
    let order = steps::place_order(&bob, "bob@mail.example").await?;
    let found = world.api.conversion(&order).await?;
    bob.close().await?;
    Ok(found)
}

#[tokio::test]
async fn the_last_click_wins_and_the_first_one_is_shown() -> Result<()> {
    let found = by_two("last_click").await?;
    assert_eq!(
        text(&found, "/referral/advocate/email"),
        "eve@mail.example",
        "{found}"
    );
    assert_eq!(text(&found, "/why/1/reason"), "later_click_won", "{found}");
    Ok(())
}

#[tokio::test]
async fn the_first_click_wins_where_the_programme_says_so() -> Result<()> {
    let found = by_two("first_click").await?;
    assert_eq!(
        text(&found, "/referral/advocate/email"),
        "ada@mail.example",
        "{found}"
    );
    assert_eq!(
        text(&found, "/why/1/reason"),
        "earlier_click_won",
        "{found}"
    );
    Ok(())
}

#[tokio::test]
async fn of_many_clicks_the_first_and_the_latest_four_are_kept() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let bob = Browser::open(&Profile::default()).await?;
    let mut all: Vec<String> = Vec::new();
    let mut known = Vec::new();
    for n in 0..7 {
        let link = world.advocate(&format!("a{n}@mail.example")).await?;
        known = follow(&bob, &world, &link).await?;
        all.extend(known.first().cloned());
    }
    let mut kept: Vec<String> = all.iter().rev().take(4).cloned().collect();
    kept.extend(all.first().cloned());
    assert_eq!(known, kept);
    let order = steps::buy(&bob, &world, "bob@mail.example", None).await?;
    let found = world.api.conversion(&order).await?;
    assert!(
        found["why"].as_array().is_some_and(|why| why.len() >= 5),
        "{found}"
    );
    bob.close().await
}
