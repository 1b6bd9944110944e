//! `cargo xtask bench redirect`: the referral redirect beside a floor.
//!
//! Both run under plain `workerd serve` on this machine and are driven in turn
//! within one run, so that a busy minute hits both; medians are compared. Each
//! request plays another visitor, so that none is set aside as a repeat, and
//! afterwards every answered redirect is looked for in the ledger.
//!
//! The load generator shares the machine with the servers: read CPU µs a
//! request and the latencies at a fixed rate first, requests/s beside them.

pub mod cold;
pub mod cost;
pub mod ledger;
mod load;
pub mod neighbours;
pub mod panel;
mod procfs;
mod report;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::client::{self, Client, NewMerchant};
use crate::dev::{EDGE_HOST, SHOP_HOST};
use crate::keys::Keys;
use crate::paths;
use crate::process::{print, say};
use crate::workerd::{Edge, Log, Options, Workerd};
use load::{Outcome, Pace, Target, Visitors};
use report::{Clicks, Figures, Report, Row};

/// Connections of the rounds at full speed.
const CONNECTIONS: [usize; 3] = [1, 16, 64];
/// Requests a second of the rounds at a fixed rate, and their connections.
const RATE: u32 = 200;
const RATE_CONNECTIONS: usize = 16;
/// Rounds of each kind; odd, so that a median is one of them.
const ROUNDS: usize = 3;
/// How long the ledger may take to hold the last click.
const SETTLE: Duration = Duration::from_secs(5);

/// Runs all rounds and prints a table, or one JSON object.
pub async fn redirect(json: bool, seconds: u64) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("grapevine-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).with_context(|| format!("cannot write to {}", folder.display()))?;
    let report = tokio::select! {
        report = measure(&folder, Duration::from_secs(seconds.max(1))) => report,
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
    };
    let _ = fs::remove_dir_all(&folder);
    let report = report?;
    if json {
        print(&format!("{}\n", serde_json::to_string_pretty(&report)?));
    } else {
        print(&report.table());
    }
    Ok(())
}

async fn measure(folder: &Path, time: Duration) -> Result<Report> {
    let visitors = Arc::new(Visitors::default());
    let floor = Side::floor(folder).await?;
    let (edge, api) = Side::edge(folder).await?;

    say("warming up");
    let warm = Duration::from_secs(2);
    floor.round(4, warm, Pace::Full, &visitors).await?;
    let mut answered = edge.round(4, warm, Pace::Full, &visitors).await?.0.answered;

    let mut rows = Vec::new();
    let full_speed = CONNECTIONS.map(|connections| (connections, Pace::Full));
    let fixed_rate = [(RATE_CONNECTIONS, Pace::Fixed(RATE))];
    for (connections, pace) in full_speed.into_iter().chain(fixed_rate) {
        say(&format!(
            "{}: {ROUNDS} rounds of {} s for each side",
            report::load_name(connections, pace),
            time.as_secs()
        ));
        let mut floors = Vec::new();
        let mut edges = Vec::new();
        for _ in 0..ROUNDS {
            floors.push(floor.round(connections, time, pace, &visitors).await?.1);
            let (outcome, figures) = edge.round(connections, time, pace, &visitors).await?;
            answered += outcome.answered;
            edges.push(figures);
        }
        let (floor, edge) = (Figures::median(&floors), Figures::median(&edges));
        rows.push(Row::new(connections, pace, floor, edge));
    }
    let clicks = find_clicks(&api, answered, SETTLE).await?;
    Ok(Report::new(time, ROUNDS, rows, clicks))
}

/// The built edge on an empty folder with one merchant.
struct Opened {
    server: Workerd,
    /// Opens further merchants.
    operator: Client,
    /// Of the merchant `bench`.
    api: Client,
    master_keys: String,
}

/// Opens the edge and the merchant `bench`.
async fn open_edge(folder: &Path) -> Result<Opened> {
    let keys = Keys::generate()?;
    let server = Workerd::edge(Edge {
        state: folder.to_path_buf(),
        port: 0,
        keys: keys.clone(),
        host: EDGE_HOST.to_string(),
        // One code and one key are asked for all the time.
        environment: vec![("LIMITS".to_string(), "code=0,keys=0".to_string())],
        log: Log::File(folder.join("edge.log")),
    })
    .await?;
    let operator = Client::new(EDGE_HOST, server.port())?.with_key(&keys.operator_key);
    let api = open_merchant(&operator, "bench").await?;
    Ok(Opened {
        server,
        operator,
        api,
        master_keys: keys.master_keys,
    })
}

/// Opens a merchant.
async fn open_merchant(operator: &Client, slug: &str) -> Result<Client> {
    let shop = NewMerchant::test(slug, "Bench", &format!("http://{SHOP_HOST}"));
    let merchant = operator.create_merchant(&shop).await?;
    Ok(operator.with_key(&merchant.secret_key))
}

/// The path of a link of the merchant's, whose advocate is made for it.
async fn link_path(api: &Client) -> Result<String> {
    let advocate = api.create_advocate("ada@advocate.example", "Ada").await?;
    let link = advocate
        .get("link")
        .and_then(Value::as_str)
        .context("an advocate without a link")?;
    Ok(format!("{}?c=email", client::path_of(link)))
}

/// One server under load.
struct Side {
    server: Workerd,
    target: Target,
}

impl Side {
    async fn floor(folder: &Path) -> Result<Self> {
        let server = Workerd::start(Options {
            config: paths::root().join("xtask/bench/floor.capnp"),
            constant: None,
            directories: Vec::new(),
            environment: Vec::new(),
            port: 0,
            health: "/".to_string(),
            log: Log::File(folder.join("floor.log")),
        })
        .await?;
        let target = Target::new(server.port(), EDGE_HOST, "/r/bench/floor");
        Ok(Self { server, target })
    }

    /// The built edge with an empty ledger, one advocate and their link.
    async fn edge(folder: &Path) -> Result<(Self, Client)> {
        let Opened { server, api, .. } = open_edge(folder).await?;
        let target = Target::new(server.port(), EDGE_HOST, &link_path(&api).await?);
        Ok((Self { server, target }, api))
    }

    /// Drives this server and reads what it cost.
    async fn round(
        &self,
        connections: usize,
        time: Duration,
        pace: Pace,
        visitors: &Arc<Visitors>,
    ) -> Result<(Outcome, Figures)> {
        let pid = self.server.pid().context("the server is gone")?;
        let before = procfs::cpu(pid)?;
        let target = self.target.clone();
        let visitors = Arc::clone(visitors);
        let outcome = tokio::task::spawn_blocking(move || {
            load::drive(&target, connections, time, pace, &visitors)
        })
        .await??;
        // What is recorded after the answer belongs to the request's cost.
        tokio::time::sleep(Duration::from_millis(400)).await;
        let cpu = procfs::cpu(pid)?.saturating_sub(before);
        let figures = Figures::of(&outcome, cpu, procfs::resident_bytes(pid)?);
        Ok((outcome, figures))
    }
}

/// Compares the answered redirects with the ledger's clicks, waiting for the
/// last batch.
async fn find_clicks(api: &Client, answered: u64, patience: Duration) -> Result<Clicks> {
    let started = Instant::now();
    loop {
        let funnel = api.funnel().await?;
        if funnel.clicks >= answered || started.elapsed() > patience {
            return Ok(Clicks::new(answered, funnel.clicks, funnel.dropped));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
