//! `GET /r/{merchant}/{code}`: where a link leads, what it sets, what it counts.

use anyhow::{Context, Result};
use grapevine_tests::edge::{Edge, FOREIGN_HOST, HOST};
use grapevine_tests::wire;
use grapevine_tests::world::{World, number, token_of};
use reqwest::Method;
use serde_json::json;
use xtask::client::DESKTOP;

use crate::refusals::refused;

#[tokio::test]
async fn a_click_leads_to_the_shop_with_a_token_and_a_cookie() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let link = format!("{link}?c=whatsapp&utm_source=chat&gv=forged");
    let answer = world.follow(&link, &World::person("198.51.100.20")).await?;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.header("cache-control"), Some("private, no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    let to = answer.header("location").context("a Location")?;
    let token = token_of(to).context("a token")?;
    assert!(token.len() <= 80 && token.len() > 20, "{token}");
    let expected = format!("{}/?utm_source=chat&gv={token}", world.shop_origin);
    assert_eq!(to, expected);

    let cookie = answer.header("set-cookie").context("a cookie")?;
    let mut parts: Vec<&str> = cookie.split("; ").collect();
    assert_eq!(parts.remove(0), format!("gv_click={token}"));
    parts.sort_unstable();
    assert_eq!(
        parts,
        [
            "Domain=shop.localhost",
            "HttpOnly",
            "Max-Age=2592000",
            "Path=/",
            "SameSite=Lax",
            "Secure"
        ]
    );
    let funnel = world.funnel_with("/clicks", 1).await?;
    assert_eq!(number(&funnel, "/clicks_by_channel/whatsapp"), 1);
    Ok(())
}

#[tokio::test]
async fn on_another_site_the_cookie_stays_with_the_edge() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let agent = format!("User-Agent: {DESKTOP}");
    let answer = wire::send(world.port, "GET", &link, FOREIGN_HOST, &[&agent], "").await?;
    assert_eq!(answer.status, 302);
    let cookie = answer.header("set-cookie").context("a cookie")?;
    assert!(!cookie.contains("Domain"), "{cookie}");
    Ok(())
}

#[tokio::test]
async fn with_consent_required_nothing_is_stored() -> Result<()> {
    let world = World::open_as(Edge::shared().await?, &json!({ "consent_required": true })).await?;
    let link = world.advocate("ada@mail.example").await?;
    let answer = world.follow(&link, &World::person("198.51.100.21")).await?;
    assert_eq!(answer.status, 302);
    assert_eq!(answer.header("set-cookie"), None);
    assert!(token_of(answer.header("location").unwrap_or_default()).is_some());
    Ok(())
}

#[tokio::test]
async fn programs_are_shown_the_way_and_set_aside() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let agents = [
        "facebookexternalhit/1.1",
        "WhatsApp/2.24 A",
        "TelegramBot (like TwitterBot)",
        "Slackbot-LinkExpanding 1.0",
        "Mozilla/5.0 (compatible; Googlebot/2.1)",
    ];
    for agent in agents {
        let answer = world.follow(&link, &[("User-Agent", agent)]).await?;
        assert_eq!(answer.status, 302, "{agent}");
        assert_eq!(answer.header("set-cookie"), None, "{agent}");
        assert_eq!(
            token_of(answer.header("location").unwrap_or_default()),
            None,
            "{agent}"
        );
    }
    let silent = wire::send(world.port, "GET", &link, HOST, &[], "").await?;
    assert_eq!(silent.status, 302);
    let head = world
        .anybody
        .request(Method::HEAD, &link, None, &World::person("198.51.100.22"))
        .await?;
    assert_eq!((head.status, head.text.as_str()), (302, ""));
    for header in ["Purpose", "Sec-Purpose"] {
        let ahead = [("User-Agent", DESKTOP), (header, "prefetch;prerender")];
        assert_eq!(world.follow(&link, &ahead).await?.status, 302);
    }
    let funnel = world.funnel_with("/dropped/bot", 5).await?;
    assert_eq!(number(&funnel, "/dropped/missing_agent"), 1, "{funnel}");
    world.funnel_with("/dropped/head", 1).await?;
    let funnel = world.funnel_with("/dropped/prefetch", 2).await?;
    assert_eq!(number(&funnel, "/clicks"), 0, "{funnel}");
    Ok(())
}

#[tokio::test]
async fn one_visitor_is_one_click_and_another_one_another() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    for _ in 0..3 {
        world.click(&link, "198.51.100.23").await?;
    }
    world.click(&link, "198.51.100.24").await?;
    let funnel = world.funnel_with("/clicks", 2).await?;
    assert_eq!(number(&funnel, "/dropped/repeat"), 2, "{funnel}");
    Ok(())
}

#[tokio::test]
async fn clicks_in_a_burst_are_all_counted() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let mut clicks = tokio::task::JoinSet::new();
    for worker in 0..8 {
        let (client, link) = (world.anybody.clone(), link.clone());
        clicks.spawn(async move {
            for n in 0..50 {
                client
                    .click(&link, &format!("203.0.113.{worker}.{n}"))
                    .await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = clicks.join_next().await {
        done??;
    }
    world.funnel_with("/clicks", 400).await?;
    Ok(())
}

#[tokio::test]
async fn a_code_with_a_typo_or_of_nobody_leads_to_the_shop_all_the_same() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let code = link.rsplit('/').next().context("a code")?;
    let reversed: String = code.chars().rev().collect();
    for wrong in ["aaaaaaaa", "x", "%3Cscript%3E", reversed.as_str()] {
        if wrong == code {
            continue;
        }
        let answer = world
            .follow(
                &format!("/r/{}/{wrong}", world.slug),
                &World::person("198.51.100.25"),
            )
            .await?;
        assert_eq!(answer.status, 302, "{wrong}");
        let to = answer.header("location").unwrap_or_default();
        assert!(to.starts_with(&format!("{}/", world.shop_origin)), "{to}");
    }
    // Codes are typed from paper too.
    let loud = format!("/r/{}/{}", world.slug, code.to_uppercase());
    let answer = world.follow(&loud, &World::person("198.51.100.26")).await?;
    assert!(token_of(answer.header("location").unwrap_or_default()).is_some());
    let funnel = world.funnel_with("/clicks", 1).await?;
    assert!(number(&funnel, "/dropped/bad_code") >= 3, "{funnel}");
    Ok(())
}

#[tokio::test]
async fn a_shop_that_there_is_not_is_a_page_in_words() -> Result<()> {
    let anybody = Edge::shared().await?.client()?;
    for slug in ["nobody-at-all", "NOBODY", "a%2fb", "%00"] {
        let answer = anybody
            .request(
                Method::GET,
                &format!("/r/{slug}/abcdefgh"),
                None,
                &World::person("198.51.100.27"),
            )
            .await?;
        assert_eq!(answer.status, 404, "{slug}");
        let kind = answer.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("text/html"), "{slug}: {kind}");
        assert!(answer.text.contains("<h1>"), "{slug}");
    }
    Ok(())
}

#[tokio::test]
async fn only_get_and_head_follow_a_link() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = world
            .anybody
            .request(method.clone(), &link, Some(&json!({})), &[])
            .await?;
        refused(&answer, 405, "method_not_allowed", method.as_str());
    }
    Ok(())
}

#[tokio::test]
async fn nothing_in_an_address_leads_anywhere_but_to_the_shop() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let agent = format!("User-Agent: {DESKTOP}");
    let shop = format!("{}/", world.shop_origin);
    let long = format!("a={}", "x".repeat(5_000));
    for (n, query) in [
        "url=https://evil.example",
        "next=//evil.example&c=x",
        "@evil.example",
        "/../../evil.example",
        "//evil.example",
        "\\evil.example",
        "a=%0d%0aSet-Cookie:%20x=y",
        "a=%0d%0aLocation:%20https://evil.example",
        "#@evil.example",
        "a=\"><script>alert(1)</script>",
        "c=%00",
        "c=../../x",
        "gv=AAAA&gv=BBBB",
        "&&&&",
        "?",
        "%",
        "a=\u{202e}",
        long.as_str(),
    ]
    .into_iter()
    .enumerate()
    {
        let address = format!("CF-Connecting-IP: 203.0.113.{n}");
        let target = format!("{link}?{query}");
        let answer = wire::send(world.port, "GET", &target, HOST, &[&agent, &address], "").await?;
        if answer.status == 400 {
            continue; // the server itself takes no such address
        }
        assert_eq!(answer.status, 302, "{query}");
        let to = answer.header("location").unwrap_or_default();
        let front = to.strip_prefix(&shop);
        assert!(
            front.is_some_and(|rest| rest.starts_with('?')),
            "{query}: {to}"
        );
        assert!(
            to.bytes().all(|byte| byte.is_ascii_graphic()),
            "{query}: {to}"
        );
        assert_eq!(to.matches("gv=").count(), 1, "{query}: {to}");
        let cookies = answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie");
        assert_eq!(cookies.count(), 1, "{query}");
    }
    Ok(())
}

#[tokio::test]
async fn a_browser_that_brings_its_cookie_back_is_a_repeat() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let other = world.advocate("eve@mail.example").await?;
    let token = world.click(&link, "198.51.100.71").await?;
    let cookie = format!("a=b; gv_click={token}");
    let from = |address| {
        [
            ("User-Agent", DESKTOP),
            ("CF-Connecting-IP", address),
            ("Cookie", cookie.as_str()),
        ]
    };
    let again = world.follow(&link, &from("198.51.100.72")).await?;
    assert!(again.header("set-cookie").is_some(), "the proof is renewed");
    world.follow(&other, &from("198.51.100.73")).await?;
    let funnel = world.funnel_with("/clicks", 2).await?;
    assert_eq!(number(&funnel, "/dropped/repeat"), 1, "{funnel}");
    Ok(())
}
