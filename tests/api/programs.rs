//! `/v1/presets`, `/v1/program/schema`, `…/preview`, `…/draft`, `…/dry-run`: rules
//! before they go live.

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};
use reqwest::Method;
use serde_json::{Value, json};

use crate::refusals::refused;

/// A programme with a mistake in every part.
fn full_of_mistakes() -> Value {
    json!({
        "hold_days": 1_000,
        "window_days": 0,
        "advocate": {
            "offer": {"kind": "store_credit", "amounts": {"USD": 1_000}},
            "by_friends": [
                {"from": 5, "offer": {"kind": "store_credit", "amounts": {"EUR": 2_000}}},
                {"from": 5, "offer": {"kind": "store_credit", "amounts": {"EUR": 3_000}}},
            ],
        },
        "friend": {"offer": {"kind": "percent_off", "basis_points": 20_000}},
        "caps": [{"per": "month"}],
        "prize": {"per": "all_time", "offer": {"kind": "cash", "amounts": {"EUR": 5_000}}},
    })
}

const MISTAKES: [&str; 7] = [
    "advocate.by_friends[1].from",
    "advocate.offer.amounts",
    "caps[0]",
    "friend.offer.basis_points",
    "hold_days",
    "prize.per",
    "window_days",
];

fn paths(answer: &Value, list: &str) -> Vec<String> {
    let found = answer[list].as_array().into_iter().flatten();
    let mut paths: Vec<String> = found
        .inspect(|one| assert!(text(one, "/sentence").ends_with('.'), "{one}"))
        .map(|one| text(one, "/path").to_owned())
        .collect();
    paths.sort();
    paths
}

#[tokio::test]
async fn every_preset_works_in_the_shops_own_currency() -> Result<()> {
    let world = World::open_as(Edge::shared().await?, &json!({"currency": "JPY"})).await?;
    let presets = world.api.get("/v1/presets").await?;
    let presets = presets.as_array().map(Vec::as_slice).unwrap_or_default();
    assert!(!presets.is_empty());
    for preset in presets {
        for field in ["name", "title", "about"] {
            assert!(!text(preset, &format!("/{field}")).is_empty(), "{preset}");
        }
        let preview = world
            .api
            .post("/v1/program/preview", &preset["program"])
            .await?;
        assert_eq!(preview["problems"], json!([]), "{preset}");
        let body = json!({ "preset": preset["name"] });
        let published = world.api.post("/v1/program/publish", &body).await?;
        assert_eq!(published["program"], preset["program"]);
        assert!(!preset.to_string().contains("\"EUR\""), "{preset}");
    }
    let body = json!({"preset": "gold-for-all"});
    let answer = world.post("/v1/program/publish", &body).await?;
    refused(&answer, 404, "unknown_preset", "a made-up preset");
    assert!(
        answer.text.contains(text(&presets[0], "/name")),
        "it names those that there are: {}",
        answer.text
    );
    Ok(())
}

#[tokio::test]
async fn the_schema_is_for_anybody() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let answer = world.follow("/v1/program/schema", &[]).await?;
    assert_eq!(answer.status, 200);
    let kind = answer.header("content-type");
    assert_eq!(kind, Some("application/schema+json"));
    assert!(answer.json()?.is_object(), "{}", answer.text);
    Ok(())
}

#[tokio::test]
async fn a_preview_tells_every_mistake_at_once_with_its_place() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let preview = world
        .api
        .post("/v1/program/preview", &full_of_mistakes())
        .await?;
    assert_eq!(paths(&preview, "problems"), MISTAKES, "{preview}");
    // Nothing is kept.
    assert_eq!(number(&world.api.get("/v1/program").await?, "/version"), 1);
    let answer = world
        .api
        .request(Method::GET, "/v1/program/draft", None, &[])
        .await?;
    refused(&answer, 404, "no_draft", "no draft");
    Ok(())
}

#[tokio::test]
async fn a_preview_warns_of_what_is_legal_but_unwise() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let unwise = world
        .program_with(&json!({
            "hold_days": 0, "browser_orders_pay": true, "self_referral": "allow",
            "friend": {
                "offer": {"kind": "percent_off", "basis_points": 5_000},
                "hand_over": {"by": "pool", "pool": "spring"},
            },
        }))
        .await?;
    let preview = world.api.post("/v1/program/preview", &unwise).await?;
    assert_eq!(preview["problems"], json!([]), "{preview}");
    let wanted = [
        "browser_orders_pay",
        "budget",
        "friend.hand_over.pool",
        "friend.offer",
        "hold_days",
        "self_referral",
    ];
    assert_eq!(paths(&preview, "warnings"), wanted, "{preview}");
    let codes = json!({"pool": "spring", "codes": ["S-1"]});
    world.api.post("/v1/coupons", &codes).await?;
    let preview = world.api.post("/v1/program/preview", &unwise).await?;
    assert_eq!(paths(&preview, "warnings").len(), 5, "{preview}");
    Ok(())
}

#[tokio::test]
async fn a_document_of_another_shape_is_400_and_says_where() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for (change, place) in [
        (json!({"hold_days": "7"}), "hold_days"),
        (json!({"hold_days": -1}), "hold_days"),
        (json!({"hold_day": 7}), "hold_day"),
        (
            json!({"advocate": {"offer": {"kind": "gold"}}}),
            "advocate.offer",
        ),
        (
            json!({"advocate": {"offer": {"kind": "cash", "amounts": {"EURO": 1}}}}),
            "advocate.offer",
        ),
        (
            json!({"advocate": {"kind": "cash", "money": {"minor": 1, "currency": "EUR"}}}),
            "advocate",
        ),
        (json!({"trigger": "first_order"}), "trigger"),
        (json!({"caps": [{"per": "fortnight"}]}), "caps[0].per"),
    ] {
        let program = world.program_with(&change).await?;
        let drafts = [
            (Method::POST, "/v1/program/preview", program.clone()),
            (Method::PUT, "/v1/program/draft", program.clone()),
            (
                Method::POST,
                "/v1/program/publish",
                json!({ "program": program }),
            ),
        ];
        for (method, path, body) in drafts {
            let answer = world.api.request(method, path, Some(&body), &[]).await?;
            refused(&answer, 400, "malformed", &format!("{path} {change}"));
            assert!(answer.text.contains(place), "{place}: {}", answer.text);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_draft_is_kept_whatever_is_wrong_and_published_when_it_is_right() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let saved = world
        .api
        .put("/v1/program/draft", &full_of_mistakes())
        .await?;
    assert_eq!(paths(&saved, "problems"), MISTAKES);
    assert!(text(&saved, "/saved_at").ends_with('Z'), "{saved}");
    assert_eq!(world.api.get("/v1/program/draft").await?, saved);

    let publish = async || world.post("/v1/program/publish", &json!({})).await;
    let answer = publish().await?;
    refused(&answer, 422, "invalid_program", "a draft with mistakes");
    for path in MISTAKES {
        assert!(answer.text.contains(path), "{path}: {}", answer.text);
    }
    let good = world.program_with(&json!({"hold_days": 7})).await?;
    let saved = world.api.put("/v1/program/draft", &good).await?;
    assert_eq!(saved["problems"], json!([]), "{saved}");
    let published = publish().await?.json()?;
    assert_eq!(number(&published, "/version"), 2, "{published}");
    assert_eq!(published["program"], good);
    refused(&publish().await?, 409, "no_draft", "a draft that is live");
    Ok(())
}

#[tokio::test]
async fn a_dry_run_plays_past_orders_by_other_rules_and_keeps_nothing() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    for n in 1..=3 {
        let token = world.friend(&link, n).await?;
        let body = json!({"click_token": token, "amount": n * 2_000});
        world.order(&n.to_string(), &body).await?;
    }
    let nobody = world.order("4", &json!({})).await?;
    let events = world.api.get("/v1/events/verify").await?;

    let draft = world
        .program_with(&json!({
            "advocate": {"offer": {"kind": "store_credit", "amounts": {"EUR": 2_000}}},
            "minimum_order": {"EUR": 3_000},
        }))
        .await?;
    let run = async |body: Value| world.post("/v1/program/dry-run", &body).await;
    let told = run(json!({ "program": draft })).await?.json()?;
    assert_eq!(number(&told, "/orders"), 4, "{told}");
    assert_eq!(number(&told, "/live/referrals"), 3);
    assert_eq!(number(&told, "/live/cost/0/minor"), 3 * 2_000);
    assert_eq!(number(&told, "/live/revenue/0/minor"), 12_000);
    assert_eq!(number(&told, "/draft/referrals"), 2);
    assert_eq!(number(&told, "/draft/cost/0/minor"), 2 * 3_000, "{told}");
    assert_eq!(
        told["draft"]["blocked"],
        json!({"below_minimum": 1, "not_referred": 1})
    );
    assert_eq!(world.api.get("/v1/events/verify").await?, events);

    let later = text(&nobody, "/conversion/ordered_at");
    let body = json!({"program": draft, "from": later, "to": "2099-01-01T00:00:00Z"});
    let told = run(body).await?.json()?;
    assert!(number(&told, "/orders") < 4, "{told}");
    let answer = run(json!({ "program": full_of_mistakes() })).await?;
    refused(&answer, 422, "invalid_program", "mistakes");
    let answer = run(json!({"program": draft, "from": "noon"})).await?;
    refused(&answer, 400, "malformed", "no time");
    let answer = run(draft).await?;
    refused(&answer, 400, "malformed", "the bare programme");
    Ok(())
}
