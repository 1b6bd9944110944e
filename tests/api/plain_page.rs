//! `/p/{merchant}`: what the panel does, without a script.

use anyhow::{Context, Result};
use grapevine_tests::edge::{Edge, HOST};
use grapevine_tests::wire;
use grapevine_tests::world::{World, unique};
use reqwest::Method;
use serde_json::json;
use xtask::workerd::ADDRESS_HEADER;

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
const IPHONE: &str = "User-Agent: Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) \
    AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

async fn join(world: &World, email: &str, headers: &[&str]) -> Result<wire::Answer> {
    let path = format!("/p/{}?lang=en", world.slug);
    let headers: Vec<&str> = headers.iter().copied().chain([FORM]).collect();
    let body = format!("email={email}");
    world.send_text("POST", &path, &body, &headers).await
}

/// What stands to be copied: the link, then the code.
fn copied(html: &str) -> Vec<&str> {
    let parts = html.split("<p class=\"copy\" dir=\"ltr\" translate=\"no\">");
    parts
        .skip(1)
        .filter_map(|part| part.split('<').next())
        .collect()
}

#[tokio::test]
async fn the_page_asks_in_the_readers_language() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let path = format!("/p/{}", world.slug);
    let polish = ("Accept-Language", "xx, pl-PL;q=0.9, en;q=0.8");
    for (query, header, tag, said) in [
        ("?lang=en&c=x", polish, "en", "Get my link"),
        ("?lang=pl", ("Accept-Language", "en"), "pl", "Odbierz link"),
        ("?lang=xx", polish, "pl", "Odbierz link"),
        ("", polish, "pl", "Odbierz link"),
        ("", ("Accept-Language", "xx"), "en", "Get my link"),
    ] {
        let page = world.follow(&format!("{path}{query}"), &[header]).await?;
        assert_eq!(page.status, 200, "{query}: {}", page.text);
        for part in [
            format!("<html lang=\"{tag}\" dir=\"ltr\">"),
            format!("<form method=\"post\" action=\"{path}?lang={tag}\">"),
            format!("data-merchant=\"{}\" data-placement=\"page\"", world.slug),
            said.to_owned(),
        ] {
            assert!(page.text.contains(&part), "{part} in {}", page.text);
        }
        let policy = page.header("content-security-policy").unwrap_or_default();
        for part in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "connect-src 'self'",
            "style-src 'self'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("'unsafe-inline'"), "{policy}");
        assert_eq!(page.header("cache-control"), Some("public, max-age=60"));
        assert_eq!(page.header("set-cookie"), None);
    }
    let head = world.send_text("HEAD", &path, "", &[]).await?;
    assert_eq!((head.status, head.body.len()), (200, 0));
    Ok(())
}

#[tokio::test]
async fn the_shops_colours_come_as_a_stylesheet() -> Result<()> {
    let accent = json!({ "accent": "#1f5c4d" });
    let world = World::open_as(Edge::shared().await?, &accent).await?;
    let css = world
        .follow(&format!("/p/{}/look.css", world.slug), &[])
        .await?;
    assert_eq!(css.status, 200);
    assert_eq!(css.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(css.text.contains("--gv-accent:#1f5c4d;"), "{}", css.text);
    Ok(())
}

#[tokio::test]
async fn joining_gives_link_code_and_buttons() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let page = join(&world, "ann%40mail.example", &[]).await?;
    let html = page.text();
    assert_eq!(page.status, 200, "{html}");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(page.header("set-cookie").is_none() && page.header("location").is_none());
    assert!(!html.contains("<script"), "{html}");
    let policy = page.header("content-security-policy").unwrap_or_default();
    assert!(!policy.contains("script-src"), "{policy}");
    let copied = copied(&html);
    let [link, code] = copied.as_slice() else {
        anyhow::bail!("no link and code: {html}")
    };
    assert_eq!(
        *link,
        format!("{}/r/{}/{code}", world.anybody.origin(), world.slug)
    );
    for part in [
        "https://wa.me/?text=Here%27s%20%E2%82%AC10",
        "%3Fc%3Dwhatsapp\"",
        "mailto:?subject=",
        "https://www.facebook.com/sharer/sharer.php?u=",
        "\"sms:?body=",
        "We sent a message to a",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(
        !html.contains("fb-messenger"),
        "no app on a desktop: {html}"
    );
    world
        .click(xtask::client::path_of(link), "198.51.100.7")
        .await?;
    world.funnel_with("/clicks", 1).await?;
    let phone = join(&world, "bob%40mail.example", &[IPHONE]).await?;
    let html = phone.text();
    assert!(
        html.contains("fb-messenger:") && html.contains("\"sms:&#38;body="),
        "{html}"
    );
    Ok(())
}

#[tokio::test]
async fn who_has_a_link_gets_it_by_mail() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    world.join("ann@mail.example").await?;
    let page = join(&world, "Ann%40mail.example+", &[]).await?;
    let html = page.text();
    assert_eq!(page.status, 200, "{html}");
    assert!(
        html.contains("Check your mail") && html.contains("Ann@mail.example"),
        "{html}"
    );
    assert!(copied(&html).is_empty(), "{html}");
    Ok(())
}

#[tokio::test]
async fn what_is_no_address_is_said_beside_the_field() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for email in ["", "ann%40", "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E"] {
        let page = join(&world, email, &[]).await?;
        let html = page.text();
        assert_eq!(page.status, 422, "{email}: {html}");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert!(html.contains("Check the address."), "{html}");
        assert!(html.contains("aria-invalid=\"true\""), "{html}");
        assert!(!html.contains("<script"), "{html}");
    }
    let page = join(&world, "ann%40", &[]).await?;
    assert!(page.text().contains("value=\"ann@\""), "{}", page.text());
    Ok(())
}

#[tokio::test]
async fn a_form_of_another_site_is_refused() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for headers in [
        ["Origin: https://evil.example"].as_slice(),
        &["Sec-Fetch-Site: cross-site", "Origin: null"],
        &["Sec-Fetch-Site: same-site"],
    ] {
        let page = join(&world, "ann%40mail.example", headers).await?;
        assert_eq!(page.status, 403, "{headers:?}: {}", page.text());
    }
    let own = format!("Origin: {}", world.anybody.origin());
    let page = join(&world, "ann%40mail.example", &[&own]).await?;
    assert_eq!(page.status, 200, "{}", page.text());
    Ok(())
}

#[tokio::test]
async fn too_many_tries_are_told_in_words() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let address = format!("{ADDRESS_HEADER}: 203.0.113.77");
    let mut last = None;
    for _ in 0..21 {
        last = Some(join(&world, "ann%40", &[&address]).await?);
    }
    let last = last.context("an answer")?;
    assert_eq!(last.status, 429, "{}", last.text());
    assert!(last.header("retry-after").is_some());
    let html = last.text();
    assert!(html.contains("Please try again."), "{html}");
    assert!(html.contains("value=\"ann@\""), "{html}");
    Ok(())
}

#[tokio::test]
async fn a_pause_is_said_and_gives_no_link() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let paused = world
        .api
        .request(Method::POST, "/v1/program/pause", None, &[])
        .await?;
    assert_eq!(paused.status, 200, "{}", paused.text);
    let path = format!("/p/{}", world.slug);
    let page = world.follow(&path, &[]).await?;
    assert!(page.text.contains("A short break"), "{}", page.text);
    assert!(!page.text.contains("<form"), "{}", page.text);
    let page = join(&world, "ann%40mail.example", &[]).await?;
    assert!(page.text().contains("A short break"), "{}", page.text());
    assert!(copied(&page.text()).is_empty());
    Ok(())
}

#[tokio::test]
async fn who_cannot_take_part_is_told_so() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let ann = world.api.create_advocate("ann@mail.example", "Ann").await?;
    let id = ann.pointer("/id").and_then(|id| id.as_str());
    let path = format!("/v1/advocates/{}?may_return=false", id.context("an id")?);
    let removed = world.api.request(Method::DELETE, &path, None, &[]).await?;
    assert!(removed.status < 300, "{}", removed.text);
    let page = join(&world, "ann%40mail.example", &[]).await?;
    let html = page.text();
    assert_eq!(page.status, 403, "{html}");
    assert!(html.contains("No link for you here"), "{html}");
    assert!(
        copied(&html).is_empty() && !html.contains("<form"),
        "{html}"
    );
    Ok(())
}

#[tokio::test]
async fn what_the_merchant_chose_is_what_is_shown() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let panel = json!({
        "surface": "#fffdf5",
        "font": "Inter, sans-serif",
        "channels": ["telegram", "email"],
        "messages": { "en": "Try & see" },
        "disclosures": { "en": "Ad" },
    });
    let put = world
        .api
        .request(Method::PUT, "/v1/panel", Some(&panel), &[])
        .await?;
    assert_eq!(put.status, 200, "{}", put.text);
    let css = world
        .follow(&format!("/p/{}/look.css", world.slug), &[])
        .await?;
    for part in ["--gv-surface:#fffdf5;", "--gv-font:\"Inter\",sans-serif;"] {
        assert!(css.text.contains(part), "{}", css.text);
    }
    let page = join(&world, "ann%40mail.example", &[]).await?;
    let html = page.text();
    let telegram = html.find("https://t.me/share/url").context("Telegram")?;
    let mail = html.find("mailto:").context("a mail")?;
    assert!(telegram < mail && !html.contains("wa.me"), "{html}");
    assert!(html.contains("&#38;text=Try%20%26%20see%20Ad\""), "{html}");
    Ok(())
}

#[tokio::test]
async fn a_host_of_its_own_needs_no_name_of_the_merchant() -> Result<()> {
    let edge = Edge::shared().await?;
    let host = format!("{}.localhost", unique("go"));
    let mapped = format!("{host}:{}", edge.port());
    let world = World::open_as(edge, &json!({ "hosts": [mapped] })).await?;
    let page = wire::send(world.port, "GET", "/p?lang=pl", &host, &[], "").await?;
    let html = page.text();
    assert_eq!(page.status, 200, "{html}");
    assert!(
        html.contains("<form method=\"post\" action=\"/p?lang=pl\">"),
        "{html}"
    );
    let body = "email=ann%40mail.example";
    let joined = wire::send(world.port, "POST", "/p?lang=pl", &host, &[FORM], body).await?;
    let html = joined.text();
    let copied = copied(&html);
    assert!(
        copied
            .first()
            .is_some_and(|link| link.starts_with(&format!("http://{mapped}/r/"))),
        "{html}"
    );
    Ok(())
}

#[tokio::test]
async fn other_addresses_and_methods_are_not_there() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let slug = &world.slug;
    for path in [
        "/p/nobody-at-all".to_owned(),
        "/p/nobody-at-all/look.css".to_owned(),
        format!("/p/{slug}/more"),
        "/p".to_owned(),
    ] {
        assert_eq!(world.follow(&path, &[]).await?.status, 404, "{path}");
    }
    for path in [
        format!("/p/{slug}"),
        format!("/p/{slug}/look.css"),
        "/p".to_owned(),
    ] {
        let answer = world.send_text("PUT", &path, "", &[]).await?;
        assert_eq!(answer.status, 405, "{path}");
    }
    let posted = wire::send(
        world.port,
        "POST",
        "/p/nobody-at-all",
        HOST,
        &[FORM],
        "email=a",
    )
    .await?;
    assert_eq!(posted.status, 404);
    Ok(())
}
