//! Nobody else is told anything, and nothing is kept before it may be.

use anyhow::Result;
use grapevine_tests::browser::{At, Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, text};
use serde_json::{Value, json};

use crate::steps::{self, KNOWN, LAUNCHER, banner, panel};

/// What scripts could read back in this page, whoever wrote it.
const KEPT: &str = "return (async () => ({
    cookie: document.cookie, local: { ...localStorage }, session: { ...sessionStorage },
    bases: (await indexedDB.databases()).map(known => known.name), caches: window.caches ? await caches.keys() : [],
}))()";

async fn keeps_nothing(browser: &Browser, when: &str) -> Result<()> {
    let kept = browser.run(KEPT, vec![]).await?;
    let nothing = json!({ "cookie": "", "local": {}, "session": {}, "bases": [], "caches": [] });
    assert_eq!(kept, nothing, "{when}");
    let cookies = browser.tools("Network.getAllCookies", json!({})).await?;
    let cookies = cookies.get("cookies").and_then(Value::as_array);
    let ours: Vec<&str> = cookies
        .into_iter()
        .flatten()
        .map(|cookie| text(cookie, "/name"))
        .filter(|name| name.starts_with("gv"))
        .collect();
    assert!(ours.is_empty(), "{when}: {ours:?}");
    Ok(())
}

/// Every request so far went to the shop or to the edge.
async fn asks_nobody_else(browser: &Browser, world: &World) -> Result<()> {
    let requests = browser.requests().await?;
    let own = [world.shop_origin.as_str(), world.anybody.origin()];
    assert!(requests.iter().any(|address| address.starts_with(own[1])));
    let foreign: Vec<_> = requests
        .iter()
        .filter(|address| {
            // The browser's own empty tab is none of ours.
            let inside = ["data:", "blob:", "about:", "chrome:"];
            !inside.iter().any(|front| address.starts_with(front))
                && !own.iter().any(|front| {
                    address
                        .strip_prefix(front)
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                })
        })
        .collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    Ok(())
}

/// An advocate and a friend, from the launcher to the order and back, where the merchant
/// asks for consent first and nobody answers.
#[tokio::test]
async fn a_whole_journey_tells_shop_and_edge_alone_and_keeps_nothing_unasked() -> Result<()> {
    let edge = Edge::shared().await?;
    let careful = json!({ "consent_required": true });
    let world = World::with_shop_as(edge, &edge.origin(), &careful).await?;
    let ada = Browser::open(&Profile::default()).await?;
    ada.goto(&world.shop()?.page("/demo/floating")).await?;
    ada.press(LAUNCHER).await?;
    ada.fill(panel("[data-gv-field=email]"), "ada@mail.example")
        .await?;
    ada.press(panel("[data-gv-action=join]")).await?;
    ada.find(KNOWN).await?;
    ada.press(panel("[data-gv-action=copy-link]")).await?;
    world.funnel_with("/shares", 1).await?;
    let link = steps::own_link(&ada).await?;
    keeps_nothing(&ada, "after joining and passing on").await?;
    // Another order, another question: what a browser remembers of being asked, too.
    ada.press(panel("[data-gv-action=close]")).await?;
    let order = "return grapevine('convert', { orderId: 'A-1', amount: 4200, currency: 'EUR' })";
    ada.run(order, vec![]).await?;
    keeps_nothing(&ada, "after an order").await?;
    ada.press(At::Shadow("[data-gv=launcher]", "[data-gv-action=hide]"))
        .await?;
    keeps_nothing(&ada, "after the launcher was put away").await?;
    asks_nobody_else(&ada, &world).await?;
    ada.close().await?;

    let bob = Browser::open(&Profile::default()).await?;
    bob.goto(&format!("{link}?c=copy")).await?;
    bob.find(banner("[data-gv-state=offer]")).await?;
    keeps_nothing(&bob, "after landing").await?;
    let code = steps::claim(&bob).await?;
    keeps_nothing(&bob, "after claiming").await?;
    bob.press(banner("[data-gv-action=close]")).await?;
    keeps_nothing(&bob, "after closing the banner").await?;
    bob.goto(&format!("{}/p/{}", world.anybody.origin(), world.slug))
        .await?;
    keeps_nothing(&bob, "on the page at the edge").await?;
    steps::buy(&bob, &world, "bob@mail.example", Some(&code)).await?;
    asks_nobody_else(&bob, &world).await?;
    bob.close().await
}
