//! Every call and every event that a page has.

use anyhow::{Context, Result};
use grapevine_tests::browser::{At, Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::wait;
use grapevine_tests::world::{World, text};
use serde_json::{Value, json};

use crate::steps::{self, KNOWN, LAUNCHER, panel};

/// Notes every event, as a listener of the page and as one of `grapevine('on')`.
const LISTEN: &str = "
    window.grapevine = window.grapevine || function () { (grapevine.q = grapevine.q || []).push(arguments) };
    window.heard = [];
    for (const name of ['ready', 'open', 'close', 'join', 'press', 'claim', 'error']) {
        document.addEventListener('grapevine:' + name, event => heard.push([name, event.detail?.code ?? event.detail]));
        grapevine('on', name, detail => heard.push(['on ' + name, detail?.code ?? detail]));
    }
    grapevine('ready', () => heard.push(['called']));
    grapevine('nonsense');";

async fn listening(path: &str) -> Result<(World, Browser)> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let browser = Browser::open(&Profile::default()).await?;
    let source = json!({ "source": LISTEN });
    browser
        .tools("Page.addScriptToEvaluateOnNewDocument", source)
        .await?;
    browser.goto(&world.shop()?.page(path)).await?;
    Ok((world, browser))
}

/// Waits until an event was heard both ways.
async fn hears(browser: &Browser, name: &str, detail: &Value) -> Result<()> {
    let wanted = [json!([name, detail]), json!([format!("on {name}"), detail])];
    wait::until(&format!("{name} {detail}"), || async {
        let heard = browser.run("return heard", vec![]).await?;
        let heard = heard.as_array().context("a list")?;
        Ok(wanted.iter().all(|one| heard.contains(one)).then_some(()))
    })
    .await
}

/// The answer of a call, as the page gets it.
async fn call(browser: &Browser, arguments: &str) -> Result<Value> {
    let script = format!("return grapevine({arguments}).then(answer => answer ?? null)");
    browser.run(&script, vec![]).await
}

#[tokio::test]
async fn every_event_is_heard_by_listeners_that_came_before_the_script() -> Result<()> {
    let (_world, browser) = listening("/demo/floating").await?;
    hears(&browser, "ready", &Value::Null).await?;
    let heard = browser.run("return heard", vec![]).await?;
    assert!(heard.to_string().contains("[\"called\"]"), "{heard}");
    assert!(
        heard.to_string().contains("\"on error\""),
        "no such call: {heard}"
    );

    browser.press(LAUNCHER).await?;
    hears(&browser, "open", &json!("floating")).await?;
    steps_join(&browser).await?;
    hears(&browser, "join", &Value::Null).await?;
    browser.press(panel("[data-gv-action=copy-link]")).await?;
    hears(&browser, "press", &json!("copy")).await?;
    call(&browser, "'close'").await?;
    hears(&browser, "close", &Value::Null).await?;
    browser.gone(KNOWN).await?;
    // Closing what is closed is no error.
    call(&browser, "'close'").await?;
    call(&browser, "'open', { placement: 'page' }").await?;
    hears(&browser, "open", &json!("page")).await?;
    browser.close().await
}

async fn steps_join(browser: &Browser) -> Result<()> {
    browser
        .fill(panel("[data-gv-field=email]"), "ada@mail.example")
        .await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    browser.find(KNOWN).await?;
    Ok(())
}

#[tokio::test]
async fn a_friend_is_known_to_the_page() -> Result<()> {
    let (world, browser) = listening("/").await?;
    assert_eq!(call(&browser, "'getReferral'").await?, Value::Null);
    let link = world.advocate("ada@mail.example").await?;
    browser
        .goto(&format!("{}{link}", world.anybody.origin()))
        .await?;
    let code = steps::claim(&browser).await?;
    hears(&browser, "claim", &json!(code)).await?;
    let referral = call(&browser, "'getReferral'").await?;
    assert!(text(&referral, "/token").len() > 20, "{referral}");
    assert_eq!(text(&referral, "/friend_reward/kind"), "amount_off");
    assert_eq!(referral["friend_reward"]["money"]["minor"], 1_000);
    browser.close().await
}

#[tokio::test]
async fn a_wrong_order_is_answered_with_the_field_that_is_wrong() -> Result<()> {
    let (world, browser) = listening("/demo/inline").await?;
    let told = async |order: &str| -> Result<String> {
        let script = format!(
            "const done = arguments[0];
             document.addEventListener('grapevine:error', ({{ detail }}) =>
                 done((detail.code ?? '') + ': ' + detail.message), {{ once: true }});
             grapevine('convert', {order});"
        );
        let found = browser.driver().execute_async(&script, Vec::new()).await?;
        Ok(found.json().as_str().unwrap_or_default().to_owned())
    };
    for (order, field) in [
        ("{ orderId: 1, amount: 4200, currency: 'EUR' }", "order_id"),
        ("{ amount: 4200, currency: 'EUR' }", "order_id"),
        ("{ orderId: '1', currency: 'EUR' }", "amount"),
        (
            "{ orderId: '1', amount: '42.00', currency: 'EUR' }",
            "amount",
        ),
        ("{ orderId: '1', amount: 42.5, currency: 'EUR' }", "amount"),
        ("{ orderId: '1', amount: -1, currency: 'EUR' }", "amount"),
        ("{ orderId: '1', amount: 4200 }", "currency"),
        (
            "{ orderId: '1', amount: 4200, currency: 'euros' }",
            "currency",
        ),
        (
            "{ orderId: '1', amount: 4200, currency: 'EUR', email: 7 }",
            "email",
        ),
        (
            "{ orderId: '1', amount: 4200, currency: 'EUR', items: [{ quantity: 1 }] }",
            "items",
        ),
    ] {
        let told = told(order).await?;
        assert!(told.contains(field), "{order}: {told}");
    }
    let taken = world
        .api
        .request(reqwest::Method::GET, "/v1/conversions/1", None, &[]);
    assert_eq!(taken.await?.status, 404, "nothing was taken");
    let fine =
        "'convert', { orderId: '1', amount: 4200, currency: 'EUR', email: 'bob@mail.example',
        items: [{ name: 'Kettle', quantity: 1, amount: 4200 }] }";
    call(&browser, fine).await?;
    let found = world.api.conversion("1").await?;
    assert_eq!(found["conversion"]["amount"]["minor"], 4_200, "{found}");
    browser.close().await
}

#[tokio::test]
async fn a_signed_in_customer_types_nothing() -> Result<()> {
    let (world, browser) = listening("/demo/floating").await?;
    let token = token(&world)?;
    call(&browser, &format!("'identify', {{ token: '{token}' }}")).await?;
    browser.press(LAUNCHER).await?;
    browser.find(KNOWN).await?;
    hears(&browser, "join", &Value::Null).await?;
    // Without a token it says what it needs.
    browser.run("heard.length = 0", vec![]).await?;
    call(&browser, "'identify'").await?;
    let heard = browser.run("return JSON.stringify(heard)", vec![]).await?;
    assert!(heard.to_string().contains("error"), "{heard}");
    browser.close().await
}

/// What the shop's server signs.
fn token(world: &World) -> Result<String> {
    use base64::Engine as _;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
    use hmac::{Hmac, KeyInit, Mac};
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)?
        .as_secs();
    let claims = json!({
        "sub": "c-1", "email": "ada@mail.example", "name": "Ada", "iat": now, "exp": now + 600,
    });
    let signed = format!(
        "{}.{}",
        BASE64.encode(json!({ "alg": "HS256", "typ": "JWT" }).to_string()),
        BASE64.encode(claims.to_string())
    );
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(world.keys.secret_key.as_bytes())?;
    mac.update(signed.as_bytes());
    Ok(format!(
        "{signed}.{}",
        BASE64.encode(mac.finalize().into_bytes())
    ))
}

#[tokio::test]
async fn the_types_are_served() -> Result<()> {
    let (world, browser) = listening("/demo").await?;
    let address = format!("{}/gv.d.ts", world.anybody.origin());
    browser.goto(&address).await?;
    let shown = browser.words(At::Page("body")).await?;
    assert!(shown.contains("interface GrapevineOrder"), "{shown}");
    browser.close().await
}
