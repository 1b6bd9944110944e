//! Paste a tag, share, click, buy, both rewarded: the whole path, by two people
//! in two browser profiles and the merchant in a third.

use anyhow::{Context, Result};
use grapevine_tests::browser::{At, Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};
use xtask::client::path_of;

use crate::steps::{self, KNOWN, LAUNCHER, banner, panel};

const ADA: &str = "ada@mail.example";
const BOB: &str = "bob@mail.example";

/// Opens an app without leaving the page: what would open is noted instead.
const CATCH_LINKS: &str = "
    window.caught = [];
    addEventListener('click', event => {
        const link = event.composedPath().find(part => part.href);
        if (link) { event.preventDefault(); window.caught.push(link.href); }
    });";

#[tokio::test]
async fn from_the_pasted_tag_to_both_rewards() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let ada = Browser::open(&Profile::default()).await?;

    joins_and_confirms(&ada, &world).await?;
    let link = shares(&ada, &world).await?;

    let bob = Browser::open(&Profile::default()).await?;
    let token = follows(&bob, &world, &link).await?;
    let order = buys(&bob, &world, &token).await?;

    both_are_rewarded_in_time(&ada, &world, &order).await?;
    the_merchant_sees_it(&world).await?;

    for browser in [&ada, &bob] {
        stays_at_home(browser).await?;
    }
    ada.close().await?;
    bob.close().await
}

async fn joins_and_confirms(ada: &Browser, world: &World) -> Result<()> {
    ada.goto(&world.shop()?.page("/")).await?;
    let launcher = ada.words(LAUNCHER).await?;
    assert!(launcher.contains("10"), "the money first: {launcher}");
    ada.pictures("shop").await?;
    ada.press(LAUNCHER).await?;
    ada.find(panel("[data-gv-field=email]")).await?;
    ada.pictures("panel-join").await?;

    ada.fill(panel("[data-gv-field=email]"), "not an address")
        .await?;
    ada.press(panel("[data-gv-action=join]")).await?;
    ada.words_with(panel("#email-error"), "address").await?;
    ada.fill(panel("[data-gv-field=email]"), ADA).await?;
    ada.press(panel("[data-gv-action=join]")).await?;
    let known = ada.words_with(KNOWN, "Confirm your address").await?;
    assert!(!known.contains(ADA), "addresses are hinted at: {known}");
    ada.pictures("panel-unconfirmed").await?;

    let outbox = format!("{}/outbox/{}", world.anybody.origin(), world.slug);
    ada.goto(&outbox).await?;
    ada.find(At::Page("a.row-link")).await?;
    ada.pictures("outbox").await?;
    ada.press(At::Page("a.row-link")).await?;
    ada.find(At::Page("iframe.mail")).await?;
    ada.pictures("mail").await?;
    ada.press(At::Page(".links a")).await?;
    ada.find(At::Page("main button")).await?;
    ada.pictures("mailbox-page").await?;
    ada.press(At::Page("main button")).await?;

    // The session is taken out of the address bar.
    let home = format!("{}/", world.shop_origin);
    ada.address_where(|address| address == home).await?;
    let known = ada.words(KNOWN).await?;
    assert!(!known.contains("Confirm your address"), "{known}");
    ada.pictures("panel-known").await?;
    Ok(())
}

/// Uses every way to share; returns the personal link.
async fn shares(ada: &Browser, world: &World) -> Result<String> {
    let link = steps::own_link(ada).await?;
    let code = ada.value(panel("[data-gv-field=code]")).await?;
    assert_eq!(
        link,
        format!("{}/r/{}/{code}", world.anybody.origin(), world.slug)
    );
    let message = ada.value(panel("[data-gv-field=message]")).await?;
    assert!(message.contains("reward"), "it discloses: {message}");

    let encoded = |channel: &str| {
        format!("{link}?c={channel}")
            .replace(':', "%3A")
            .replace('/', "%2F")
            .replace('?', "%3F")
            .replace('=', "%3D")
    };
    // On a desktop, messages by phone stand behind "More".
    ada.press(panel("[data-gv-action=more]")).await?;
    for (channel, front) in [
        ("email", "mailto:?"),
        ("sms", "sms:?body="),
        ("whatsapp", "https://wa.me/?text="),
        ("facebook", "https://www.facebook.com/sharer/sharer.php?"),
        ("x", "https://x.com/intent/"),
    ] {
        let button = format!("a[data-gv-channel={channel}]");
        let href = ada.attribute(panel(&button), "href").await?;
        assert!(href.starts_with(front), "{channel}: {href}");
        assert!(href.contains(&encoded(channel)), "{channel}: {href}");
        assert!(!href.contains('+'), "spaces are %20: {href}");
    }
    assert!(
        ada.find_now(panel("[data-gv-action=native]"))
            .await?
            .is_none(),
        "this browser has no share sheet"
    );

    ada.run(CATCH_LINKS, vec![]).await?;
    ada.fill(
        panel("[data-gv-field=message]"),
        "Try this tea & say \"hi\"",
    )
    .await?;
    for channel in ["whatsapp", "email", "x"] {
        let button = format!("a[data-gv-channel={channel}]");
        ada.press(panel(&button)).await?;
    }
    let caught = ada.run("return window.caught", vec![]).await?;
    let first = text(&caught, "/0");
    assert!(
        first.contains("Try%20this%20tea%20%26%20say%20%22hi%22"),
        "the edited message: {caught}"
    );
    ada.press(panel("[data-gv-action=copy-link]")).await?;
    ada.words_with(panel("[data-gv-action=copy-link]"), "Copied")
        .await?;
    ada.picture("panel-copied").await?;
    let funnel = world.funnel_with("/shares", 4).await?;
    for channel in ["whatsapp", "email", "x", "copy"] {
        let pointer = format!("/shares_by_channel/{channel}");
        assert_eq!(number(&funnel, &pointer), 1, "{funnel}");
    }
    by_the_native_sheet(ada, world, &link).await?;
    Ok(link)
}

/// A device with a share sheet offers it first.
async fn by_the_native_sheet(ada: &Browser, world: &World, link: &str) -> Result<()> {
    let sheet = "Object.defineProperty(Navigator.prototype, 'share', { configurable: true,
        value: what => { window.handed = what; return Promise.resolve(); } });";
    let source = serde_json::json!({ "source": sheet });
    let added = ada
        .tools("Page.addScriptToEvaluateOnNewDocument", source)
        .await?;
    ada.look(grapevine_tests::browser::View::Phone).await?;
    ada.reload().await?;
    ada.press(LAUNCHER).await?;
    ada.press(panel("[data-gv-action=native]")).await?;
    let handed = ada.run("return window.handed", vec![]).await?;
    assert_eq!(text(&handed, "/url"), format!("{link}?c=native"));
    world.funnel_with("/shares_by_channel/native", 1).await?;
    ada.picture("panel-native").await?;
    ada.tools("Page.removeScriptToEvaluateOnNewDocument", added)
        .await?;
    ada.look(grapevine_tests::browser::View::Desktop).await
}

/// The friend follows the WhatsApp link; returns the click's token.
async fn follows(bob: &Browser, world: &World, link: &str) -> Result<String> {
    // On the wire, as another person would: the cookie in all its parts.
    let path = format!("{}?c=sms", path_of(link));
    let answer = world.follow(&path, &World::person("198.51.100.50")).await?;
    let set = answer.header("set-cookie").context("a cookie")?;
    for part in [
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
        "Domain=shop.localhost",
        "Max-Age=2592000",
        "Path=/",
    ] {
        assert!(set.split("; ").any(|found| found == part), "{part}: {set}");
    }

    bob.goto(&format!("{link}?c=whatsapp&utm_source=chat"))
        .await?;
    let clean = format!("{}/?utm_source=chat", world.shop_origin);
    bob.address_where(|address| address == clean).await?;
    let offer = bob.words(banner("[data-gv-state=offer]")).await?;
    assert!(offer.contains("€10 off"), "{offer}");
    bob.pictures("banner").await?;

    let cookie = steps::cookie(bob, "gv_click").await?.context("gv_click")?;
    assert_eq!(cookie.domain.as_deref(), Some(".shop.localhost"));
    assert_eq!(cookie.path.as_deref(), Some("/"));
    assert_eq!(cookie.secure, Some(true));
    let script = "return document.cookie + JSON.stringify(localStorage)";
    let seen = bob.run(script, vec![]).await?;
    assert!(!seen.to_string().contains("gv_click="), "HttpOnly: {seen}");

    let funnel = world.funnel_with("/clicks", 2).await?;
    assert_eq!(number(&funnel, "/clicks_by_channel/whatsapp"), 1);
    assert_eq!(number(&funnel, "/landings"), 1, "{funnel}");
    Ok(cookie.value)
}

/// The friend claims the coupon and buys with it; returns the order's number.
async fn buys(bob: &Browser, world: &World, token: &str) -> Result<String> {
    let coupon = steps::claim(bob).await?;
    assert!(coupon.starts_with("HELLO-"), "{coupon}");
    bob.pictures("banner-code").await?;
    steps::go_to_checkout(bob, world).await?;
    let field = At::Page("#checkout input[name=gv]");
    let field = bob.find_hidden(field).await?;
    assert_eq!(field.prop("value").await?.as_deref(), Some(token));

    bob.fill(At::Page("#coupon"), &coupon).await?;
    bob.press(At::Page("[data-test=apply-coupon]")).await?;
    let discount = bob.words(At::Page("[data-test=discount]")).await?;
    assert_eq!(discount, "−€10.00");
    bob.pictures("checkout").await?;
    let order = steps::place_order(bob, BOB).await?;
    bob.pictures("thank-you").await?;

    let found = world.api.conversion(&order).await?;
    assert_eq!(text(&found, "/referral/status"), "pending", "{found}");
    assert_eq!(text(&found, "/referral/source"), "coupon");
    assert_eq!(text(&found, "/referral/channel"), "whatsapp");
    let rewards = steps::rewards(world).await?;
    assert_eq!(rewards.len(), 2, "{rewards:?}");
    for (side, status, release_at) in &rewards {
        assert_eq!(status, "pending", "{side}");
        assert!(
            release_at.ends_with('Z') && release_at.len() >= 20,
            "{side}: {release_at}"
        );
    }
    Ok(order)
}

async fn both_are_rewarded_in_time(ada: &Browser, world: &World, order: &str) -> Result<()> {
    ada.goto(&world.shop()?.page("/")).await?;
    ada.press(LAUNCHER).await?;
    let waiting = ada.words(panel("[data-gv-status=pending]")).await?;
    assert!(
        waiting.contains("€10") && waiting.contains("ready on"),
        "{waiting}"
    );
    ada.pictures("panel-pending").await?;

    world.api.advance_clock(13 * 86_400).await?;
    assert!(
        steps::rewards(world)
            .await?
            .iter()
            .all(|reward| reward.1 == "pending")
    );
    world.api.advance_clock(2 * 86_400).await?;
    // Store credit waits for the shop; Bob's coupon was used for the very order.
    let rewards = steps::rewards(world).await?;
    let stand = rewards
        .iter()
        .map(|(side, status, _)| (side.as_str(), status.as_str()));
    assert_eq!(
        stand.collect::<Vec<_>>(),
        [("advocate", "approved"), ("friend", "redeemed")]
    );
    let found = world.api.conversion(order).await?;
    assert_eq!(text(&found, "/referral/status"), "approved");

    ada.reload().await?;
    ada.press(LAUNCHER).await?;
    let ready = ada.words(panel("[data-gv-status=approved]")).await?;
    assert!(ready.contains("Ready"), "{ready}");
    let known = ada.words(KNOWN).await?;
    assert!(known.contains("€10 earned"), "{known}");
    ada.pictures("panel-approved").await?;
    let complaints = ada.complaints().await?;
    assert!(complaints.is_empty(), "{complaints:?}");
    Ok(())
}

async fn the_merchant_sees_it(world: &World) -> Result<()> {
    let merchant = Browser::open(&Profile::default()).await?;
    let console = format!("{}/console/overview", world.anybody.origin());
    merchant.goto(&console).await?;
    merchant.fill(At::Page("#shop"), &world.slug).await?;
    merchant.fill(At::Page("#secret_key"), "wrong").await?;
    merchant.press(At::Page("button[type=submit]")).await?;
    merchant.find(At::Page("#problem")).await?;
    merchant.pictures("console-sign-in").await?;
    let key = &world.keys.secret_key;
    merchant.fill(At::Page("#secret_key"), key).await?;
    merchant.press(At::Page("button[type=submit]")).await?;
    merchant.address_where(|address| address == console).await?;

    let script = "return [...document.querySelectorAll('.funnel tbody tr')].map(row =>
        [row.cells[0].firstChild.textContent.trim(), row.querySelector('.figure').textContent.trim()])";
    let rows = merchant.run(script, vec![]).await?;
    let funnel = world.funnel().await?;
    let numbers: Vec<i64> = (0..7)
        .filter_map(|row| text(&rows, &format!("/{row}/1")).parse().ok())
        .collect();
    let told: Vec<i64> = [
        "impressions",
        "shares",
        "clicks",
        "landings",
        "claims",
        "conversions",
        "rewards",
    ]
    .iter()
    .map(|step| number(&funnel, &format!("/{step}")))
    .collect();
    assert_eq!(numbers, told, "{rows}");
    assert_eq!(told.get(1..), Some([5, 2, 1, 1, 1, 2].as_slice()));
    assert!(told.first().is_some_and(|seen| *seen > 0), "{funnel}");
    merchant.pictures("console-overview").await?;
    merchant
        .goto(&console.replace("overview", "install"))
        .await?;
    merchant.find(At::Page("h1")).await?;
    merchant.pictures("console-install").await?;
    stays_at_home(&merchant).await?;
    merchant.close().await
}

#[tokio::test]
async fn a_panel_that_is_opened_is_counted_as_seen() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let ada = Browser::open(&Profile::default()).await?;
    ada.goto(&world.shop()?.page("/")).await?;
    ada.press(LAUNCHER).await?;
    ada.find(panel("[data-gv-field=email]")).await?;
    world.funnel_with("/impressions", 1).await?;
    ada.close().await
}

/// Nothing was asked of anybody but the shop and the edge.
async fn stays_at_home(browser: &Browser) -> Result<()> {
    let requests = browser.requests().await?;
    assert!(!requests.is_empty());
    let foreign: Vec<_> = requests
        .iter()
        .filter(|address| {
            let host = address.split("://").nth(1).unwrap_or_default();
            let host = host.split([':', '/']).next().unwrap_or_default();
            let own = matches!(host, "shop.localhost" | "refer.shop.localhost");
            address.starts_with("http") && !own
        })
        .collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    Ok(())
}
