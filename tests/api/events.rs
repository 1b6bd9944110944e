//! `/v1/events`, `/v1/events/verify`: the event log, copied and checked, by the edge
//! and by the checker that shares no code with it.

use std::io::Write;
use std::process::{Output, Stdio};

use anyhow::{Context, Result};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number, text};
use reqwest::Method;
use serde_json::{Value, json};

use crate::referrals::all_pages;
use crate::refusals::refused;

/// A merchant to whom something has happened.
async fn busy() -> Result<World> {
    let world = World::open(Edge::shared().await?).await?;
    let link = world.advocate("ada@mail.example").await?;
    for n in 1..=3 {
        let token = world.friend(&link, n).await?;
        // Order numbers that need care when they are sealed and copied.
        let body = json!({"order_id": format!("#{n} \"żółw\"\\"), "amount": 4_200,
            "currency": "EUR", "click_token": token});
        world.api.post("/v1/conversions", &body).await?;
    }
    world.api.advance_clock(15 * 86_400).await?;
    Ok(world)
}

/// The whole log as NDJSON, so many lines at a time.
async fn exported(world: &World, limit: usize) -> Result<String> {
    let mut export = String::new();
    let mut after = "0".to_owned();
    loop {
        let path = format!("/v1/events?format=ndjson&limit={limit}&after={after}");
        let answer = world.api.request(Method::GET, &path, None, &[]).await?;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let kind = answer.header("content-type");
        assert_eq!(kind, Some("application/x-ndjson"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        export.push_str(&answer.text);
        match answer.header("x-next-after") {
            Some(next) => after = next.to_owned(),
            None => return Ok(export),
        }
    }
}

#[tokio::test]
async fn the_log_is_read_page_by_page_in_its_order() -> Result<()> {
    let world = busy().await?;
    let whole = world.rows("/v1/events").await?;
    assert!(whole.len() > 10, "{whole:?}");
    for (event, seq) in whole.iter().zip(1..) {
        assert_eq!(number(event, "/seq"), seq, "{event}");
    }
    for limit in [1, 7, 1_000] {
        assert_eq!(all_pages(&world, "/v1/events", limit).await?, whole);
    }
    let lines: Vec<Value> = exported(&world, 4)
        .await?
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    assert_eq!(lines, whole);
    assert!(world.rows("/v1/events?after=100000").await?.is_empty());
    for (query, code) in [
        ("after=x", "invalid_after"),
        ("after=-1", "invalid_after"),
        ("limit=1.5", "invalid_limit"),
        ("format=csv", "invalid_format"),
        ("since=1", "unknown_parameter"),
    ] {
        let path = format!("/v1/events?{query}");
        let answer = world.api.request(Method::GET, &path, None, &[]).await?;
        refused(&answer, 422, code, query);
    }
    Ok(())
}

#[tokio::test]
async fn the_log_is_checked_as_a_whole_in_parts_and_against_an_anchor() -> Result<()> {
    let world = busy().await?;
    let events = world.rows("/v1/events").await?;
    let last = events.last().context("an event")?;
    let (seq, hash) = (number(last, "/seq"), text(last, "/hash"));
    let verify = async |query: &str| world.api.get(&format!("/v1/events/verify{query}")).await;
    let sound = json!({"sound": seq, "hash": hash, "complete": true});
    assert_eq!(verify("").await?, sound);
    assert_eq!(verify(&format!("?anchor={seq}:{hash}")).await?, sound);

    let part = verify("?limit=5").await?;
    assert_eq!(number(&part, "/sound"), 5, "{part}");
    assert_eq!(part["complete"], json!(false));
    assert_eq!(text(&part, "/hash"), text(&events[4], "/hash"));
    assert_eq!(verify("?after=5").await?, sound);

    // An anchor that is not in the log: its newest events were replaced.
    let broken = verify(&format!("?anchor={seq}:{}", "0".repeat(64))).await?;
    assert_eq!(broken, json!({ "broken_at": seq }));
    let cut = verify(&format!("?anchor={}:{hash}", seq + 1)).await?;
    assert_eq!(cut, json!({ "broken_at": seq + 1 }));
    for (query, code) in [
        ("anchor=5", "invalid_anchor"),
        ("anchor=x:y", "invalid_anchor"),
        ("limit=x", "invalid_limit"),
        ("after=-3", "invalid_after"),
        ("anker=5:a", "unknown_parameter"),
    ] {
        let path = format!("/v1/events/verify?{query}");
        let answer = world.api.request(Method::GET, &path, None, &[]).await?;
        refused(&answer, 422, code, query);
    }
    Ok(())
}

/// What `grapevine-verify` says of an export on its standard input.
fn checker(arguments: &[&str], export: &str) -> Result<Output> {
    // A crate of its own that shares no code with ours: run, not linked.
    let mut child = xtask::process::cargo()
        .current_dir(xtask::paths::root())
        .args(["run", "--quiet", "-p", "grapevine-verify", "--"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().context("its standard input")?;
    input.write_all(export.as_bytes())?;
    drop(input);
    Ok(child.wait_with_output()?)
}

#[tokio::test]
async fn an_export_satisfies_the_independent_checker_and_a_changed_one_does_not() -> Result<()> {
    let world = busy().await?;
    let export = exported(&world, 1_000).await?;
    let proof = world.api.get("/v1/events/verify").await?;
    let anchor = format!("{}:{}", number(&proof, "/sound"), text(&proof, "/hash"));
    let sound = checker(&["--expect", &anchor], &export)?;
    let said = String::from_utf8_lossy(&sound.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&sound.stderr).into_owned();
    assert_eq!(sound.status.code(), Some(0), "{said}{complaint}");
    assert!(
        said.trim_end().ends_with(&format!("last {anchor}")),
        "{said}"
    );

    let changed = export.replacen("4200", "9200", 1);
    assert_ne!(changed, export);
    let broken = checker(&[], &changed)?;
    assert_eq!(broken.status.code(), Some(1));
    let complaint = String::from_utf8_lossy(&broken.stderr).into_owned();
    assert!(complaint.contains("changed"), "{complaint}");

    // The newest events cut off: only the anchor shows it.
    let lines: Vec<&str> = export.lines().collect();
    let cut = lines[..lines.len() - 2].join("\n");
    assert_eq!(checker(&[], &cut)?.status.code(), Some(0));
    let missing = checker(&["--expect", &anchor], &cut)?;
    assert_eq!(missing.status.code(), Some(1));

    // A part of it, after an event that was noted before.
    let third: Value = serde_json::from_str(lines[2])?;
    let after = format!("3:{}", text(&third, "/hash"));
    let rest = lines[3..].join("\n");
    let output = checker(&["--after", &after, "--expect", &anchor], &rest)?;
    assert_eq!(output.status.code(), Some(0));
    Ok(())
}
