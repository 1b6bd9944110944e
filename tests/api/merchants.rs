//! `/v1/merchants`, `/v1/health`, `/v1/test/clock`: opening a merchant and moving
//! its shop and its time.

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, text, unique};
use reqwest::Method;
use serde_json::{Value, json};

use crate::refusals::refused;

#[tokio::test]
async fn health_is_for_anybody() -> Result<()> {
    let anybody = Edge::shared().await?.client()?;
    assert_eq!(anybody.get("/v1/health").await?, json!({ "status": "ok" }));
    Ok(())
}

#[tokio::test]
async fn a_merchant_is_opened_once_and_listed() -> Result<()> {
    let edge = Edge::shared().await?;
    let slug = unique("once");
    let keys = edge
        .open_merchant(&slug, "http://shop.localhost:9/", &json!({}))
        .await?;
    assert_eq!(text(&keys, "/slug"), slug);
    let secret = text(&keys, "/secret_key");
    assert!(secret.starts_with(&format!("gv_sk.{slug}.")), "{keys}");
    assert_ne!(secret, text(&keys, "/publishable_key"));

    let again = json!({
        "slug": slug, "name": "Another", "shop_url": "https://evil.example/",
        "email": "x@evil.example", "currency": "EUR", "locale": "en",
    });
    let answer = edge
        .operator()?
        .request(Method::POST, "/v1/merchants", Some(&again), &[])
        .await?;
    refused(&answer, 409, "merchant_exists", "opening it again");
    assert!(!answer.text.contains("gv_sk"), "{}", answer.text);

    let list = edge.operator()?.get("/v1/merchants").await?.to_string();
    assert!(list.contains(&slug), "{list}");
    Ok(())
}

#[tokio::test]
async fn a_merchant_with_a_field_that_makes_no_sense_is_not_opened() -> Result<()> {
    let edge = Edge::shared().await?;
    let operator = edge.operator()?;
    let good = json!({
        "slug": unique("field"), "name": "Shop", "shop_url": "https://shop.example/",
        "email": "a@shop.example", "currency": "EUR", "locale": "en", "test": true,
    });
    for (field, value, status) in [
        ("slug", json!("A"), 400),
        ("slug", json!("with space"), 400),
        ("slug", json!("x".repeat(41)), 400),
        ("name", json!(""), 422),
        ("shop_url", json!("javascript:alert(1)"), 422),
        ("shop_url", json!("shop.example"), 422),
        ("shop_url", json!("https://a@b@shop.example\r\n/"), 422),
        ("email", json!("nobody"), 422),
        ("currency", json!("EURO"), 422),
        ("accent", json!("red;}"), 422),
        ("locale", json!("<x>"), 422),
        ("surprise", json!(1), 400),
    ] {
        let mut body = good.clone();
        body[field] = value;
        let answer = operator
            .request(Method::POST, "/v1/merchants", Some(&body), &[])
            .await?;
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
    }
    let answer = operator
        .request(Method::POST, "/v1/merchants", Some(&good), &[])
        .await?;
    assert_eq!(answer.status, 201, "{}", answer.text);
    Ok(())
}

#[tokio::test]
async fn only_a_test_merchants_clock_moves_and_only_forward() -> Result<()> {
    let edge = Edge::shared().await?;
    let world = World::open(edge).await?;
    let before = world.api.get("/v1/test/clock").await?;
    assert_eq!(before["test"], Value::Bool(true));
    let after = world.api.advance_clock(86_400).await?;
    assert!(text(&after, "/now") > text(&before, "/now"), "{after}");
    for seconds in [json!(-1), json!(999_999_999_999_i64)] {
        let body = json!({ "advance_seconds": seconds });
        let answer = world
            .api
            .request(Method::POST, "/v1/test/clock", Some(&body), &[])
            .await?;
        refused(&answer, 422, "invalid_step", &body.to_string());
    }
    let real = World::open_as(edge, &json!({ "test": false })).await?;
    let body = json!({ "advance_seconds": 1 });
    let answer = real
        .api
        .request(Method::POST, "/v1/test/clock", Some(&body), &[])
        .await?;
    refused(&answer, 403, "not_a_test_merchant", "a real merchant");
    Ok(())
}

#[tokio::test]
async fn a_shop_can_move_and_its_links_follow() -> Result<()> {
    let edge = Edge::shared().await?;
    let world = World::open(edge).await?;
    let link = world.advocate("ada@mail.example").await?;
    let path = format!("/v1/merchants/{}", world.slug);
    let to = json!({ "shop_url": "https://new.example/tea" });
    let operator = edge.operator()?;
    let moved = operator
        .request(Method::PATCH, &path, Some(&to), &[])
        .await?
        .json()?;
    assert_eq!(text(&moved, "/shop_url"), "https://new.example/tea");
    let answer = world.follow(&link, &World::person("198.51.100.61")).await?;
    let target = answer.header("location").unwrap_or_default();
    assert!(
        target.starts_with("https://new.example/tea?gv="),
        "{target}"
    );

    let nowhere = json!({ "shop_url": "javascript:alert(1)" });
    let answer = operator
        .request(Method::PATCH, &path, Some(&nowhere), &[])
        .await?;
    refused(&answer, 422, "invalid_shop_url", "no address");
    let answer = world
        .api
        .request(Method::PATCH, &path, Some(&to), &[])
        .await?;
    refused(&answer, 401, "unauthorized", "a merchant's key");
    let answer = operator
        .request(Method::PATCH, "/v1/merchants/nobody-here", Some(&to), &[])
        .await?;
    refused(&answer, 404, "not_found", "no such merchant");
    Ok(())
}

#[tokio::test]
async fn a_test_merchants_clock_can_begin_in_the_past() -> Result<()> {
    let edge = Edge::shared().await?;
    let past = json!({ "clock_offset_seconds": -1_296_000 });
    let world = World::open_as(edge, &past).await?;
    let began = world.api.get("/v1/test/clock").await?;
    world.api.advance_clock(1_296_000).await?;
    let now = world.api.get("/v1/test/clock").await?;
    assert!(text(&began, "/now") < text(&now, "/now"));
    let real = json!({
        "slug": unique("real"), "name": "Shop", "shop_url": "https://shop.example/",
        "email": "a@shop.example", "currency": "EUR", "locale": "en",
        "clock_offset_seconds": -5,
    });
    let answer = edge
        .operator()?
        .request(Method::POST, "/v1/merchants", Some(&real), &[])
        .await?;
    refused(&answer, 422, "invalid_clock_offset", "no test merchant");
    Ok(())
}
