//! Keyboards and screen readers: axe-core finds nothing, and the panel works
//! without a pointer.

use anyhow::Result;
use grapevine_tests::browser::{At, Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::inbox;
use grapevine_tests::world::World;
use thirtyfour::{Key, TypingData};

use crate::steps::{self, KNOWN, LAUNCHER, banner, panel, sound};

#[tokio::test]
async fn axe_finds_nothing_anywhere() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let browser = Browser::open(&Profile::default()).await?;
    let mut found = Vec::new();
    browser.goto(&world.shop()?.page("/")).await?;
    browser.find(LAUNCHER).await?;
    sound(&browser, "shop", &mut found).await?;
    browser.press(LAUNCHER).await?;
    browser.find(panel("[data-gv-field=email]")).await?;
    sound(&browser, "panel, join", &mut found).await?;
    browser
        .fill(panel("[data-gv-field=email]"), "ada@mail.example")
        .await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    browser.find(KNOWN).await?;
    sound(&browser, "panel, known", &mut found).await?;

    let mail = inbox::newest(&world.api, "confirm", "ada@mail.example").await?;
    let link = mail.links.first().cloned().unwrap_or_default();
    browser.goto(&link).await?;
    sound(&browser, "mailbox page", &mut found).await?;

    let friend = world.advocate("eve@mail.example").await?;
    let origin = world.anybody.origin();
    browser.goto(&format!("{origin}{friend}")).await?;
    browser.find(banner("[data-gv-action=claim]")).await?;
    sound(&browser, "banner", &mut found).await?;
    steps::claim(&browser).await?;
    sound(&browser, "banner with code", &mut found).await?;
    let order = steps::buy(&browser, &world, "bob@mail.example", None).await?;
    assert!(!order.is_empty());
    sound(&browser, "thank-you page", &mut found).await?;
    browser.goto(&world.shop()?.page("/friends")).await?;
    browser
        .find(At::Shadow("[data-gv=inline]", "[data-gv-state]"))
        .await?;
    sound(&browser, "inline panel", &mut found).await?;

    browser
        .goto(&format!("{origin}/outbox/{}", world.slug))
        .await?;
    sound(&browser, "outbox", &mut found).await?;
    browser.press(At::Page("a.row-link")).await?;
    sound(&browser, "one mail", &mut found).await?;
    browser.goto(&format!("{origin}/console")).await?;
    sound(&browser, "sign-in", &mut found).await?;
    browser.fill(At::Page("#shop"), &world.slug).await?;
    browser
        .fill(At::Page("#secret_key"), &world.keys.secret_key)
        .await?;
    browser.press(At::Page("button[type=submit]")).await?;
    browser.find(At::Page(".funnel")).await?;
    sound(&browser, "overview", &mut found).await?;
    browser.goto(&format!("{origin}/console/install")).await?;
    sound(&browser, "install", &mut found).await?;
    assert!(found.is_empty(), "{}", found.join("\n"));

    // And axe does look: also into open shadow roots.
    let harm = "const host = document.body.appendChild(document.createElement('div'));
        host.attachShadow({ mode: 'open' }).innerHTML = '<button></button>';";
    browser.run(harm, vec![]).await?;
    let harmed = browser.accessibility().await?;
    assert!(
        harmed.iter().any(|finding| finding.contains("button-name")),
        "{harmed:?}"
    );
    browser.close().await
}

/// Where the keyboard is, through shadow roots: its hook, else its tag.
const FOCUS: &str = "
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at?.dataset.gvAction ?? at?.dataset.gvField ?? at?.dataset.gvChannel ?? at?.id ?? at?.tagName;";

#[tokio::test]
async fn a_keyboard_alone_opens_joins_and_closes_the_panel() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let browser = Browser::open(&Profile::default()).await?;
    browser.goto(&world.shop()?.page("/")).await?;
    browser.find(LAUNCHER).await?;
    let keys = async |text: TypingData| {
        browser
            .driver()
            .action_chain()
            .send_keys(text)
            .perform()
            .await
    };
    let focus = async || {
        let found = browser.run(FOCUS, vec![]).await?;
        anyhow::Ok(found.as_str().unwrap_or_default().to_owned())
    };
    let mut reached = false;
    for _ in 0..80 {
        keys(Key::Tab.into()).await?;
        if focus().await? == "open" {
            reached = true;
            break;
        }
    }
    assert!(reached, "the launcher can be reached by the keyboard");
    keys(Key::Enter.into()).await?;
    browser.find(panel("[data-gv-field=email]")).await?;
    for _ in 0..10 {
        if focus().await? == "email" {
            break;
        }
        keys(Key::Tab.into()).await?;
    }
    assert_eq!(focus().await?, "email");
    keys("ada@mail.example".into()).await?;
    keys(Key::Enter.into()).await?;
    browser.find(KNOWN).await?;
    keys(Key::Escape.into()).await?;
    browser.gone(KNOWN).await?;
    assert_eq!(focus().await?, "open", "back where it came from");
    browser.close().await
}
