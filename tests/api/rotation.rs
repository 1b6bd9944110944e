//! The operator's master keys are changed while clicks are on their way.

use anyhow::{Context, Result};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, text, token_of};
use serde_json::json;
use xtask::keys::Keys;

use crate::refusals::refused;

/// A fresh key under another number.
fn second_key() -> Result<String> {
    let fresh = Keys::generate()?.master_keys;
    let secret = fresh.strip_prefix("k1:").context("a first key")?;
    Ok(format!("k2:{secret}"))
}

#[tokio::test]
async fn a_click_under_the_old_key_counts_until_that_key_is_gone() -> Result<()> {
    let mut edge = Edge::start().await?;
    let world = World::open(&edge).await?;
    let link = world.advocate("ada@mail.example").await?;
    let old = world.click(&link, "198.51.100.60").await?;
    let first = edge.master_keys().to_owned();
    let second = second_key()?;
    let land = async |token: &str| {
        let landing = json!({"token": token, "page": "/"});
        world.page_posts("landings", &landing).await
    };

    edge.restart_with_keys(&format!("{second},{first}")).await?;
    let landed = land(&old).await?.json()?;
    assert!(landed.get("friend_reward").is_some(), "{landed}");
    let order = world.order("1001", &json!({"click_token": old})).await?;
    assert_eq!(text(&order, "/conversion/verdict"), "referred", "{order}");
    let new = world.click(&link, "198.51.100.61").await?;
    land(&new).await?.json()?;

    edge.restart_with_keys(&second).await?;
    refused(
        &land(&old).await?,
        403,
        "token_forged",
        "the old key is gone",
    );
    // What the new key signed goes on, which shows that it did sign.
    land(&new).await?.json()?;
    // A browser that still has the old one is no stranger to the shop, and gets a
    // new one.
    let cookie = format!("gv_click={old}");
    let mut headers = World::person("198.51.100.62").to_vec();
    headers.push(("Cookie", cookie.as_str()));
    let again = world.follow(&link, &headers).await?;
    assert_eq!(again.status, 302);
    let fresh = token_of(again.header("location").unwrap_or_default());
    land(fresh.context("a token")?).await?.json()?;
    // Other merchants open and work.
    let other = World::open(&edge).await?;
    let link = other.advocate("ada@mail.example").await?;
    other.click(&link, "198.51.100.63").await?;
    other.funnel_with("/clicks", 1).await?;
    Ok(())
}
