//! Ad blockers: of a whole journey, no request of ours is on their lists, and nothing
//! that we draw has a name that they hide.

use adblock::Engine;
use adblock::lists::{FilterSet, ParseOptions};
use adblock::request::Request;
use anyhow::Result;
use grapevine_tests::browser::{At, Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::World;
use serde_json::{Value, json};

use crate::steps::{self, KNOWN, LAUNCHER, banner, panel};

/// How a browser may ask for a file. Not as a beacon: EasyPrivacy blocks each of those to
/// another site (`$ping,third-party`), so what must outlive the page goes by `fetch` with
/// `keepalive`, and the journey sends none.
const KINDS: [&str; 6] = [
    "document",
    "script",
    "xmlhttprequest",
    "image",
    "stylesheet",
    "other",
];

/// The edge as merchants may have it: a sub-domain of the shop, or a site of its own.
const EDGES: [&str; 2] = [
    "https://refer.kettle-and-leaf.shop",
    "https://edge.grapes.cloud",
];
const SHOP: &str = "https://kettle-and-leaf.shop";

fn blocker() -> Result<Engine> {
    let mut lists = FilterSet::new(true);
    for list in xtask::tools::block_lists()? {
        lists.add_filter_list(list, ParseOptions::default());
    }
    Ok(Engine::new_with_filter_set(lists))
}

/// Classes and ids of the page and of all open shadow roots.
const NAMES: &str = "
    const classes = new Set, ids = new Set, roots = [document];
    for (const root of roots) for (const node of root.querySelectorAll('*')) {
        node.classList.forEach(name => classes.add(name));
        if (node.id) ids.add(node.id);
        if (node.shadowRoot) roots.push(node.shadowRoot);
    }
    return { classes: [...classes], ids: [...ids] };";

/// What of the selectors matches something, anywhere.
const HIDDEN: &str = "
    const found = [], roots = [document];
    for (const root of roots) for (const node of root.querySelectorAll('*'))
        if (node.shadowRoot) roots.push(node.shadowRoot);
    for (const selector of arguments[0]) try {
        for (const root of roots) if (root.querySelector(selector)) found.push(selector);
    } catch {}
    return found;";

/// What a blocker would hide of the page as it stands.
async fn hidden(engine: &Engine, browser: &Browser) -> Result<Vec<String>> {
    let names = browser.run(NAMES, vec![]).await?;
    let list = |key: &str| -> Vec<String> {
        serde_json::from_value(names.get(key).cloned().unwrap_or_default()).unwrap_or_default()
    };
    let general = engine.url_cosmetic_resources(SHOP);
    let mut selectors: Vec<String> = general.hide_selectors.into_iter().collect();
    selectors.extend(engine.hidden_class_id_selectors(
        list("classes"),
        list("ids"),
        &general.exceptions,
    ));
    assert!(selectors.len() > 100, "selectors for any page");
    let found = browser.run(HIDDEN, vec![json!(selectors)]).await?;
    Ok(serde_json::from_value(found)?)
}

#[tokio::test]
async fn no_list_of_ad_blockers_blocks_or_hides_anything_of_a_journey() -> Result<()> {
    let engine = blocker()?;
    let world = World::with_shop(Edge::shared().await?).await?;
    let browser = Browser::open(&Profile::default()).await?;
    let mut found: Vec<String> = Vec::new();
    let mut look = async |what: &str| -> Result<()> {
        let hidden = hidden(&engine, &browser).await?;
        found.extend(
            hidden
                .iter()
                .map(|selector| format!("{what}: hidden by {selector}")),
        );
        Ok(())
    };
    steps::join(&browser, &world, "ada@mail.example").await?;
    look("panel").await?;
    browser.press(panel("[data-gv-action=copy-link]")).await?;
    let beacons = "return performance.getEntriesByType('resource').filter(entry => entry.initiatorType == 'beacon').length";
    assert_eq!(browser.run(beacons, vec![]).await?, json!(0));
    steps::confirm(&browser, &world).await?;
    let link = steps::own_link(&browser).await?;
    browser.press(panel("[data-gv-action=close]")).await?;
    browser.run("localStorage.clear()", vec![]).await?;
    browser.goto(&format!("{link}?c=copy")).await?;
    browser.find(banner("[data-gv-state=offer]")).await?;
    look("banner").await?;
    let coupon = steps::claim(&browser).await?;
    steps::buy(&browser, &world, "bob@mail.example", Some(&coupon)).await?;
    look("thank-you page").await?;
    browser.goto(&world.shop()?.page("/demo/inline")).await?;
    browser
        .find(At::Shadow("[data-gv=inline]", "[data-gv-field=email]"))
        .await?;
    look("inline").await?;
    let consent = "return Promise.all([grapevine('consent', true), grapevine('consent', false)])";
    browser.run(consent, vec![]).await?;
    browser.goto(&world.shop()?.page("/demo/floating")).await?;
    browser.find(LAUNCHER).await?;
    look("launcher").await?;
    assert!(browser.find_now(KNOWN).await?.is_none());
    let page = format!("{}/p/{}", world.anybody.origin(), world.slug);
    browser.goto(&page).await?;
    look("page of its own").await?;

    let edge = world.anybody.origin().to_owned();
    let mut ours: Vec<String> = browser.requests().await?;
    ours.retain(|address| address.starts_with(&edge));
    ours.sort();
    ours.dedup();
    for path in [
        "/gv.js",
        "/start?",
        "/advocates",
        "/presses",
        "/landings",
        "/claims",
        "/orders",
        "/views",
        "/consent",
        "panel.js",
        "panel.wasm",
        "en.json",
    ] {
        assert!(
            ours.iter().any(|address| address.contains(path)),
            "{path} was asked for: {ours:?}"
        );
    }
    for address in &ours {
        for origin in EDGES {
            let address = address.replace(&edge, origin);
            for kind in KINDS {
                let request = Request::new(&address, SHOP, kind, "get")?;
                let answer = engine.check_network_request(&request);
                if answer.should_block() {
                    found.push(format!(
                        "{kind} {address} is blocked by {:?}",
                        answer.filter
                    ));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    println!("{} addresses, none blocked", ours.len());

    // And the lists do block: a tracker's script, the place of an advertisement.
    let tracker = "https://www.google-analytics.com/analytics.js";
    let request = Request::new(tracker, SHOP, "script", "get")?;
    assert!(engine.check_network_request(&request).should_block());
    let advertisement = "document.body.append(Object.assign(document.createElement('div'), { className: 'adace-popup-detector' }))";
    browser.goto(&world.shop()?.page("/")).await?;
    browser.run(advertisement, vec![]).await?;
    let hidden: Value = json!(hidden(&engine, &browser).await?);
    assert!(
        hidden.to_string().contains("adace-popup-detector"),
        "{hidden}"
    );
    browser.close().await
}
