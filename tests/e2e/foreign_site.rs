//! The edge on a site of its own, and a browser that keeps no cookies of other
//! sites: the token in the address and in the form is enough.

use anyhow::{Context, Result};
use grapevine_tests::browser::{At, Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, text};

use crate::steps;

#[tokio::test]
async fn a_friend_is_attributed_without_any_cookie_of_the_edge() -> Result<()> {
    let edge = Edge::shared().await?;
    let world = World::with_shop_and_edge(edge, &edge.foreign_origin()).await?;
    let link = world.advocate("ada@mail.example").await?;

    let cy = Browser::open(&Profile {
        blocks_third_party_cookies: true,
        ..Profile::default()
    })
    .await?;
    let address = format!("{}{link}?c=facebook", edge.foreign_origin());
    cy.goto(&address).await?;
    let home = format!("{}/", world.shop_origin);
    cy.address_where(|address| address == home).await?;
    cy.find(steps::banner("[data-gv-state=offer]")).await?;
    assert!(
        steps::cookie(&cy, "gv_click").await?.is_none(),
        "the edge's cookie is not the shop's"
    );
    steps::go_to_checkout(&cy, &world).await?;
    let known = cy.run("return localStorage.gv_click", vec![]).await?;
    let known = known.as_str().context("the page keeps it")?;
    let field = cy.find_hidden(At::Page("#checkout input[name=gv]")).await?;
    assert_eq!(field.prop("value").await?.as_deref(), Some(known));
    let order = steps::place_order(&cy, "cy@mail.example").await?;

    let found = world.api.conversion(&order).await?;
    assert_eq!(text(&found, "/referral/status"), "pending", "{found}");
    assert_eq!(text(&found, "/referral/source"), "click");
    assert_eq!(text(&found, "/referral/channel"), "facebook");
    let complaints = cy.complaints().await?;
    assert!(complaints.is_empty(), "{complaints:?}");
    cy.close().await
}

#[tokio::test]
async fn an_advocate_joins_and_shares_from_a_foreign_site_too() -> Result<()> {
    let edge = Edge::shared().await?;
    let world = World::with_shop_and_edge(edge, &edge.foreign_origin()).await?;
    let ada = Browser::open(&Profile {
        blocks_third_party_cookies: true,
        ..Profile::default()
    })
    .await?;
    steps::join(&ada, &world, "ada@mail.example").await?;
    let link = steps::own_link(&ada).await?;
    assert!(link.starts_with(&edge.foreign_origin()), "{link}");
    ada.press(steps::panel("[data-gv-action=copy-link]"))
        .await?;
    world.funnel_with("/shares_by_channel/copy", 1).await?;
    steps::confirm(&ada, &world).await?;
    let complaints = ada.complaints().await?;
    assert!(complaints.is_empty(), "{complaints:?}");
    ada.close().await
}
