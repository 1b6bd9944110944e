//! `cargo xtask bench neighbours`: what a merchant's visitors feel while another
//! merchant of the same edge is flooded.
//!
//! One workerd serves two merchants. The visitors of the one come at a fixed, modest
//! rate; their latencies are taken alone, while one network floods the other merchant
//! as fast as it can (the limiter answers it), and while very many networks do (every
//! click counts). The floor under the same flood shows what the machine alone makes of
//! it: load generator, flood and server share its cores.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::load::{self, Outcome, Pace, Target, Visitors};
use super::report::{Clicks, Figures};
use super::{Opened, ROUNDS, SETTLE, Side, find_clicks, link_path, open_edge, open_merchant};
use crate::dev::EDGE_HOST;
use crate::process::{print, say};

/// Requests a second of the merchant that is measured, and their connections.
const RATE: u32 = 100;
const CONNECTIONS: usize = 4;
/// Connections of a flood.
const FLOOD: usize = 16;
/// A flood begins so much earlier and ends so much later than what is measured.
const MARGIN: Duration = Duration::from_millis(500);

/// Who floods the neighbour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Flood {
    Nobody,
    OneNetwork,
    ManyNetworks,
}

impl Flood {
    const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "alone",
            Self::OneNetwork => "one network floods",
            Self::ManyNetworks => "many networks flood",
        }
    }
}

/// One server in one situation: medians of the rounds.
#[derive(Debug, Serialize)]
struct Row {
    flood: Flood,
    server: &'static str,
    p50_ms: f64,
    p99_ms: f64,
    /// To the same server alone.
    p50_ratio: f64,
    p99_ratio: f64,
    /// Answers that were no redirect, of those measured.
    refused: f64,
    /// What the flood got, a second.
    flood_redirected: f64,
    flood_refused: f64,
}

#[derive(Debug, Serialize)]
struct Report {
    cores: usize,
    seconds: u64,
    rounds: usize,
    rate: u32,
    rows: Vec<Row>,
    /// Of the merchant that is measured.
    clicks: Clicks,
}

/// Runs all rounds and prints a table, or one JSON object.
pub async fn neighbours(json: bool, seconds: u64) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("grapevine-beside-{}", std::process::id()));
    fs::create_dir_all(&folder).with_context(|| format!("cannot write to {}", folder.display()))?;
    let report = tokio::select! {
        report = measure(&folder, seconds.max(1)) => report,
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
    };
    let _ = fs::remove_dir_all(&folder);
    let report = report?;
    if json {
        print(&format!("{}\n", serde_json::to_string_pretty(&report)?));
    } else {
        print(&table(&report));
    }
    Ok(())
}

async fn measure(folder: &Path, seconds: u64) -> Result<Report> {
    let time = Duration::from_secs(seconds);
    let floor = Side::floor(folder).await?;
    let Opened {
        server,
        operator,
        api,
        ..
    } = open_edge(folder).await?;
    let target = Target::new(server.port(), EDGE_HOST, &link_path(&api).await?);
    let neighbour = open_merchant(&operator, "flooded").await?;
    let flooded = target.with_path(&link_path(&neighbour).await?);
    let edge = Side { server, target };
    let visitors = Arc::new(Visitors::default());
    say("warming up");
    let warm = Duration::from_secs(2);
    floor.round(4, warm, Pace::Full, &visitors).await?;
    let mut answered = edge.round(4, warm, Pace::Full, &visitors).await?.0.answered;

    let floods = [Flood::Nobody, Flood::OneNetwork, Flood::ManyNetworks];
    let mut rounds: Vec<(Flood, Vec<Round>, Vec<Round>)> =
        floods.map(|flood| (flood, Vec::new(), Vec::new())).into();
    for number in 1..=ROUNDS {
        say(&format!("round {number} of {ROUNDS}, {} s each", seconds));
        for (flood, floors, edges) in &mut rounds {
            floors.push(round(&floor, &floor.target, *flood, time, &visitors).await?);
            let seen = round(&edge, &flooded, *flood, time, &visitors).await?;
            answered += seen.answered;
            edges.push(seen);
        }
    }
    let mut rows = Vec::new();
    for (flood, floors, edges) in &rounds {
        let mut add = |server, rounds: &[Round]| {
            let alone = rows
                .iter()
                .find(|row: &&Row| row.server == server)
                .map(|row| (row.p50_ms, row.p99_ms));
            rows.push(row(*flood, server, rounds, alone));
        };
        add("floor", floors);
        add("edge", edges);
    }
    Ok(Report {
        cores: std::thread::available_parallelism().map_or(0, usize::from),
        seconds,
        rounds: ROUNDS,
        rate: RATE,
        rows,
        clicks: find_clicks(&api, answered, SETTLE).await?,
    })
}

/// What one round showed.
struct Round {
    answered: u64,
    figures: Figures,
    flood: Figures,
    flood_s: f64,
}

/// Measures one target of a server while another is flooded.
async fn round(
    side: &Side,
    neighbour: &Target,
    flood: Flood,
    time: Duration,
    visitors: &Arc<Visitors>,
) -> Result<Round> {
    let crowd = match flood {
        Flood::OneNetwork => Arc::new(Visitors::of_one_network()),
        _ => Arc::clone(visitors),
    };
    let neighbour = neighbour.clone();
    let flooding = (flood != Flood::Nobody).then(|| {
        tokio::task::spawn_blocking(move || {
            load::drive(&neighbour, FLOOD, time + 2 * MARGIN, Pace::Full, &crowd)
        })
    });
    tokio::time::sleep(MARGIN).await;
    let (outcome, figures) = side
        .round(CONNECTIONS, time, Pace::Fixed(RATE), visitors)
        .await?;
    let flooded: Option<Outcome> = match flooding {
        Some(flooding) => Some(flooding.await??),
        None => None,
    };
    let flood = |outcome| Figures::of(outcome, Duration::ZERO, 0);
    Ok(Round {
        answered: outcome.answered,
        figures,
        flood: flooded.as_ref().map_or_else(Figures::default, flood),
        flood_s: flooded.map_or(0.0, |outcome| outcome.elapsed.as_secs_f64()),
    })
}

fn row(flood: Flood, server: &'static str, rounds: &[Round], alone: Option<(f64, f64)>) -> Row {
    let figures: Vec<Figures> = rounds.iter().map(|round| round.figures).collect();
    let floods: Vec<Figures> = rounds.iter().map(|round| round.flood).collect();
    let (figures, floods) = (Figures::median(&figures), Figures::median(&floods));
    let (p50, p99) = alone.unwrap_or((figures.p50_ms, figures.p99_ms));
    let seconds: f64 = rounds.iter().map(|round| round.flood_s).sum();
    Row {
        flood,
        server,
        p50_ms: figures.p50_ms,
        p99_ms: figures.p99_ms,
        p50_ratio: super::report::ratio(figures.p50_ms, p50),
        p99_ratio: super::report::ratio(figures.p99_ms, p99),
        refused: figures.refused,
        flood_redirected: floods.requests_per_second,
        flood_refused: super::report::ratio(floods.refused, seconds),
    }
}

fn table(report: &Report) -> String {
    let mut text = format!(
        "{} cores; {}/s to one merchant, a flood over {FLOOD} connections on the other; \
         medians of {} rounds of {} s\n\n{:<22}{:<7}{:>8}{:>8}{:>9}{:>9}{:>9}{:>14}{:>12}\n",
        report.cores,
        report.rate,
        report.rounds,
        report.seconds,
        "",
        "",
        "p50 ms",
        "p99 ms",
        "to alone",
        "to alone",
        "refused",
        "flood: 302/s",
        "others/s"
    );
    for row in &report.rows {
        let name = if row.server == "floor" {
            row.flood.name()
        } else {
            ""
        };
        text.push_str(&format!(
            "{name:<22}{:<7}{:>8.2}{:>8.2}{:>9.2}{:>9.2}{:>9.0}{:>14.0}{:>12.0}\n",
            row.server,
            row.p50_ms,
            row.p99_ms,
            row.p50_ratio,
            row.p99_ratio,
            row.refused,
            row.flood_redirected,
            row.flood_refused,
        ));
    }
    text.push_str(&format!(
        "\nthe merchant that was measured: {} redirects answered, {} clicks in the ledger, {} missing\n",
        report.clicks.answered, report.clicks.found, report.clicks.missing
    ));
    text
}
