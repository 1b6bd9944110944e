//! A reload, a second order, a repeated report and two reporters of one order
//! change nothing that they should not.

use anyhow::Result;
use grapevine_tests::browser::{At, Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::wait;
use grapevine_tests::world::{World, number, text};
use serde_json::{Value, json};

use crate::steps;

const BOB: &str = "bob@mail.example";

#[tokio::test]
async fn an_order_counts_once_whoever_tells_it_and_however_often() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let bob = Browser::open(&Profile::default()).await?;
    bob.goto(&format!("{}{link}?c=sms", world.anybody.origin()))
        .await?;
    let coupon = steps::claim(&bob).await?;
    let order = steps::buy(&bob, &world, BOB, Some(&coupon)).await?;
    told_by_the_page(&bob, 1).await?;
    let funnel = world.funnel_with("/clicks", 1).await?;
    let first = world.api.conversion(&order).await?;
    assert_eq!(text(&first, "/referral/status"), "pending", "{first}");

    // The thank-you page again: the browser reports once more.
    bob.reload().await?;
    bob.find(At::Page("[data-test=order-number]")).await?;
    told_by_the_page(&bob, 2).await?;
    // The shop's server again: with another key, with none, with other words.
    let amount = number(&first, "/conversion/amount/minor");
    for key in ["", "again-1", "again-2"] {
        let body = json!({"order_id": order, "amount": amount, "currency": "EUR", "email": BOB, "coupon": coupon});
        let headers = [("Idempotency-Key", key)];
        let headers = if key.is_empty() {
            &[][..]
        } else {
            &headers[..]
        };
        let answer = world
            .api
            .request(
                reqwest::Method::POST,
                "/v1/conversions",
                Some(&body),
                headers,
            )
            .await?;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let lies = json!({"amount": 999_999, "email": "eve@mail.example", "coupon": "HELLO-AAAA-AAAA"});
    world.order(&order, &lies).await?;
    world
        .page_posts(
            "orders",
            &json!({"order_id": order, "amount": 1, "currency": "EUR", "token": "forged"}),
        )
        .await?
        .json()?;
    assert_eq!(world.api.conversion(&order).await?, first);
    // But for the panel, which comes by itself once somebody has bought.
    let orders = |mut funnel: Value| {
        funnel.as_object_mut().map(|all| all.remove("impressions"));
        funnel
    };
    assert_eq!(orders(world.funnel().await?), orders(funnel.clone()));

    // The friend again: no longer a new customer, and the coupon is spent.
    let second = steps::buy(&bob, &world, BOB, None).await?;
    assert_ne!(second, order);
    let second = world.api.conversion(&second).await?;
    assert!(second["referral"].is_null(), "{second}");
    assert_eq!(text(&second, "/conversion/verdict"), "not_new_customer");
    steps::go_to_checkout(&bob, &world).await?;
    bob.fill(At::Page("#coupon"), &coupon).await?;
    bob.press(At::Page("[data-test=apply-coupon]")).await?;
    bob.words_with(At::Page("#coupon-wrong"), "used already")
        .await?;

    assert_eq!(world.api.conversion(&order).await?, first);
    let after = world.funnel().await?;
    for step in ["clicks", "landings", "claims", "conversions", "rewards"] {
        let pointer = format!("/{step}");
        assert_eq!(
            number(&after, &pointer),
            number(&funnel, &pointer),
            "{after}"
        );
    }
    assert_eq!(steps::rewards(&world).await?.len(), 2);
    bob.close().await
}

/// Waits until this browser has reported an order so many times.
async fn told_by_the_page(browser: &Browser, times: usize) -> Result<()> {
    wait::until("report of the thank-you page", || async {
        let requests = browser.requests().await?;
        let reports = requests
            .iter()
            .filter(|address| address.ends_with("/orders"));
        Ok((reports.count() >= times).then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_landing_page_that_is_loaded_again_is_one_landing_and_one_coupon() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    let bob = Browser::open(&Profile::default()).await?;
    bob.goto(&format!("{}{link}?c=x", world.anybody.origin()))
        .await?;
    let coupon = steps::claim(&bob).await?;
    for page in ["/", "/tea", "/"] {
        bob.goto(&world.shop()?.page(page)).await?;
        bob.find(steps::banner("[data-gv-state=code]")).await?;
        assert_eq!(
            bob.value(steps::banner("[data-gv-field=code]")).await?,
            coupon
        );
    }
    // Closed is closed.
    bob.press(steps::banner("[data-gv-action=close]")).await?;
    bob.reload().await?;
    bob.find(steps::LAUNCHER).await?;
    bob.gone(steps::banner("[data-gv-state]")).await?;
    let funnel = world.funnel_with("/clicks", 1).await?;
    assert_eq!(number(&funnel, "/landings"), 1, "{funnel}");
    assert_eq!(number(&funnel, "/claims"), 1, "{funnel}");
    bob.close().await
}
