//! `POST /b/{merchant}/asks` and `dismissals`: who is asked without having asked.

use anyhow::{Context, Result};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};
use reqwest::Method;
use serde_json::{Value, json};
use xtask::client::Answer;

use crate::refusals::refused;
use crate::shoppers::{fixture, like};
use grapevine_tests::identity::sign;

/// The browser's clock: wrong by years, which does no harm.
const NOW: i64 = 1_500_000_000;

async fn asks(world: &World, placement: &str, extra: &Value) -> Result<Answer> {
    let mut body = json!({"placement": placement, "history": "", "now": NOW});
    if let (Some(fields), Some(extra)) = (body.as_object_mut(), extra.as_object()) {
        fields.extend(extra.clone());
    }
    world.page_posts("asks", &body).await
}

/// Why somebody about to leave is not asked; empty when they are.
async fn why(world: &World, extra: &Value) -> Result<String> {
    let answer = asks(world, "exit-intent", extra).await?.json()?;
    let asked = answer.get("ask").and_then(Value::as_bool);
    let why = text(&answer, "/why").to_owned();
    assert_eq!(asked, Some(why.is_empty()), "{answer}");
    Ok(why)
}

fn customer(world: &World, email: &str) -> Result<String> {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)?
        .as_secs();
    let claims = json!({"sub": "c-1", "email": email, "iat": now, "exp": now + 600});
    sign(&world.keys.secret_key, &claims)
}

#[tokio::test]
async fn a_strangers_own_memory_decides() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let history = |text: String| json!({"history": text});
    let day = 86_400;
    assert_eq!(why(&world, &json!({})).await?, "");
    let dismissed = history(format!("d{}", NOW - 29 * day));
    let answer = asks(&world, "exit-intent", &dismissed).await?.json()?;
    like(&fixture("ask")?, &answer, "");
    assert_eq!(answer, fixture("ask")?);
    let again = history(format!("d{}", NOW - 30 * day));
    assert_eq!(why(&world, &again).await?, "");
    let thrice = history(format!("a{}.a{}.a{}", NOW - 1, NOW - day, NOW - 2 * day));
    assert_eq!(why(&world, &thrice).await?, "budget");
    let shared = history(format!("a{}.s{}", NOW - 1, NOW - 2));
    assert_eq!(why(&world, &shared).await?, "shared");
    let poor = history(format!("p{NOW}"));
    assert_eq!(why(&world, &poor).await?, "poor_answer");
    let garbage = history("d-1.zz.a99999999999999999999.\u{1f600}.".repeat(20));
    assert_eq!(why(&world, &garbage).await?, "");
    // An older widget sends no history at all.
    assert_eq!(why(&world, &json!({"history": null})).await?, "");
    Ok(())
}

#[tokio::test]
async fn a_known_person_is_one_in_every_browser() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let joined = world.join("ada@mail.example").await?;
    let session = json!({"session": text(&joined, "/session")});
    let signed_in = json!({"customer": customer(&world, "ada@mail.example")?});
    for person in [&session, &signed_in, &session] {
        assert_eq!(why(&world, person).await?, "");
    }
    assert_eq!(why(&world, &signed_in).await?, "budget");
    assert_eq!(why(&world, &json!({})).await?, "", "a stranger");
    let stored = world.page_posts("stored", &session).await?.json()?;
    assert_eq!(number(&stored, "/asks"), 3);
    world.api.advance_clock(31 * 86_400).await?;
    assert_eq!(why(&world, &session).await?, "");
    Ok(())
}

#[tokio::test]
async fn a_no_is_remembered_of_a_known_customer_who_never_joined() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let token = customer(&world, "bea@mail.example")?;
    let signed_in = json!({"customer": token});
    let no = json!({"placement": "exit-intent", "customer": token});
    for _ in 0..2 {
        let answer = world.page_posts("dismissals", &no).await?;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    }
    assert_eq!(why(&world, &signed_in).await?, "dismissed");
    let other = json!({"customer": customer(&world, "cem@mail.example")?});
    assert_eq!(why(&world, &other).await?, "");
    let stranger = json!({"placement": "post-purchase"});
    let answer = world.page_posts("dismissals", &stranger).await?;
    assert_eq!(answer.status, 204);
    Ok(())
}

#[tokio::test]
async fn refunds_and_the_merchants_settings_count() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let person = json!({"customer": customer(&world, "ada@mail.example")?});
    let order = json!({"email": "ada@mail.example"});
    world.order("1", &order).await?;
    world
        .api
        .post("/v1/conversions/1/refunds", &json!({"refund_id": "r1"}))
        .await?;
    assert_eq!(why(&world, &person).await?, "refunded");
    let settings = json!({
        "survey": true,
        "asks": {"delay_days": 14, "exit_intent": false, "quiet_days": {"refunded": 0}},
    });
    world.api.put("/v1/panel", &settings).await?;
    assert_eq!(why(&world, &person).await?, "off");
    assert_eq!(why(&world, &json!({})).await?, "off");
    let after = async || asks(&world, "post-purchase", &person).await?.json();
    assert_eq!(text(&after().await?, "/why"), "too_early");
    world.api.advance_clock(15 * 86_400).await?;
    let asked = after().await?;
    assert_eq!(
        (&asked["ask"], &asked["survey"]),
        (&json!(true), &json!(true))
    );
    Ok(())
}

#[tokio::test]
async fn whoever_proves_nothing_is_a_stranger() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for nobody in [
        json!({"session": "nonsense"}),
        json!({"customer": "a.b.c"}),
        json!({"session": "", "customer": ""}),
        json!({"session": null, "customer": null}),
    ] {
        assert_eq!(why(&world, &nobody).await?, "");
    }
    Ok(())
}

#[tokio::test]
async fn other_placements_and_other_pages_are_refused() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for placement in ["floating", "", "EXIT-INTENT"] {
        let answer = asks(&world, placement, &json!({})).await?;
        refused(&answer, 422, "invalid_placement", placement);
        let body = json!({"placement": placement});
        let answer = world.page_posts("dismissals", &body).await?;
        refused(&answer, 422, "invalid_placement", placement);
    }
    let answer = asks(&world, "exit-intent", &json!({"now": "late"})).await?;
    refused(&answer, 400, "malformed", "now");
    assert!(answer.text.contains("now:"), "{}", answer.text);
    let path = format!("/b/{}/asks", world.slug);
    let body = json!({"placement": "exit-intent", "now": NOW});
    let headers = [("Origin", "https://evil.example")];
    let answer = world
        .anybody
        .request(Method::POST, &path, Some(&body), &headers)
        .await?;
    refused(&answer, 403, "foreign_origin", "another page");
    let allowed = asks(&world, "exit-intent", &json!({})).await?;
    let origin = allowed.header("access-control-allow-origin");
    assert_eq!(origin.context("no CORS")?, world.shop_origin);
    Ok(())
}
