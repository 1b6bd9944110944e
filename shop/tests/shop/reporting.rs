//! What the edge hears of an order: everything, in full, each thing once.

use std::fs::OpenOptions;
use std::io::Write;

use serde_json::json;
use tokio::net::TcpListener;

use crate::edge_double::EdgeDouble;
use crate::shopper::{RunningShop, Shopper, state_file};

const CONVERSIONS: &str = "/v1/conversions";

#[tokio::test]
async fn a_report_holds_the_order_the_customer_and_the_click() {
    let edge = EdgeDouble::start().await;
    let shop = RunningShop::start(edge.address).await;
    let id = Shopper::of(&shop)
        .buy(&[("gv", "AXk1-token_of-a-click")])
        .await;
    let report = &edge.wait_for(CONVERSIONS, 1).await[0];
    assert_eq!(
        report.body,
        json!({"order_id": id, "amount": 2900, "currency": "EUR", "email": "friend@mail.example", "click_token": "AXk1-token_of-a-click"})
    );
    assert_eq!(
        report.header("authorization"),
        "Bearer gv_secret_of_the_test"
    );
    assert_eq!(report.header("idempotency-key"), format!("order-{id}"));
    assert_eq!(report.header("content-type"), "application/json");
    assert_eq!(report.header("host"), "refer.shop.localhost:8787");
}

#[tokio::test]
async fn the_click_token_comes_from_the_form_else_from_the_cookie() {
    let edge = EdgeDouble::start().await;
    let shop = RunningShop::start(edge.address).await;
    let mut shopper = Shopper::of(&shop);
    shopper.set_cookie("gv_click", "from-the-cookie");
    shopper.buy(&[("gv", "from-the-form")]).await;
    shopper.buy(&[]).await;
    shopper.buy(&[("gv", ""), ("gv", "not a token \r\n")]).await;
    shopper.set_cookie("gv_click", "no:token");
    shopper.buy(&[]).await;
    let tokens: Vec<_> = edge
        .wait_for(CONVERSIONS, 4)
        .await
        .iter()
        .map(|seen| seen.body["click_token"].clone())
        .collect();
    assert_eq!(
        tokens,
        [
            json!("from-the-form"),
            json!("from-the-cookie"),
            json!("from-the-cookie"),
            json!(null)
        ]
    );
}

#[tokio::test]
async fn a_failed_report_is_repeated_unchanged_until_it_is_answered() {
    let edge = EdgeDouble::start().await;
    let shop = RunningShop::start(edge.address).await;
    edge.answer_with(&[503, 500, 429]);
    Shopper::of(&shop).buy(&[]).await;
    let reports = edge.wait_for(CONVERSIONS, 4).await;
    for report in &reports {
        assert_eq!(report.body, reports[0].body);
        assert_eq!(
            report.header("idempotency-key"),
            reports[0].header("idempotency-key")
        );
    }
}

#[tokio::test]
async fn a_report_that_the_edge_refuses_is_kept_and_shown_not_repeated() {
    let edge = EdgeDouble::start().await;
    let shop = RunningShop::start(edge.address).await;
    let mut shopper = Shopper::of(&shop);
    edge.answer_with(&[422]);
    shopper.buy(&[]).await;
    shopper.buy(&[]).await;
    assert_eq!(edge.wait_for(CONVERSIONS, 2).await.len(), 2);
    assert!(
        shopper
            .get("/shopkeeper")
            .await
            .text
            .contains("Refused: 422 told_422")
    );
}

#[tokio::test]
async fn an_order_taken_while_the_edge_was_down_is_reported_after_a_restart() {
    let file = state_file("restart");
    let place = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = place.local_addr().unwrap();
    drop(place);

    let shop = RunningShop::start_with(address, Some(&file)).await;
    let id = Shopper::of(&shop).buy(&[("gv", "token")]).await;
    shop.kill().await;
    // A crash in the middle of a line must cost nothing but that line.
    OpenOptions::new()
        .append(true)
        .open(&file)
        .unwrap()
        .write_all(b"{\"event\":\"placed\",\"ord")
        .unwrap();

    let edge = EdgeDouble::on(TcpListener::bind(address).await.unwrap());
    let shop = RunningShop::start_with(address, Some(&file)).await;
    let report = &edge.wait_for(CONVERSIONS, 1).await[0];
    assert_eq!(report.body["order_id"], json!(id));
    assert_eq!(report.body["click_token"], "token");
    let mut shopper = Shopper::of(&shop);
    assert_eq!(shopper.get(&format!("/orders/{id}")).await.status, 200);
    let second = shopper.buy(&[]).await;
    shop.kill().await;

    let shop = RunningShop::start_with(address, Some(&file)).await;
    let third = Shopper::of(&shop).buy(&[]).await;
    let told: Vec<_> = edge
        .wait_for(CONVERSIONS, 3)
        .await
        .iter()
        .map(|seen| seen.body["order_id"].clone())
        .collect();
    assert_eq!(
        told,
        [json!(id), json!(second), json!(third)],
        "what was told is not told again"
    );
}

#[tokio::test]
async fn a_refund_is_told_once_and_after_its_order() {
    let edge = EdgeDouble::start().await;
    let shop = RunningShop::start(edge.address).await;
    let mut shopper = Shopper::of(&shop);
    edge.answer_with(&[503]);
    let id = shopper.buy(&[]).await;
    for _ in 0..2 {
        let answer = shopper.post(&format!("/orders/{id}/refund"), &[]).await;
        assert_eq!(
            (answer.status, answer.location.as_str()),
            (303, "/shopkeeper")
        );
    }
    let path = format!("/v1/conversions/{id}/refunds");
    let refunds = edge.wait_for(&path, 1).await;
    assert_eq!(edge.posts(CONVERSIONS).len(), 2);
    assert_eq!(refunds.len(), 1);
    assert_eq!(
        refunds[0].body,
        json!({"refund_id": format!("refund-{id}"), "amount": 2900, "currency": "EUR"})
    );
    assert_eq!(refunds[0].header("idempotency-key"), format!("refund-{id}"));
    let confirmation = shopper.get(&format!("/orders/{id}")).await.text;
    assert!(confirmation.contains("This order was refunded."));
    assert!(
        !confirmation.contains("/order.js"),
        "nothing is left to report"
    );
    assert_eq!(
        shopper.post("/orders/KL-NOSUCH22/refund", &[]).await.status,
        404
    );
}
