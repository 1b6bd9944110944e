//! The page that does what the panel does: with scripts off, with WebAssembly barred,
//! and with the panel in its place.

use anyhow::Result;
use grapevine_tests::browser::{At, Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::World;
use serde_json::json;
use xtask::client::path_of;

const FIELD: At<'_> = At::Page("#email");
const JOIN: At<'_> = At::Page("form .main");
const LINK: At<'_> = At::Page(".copy");
const WHATSAPP: At<'_> = At::Page(".apps a[href^='https://wa.me/']");
const PANEL: &str = "[data-grapevine]";

/// Joins by the form; answers with the link that was given.
async fn join(browser: &Browser, email: &str) -> Result<String> {
    browser.fill(FIELD, email).await?;
    browser.press(JOIN).await?;
    browser.words(LINK).await
}

/// The link works, and WhatsApp's button carries it.
async fn can_be_passed_on(browser: &Browser, world: &World, link: &str) -> Result<()> {
    let button = browser.attribute(WHATSAPP, "href").await?;
    let code = link.rsplit('/').next().unwrap_or_default();
    assert!(
        button.contains(&format!("{code}%3Fc%3Dwhatsapp")),
        "{button}"
    );
    world
        .click(&format!("{}?c=whatsapp", path_of(link)), "198.51.100.61")
        .await?;
    world.funnel_with("/clicks_by_channel/whatsapp", 1).await?;
    Ok(())
}

#[tokio::test]
async fn without_scripts_somebody_joins_and_passes_the_link_on() -> Result<()> {
    let accent = json!({ "accent": "#1f5c4d" });
    let world = World::open_as(Edge::shared().await?, &accent).await?;
    let page = format!("{}/p/{}", world.anybody.origin(), world.slug);
    let ada = Browser::open(&Profile {
        without_scripts: true,
        ..Profile::default()
    })
    .await?;
    ada.goto(&page).await?;
    ada.find(FIELD).await?;
    ada.pictures("plain-join").await?;
    // What the browser itself takes for an address, and the books do not.
    ada.fill(FIELD, "ada@mail").await?;
    ada.press(JOIN).await?;
    ada.words_with(At::Page("#wrong"), "Check the address")
        .await?;
    ada.pictures("plain-wrong").await?;
    let link = join(&ada, "ada@mail.example").await?;
    ada.pictures("plain-link").await?;
    can_be_passed_on(&ada, &world, &link).await?;
    assert!(
        !ada.address().await?.contains("mail"),
        "nothing in the address"
    );

    ada.goto(&format!("{page}?lang=pl")).await?;
    ada.fill(FIELD, "ada@mail.example").await?;
    ada.press(JOIN).await?;
    ada.words_with(At::Page("h2"), "Sprawdź pocztę").await?;
    ada.pictures("plain-mail").await?;
    let complaints = ada.complaints().await?;
    // A form that is answered 422 is an error to the console.
    let unexpected = complaints.iter().find(|line| !line.contains("422"));
    assert!(unexpected.is_none(), "{complaints:?}");
    ada.close().await
}

#[tokio::test]
async fn with_the_panel_barred_the_page_stays() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let page = format!("{}/p/{}?lang=en", world.anybody.origin(), world.slug);
    let ada = Browser::open(&Profile::default()).await?;
    ada.tools("Network.enable", json!({})).await?;
    let barred = json!({ "urls": ["*/panel.wasm"] });
    ada.tools("Network.setBlockedURLs", barred).await?;
    ada.goto(&page).await?;
    ada.find(FIELD).await?;
    let asked = |address: &String| address.ends_with("/panel.wasm");
    grapevine_tests::wait::until("the panel to be asked for", || async {
        Ok(ada.requests().await?.iter().any(asked).then_some(()))
    })
    .await?;
    let findings = ada.accessibility().await?;
    assert!(findings.is_empty(), "{findings:#?}");
    let link = join(&ada, "ada@mail.example").await?;
    let findings = ada.accessibility().await?;
    assert!(findings.is_empty(), "{findings:#?}");
    can_be_passed_on(&ada, &world, &link).await?;
    ada.close().await
}

#[tokio::test]
async fn where_it_can_the_panel_takes_the_pages_place() -> Result<()> {
    let accent = json!({ "accent": "#1f5c4d" });
    let world = World::open_as(Edge::shared().await?, &accent).await?;
    let page = format!("{}/p/{}?lang=en", world.anybody.origin(), world.slug);
    let ada = Browser::open(&Profile::default()).await?;
    ada.goto(&page).await?;
    let field = At::Shadow(PANEL, "[data-gv-field=email]");
    ada.find(field).await?;
    ada.gone(FIELD).await?;
    ada.pictures("plain-panel").await?;
    ada.fill(field, "ada@mail.example").await?;
    ada.press(At::Shadow(PANEL, "[data-gv-action=join]"))
        .await?;
    ada.find(At::Shadow(PANEL, "[data-gv-field=link]")).await?;
    let findings = ada.accessibility().await?;
    assert!(findings.is_empty(), "{findings:#?}");
    let complaints = ada.complaints().await?;
    assert!(complaints.is_empty(), "{complaints:?}");
    ada.close().await
}
