//! Content policies as strict as they come.

use anyhow::Result;
use grapevine_tests::browser::At;
use grapevine_tests::edge::Edge;
use serde_json::json;

use super::network::leads_to_the_plain_page;
use super::{Scene, Setting, TAG, note_errors, told};
use crate::steps::{self, LAUNCHER, panel};

fn policy(edge: &str, wasm: &str) -> String {
    format!(
        "Content-Security-Policy: default-src 'none'; script-src 'nonce-abc123' 'strict-dynamic' {wasm}; \
         style-src 'nonce-abc123'; connect-src {edge}; img-src 'self' {edge}; base-uri 'none'; \
         form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'\r\n"
    )
}

#[tokio::test]
async fn by_nonce_everything_works_with_no_style_inline_and_trusted_types() -> Result<()> {
    let headers = policy(&Edge::shared().await?.origin(), "'wasm-unsafe-eval'");
    let setting = Setting {
        headers: &headers,
        ..Setting::default()
    };
    let html = format!("{TAG}<h1>Shop</h1><div data-grapevine=inline id=place></div>");
    let scene = Scene::open(setting, &html).await?;
    let browser = &scene.browser;
    let link = scene.world.advocate("ada@mail.example").await?;
    browser.goto(&format!("{}{link}", scene.origin)).await?;
    steps::claim(browser).await?;
    browser
        .find(At::Shadow("#place", "[data-gv-field=email]"))
        .await?;
    steps::join_here(browser, "bob@mail.example").await?;
    browser.press(panel("[data-gv-action=copy-link]")).await?;
    scene
        .world
        .funnel_with("/shares_by_channel/copy", 1)
        .await?;
    scene.is_calm().await?;
    let complaints = browser.complaints().await?;
    assert!(complaints.is_empty(), "{complaints:?}");
    scene.browser.close().await
}

#[tokio::test]
async fn where_wasm_is_barred_the_plain_page_takes_over() -> Result<()> {
    let headers = policy(&Edge::shared().await?.origin(), "");
    let setting = Setting {
        headers: &headers,
        ..Setting::default()
    };
    let html = format!("{TAG}<h1>Shop</h1><div data-grapevine=inline id=place></div>");
    let scene = Scene::open(setting, &html).await?;
    note_errors(&scene.browser).await?;
    scene.goto().await?;
    // An empty place of the shop's gets a link.
    let link = scene.browser.find(At::Page("#place a")).await?;
    let here = scene.browser.attribute(LAUNCHER, "href").await?;
    assert_eq!(link.attr("href").await?, Some(here));
    leads_to_the_plain_page(&scene).await?;
    assert_ne!(told(&scene.browser).await?, json!([]));
    scene.is_calm().await?;
    scene.browser.close().await
}
