//! The console, the outbox and what all pages have in common.

use anyhow::{Context, Result};
use grapevine_tests::edge::Edge;
use grapevine_tests::inbox;
use grapevine_tests::world::World;
use reqwest::Method;
use serde_json::json;
use xtask::client::Answer;

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";

/// Signs in with a form; returns the whole `Set-Cookie`.
async fn sign_in(world: &World) -> Result<String> {
    let body = format!("shop={}&secret_key={}", world.slug, world.keys.secret_key);
    let answer = world.send_text("POST", "/console", &body, &[FORM]).await?;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(answer.header("location"), Some("/console/overview"));
    Ok(answer.header("set-cookie").context("a cookie")?.to_owned())
}

fn pair(cookie: &str) -> &str {
    cookie.split(';').next().unwrap_or_default()
}

async fn get(world: &World, path: &str, cookie: &str) -> Result<Answer> {
    world.follow(path, &[("Cookie", cookie)]).await
}

#[tokio::test]
async fn a_merchant_signs_in_with_slug_and_secret_key_and_out_again() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let cookie = sign_in(&world).await?;
    for flag in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    assert!(!cookie.contains(&world.keys.secret_key), "{cookie}");
    let session = pair(&cookie);
    for path in ["/console/overview", "/console/install"] {
        let page = get(&world, path, session).await?;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text.contains("Kettle &amp; Leaf") || page.text.contains("Kettle &#38; Leaf"));
        assert!(!page.text.contains(&world.keys.secret_key), "{path}");
    }
    let again = get(&world, "/console", session).await?;
    assert_eq!(again.header("location"), Some("/console/overview"));
    let out = world
        .anybody
        .request(
            Method::POST,
            "/console/sign-out",
            None,
            &[("Cookie", session)],
        )
        .await?;
    assert_eq!(out.status, 303);
    assert!(
        out.header("set-cookie")
            .unwrap_or_default()
            .contains("Max-Age=0")
    );
    Ok(())
}

#[tokio::test]
async fn the_wrong_pair_signs_nobody_in() -> Result<()> {
    let edge = Edge::shared().await?;
    let (world, other) = (World::open(edge).await?, World::open(edge).await?);
    for (shop, key) in [
        (world.slug.as_str(), "wrong"),
        (world.slug.as_str(), other.keys.secret_key.as_str()),
        (world.slug.as_str(), world.keys.publishable_key.as_str()),
        ("nobody-at-all", world.keys.secret_key.as_str()),
        ("", ""),
        ("%3Cscript%3E", "%22%3E%3Cscript%3E"),
    ] {
        let body = format!("shop={shop}&secret_key={key}");
        let answer = world.send_text("POST", "/console", &body, &[FORM]).await?;
        assert_eq!(answer.status, 401, "{body}");
        assert_eq!(answer.header("set-cookie"), None);
        assert!(!answer.text().contains("<script"), "{body}");
    }
    Ok(())
}

#[tokio::test]
async fn without_a_session_the_way_leads_to_the_sign_in() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let session = sign_in(&world).await?;
    let tampered = format!("{}x", pair(&session));
    for path in ["/console/overview", "/console/install"] {
        for cookie in ["", "gv_console=x", "gv_console=a.b", tampered.as_str()] {
            let answer = get(&world, path, cookie).await?;
            assert_eq!(answer.status, 303, "{path} with {cookie}");
            assert_eq!(
                answer.header("location"),
                Some(format!("/console?next={path}").as_str())
            );
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_way_on_after_the_sign_in_stays_in_the_console() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for next in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aSet-Cookie:x=y",
    ] {
        let body = format!(
            "shop={}&secret_key={}&next={next}",
            world.slug, world.keys.secret_key
        );
        let answer = world.send_text("POST", "/console", &body, &[FORM]).await?;
        assert_eq!(answer.status, 303, "{next}");
        let to = answer.header("location").unwrap_or_default();
        assert!(
            to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n']),
            "{next} led to {to}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn another_sites_form_signs_nobody_in_or_out() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let session = sign_in(&world).await?;
    let cookie = format!("Cookie: {}", pair(&session));
    for origin in ["https://evil.example", world.shop_origin.as_str()] {
        let origin = format!("Origin: {origin}");
        let body = format!("shop={}&secret_key={}", world.slug, world.keys.secret_key);
        for (path, body) in [("/console", body.as_str()), ("/console/sign-out", "")] {
            let answer = world
                .send_text("POST", path, body, &[FORM, &origin, &cookie])
                .await?;
            assert_eq!(answer.status, 403, "{path} from {origin}");
            assert_eq!(answer.header("set-cookie"), None);
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_outbox_shows_every_mail_as_it_reads() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let empty = get(&world, &format!("/outbox/{}", world.slug), "").await?;
    assert_eq!(empty.status, 200);
    world.join("ada@mail.example").await?;
    let mail = inbox::newest(&world.api, "confirm", "ada@mail.example").await?;
    let list = get(&world, &format!("/outbox/{}", world.slug), "").await?;
    let subject = mail.subject.replace('&', "&#38;").replace('\'', "&#39;");
    assert!(list.text.contains(&subject), "{subject}: {}", list.text);
    let one = get(&world, &format!("/outbox/{}/{}", world.slug, mail.id), "").await?;
    for link in &mail.links {
        assert!(one.text.contains(link), "{link}");
    }
    let html = get(
        &world,
        &format!("/outbox/{}/{}/html", world.slug, mail.id),
        "",
    )
    .await?;
    let policy = html.header("content-security-policy").unwrap_or_default();
    assert!(
        policy.contains("sandbox") && policy.contains("default-src 'none'"),
        "{policy}"
    );
    for path in ["99999", "x", "1/x"] {
        let answer = get(&world, &format!("/outbox/{}/{path}", world.slug), "").await?;
        assert_eq!(answer.status, 404, "{path}");
    }
    let nobody = get(&world, "/outbox/nobody-at-all", "").await?;
    assert_eq!(nobody.status, 404);
    Ok(())
}

/// No script at all, and no style that a strict policy would have to allow.
fn plain(path: &str, page: &Answer) {
    let policy = page.header("content-security-policy").unwrap_or_default();
    assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
    assert!(!policy.contains("unsafe"), "{path}: {policy}");
    assert!(
        policy.contains("frame-ancestors 'none'"),
        "{path}: {policy}"
    );
    assert_eq!(
        page.header("x-content-type-options"),
        Some("nosniff"),
        "{path}"
    );
    assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
    let kind = page.header("content-type").unwrap_or_default();
    assert!(kind.starts_with("text/html"), "{path}: {kind}");
    let html = page.text.to_lowercase();
    for forbidden in [
        "<script",
        "<style",
        " style=",
        "javascript:",
        " onclick=",
        " onload=",
    ] {
        assert!(!html.contains(forbidden), "{path} has {forbidden}");
    }
    assert!(html.starts_with("<!doctype html>"), "{path}");
    assert!(html.contains("<html lang="), "{path}");
    assert_eq!(html.matches("<h1").count(), 1, "{path}");
}

#[tokio::test]
async fn every_page_is_plain_html_under_a_strict_policy() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    world.join("ada@mail.example").await?;
    let link = world.advocate("bob@mail.example").await?;
    let token = world.click(&link, "198.51.100.40").await?;
    world
        .order("4001", &json!({ "click_token": token }))
        .await?;
    let mail = inbox::newest(&world.api, "confirm", "ada@mail.example").await?;
    let session = sign_in(&world).await?;
    let outbox = format!("/outbox/{}", world.slug);
    for path in [
        "/",
        "/console?next=%22%3E%3Cscript%3E",
        "/console/overview",
        "/console/install",
        "/console/nothing",
        &outbox,
        &format!("{outbox}/{}", mail.id),
        "/outbox/nobody-at-all",
        mail.reader()?,
        mail.unsubscribe()?,
        "/m/x.y",
        "/nothing-here",
        "/r/nobody-at-all/abcdefgh",
    ] {
        let cookie = if path.starts_with("/console?") {
            ""
        } else {
            pair(&session)
        };
        let page = get(&world, path, cookie).await?;
        plain(path, &page);
        let head = world
            .anybody
            .request(Method::HEAD, path, None, &[("Cookie", cookie)])
            .await?;
        assert_eq!(head.status, page.status, "HEAD {path}");
        assert_eq!(head.text, "", "HEAD {path}");
    }
    Ok(())
}
