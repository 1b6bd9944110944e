//! A friend whose browser runs no scripts: the cookie alone proves the click.

use anyhow::{Context, Result};
use grapevine_tests::browser::{Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};

use crate::steps;

#[tokio::test]
async fn a_friend_without_script_is_attributed_by_the_cookie() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let dot = Browser::open(&Profile {
        without_scripts: true,
        ..Profile::default()
    })
    .await?;
    dot.goto(&format!("{}{link}?c=email", world.anybody.origin()))
        .await?;
    // The order is placed from an address without the token.
    let order = steps::buy(&dot, &world, "dot@mail.example", None).await?;
    let field = grapevine_tests::browser::At::Page("[data-gv]");
    assert!(dot.find_now(field).await?.is_none(), "no script ran");
    steps::cookie(&dot, "gv_click").await?.context("gv_click")?;

    let found = world.api.conversion(&order).await?;
    assert_eq!(text(&found, "/referral/status"), "pending", "{found}");
    assert_eq!(text(&found, "/referral/source"), "click");
    assert_eq!(text(&found, "/referral/channel"), "email");
    let funnel = world.funnel_with("/clicks", 1).await?;
    assert_eq!(number(&funnel, "/landings"), 0, "{funnel}");
    assert_eq!(number(&funnel, "/conversions"), 1, "{funnel}");
    dot.close().await
}
