//! `/m/{token}` and `/u/{token}`: the pages behind the links in mails.

use anyhow::{Context, Result};
use grapevine_tests::edge::Edge;
use grapevine_tests::inbox;
use grapevine_tests::world::{World, text};
use reqwest::Method;
use serde_json::json;

use crate::refusals::refused;

const EMAIL: &str = "ada@mail.example";

#[tokio::test]
async fn a_mailbox_link_asks_for_a_press_and_opens_the_shop() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let join = world.join(EMAIL).await?;
    let mail = inbox::newest(&world.api, "confirm", EMAIL).await?;
    let page = mail.reader()?;
    // A mail scanner opens it, more than once.
    for method in [Method::GET, Method::HEAD, Method::GET] {
        let answer = world.anybody.request(method, page, None, &[]).await?;
        assert_eq!(answer.status, 200);
    }
    let me = async || {
        let body = json!({"session": join["session"]});
        world.page_posts("me", &body).await?.json()
    };
    assert_eq!(
        me().await?["verified"],
        json!(false),
        "looking proves nothing"
    );

    for _ in 0..2 {
        let answer = world.anybody.request(Method::POST, page, None, &[]).await?;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let to = answer.header("location").context("a Location")?;
        let session = to
            .strip_prefix(&format!("{}/#gv_me=", world.shop_origin))
            .with_context(|| format!("a session in {to}"))?;

        let answer = world
            .page_posts("me", &json!({ "session": session }))
            .await?
            .json()?;
        assert_eq!(text(&answer, "/code"), text(&join, "/me/code"));
        assert_eq!(answer["verified"], json!(true));
    }
    // Whoever typed the address first need not be the one who has the mailbox.
    let before = json!({"session": join["session"]});
    let answer = world.page_posts("me", &before).await?;
    refused(&answer, 401, "session_expired", "a session from before");
    let events = world.api.get("/v1/events/verify").await?;
    assert!(events.get("sound").is_some(), "{events}");
    Ok(())
}

#[tokio::test]
async fn the_button_is_ours_to_press() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    world.join(EMAIL).await?;
    let mail = inbox::newest(&world.api, "confirm", EMAIL).await?;
    let foreign = [("Origin", "https://evil.example")];
    let answer = world
        .anybody
        .request(Method::POST, mail.reader()?, None, &foreign)
        .await?;
    assert_eq!(answer.status, 403);
    Ok(())
}

#[tokio::test]
async fn a_link_that_is_broken_or_too_old_says_so_and_opens_nothing() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    world.join(EMAIL).await?;
    let mail = inbox::newest(&world.api, "confirm", EMAIL).await?;
    let page = mail.reader()?;
    let cut = &page[..page.len() - 3];
    for (path, status) in [
        (cut.to_owned(), 403),
        (format!("/m/{}.AAAA", world.slug), 403),
        ("/m/nobody-at-all.AAAA".to_owned(), 404),
        ("/m/x".to_owned(), 404),
        ("/u/x".to_owned(), 404),
    ] {
        for method in [Method::GET, Method::POST] {
            let answer = world
                .anybody
                .request(method.clone(), &path, None, &[])
                .await?;
            assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
            assert!(answer.text.contains("<h1>"), "{method} {path}");
            assert_eq!(answer.header("location"), None);
        }
    }
    world.api.advance_clock(8 * 86_400).await?;
    let answer = world.anybody.request(Method::POST, page, None, &[]).await?;
    assert_eq!(answer.status, 403, "after its time: {}", answer.text);
    Ok(())
}

#[tokio::test]
async fn a_mail_says_the_same_in_html_and_in_text() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    world.join(EMAIL).await?;
    let mail = inbox::newest(&world.api, "confirm", EMAIL).await?;
    assert_eq!(mail.to, EMAIL);
    for link in &mail.links {
        assert!(mail.text.contains(link), "{link} in the text");
        assert!(mail.html.contains(link), "{link} in the HTML");
        assert!(link.starts_with(world.anybody.origin()), "{link}");
    }
    assert!(!mail.html.contains("<script"), "no script in a mail");
    let escaped = ["Kettle &amp; Leaf", "Kettle &#38; Leaf"];
    assert!(escaped.iter().any(|name| mail.html.contains(name)));
    assert!(!mail.html.contains("&amp;amp;") && !mail.html.contains("&amp;#38;"));
    Ok(())
}

#[tokio::test]
async fn one_press_ends_the_mails() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate(EMAIL).await?;
    world.join(EMAIL).await.err(); // an address that is known gets a mail to sign in
    let mail = inbox::newest(&world.api, "sign_in", EMAIL).await?;
    let page = mail.unsubscribe()?;
    let asked = world.anybody.request(Method::GET, page, None, &[]).await?;
    assert_eq!(asked.status, 200, "{}", asked.text);
    assert!(asked.text.contains("<form"), "{}", asked.text);
    // RFC 8058: the mail program's own button sends this.
    for _ in 0..2 {
        let done = world
            .send_text(
                "POST",
                page,
                "List-Unsubscribe=One-Click",
                &["Content-Type: application/x-www-form-urlencoded"],
            )
            .await?;
        assert_eq!(done.status, 200, "{}", done.text());
    }
    let token = world.click(&link, "198.51.100.30").await?;
    world
        .order("3001", &json!({ "click_token": token }))
        .await?;
    world.api.advance_clock(15 * 86_400).await?;
    let kinds: Vec<String> = inbox::all(&world.api)
        .await?
        .into_iter()
        .map(|mail| mail.template)
        .collect();
    assert_eq!(kinds, ["sign_in"], "no further mail");
    Ok(())
}
