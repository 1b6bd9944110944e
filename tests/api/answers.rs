//! `POST /b/{merchant}/answers` and `GET /v1/answers`: the survey.

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};
use reqwest::Method;
use serde_json::{Value, json};

use crate::refusals::refused;

#[tokio::test]
async fn feedback_reaches_the_merchant() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let score =
        json!({"answer_id": "n1", "score": 3, "placement": "post-purchase", "order_id": "1001"});
    let answer = world.page_posts("answers", &score).await?;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    let words = "Late & the lid \"broke\" \u{1f622} \u{5e9}\u{5dc}\u{5d5}\u{5dd}";
    let later = json!({"answer_id": "n1", "score": 3, "text": words});
    assert_eq!(world.page_posts("answers", &later).await?.status, 204);
    let joined = world.join("ada@mail.example").await?;
    let happy = json!({"answer_id": "n2", "score": 10, "session": text(&joined, "/session")});
    assert_eq!(world.page_posts("answers", &happy).await?.status, 204);

    let rows = world.rows("/v1/answers").await?;
    assert_eq!(rows.len(), 2, "{rows:?}");
    let [first, second] = [0, 1].map(|at| rows.get(at).cloned().unwrap_or_default());
    assert_eq!((text(&first, "/id"), number(&first, "/score")), ("n2", 10));
    assert_eq!(text(&first, "/advocate/email"), "ada@mail.example");
    assert_eq!(number(&second, "/score"), 3);
    assert_eq!(text(&second, "/text"), words);
    assert_eq!(text(&second, "/order_id"), "1001");
    assert_eq!(text(&second, "/placement"), "post-purchase");
    assert_eq!(second.get("advocate"), Some(&Value::Null));
    assert!(text(&second, "/at").ends_with('Z'));
    Ok(())
}

#[tokio::test]
async fn the_list_has_pages() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for n in 0..3 {
        let body = json!({"answer_id": format!("n{n}"), "score": n});
        assert_eq!(world.page_posts("answers", &body).await?.status, 204);
    }
    let first = world.api.get("/v1/answers?limit=2").await?;
    let next = text(&first, "/next");
    let second = world
        .api
        .get(&format!("/v1/answers?limit=2&after={next}"))
        .await?;
    let ids: Vec<&str> = [&first, &second]
        .into_iter()
        .flat_map(|page| page["data"].as_array().into_iter().flatten())
        .map(|row| text(row, "/id"))
        .collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["n0", "n1", "n2"], "{ids:?}");
    assert_eq!(second["next"], Value::Null);
    for (query, code) in [
        ("score=3", "unknown_parameter"),
        ("status=open", "unknown_parameter"),
        ("limit=many", "invalid_limit"),
        ("after=x", "invalid_page"),
    ] {
        let path = format!("/v1/answers?{query}");
        let answer = world.api.request(Method::GET, &path, None, &[]).await?;
        refused(&answer, 422, code, query);
    }
    Ok(())
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for (body, status, code) in [
        (json!({"answer_id": "a", "score": 11}), 422, "invalid_score"),
        (json!({"answer_id": "a", "score": -1}), 422, "invalid_score"),
        (json!({"answer_id": "a", "score": 7.5}), 400, "malformed"),
        (
            json!({"answer_id": "a", "score": 7, "text": "x".repeat(2_001)}),
            422,
            "invalid_text",
        ),
        (
            json!({"answer_id": "", "score": 7}),
            422,
            "invalid_answer_id",
        ),
        (json!({"score": 7}), 400, "malformed"),
    ] {
        let answer = world.page_posts("answers", &body).await?;
        refused(&answer, status, code, &body.to_string());
    }
    let longest = json!({"answer_id": "a", "score": 0, "text": "\u{1f375}".repeat(2_000)});
    assert_eq!(world.page_posts("answers", &longest).await?.status, 204);
    assert_eq!(world.rows("/v1/answers").await?.len(), 1);
    Ok(())
}
