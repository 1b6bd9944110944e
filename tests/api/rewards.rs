//! `/v1/rewards`, `/v1/rewards/{id}`, `/v1/rewards/{id}/{act}`: what both sides get,
//! and what the shop does with it.

use anyhow::{Context, Result};
use grapevine_tests::edge::Edge;
use grapevine_tests::inbox;
use grapevine_tests::world::{World, number, text};
use reqwest::Method;
use serde_json::{Value, json};
use xtask::client::Answer;

use crate::referrals::all_pages;
use crate::refusals::refused;

/// An order of a friend of Ada's; answers the id of her reward.
async fn earned(world: &World, link: &str, n: usize) -> Result<String> {
    let token = world.friend(link, n).await?;
    let order = world
        .order(&n.to_string(), &json!({ "click_token": token }))
        .await?;
    let rewards = order.pointer("/referral/rewards");
    let own = rewards
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .find(|reward| text(reward, "/side") == "advocate");
    Ok(text(own.context("a reward of the advocate")?, "/id").to_owned())
}

async fn act(world: &World, id: &str, act: &str, body: &Value) -> Result<Answer> {
    world.post(&format!("/v1/rewards/{id}/{act}"), body).await
}

async fn reward(world: &World, id: &str) -> Result<Value> {
    world.api.get(&format!("/v1/rewards/{id}")).await
}

#[tokio::test]
async fn rewards_are_listed_by_status_and_advocate_page_by_page() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let ada = world.api.create_advocate("ada@mail.example", "Ada").await?;
    let link = xtask::client::path_of(text(&ada, "/link")).to_owned();
    let eve = world.advocate("eve@mail.example").await?;
    earned(&world, &link, 1).await?;
    world.api.advance_clock(15 * 86_400).await?;
    earned(&world, &link, 2).await?;
    earned(&world, &eve, 3).await?;

    let whole = world.rows("/v1/rewards").await?;
    assert_eq!(whole.len(), 6);
    assert_eq!(all_pages(&world, "/v1/rewards", 4).await?, whole);
    assert_eq!(all_pages(&world, "/v1/rewards", 1).await?, whole);
    assert_eq!(text(&whole[0], "/order_id"), "3", "the newest first");
    let pending = world.rows("/v1/rewards?status=pending").await?;
    assert_eq!(pending.len(), 4);
    let path = format!("/v1/rewards?status=approved&advocate={}", text(&ada, "/id"));
    let approved = world.rows(&path).await?;
    assert_eq!(approved.len(), 2);
    let id = text(&approved[0], "/id");
    let mut one = reward(&world, id).await?;
    let fields = one.as_object_mut().context("a reward")?;
    assert_eq!(fields.remove("appeal"), Some(Value::Null));
    assert!(fields.remove("receipt_url").is_some());
    assert_eq!(one, approved[0], "and else what the list says");
    let answer = world
        .api
        .request(Method::GET, "/v1/rewards/rw_none", None, &[])
        .await?;
    refused(&answer, 404, "unknown_reward", "a made-up reward");
    Ok(())
}

#[tokio::test]
async fn store_credit_is_handed_over_by_the_shop_step_by_step() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let id = earned(&world, &link, 1).await?;
    let nothing = json!({});
    for early in ["issue", "redeem", "reinstate"] {
        let answer = act(&world, &id, early, &nothing).await?;
        refused(&answer, 409, "wrong_status", early);
        assert!(answer.text.contains("pending"), "{}", answer.text);
    }
    for _ in 0..2 {
        let after = act(&world, &id, "approve", &nothing).await?.json()?;
        assert_eq!(text(&after, "/status"), "approved", "{after}");
        assert_eq!(text(&after, "/ruling"), "approve");
    }
    let paid = json!({"reason": "booked on account 17"});
    for _ in 0..2 {
        let after = act(&world, &id, "issue", &paid).await?.json()?;
        assert_eq!(text(&after, "/status"), "issued", "{after}");
        assert_eq!(text(&after, "/reference"), "booked on account 17");
        assert!(after["coupon"].is_null(), "{after}");
    }
    for _ in 0..2 {
        let after = act(&world, &id, "redeem", &nothing).await?.json()?;
        assert_eq!(text(&after, "/status"), "redeemed", "{after}");
    }
    // No body at all is as good as an empty one.
    let path = format!("/v1/rewards/{id}/issue");
    let answer = world.api.request(Method::POST, &path, None, &[]).await?;
    assert_eq!(text(&answer.json()?, "/status"), "redeemed");
    let answer = world.api.request(Method::GET, &path, None, &[]).await?;
    refused(&answer, 405, "method_not_allowed", "GET of an act");
    let answer = act(&world, &id, "void", &json!({"why": "x"})).await?;
    refused(&answer, 400, "malformed", "an unknown field");
    let answer = act(&world, &id, "void", &json!({"reason": "x".repeat(501)})).await?;
    refused(&answer, 422, "invalid_reason", "a long reason");
    let answer = act(&world, "rw_none", "void", &nothing).await?;
    refused(&answer, 404, "unknown_reward", "a made-up reward");
    Ok(())
}

#[tokio::test]
async fn a_single_reward_is_voided_and_given_back() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let id = earned(&world, &link, 1).await?;
    let because = json!({"reason": "a clerk's mistake"});
    for _ in 0..2 {
        let after = act(&world, &id, "void", &because).await?.json()?;
        assert_eq!(text(&after, "/status"), "voided", "{after}");
        assert_eq!(text(&after, "/reason"), "declined");
        assert_eq!(text(&after, "/reference"), "a clerk's mistake");
    }
    inbox::newest(&world.api, "reward_declined", "ada@mail.example").await?;
    for wrong in ["approve", "issue", "redeem"] {
        let answer = act(&world, &id, wrong, &because).await?;
        refused(&answer, 409, "wrong_status", wrong);
    }
    // The referral itself stands, and its history knows who said so and why.
    let order = world.api.conversion("1").await?;
    assert_eq!(text(&order, "/referral/status"), "pending", "{order}");
    let path = format!("/v1/referrals/{}", text(&order, "/referral/id"));
    let history = world.api.get(&path).await?["events"].take();
    let decided = history.as_array().into_iter().flatten();
    let decided: Vec<&Value> = decided
        .filter(|event| text(event, "/kind") == "reward.decided")
        .collect();
    assert_eq!(decided.len(), 1, "the repetition says nothing new");
    let why = json!({"decision": "void", "reason": "a clerk's mistake"});
    assert_eq!(
        (text(decided[0], "/actor"), &decided[0]["data"]),
        ("merchant", &why)
    );
    let nothing = json!({});
    for _ in 0..2 {
        let after = act(&world, &id, "reinstate", &nothing).await?.json()?;
        assert_eq!(text(&after, "/status"), "pending", "{after}");
    }
    world.api.advance_clock(15 * 86_400).await?;
    assert_eq!(text(&reward(&world, &id).await?, "/status"), "approved");
    Ok(())
}

#[tokio::test]
async fn a_coupon_like_reward_is_issued_with_a_code_that_works_once() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for (n, offer) in [
        json!({"kind": "percent_off", "basis_points": 1_500}),
        json!({"kind": "amount_off", "amounts": {"EUR": 700}}),
        json!({"kind": "free_product", "sku": "T-1", "name": "A teapot", "cost": {"EUR": 900}}),
    ]
    .iter()
    .enumerate()
    {
        world
            .publish(&json!({"advocate": {"offer": offer}}))
            .await?;
        let link = world.advocate(&format!("ada{n}@mail.example")).await?;
        let id = earned(&world, &link, n + 1).await?;
        assert!(reward(&world, &id).await?["coupon"].is_null());
        world.api.advance_clock(15 * 86_400).await?;
        let issued = reward(&world, &id).await?;
        assert_eq!(text(&issued, "/status"), "issued", "{issued}");
        let code = text(&issued, "/coupon");
        assert!(code.starts_with("THANKS-"), "{issued}");
        let mail =
            inbox::newest(&world.api, "reward_ready", &format!("ada{n}@mail.example")).await?;
        assert!(mail.text.contains(code), "{}", mail.text);
        let path = format!("/v1/coupons/{code}");
        let good = world.api.get(&path).await?;
        assert_eq!(good["usable"], json!(true), "{good}");
        assert_eq!(good["reward"]["kind"], offer["kind"]);
        let used = json!({"coupon": code, "email": format!("ada{n}@mail.example")});
        world.order(&format!("own-{n}"), &used).await?;
        let redeemed = reward(&world, &id).await?;
        assert_eq!(text(&redeemed, "/status"), "redeemed", "{redeemed}");
        let spent = world.api.get(&path).await?;
        assert_eq!(text(&spent, "/reason"), "coupon_used", "{spent}");
    }
    Ok(())
}

#[tokio::test]
async fn a_code_that_nobody_uses_in_time_expires_and_a_voided_one_is_withdrawn() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let side =
        json!({"offer": {"kind": "amount_off", "amounts": {"EUR": 700}}, "expires_days": 30});
    world.publish(&json!({ "advocate": side })).await?;
    let link = world.advocate("ada@mail.example").await?;
    let (late, taken) = (
        earned(&world, &link, 1).await?,
        earned(&world, &link, 2).await?,
    );
    world.api.advance_clock(15 * 86_400).await?;
    let check = async |id: &str| -> Result<Value> {
        let code = text(&reward(&world, id).await?, "/coupon").to_owned();
        world.api.get(&format!("/v1/coupons/{code}")).await
    };
    act(&world, &taken, "void", &json!({})).await?.json()?;
    let withdrawn = check(&taken).await?;
    assert_eq!(text(&withdrawn, "/reason"), "coupon_withdrawn");
    assert_eq!(check(&late).await?["usable"], json!(true));
    world.api.advance_clock(31 * 86_400).await?;
    assert_eq!(text(&reward(&world, &late).await?, "/status"), "expired");
    assert_eq!(text(&check(&late).await?, "/reason"), "coupon_expired");
    for wrong in ["approve", "issue", "redeem", "void", "reinstate"] {
        let answer = act(&world, &late, wrong, &json!({})).await?;
        refused(&answer, 409, "wrong_status", wrong);
    }
    Ok(())
}

#[tokio::test]
async fn the_friends_reward_is_redeemed_by_the_order_that_used_the_coupon() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let token = world.friend(&link, 1).await?;
    let claim = json!({ "token": token });
    let claim = world.page_posts("claims", &claim).await?.json()?;
    world
        .order("1", &json!({ "coupon": claim["coupon"] }))
        .await?;
    world.api.advance_clock(15 * 86_400).await?;
    let redeemed = world.rows("/v1/rewards?status=redeemed").await?;
    assert_eq!(redeemed.len(), 1);
    assert_eq!(text(&redeemed[0], "/side"), "friend");
    assert_eq!(text(&redeemed[0], "/coupon"), text(&claim, "/coupon"));
    let approved = world.rows("/v1/rewards?status=approved").await?;
    assert_eq!(text(&approved[0], "/side"), "advocate");
    Ok(())
}

#[tokio::test]
async fn what_was_paid_for_a_returned_order_is_owed_and_the_next_reward_settles_it() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let ada = world.api.create_advocate("ada@mail.example", "Ada").await?;
    let link = xtask::client::path_of(text(&ada, "/link")).to_owned();
    let first = earned(&world, &link, 1).await?;
    world.api.advance_clock(15 * 86_400).await?;
    act(&world, &first, "issue", &json!({})).await?.json()?;
    world.api.refund("1", &json!({"refund_id": "r"})).await?;
    let owed = async || -> Result<i64> {
        let path = format!("/v1/advocates/{}", text(&ada, "/id"));
        Ok(number(&world.api.get(&path).await?, "/owed/minor"))
    };
    assert_eq!(owed().await?, 1_000);

    let second = earned(&world, &link, 2).await?;
    world.api.advance_clock(15 * 86_400).await?;
    let settled = reward(&world, &second).await?;
    assert_eq!(text(&settled, "/status"), "issued", "{settled}");
    assert_eq!(number(&settled, "/withheld/minor"), 1_000);
    assert_eq!(number(&settled, "/payable/minor"), 0);
    assert_eq!(owed().await?, 0);
    Ok(())
}
