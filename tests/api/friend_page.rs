//! `GET /r/{merchant}/{code}/{page,terms,card,qr.svg,qr.png}`: the pages around a link.

use anyhow::{Context, Result};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, token_of};
use reqwest::Method;
use serde_json::json;
use xtask::client::path_of;

/// The text of a QR code, read off the path of its modules in an SVG or a page.
fn read_qr(html: &str) -> Result<String> {
    let (_, rest) = html.split_once("d=\"m").context("a path")?;
    let path = rest.split('"').next().unwrap_or_default();
    let (mut dark, mut x, mut y) = (Vec::new(), 0_i64, 0_i64);
    for bar in path.split('m') {
        let (offset, bar) = bar.split_once('h').context("a bar")?;
        let (dx, dy) = offset.split_once(' ').context("two numbers")?;
        x += dx.parse::<i64>()?;
        y += dy.parse::<i64>()?;
        let run: i64 = bar.split('v').next().unwrap_or_default().parse()?;
        dark.extend((x..x + run).map(|x| (x, y)));
        y += 1;
    }
    let side = 4 + dark.iter().map(|(_, y)| *y).max().unwrap_or(0) + 1;
    let side = usize::try_from(side)?;
    let is_dark = |x: usize, y: usize| {
        let at = (i64::try_from(x / 6), i64::try_from(y / 6));
        matches!(at, (Ok(x), Ok(y)) if dark.contains(&(x, y)))
    };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * 6, side * 6, |x, y| {
        if is_dark(x, y) { 0 } else { 255 }
    });
    let grids = image.detect_grids();
    let grid = grids.first().context("a QR code")?;
    Ok(grid.decode()?.1)
}

/// Where the page's button leads.
fn button(html: &str) -> Result<String> {
    let (_, rest) = html
        .split_once("<a class=\"main\" href=\"")
        .context("a button")?;
    let (address, _) = rest.split_once('"').context("an address")?;
    Ok(address.replace("&#38;", "&"))
}

#[tokio::test]
async fn the_button_is_the_click_and_keeps_the_channel() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let page = world
        .follow(
            &format!("{link}/page?c=whatsapp&utm_source=chat&lang=en"),
            &World::person("198.51.100.60"),
        )
        .await?;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(page.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(page.header("set-cookie"), None);
    let policy = page.header("content-security-policy").unwrap_or_default();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    for said in ["A friend sent you this.", "€10 for you", "first order"] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let code = link.rsplit('/').next().context("a code")?;
    let (head, tail) = code.split_at(4);
    let grouped = format!("<span>{head}</span> <span>{tail}</span>");
    assert!(page.text.contains(&grouped), "{}", page.text);
    assert!(!page.text.contains("inside an app"), "{}", page.text);
    let to = button(&page.text)?;
    let clicked = world
        .follow(path_of(&to), &World::person("198.51.100.60"))
        .await?;
    assert_eq!(clicked.status, 302, "{to}");
    let shop = clicked.header("location").context("a Location")?;
    assert!(shop.contains("utm_source=chat"), "{shop}");
    assert!(token_of(shop).is_some(), "{shop}");
    let funnel = world.funnel_with("/clicks", 1).await?;
    assert_eq!(
        funnel.pointer("/clicks_by_channel/whatsapp"),
        Some(&json!(1)),
        "looking is no click: {funnel}"
    );
    Ok(())
}

#[tokio::test]
async fn a_code_that_nobody_has_leads_to_the_shop_and_promises_nothing() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let gone = world.api.create_advocate("ada@mail.example", "Ada").await?;
    let id = gone.pointer("/id").and_then(|id| id.as_str());
    let code = gone.pointer("/code").and_then(|code| code.as_str());
    let left = format!("/v1/advocates/{}", id.context("an id")?);
    world.api.request(Method::DELETE, &left, None, &[]).await?;
    for code in [
        "k7m2p9x5",
        "x",
        "%22%3E%3Cscript%3E",
        code.context("a code")?,
    ] {
        let base = format!("/r/{}/{code}", world.slug);
        let page = world.follow(&format!("{base}/page"), &[]).await?;
        assert_eq!(page.status, 200, "{code}: {}", page.text);
        assert!(!page.text.contains("€10"), "{code}: {}", page.text);
        assert!(!page.text.contains("<script"), "{code}: {}", page.text);
        assert_eq!(button(&page.text)?, format!("{}/", world.shop_origin));
        let card = world.follow(&format!("{base}/card"), &[]).await?;
        assert_eq!(card.status, 404, "{code}");
    }
    for part in ["qr.svg", "qr.png"] {
        let path = format!("/r/{}/k7m2p9x5/{part}", world.slug);
        assert_eq!(world.follow(&path, &[]).await?.status, 404, "{part}");
    }
    Ok(())
}

#[tokio::test]
async fn other_addresses_around_a_link_are_not_there() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    for path in [
        format!("{link}/nothing"),
        format!("{link}/page/more"),
        format!("{link}/terms"),
        "/r/nobody-at-all/k7m2p9x4/page".to_owned(),
    ] {
        assert_eq!(world.follow(&path, &[]).await?.status, 404, "{path}");
    }
    let posted = world
        .anybody
        .request(Method::POST, &format!("{link}/page"), None, &[])
        .await?;
    assert_eq!(posted.status, 405);
    Ok(())
}

#[tokio::test]
async fn the_qr_code_is_served_as_both_kinds_of_picture() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    for (part, kind) in [("qr.svg", "image/svg+xml"), ("qr.png", "image/png")] {
        let picture = world.follow(&format!("{link}/{part}"), &[]).await?;
        assert_eq!(picture.status, 200, "{part}");
        assert_eq!(picture.header("content-type"), Some(kind));
        assert_eq!(
            picture.header("cache-control"),
            Some("public, max-age=86400")
        );
        let length: usize = picture.header("content-length").unwrap_or("0").parse()?;
        assert!((500..8_192).contains(&length), "{part}: {length}");
    }
    let svg = world.follow(&format!("{link}/qr.svg"), &[]).await?;
    let origin = world.anybody.origin();
    assert_eq!(read_qr(&svg.text)?, format!("{origin}{link}?c=qr"));
    Ok(())
}

#[tokio::test]
async fn a_sheet_of_cards_has_the_offer_and_the_code_ten_times() -> Result<()> {
    let world = World::open_as(
        Edge::shared().await?,
        &json!({ "name": "<script>\"&", "locale": "pl" }),
    )
    .await?;
    let link = world.advocate("ada@mail.example").await?;
    let text = "Tylko dla nowych klientów.\nReszta na stronie.";
    world.publish(&json!({ "terms": { "text": text } })).await?;
    let card = world.follow(&format!("{link}/card"), &[]).await?;
    assert_eq!(card.status, 200, "{}", card.text);
    assert_eq!(card.text.matches("<article>").count(), 10);
    assert_eq!(card.text.matches("<use href=\"#q\"/>").count(), 10);
    assert!(card.text.contains("10\u{a0}€ dla Ciebie"), "{}", card.text);
    let origin = world.anybody.origin();
    assert_eq!(read_qr(&card.text)?, format!("{origin}{link}?c=print"));
    assert!(card.text.contains("Tylko dla nowych klientów."));
    assert!(!card.text.contains("Reszta"));
    assert!(!card.text.contains("<script"), "{}", card.text);
    let terms = world.follow(&format!("{link}/terms"), &[]).await?;
    assert_eq!(terms.status, 200);
    assert!(terms.text.contains("Reszta na stronie."), "{}", terms.text);
    Ok(())
}
