//! A merchant who asks for consent first: nothing is written before a yes or after
//! a no, and whoever sent the friend is known all the same.

use anyhow::{Context, Result};
use grapevine_tests::browser::{At, Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::wait;
use grapevine_tests::world::{World, text, token_of};
use serde_json::{Value, json};

use crate::steps;

const GIVE: &str = "return grapevine('consent', true)";
const DENY: &str = "return grapevine('consent', false)";

/// A careful shop, its edge, and the path of an advocate's link.
async fn careful(foreign: bool) -> Result<(World, String, String)> {
    let edge = Edge::shared().await?;
    let origin = if foreign {
        edge.foreign_origin()
    } else {
        edge.origin()
    };
    let extra = json!({ "consent_required": true });
    let world = World::with_shop_as(edge, &origin, &extra).await?;
    let link = world.advocate("ada@mail.example").await?;
    Ok((world, format!("{origin}{link}?c=email"), origin))
}

/// Says what it is before the loader comes, as a consent banner in the page's head.
async fn decided_before(browser: &Browser, given: bool) -> Result<()> {
    let source = format!("window.grapevine = {{ q: [['consent', {given}]] }}");
    let parameters = json!({ "source": source });
    browser
        .tools("Page.addScriptToEvaluateOnNewDocument", parameters)
        .await?;
    Ok(())
}

/// What scripts of the page could read back, whoever wrote it.
async fn written(browser: &Browser) -> Result<Value> {
    let script = "const names = (await indexedDB.databases()).map(known => known.name);
        return { cookie: document.cookie, local: { ...localStorage }, session: { ...sessionStorage }, names };";
    let script = format!("return (async () => {{ {script} }})()");
    browser.run(&script, vec![]).await
}

/// That nothing of ours is in this browser. The shop's basket is the shop's own.
async fn nothing_is_written(browser: &Browser) -> Result<()> {
    let nothing = json!({ "cookie": "", "local": {}, "session": {}, "names": [] });
    assert_eq!(written(browser).await?, nothing);
    assert_eq!(
        steps::cookie(browser, "gv_click")
            .await?
            .map(|found| found.value),
        None
    );
    Ok(())
}

/// The cookie as the browser keeps it, with what scripts can't see.
async fn kept_cookie(browser: &Browser) -> Result<Value> {
    wait::until("gv_click", || async {
        let all = browser.tools("Network.getAllCookies", json!({})).await?;
        let cookies = all
            .get("cookies")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        Ok(cookies
            .into_iter()
            .find(|cookie| text(cookie, "/name") == "gv_click"))
    })
    .await
}

async fn cookie_is_gone(browser: &Browser) -> Result<()> {
    wait::until("end of gv_click", || async {
        let found = steps::cookie(browser, "gv_click").await?;
        Ok(found.is_none().then_some(()))
    })
    .await
}

/// From the landing to the order by what a shopper presses: the address is the
/// only carrier.
async fn buys_with_the_address_alone(bob: &Browser, world: &World) -> Result<()> {
    bob.find(steps::banner("[data-gv-state=offer]")).await?;
    let landed = bob.address().await?;
    let token = token_of(&landed)
        .context("the address carries it")?
        .to_owned();
    nothing_is_written(bob).await?;
    let carried = |path: &'static str| {
        let wanted = format!("{}{path}?gv={token}", world.shop_origin);
        async move { bob.address_where(|address| address == wanted).await }
    };
    bob.press(At::Page("a[href*='/gear?']")).await?;
    carried("/gear").await?;
    bob.find(steps::LAUNCHER).await?;
    bob.press(At::Page("main a[href*='/products/kettle?']"))
        .await?;
    carried("/products/kettle").await?;
    bob.find(steps::LAUNCHER).await?;
    bob.press(At::Page("[data-test=add-to-cart]")).await?;
    carried("/cart").await?;
    bob.find(steps::LAUNCHER).await?;
    bob.press(At::Page("[data-test=go-checkout]")).await?;
    carried("/checkout").await?;
    let field = bob
        .find_hidden(At::Page("#checkout input[name=gv]"))
        .await?;
    assert_eq!(field.prop("value").await?.as_deref(), Some(token.as_str()));
    let order = steps::place_order(bob, "bob@mail.example").await?;
    nothing_is_written(bob).await?;
    let found = world.api.conversion(&order).await?;
    assert_eq!(text(&found, "/referral/source"), "click", "{found}");
    Ok(())
}

#[tokio::test]
async fn before_any_answer_the_address_and_forms_carry_the_click_to_the_order() -> Result<()> {
    let (world, link, _) = careful(false).await?;
    let bob = Browser::open(&Profile::default()).await?;
    bob.goto(&link).await?;
    buys_with_the_address_alone(&bob, &world).await?;
    let complaints = bob.complaints().await?;
    assert!(complaints.is_empty(), "{complaints:?}");
    bob.close().await
}

#[tokio::test]
async fn denied_nothing_is_written_and_the_order_still_counts() -> Result<()> {
    let (world, link, _) = careful(false).await?;
    let bob = Browser::open(&Profile::default()).await?;
    decided_before(&bob, false).await?;
    bob.goto(&link).await?;
    bob.run(DENY, vec![]).await?;
    buys_with_the_address_alone(&bob, &world).await?;
    bob.close().await
}

#[tokio::test]
async fn given_it_is_kept_and_withdrawn_it_is_forgotten_for_good() -> Result<()> {
    let (world, link, _) = careful(false).await?;
    let bob = Browser::open(&Profile::default()).await?;
    bob.goto(&format!("{link}&utm_source=a%20b&x")).await?;
    bob.find(steps::banner("[data-gv-state=offer]")).await?;
    let landed = bob.address().await?;
    let token = token_of(&landed).context("a token")?.to_owned();
    nothing_is_written(&bob).await?;

    bob.run("location.hash = 'top'", vec![]).await?;
    for _ in 0..2 {
        bob.run(GIVE, vec![]).await?;
    }
    let clean = format!("{}/?utm_source=a%20b&x#top", world.shop_origin);
    bob.address_where(|address| address == clean).await?;
    let cookie = kept_cookie(&bob).await?;
    for (part, wanted) in [
        ("value", json!(token)),
        ("domain", json!(".shop.localhost")),
        ("path", json!("/")),
        ("httpOnly", json!(true)),
        ("secure", json!(true)),
        ("sameSite", json!("Lax")),
    ] {
        assert_eq!(cookie[part], wanted, "{part}: {cookie}");
    }
    let seen = written(&bob).await?;
    assert_eq!(text(&seen, "/local/gv_click"), token, "{seen}");
    // The next page knows it with a clean address, when the shop says yes again.
    steps::go_to_checkout(&bob, &world).await?;
    bob.run(GIVE, vec![]).await?;
    let field = bob
        .find_hidden(At::Page("#checkout input[name=gv]"))
        .await?;
    assert_eq!(field.prop("value").await?, Some(token));

    bob.run(DENY, vec![]).await?;
    cookie_is_gone(&bob).await?;
    nothing_is_written(&bob).await?;
    bob.goto(&world.shop()?.page("/tea")).await?;
    bob.press(At::Shadow("[data-gv=launcher]", "[data-gv-action=hide]"))
        .await?;
    nothing_is_written(&bob).await?;
    let order = steps::buy(&bob, &world, "bob@mail.example", None).await?;
    nothing_is_written(&bob).await?;
    let found = world.api.conversion(&order).await?;
    assert!(found["referral"].is_null(), "{found}");
    bob.close().await
}

#[tokio::test]
async fn the_last_answer_counts_however_quickly_a_shopper_changes_it() -> Result<()> {
    let (_world, link, _) = careful(false).await?;
    let bob = Browser::open(&Profile::default()).await?;
    bob.goto(&link).await?;
    bob.find(steps::banner("[data-gv-state=offer]")).await?;
    let token = token_of(&bob.address().await?)
        .context("a token")?
        .to_owned();
    let quickly =
        "for (const given of [true, false, true, false, true]) grapevine('consent', given)";
    bob.run(quickly, vec![]).await?;
    told(&bob, 5).await?;
    assert_eq!(text(&kept_cookie(&bob).await?, "/value"), token);
    assert_eq!(text(&written(&bob).await?, "/local/gv_click"), token);
    bob.run(
        "for (const given of [true, false]) grapevine('consent', given)",
        vec![],
    )
    .await?;
    cookie_is_gone(&bob).await?;
    nothing_is_written(&bob).await?;
    bob.run(GIVE, vec![]).await?;
    assert_eq!(text(&kept_cookie(&bob).await?, "/value"), token);
    bob.close().await
}

/// Waits until the edge was told so many times.
async fn told(browser: &Browser, times: usize) -> Result<()> {
    wait::until("answers that were told", || async {
        let requests = browser.requests().await?;
        let told = requests
            .iter()
            .filter(|address| address.ends_with("/consent"));
        Ok((told.count() >= times).then_some(()))
    })
    .await
}

#[tokio::test]
async fn an_answer_given_before_the_loader_came_holds() -> Result<()> {
    let (world, link, _) = careful(false).await?;
    let bob = Browser::open(&Profile::default()).await?;
    decided_before(&bob, true).await?;
    bob.goto(&link).await?;
    let home = format!("{}/", world.shop_origin);
    bob.address_where(|address| address == home).await?;
    let cookie = kept_cookie(&bob).await?;
    let seen = written(&bob).await?;
    assert_eq!(text(&seen, "/local/gv_click"), text(&cookie, "/value"));
    // On every page the shop says so; the edge is told of what is new alone.
    for path in ["/tea", "/gear"] {
        bob.goto(&world.shop()?.page(path)).await?;
        bob.find(steps::banner("[data-gv-state=offer]")).await?;
    }
    let requests = bob.requests().await?;
    let told = requests.iter().filter(|to| to.ends_with("/consent"));
    assert_eq!(told.count(), 1, "{requests:?}");
    let order = steps::buy(&bob, &world, "bob@mail.example", None).await?;
    let found = world.api.conversion(&order).await?;
    assert_eq!(text(&found, "/referral/source"), "click", "{found}");
    bob.close().await
}

#[tokio::test]
async fn given_on_a_foreign_site_the_page_keeps_it_and_no_cookie_is_set() -> Result<()> {
    let (world, link, _) = careful(true).await?;
    let cy = Browser::open(&Profile {
        blocks_third_party_cookies: true,
        ..Profile::default()
    })
    .await?;
    cy.goto(&link).await?;
    cy.find(steps::banner("[data-gv-state=offer]")).await?;
    nothing_is_written(&cy).await?;
    cy.run(GIVE, vec![]).await?;
    let home = format!("{}/", world.shop_origin);
    cy.address_where(|address| address == home).await?;
    told(&cy, 1).await?;
    // In the next pages the shop says yes early.
    decided_before(&cy, true).await?;
    let order = steps::buy(&cy, &world, "cy@mail.example", None).await?;
    assert!(steps::cookie(&cy, "gv_click").await?.is_none());
    let found = world.api.conversion(&order).await?;
    assert_eq!(text(&found, "/referral/source"), "click", "{found}");
    cy.close().await
}
