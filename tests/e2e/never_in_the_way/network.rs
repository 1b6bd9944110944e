//! Connections that are slow, break, or bring something else than what was asked for.

use std::time::Duration;

use anyhow::Result;
use grapevine_tests::browser::{At, Browser};
use grapevine_tests::edge::Edge;
use grapevine_tests::relay::{Relay, Trouble};
use grapevine_tests::wait;
use serde_json::{Value, json};

use super::{Scene, Setting, TAG, note_errors, told};
use crate::steps::{KNOWN, LAUNCHER, panel};

/// How long a slow edge takes for each answer.
const PAUSE: Duration = Duration::from_secs(5);

/// A page that has work of its own to do.
const BUSY: &str =
    "<h1>Shop</h1><button id=buy onclick=\"this.textContent = 'Bought'\">Buy</button>";

async fn behind(trouble: Trouble, html: &str) -> Result<(Scene, Relay)> {
    let relay = Relay::open(Edge::shared().await?.port(), trouble).await?;
    let origin = relay.origin();
    let setting = Setting {
        origin: Some(&origin),
        ..Setting::default()
    };
    let scene = Scene::open(setting, html).await?;
    note_errors(&scene.browser).await?;
    Ok((scene, relay))
}

/// The page can be used: its own buttons do what they are for.
async fn works(browser: &Browser) -> Result<()> {
    browser.press(At::Page("#buy")).await?;
    browser.words_with(At::Page("#buy"), "Bought").await?;
    Ok(())
}

/// A moment of the page's loading, in milliseconds; 0 while it has not come.
async fn moment(browser: &Browser, name: &str) -> Result<f64> {
    let script = "return performance.getEntriesByType('navigation')[0][arguments[0]]";
    let found = browser.run(script, vec![name.into()]).await?;
    Ok(found.as_f64().unwrap_or_default())
}

#[tokio::test]
async fn a_slow_edge_keeps_nobody_waiting() -> Result<()> {
    let (scene, _relay) = behind(Trouble::Slow(PAUSE), &format!("{TAG}{BUSY}")).await?;
    let browser = &scene.browser;
    // The driver would wait for the whole page, and with it for the tag.
    let address = scene.address.clone();
    browser
        .run("setTimeout(() => location.assign(arguments[0]))", vec![])
        .await
        .ok();
    browser
        .tools("Page.navigate", json!({ "url": address }))
        .await?;
    browser.find(At::Page("#buy")).await?;
    works(browser).await?;
    let ready = moment(browser, "domContentLoadedEventEnd").await?;
    assert!(
        ready > 0.0 && ready < 1_000.0,
        "the page was ready at {ready} ms"
    );
    assert!(
        browser.find_now(LAUNCHER).await?.is_none(),
        "it was not slow"
    );
    println!("slow edge: the page is ready at {ready:.0} ms");
    // In its own time it comes all the same.
    browser.find(LAUNCHER).await?;
    browser.press(LAUNCHER).await?;
    works(browser).await.ok();
    browser.find(panel("[data-gv-field=email]")).await?;
    scene.is_calm().await?;
    scene.browser.close().await
}

/// A tag that is added once the page has loaded can't even hold up its `load` event.
#[tokio::test]
async fn added_after_the_page_has_loaded_it_holds_up_nothing() -> Result<()> {
    let relay = Relay::open(Edge::shared().await?.port(), Trouble::Slow(PAUSE)).await?;
    let scene = Scene::plain(BUSY).await?;
    let browser = &scene.browser;
    let late = format!(
        "addEventListener('load', () => {{
            const tag = document.createElement('script');
            tag.src = '{}/gv.js';
            tag.dataset.merchant = '{}';
            document.head.append(tag);
        }})",
        relay.origin(),
        scene.world.slug
    );
    browser
        .tools(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": late }),
        )
        .await?;
    scene.goto().await?;
    let loaded = moment(browser, "loadEventEnd").await?;
    assert!(loaded > 0.0 && loaded < 2_000.0, "{loaded} ms");
    works(browser).await?;
    browser.find(LAUNCHER).await?;
    scene.is_calm().await?;
    scene.browser.close().await
}

#[tokio::test]
async fn a_dead_edge_is_not_noticed() -> Result<()> {
    let relay = Relay::open(1, Trouble::Slow(Duration::ZERO)).await?;
    let origin = relay.origin();
    drop(relay);
    let setting = Setting {
        origin: Some(&origin),
        ..Setting::default()
    };
    let html = format!("{TAG}{BUSY}<div data-grapevine=inline id=place><p>Ask us</p></div>");
    let scene = Scene::open(setting, &html).await?;
    scene.goto().await?;
    works(&scene.browser).await?;
    let own = scene.browser.words(At::Page("#place")).await?;
    assert_eq!(own, "Ask us", "the shop's own words stay");
    scene.is_calm().await?;
    scene.browser.close().await
}

/// The loader comes from a cache, or just before the edge goes.
#[tokio::test]
async fn an_edge_that_dies_after_the_loader_came_is_not_noticed() -> Result<()> {
    let html = format!("{TAG}{BUSY}<div data-grapevine=inline id=place><p>Ask us</p></div>");
    let (scene, _relay) = behind(Trouble::HangsUp("/b/"), &html).await?;
    let browser = &scene.browser;
    scene.goto().await?;
    wait::until("an error that is told", || async {
        Ok((told(browser).await? != json!([])).then_some(()))
    })
    .await?;
    let calls = "const done = arguments[0]; Promise.all([
        grapevine('open'), grapevine('close'), grapevine('consent', true), grapevine('consent', false),
        grapevine('getReferral'), grapevine('convert', { orderId: '1', amount: 1, currency: 'EUR' }),
        grapevine('identify'), grapevine('nonsense'), grapevine(), grapevine('ready', () => 1),
    ]).then(() => done(true))";
    browser.driver().execute_async(calls, Vec::new()).await?;
    works(browser).await?;
    assert!(browser.find_now(LAUNCHER).await?.is_none());
    assert_eq!(browser.words(At::Page("#place")).await?, "Ask us");
    scene.is_calm().await?;
    scene.browser.close().await
}

async fn offline(browser: &Browser, offline: bool) -> Result<()> {
    browser.tools("Network.enable", json!({})).await?;
    let conditions = json!({
        "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1,
    });
    for method in [
        "Network.emulateNetworkConditions",
        "Network.overrideNetworkState",
    ] {
        browser.tools(method, conditions.clone()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn offline_the_panel_says_so_and_goes_on_when_the_connection_is_back() -> Result<()> {
    let scene = Scene::plain(&format!("{TAG}{BUSY}")).await?;
    let browser = &scene.browser;
    note_errors(browser).await?;
    scene.goto().await?;
    browser.press(LAUNCHER).await?;
    browser
        .fill(panel("[data-gv-field=email]"), "ada@mail.example")
        .await?;
    offline(browser, true).await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    browser.words_with(panel("#email-error"), "offline").await?;
    offline(browser, false).await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    browser.find(KNOWN).await?;
    browser.press(panel("[data-gv-action=close]")).await?;

    offline(browser, true).await?;
    browser.press(LAUNCHER).await?;
    browser.find(panel("[data-gv-state=offline]")).await?;
    offline(browser, false).await?;
    browser.press(panel("[data-gv-action=retry]")).await?;
    browser.find(KNOWN).await?;
    scene.is_calm().await?;
    scene.browser.close().await
}

#[tokio::test]
async fn offline_before_the_panel_was_loaded_the_page_goes_on() -> Result<()> {
    let scene = Scene::plain(&format!("{TAG}{BUSY}")).await?;
    let browser = &scene.browser;
    note_errors(browser).await?;
    scene.goto().await?;
    browser.find(LAUNCHER).await?;
    offline(browser, true).await?;
    browser.run("return grapevine('open')", vec![]).await?;
    works(browser).await?;
    offline(browser, false).await?;
    browser.run("return grapevine('open')", vec![]).await?;
    browser.find(panel("[data-gv-field=email]")).await?;
    scene.is_calm().await?;
    scene.browser.close().await
}

/// Where the panel can't be had, a press leads to the edge's own page.
#[tokio::test]
async fn broken_files_of_the_panel_lead_to_the_plain_page() -> Result<()> {
    for trouble in [
        Trouble::Corrupt("panel.wasm"),
        Trouble::Missing("panel.wasm"),
        Trouble::HangsUp("panel.wasm"),
        Trouble::Missing("en.json"),
        Trouble::Corrupt("panel.js"),
        Trouble::Missing("panel.js"),
        Trouble::HangsUp("panel.js"),
    ] {
        let html = format!("{TAG}{BUSY}<div data-grapevine=inline id=place></div>");
        let (scene, _relay) = behind(trouble, &html).await?;
        scene.goto().await?;
        leads_to_the_plain_page(&scene).await?;
        works(&scene.browser).await?;
        assert_ne!(told(&scene.browser).await?, json!([]), "{trouble:?}");
        scene.is_calm().await?;
        scene.browser.close().await?;
    }
    Ok(())
}

/// A press on the launcher opens the edge's page in a tab of its own; comes back.
pub async fn leads_to_the_plain_page(scene: &Scene) -> Result<()> {
    let browser = &scene.browser;
    let page_url = browser
        .run(
            "return document.querySelector('[data-gv=launcher]')?.shadowRoot.querySelector('a').href",
            vec![],
        )
        .await;
    browser.find(LAUNCHER).await?;
    let wanted = match page_url {
        Ok(Value::String(url)) => url,
        _ => browser.attribute(LAUNCHER, "href").await?,
    };
    let here = browser.driver().window().await?;
    browser.press(LAUNCHER).await?;
    wait::until("a second tab", || async {
        Ok((browser.driver().windows().await?.len() == 2).then_some(()))
    })
    .await?;
    for tab in browser.driver().windows().await? {
        if tab != here {
            browser.driver().switch_to_window(tab).await?;
        }
    }
    browser
        .address_where(|address| address.trim_end_matches('/') == wanted.trim_end_matches('/'))
        .await?;
    browser.driver().close_window().await?;
    browser.driver().switch_to_window(here).await?;
    Ok(())
}
