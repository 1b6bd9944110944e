//! Each place where the panel can stand, on its demo page.

use anyhow::Result;
use grapevine_tests::browser::{At, Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number};
use serde_json::{Value, json};

use crate::steps::{self, KNOWN, LAUNCHER, banner, panel};

async fn at(path: &str) -> Result<(World, Browser)> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let browser = Browser::open(&Profile::default()).await?;
    browser.goto(&world.shop()?.page(path)).await?;
    Ok((world, browser))
}

/// Waits until the panel has said that it opened, on this page, so many times.
async fn heard(browser: &Browser, row: &str) -> Result<()> {
    browser
        .words_with(At::Page("[data-demo=events]"), row)
        .await?;
    Ok(())
}

/// How many requests so far had an address that ends so.
async fn requests(browser: &Browser, ending: &str) -> Result<usize> {
    let requests = browser.requests().await?;
    Ok(requests
        .iter()
        .filter(|address| address.ends_with(ending))
        .count())
}

/// The pointer goes out at the top, as to the tabs above.
async fn leaves(browser: &Browser) -> Result<()> {
    for y in [400, 200, 2, -40] {
        let moved = json!({ "type": "mouseMoved", "x": 600, "y": y });
        browser.tools("Input.dispatchMouseEvent", moved).await?;
    }
    Ok(())
}

/// Waits until the tag is at work: its listeners are in place.
async fn ready(browser: &Browser) -> Result<()> {
    let script = "const done = arguments[0]; grapevine('ready', () => done(true));";
    browser.driver().execute_async(script, Vec::new()).await?;
    Ok(())
}

async fn is_open(browser: &Browser) -> Result<bool> {
    let script =
        "return !!document.querySelector('[data-gv=panel]')?.shadowRoot?.querySelector('[open]')";
    Ok(browser.run(script, vec![]).await? == true)
}

/// What stands largest in the panel, in pixels, and its words.
async fn largest(browser: &Browser) -> Result<(f64, String)> {
    let script = "const root = document.querySelector('[data-gv=panel]').shadowRoot;
        const sized = [...root.querySelectorAll('h2, dd, p, span, strong, label, a, button')]
            .filter(node => node.offsetHeight > 1)
            .map(node => [parseFloat(getComputedStyle(node).fontSize), node.textContent]);
        return sized.sort((one, other) => other[0] - one[0])[0];";
    let found = browser.run(script, vec![]).await?;
    let size = found.get(0).and_then(Value::as_f64).unwrap_or_default();
    let words = found.get(1).and_then(Value::as_str).unwrap_or_default();
    Ok((size, words.to_owned()))
}

#[tokio::test]
async fn the_launcher_floats_over_the_page_and_opens_the_panel() -> Result<()> {
    let (world, browser) = at("/demo").await?;
    browser
        .press(At::Page(".places a[href='/demo/floating']"))
        .await?;
    browser.press(LAUNCHER).await?;
    browser.find(panel("[data-gv-field=email]")).await?;
    browser.press(panel("[data-gv-action=close]")).await?;
    heard(&browser, "open: \"floating\"").await?;
    heard(&browser, "close").await?;
    browser
        .press(At::Shadow("[data-gv=launcher]", "[data-gv-action=hide]"))
        .await?;
    browser.reload().await?;
    ready(&browser).await?;
    assert!(browser.find_now(LAUNCHER).await?.is_none(), "put away");
    world.funnel_with("/impressions", 1).await?;
    browser.close().await
}

#[tokio::test]
async fn inline_the_panel_is_a_part_of_the_page() -> Result<()> {
    let (world, browser) = at("/demo/inline").await?;
    let inline = |css: &'static str| At::Shadow("[data-gv=inline]", css);
    browser
        .fill(inline("[data-gv-field=email]"), "ada@mail.example")
        .await?;
    browser.press(inline("[data-gv-action=join]")).await?;
    browser.find(inline("[data-gv-state=known]")).await?;
    heard(&browser, "join").await?;
    browser.press(inline("[data-gv-action=copy-link]")).await?;
    world.funnel_with("/shares", 1).await?;
    assert!(browser.find_now(LAUNCHER).await?.is_none());
    browser.close().await
}

#[tokio::test]
async fn after_an_order_it_asks_once_and_a_no_is_a_no_everywhere() -> Result<()> {
    let (world, browser) = at("/demo/post-purchase").await?;
    ready(&browser).await?;
    browser.press(At::Page("[data-demo=order]")).await?;
    browser.find(panel("[data-gv-field=email]")).await?;
    heard(&browser, "open: \"post-purchase\"").await?;
    let (size, words) = largest(&browser).await?;
    assert!(size >= 32.0 && words.contains("€10"), "{size} px: {words}");
    browser.picture("placement-post-purchase").await?;
    assert_eq!(
        world
            .rows("/v1/conversions")
            .await
            .map_or(1, |rows| rows.len()),
        1
    );
    browser.press(panel("[data-gv-action=close]")).await?;
    heard(&browser, "close").await?;

    // The page reports another order: silence, without so much as a question to the edge.
    let order = "return grapevine('convert', { orderId: 'P-2', amount: 4200, currency: 'EUR' })";
    browser.run(order, vec![]).await?;
    assert!(!is_open(&browser).await?);
    browser
        .goto(&world.shop()?.page("/demo/exit-intent"))
        .await?;
    ready(&browser).await?;
    leaves(&browser).await?;
    browser.run(order, vec![]).await?;
    assert!(!is_open(&browser).await?);
    assert_eq!(requests(&browser, "/asks").await?, 1);
    assert_eq!(requests(&browser, "/dismissals").await?, 1);
    // Who asks for it gets it.
    browser.run("return grapevine('open')", vec![]).await?;
    browser.find(panel("[data-gv-field=email]")).await?;
    browser.close().await
}

#[tokio::test]
async fn on_the_way_out_it_asks_and_is_silent_after_a_share() -> Result<()> {
    let (world, browser) = at("/demo/exit-intent").await?;
    ready(&browser).await?;
    leaves(&browser).await?;
    browser
        .fill(panel("[data-gv-field=email]"), "ada@mail.example")
        .await?;
    heard(&browser, "open: \"exit-intent\"").await?;
    let (size, words) = largest(&browser).await?;
    assert!(size >= 32.0 && words.contains("€10"), "{size} px: {words}");
    browser.picture("placement-exit-intent").await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    browser.find(KNOWN).await?;
    browser.press(panel("[data-gv-action=copy-link]")).await?;
    let funnel = world.funnel_with("/shares", 1).await?;
    assert_eq!(number(&funnel, "/shares"), 1);
    browser.press(panel("[data-gv-action=close]")).await?;
    browser.gone(KNOWN).await?;
    leaves(&browser).await?;
    leaves(&browser).await?;
    assert!(!is_open(&browser).await?);
    assert_eq!(requests(&browser, "/asks").await?, 1, "one ask");
    assert_eq!(
        requests(&browser, "/dismissals").await?,
        0,
        "and no refusal"
    );
    browser.close().await
}

#[tokio::test]
async fn a_merchant_can_have_both_off() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let off = json!({ "asks": { "exit_intent": false, "post_purchase": false } });
    let answer = world
        .api
        .request(reqwest::Method::PUT, "/v1/panel", Some(&off), &[])
        .await?;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let browser = Browser::open(&Profile::default()).await?;
    browser
        .goto(&world.shop()?.page("/demo/exit-intent"))
        .await?;
    ready(&browser).await?;
    leaves(&browser).await?;
    let order = "return grapevine('convert', { orderId: 'P-1', amount: 4200, currency: 'EUR' })";
    browser.run(order, vec![]).await?;
    assert_eq!(requests(&browser, "/asks").await?, 0);
    assert_eq!(
        requests(&browser, "panel.wasm").await?,
        0,
        "nothing was loaded"
    );
    browser.close().await
}

#[tokio::test]
async fn a_friend_is_welcomed_in_a_strip_or_above_the_page_and_never_held_up() -> Result<()> {
    let (world, browser) = at("/demo/welcome").await?;
    ready(&browser).await?;
    assert!(browser.find_now(banner("[data-gv-state]")).await?.is_none());
    browser.press(At::Page("[data-demo=follow]")).await?;
    let offer = browser.words(banner("[data-gv-state=offer]")).await?;
    assert!(offer.contains("€10 off"), "{offer}");
    let page = world.shop()?.page("/demo/welcome");
    browser.address_where(|address| address == page).await?;
    leaves(&browser).await?;
    assert_eq!(requests(&browser, "/asks").await?, 0, "on the way to buy");
    let code = steps::claim(&browser).await?;
    heard(&browser, "claim").await?;
    assert!(code.starts_with("HELLO-"), "{code}");

    // The same offer where the shop keeps a strip for it.
    browser
        .goto(&world.shop()?.page("/demo/welcome/strip"))
        .await?;
    let strip = At::Shadow(".strip[data-gv=banner]", "[data-gv-field=code]");
    assert_eq!(browser.value(strip).await?, code);
    browser.press(banner("[data-gv-action=close]")).await?;
    browser.reload().await?;
    ready(&browser).await?;
    browser
        .words_with(At::Page(".strip"), "Free shipping")
        .await?;
    browser.close().await
}

#[tokio::test]
async fn the_edge_has_a_page_of_its_own() -> Result<()> {
    let (world, browser) = at("/demo/page").await?;
    browser.press(At::Page("[data-demo=page]")).await?;
    let page = format!("{}/p/{}", world.anybody.origin(), world.slug);
    browser
        .address_where(|address| address.starts_with(&page))
        .await?;
    browser.words_with(At::Page("main"), "€10").await?;
    browser.picture("placement-page").await?;
    browser.close().await
}
