//! What one isolate is told another one knows within half a minute, and both feed the
//! same books.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use grapevine_tests::world::token_of;
use reqwest::Method;
use serde_json::{Value, json};
use xtask::client::{Client, path_of};
use xtask::keys::{Keys, MerchantKeys};
use xtask::paths;
use xtask::workerd::{ADDRESS_HEADER, Log, Options, Workerd};

use crate::swarm::person;

/// As merchants are promised.
const SEEN_EVERYWHERE: Duration = Duration::from_secs(30);

async fn twins(folder: &std::path::Path, keys: &Keys) -> Result<Workerd> {
    let state = folder.join("state");
    std::fs::create_dir_all(&state)?;
    let environment = [
        ("MASTER_KEYS", keys.master_keys.as_str()),
        ("OPERATOR_KEY", keys.operator_key.as_str()),
        ("TRUSTED_ADDRESS_HEADER", ADDRESS_HEADER),
    ];
    Workerd::start(Options {
        config: paths::root().join("tests/faults/twins.capnp"),
        constant: None,
        directories: vec![
            ("state".to_owned(), state),
            ("assets".to_owned(), paths::local_assets()),
        ],
        environment: environment
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        port: 0,
        health: "/v1/health".to_owned(),
        log: Log::File(folder.join("workerd.log")),
    })
    .await
}

#[tokio::test]
async fn a_change_reaches_the_other_isolate_and_both_count_together() -> Result<()> {
    let folder = tempfile::Builder::new().prefix("gv-twins-").tempdir()?;
    let keys = Keys::generate()?;
    let server = twins(folder.path(), &keys).await?;
    let first = Client::new("first.localhost", server.port())?;
    let second = Client::new("second.localhost", server.port())?;
    let operator = first.with_key(&keys.operator_key);
    let merchant = json!({
        "slug": "twins", "name": "Twins", "shop_url": "http://shop.localhost:9/",
        "email": "owner@shop.example", "currency": "EUR", "locale": "en", "test": true,
    });
    let opened = operator.post("/v1/merchants", &merchant).await?;
    let keys: MerchantKeys = serde_json::from_value(opened)?;
    let api = first.with_key(&keys.secret_key);
    let ada = api.create_advocate("ada@mail.example", "Ada").await?;
    let link = path_of(ada["link"].as_str().context("a link")?).to_owned();

    // Both isolates know the merchant, and both feed the books.
    let mut visitors = 0;
    for edge in [&first, &second, &first, &second] {
        let answer = edge
            .request(Method::GET, &link, None, &person(visitors))
            .await?;
        let to = answer.header("location").unwrap_or_default().to_owned();
        assert!(token_of(&to).is_some(), "{to}");
        assert!(answer.header("set-cookie").is_some());
        visitors += 1;
    }

    let consent = json!({ "consent_required": true });
    let path = "/v1/merchants/twins";
    let changed = operator
        .request(Method::PATCH, path, Some(&consent), &[])
        .await?;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let began = Instant::now();
    let answer = first
        .request(Method::GET, &link, None, &person(visitors))
        .await?;
    assert_eq!(
        answer.header("set-cookie"),
        None,
        "at once where it was said"
    );
    visitors += 1;
    loop {
        let answer = second
            .request(Method::GET, &link, None, &person(visitors))
            .await?;
        visitors += 1;
        if answer.header("set-cookie").is_none() {
            break;
        }
        assert!(
            began.elapsed() < SEEN_EVERYWHERE,
            "not seen in half a minute"
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    println!("seen by the other isolate after {:?}", began.elapsed());

    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let funnel: Value = api.get("/v1/reports/funnel").await?;
        if funnel["clicks"] == json!(visitors) {
            return Ok(());
        }
        assert!(Instant::now() < deadline, "{visitors} clicks, {funnel}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// An isolate that nobody asks anything cannot be told anything: it must not answer by
/// what it knew half a minute ago.
#[tokio::test]
async fn an_isolate_that_slept_does_not_answer_by_what_it_knew() -> Result<()> {
    let folder = tempfile::Builder::new().prefix("gv-twins-").tempdir()?;
    let keys = Keys::generate()?;
    let server = twins(folder.path(), &keys).await?;
    let first = Client::new("first.localhost", server.port())?;
    let second = Client::new("second.localhost", server.port())?;
    let operator = first.with_key(&keys.operator_key);
    let merchant = json!({
        "slug": "sleepy", "name": "Sleepy", "shop_url": "http://shop.localhost:9/",
        "email": "owner@shop.example", "currency": "EUR", "locale": "en", "test": true,
    });
    operator.post("/v1/merchants", &merchant).await?;
    let link = "/r/sleepy/anna-tea";
    let location = async |visitor| -> Result<String> {
        let answer = second
            .request(Method::GET, link, None, &person(visitor))
            .await?;
        Ok(answer.header("location").unwrap_or_default().to_owned())
    };
    assert!(location(1).await?.starts_with("http://shop.localhost:9/"));
    let moved = json!({ "shop_url": "http://shop.localhost:10/" });
    let path = "/v1/merchants/sleepy";
    operator
        .request(Method::PATCH, path, Some(&moved), &[])
        .await?;
    // The promise is about real time, and an isolate has no other.
    tokio::time::sleep(SEEN_EVERYWHERE).await;
    let to = location(2).await?;
    assert!(to.starts_with("http://shop.localhost:10/"), "{to}");
    Ok(())
}
