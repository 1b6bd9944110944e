//! `/v1/referrals`, `/v1/referrals/{id}`, `/v1/referrals/{id}/why`: who referred
//! whom, and why it counts.

use std::collections::BTreeSet;

use anyhow::Result;
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};
use reqwest::Method;
use serde_json::{Value, json};

use crate::refusals::refused;

/// Every row of a list, `limit` at a time; no page is larger.
pub async fn all_pages(world: &World, path: &str, limit: usize) -> Result<Vec<Value>> {
    let mut rows = Vec::new();
    let mut after = String::new();
    let mark = if path.contains('?') { '&' } else { '?' };
    loop {
        let page = world
            .api
            .get(&format!("{path}{mark}limit={limit}{after}"))
            .await?;
        let some = page.get("data").and_then(Value::as_array);
        let some = some.cloned().unwrap_or_default();
        assert!(some.len() <= limit, "{page}");
        rows.extend(some);
        match page.get("next") {
            None | Some(Value::Null) => return Ok(rows),
            Some(Value::String(next)) => after = format!("&after={next}"),
            Some(next) => after = format!("&after={next}"),
        }
    }
}

/// Four friends of Ada and one of Eve; the second order was refunded.
async fn five() -> Result<(World, String)> {
    let world = World::open(Edge::shared().await?).await?;
    let ada = world.api.create_advocate("ada@mail.example", "Ada").await?;
    let link = xtask::client::path_of(text(&ada, "/link")).to_owned();
    let eve = world.advocate("eve@mail.example").await?;
    for n in 1..=5 {
        let link = if n == 5 { &eve } else { &link };
        let token = world.friend(&format!("{link}?c=sms"), n).await?;
        world
            .order(&n.to_string(), &json!({ "click_token": token }))
            .await?;
    }
    world.api.refund("2", &json!({"refund_id": "r"})).await?;
    Ok((world, text(&ada, "/id").to_owned()))
}

fn orders(rows: &[Value]) -> Vec<&str> {
    let mut orders: Vec<&str> = rows.iter().map(|row| text(row, "/order_id")).collect();
    orders.sort_unstable();
    orders
}

#[tokio::test]
async fn a_list_is_read_page_by_page_newest_first_and_nothing_comes_twice() -> Result<()> {
    let (world, ada) = five().await?;
    let whole = world.rows("/v1/referrals").await?;
    assert_eq!(orders(&whole), ["1", "2", "3", "4", "5"]);
    let times: Vec<&str> = whole.iter().map(|row| text(row, "/created_at")).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
    for limit in [1, 2, 5, 200] {
        assert_eq!(all_pages(&world, "/v1/referrals", limit).await?, whole);
    }
    let voided = world.rows("/v1/referrals?status=voided").await?;
    assert_eq!(orders(&voided), ["2"]);
    let path = format!("/v1/referrals?advocate={ada}&status=pending");
    assert_eq!(orders(&all_pages(&world, &path, 2).await?), ["1", "3", "4"]);
    assert!(
        world
            .rows("/v1/referrals?advocate=adv_nobody")
            .await?
            .is_empty()
    );
    Ok(())
}

#[tokio::test]
async fn a_filter_that_makes_no_sense_is_refused() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    for list in ["/v1/referrals", "/v1/rewards"] {
        for (query, code) in [
            ("status=lost", "invalid_status"),
            ("after=x", "invalid_page"),
            ("limit=many", "invalid_limit"),
            ("limit=-1", "invalid_limit"),
            ("advocate_id=adv_1", "unknown_parameter"),
            ("offset=5", "unknown_parameter"),
        ] {
            let path = format!("{list}?{query}");
            let answer = world.api.request(Method::GET, &path, None, &[]).await?;
            refused(&answer, 422, code, &path);
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_referral_answers_who_referred_whom_and_how_long_it_took() -> Result<()> {
    let world = World::open(Edge::shared().await?).await?;
    let join = world.join("ada@mail.example").await?;
    let press = json!({"session": join["session"], "channel": "sms", "placement": "floating",
        "press_id": "p-1"});
    world.page_posts("presses", &press).await?.json()?;
    let link = xtask::client::path_of(text(&join, "/me/link")).to_owned();
    world.api.advance_clock(600).await?;
    let token = world.friend(&format!("{link}?c=sms"), 1).await?;
    let landing = json!({"token": token, "page": "/", "hidden": false});
    world.page_posts("landings", &landing).await?.json()?;
    world.api.advance_clock(3_600).await?;
    let order = world.order("1", &json!({ "click_token": token })).await?;

    let path = format!("/v1/referrals/{}", text(&order, "/referral/id"));
    let one = world.api.get(&path).await?;
    assert_eq!(one["conversion"], order["conversion"]);
    assert_eq!(one["why"], order["why"]);
    let referral = &one["referral"];
    assert_eq!(referral, &order["referral"]);
    assert_eq!(text(referral, "/channel"), "sms");
    assert_eq!(text(referral, "/placement"), "floating");
    assert_eq!(referral["bought"], json!(true));
    assert_eq!(referral["advocate"]["verified"], json!(false));
    assert_eq!(number(referral, "/friend/order"), 1);
    let about = |seconds: i64, field: &str| {
        let found = number(referral, &format!("/times/{field}"));
        // A click token counts whole seconds.
        assert!((seconds - 1..seconds + 60).contains(&found), "{referral}");
    };
    about(600, "share_to_click_s");
    about(3_600, "click_to_order_s");
    assert!(!text(referral, "/times/landed_at").is_empty());
    assert!(referral["times"]["claimed_at"].is_null(), "{referral}");
    let events = one["events"].as_array().cloned().unwrap_or_default();
    let kinds: Vec<&str> = events.iter().map(|event| text(event, "/kind")).collect();
    for kind in [
        "order.reported",
        "order.judged",
        "referral.created",
        "reward.pending",
    ] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    Ok(())
}

#[tokio::test]
async fn why_is_told_in_fourteen_languages() -> Result<()> {
    let edge = Edge::shared().await?;
    let world = World::open_as(edge, &json!({"locale": "pl"})).await?;
    let ada = world.advocate("ada@mail.example").await?;
    let eve = world.advocate("eve@mail.example").await?;
    let first = world.friend(&ada, 1).await?;
    world.api.advance_clock(3_600).await?;
    let last = world.friend(&eve, 1).await?;
    world.api.advance_clock(3_600).await?;
    let order = world
        .order("1", &json!({"click_tokens": [first, last]}))
        .await?;
    let path = format!("/v1/referrals/{}/why", text(&order, "/referral/id"));
    let mut texts = BTreeSet::new();
    for locale in [
        "en", "pl", "bg", "ru", "hu", "ro", "de", "fr", "es", "it", "cs", "uk", "tr", "ar",
    ] {
        let why = world.api.get(&format!("{path}?locale={locale}")).await?;
        assert_eq!(text(&why, "/locale"), locale, "{why}");
        assert_eq!(text(&why, "/verdict"), "referred");
        assert_eq!(text(&why, "/winner/reason"), "won");
        assert_eq!(text(&why, "/losers/0/reason"), "later_click_won");
        let sentences = why["sentences"].as_array().map_or(0, Vec::len);
        assert!(sentences >= 2, "{why}");
        texts.insert(text(&why, "/text").to_owned());
    }
    assert_eq!(texts.len(), 14, "each in its own words");
    let tag = async |query: &str| -> Result<String> {
        let why = world.api.get(&format!("{path}{query}")).await?;
        Ok(text(&why, "/locale").to_owned())
    };
    assert_eq!(tag("").await?, "pl", "the merchant's own");
    assert_eq!(tag("?locale=de-AT").await?, "de");
    assert_eq!(tag("?locale=tlh").await?, "en");
    let answer = world
        .api
        .request(Method::GET, "/v1/referrals/ref_none/why", None, &[])
        .await?;
    refused(&answer, 404, "unknown_referral", "a made-up referral");
    let answer = world
        .api
        .request(Method::GET, &format!("{path}?lang=pl"), None, &[])
        .await?;
    refused(&answer, 422, "unknown_parameter", "lang");
    Ok(())
}
