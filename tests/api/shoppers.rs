//! `/b/{merchant}/*`: what the shop's pages ask for, and who may ask.

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::identity::sign;
use grapevine_tests::inbox;
use grapevine_tests::world::{World, number, text, unique};
use reqwest::Method;
use serde_json::{Value, json};

use crate::refusals::refused;

pub fn fixture(name: &str) -> Result<Value> {
    let file = xtask::paths::root().join(format!("edge/fixtures/browser/{name}.json"));
    Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?)
}

/// That `real` has every field of the pinned body, of the same kind.
pub fn like(pinned: &Value, real: &Value, at: &str) {
    match (pinned, real) {
        (Value::Object(pinned), Value::Object(real)) => {
            for (name, value) in pinned {
                let found = real.get(name);
                assert!(found.is_some(), "{at}/{name} is missing");
                like(
                    value,
                    found.unwrap_or(&Value::Null),
                    &format!("{at}/{name}"),
                );
            }
        }
        // What may be absent is null on either side.
        (Value::Null, _) | (_, Value::Null) => {}
        (pinned, real) => assert_eq!(
            std::mem::discriminant(pinned),
            std::mem::discriminant(real),
            "{at}: {real} instead of {pinned}"
        ),
    }
}

#[tokio::test]
async fn the_start_is_as_pinned_and_in_the_pages_language() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let start = |query: &str| format!("/b/{}/start{query}", world.slug);
    let english = world.anybody.get(&start("?locale=en-GB")).await?;
    like(&fixture("start")?, &english, "");
    assert_eq!(text(&english, "/locale"), "en");
    assert!(text(&english, "/theme/css").contains("#1f5c4d"));
    let polish = world.anybody.get(&start("?locale=pl")).await?;
    assert_eq!(text(&polish, "/locale"), "pl");
    let unknown = world.anybody.get(&start("?locale=tlh%3Cx")).await?;
    assert_eq!(text(&unknown, "/locale"), "en");
    let answer = world
        .anybody
        .request(Method::GET, &start(""), None, &[])
        .await?;
    assert_eq!(answer.header("cache-control"), Some("private, max-age=60"));
    assert!(
        answer
            .headers
            .get_all("vary")
            .iter()
            .any(|vary| vary == "Origin"),
        "{:?}",
        answer.headers
    );
    Ok(())
}

#[tokio::test]
async fn only_the_shops_own_pages_are_answered() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let path = format!("/b/{}/start", world.slug);
    let shop = world.shop_origin.clone();
    let answer = world.follow(&path, &[("Origin", shop.as_str())]).await?;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some(shop.as_str())
    );
    assert_eq!(
        answer.header("access-control-allow-credentials"),
        Some("true")
    );
    for origin in [
        "https://evil.example",
        "null",
        "http://shop.localhost",
        "http://shop.localhost:90",
        "https://shop.localhost:9",
        "http://evil.shop.localhost:9",
    ] {
        let foreign = [("Origin", origin), ("Content-Type", "text/plain")];
        let answer = world.follow(&path, &foreign).await?;
        refused(&answer, 403, "foreign_origin", origin);
        assert_eq!(answer.header("access-control-allow-origin"), None);
        for action in [
            "advocates",
            "me",
            "presses",
            "views",
            "landings",
            "claims",
            "consent",
            "orders",
        ] {
            let path = format!("/b/{}/{action}", world.slug);
            let answer = world
                .anybody
                .request(Method::POST, &path, Some(&json!({})), &foreign)
                .await?;
            refused(
                &answer,
                403,
                "foreign_origin",
                &format!("{action} from {origin}"),
            );
        }
        let preflight = world
            .anybody
            .request(Method::OPTIONS, &path, None, &foreign)
            .await?;
        assert_eq!(preflight.status, 403, "preflight from {origin}");
    }
    Ok(())
}

#[tokio::test]
async fn a_preflight_of_the_shops_page_is_allowed() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let headers = [
        ("Origin", world.shop_origin.as_str()),
        ("Access-Control-Request-Method", "POST"),
    ];
    let path = format!("/b/{}/orders", world.slug);
    let answer = world
        .anybody
        .request(Method::OPTIONS, &path, None, &headers)
        .await?;
    assert_eq!(answer.status, 204);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some(world.shop_origin.as_str())
    );
    assert_eq!(
        answer.header("access-control-allow-headers"),
        Some("Content-Type")
    );
    Ok(())
}

#[tokio::test]
async fn a_no_can_be_read_by_the_page_as_well() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let answer = world
        .page_posts("me", &json!({"session": "made-up"}))
        .await?;
    refused(&answer, 401, "session_expired", "a made-up session");
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some(world.shop_origin.as_str())
    );
    Ok(())
}

#[tokio::test]
async fn joining_gives_a_link_at_once_and_a_known_address_only_a_mail() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let join = world.join("ada@mail.example").await?;
    like(&fixture("join")?, &join, "");
    assert_eq!(join["me"]["verified"], json!(false));
    inbox::newest(&world.api, "confirm", "ada@mail.example").await?;

    let again = json!({"email": "Ada@Mail.example", "locale": "en", "placement": "inline"});
    let answer = world.page_posts("advocates", &again).await?;
    assert_eq!(answer.status, 202, "{}", answer.text);
    assert_eq!(answer.json()?, json!({ "check_mail": true }));
    inbox::newest(&world.api, "sign_in", "ada@mail.example").await?;

    for email in ["", "ada", "ada@", "ada@mail", "a b@mail.example"] {
        let answer = world
            .page_posts("advocates", &json!({ "email": email }))
            .await?;
        refused(&answer, 422, "invalid_email", email);
    }
    let me = world
        .page_posts("me", &json!({"session": join["session"]}))
        .await?
        .json()?;
    like(&fixture("me")?, &me, "");
    assert_eq!(text(&me, "/code"), text(&join, "/me/code"));
    Ok(())
}

#[tokio::test]
async fn a_customer_whom_the_shop_signed_in_is_verified_and_recognised() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let clock = world.api.get("/v1/test/clock").await?;
    let today = text(&clock, "/now");
    assert!(today.starts_with("20"), "{clock}");
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)?
        .as_secs();
    let claims = json!({"sub": "c-1", "email": "ada@mail.example", "name": "Ada", "iat": now, "exp": now + 600});
    let good = sign(&world.keys.secret_key, &claims)?;
    let post = async |token: &str| {
        world
            .page_posts("advocates", &json!({"customer": token, "locale": "en"}))
            .await
    };
    let first = post(&good).await?;
    assert_eq!(first.status, 201, "{}", first.text);
    let first = first.json()?;
    assert_eq!(first["me"]["verified"], json!(true));
    let again = post(&good).await?;
    assert_eq!(again.status, 201, "{}", again.text);
    assert_eq!(text(&again.json()?, "/me/code"), text(&first, "/me/code"));

    let forged = sign("another secret", &claims)?;
    refused(&post(&forged).await?, 401, "identity_forged", "forged");
    let mut late = claims.clone();
    late["exp"] = json!(now - 600);
    let late = sign(&world.keys.secret_key, &late)?;
    refused(&post(&late).await?, 401, "identity_expired", "too old");
    refused(&post("a.b").await?, 401, "identity_malformed", "no JWT");
    Ok(())
}

#[tokio::test]
async fn a_press_counts_once_however_often_it_is_sent() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let join = world.join("ada@mail.example").await?;
    let press = json!({"session": join["session"], "channel": "whatsapp", "placement": "floating", "press_id": unique("p")});
    for _ in 0..3 {
        let answer = world.page_posts("presses", &press).await?;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    }
    let mut email = press.clone();
    email["channel"] = json!("email");
    email["press_id"] = json!(unique("p"));
    world.page_posts("presses", &email).await?.json()?;
    let funnel = world.funnel().await?;
    assert_eq!(number(&funnel, "/shares"), 2, "{funnel}");
    assert_eq!(number(&funnel, "/shares_by_channel/whatsapp"), 1);
    assert_eq!(number(&funnel, "/shares_by_channel/email"), 1);

    let mut wrong = press.clone();
    wrong["channel"] = json!("pigeon");
    refused(
        &world.page_posts("presses", &wrong).await?,
        422,
        "unknown_channel",
        "a channel that there is not",
    );
    let mut wrong = press.clone();
    wrong["session"] = json!("made-up");
    refused(
        &world.page_posts("presses", &wrong).await?,
        401,
        "session_expired",
        "a made-up session",
    );
    Ok(())
}

#[tokio::test]
async fn a_view_is_counted() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let answer = world
        .page_posts("views", &json!({"placement": "floating"}))
        .await?;
    assert_eq!(answer.status, 204, "{}", answer.text);
    assert_eq!(number(&world.funnel().await?, "/impressions"), 1);
    Ok(())
}

#[tokio::test]
async fn a_landing_and_a_claim_count_once_for_each_click() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let token = world
        .click(&format!("{link}?c=email"), "198.51.100.8")
        .await?;
    let landing = json!({"token": token, "page": "/tea?x=1", "hidden": false});
    for _ in 0..2 {
        let answer = world.page_posts("landings", &landing).await?.json()?;
        like(&fixture("landing")?, &answer, "");
        assert!(answer["coupon"].is_null(), "{answer}");
    }
    let claim = json!({ "token": token });
    let first = world.page_posts("claims", &claim).await?.json()?;
    like(&fixture("claim")?, &first, "");
    let again = world.page_posts("claims", &claim).await?.json()?;
    assert_eq!(text(&first, "/coupon"), text(&again, "/coupon"));
    let landed = world.page_posts("landings", &landing).await?.json()?;
    assert_eq!(text(&landed, "/coupon"), text(&first, "/coupon"));
    let funnel = world.funnel_with("/clicks", 1).await?;
    assert_eq!(number(&funnel, "/landings"), 1, "{funnel}");
    assert_eq!(number(&funnel, "/claims"), 1, "{funnel}");
    Ok(())
}

#[tokio::test]
async fn a_landing_in_a_hidden_frame_is_set_aside() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let token = world.click(&link, "198.51.100.9").await?;
    let hidden = json!({"token": token, "page": "/", "hidden": true});
    world.page_posts("landings", &hidden).await?.json()?;
    let funnel = world.funnel().await?;
    assert_eq!(number(&funnel, "/landings"), 0, "{funnel}");
    assert_eq!(number(&funnel, "/dropped/hidden_frame"), 1, "{funnel}");
    Ok(())
}

#[tokio::test]
async fn a_token_that_we_did_not_sign_proves_nothing() -> Result<()> {
    let edge = Edge::shared().await?;
    let world = World::open(edge).await?;
    let other = World::open(edge).await?;
    let link = other.advocate("eve@mail.example").await?;
    let foreign = other.click(&link, "198.51.100.10").await?;
    for token in [
        foreign.as_str(),
        "",
        "AAAA",
        &"A".repeat(80),
        "'; drop table",
    ] {
        for action in ["landings", "claims"] {
            let answer = world.page_posts(action, &json!({ "token": token })).await?;
            assert_eq!(answer.status, 403, "{action} {token}: {}", answer.text);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_browsers_word_alone_pays_nothing_until_the_shop_confirms() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let token = world.click(&link, "198.51.100.11").await?;
    let said = json!({"order_id": "2001", "amount": 4_200, "currency": "EUR", "token": token});
    let answer = world.page_posts("orders", &said).await?;
    assert_eq!(answer.status, 202, "{}", answer.text);
    assert_eq!(answer.json()?, json!({ "received": true }));
    world.api.advance_clock(15 * 86_400).await?;
    for reward in world.rows("/v1/rewards").await? {
        assert_eq!(text(&reward, "/status"), "pending", "{reward}");
    }

    let order = world.order("2001", &json!({})).await?;
    assert_eq!(text(&order, "/conversion/order_id"), "2001");
    world.api.advance_clock(1).await?;
    let order = world.api.conversion("2001").await?;
    assert_eq!(text(&order, "/referral/status"), "approved", "{order}");
    Ok(())
}

#[tokio::test]
async fn the_cookie_proves_the_click_of_a_browsers_order() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let token = world.click(&link, "198.51.100.12").await?;
    let cookie = format!("other=1; gv_click={token}");
    let headers = [
        ("Origin", world.shop_origin.as_str()),
        ("Cookie", cookie.as_str()),
    ];
    let said = json!({"order_id": "2002", "amount": 4_200, "currency": "EUR"});
    let path = format!("/b/{}/orders", world.slug);
    let answer = world
        .anybody
        .request(Method::POST, &path, Some(&said), &headers)
        .await?;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let order = world.api.conversion("2002").await?;
    assert_eq!(text(&order, "/referral/source"), "click", "{order}");
    Ok(())
}

#[tokio::test]
async fn an_orders_items_are_looked_at_and_a_mistake_is_named() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let order = |items: Value| json!({"order_id": "1001", "amount": 4_200, "currency": "EUR", "items": items});
    for (items, status, place) in [
        (
            json!([{"name": "Tea"}, {"quantity": 1}]),
            422,
            "items[1].name",
        ),
        (
            json!([{"id": "t1", "quantity": 0}]),
            422,
            "items[0].quantity",
        ),
        (json!([{"id": "t1", "amount": -5}]), 422, "items[0].amount"),
        (json!(vec![json!({"id": "t1"}); 201]), 422, "items"),
        (json!([{"id": "t1", "amount": 1.5}]), 400, "items[0].amount"),
        (json!("tea"), 400, "items"),
    ] {
        let answer = world.page_posts("orders", &order(items)).await?;
        assert_eq!(answer.status, status, "{place}: {}", answer.text);
        assert!(answer.text.contains(place), "{place}: {}", answer.text);
    }
    let unknown = world
        .api
        .request(Method::GET, "/v1/conversions/1001", None, &[]);
    refused(&unknown.await?, 404, "unknown_order", "nothing was taken");
    let fine = json!([
        {"name": "Green tea & more", "quantity": 2, "amount": 1_100, "colour": "green"},
        {"id": 17, "quantity": 1, "amount": 2_000},
    ]);
    let answer = world.page_posts("orders", &order(fine)).await?;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let kept = world.api.conversion("1001").await?;
    assert!(!kept.to_string().contains("Green tea"), "{kept}");
    Ok(())
}
