//! Names that a stranger makes up leave nothing behind.

use anyhow::Result;
use grapevine_tests::edge::Edge;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn made_up_merchants_open_no_books() -> Result<()> {
    let edge = Edge::start().await?;
    let anybody = edge.client()?;
    for number in 0..20 {
        let link = format!("/r/made-up-{number}/k7m2p9x4");
        let answer = anybody.request(Method::GET, &link, None, &[]).await?;
        assert_eq!(answer.status, 404, "{link}");
        let start = format!("/b/invented-{number}/start");
        let answer = anybody.request(Method::GET, &start, None, &[]).await?;
        assert_eq!(answer.status, 404, "{start}");
        let mailbox = format!("/m/conjured-{number}.abc");
        let answer = anybody.request(Method::GET, &mailbox, None, &[]).await?;
        assert_eq!(answer.status, 404, "{mailbox}");
        let key = format!("gv_sk.dreamt-{number}.1.abc");
        let liar = anybody.with_key(&key);
        let answer = liar.request(Method::GET, "/v1/program", None, &[]).await?;
        assert_eq!(answer.status, 401, "{key}");
    }
    assert_eq!(edge.books()?, 0);
    edge.open_merchant("real", "https://shop.example/", &json!({}))
        .await?;
    assert_eq!(edge.books()?, 1);
    Ok(())
}
