//! `/s/{token}`: the receipt of a reward, and the way to ask the shop to look again.

use anyhow::{Context, Result};
use grapevine_tests::edge::Edge;
use grapevine_tests::inbox;
use grapevine_tests::wire;
use grapevine_tests::world::{World, text};
use reqwest::Method;
use serde_json::{Value, json};
use xtask::client::path_of;

use crate::refusals::refused;

const ADA: &str = "ada@mail.example";
const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

/// A reward of Ada's for an order that came by her link: its id and its receipt's path.
async fn earned(world: &World) -> Result<(String, String)> {
    let link = format!("{}?c=whatsapp", world.advocate(ADA).await?);
    let token = world.friend(&link, 1).await?;
    let order = world
        .order("7001", &json!({ "click_token": token }))
        .await?;
    let rewards = order.pointer("/referral/rewards").and_then(Value::as_array);
    let mut own = rewards.into_iter().flatten();
    let own = own.find(|reward| text(reward, "/side") == "advocate");
    let id = text(own.context("a reward")?, "/id").to_owned();
    let reward = reward(world, &id).await?;
    let receipt = path_of(text(&reward, "/receipt_url")).to_owned();
    Ok((id, receipt))
}

async fn reward(world: &World, id: &str) -> Result<Value> {
    world.api.get(&format!("/v1/rewards/{id}")).await
}

async fn page(world: &World, path: &str) -> Result<String> {
    let page = world.follow(path, &[]).await?;
    assert_eq!(page.status, 200, "{path}: {}", page.text);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    let policy = page.header("content-security-policy").unwrap_or_default();
    assert!(
        policy.contains("form-action 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert!(!page.text.contains("<script"), "{}", page.text);
    for name in ["Ada", "mail.example"] {
        assert!(!page.text.contains(name), "{name}: {}", page.text);
    }
    Ok(page.text)
}

async fn appeal(world: &World, path: &str, words: &str) -> Result<wire::Answer> {
    let body = format!("text={words}");
    world.send_text("POST", path, &body, &[FORM]).await
}

async fn act(world: &World, id: &str, act: &str) -> Result<()> {
    let done = world
        .post(&format!("/v1/rewards/{id}/{act}"), &json!({}))
        .await?;
    assert_eq!(done.status, 200, "{act}: {}", done.text);
    Ok(())
}

#[tokio::test]
async fn a_receipt_shows_what_counted_and_what_is_awaited_with_dates() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let (id, path) = earned(&world).await?;
    assert!(path.starts_with("/s/"), "{path}");
    assert!(!path.contains(&id), "{path}");
    let html = page(&world, &path).await?;
    for said in [
        "€10",
        "A friend followed your link, shared on WhatsApp",
        "Your friend placed an order",
        "The return period ends, and the reward is ready",
        "class=\"next\"",
    ] {
        assert!(html.contains(said), "{said}: {html}");
    }
    let released = text(&reward(&world, &id).await?, "/release_at").to_owned();
    let machine = format!("datetime=\"{}Z\"", &released[..16]);
    assert!(html.contains(&machine), "{machine}: {html}");
    assert!(!html.contains("<form"), "nothing to ask yet: {html}");
    let early = appeal(&world, &path, "Why%3F").await?;
    assert_eq!(early.status, 303);
    assert_eq!(
        reward(&world, &id).await?.pointer("/appeal"),
        Some(&Value::Null)
    );

    world.api.advance_clock(15 * 86_400).await?;
    let html = page(&world, &path).await?;
    assert!(html.contains("The reward became yours"), "{html}");
    assert!(!html.contains("The return period ends"), "{html}");
    let mail = inbox::newest(&world.api, "reward_ready", ADA).await?;
    let receipt = mail.links.get(2).context("a link to the receipt")?;
    assert_eq!(path_of(receipt), path);
    assert!(mail.text.contains(receipt) && mail.html.contains(receipt));
    Ok(())
}

#[tokio::test]
async fn a_declined_reward_says_why_and_takes_one_appeal() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let (id, path) = earned(&world).await?;
    act(&world, &id, "void").await?;
    let mail = inbox::newest(&world.api, "reward_declined", ADA).await?;
    assert_eq!(mail.links.get(2).map(|link| path_of(link)), Some(&*path));
    let html = page(&world, &path).await?;
    assert!(html.contains("The shop has looked at the order"), "{html}");
    assert!(html.contains("<textarea"), "{html}");

    for wrong in ["", "%20%0D%0A", &"x".repeat(1_001)] {
        let answer = appeal(&world, &path, wrong).await?;
        assert_eq!(answer.status, 422, "{}", answer.text());
        assert!(answer.text().contains("1 to 1,000 characters"));
        assert!(answer.text().contains("<textarea"));
    }
    let words = "It+was+%3Cscript%3E%0D%0Amy+sister%3B+a+%26+b";
    for _ in 0..2 {
        let answer = appeal(&world, &path, words).await?;
        assert_eq!(answer.status, 303, "{}", answer.text());
        assert_eq!(answer.header("location"), Some(&*path));
    }
    assert_eq!(appeal(&world, &path, "another").await?.status, 303);
    let html = page(&world, &path).await?;
    assert!(html.contains("You asked the shop to look again"), "{html}");
    assert!(html.contains("It was &#60;script&#62;"), "{html}");
    assert!(!html.contains("<form"), "{html}");

    let seen = reward(&world, &id).await?;
    let kept = "It was <script>\nmy sister; a & b";
    assert_eq!(text(&seen, "/appeal/text"), kept);
    assert_eq!(seen.pointer("/appeal/open"), Some(&json!(true)));
    let mails = inbox::all(&world.api).await?;
    let told: Vec<_> = mails.iter().filter(|m| m.template == "appeal").collect();
    assert_eq!(told.len(), 1, "the merchant is told once");
    assert!(
        told[0].text.contains("> my sister; a & b"),
        "{}",
        told[0].text
    );
    assert!(!told[0].html.contains("<script"), "{}", told[0].html);
    assert!(told[0].text.contains(&id) && told[0].text.contains("7001"));
    Ok(())
}

#[tokio::test]
async fn the_merchants_answer_is_read_on_the_receipt() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let (id, path) = earned(&world).await?;
    let route = format!("/v1/rewards/{id}/appeal");
    let answer = world.post(&route, &json!({ "answer": "No." })).await?;
    refused(&answer, 409, "wrong_status", "no appeal yet");
    act(&world, &id, "void").await?;
    appeal(&world, &path, "Please+look+again.").await?;
    let answer = world.post(&route, &json!({ "answer": "" })).await?;
    refused(&answer, 422, "invalid_answer", "no words");
    let answer = world.post(&route, &json!({ "reply": "x" })).await?;
    assert_eq!(answer.status, 400, "{}", answer.text);
    let by_nobody = world
        .anybody
        .request(Method::POST, &route, Some(&json!({ "answer": "x" })), &[])
        .await?;
    refused(&by_nobody, 401, "unauthorized", "without a key");
    let words = json!({ "answer": "It is <b>one</b> card." });
    let answer = world.post(&route, &words).await?;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let html = page(&world, &path).await?;
    assert!(html.contains("The shop answered on"), "{html}");
    assert!(html.contains("It is &#60;b&#62;one"), "{html}");
    assert!(!html.contains("<form"), "{html}");

    act(&world, &id, "reinstate").await?;
    let html = page(&world, &path).await?;
    assert!(html.contains("The shop looked again: it counts"), "{html}");
    Ok(())
}

#[tokio::test]
async fn nobody_guesses_a_receipt_or_presses_its_button_from_elsewhere() -> Result<()> {
    let edge = Edge::shared().await?;
    let (world, other) = (World::open(edge).await?, World::open(edge).await?);
    let (id, path) = earned(&world).await?;
    act(&world, &id, "void").await?;
    let sealed = path.split_once('.').context("a token")?.1;
    let altered = if sealed.ends_with('A') { "B" } else { "A" };
    for wrong in [
        format!("/s/{}.{sealed}", other.slug),
        format!("/s/{}.{}{altered}", world.slug, &sealed[..sealed.len() - 1]),
        format!("/s/{}.{id}", world.slug),
        format!("/s/{}.", world.slug),
        "/s/nobody-at-all.AAAA".to_owned(),
        "/s/x".to_owned(),
    ] {
        let shown = world.follow(&wrong, &[]).await?;
        assert_eq!(shown.status, 404, "{wrong}: {}", shown.text);
        assert!(shown.text.contains("<h1>"), "{wrong}");
        assert_eq!(appeal(&world, &wrong, "x").await?.status, 404, "{wrong}");
    }
    for header in ["Origin: https://evil.example", "Sec-Fetch-Site: cross-site"] {
        let pressed = world
            .send_text("POST", &path, "text=x", &[FORM, header])
            .await?;
        assert_eq!(pressed.status, 403, "{header}");
    }
    assert_eq!(
        reward(&world, &id).await?.pointer("/appeal"),
        Some(&Value::Null)
    );
    let put = world.anybody.request(Method::PUT, &path, None, &[]).await?;
    assert_eq!(put.status, 405);
    Ok(())
}

#[tokio::test]
async fn the_friends_receipt_speaks_to_the_friend() -> Result<()> {
    let world = World::open_as(Edge::shared().await?, &json!({ "locale": "pl" })).await?;
    let link = world.advocate(ADA).await?;
    let token = world.friend(&link, 1).await?;
    let order = world
        .order("7002", &json!({ "click_token": token }))
        .await?;
    let rewards = order.pointer("/referral/rewards").and_then(Value::as_array);
    let mut both = rewards.into_iter().flatten();
    let theirs = both.find(|reward| text(reward, "/side") == "friend");
    let id = text(theirs.context("a friend's reward")?, "/id").to_owned();
    act(&world, &id, "void").await?;
    let seen = reward(&world, &id).await?;
    let html = page(&world, path_of(text(&seen, "/receipt_url"))).await?;
    assert!(html.contains("<html lang=\"pl\">"), "{html}");
    assert!(
        html.contains("Wejście z linku od kogoś znajomego"),
        "{html}"
    );
    assert!(html.contains("Dlaczego: "), "{html}");
    Ok(())
}
