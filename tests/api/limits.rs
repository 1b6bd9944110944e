//! How much one network, code or key may ask for, and how large it may be.

use anyhow::{Context, Result};
use grapevine_tests::edge::{Edge, HOST};
use grapevine_tests::wire;
use grapevine_tests::world::{CLOSED_SHOP, World, number};
use reqwest::Method;
use serde_json::{Value, json};
use xtask::client::Answer;
use xtask::workerd::ADDRESS_HEADER;

use crate::refusals::refused;

/// What a page of the shop posts for a visitor at `address`.
async fn page_posts(world: &World, address: &str, action: &str, body: &Value) -> Result<Answer> {
    let path = format!("/b/{}/{action}", world.slug);
    let headers = [
        ("Origin", world.shop_origin.as_str()),
        ("Content-Type", "text/plain"),
        (ADDRESS_HEADER, address),
    ];
    let request = world
        .anybody
        .request(Method::POST, &path, Some(body), &headers);
    request.await
}

/// 429 with a time that is worth waiting for.
fn too_many(answer: &Answer) -> Result<()> {
    assert_eq!(answer.status, 429, "{}", answer.text);
    let seconds: u32 = answer
        .header("retry-after")
        .context("no Retry-After")?
        .parse()?;
    assert!((1..=60).contains(&seconds), "{seconds}");
    Ok(())
}

#[tokio::test]
async fn the_61st_click_of_a_network_in_a_minute_is_redirected_and_not_counted() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    // Visitors of one IPv6 network, none of them a repeat of another.
    for n in 1..=61 {
        let address = format!("2001:db8:5:5::{n:x}");
        let answer = world.follow(&link, &World::person(&address)).await?;
        assert_eq!(answer.status, 302, "click {n}");
        assert!(
            answer
                .header("location")
                .is_some_and(|to| to.contains("gv="))
        );
    }
    // Another network at the same time.
    world.click(&link, "2001:db8:5:6::1").await?;
    let funnel = world.funnel_with("/clicks", 61).await?;
    assert_eq!(number(&funnel, "/dropped/rate_limit"), 1, "{funnel}");
    Ok(())
}

#[tokio::test]
async fn a_network_that_clicks_without_end_is_refused_and_others_are_not() -> Result<()> {
    let limits = [("LIMITS", "click_soft=5,click_hard=10")];
    let edge = Edge::start_with(&limits).await?;
    let (world, other) = (World::open(&edge).await?, World::open(&edge).await?);
    let link = world.advocate("ada@mail.example").await?;
    let click = async |n: usize| {
        let address = format!("2001:db8:7:7::{n:x}");
        world.follow(&link, &World::person(&address)).await
    };
    for n in 1..=10 {
        assert_eq!(click(n).await?.status, 302);
    }
    let answer = click(11).await?;
    too_many(&answer)?;
    assert_eq!(answer.header("cache-control"), Some("private, no-store"));
    assert!(answer.header("set-cookie").is_none());
    world.click(&link, "2001:db8:7:8::1").await?;
    let elsewhere = other.advocate("bea@mail.example").await?;
    other.click(&elsewhere, "2001:db8:7:7::1").await?;
    let funnel = world.funnel_with("/clicks", 6).await?;
    assert_eq!(number(&funnel, "/dropped/rate_limit"), 6, "{funnel}");
    Ok(())
}

#[tokio::test]
async fn a_code_above_its_limit_still_leads_to_the_shop() -> Result<()> {
    let edge = Edge::start_with(&[("LIMITS", "code=3")]).await?;
    let world = World::open(&edge).await?;
    let (link, other) = (
        world.advocate("ada@mail.example").await?,
        world.advocate("bea@mail.example").await?,
    );
    for n in 0..5 {
        world.friend(&link, n).await?;
    }
    world.friend(&other, 0).await?;
    let funnel = world.funnel_with("/clicks", 4).await?;
    assert_eq!(number(&funnel, "/dropped/rate_limit"), 2, "{funnel}");
    Ok(())
}

#[tokio::test]
async fn twenty_people_of_one_network_join_in_a_minute() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let join = async |address: &str, n: usize| {
        let body = json!({"email": format!("n{n}@mail.example"), "placement": "floating"});
        page_posts(&world, address, "advocates", &body).await
    };
    for n in 0..20 {
        assert_eq!(join("192.0.2.7", n).await?.status, 201);
    }
    let answer = join("192.0.2.7", 20).await?;
    too_many(&answer)?;
    refused(&answer, 429, "rate_limited", "the 21st");
    // The widget has to be able to read it.
    let allowed = answer.header("access-control-allow-origin");
    assert_eq!(allowed, Some(world.shop_origin.as_str()));
    assert_eq!(join("192.0.2.8", 21).await?.status, 201);
    let seen = page_posts(&world, "192.0.2.7", "views", &json!({})).await?;
    assert_eq!(seen.status, 204, "another act");
    Ok(())
}

#[tokio::test]
async fn every_act_of_a_page_has_a_limit_of_its_own() -> Result<()> {
    let edge = Edge::start_with(&[("LIMITS", "few=2,some=3,many=4")]).await?;
    let world = World::open(&edge).await?;
    for (action, most) in [
        ("advocates", 2),
        ("claims", 3),
        ("orders", 3),
        ("landings", 4),
        ("me", 4),
        ("presses", 4),
        ("views", 4),
    ] {
        for n in 0..most {
            let answer = page_posts(&world, "192.0.2.7", action, &json!({})).await?;
            assert_ne!(answer.status, 429, "{action} {n}");
        }
        let answer = page_posts(&world, "192.0.2.7", action, &json!({})).await?;
        too_many(&answer).context(action)?;
        let other = page_posts(&world, "192.0.2.8", action, &json!({})).await?;
        assert_ne!(other.status, 429, "{action}");
    }
    Ok(())
}

#[tokio::test]
async fn people_are_told_on_a_page() -> Result<()> {
    let edge = Edge::start_with(&[("LIMITS", "few=1,some=1,many=1")]).await?;
    let world = World::open(&edge).await?;
    let slug = &world.slug;
    for (method, path) in [
        (Method::POST, "/console".to_owned()),
        (Method::GET, format!("/m/{slug}.x")),
        (Method::POST, format!("/m/{slug}.x")),
        (Method::POST, format!("/u/{slug}.x")),
    ] {
        let headers = [(ADDRESS_HEADER, "192.0.2.7")];
        let ask = async || {
            let request = world.anybody.request(method.clone(), &path, None, &headers);
            request.await
        };
        assert_ne!(ask().await?.status, 429, "{method} {path}");
        let answer = ask().await?;
        too_many(&answer).with_context(|| format!("{method} {path}"))?;
        let kind = answer.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("text/html"), "{method} {path}: {kind}");
    }
    Ok(())
}

#[tokio::test]
async fn a_key_has_a_limit_and_another_merchants_has_its_own() -> Result<()> {
    let edge = Edge::start_with(&[("LIMITS", "keys=3")]).await?;
    let (world, other) = (World::open(&edge).await?, World::open(&edge).await?);
    let ask = async |world: &World| {
        let request = world.api.request(Method::GET, "/v1/program", None, &[]);
        request.await
    };
    // A stranger who knows the name and not the key uses nothing up.
    let wrong = world.anybody.with_key(&format!("gv_sk.{}.1.x", world.slug));
    for _ in 0..5 {
        let answer = wrong.request(Method::GET, "/v1/program", None, &[]).await?;
        refused(&answer, 401, "unauthorized", "a wrong key");
    }
    for _ in 0..3 {
        assert_eq!(ask(&world).await?.status, 200);
    }
    let answer = ask(&world).await?;
    too_many(&answer)?;
    refused(&answer, 429, "rate_limited", "the fourth");
    assert_eq!(ask(&other).await?.status, 200);
    Ok(())
}

#[tokio::test]
async fn where_nobody_names_the_address_no_network_is_limited() -> Result<()> {
    let edge = Edge::start_with(&[
        ("LIMITS", "click_soft=1,click_hard=2,few=1,some=1,many=1"),
        ("TRUSTED_ADDRESS_HEADER", ""),
    ])
    .await?;
    let world = World::open(&edge).await?;
    let link = world.advocate("ada@mail.example").await?;
    for n in 1..=5 {
        world.click(&link, "192.0.2.7").await?;
        let body = json!({"email": format!("n{n}@mail.example")});
        let joined = page_posts(&world, "192.0.2.7", "advocates", &body).await?;
        assert_eq!(joined.status, 201);
    }
    world.funnel_with("/clicks", 5).await?;
    Ok(())
}

#[tokio::test]
async fn limits_that_cannot_be_meant_are_named_in_the_log() -> Result<()> {
    let edge = Edge::start_with(&[("LIMITS", "click_soft=many")]).await?;
    let opened = edge.open_merchant("acme", CLOSED_SHOP, &json!({})).await;
    let error = format!("{:#}", opened.err().context("it opened a merchant")?);
    assert!(error.contains("500"), "{error}");
    let log = edge.log()?;
    let said = "configuration: LIMITS: click_soft=many: is not a whole number";
    assert!(log.contains(said), "{log}");
    Ok(())
}

#[tokio::test]
async fn a_body_in_parts_is_read_up_to_64_kb_and_no_further() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let origin = format!("Origin: {}", world.shop_origin);
    let path = format!("/b/{}/advocates", world.slug);
    let headers = [origin.as_str(), "Content-Type: text/plain"];
    let parts = ["{\"email\":\"in-parts", "@mail.example\"}"];
    let post = wire::post_chunked(world.port, &path, HOST, &headers, &parts, true);
    assert_eq!(post.await?.status, 201);

    // Its end never comes: who waited for it would never answer.
    let part = " ".repeat(16 * 1024);
    let endless = vec![part.as_str(); 5];
    let key = format!("Authorization: Bearer {}", world.keys.secret_key);
    for (path, header) in [
        (path.as_str(), origin.as_str()),
        ("/v1/advocates", key.as_str()),
        ("/v1/conversions", key.as_str()),
        ("/v1/conversions/o/refunds", key.as_str()),
        ("/v1/coupons", key.as_str()),
        ("/console", "Sec-Fetch-Site: same-origin"),
    ] {
        let headers = [header];
        let post = wire::post_chunked(world.port, path, HOST, &headers, &endless, false);
        let answer = post.await.context(path.to_owned())?;
        assert_eq!(answer.status, 413, "{path}: {}", answer.text());
    }
    Ok(())
}

#[tokio::test]
async fn an_address_beyond_8_kb_is_refused_but_a_link_leads_to_the_shop() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let long = "a".repeat(8 * 1024);
    let path = format!("/v1/referrals?after={long}");
    let answer = world.api.request(Method::GET, &path, None, &[]).await?;
    refused(&answer, 414, "address_too_long", "a long address");
    let path = format!("/console?next={long}");
    let page = world.anybody.request(Method::GET, &path, None, &[]);
    assert_eq!(page.await?.status, 414);
    let link = format!("{link}?utm_source={long}");
    world.click(&link, "2001:db8:9:9::1").await?;
    Ok(())
}

#[tokio::test]
async fn what_books_cost_is_told_to_their_merchant_in_development_only() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let costs = async || world.api.get("/v1/test/costs").await;
    let before = costs().await?;
    world.advocate("ada@mail.example").await?;
    let after = costs().await?;
    assert!(number(&after, "/rows_written") > number(&before, "/rows_written"));
    assert!(number(&after, "/transactions") > number(&before, "/transactions"));
    let stranger = world
        .anybody
        .request(Method::GET, "/v1/test/costs", None, &[]);
    refused(&stranger.await?, 401, "unauthorized", "no key");

    let edge = Edge::start_with(&[("DEV_MODE", "")]).await?;
    let world = World::open(&edge).await?;
    let answer = world.api.request(Method::GET, "/v1/test/costs", None, &[]);
    refused(&answer.await?, 404, "not_found", "in service");
    Ok(())
}
