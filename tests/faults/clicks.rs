//! Clicks under power cuts, under load, and with books that fail.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, number};

use crate::swarm::follow;

/// Within which every answered click is in the books.
const DURABLE: Duration = Duration::from_secs(2);
/// What is given for it here, where a machine may be busy with other things: what it
/// took is printed.
pub const PATIENCE: Duration = DURABLE.saturating_mul(2);
/// So that a test's people, who are not as many as they seem, are all counted.
const NO_LIMITS: (&str, &str) = ("LIMITS", "click_soft=0,click_hard=0,code=0");

async fn clicks(world: &World) -> Result<i64> {
    Ok(number(&world.funnel().await?, "/clicks"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_loses_only_what_was_answered_within_the_last_two_seconds() -> Result<()> {
    let mut edge = Edge::start_with(&[NO_LIMITS]).await?;
    let mut world = World::open(&edge).await?;
    let link = world.advocate("ada@mail.example").await?;
    let mut certain = 0;
    for round in 1..=3u64 {
        let people = tokio::spawn({
            let (edge, link) = (world.anybody.clone(), link.clone());
            let apart = Duration::from_millis(20);
            async move { follow(&edge, &link, 8, 100_000, apart, Duration::from_secs(60)).await }
        });
        // Other moments of a batch's life each time.
        tokio::time::sleep(PATIENCE + Duration::from_millis(1_000 + 370 * round)).await;
        let cut_at = Instant::now();
        edge.kill();
        let answered = people.await??;
        edge.revive().await?;
        world.anybody = edge.client()?;
        world.api = world.anybody.with_key(&world.keys.secret_key);
        let older = |span| move |at: &&Instant| cut_at.duration_since(**at) >= span;
        let promised = i64::try_from(answered.iter().filter(older(DURABLE)).count())?;
        let must = i64::try_from(answered.iter().filter(older(PATIENCE)).count())?;
        let all = i64::try_from(answered.len())?;
        let found = clicks(&world).await? - certain;
        println!(
            "cut {round}: {all} answered, {} of them in the last two seconds, {} lost",
            all - promised,
            all - found
        );
        assert!(must > 50, "the cut came after enough clicks");
        assert!(found >= must, "{found} of {must} that were old enough");
        assert!(found <= all, "{found} of {all}: counted twice");
        certain += found;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clicks_over_64_connections_are_all_in_the_books_within_two_seconds() -> Result<()> {
    let edge = Edge::start_with(&[NO_LIMITS]).await?;
    let world = World::open(&edge).await?;
    let link = world.advocate("ada@mail.example").await?;
    let people = tokio::spawn({
        let (edge, link) = (world.anybody.clone(), link.clone());
        async move {
            follow(
                &edge,
                &link,
                64,
                6_000,
                Duration::ZERO,
                Duration::from_secs(30),
            )
            .await
        }
    });
    let answered = people.await??;
    let last = *answered.last().context("a click")?;
    let all = i64::try_from(answered.len())?;
    assert_eq!(all, 6_000);
    loop {
        let asked_at = Instant::now();
        let found = clicks(&world).await?;
        let late = asked_at.duration_since(last);
        if found == all {
            println!("all of {all} clicks were in the books {late:?} after the last answer");
            break;
        }
        assert!(late < PATIENCE, "{found} of {all} after {late:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// The merchant's database: the file that grows with its clicks.
fn database(edge: &Edge) -> Result<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(edge.folder().join("workerd/grapevine-ledger"))? {
        let path = entry?.path();
        let name = path.file_name().context("a name")?.to_string_lossy();
        if name.ends_with(".sqlite") && name != "metadata.sqlite" {
            files.push(path);
        }
    }
    assert_eq!(files.len(), 1, "one merchant's");
    files.pop().context("a database")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_books_fail_links_lead_on_and_no_click_is_lost() -> Result<()> {
    let edge = Edge::start_with(&[NO_LIMITS]).await?;
    let world = World::open(&edge).await?;
    let link = world.advocate("ada@mail.example").await?;
    world.click(&link, "198.51.100.1").await?;
    world.funnel_with("/clicks", 1).await?;

    // Somebody else holds the file: every write fails.
    let file = rusqlite::Connection::open(database(&edge)?)?;
    file.execute_batch("PRAGMA busy_timeout = 5000; BEGIN IMMEDIATE")?;
    let people = follow(
        &world.anybody,
        &link,
        4,
        400,
        Duration::from_millis(20),
        Duration::from_secs(10),
    );
    let answered = people.await?;
    assert_eq!(answered.len(), 400, "links lead on");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let log = edge.log()?;
    assert!(log.contains("internal"), "the failure is logged: {log}");
    file.execute_batch("ROLLBACK")?;
    drop(file);

    let funnel = world.funnel_with("/clicks", 401).await?;
    assert_eq!(
        number(&funnel, "/dropped/lost"),
        -1,
        "nothing was lost: {funnel}"
    );
    assert_eq!(number(&funnel, "/dropped/overflow"), -1, "{funnel}");
    Ok(())
}
