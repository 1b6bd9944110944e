//! `POST /b/{merchant}/consent`, and the cookie in all its parts: who sets it, where,
//! for how long.

use anyhow::{Context, Result};
use grapevine_tests::edge::{Edge, FOREIGN_HOST, HOST};
use grapevine_tests::wire;
use grapevine_tests::world::World;
use serde_json::{Value, json};
use xtask::client::DESKTOP;

use crate::refusals::refused;

/// Posts to `host` with the cookie that a browser would bring; the cookie that is set.
async fn decide(world: &World, host: &str, body: &Value, cookie: &str) -> Result<Option<String>> {
    let origin = format!("Origin: {}", world.shop_origin);
    let cookie = format!("Cookie: other=1; gv_click={cookie}");
    let headers = [origin.as_str(), cookie.as_str()];
    let path = format!("/b/{}/consent", world.slug);
    let answer = wire::send(world.port, "POST", &path, host, &headers, &body.to_string()).await?;
    assert_eq!(answer.status, 204, "{}", answer.text());
    assert_eq!(
        answer.header("access-control-allow-credentials"),
        Some("true")
    );
    let set: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie")
        .collect();
    assert!(set.len() <= 1, "{set:?}");
    Ok(set.first().map(|(_, value)| value.clone()))
}

/// The cookie's value and its attributes, sorted.
fn parts(cookie: &str) -> (String, Vec<String>) {
    let mut parts: Vec<_> = cookie.split("; ").map(str::to_owned).collect();
    let value = parts.remove(0).replace("gv_click=", "");
    parts.sort();
    (value, parts)
}

fn attributes(days: u32, domain: bool) -> Vec<String> {
    let age = format!("Max-Age={}", days * 86_400);
    let domain = domain.then_some("Domain=shop.localhost");
    let parts =
        domain
            .into_iter()
            .chain(["HttpOnly", age.as_str(), "Path=/", "SameSite=Lax", "Secure"]);
    parts.map(str::to_owned).collect()
}

#[tokio::test]
async fn the_cookie_lives_as_long_as_the_programmes_window() -> Result<()> {
    let edge = Edge::shared().await?;
    let usual = World::open(edge).await?;
    for days in [1, 30, 400] {
        let program = usual.program_with(&json!({ "window_days": days })).await?;
        let world = World::open_as(edge, &json!({ "program": program })).await?;
        let link = world.advocate("ada@mail.example").await?;
        let agent = format!("User-Agent: {DESKTOP}");
        for (host, domain) in [(HOST, true), (FOREIGN_HOST, false)] {
            let answer = wire::send(world.port, "GET", &link, host, &[&agent], "").await?;
            let set = answer.header("set-cookie").context("a cookie")?;
            assert_eq!(parts(set).1, attributes(days, domain), "{host}");
        }
        let token = world.click(&link, "198.51.100.91").await?;
        let given = json!({ "given": true, "token": token });
        let set = decide(&world, HOST, &given, "")
            .await?
            .context("a cookie")?;
        assert_eq!(parts(&set), (token, attributes(days, true)));
    }
    Ok(())
}

#[tokio::test]
async fn with_consent_required_it_is_set_when_given_and_deleted_when_withdrawn() -> Result<()> {
    let world = World::open_as(Edge::shared().await?, &json!({ "consent_required": true })).await?;
    let link = world.advocate("ada@mail.example").await?;
    let answer = world.follow(&link, &World::person("198.51.100.92")).await?;
    assert_eq!(answer.header("set-cookie"), None);
    let token = world.click(&link, "198.51.100.93").await?;
    let given = json!({ "given": true, "token": token });
    let set = decide(&world, HOST, &given, "")
        .await?
        .context("a cookie")?;
    assert_eq!(parts(&set), (token.clone(), attributes(30, true)));
    for body in [
        json!({ "given": false }),
        json!({ "given": false, "token": token }),
    ] {
        let set = decide(&world, HOST, &body, &token).await?;
        let set = set.context("a cookie")?;
        assert_eq!(parts(&set), (String::new(), attributes(0, true)));
    }
    Ok(())
}

#[tokio::test]
async fn only_what_is_proved_is_kept_and_nothing_on_a_foreign_site() -> Result<()> {
    let edge = Edge::shared().await?;
    let world = World::open(edge).await?;
    let other = World::open(edge).await?;
    let mut tokens = Vec::new();
    for n in 0..7 {
        let link = world.advocate(&format!("a{n}@mail.example")).await?;
        tokens.push(world.friend(&link, n).await?);
    }
    let link = other.advocate("eve@mail.example").await?;
    let foreign = other.click(&link, "198.51.100.94").await?;
    let [a, b, ..] = tokens.as_slice() else {
        anyhow::bail!("seven tokens");
    };
    let sorted = |list: &str| {
        let mut list: Vec<_> = list.split('.').map(str::to_owned).collect();
        list.sort();
        list
    };

    // What the page knows and what the cookie knew, each once.
    let page = json!({ "given": true, "token": format!("AAAA.{b}.{foreign}..{b}") });
    let set = decide(&world, HOST, &page, &format!("{a}.x")).await?;
    let (kept, _) = parts(&set.context("a cookie")?);
    assert_eq!(sorted(&kept), sorted(&format!("{a}.{b}")));
    // Five at most.
    let page = json!({ "given": true, "token": tokens.join(".") });
    let set = decide(&world, HOST, &page, "").await?.context("a cookie")?;
    assert_eq!(parts(&set).0.split('.').count(), 5, "{set}");

    for token in [
        "",
        "AAAA",
        foreign.as_str(),
        "\r\nSet-Cookie: a=b",
        "; Domain=localhost",
    ] {
        let body = json!({ "given": true, "token": token });
        assert_eq!(decide(&world, HOST, &body, "").await?, None, "{token}");
    }
    let body = json!({ "given": true, "token": a });
    assert_eq!(decide(&world, FOREIGN_HOST, &body, "").await?, None);
    let body = json!({ "given": false });
    let set = decide(&world, FOREIGN_HOST, &body, a).await?;
    let set = set.context("a cookie")?;
    assert_eq!(parts(&set), (String::new(), attributes(0, false)));
    Ok(())
}

#[tokio::test]
async fn an_answer_that_is_neither_yes_nor_no_is_refused() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for body in [
        json!({}),
        json!({ "given": "yes" }),
        json!({ "given": null }),
    ] {
        let answer = world.page_posts("consent", &body).await?;
        refused(&answer, 400, "malformed", &body.to_string());
        assert_eq!(answer.header("set-cookie"), None);
    }
    Ok(())
}

#[tokio::test]
async fn a_browsers_order_counts_the_clicks_of_page_and_cookie() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let [ada, eve] = ["ada@mail.example", "eve@mail.example"];
    let ada = world
        .click(&world.advocate(ada).await?, "198.51.100.95")
        .await?;
    let eve = world
        .click(&world.advocate(eve).await?, "198.51.100.96")
        .await?;
    let said = json!({"order_id": "1", "amount": 4_200, "currency": "EUR", "token": eve});
    let cookie = format!("gv_click={eve}.{ada}.forged");
    let headers = [
        ("Origin", world.shop_origin.as_str()),
        ("Cookie", cookie.as_str()),
    ];
    let path = format!("/b/{}/orders", world.slug);
    let answer = world
        .anybody
        .request(reqwest::Method::POST, &path, Some(&said), &headers)
        .await?;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let order = world.api.conversion("1").await?;
    assert_eq!(order["why"].as_array().map(Vec::len), Some(2), "{order}");
    Ok(())
}
