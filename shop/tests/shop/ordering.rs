//! The checkout: what it asks for, what a code takes off, and one order once.

use serde_json::json;

use crate::edge_double::EdgeDouble;
use crate::shopper::{RunningShop, Shopper, filled};

async fn shopper() -> (EdgeDouble, Shopper) {
    let edge = EdgeDouble::start().await;
    let shop = RunningShop::start(edge.address).await;
    let shopper = Shopper::of(&shop);
    (edge, shopper)
}

fn ten_off() -> serde_json::Value {
    json!({"code": "HELLO-7KQ4-M2XW", "usable": true, "reason": null,
           "reward": {"kind": "amount_off", "money": {"minor": 1000, "currency": "EUR"}, "basis_points": null}})
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_nothing_is_lost() {
    let (edge, mut shopper) = shopper().await;
    let checkout = shopper.open_checkout().await;
    let page = shopper
        .post(
            "/checkout",
            &[
                ("checkout", &checkout),
                ("email", "ola@"),
                ("city", "Millbrook"),
            ],
        )
        .await;
    assert_eq!(page.status, 422);
    for id in [
        "email-wrong",
        "name-wrong",
        "address-wrong",
        "postcode-wrong",
    ] {
        assert!(page.text.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(!page.text.contains("id=\"city-wrong\""));
    assert_eq!(page.value_of("email"), "ola@");
    assert_eq!(page.value_of("checkout"), checkout);
    assert!(edge.posts("/v1/conversions").is_empty());
}

#[tokio::test]
async fn the_form_takes_the_click_token() {
    let (_edge, mut shopper) = shopper().await;
    shopper.open_checkout().await;
    let page = shopper.get("/checkout").await.text;
    let form = page
        .split("<form id=\"checkout\"")
        .nth(1)
        .unwrap()
        .split('>')
        .next()
        .unwrap();
    assert!(form.contains("data-grapevine-field"));
}

#[tokio::test]
async fn a_form_sent_twice_is_one_order() {
    let (edge, mut shopper) = shopper().await;
    let checkout = shopper.open_checkout().await;
    let send = || shopper.form("/checkout", &filled(&checkout, &[])).send();
    let (one, two) = tokio::join!(send(), send());
    let place = |answer: reqwest::Result<reqwest::Response>| {
        let answer = answer.unwrap();
        assert_eq!(answer.status(), 303);
        answer.headers()["location"].to_str().unwrap().to_owned()
    };
    let (one, two) = (place(one), place(two));
    assert_eq!(one, two);
    // Back, and sent again with the basket emptied by then.
    shopper.set_cookie("basket", "");
    let again = shopper.post("/checkout", &filled(&checkout, &[])).await;
    assert_eq!(again.location, one);
    for _ in 0..2 {
        assert_eq!(shopper.get(&one).await.status, 200);
    }
    assert_eq!(edge.wait_for("/v1/conversions", 1).await.len(), 1);
    assert_eq!(
        shopper
            .get("/shopkeeper")
            .await
            .text
            .matches("data-test=\"report\"")
            .count(),
        1
    );
}

#[tokio::test]
async fn a_code_is_checked_at_the_edge_and_taken_off() {
    let (edge, mut shopper) = shopper().await;
    edge.set_coupon(ten_off());
    let checkout = shopper.open_checkout().await;
    let fields = [
        ("checkout", checkout.as_str()),
        ("coupon", " hello-7kq4-m2xw "),
        ("do", "apply"),
    ];
    let page = shopper.post("/checkout", &fields).await;
    assert_eq!(page.status, 200, "applying a code asks for nothing else");
    assert!(page.text.contains("data-test=\"discount\">−€10.00<"));
    assert!(
        page.text.contains("data-test=\"total\">€23.90<"),
        "29.00 − 10.00 + 4.90"
    );
    assert_eq!(page.value_of("coupon"), "HELLO-7KQ4-M2XW");
    let asked = edge.all("/v1/coupons/hello-7kq4-m2xw");
    assert_eq!(
        asked[0].header("authorization"),
        "Bearer gv_secret_of_the_test"
    );

    let fields = filled(&checkout, &[("coupon", "HELLO-7KQ4-M2XW"), ("do", "place")]);
    let placed = shopper.post("/checkout", &fields).await;
    let report = &edge.wait_for("/v1/conversions", 1).await[0];
    assert_eq!(report.body["amount"], 1900);
    assert_eq!(report.body["coupon"], "HELLO-7KQ4-M2XW");
    let confirmation = shopper.get(&placed.location).await.text;
    assert!(confirmation.contains("data-amount=\"1900\""));
    assert!(confirmation.contains("data-coupon=\"HELLO-7KQ4-M2XW\""));
}

#[tokio::test]
async fn a_percentage_is_taken_off_the_goods() {
    let (edge, mut shopper) = shopper().await;
    edge.set_coupon(json!({"code": "TENTH", "usable": true, "reason": null,
        "reward": {"kind": "percent_off", "money": null, "basis_points": 1500}}));
    shopper.buy(&[("coupon", "TENTH")]).await;
    assert_eq!(
        edge.wait_for("/v1/conversions", 1).await[0].body["amount"],
        2465
    );
}

#[tokio::test]
async fn a_code_that_does_not_work_says_why_and_no_order_is_taken() {
    let (edge, mut shopper) = shopper().await;
    let checkout = shopper.open_checkout().await;
    let fields = filled(&checkout, &[("coupon", "TYPO")]);
    let page = shopper.post("/checkout", &fields).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("We don’t know this code."));

    edge.set_coupon(json!({"code": "TYPO", "usable": false, "reason": "expired", "reward": null}));
    let page = shopper.post("/checkout", &fields).await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("This code has expired."));
    assert!(edge.posts("/v1/conversions").is_empty());
}

#[tokio::test]
async fn a_code_cannot_be_spent_again_while_its_report_is_under_way() {
    let (edge, mut shopper) = shopper().await;
    edge.set_coupon(ten_off());
    edge.answer_with(&[503; 50]);
    shopper.buy(&[("coupon", "HELLO-7KQ4-M2XW")]).await;
    let checkout = shopper.open_checkout().await;
    let page = shopper
        .post(
            "/checkout",
            &filled(&checkout, &[("coupon", "HELLO-7KQ4-M2XW")]),
        )
        .await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("This code has been used already."));
}

#[tokio::test]
async fn a_friend_s_offer_can_bring_its_code_along() {
    let (edge, mut shopper) = shopper().await;
    edge.set_coupon(ten_off());
    shopper.open_checkout().await;
    let page = shopper.get("/checkout?coupon=HELLO-7KQ4-M2XW").await;
    assert_eq!(page.value_of("coupon"), "HELLO-7KQ4-M2XW");
    assert!(page.text.contains("data-test=\"discount\">−€10.00<"));
}

#[tokio::test]
async fn without_the_edge_an_order_is_taken_but_a_code_has_to_wait() {
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let shop = RunningShop::start(gone).await;
    let mut shopper = Shopper::of(&shop);
    let checkout = shopper.open_checkout().await;
    let page = shopper
        .post("/checkout", &filled(&checkout, &[("coupon", "ANY")]))
        .await;
    assert_eq!(page.status, 422);
    assert!(page.text.contains("We can’t check codes just now."));
    let placed = shopper.post("/checkout", &filled(&checkout, &[])).await;
    assert_eq!(placed.status, 303);
    assert!(
        shopper
            .get(&placed.location)
            .await
            .text
            .contains("data-test=\"order-number\"")
    );
}
