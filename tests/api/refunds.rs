//! `/v1/conversions/{order_id}/refunds`, `/v1/conversions/{order_id}/reinstate`:
//! money given back, and orders that were paid after all.

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};
use serde_json::{Value, json};

use crate::orders::referred;
use crate::refusals::refused;

/// A merchant with an order of a friend, of 42 euros.
async fn sold(order_id: &str) -> Result<World> {
    let world = World::open(Edge::shared().await?).await?;
    let (token, _) = referred(&world).await?;
    world
        .order(order_id, &json!({ "click_token": token }))
        .await?;
    Ok(world)
}

fn part(refund_id: &str, amount: i64) -> Value {
    json!({"refund_id": refund_id, "amount": amount, "currency": "EUR"})
}

#[tokio::test]
async fn a_full_refund_voids_the_rewards_and_counts_once() -> Result<()> {
    let world = sold("1").await?;
    for _ in 0..2 {
        let after = world.api.refund("1", &part("r1", 4_200)).await?;
        assert_eq!(text(&after, "/referral/status"), "voided", "{after}");
        assert_eq!(text(&after, "/referral/reason"), "refunded");
        assert_eq!(text(&after, "/conversion/verdict"), "refunded");
        assert_eq!(number(&after, "/conversion/refunded/minor"), 4_200);
    }
    for reward in world.rows("/v1/rewards").await? {
        assert_eq!(text(&reward, "/status"), "voided", "{reward}");
        assert_eq!(text(&reward, "/reason"), "refunded");
    }
    for other in [part("r1", 1), json!({"refund_id": "r1"})] {
        let answer = world.post("/v1/conversions/1/refunds", &other).await?;
        refused(&answer, 409, "refund_id_reused", &other.to_string());
    }
    Ok(())
}

#[tokio::test]
async fn without_an_amount_the_whole_order_was_taken_back() -> Result<()> {
    let world = sold("1").await?;
    let whole = json!({"refund_id": "cancelled"});
    for _ in 0..2 {
        let after = world.api.refund("1", &whole).await?;
        assert_eq!(after["conversion"]["cancelled"], json!(true), "{after}");
        assert_eq!(number(&after, "/conversion/kept/minor"), 0);
        assert_eq!(text(&after, "/referral/status"), "voided");
    }
    Ok(())
}

#[tokio::test]
async fn parts_add_up_and_more_than_the_order_is_all_of_it() -> Result<()> {
    let world = sold("1").await?;
    let after = world.api.refund("1", &part("r1", 1_200)).await?;
    assert_eq!(number(&after, "/conversion/kept/minor"), 3_000, "{after}");
    assert_eq!(text(&after, "/referral/status"), "pending");
    let after = world.api.refund("1", &part("r2", 9_999)).await?;
    assert_eq!(number(&after, "/conversion/refunded/minor"), 11_199);
    assert_eq!(number(&after, "/conversion/kept/minor"), 0);
    assert_eq!(text(&after, "/referral/status"), "voided", "{after}");
    Ok(())
}

#[tokio::test]
async fn a_fixed_reward_shrinks_with_the_order_where_the_programme_says_so() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    world.publish(&json!({"partial_refund": "scale"})).await?;
    let (token, _) = referred(&world).await?;
    world.order("1", &json!({ "click_token": token })).await?;
    let after = world.api.refund("1", &part("r1", 2_100)).await?;
    for reward in after["referral"]["rewards"]
        .as_array()
        .into_iter()
        .flatten()
    {
        assert_eq!(number(reward, "/money/minor"), 500, "{reward}");
        let steps = json!([{"rule": "offer", "minor": 1_000}, {"rule": "refund", "minor": 500}]);
        assert_eq!(reward["steps"], steps);
    }
    Ok(())
}

#[tokio::test]
async fn a_refund_may_come_before_its_order() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let (token, _) = referred(&world).await?;
    for refund in [part("r1", 4_200), json!({"refund_id": "r2"})] {
        let answer = world.api.refund("1", &refund).await?;
        assert_eq!(answer, json!({ "conversion": null }));
    }
    let order = world.order("1", &json!({ "click_token": token })).await?;
    assert_eq!(number(&order, "/conversion/refunded/minor"), 4_200);
    assert_eq!(order["conversion"]["cancelled"], json!(true));
    assert_eq!(text(&order, "/referral/status"), "voided", "{order}");
    Ok(())
}

#[tokio::test]
async fn a_refund_that_makes_no_sense_is_refused() -> Result<()> {
    let world = sold("1").await?;
    for (body, status, code) in [
        (part("", 1), 422, "invalid_refund_id"),
        (part(&"x".repeat(101), 1), 422, "invalid_refund_id"),
        (part("r", 0), 422, "invalid_amount"),
        (part("r", -5), 422, "invalid_amount"),
        (part("r", 1_000_000_000_001), 422, "invalid_amount"),
        (
            json!({"refund_id": "r", "amount": 1, "currency": "USD"}),
            422,
            "other_currency",
        ),
        (
            json!({"refund_id": "r", "amount": 1, "currency": "euro"}),
            422,
            "invalid_currency",
        ),
        (json!({"refund_id": "r", "amount": 1}), 400, "malformed"),
        (
            json!({"refund_id": "r", "currency": "EUR"}),
            400,
            "malformed",
        ),
        (json!({"amount": 1, "currency": "EUR"}), 400, "malformed"),
        (json!({"order_id": "1", "refund_id": "r"}), 400, "malformed"),
    ] {
        let answer = world.post("/v1/conversions/1/refunds", &body).await?;
        refused(&answer, status, code, &body.to_string());
    }
    let path = format!("/v1/conversions/{}/refunds", "x".repeat(101));
    let answer = world.post(&path, &part("r", 1)).await?;
    refused(&answer, 422, "invalid_order_id", "a very long order number");
    let order = world.api.conversion("1").await?;
    assert_eq!(text(&order, "/referral/status"), "pending", "{order}");
    Ok(())
}

#[tokio::test]
async fn an_order_that_was_paid_after_all_counts_again() -> Result<()> {
    let world = sold("1").await?;
    let before = world.api.conversion("1").await?;
    world.api.refund("1", &part("r1", 4_200)).await?;
    world.api.refund("1", &json!({"refund_id": "r2"})).await?;
    for _ in 0..2 {
        let after = world
            .api
            .post("/v1/conversions/1/reinstate", &json!({}))
            .await?;
        assert_eq!(after["conversion"], before["conversion"], "{after}");
        assert_eq!(text(&after, "/referral/status"), "pending");
        assert_eq!(text(&after, "/referral/rewards/0/status"), "pending");
        assert_eq!(text(&after, "/referral/rewards/1/status"), "pending");
    }
    // Another refund is another one; the old number is spent.
    let after = world.api.refund("1", &part("r3", 200)).await?;
    assert_eq!(number(&after, "/conversion/kept/minor"), 4_000, "{after}");
    let answer = world
        .post("/v1/conversions/nothing/reinstate", &json!({}))
        .await?;
    refused(&answer, 404, "unknown_order", "an unknown order");
    Ok(())
}

#[tokio::test]
async fn what_was_approved_is_voided_by_a_late_refund_and_comes_back() -> Result<()> {
    let world = sold("1").await?;
    world.api.advance_clock(15 * 86_400).await?;
    let after = world.api.refund("1", &json!({"refund_id": "r1"})).await?;
    assert_eq!(text(&after, "/referral/status"), "voided", "{after}");
    world
        .api
        .post("/v1/conversions/1/reinstate", &json!({}))
        .await?;
    world.api.advance_clock(1).await?;
    let order = world.api.conversion("1").await?;
    assert_eq!(text(&order, "/referral/status"), "approved", "{order}");
    Ok(())
}
