//! `/v1/referrals/{id}/decision`, `/v1/conversions/{order_id}/decision`: what the
//! merchant decides by hand, and takes back.

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};
use serde_json::{Value, json};

use crate::refusals::refused;

/// A merchant, the link of an advocate, and order `1` of a friend of hers.
async fn brought() -> Result<(World, String, Value)> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let token = world.friend(&link, 1).await?;
    let order = world.order("1", &json!({ "click_token": token })).await?;
    assert_eq!(text(&order, "/referral/status"), "pending", "{order}");
    let referral = text(&order, "/referral/id").to_owned();
    Ok((world, referral, order))
}

fn of_referral(id: &str) -> String {
    format!("/v1/referrals/{id}/decision")
}

fn of_order(order_id: &str) -> String {
    format!("/v1/conversions/{order_id}/decision")
}

fn statuses(referral: &Value) -> Vec<&str> {
    let rewards = referral["rewards"].as_array().into_iter().flatten();
    let mut all = vec![text(referral, "/status")];
    all.extend(rewards.map(|reward| text(reward, "/status")));
    all
}

#[tokio::test]
async fn a_referral_is_approved_before_its_time() -> Result<()> {
    let (world, id, _) = brought().await?;
    let body = json!({"decision": "approve", "reason": "an old friend of the house"});
    for _ in 0..2 {
        let one = world.api.post(&of_referral(&id), &body).await?;
        assert_eq!(
            statuses(&one["referral"]),
            ["approved", "approved", "approved"],
            "{one}"
        );
        assert_eq!(text(&one, "/conversion/ruling/ruling"), "approve");
        let reason = text(&one, "/conversion/ruling/reason");
        assert_eq!(reason, "an old friend of the house");
        let decided = one["events"].as_array().into_iter().flatten();
        let decided = decided.filter(|event| text(event, "/kind") == "order.decided");
        assert!(decided.count() >= 1, "{one}");
    }
    let late = world.api.advance_clock(15 * 86_400).await?;
    assert_eq!(number(&late, "/approved"), 0, "{late}");
    Ok(())
}

#[tokio::test]
async fn a_referral_is_voided_reinstated_and_left_to_the_rules_again() -> Result<()> {
    let (world, id, before) = brought().await?;
    let decide = async |decision: &str| {
        let body = json!({"decision": decision, "reason": "because"});
        world.post(&of_referral(&id), &body).await
    };
    let answer = decide("reinstate").await?;
    refused(&answer, 409, "wrong_status", "a pending one");

    let voided = decide("void").await?.json()?;
    assert_eq!(
        statuses(&voided["referral"]),
        ["voided", "voided", "voided"]
    );
    assert_eq!(text(&voided, "/referral/reason"), "declined", "{voided}");
    assert_eq!(text(&voided, "/conversion/verdict"), "declined");
    let answer = decide("approve").await?;
    refused(&answer, 409, "wrong_status", "a voided one");
    assert!(answer.text.contains("voided"), "{}", answer.text);
    let again = decide("void").await?.json()?;
    assert_eq!(text(&again, "/referral/status"), "voided");

    let back = decide("reinstate").await?.json()?;
    assert_eq!(
        statuses(&back["referral"]),
        ["pending", "pending", "pending"]
    );
    assert_eq!(text(&back, "/conversion/ruling/ruling"), "stand");
    let free = decide("undo").await?.json()?;
    assert!(free["conversion"]["ruling"].is_null(), "{free}");
    assert_eq!(text(&free, "/referral/status"), "pending");
    assert_eq!(free["conversion"], before["conversion"]);
    Ok(())
}

#[tokio::test]
async fn a_suspect_referral_waits_for_the_merchants_eye() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    world.publish(&json!({"self_referral": "flag"})).await?;
    let link = world.advocate("ada@mail.example").await?;
    let token = world.friend(&link, 1).await?;
    let own = json!({"click_token": token, "email": "ada+2@mail.example"});
    let order = world.order("1", &own).await?;
    assert_eq!(text(&order, "/conversion/verdict"), "flagged", "{order}");
    assert_eq!(text(&order, "/referral/status"), "flagged");
    assert_eq!(text(&order, "/referral/reason"), "self_referral");
    world.api.advance_clock(20 * 86_400).await?;
    let queue = world.rows("/v1/referrals?status=flagged").await?;
    assert_eq!(queue.len(), 1, "time alone approves nothing");

    let path = of_referral(text(&queue[0], "/id"));
    let body = json!({"decision": "approve"});
    let one = world.api.post(&path, &body).await?;
    assert_eq!(text(&one, "/referral/status"), "approved", "{one}");
    assert!(world.rows("/v1/referrals?status=flagged").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn an_order_is_given_to_another_advocate_and_back() -> Result<()> {
    let (world, id, _) = brought().await?;
    let eve = world.api.create_advocate("eve@mail.example", "Eve").await?;
    let body = json!({"decision": "assign", "advocate_id": eve["id"], "reason": "Eve called us"});
    let old = world.api.post(&of_referral(&id), &body).await?;
    assert_eq!(text(&old, "/referral/status"), "voided", "{old}");
    assert_eq!(text(&old, "/referral/reason"), "outranked");
    let order = world.api.conversion("1").await?;
    assert_eq!(text(&order, "/referral/source"), "manual", "{order}");
    assert_eq!(text(&order, "/referral/advocate/id"), text(&eve, "/id"));
    assert_eq!(text(&order, "/referral/status"), "pending");
    let lost = order["why"].as_array().into_iter().flatten();
    let mut lost = lost.filter(|one| text(one, "/reason") == "manual_won");
    assert!(lost.next().is_some(), "{order}");

    let undo = json!({"decision": "undo"});
    let back = world.api.post(&of_order("1"), &undo).await?;
    assert_eq!(text(&back, "/referral/id"), id, "{back}");
    assert_eq!(text(&back, "/referral/status"), "pending");
    assert_eq!(text(&back, "/referral/source"), "click");
    Ok(())
}

#[tokio::test]
async fn an_order_that_nobody_brought_can_be_given_to_somebody() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let ada = world.api.create_advocate("ada@mail.example", "Ada").await?;
    let order = world
        .order("1", &json!({"email": "bob@mail.example"}))
        .await?;
    assert!(order["referral"].is_null(), "{order}");

    // Nobody's order earns nothing, whatever is said of it.
    let approve = json!({"decision": "approve"});
    let order = world.api.post(&of_order("1"), &approve).await?;
    assert_eq!(text(&order, "/conversion/verdict"), "not_referred");
    assert!(order["referral"].is_null(), "{order}");

    let assign = json!({"decision": "assign", "advocate_id": ada["id"]});
    for _ in 0..2 {
        let order = world.api.post(&of_order("1"), &assign).await?;
        assert_eq!(text(&order, "/conversion/verdict"), "referred", "{order}");
        assert_eq!(
            statuses(&order["referral"]),
            ["pending", "pending", "pending"]
        );
    }
    let order = world.api.post(&of_order("1"), &approve).await?;
    assert_eq!(text(&order, "/referral/status"), "approved", "{order}");
    let void = json!({"decision": "void"});
    let order = world.api.post(&of_order("1"), &void).await?;
    assert_eq!(text(&order, "/referral/status"), "voided", "{order}");
    let undo = json!({"decision": "undo"});
    let order = world.api.post(&of_order("1"), &undo).await?;
    assert_eq!(text(&order, "/conversion/verdict"), "not_referred");
    assert_eq!(text(&order, "/referral/status"), "voided", "{order}");
    Ok(())
}

#[tokio::test]
async fn what_was_fully_refunded_earns_nothing_whatever_is_decided() -> Result<()> {
    let (world, id, _) = brought().await?;
    world.api.refund("1", &json!({"refund_id": "r"})).await?;
    let body = json!({"decision": "reinstate"});
    let one = world.api.post(&of_referral(&id), &body).await?;
    assert_eq!(text(&one, "/referral/status"), "voided", "{one}");
    assert_eq!(text(&one, "/referral/reason"), "refunded");
    Ok(())
}

#[tokio::test]
async fn a_decision_that_makes_no_sense_is_refused() -> Result<()> {
    let (world, id, before) = brought().await?;
    for path in [of_referral(&id), of_order("1")] {
        for (body, status, code) in [
            (
                json!({"decision": "assign", "advocate_id": "adv_nobody"}),
                404,
                "unknown_advocate",
            ),
            (json!({"decision": "assign"}), 400, "malformed"),
            (json!({"decision": "burn"}), 400, "malformed"),
            (json!({"reason": "none"}), 400, "malformed"),
            (
                json!({"decision": "void", "advocate_id": "adv_1"}),
                400,
                "malformed",
            ),
            (
                json!({"decision": "void", "reason": "x".repeat(501)}),
                422,
                "invalid_reason",
            ),
        ] {
            let answer = world.post(&path, &body).await?;
            refused(&answer, status, code, &format!("{path} {body}"));
        }
    }
    assert_eq!(world.api.conversion("1").await?, before);
    let body = json!({"decision": "void"});
    let answer = world.post(&of_referral("ref_none"), &body).await?;
    refused(&answer, 404, "unknown_referral", "a made-up referral");
    let answer = world.post(&of_order("none"), &body).await?;
    refused(&answer, 404, "unknown_order", "a made-up order");
    Ok(())
}
