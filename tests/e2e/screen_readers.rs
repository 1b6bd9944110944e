//! What a screen reader tells, in its order: the browser's own accessibility tree as
//! text, kept in `tests/e2e/told/`. And axe-core on the states that journeys pass by.

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use grapevine_tests::browser::{At, Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, text};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::steps::{self, KNOWN, LAUNCHER, banner, panel, sound};

/// Roles that only hold others, or repeat a name.
const SILENT: [&str; 7] = [
    "generic",
    "none",
    "InlineTextBox",
    "LineBreak",
    "paragraph",
    "LayoutTable",
    "strong",
];

/// The tree below the first node of that role and name, one line a node.
async fn told(browser: &Browser, role: &str, name: &str) -> Result<String> {
    browser.tools("Accessibility.enable", json!({})).await?;
    let tree = browser
        .tools("Accessibility.getFullAXTree", json!({}))
        .await?;
    let nodes = tree
        .get("nodes")
        .and_then(Value::as_array)
        .context("a tree")?;
    let by_id: HashMap<&str, &Value> = nodes
        .iter()
        .map(|node| (text(node, "/nodeId"), node))
        .collect();
    let root = nodes
        .iter()
        .find(|node| text(node, "/role/value") == role && text(node, "/name/value").contains(name))
        .with_context(|| format!("a {role} named {name}"))?;
    let mut lines = String::new();
    let mut rest = vec![(root, 0)];
    while let Some((node, depth)) = rest.pop() {
        let (role, name) = (text(node, "/role/value"), text(node, "/name/value"));
        let skipped = node.get("ignored") == Some(&Value::Bool(true)) || SILENT.contains(&role);
        // A text inside what it names already is not told twice.
        let named =
            role == "StaticText" && lines.lines().last().is_some_and(|last| last.contains(name));
        let inner = depth + usize::from(!skipped);
        let empty = name.is_empty() && role == "StaticText";
        if !(skipped || named || empty) {
            lines.push_str(&format!("{}{role} {name}\n", "  ".repeat(depth)).replace(" \n", "\n"));
        }
        // What a field holds differs from run to run.
        if role == "textbox" {
            continue;
        }
        let children = node.get("childIds").and_then(Value::as_array);
        for child in children.into_iter().flatten().rev() {
            if let Some(node) = child.as_str().and_then(|id| by_id.get(id)) {
                rest.push((node, inner));
            }
        }
    }
    Ok(lines)
}

/// Whether it is told as the file says; a new text is written beside it.
fn as_written(name: &str, told: &str) -> Result<bool> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("e2e/told");
    let kept = std::fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap_or_default();
    if kept != told {
        std::fs::write(folder.join(format!("{name}.new.txt")), told)?;
    }
    Ok(kept == told)
}

#[tokio::test]
async fn the_panel_and_the_banner_are_told_in_this_order() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let browser = Browser::open(&Profile::default()).await?;
    let mut changed = Vec::new();
    let mut tell = async |browser: &Browser, state: &'static str, role, name| {
        let told = told(browser, role, name).await?;
        if !as_written(state, &told)? {
            changed.push(state);
        }
        anyhow::Ok(())
    };
    browser.goto(&world.shop()?.page("/demo/floating")).await?;
    browser.find(LAUNCHER).await?;
    tell(&browser, "launcher", "complementary", "").await?;
    browser.press(LAUNCHER).await?;
    browser.find(panel("[data-gv-field=email]")).await?;
    tell(&browser, "join", "dialog", "").await?;
    browser
        .fill(panel("[data-gv-field=email]"), "not an address")
        .await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    browser.words_with(panel("#email-error"), "address").await?;
    tell(&browser, "join-wrong", "dialog", "").await?;
    browser
        .fill(panel("[data-gv-field=email]"), "ada@mail.example")
        .await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    browser.find(KNOWN).await?;
    tell(&browser, "known", "dialog", "").await?;

    let link = world.advocate("eve@mail.example").await?;
    browser
        .goto(&format!("{}{link}", world.anybody.origin()))
        .await?;
    browser.find(banner("[data-gv-state=offer]")).await?;
    tell(&browser, "banner", "region", "friend").await?;
    assert!(
        changed.is_empty(),
        "told otherwise: compare tests/e2e/told/<state>.new.txt of {changed:?}"
    );
    browser.close().await
}

#[tokio::test]
async fn axe_finds_nothing_on_the_states_beside_the_main_path() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let shop = world.shop()?;
    let browser = Browser::open(&Profile::default()).await?;
    let mut found = Vec::new();
    for path in [
        "/demo",
        "/demo/inline",
        "/demo/post-purchase",
        "/demo/exit-intent",
        "/demo/page",
    ] {
        browser.goto(&shop.page(path)).await?;
        browser.find(At::Page("h1")).await?;
        if path == "/demo/inline" {
            let field = At::Shadow("[data-gv=inline]", "[data-gv-field=email]");
            browser.find(field).await?;
        }
        sound(&browser, path, &mut found).await?;
    }
    browser
        .goto(&shop.page("/demo/welcome/link?to=strip"))
        .await?;
    browser.find(banner("[data-gv-state=offer]")).await?;
    sound(&browser, "banner in a strip", &mut found).await?;

    world.advocate("known@mail.example").await?;
    browser.goto(&shop.page("/demo/floating")).await?;
    browser.press(LAUNCHER).await?;
    browser
        .fill(panel("[data-gv-field=email]"), "nobody")
        .await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    browser.words_with(panel("#email-error"), "address").await?;
    sound(&browser, "a wrong address", &mut found).await?;
    browser
        .fill(panel("[data-gv-field=email]"), "known@mail.example")
        .await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    browser.find(panel("[data-gv-state=check-mail]")).await?;
    sound(&browser, "check the mail", &mut found).await?;
    browser.press(panel("[data-gv-action=close]")).await?;

    steps::join(&browser, &world, "ada@mail.example").await?;
    browser.press(panel("[data-gv-action=close]")).await?;
    for (offline, state) in [(true, "offline"), (false, "error")] {
        // What an edge does that is down: nothing comes back.
        let broken = "navigator.__proto__.__defineGetter__('onLine', () => !arguments[0]);
            window.fetched ??= window.fetch; window.fetch = () => Promise.reject(new Error('down'));"
            .replace("arguments[0]", &offline.to_string());
        browser.run(&broken, vec![]).await?;
        browser.press(LAUNCHER).await?;
        let at = format!("[data-gv-state={state}]");
        browser.find(panel(&at)).await?;
        sound(&browser, state, &mut found).await?;
        browser.press(panel("[data-gv-action=close]")).await?;
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    browser.close().await
}

/// Where the keyboard is, through shadow roots.
const FOCUS: &str = "
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at?.dataset.gvAction ?? at?.dataset.gvField ?? at?.dataset.gvChannel ?? at?.id ?? at?.tagName;";

async fn focus(browser: &Browser) -> Result<String> {
    let found = browser.run(FOCUS, vec![]).await?;
    Ok(found.as_str().unwrap_or_default().to_owned())
}

/// Presses a key until the keyboard is at `goal`.
async fn until_at(browser: &Browser, key: Key, goal: &str) -> Result<()> {
    let mut passed = Vec::new();
    for _ in 0..90 {
        let here = focus(browser).await?;
        if here == goal {
            return Ok(());
        }
        passed.push(here);
        let keys = browser.driver().action_chain();
        keys.send_keys(key.clone()).perform().await?;
    }
    anyhow::bail!("the keyboard never came to {goal}, but to {passed:?}")
}

async fn type_key(browser: &Browser, key: Key) -> Result<()> {
    let keys = browser.driver().action_chain();
    Ok(keys.send_keys(key).perform().await?)
}

#[tokio::test]
async fn a_keyboard_alone_claims_joins_copies_and_comes_back() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let browser = Browser::open(&Profile::default()).await?;
    let link = world.advocate("eve@mail.example").await?;
    let origin = world.anybody.origin();
    browser.goto(&format!("{origin}{link}")).await?;
    browser.find(banner("[data-gv-action=claim]")).await?;
    until_at(&browser, Key::Tab, "claim").await?;
    type_key(&browser, Key::Enter).await?;
    browser.find(banner("[data-gv-state=code]")).await?;
    until_at(&browser, Key::Tab, "copy-code").await?;
    until_at(&browser, Key::Tab, "open").await?;
    type_key(&browser, Key::Enter).await?;
    browser.find(panel("[data-gv-field=email]")).await?;
    until_at(&browser, Key::Tab, "email").await?;
    let keys = browser.driver().action_chain();
    keys.send_keys("bob@mail.example").perform().await?;
    type_key(&browser, Key::Enter).await?;
    browser.find(KNOWN).await?;
    until_at(&browser, Key::Tab, "copy-link").await?;
    type_key(&browser, Key::Enter).await?;
    world.funnel_with("/shares_by_channel/copy", 1).await?;
    // Round and round inside, never out.
    for _ in 0..60 {
        type_key(&browser, Key::Tab).await?;
        let inside = "return document.activeElement?.dataset.gv ?? document.activeElement?.tagName";
        assert_eq!(browser.run(inside, vec![]).await?, "panel");
    }
    type_key(&browser, Key::Escape).await?;
    browser.gone(KNOWN).await?;
    assert_eq!(focus(&browser).await?, "open", "back where it came from");
    browser.close().await
}
