//! The pages around a link, as people see them: the friend page in an app's own browser,
//! the cards to print, the receipt of a reward and the way to ask again.

use anyhow::{Context, Result};
use grapevine_tests::browser::{At, Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};
use serde_json::{Value, json};
use xtask::client::path_of;

use crate::steps;

const INSTAGRAM: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 390.0.0.28.85 (iPhone14,5; iOS 18_5; en_GB; en; scale=3.00; 1170x2532; 756222243; IABMV/1)";

#[tokio::test]
async fn in_an_app_the_friend_page_leads_on_with_the_proof() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let terms =
        json!({ "text": "One discount for each new customer.\n\nNot together with other offers." });
    world.publish(&json!({ "terms": terms })).await?;
    let link = world.advocate("ada@mail.example").await?;
    let bob = Browser::open(&Profile {
        agent: Some(INSTAGRAM.to_owned()),
        ..Profile::default()
    })
    .await?;
    bob.goto(&format!("{}{link}?c=facebook", world.anybody.origin()))
        .await?;
    bob.find(At::Page("main.friend h1")).await?;
    bob.pictures("friend-page").await?;
    let code = bob.words(At::Page(".letters")).await?;
    let given = link.rsplit('/').next().context("a code")?;
    assert_eq!(code.replace(' ', ""), given);

    // The press is no second click, and what it proves is the first.
    bob.press(At::Page("main.friend a.main")).await?;
    let home = format!("{}/", world.shop_origin);
    bob.address_where(|address| address == home).await?;
    let order = steps::buy(&bob, &world, "bob@mail.example", None).await?;
    let found = world.api.conversion(&order).await?;
    assert_eq!(text(&found, "/referral/source"), "click", "{found}");
    assert_eq!(text(&found, "/referral/channel"), "facebook");
    let funnel = world.funnel_with("/clicks", 1).await?;
    assert_eq!(number(&funnel, "/landings"), 1, "{funnel}");
    let complaints = bob.complaints().await?;
    assert!(complaints.is_empty(), "{complaints:?}");
    bob.close().await
}

#[tokio::test]
async fn cards_and_receipts_can_be_looked_at() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let token = world.friend(&format!("{link}?c=whatsapp"), 1).await?;
    let order = world
        .order("7001", &json!({ "click_token": token }))
        .await?;
    let rewards = order.pointer("/referral/rewards").and_then(Value::as_array);
    let own = rewards
        .into_iter()
        .flatten()
        .find(|reward| text(reward, "/side") == "advocate");
    let path = format!("/v1/rewards/{}", text(own.context("a reward")?, "/id"));
    let reward = world.api.get(&path).await?;
    let receipt = path_of(text(&reward, "/receipt_url")).to_owned();

    let ada = Browser::open(&Profile::default()).await?;
    let at = |path: &str| format!("{}{path}", world.anybody.origin());
    ada.goto(&at(&format!("{link}/card"))).await?;
    ada.find(At::Page("main")).await?;
    ada.pictures("cards").await?;
    ada.goto(&at(&format!("{link}/picture.svg"))).await?;
    ada.picture("link-picture").await?;

    ada.goto(&at(&receipt)).await?;
    ada.find(At::Page("main h1")).await?;
    ada.pictures("receipt-pending").await?;
    let void = json!({ "reason": "The parcel came back." });
    world.post(&format!("{path}/void"), &void).await?.json()?;
    ada.reload().await?;
    ada.find(At::Page("textarea")).await?;
    ada.pictures("receipt-declined").await?;
    ada.fill(At::Page("textarea"), "It was a gift, and it was kept.")
        .await?;
    ada.press(At::Page("form button")).await?;
    ada.gone(At::Page("textarea")).await?;
    ada.pictures("receipt-appealed").await?;
    let seen = world.api.get(&path).await?;
    assert_eq!(
        text(&seen, "/appeal/text"),
        "It was a gift, and it was kept.",
        "{seen}"
    );
    let complaints = ada.complaints().await?;
    assert!(complaints.is_empty(), "{complaints:?}");
    ada.close().await
}
