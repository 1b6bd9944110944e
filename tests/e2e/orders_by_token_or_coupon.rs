//! What an order brings: the token of a click, a coupon, a personal code, or two of
//! them that disagree.

use anyhow::{Context, Result};
use grapevine_tests::browser::{Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, text};
use serde_json::{Value, json};

use crate::steps;

/// A shop with Ada and Eve; their links.
async fn two_advocates() -> Result<(World, String, String)> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let ada = world.advocate("ada@mail.example").await?;
    let eve = world.advocate("eve@mail.example").await?;
    Ok((world, ada, eve))
}

/// A coupon that a friend of this link has taken elsewhere, such as on a phone.
async fn coupon_of(world: &World, link: &str) -> Result<String> {
    let token = world.click(link, "198.51.100.90").await?;
    let claim = world
        .page_posts("claims", &json!({ "token": token }))
        .await?;
    Ok(text(&claim.json()?, "/coupon").to_owned())
}

/// Comes by `link` if there is one, buys with `code` if there is one.
async fn buys(world: &World, link: Option<&str>, code: Option<&str>) -> Result<Value> {
    let bob = Browser::open(&Profile::default()).await?;
    if let Some(link) = link {
        bob.goto(&format!("{}{link}?c=sms", world.anybody.origin()))
            .await?;
        bob.find(steps::banner("[data-gv-state=offer]")).await?;
    }
    let order = steps::buy(&bob, world, "bob@mail.example", code).await?;
    let found = world.api.conversion(&order).await?;
    bob.close().await?;
    Ok(found)
}

fn winner(found: &Value) -> (&str, &str) {
    let of = |pointer| text(found, pointer);
    (of("/referral/advocate/email"), of("/referral/source"))
}

#[tokio::test]
async fn the_token_alone_is_enough() -> Result<()> {
    let (world, ada, _) = two_advocates().await?;
    let found = buys(&world, Some(&ada), None).await?;
    assert_eq!(winner(&found), ("ada@mail.example", "click"), "{found}");
    assert_eq!(text(&found, "/referral/channel"), "sms");
    Ok(())
}

#[tokio::test]
async fn the_coupon_alone_is_enough() -> Result<()> {
    let (world, ada, _) = two_advocates().await?;
    let coupon = coupon_of(&world, &ada).await?;
    let found = buys(&world, None, Some(&coupon)).await?;
    assert_eq!(winner(&found), ("ada@mail.example", "coupon"), "{found}");
    Ok(())
}

#[tokio::test]
async fn of_a_coupon_and_a_click_that_disagree_the_coupon_wins_and_the_click_is_kept() -> Result<()>
{
    let (world, ada, eve) = two_advocates().await?;
    let coupon = coupon_of(&world, &ada).await?;
    let found = buys(&world, Some(&eve), Some(&coupon)).await?;
    assert_eq!(winner(&found), ("ada@mail.example", "coupon"), "{found}");
    let why = found["why"].as_array().context("why")?;
    let lost = why.get(1).context("a loser")?;
    assert_eq!(text(lost, "/source"), "click", "{found}");
    assert_eq!(text(lost, "/reason"), "coupon_won", "{found}");
    assert_eq!(text(lost, "/channel"), "sms", "{found}");
    assert_ne!(lost["advocate_id"], found["referral"]["advocate"]["id"]);
    Ok(())
}

#[tokio::test]
async fn a_personal_code_typed_at_the_checkout_counts_as_a_coupon() -> Result<()> {
    let (world, ada, eve) = two_advocates().await?;
    let code = ada.rsplit('/').next().context("a code")?.to_uppercase();
    let found = buys(&world, Some(&eve), Some(&code)).await?;
    assert_eq!(winner(&found), ("ada@mail.example", "coupon"), "{found}");
    assert_eq!(text(&found, "/why/1/reason"), "coupon_won", "{found}");
    Ok(())
}
