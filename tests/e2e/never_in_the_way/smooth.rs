//! Nothing on the page moves, and nothing is held up.

use anyhow::Result;
use grapevine_tests::browser::{At, Browser, Profile, Seen, View};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::World;
use serde_json::{Value, json};

use crate::steps::{LAUNCHER, banner, panel};

/// The demo page of a placement, and a browser whose pages are watched.
async fn at(view: View) -> Result<(World, Browser)> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let browser = Browser::open(&Profile::default()).await?;
    browser.witness().await?;
    browser.look(view).await?;
    Ok((world, browser))
}

fn still(what: &str, seen: &Seen) {
    println!("CLS, {what}: {}", seen.shift);
    assert!(
        seen.shift == 0.0,
        "{what} moved the page by {}: {}",
        seen.shift,
        seen.shifts
    );
}

#[tokio::test]
async fn nothing_moves_when_the_panel_comes() -> Result<()> {
    for (view, name) in [(View::Desktop, "desktop"), (View::Phone, "phone")] {
        let (world, browser) = at(view).await?;
        let shop = world.shop()?;
        browser.goto(&shop.page("/demo/floating")).await?;
        browser.find(LAUNCHER).await?;
        still(&format!("launcher, {name}"), &browser.seen().await?);

        browser.goto(&shop.page("/demo/inline")).await?;
        browser
            .find(At::Shadow("[data-gv=inline]", "[data-gv-field=email]"))
            .await?;
        still(&format!("inline, {name}"), &browser.seen().await?);

        browser.goto(&shop.page("/demo/welcome/link")).await?;
        browser.find(banner("[data-gv-state=offer]")).await?;
        still(&format!("welcome, {name}"), &browser.seen().await?);
        browser.pictures(&format!("welcome-{name}")).await?;
        browser.look(view).await?;
        browser.press(banner("[data-gv-action=close]")).await?;

        browser
            .goto(&shop.page("/demo/welcome/link?to=strip"))
            .await?;
        browser.find(banner("[data-gv-state=offer]")).await?;
        still(
            &format!("welcome in a strip, {name}"),
            &browser.seen().await?,
        );
        browser.pictures(&format!("welcome-strip-{name}")).await?;
        browser.close().await?;
    }
    Ok(())
}

/// The longest run of one of our scripts, by the browser's own account of long frames.
fn longest(seen: &Seen) -> i64 {
    let ours = seen.scripts.iter().filter(|script| {
        let source = script.get("source").and_then(Value::as_str);
        source.is_some_and(|source| source.contains("/gv"))
    });
    ours.filter_map(|script| script.get("milliseconds")?.as_i64())
        .max()
        .unwrap_or(0)
}

/// How often a page is opened: what a machine does beside makes any one figure worse.
const ATTEMPTS: usize = 5;

/// Opens a page and what of ours there is on it.
async fn open(browser: &Browser, address: &str) -> Result<()> {
    browser.goto(address).await?;
    if address.ends_with("floating") {
        browser.press(LAUNCHER).await?;
        browser.find(panel("[data-gv-field=email]")).await?;
    } else if address.ends_with("inline") {
        let field = At::Shadow("[data-gv=inline]", "[data-gv-field=email]");
        browser.find(field).await?;
    } else {
        browser.find(banner("[data-gv-state=offer]")).await?;
    }
    Ok(())
}

/// Above this the best attempt is none of a busy machine's doing: alone on two cores it
/// takes some 30 ms, beside other tests up to three times as long.
const MOST_MILLISECONDS: i64 = 150;

/// At a quarter of this machine's speed, nothing from a cache. The best of some attempts
/// is judged, all are told.
#[tokio::test]
async fn no_script_of_ours_holds_up_a_slow_device() -> Result<()> {
    let (world, browser) = at(View::Phone).await?;
    let shop = world.shop()?;
    browser.tools("Network.enable", json!({})).await?;
    let without = json!({ "cacheDisabled": true });
    browser.tools("Network.setCacheDisabled", without).await?;
    let slower = json!({ "rate": 4 });
    browser
        .tools("Emulation.setCPUThrottlingRate", slower)
        .await?;
    for path in ["/demo/floating", "/demo/inline", "/demo/welcome/link"] {
        let (mut scripts, mut tasks) = (Vec::new(), Vec::new());
        for _ in 0..ATTEMPTS {
            open(&browser, &shop.page(path)).await?;
            let seen = browser.seen().await?;
            scripts.push(longest(&seen));
            tasks.push(seen.tasks.into_iter().max().unwrap_or(0));
        }
        println!(
            "4x slower, {path}: longest script of ours {scripts:?} ms, longest task {tasks:?} ms"
        );
        let best = scripts.iter().min().copied().unwrap_or_default();
        assert!(best <= MOST_MILLISECONDS, "{path}: {scripts:?}");
    }
    browser.close().await
}
