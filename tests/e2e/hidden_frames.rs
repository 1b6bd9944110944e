//! Cookie stuffing: somebody else's page opens a link, or the shop with a token, in
//! a frame that nobody sees. It brings nothing.

use anyhow::Result;
use grapevine_tests::browser::{At, Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::page::{Page, Place};
use grapevine_tests::world::{World, number, text};
use serde_json::json;

use crate::steps;

/// A shop that lets itself be framed, unlike the demo shop; and where it is.
async fn framable(edge: &Edge) -> Result<(World, Page, String)> {
    let place = Place::take().await?;
    let shop = place.origin("shop.localhost");
    let world = World::open_as(edge, &json!({ "shop_url": format!("{shop}/") })).await?;
    let (origin, slug) = (edge.origin(), &world.slug);
    let html = format!(
        "<!doctype html><html lang=en><title>Shop</title><h1>Shop</h1>\
         <script async src=\"{origin}/gv.js\" data-merchant=\"{slug}\"></script>"
    );
    Ok((world, place.open(html), shop))
}

/// A page at `host` with `target` in a frame.
async fn framing(host: &str, target: &str, style: &str) -> Result<(Page, String)> {
    let place = Place::take().await?;
    let address = place.origin(host);
    let html = format!(
        "<!doctype html><html lang=en><title>News</title><h1>News</h1>\
         <iframe src=\"{target}\" {style}></iframe>"
    );
    Ok((place.open(html), address))
}

/// Buys on the shop's page as it is, by its script; returns why.
async fn buys(browser: &Browser, world: &World, shop: &str) -> Result<serde_json::Value> {
    browser.goto(shop).await?;
    browser.find(steps::LAUNCHER).await?;
    let known = browser.run("return localStorage.gv_click ?? null", vec![]);
    assert!(known.await?.is_null(), "nothing was stuffed");
    assert!(steps::cookie(browser, "gv_click").await?.is_none());
    let script = "return grapevine('convert', { orderId: '7', amount: 4200, currency: 'EUR' })";
    browser.run(script, vec![]).await?;
    world.api.conversion("7").await
}

#[tokio::test]
async fn a_landing_in_a_frame_that_nobody_sees_brings_no_order() -> Result<()> {
    let edge = Edge::shared().await?;
    for (n, (host, style)) in [
        // On the shop's own site a frame shares the shop's storage.
        ("blog.shop.localhost", "width=1 height=1"),
        ("blog.shop.localhost", "hidden"),
        ("evil.localhost", "width=1000 height=1"),
    ]
    .into_iter()
    .enumerate()
    {
        let (world, _page, shop) = framable(edge).await?;
        let link = world.advocate("eve@mail.example").await?;
        let token = world.friend(&link, n).await?;
        let (_frame, address) = framing(host, &format!("{shop}/?gv={token}"), style).await?;
        let bob = Browser::open(&Profile::default()).await?;
        bob.goto(&address).await?;
        let funnel = world.funnel_with("/dropped/hidden_frame", 1).await?;
        assert_eq!(number(&funnel, "/landings"), 0, "{host} {style}: {funnel}");

        let found = buys(&bob, &world, &shop).await?;
        assert!(found["referral"].is_null(), "{host} {style}: {found}");
        // Nor does the token by itself.
        world.order("8", &json!({ "click_token": token })).await?;
        let found = world.api.conversion("8").await?;
        assert!(found["referral"].is_null(), "{host} {style}: {found}");
        assert_eq!(text(&found, "/why/0/reason"), "hidden_frame", "{found}");
        bob.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_frame_that_can_be_seen_is_a_landing() -> Result<()> {
    let edge = Edge::shared().await?;
    let (world, _page, shop) = framable(edge).await?;
    let link = world.advocate("eve@mail.example").await?;
    let token = world.friend(&link, 1).await?;
    let target = format!("{shop}/?gv={token}");
    let (_frame, address) = framing("blog.localhost", &target, "width=800 height=600").await?;
    let bob = Browser::open(&Profile::default()).await?;
    bob.goto(&address).await?;
    world.funnel_with("/landings", 1).await?;
    world.order("8", &json!({ "click_token": token })).await?;
    let found = world.api.conversion("8").await?;
    assert_eq!(text(&found, "/referral/source"), "click", "{found}");
    bob.close().await
}

#[tokio::test]
async fn a_link_that_is_opened_in_a_frame_is_neither_kept_nor_landed() -> Result<()> {
    let edge = Edge::shared().await?;
    let (world, page, shop) = framable(edge).await?;
    let link = world.advocate("eve@mail.example").await?;
    let target = format!("{}{link}", edge.origin());
    let (_frame, address) = framing("evil.localhost", &target, "width=1 height=1").await?;
    let bob = Browser::open(&Profile::default()).await?;
    bob.goto(&address).await?;
    bob.find(At::Page("h1")).await?;
    let funnel = world.funnel_with("/dropped/hidden_frame", 1).await?;
    assert_eq!(number(&funnel, "/landings"), 0, "{funnel}");
    assert_eq!(number(&funnel, "/clicks"), 0, "{funnel}");
    // Browsers say so, also to the redirect: these names count as secure.
    let heads = page.heads();
    let framed = heads
        .iter()
        .any(|head| head.contains("sec-fetch-dest: iframe"));
    assert!(framed, "{heads:?}");
    let found = buys(&bob, &world, &shop).await?;
    assert!(found["referral"].is_null(), "{found}");
    bob.close().await
}
