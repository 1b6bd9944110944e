//! Whatever the page, the browser or the connection is like: the panel works or stays
//! away, and the page never notices.

mod network;
mod other_code;
mod policy;
mod smooth;
mod tag;

use anyhow::Result;
use grapevine_tests::browser::{Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::page::{Page, Place};
use grapevine_tests::world::World;
use serde_json::{Value, json};

/// Stands in a page's HTML for the tag.
pub const TAG: &str = "{tag}";

/// A shop of one page, and somebody who looks at it.
pub struct Scene {
    pub world: World,
    pub browser: Browser,
    pub address: String,
    /// The edge as the tag names it.
    pub origin: String,
    _page: Page,
}

/// What a page may be like.
#[derive(Default)]
pub struct Setting<'a> {
    /// The edge as the tag names it; its own where there is none.
    pub origin: Option<&'a str>,
    /// Headers, each ended by a line break.
    pub headers: &'a str,
    /// Fields of the merchant.
    pub merchant: Value,
    pub profile: Profile,
}

impl Scene {
    /// A page with the tag in its head and `html` around it.
    pub async fn plain(html: &str) -> Result<Self> {
        Self::open(Setting::default(), html).await
    }

    /// A page of any kind; [`TAG`] in `html` becomes the tag.
    pub async fn open(setting: Setting<'_>, html: &str) -> Result<Self> {
        let edge = Edge::shared().await?;
        let place = Place::take().await?;
        let shop = place.origin("shop.localhost");
        let mut merchant = json!({ "shop_url": format!("{shop}/") });
        if let (Some(fields), Some(more)) = (merchant.as_object_mut(), setting.merchant.as_object())
        {
            fields.extend(more.clone());
        }
        let mut world = World::open_as(edge, &merchant).await?;
        world.shop_origin.clone_from(&shop);
        let origin = setting.origin.map_or_else(|| edge.origin(), str::to_owned);
        let tag = format!(
            "<script async nonce=abc123 src=\"{origin}/gv.js\" data-merchant=\"{}\"></script>",
            world.slug
        );
        let html = format!(
            "<!doctype html><html lang=en><title>Shop</title>{}",
            html.replace(TAG, &tag)
        );
        let browser = Browser::open(&setting.profile).await?;
        browser.witness().await?;
        Ok(Self {
            world,
            browser,
            address: format!("{shop}/"),
            origin,
            _page: place.open_with(setting.headers, html),
        })
    }

    /// Opens the page.
    pub async fn goto(&self) -> Result<()> {
        self.browser.goto(&self.address).await
    }

    /// Nothing reached the page, nor its console, but what a connection itself causes.
    pub async fn is_calm(&self) -> Result<()> {
        let seen = self.browser.seen().await?;
        assert!(seen.errors.is_empty(), "{:?}", seen.errors);
        let complaints = self.browser.complaints().await?;
        let uncaught: Vec<_> = complaints
            .iter()
            .filter(|line| line.contains("Uncaught"))
            .collect();
        assert!(uncaught.is_empty(), "{uncaught:?}");
        Ok(())
    }
}

/// Notes every `grapevine:error` from the first page on.
pub async fn note_errors(browser: &Browser) -> Result<()> {
    let source = "window.told = [];
        document.addEventListener('grapevine:error', event =>
            told.push(event.detail?.code ?? String(event.detail)))";
    browser
        .tools(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": source }),
        )
        .await?;
    Ok(())
}

/// The errors that were told of so far.
pub async fn told(browser: &Browser) -> Result<Value> {
    browser.run("return window.told", vec![]).await
}
