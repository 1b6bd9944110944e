//! What every page holds, and what none may.

use crate::edge_double::EdgeDouble;
use crate::shopper::{RunningShop, SECRET, Shopper, filled};

const PAGES: [&str; 11] = [
    "/",
    "/coffee",
    "/tea",
    "/gear",
    "/products/guji",
    "/cart",
    "/friends",
    "/shipping",
    "/returns",
    "/privacy",
    "/contact",
];

async fn shopper() -> (EdgeDouble, Shopper) {
    let edge = EdgeDouble::start().await;
    let shop = RunningShop::start(edge.address).await;
    let shopper = Shopper::of(&shop);
    (edge, shopper)
}

#[tokio::test]
async fn every_page_carries_the_tag_as_pasted_and_a_strict_policy() {
    let (_edge, mut shopper) = shopper().await;
    for path in PAGES {
        let page = shopper.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        let placement = if path == "/friends" {
            "inline"
        } else {
            "floating"
        };
        let tag = format!(
            "<script async src=\"http://refer.shop.localhost:8787/gv.js\" data-merchant=\"demo\" data-placement=\"{placement}\"></script>"
        );
        assert_eq!(page.text.matches(&tag).count(), 1, "{path}");
        assert!(
            page.policy
                .contains("script-src 'self' http://refer.shop.localhost:8787 'wasm-unsafe-eval';")
        );
        assert!(!page.policy.contains("unsafe-inline"));
    }
    let friends = shopper.get("/friends").await;
    assert!(
        friends
            .text
            .contains("<div data-grapevine=\"inline\"></div>")
    );
}

#[tokio::test]
async fn no_page_has_inline_script_or_style_or_the_secret() {
    let (_edge, mut shopper) = shopper().await;
    let order = shopper.buy(&[]).await;
    shopper.open_checkout().await;
    let confirmation = format!("/orders/{order}");
    for path in PAGES
        .into_iter()
        .chain(["/checkout", "/shopkeeper", &confirmation])
    {
        let page = shopper.get(path).await.text;
        assert!(!page.contains(" style="), "{path}");
        assert!(!page.contains("<style"), "{path}");
        assert!(!page.contains(SECRET), "{path}");
        for script in page.split("<script").skip(1) {
            assert!(
                script.split('>').nth(1).unwrap().starts_with("</script"),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_a_friendly_404() {
    let (_edge, mut shopper) = shopper().await;
    for path in ["/nowhere", "/products/nosuch", "/orders/KL-NOSUCH22"] {
        let page = shopper.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(page.text.contains("This cup is empty"), "{path}");
    }
}

#[tokio::test]
async fn every_product_has_its_page_and_its_picture() {
    let (_edge, mut shopper) = shopper().await;
    let home = shopper.get("/").await.text;
    let pictures: Vec<&str> = home
        .split("src=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|path| path.starts_with("/assets/"))
        .collect();
    assert!(pictures.len() > 12);
    for path in pictures {
        let picture = shopper.get(path).await;
        assert_eq!(picture.status, 200, "{path}");
        assert!(picture.text.starts_with("<svg"), "{path}");
    }
    for path in home
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        if path.starts_with("/products/") {
            assert_eq!(shopper.get(path).await.status, 200, "{path}");
        }
    }
}

#[tokio::test]
async fn the_basket_adds_changes_and_removes() {
    let (_edge, mut shopper) = shopper().await;
    shopper
        .post("/cart/add", &[("product", "guji"), ("quantity", "2")])
        .await;
    let answer = shopper.post("/cart/add", &[("product", "chamomile")]).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/cart"));
    let cart = shopper.get("/cart").await.text;
    assert!(
        cart.contains("data-test=\"total\">€36.50<"),
        "29.00 + 7.50, shipping free"
    );
    shopper
        .post("/cart/set", &[("product", "guji"), ("quantity", "1")])
        .await;
    let cart = shopper.get("/cart").await.text;
    assert!(
        cart.contains("data-test=\"total\">€26.90<"),
        "14.50 + 7.50 + 4.90 shipping"
    );
    shopper
        .post("/cart/set", &[("product", "chamomile"), ("quantity", "0")])
        .await;
    shopper
        .post("/cart/set", &[("product", "guji"), ("quantity", "0")])
        .await;
    assert!(
        shopper
            .get("/cart")
            .await
            .text
            .contains("nothing in it yet")
    );
    assert_eq!(shopper.get("/checkout").await.location, "/cart");
}

#[tokio::test]
async fn a_garbled_basket_cookie_is_an_empty_basket() {
    let (_edge, mut shopper) = shopper().await;
    for garbage in [
        "%%%",
        "guji:-5",
        "a=b=c",
        "....:::",
        "guji:99999999999999999999",
    ] {
        shopper.set_cookie("basket", garbage);
        let cart = shopper.get("/cart").await;
        assert_eq!(cart.status, 200);
        assert!(cart.text.contains("nothing in it yet"), "{garbage}");
    }
}

#[tokio::test]
async fn hostile_input_is_shown_as_text_everywhere() {
    let (_edge, mut shopper) = shopper().await;
    let hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>";
    let checkout = shopper.open_checkout().await;
    let fields = filled(
        &checkout,
        &[
            ("name", hostile),
            ("address", hostile),
            ("city", hostile),
            ("email", hostile),
            ("postcode", hostile),
            ("country", hostile),
        ],
    );
    let page = shopper.post("/checkout", &fields).await;
    assert_eq!(page.status, 422);
    assert!(!page.text.contains("<script>alert") && !page.text.contains("<img src=x"));

    let fields = filled(
        &checkout,
        &[
            ("name", hostile),
            ("address", hostile),
            ("city", hostile),
            ("email", "\"><script>alert(1)</script>@mail.example"),
        ],
    );
    let placed = shopper.post("/checkout", &fields).await;
    assert_eq!(placed.status, 303);
    for path in [placed.location.as_str(), "/shopkeeper"] {
        let page = shopper.get(path).await.text;
        assert!(page.contains("alert(1)"), "{path}");
        assert!(
            !page.contains("<script>alert") && !page.contains("<img src=x"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_form_from_another_site_changes_nothing() {
    let (_edge, mut shopper) = shopper().await;
    for site in ["cross-site", "same-site"] {
        let request = shopper
            .form("/cart/add", &[("product", "guji")])
            .header("sec-fetch-site", site);
        assert_eq!(request.send().await.unwrap().status(), 403);
    }
    let own = shopper
        .form("/cart/add", &[("product", "guji")])
        .header("sec-fetch-site", "same-origin");
    assert_eq!(own.send().await.unwrap().status(), 303);
    assert!(
        shopper
            .get("/cart")
            .await
            .text
            .contains("nothing in it yet")
    );
}
