//! `GET /r/{merchant}/{code}/{preview,picture.png,picture.svg}`: what programs that
//! draw a preview of a link are told.

use anyhow::{Context, Result};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::World;
use reqwest::Method;
use serde_json::json;
use xtask::client::Answer;

const PREVIEWER: [(&str, &str); 1] = [("User-Agent", "facebookexternalhit/1.1")];

/// The content of a meta tag.
fn meta<'a>(page: &'a Answer, name: &str) -> &'a str {
    let start = page.text.split_once(&format!("\"{name}\" content=\""));
    start
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("", |(content, _)| content)
}

#[tokio::test]
async fn a_preview_speaks_in_the_programmes_words_and_leaves_no_trace() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let page = world
        .follow(&format!("{link}/preview?c=facebook"), &PREVIEWER)
        .await?;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(page.header("set-cookie"), None);
    assert_eq!(page.header("cache-control"), Some("public, max-age=3600"));
    assert_eq!(page.header("vary"), Some("User-Agent"));
    assert!(!page.text.contains("gv="), "{}", page.text);
    assert_eq!(meta(&page, "og:title"), "€10 for you at Kettle &#38; Leaf");
    assert_eq!(
        meta(&page, "og:description"),
        "A friend sent you this. For your first order."
    );
    let origin = world.anybody.origin();
    assert_eq!(
        meta(&page, "og:url"),
        format!("{origin}{link}?c=facebook"),
        "the link with its channel"
    );
    assert_eq!(meta(&page, "twitter:card"), "summary_large_image");
    let funnel = world.funnel().await?;
    assert_eq!(funnel.pointer("/clicks"), Some(&json!(0)), "{funnel}");
    Ok(())
}

#[tokio::test]
async fn the_link_chooses_the_language_and_the_merchant_where_it_does_not() -> Result<()> {
    let edge = Edge::shared().await?;
    let english = World::open_as(edge, &json!({ "locale": "en-GB" })).await?;
    let polish = World::open_as(edge, &json!({ "locale": "pl" })).await?;
    let ada = english.advocate("ada@mail.example").await?;
    let ola = polish.advocate("ola@mail.example").await?;
    for (world, link, query, tag) in [
        (&english, &ada, "", "en_GB"),
        (&english, &ada, "?lang=pl", "pl_PL"),
        (&english, &ada, "?lang=pl-PL&c=sms", "pl_PL"),
        (&english, &ada, "?lang=xx", "en_GB"),
        (&polish, &ola, "", "pl_PL"),
        (&polish, &ola, "?lang=en", "en_US"),
        (&polish, &ola, "?lang=%22%3E%3Cscript%3E", "pl_PL"),
    ] {
        let page = world
            .follow(&format!("{link}/preview{query}"), &PREVIEWER)
            .await?;
        assert_eq!(meta(&page, "og:locale"), tag, "{query}: {}", page.text);
    }
    Ok(())
}

#[tokio::test]
async fn what_is_paused_or_gone_is_not_promised() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let unknown = format!("/r/{}/k7m2p9x5/preview", world.slug);
    let page = world.follow(&unknown, &PREVIEWER).await?;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("€10"), "{}", page.text);
    assert!(page.text.contains(&world.shop_origin), "{}", page.text);
    let before = world.follow(&format!("{link}/preview"), &PREVIEWER).await?;
    world.api.post("/v1/program/pause", &json!({})).await?;
    let page = world.follow(&format!("{link}/preview"), &PREVIEWER).await?;
    assert!(!page.text.contains("€10"), "{}", page.text);
    assert!(page.text.contains("paused at the moment"), "{}", page.text);
    let (old, new) = (meta(&before, "og:image"), meta(&page, "og:image"));
    assert_ne!(old, new, "a previewer must not show the old picture");
    Ok(())
}

#[tokio::test]
async fn the_picture_is_a_png_that_previewers_take() -> Result<()> {
    let world = World::open_as(
        Edge::shared().await?,
        &json!({ "name": "<script>\"&", "accent": "#ffe066" }),
    )
    .await?;
    let link = world.advocate("ada@mail.example").await?;
    let page = world.follow(&format!("{link}/preview"), &PREVIEWER).await?;
    assert!(!page.text.contains("<script"), "{}", page.text);
    let address = meta(&page, "og:image").replace("&#38;", "&");
    let path = address
        .strip_prefix(world.anybody.origin())
        .context("an absolute address of this host")?;
    let picture = world.follow(path, &PREVIEWER).await?;
    assert_eq!(picture.status, 200);
    assert_eq!(picture.header("content-type"), Some("image/png"));
    assert_eq!(
        picture.header("cache-control"),
        Some("public, max-age=86400")
    );
    assert_eq!(picture.header("set-cookie"), None);
    let length = picture.header("content-length").unwrap_or("0");
    let length: usize = length.parse()?;
    assert!((1_000..60_000).contains(&length), "{length}");

    let tag = picture.header("etag").context("a tag")?;
    let again = world.follow(path, &[("If-None-Match", tag)]).await?;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    let head = world
        .anybody
        .request(Method::HEAD, path, None, &PREVIEWER)
        .await?;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    world
        .publish(
            &json!({ "friend": { "offer": { "kind": "amount_off", "amounts": { "EUR": 500 } } } }),
        )
        .await?;
    let other = world.follow(path, &[("If-None-Match", tag)]).await?;
    assert_eq!(other.status, 200, "the offer has changed");

    let svg = world.follow(&format!("{link}/picture.svg"), &[]).await?;
    assert_eq!(svg.header("content-type"), Some("image/svg+xml"));
    assert!(svg.text.contains("€5"), "{}", svg.text);
    assert!(!svg.text.contains("<script"), "{}", svg.text);
    Ok(())
}
