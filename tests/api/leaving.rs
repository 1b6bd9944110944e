//! `POST /b/{merchant}/stored`, `mails` and `leave`, and who may not come back.

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};
use reqwest::Method;
use serde_json::json;

use crate::refusals::refused;
use crate::shoppers::{fixture, like};

#[tokio::test]
async fn an_advocate_sees_what_is_stored() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let joined = world.join("ada@mail.example").await?;
    let session = text(&joined, "/session");
    let press =
        json!({"session": session, "channel": "sms", "placement": "floating", "press_id": "p1"});
    assert_eq!(world.page_posts("presses", &press).await?.status, 204);
    let body = json!({"session": session});
    let stored = world.page_posts("stored", &body).await?;
    assert_eq!(stored.header("cache-control"), Some("no-store"));
    let stored = stored.json()?;
    like(&fixture("stored")?, &stored, "");
    assert_eq!(text(&stored, "/email"), "ada@mail.example");
    assert_eq!(
        (number(&stored, "/shares"), number(&stored, "/mails")),
        (1, 1)
    );
    let answer = world.page_posts("stored", &json!({"session": "x"})).await?;
    refused(&answer, 401, "session_expired", "no session");
    Ok(())
}

#[tokio::test]
async fn mails_are_ended_and_come_again() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let joined = world.join("ada@mail.example").await?;
    assert_eq!(joined.pointer("/me/mails"), Some(&json!(true)));
    let session = text(&joined, "/session");
    for on in [false, false, true] {
        let body = json!({"session": session, "on": on});
        let answer = world.page_posts("mails", &body).await?;
        assert_eq!((answer.status, answer.json()?), (200, json!({"mails": on})));
        let me = world.page_posts("me", &json!({"session": session})).await?;
        assert_eq!(me.json()?["mails"], on);
    }
    Ok(())
}

#[tokio::test]
async fn who_leaves_may_come_back_and_who_was_removed_for_good_may_not() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let joined = world.join("ada@mail.example").await?;
    let session = json!({"session": text(&joined, "/session")});
    let left = world.page_posts("leave", &session).await?;
    assert_eq!((left.status, left.json()?), (200, json!({"left": true})));
    for action in ["leave", "me", "stored"] {
        let answer = world.page_posts(action, &session).await?;
        refused(&answer, 401, "session_expired", action);
    }
    world.join("ada@mail.example").await?;

    let ada = world.api.create_advocate("ada@mail.example", "Ada").await?;
    let path = format!("/v1/advocates/{}", text(&ada, "/id"));
    let remove = async |query: &str| {
        let path = format!("{path}{query}");
        world.api.request(Method::DELETE, &path, None, &[]).await
    };
    let answer = remove("?may_return=perhaps").await?;
    refused(&answer, 422, "invalid_may_return", "perhaps");
    let answer = remove("?return=false").await?;
    refused(&answer, 422, "unknown_parameter", "a typo");
    assert_eq!(remove("?may_return=false").await?.status, 200);
    let body = json!({"email": "Ada@mail.example", "locale": "en", "placement": "page"});
    let answer = world.page_posts("advocates", &body).await?;
    refused(&answer, 403, "not_eligible", "joining anew");
    world.join("bea@mail.example").await?;

    // The merchant can change its mind.
    world.api.create_advocate("ada@mail.example", "Ada").await?;
    let answer = world.page_posts("advocates", &body).await?;
    assert_eq!(answer.status, 202, "{}", answer.text);
    Ok(())
}
