//! What is refused in the same way everywhere: keys, methods, bodies, addresses.

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::wire;
use grapevine_tests::world::{World, text};
use reqwest::Method;
use serde_json::{Value, json};
use xtask::client::{Answer, Client};

/// Routes that ask for a merchant's secret key.
const MERCHANT: [(Method, &str); 45] = [
    (Method::GET, "/v1/presets"),
    (Method::GET, "/v1/program"),
    (Method::POST, "/v1/program/preview"),
    (Method::GET, "/v1/program/draft"),
    (Method::PUT, "/v1/program/draft"),
    (Method::POST, "/v1/program/publish"),
    (Method::POST, "/v1/program/pause"),
    (Method::POST, "/v1/program/resume"),
    (Method::POST, "/v1/program/dry-run"),
    (Method::POST, "/v1/advocates"),
    (Method::GET, "/v1/advocates/adv_1"),
    (Method::DELETE, "/v1/advocates/adv_1"),
    (Method::POST, "/v1/conversions"),
    (Method::GET, "/v1/conversions/1001"),
    (Method::POST, "/v1/conversions/1001/refunds"),
    (Method::POST, "/v1/conversions/1001/reinstate"),
    (Method::POST, "/v1/conversions/1001/decision"),
    (Method::GET, "/v1/coupons"),
    (Method::POST, "/v1/coupons"),
    (Method::GET, "/v1/coupons/HELLO-AAAA-BBBB"),
    (Method::GET, "/v1/referrals"),
    (Method::GET, "/v1/referrals/ref_1"),
    (Method::GET, "/v1/referrals/ref_1/why"),
    (Method::POST, "/v1/referrals/ref_1/decision"),
    (Method::GET, "/v1/rewards"),
    (Method::GET, "/v1/rewards/rw_1"),
    (Method::POST, "/v1/rewards/rw_1/approve"),
    (Method::POST, "/v1/rewards/rw_1/issue"),
    (Method::POST, "/v1/rewards/rw_1/redeem"),
    (Method::POST, "/v1/rewards/rw_1/void"),
    (Method::POST, "/v1/rewards/rw_1/reinstate"),
    (Method::GET, "/v1/reports/funnel"),
    (Method::GET, "/v1/reports/overview"),
    (Method::GET, "/v1/events"),
    (Method::GET, "/v1/events?format=ndjson"),
    (Method::GET, "/v1/events/verify"),
    (Method::GET, "/v1/events/verify?anchor=1:ab"),
    (Method::GET, "/v1/mails"),
    (Method::GET, "/v1/panel"),
    (Method::PUT, "/v1/panel"),
    (Method::GET, "/v1/answers"),
    (Method::GET, "/v1/test/clock"),
    (Method::POST, "/v1/test/clock"),
    (Method::GET, "/v1/referrals?limit=5"),
    (Method::GET, "/v1/rewards?limit=5"),
];
/// Routes that ask for the operator's key.
const OPERATOR: [(Method, &str); 2] = [
    (Method::POST, "/v1/merchants"),
    (Method::GET, "/v1/merchants"),
];
/// Routes that read a JSON body.
const READERS: [(Method, &str); 11] = [
    (Method::POST, "/v1/program/preview"),
    (Method::PUT, "/v1/program/draft"),
    (Method::POST, "/v1/program/publish"),
    (Method::POST, "/v1/program/dry-run"),
    (Method::POST, "/v1/advocates"),
    (Method::POST, "/v1/conversions"),
    (Method::POST, "/v1/conversions/1001/refunds"),
    (Method::POST, "/v1/conversions/1001/decision"),
    (Method::POST, "/v1/referrals/ref_1/decision"),
    (Method::POST, "/v1/coupons"),
    (Method::POST, "/v1/test/clock"),
];
/// Routes whose JSON body may be missing.
const MAY_READ: (Method, &str) = (Method::POST, "/v1/rewards/rw_1/issue");

/// Every refusal has the one shape, is stored nowhere, and says nothing of our
/// insides.
pub fn refused(answer: &Answer, status: u16, code: &str, what: &str) {
    let stored = answer.header("cache-control");
    check((answer.status, &answer.text, stored), status, code, what);
}

fn refused_raw(answer: &wire::Answer, status: u16, code: &str, what: &str) {
    let stored = answer.header("cache-control");
    check((answer.status, &answer.text(), stored), status, code, what);
}

fn check(seen: (u16, &str, Option<&str>), status: u16, code: &str, what: &str) {
    let (found, said, stored) = seen;
    assert_eq!(found, status, "{what}: {said}");
    let body: Value = serde_json::from_str(said).unwrap_or_default();
    assert_eq!(text(&body, "/error/code"), code, "{what}: {said}");
    assert!(!text(&body, "/error/message").is_empty(), "{what}");
    let fields = |value: &Value| value.as_object().map_or(0, serde_json::Map::len);
    assert_eq!(fields(&body), 1, "{what}: {said}");
    assert_eq!(body.get("error").map(fields), Some(2), "{what}: {said}");
    assert_eq!(stored, Some("no-store"), "{what}");
}

async fn ask(client: &Client, method: &Method, path: &str, body: &str) -> Result<Answer> {
    let body = (!body.is_empty()).then(|| json!({}));
    client
        .request(method.clone(), path, body.as_ref(), &[])
        .await
}

#[tokio::test]
async fn without_the_right_key_nothing_is_told() -> Result<()> {
    let edge = Edge::shared().await?;
    let world = World::open(edge).await?;
    let other = World::open(edge).await?;
    let secret = &world.keys.secret_key;
    let tampered = match secret.strip_suffix('A') {
        Some(front) => format!("{front}B"),
        None => format!("{}A", &secret[..secret.len() - 1]),
    };
    let borrowed = other.keys.secret_key.replace(&other.slug, &world.slug);
    let wrong = [
        "",
        "x",
        "gv_sk.nobody-at-all.1.k1.AAAA",
        world.keys.publishable_key.as_str(),
        tampered.as_str(),
        borrowed.as_str(),
    ];
    for (method, path) in MERCHANT {
        let what = format!("{method} {path}");
        let answer = ask(&world.anybody, &method, path, "{}").await?;
        refused(&answer, 401, "unauthorized", &what);
        for key in wrong {
            let answer = ask(&world.anybody.with_key(key), &method, path, "{}").await?;
            refused(&answer, 401, "unauthorized", &format!("{what} with {key}"));
        }
    }
    for (method, path) in OPERATOR {
        for client in [&world.anybody, &world.api] {
            let answer = ask(client, &method, path, "{}").await?;
            refused(&answer, 401, "unauthorized", &format!("{method} {path}"));
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_merchant_sees_nothing_of_another() -> Result<()> {
    let edge = Edge::shared().await?;
    let (mine, theirs) = (World::open(edge).await?, World::open(edge).await?);
    theirs.order("1001", &json!({})).await?;
    let answer = mine
        .api
        .request(Method::GET, "/v1/conversions/1001", None, &[])
        .await?;
    refused(&answer, 404, "unknown_order", "another merchant's order");
    assert!(mine.rows("/v1/referrals").await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn another_method_is_405_and_another_address_404() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let slug = &world.slug;
    for path in [
        "/v1/merchants",
        "/v1/health",
        "/v1/program",
        "/v1/advocates",
        "/v1/conversions",
        "/v1/conversions/1001",
        "/v1/program/draft",
        "/v1/program/publish",
        "/v1/conversions/1001/refunds",
        "/v1/referrals/ref_1/why",
        "/v1/rewards/rw_1/issue",
        "/v1/events",
        "/v1/coupons",
        "/v1/coupons/HELLO-AAAA-BBBB",
        "/v1/referrals",
        "/v1/referrals/ref_1",
        "/v1/rewards",
        "/v1/reports/funnel",
        "/v1/events/verify",
        "/v1/mails",
        "/v1/test/clock",
        &format!("/b/{slug}/start"),
        &format!("/b/{slug}/me"),
        &format!("/r/{slug}/abcdefgh"),
    ] {
        let answer = ask(&world.api, &Method::DELETE, path, "").await?;
        refused(
            &answer,
            405,
            "method_not_allowed",
            &format!("DELETE {path}"),
        );
    }
    for path in [
        "/v1/",
        "/v1/nothing",
        "/v1/program/x",
        "/v1/reports/x",
        "/v1/conversions/a/b",
        "/v1/rewards/rw_1/steal",
        "/v1/refunds",
        "/v1/events/proof",
        "/v1/clock",
    ] {
        let answer = ask(&world.api, &Method::GET, path, "").await?;
        refused(&answer, 404, "not_found", &format!("GET {path}"));
    }
    let answer = world.page_posts("nothing", &json!({})).await?;
    refused(&answer, 404, "not_found", "an unknown action");
    Ok(())
}

#[tokio::test]
async fn what_is_no_json_or_the_wrong_json_is_400() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let key = format!("Authorization: Bearer {}", world.keys.secret_key);
    for (method, path) in READERS.into_iter().chain([MAY_READ]) {
        for body in [
            if path == MAY_READ.1 { "[" } else { "" },
            "{",
            "[]",
            "null",
            "\"x\"",
            "{\"unheard_of\": 1}",
            "{\"order_id\": 5}",
            "\u{0}",
        ] {
            let answer = world
                .send_text(method.as_str(), path, body, &[&key])
                .await?;
            refused_raw(
                &answer,
                400,
                "malformed",
                &format!("{method} {path} {body:?}"),
            );
        }
    }
    for action in [
        "advocates",
        "me",
        "presses",
        "landings",
        "claims",
        "orders",
        "asks",
        "dismissals",
        "answers",
        "stored",
        "mails",
        "leave",
    ] {
        let path = format!("/b/{}/{action}", world.slug);
        for body in [
            "",
            "{",
            "[]",
            "{\"token\": 5, \"session\": 5, \"email\": 5, \"placement\": 5}",
        ] {
            let answer = world.send_text("POST", &path, body, &[]).await?;
            refused_raw(&answer, 400, "malformed", &format!("{path} {body:?}"));
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_body_beyond_64_kb_is_413() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let key = format!("Authorization: Bearer {}", world.keys.secret_key);
    let large = format!("{{\"order_id\": \"{}\"}}", "x".repeat(70_000));
    for (method, path) in READERS {
        let answer = world
            .send_text(method.as_str(), path, &large, &[&key])
            .await?;
        refused_raw(&answer, 413, "too_large", &format!("{method} {path}"));
    }
    let path = format!("/b/{}/orders", world.slug);
    let answer = world.send_text("POST", &path, &large, &[]).await?;
    refused_raw(&answer, 413, "too_large", &path);
    Ok(())
}

#[tokio::test]
async fn an_unknown_merchant_is_404_everywhere() -> Result<()> {
    let anybody = Edge::shared().await?.client()?;
    for slug in ["nobody-at-all", "x", "UPPER", "a%2e%2e", "..%2f", "a b"] {
        let path = format!("/b/{slug}/start");
        let answer = anybody.request(Method::GET, &path, None, &[]).await?;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
        let answer = anybody
            .request(
                Method::POST,
                &format!("/b/{slug}/me"),
                Some(&json!({})),
                &[],
            )
            .await?;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
    }
    Ok(())
}
