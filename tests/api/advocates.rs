//! `/v1/advocates`: the people who refer, as the shop's server adds, reads and
//! removes them.

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};
use reqwest::Method;
use serde_json::{Value, json};
use xtask::client::Answer;

use crate::refusals::refused;

async fn ask(world: &World, method: Method, id: &str) -> Result<Answer> {
    let path = format!("/v1/advocates/{id}");
    world.api.request(method, &path, None, &[]).await
}

#[tokio::test]
async fn an_advocate_whom_the_shop_vouches_for_is_one_however_often() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let first = world.api.create_advocate("ada@mail.example", "Ada").await?;
    let again = world
        .api
        .create_advocate(" Ada@mail.example ", "Ada")
        .await?;
    assert_eq!(text(&first, "/code"), text(&again, "/code"));
    let link = format!(
        "{}/r/{}/{}",
        world.anybody.origin(),
        world.slug,
        text(&first, "/code")
    );
    assert_eq!(text(&first, "/link"), link);
    for (body, status, code) in [
        (json!({"email": "nobody"}), 422, "invalid_email"),
        (json!({"email": ""}), 422, "invalid_email"),
        (
            json!({"email": "a@mail.example", "name": "x".repeat(81)}),
            422,
            "invalid_name",
        ),
        (json!({"name": "Ada"}), 400, "malformed"),
        (
            json!({"email": "a@mail.example", "code": "mine"}),
            400,
            "malformed",
        ),
    ] {
        let answer = world.post("/v1/advocates", &body).await?;
        refused(&answer, status, code, &body.to_string());
    }
    Ok(())
}

#[tokio::test]
async fn an_advocate_is_shown_with_numbers_rewards_and_whom_they_brought() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let ada = world.api.create_advocate("ada@mail.example", "Ada").await?;
    let id = text(&ada, "/id");
    let token = world
        .friend(xtask::client::path_of(text(&ada, "/link")), 1)
        .await?;
    let bought = json!({"click_token": token, "email": "bob@mail.example"});
    world.order("1", &bought).await?;
    world.funnel_with("/clicks", 1).await?;

    let found = ask(&world, Method::GET, id).await?.json()?;
    for field in ["id", "name", "code", "link", "email"] {
        assert_eq!(found[field], ada[field], "{field} of {found}");
    }
    assert_eq!(number(&found, "/numbers/clicks"), 1, "{found}");
    assert_eq!(number(&found, "/numbers/friends"), 1);
    assert_eq!(number(&found, "/pending/minor"), 1_000);
    assert_eq!(number(&found, "/owed/minor"), 0);
    assert_eq!(text(&found, "/rewards/0/status"), "pending");
    assert_eq!(found["rewards"][0]["awaits"], json!(["return_period"]));
    assert_eq!(found["may_be_written_to"], json!(true));
    assert_eq!(found["left_at"], Value::Null);
    assert_eq!(found["referred_by"], Value::Null);

    // The friend passes it on in turn: the chain is known, one level pays.
    let bob = world.api.create_advocate("bob@mail.example", "Bob").await?;
    let shown = ask(&world, Method::GET, text(&bob, "/id")).await?.json()?;
    assert_eq!(text(&shown, "/referred_by"), id, "{shown}");
    let shown = ask(&world, Method::GET, id).await?.json()?;
    assert_eq!(number(&shown, "/brought_advocates"), 1, "{shown}");
    for method in [Method::GET, Method::DELETE] {
        let answer = ask(&world, method, "adv_nobody").await?;
        refused(&answer, 404, "unknown_advocate", "a made-up advocate");
    }
    Ok(())
}

#[tokio::test]
async fn an_advocate_who_leaves_is_erased_and_earns_nothing_more() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let ada = world.api.create_advocate("ada@mail.example", "Ada").await?;
    let (id, code) = (text(&ada, "/id"), text(&ada, "/code"));
    let link = xtask::client::path_of(text(&ada, "/link"));
    let early = world.friend(link, 1).await?;
    world.order("1", &json!({ "click_token": early })).await?;
    world.api.advance_clock(15 * 86_400).await?;
    let token = world.friend(link, 2).await?;
    world.order("2", &json!({ "click_token": token })).await?;
    let waiting = world.friend(link, 3).await?;

    for _ in 0..2 {
        let left = ask(&world, Method::DELETE, id).await?.json()?;
        assert_eq!(left, json!({"id": id, "left": true}));
    }
    let found = ask(&world, Method::GET, id).await?.json()?;
    assert_eq!(found["email"], Value::Null, "{found}");
    assert_eq!(found["name"], Value::Null);
    assert!(!text(&found, "/left_at").is_empty());
    assert!(!found.to_string().contains("ada@mail"), "{found}");

    // What was approved stays, what was held is lost.
    let kept = world.api.conversion("1").await?;
    assert_eq!(text(&kept, "/referral/status"), "approved", "{kept}");
    let lost = world.api.conversion("2").await?;
    assert_eq!(text(&lost, "/referral/status"), "voided", "{lost}");
    assert_eq!(text(&lost, "/referral/reason"), "advocate_left");

    // Nobody can come by them any more, by link, code or decision.
    let claim = world
        .page_posts("claims", &json!({ "token": waiting }))
        .await?;
    refused(&claim, 404, "unknown_code", "a claim");
    let path = format!("/v1/coupons/{code}");
    let answer = world.api.request(Method::GET, &path, None, &[]).await?;
    refused(&answer, 404, "unknown_coupon", "the code, said aloud");
    let body = json!({"decision": "assign", "advocate_id": id});
    let answer = world.post("/v1/conversions/2/decision", &body).await?;
    refused(&answer, 404, "unknown_advocate", "an order given to them");
    let late = world.order("3", &json!({ "click_token": waiting })).await?;
    assert_ne!(text(&late, "/conversion/verdict"), "referred", "{late}");
    Ok(())
}
