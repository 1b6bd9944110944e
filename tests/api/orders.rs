//! `/v1/conversions`, `/v1/coupons/{code}`: orders as the shop's server tells them.

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::inbox;
use grapevine_tests::world::{World, number, text};
use reqwest::Method;
use serde_json::json;

use crate::refusals::refused;

/// A friend who followed a link and claimed the coupon: click token, coupon.
pub async fn referred(world: &World) -> Result<(String, String)> {
    let link = world.advocate("ada@mail.example").await?;
    let token = world
        .click(&format!("{link}?c=sms"), "198.51.100.7")
        .await?;
    let claim = world
        .page_posts("claims", &json!({ "token": token }))
        .await?;
    Ok((token, text(&claim.json()?, "/coupon").to_owned()))
}

#[tokio::test]
async fn an_order_of_a_friend_is_attributed_with_its_reasons() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let (token, coupon) = referred(&world).await?;
    let fields = json!({"email": "bob@mail.example", "click_token": token, "coupon": coupon});
    let order = world.order("1001", &fields).await?;
    assert_eq!(text(&order, "/conversion/order_id"), "1001");
    assert_eq!(number(&order, "/conversion/amount/minor"), 4_200);
    assert_eq!(text(&order, "/referral/status"), "pending");
    assert_eq!(text(&order, "/referral/source"), "coupon");
    assert_eq!(text(&order, "/referral/channel"), "sms");
    assert!(
        order["why"].as_array().is_some_and(|why| !why.is_empty()),
        "{order}"
    );
    assert_eq!(world.api.conversion("1001").await?, order);

    let id = text(&order, "/referral/id");
    let one = world.api.get(&format!("/v1/referrals/{id}")).await?;
    assert_eq!(text(&one, "/referral/id"), id);
    assert!(one["events"].to_string().contains("referral.created"));
    let listed = world.rows("/v1/referrals").await?;
    assert_eq!(text(&listed[0], "/id"), id);

    let rewards = world.rows("/v1/rewards").await?;
    let mut sides: Vec<&str> = rewards.iter().map(|reward| text(reward, "/side")).collect();
    sides.sort_unstable();
    assert_eq!(sides, ["advocate", "friend"]);
    assert_eq!(text(&rewards[0], "/status"), "pending");
    let proof = world.api.get("/v1/events/verify").await?;
    assert!(number(&proof, "/sound") > 0, "{proof}");
    Ok(())
}

#[tokio::test]
async fn an_order_without_a_friend_is_known_and_rewards_nobody() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let order = world
        .order("1002", &json!({"email": "cy@mail.example"}))
        .await?;
    assert!(order["referral"].is_null(), "{order}");
    assert_eq!(text(&order, "/conversion/verdict"), "not_referred");
    assert!(world.rows("/v1/rewards").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn an_idempotency_key_belongs_to_one_request() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let key = [("Idempotency-Key", "key-1")];
    let body = json!({"order_id": "1003", "amount": 5_000, "currency": "EUR"});
    let post = async |body| {
        world
            .api
            .request(Method::POST, "/v1/conversions", Some(body), &key)
            .await
    };
    let first = post(&body).await?;
    let again = post(&body).await?;
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    let other = json!({"order_id": "1004", "amount": 5_000, "currency": "EUR"});
    refused(
        &post(&other).await?,
        409,
        "idempotency_key_reused",
        "another order",
    );
    let answer = world
        .api
        .request(Method::GET, "/v1/conversions/1004", None, &[])
        .await?;
    refused(&answer, 404, "unknown_order", "the refused order");
    Ok(())
}

#[tokio::test]
async fn an_order_that_makes_no_sense_is_refused() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for (body, status, code) in [
        (
            json!({"order_id": "", "amount": 1, "currency": "EUR"}),
            422,
            "invalid_order_id",
        ),
        (
            json!({"order_id": " ", "amount": 1, "currency": "EUR"}),
            422,
            "invalid_order_id",
        ),
        (
            json!({"order_id": "x".repeat(101), "amount": 1, "currency": "EUR"}),
            422,
            "invalid_order_id",
        ),
        (
            json!({"order_id": "a", "amount": -1, "currency": "EUR"}),
            422,
            "invalid_amount",
        ),
        (
            json!({"order_id": "a", "amount": 1.5, "currency": "EUR"}),
            400,
            "malformed",
        ),
        (
            json!({"order_id": "a", "amount": "1", "currency": "EUR"}),
            400,
            "malformed",
        ),
        (
            json!({"order_id": "a", "amount": 1, "currency": "€"}),
            422,
            "invalid_currency",
        ),
        (
            json!({"order_id": "a", "amount": 1, "currency": "EUR", "email": "x"}),
            422,
            "invalid_email",
        ),
        (
            json!({"order_id": "a", "amount": 1, "currency": "EUR", "ordered_at": "noon"}),
            400,
            "malformed",
        ),
    ] {
        let answer = world
            .api
            .request(Method::POST, "/v1/conversions", Some(&body), &[])
            .await?;
        refused(&answer, status, code, &body.to_string());
    }
    // A token that somebody made up is no reason to lose an order.
    let forged = json!({"click_token": "A".repeat(60), "coupon": "MADE-UP"});
    let order = world.order("1005", &forged).await?;
    assert!(order["referral"].is_null(), "{order}");
    Ok(())
}

#[tokio::test]
async fn an_order_number_may_hold_any_printable_text() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for order_id in ["#1001/a b", "żółw-7", "a?b&c=d", "100%", "a\\b\"c"] {
        world.order(order_id, &json!({})).await?;
        let mut path = String::from("/v1/conversions/");
        for byte in order_id.bytes() {
            path.push_str(&format!("%{byte:02X}"));
        }
        let found = world.api.get(&path).await?;
        assert_eq!(text(&found, "/conversion/order_id"), order_id);
    }
    Ok(())
}

#[tokio::test]
async fn a_coupon_is_usable_until_it_is_used() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let (_, coupon) = referred(&world).await?;
    let path = format!("/v1/coupons/{coupon}");
    let fresh = world.api.get(&path).await?;
    assert_eq!(text(&fresh, "/code"), coupon);
    assert_eq!(fresh["usable"], json!(true));
    assert_eq!(text(&fresh, "/reward/kind"), "amount_off");
    assert_eq!(number(&fresh, "/reward/money/minor"), 1_000);
    let typed = format!("/v1/coupons/{}", coupon.to_lowercase().replace('-', "%20"));
    assert_eq!(world.api.get(&typed).await?, fresh);

    world.order("1008", &json!({ "coupon": coupon })).await?;
    let used = world.api.get(&path).await?;
    assert_eq!(used["usable"], json!(false));
    assert_eq!(text(&used, "/reason"), "coupon_used");
    let answer = world
        .api
        .request(Method::GET, "/v1/coupons/HELLO-ZZZZ-ZZZZ", None, &[])
        .await?;
    refused(&answer, 404, "unknown_coupon", "a made-up coupon");
    let answer = world
        .api
        .request(Method::GET, "/v1/referrals/ref_nothing", None, &[])
        .await?;
    refused(&answer, 404, "unknown_referral", "a made-up referral");
    Ok(())
}

#[tokio::test]
async fn nobody_refers_himself() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let (token, _) = referred(&world).await?;
    let own = json!({"click_token": token, "email": "ADA+x@mail.example"});
    let order = world.order("1009", &own).await?;
    assert_eq!(text(&order, "/referral/status"), "voided", "{order}");
    assert_eq!(text(&order, "/referral/reason"), "self_referral");
    Ok(())
}

#[tokio::test]
async fn approval_comes_with_time_and_tells_the_advocate() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let (token, _) = referred(&world).await?;
    world
        .order("1010", &json!({ "click_token": token }))
        .await?;
    let bought = inbox::newest(&world.api, "friend_bought", "ada@mail.example").await?;
    assert!(!bought.subject.is_empty() && bought.text.contains("10"));
    assert!(bought.html.contains("<html"), "{}", bought.html);

    let early = world.api.advance_clock(13 * 86_400).await?;
    assert_eq!(number(&early, "/approved"), 0, "{early}");
    let late = world.api.advance_clock(2 * 86_400).await?;
    assert_eq!(number(&late, "/approved"), 1, "{late}");
    for reward in world.rows("/v1/rewards").await? {
        assert_eq!(text(&reward, "/status"), "approved", "{reward}");
    }
    inbox::newest(&world.api, "reward_ready", "ada@mail.example").await?;
    Ok(())
}

#[tokio::test]
async fn an_amount_beyond_all_orders_is_refused_by_name() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for amount in [-1, 1_000_000_000_001, 9_007_199_254_740_993, i64::MAX] {
        let order = json!({ "order_id": "1", "amount": amount, "currency": "EUR" });
        let answer = world
            .api
            .request(Method::POST, "/v1/conversions", Some(&order), &[])
            .await?;
        refused(&answer, 422, "invalid_amount", &amount.to_string());
    }
    let order = json!({ "order_id": "1", "amount": 1, "currency": "EURO" });
    let answer = world
        .api
        .request(Method::POST, "/v1/conversions", Some(&order), &[])
        .await?;
    refused(&answer, 422, "invalid_currency", "no currency");
    let list = json!(["1", 100, "EUR", null, null, null, null]);
    let answer = world
        .api
        .request(Method::POST, "/v1/conversions", Some(&list), &[])
        .await?;
    refused(&answer, 400, "malformed", "a list");
    Ok(())
}
