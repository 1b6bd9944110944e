//! `POST /v1/conversions`: sign-ups, several clicks, and all else that a shop knows
//! of an order beside its amount.

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, text};
use serde_json::{Value, json};

use crate::refusals::refused;

async fn rewarding_sign_ups() -> Result<World> {
    let world = World::open(Edge::shared().await?).await?;
    world
        .publish(&json!({"trigger": {"on": "sign_up"}}))
        .await?;
    Ok(world)
}

#[tokio::test]
async fn a_sign_up_earns_without_an_amount() -> Result<()> {
    let world = rewarding_sign_ups().await?;
    let link = world.advocate("ada@mail.example").await?;
    let token = world.friend(&link, 1).await?;
    let body = json!({
        "kind": "sign_up", "order_id": "user-7", "email": "bob@mail.example", "click_token": token,
    });
    let signed_up = world.api.post("/v1/conversions", &body).await?;
    assert_eq!(text(&signed_up, "/conversion/kind"), "sign_up");
    assert_eq!(
        text(&signed_up, "/referral/status"),
        "pending",
        "{signed_up}"
    );
    assert_eq!(world.api.post("/v1/conversions", &body).await?, signed_up);

    // What the friend then buys is not what this programme rewards.
    let bought = world
        .order(
            "1",
            &json!({"email": "bob@mail.example", "click_token": token}),
        )
        .await?;
    assert_eq!(text(&bought, "/conversion/verdict"), "other_trigger");
    assert!(bought["referral"].is_null(), "{bought}");
    let mut again = body.clone();
    again["order_id"] = json!("user-8");
    let again = world.api.post("/v1/conversions", &again).await?;
    assert_eq!(text(&again, "/conversion/verdict"), "not_new_customer");

    let other = json!({"order_id": "user-7", "amount": 1, "currency": "EUR", "click_token": token});
    let answer = world.post("/v1/conversions", &other).await?;
    refused(&answer, 409, "other_kind", "the same number for an order");
    Ok(())
}

#[tokio::test]
async fn a_sign_up_is_nothing_where_orders_are_rewarded() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let token = world.friend(&link, 1).await?;
    let body = json!({"kind": "sign_up", "order_id": "user-7", "click_token": token,
        "email": "bob@mail.example"});
    let signed_up = world.api.post("/v1/conversions", &body).await?;
    assert_eq!(text(&signed_up, "/conversion/verdict"), "other_trigger");
    // Signing up makes nobody a customer: the first order counts.
    let order = world
        .order("1", &json!({"email": "bob@mail.example"}))
        .await?;
    assert_eq!(text(&order, "/referral/status"), "pending", "{order}");
    assert_eq!(text(&order, "/referral/source"), "earlier_order");
    Ok(())
}

#[tokio::test]
async fn an_amount_and_its_currency_belong_together() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for (body, status, code) in [
        (json!({"order_id": "1", "amount": 5}), 400, "malformed"),
        (
            json!({"order_id": "1", "currency": "EUR"}),
            400,
            "malformed",
        ),
        (json!({"order_id": "1"}), 422, "invalid_amount"),
        (
            json!({"order_id": "1", "amount": 5, "currency": "eur"}),
            422,
            "invalid_currency",
        ),
        (
            json!({"order_id": "1", "amount": 5, "currency": "EUR", "kind": "lead"}),
            400,
            "malformed",
        ),
        (
            json!({"order_id": "1", "amount": 5, "currency": "EUR", "clickToken": "x"}),
            400,
            "malformed",
        ),
    ] {
        let answer = world.post("/v1/conversions", &body).await?;
        refused(&answer, status, code, &body.to_string());
        assert!(
            status == 422 || answer.text.contains("amount") || answer.text.contains("unknown"),
            "it says what: {}",
            answer.text
        );
    }
    let key = "k".repeat(201);
    let body = json!({"order_id": "1", "amount": 5, "currency": "EUR"});
    let answer = world
        .api
        .request(
            reqwest::Method::POST,
            "/v1/conversions",
            Some(&body),
            &[("Idempotency-Key", &key)],
        )
        .await?;
    refused(&answer, 422, "invalid_idempotency_key", "a long key");
    Ok(())
}

/// `source reason` of every candidate.
fn reasons(order: &Value) -> Vec<String> {
    let why = order["why"].as_array().into_iter().flatten();
    let mut reasons: Vec<String> = why
        .map(|one| format!("{} {}", text(one, "/source"), text(one, "/reason")))
        .collect();
    reasons.sort();
    reasons
}

#[tokio::test]
async fn of_several_clicks_the_last_one_counts_and_the_others_keep_their_reason() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let ada = world.advocate("ada@mail.example").await?;
    let eve = world.advocate("eve@mail.example").await?;
    let first = world.friend(&ada, 1).await?;
    world.api.advance_clock(3_600).await?;
    let last = world.friend(&eve, 1).await?;
    world.api.advance_clock(3_600).await?;
    let order = world
        .order("1", &json!({"click_tokens": [first, last, "made-up"]}))
        .await?;
    assert_eq!(text(&order, "/referral/status"), "pending", "{order}");
    let advocate = text(&order, "/referral/advocate/email");
    assert_eq!(advocate, "eve@mail.example", "{order}");
    assert_eq!(reasons(&order), ["click later_click_won", "click won"]);

    let many = json!({"order_id": "2", "amount": 1, "currency": "EUR",
        "click_tokens": vec![first; 21]});
    let answer = world.post("/v1/conversions", &many).await?;
    refused(&answer, 422, "invalid_click_tokens", "21 tokens");
    Ok(())
}

#[tokio::test]
async fn a_click_within_the_checkout_takes_nothing_from_an_earlier_one() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let ada = world.advocate("ada@mail.example").await?;
    let eve = world.advocate("eve@mail.example").await?;
    let first = world.friend(&ada, 1).await?;
    world.api.advance_clock(3_600).await?;
    let clock = world.api.get("/v1/test/clock").await?;
    world.api.advance_clock(1_800).await?;
    let late = world.friend(&eve, 1).await?;
    world.api.advance_clock(1_800).await?;
    // Half an hour before the order: only the shop's word makes it late.
    let order = world
        .order(
            "1",
            &json!({"click_tokens": [first, late], "checkout_started_at": clock["now"]}),
        )
        .await?;
    let advocate = text(&order, "/referral/advocate/email");
    assert_eq!(advocate, "ada@mail.example", "{order}");
    assert_eq!(reasons(&order), ["click late_click", "click won"]);
    Ok(())
}

#[tokio::test]
async fn the_shop_knows_who_is_no_new_customer() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    for (n, new, verdict) in [
        (1, json!(false), "not_new_customer"),
        (2, json!(true), "referred"),
        (3, json!(null), "referred"),
    ] {
        let token = world.friend(&link, n).await?;
        let order = world
            .order(
                &n.to_string(),
                &json!({"click_token": token, "new_customer": new}),
            )
            .await?;
        assert_eq!(text(&order, "/conversion/verdict"), verdict, "{order}");
    }
    Ok(())
}

#[tokio::test]
async fn a_friends_address_is_kept_only_where_they_agreed() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    for (n, consent) in [(1, false), (2, true)] {
        let token = world.friend(&link, n).await?;
        let email = format!("friend{n}@mail.example");
        let body = json!({"click_token": token, "email": email, "email_consent": consent});
        let order = world.order(&n.to_string(), &body).await?;
        let kept = &order["referral"]["friend"]["email"];
        let wanted = if consent { json!(email) } else { Value::Null };
        assert_eq!(kept, &wanted, "{order}");
        assert!(!text(&order, "/referral/friend/key").is_empty());
    }
    Ok(())
}

#[tokio::test]
async fn nobody_is_believed_about_the_future() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let order = world
        .order("1", &json!({"ordered_at": "2099-01-01T00:00:00Z"}))
        .await?;
    let reported = text(&order, "/conversion/reported_at");
    assert_eq!(text(&order, "/conversion/ordered_at"), reported, "{order}");
    let order = world
        .order("2", &json!({"ordered_at": "2026-01-02T03:04:05+01:00"}))
        .await?;
    let ordered = text(&order, "/conversion/ordered_at");
    assert_eq!(ordered, "2026-01-02T02:04:05.000Z");
    Ok(())
}
