//! `cargo xtask bench cold`: what the first visitor of a fresh process waits for.
//!
//! From the start of workerd to the first answered redirect, beside the floor's; then
//! what the second request takes, which has no more to compile or to open. The edge's
//! first redirect also opens the merchant's books, so a second kind of start asks for
//! `/v1/health`, which opens nothing. Starts alternate, medians are compared.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::{Opened, Side, link_path, open_edge};
use crate::client::DESKTOP;
use crate::dev::EDGE_HOST;
use crate::paths;
use crate::process::{print, say};
use crate::workerd::Workerd;

/// Starts of each kind; odd, so that a median is one of them.
const STARTS: usize = 11;
/// A server that does not answer for so long is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// Medians of one kind of start, in milliseconds.
#[derive(Debug, Serialize)]
struct Row {
    what: &'static str,
    first_ms: f64,
    second_ms: f64,
    /// Start to first answer, by the floor's.
    ratio: f64,
}

#[derive(Debug, Serialize)]
struct Report {
    wasm_bytes: usize,
    wasm_brotli_bytes: usize,
    starts: usize,
    rows: Vec<Row>,
}

/// Starts both servers again and again; prints a table, or one JSON object.
pub async fn cold(json: bool) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("grapevine-cold-{}", std::process::id()));
    fs::create_dir_all(&folder).with_context(|| format!("cannot write to {}", folder.display()))?;
    let report = tokio::select! {
        report = measure(&folder) => report,
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

async fn measure(folder: &Path) -> Result<Report> {
    let wasm = fs::read(paths::worker().join("index_bg.wasm"))?;
    let Side { server: floor, .. } = Side::floor(folder).await?;
    let opened = open_edge(folder).await?;
    let link = link_path(&opened.api).await?;
    let Opened { server: edge, .. } = opened;
    let mut kinds = [
        ("floor", floor, "/".to_string(), Vec::new()),
        ("edge: health", edge, "/v1/health".to_string(), Vec::new()),
    ];
    say(&format!("starting each kind {STARTS} times"));
    let mut redirects = Vec::new();
    for _ in 0..STARTS {
        for (_, server, path, times) in &mut kinds {
            times.push(start(server, path).await?);
        }
        let [_, (_, edge, ..)] = &mut kinds;
        redirects.push(start(edge, &link).await?);
    }
    let [(_, _, _, floor), (_, _, _, health)] = kinds;
    let alone = median(&floor, |times| times.0);
    let rows = [
        ("floor: redirect", floor),
        ("edge: health", health),
        ("edge: redirect", redirects),
    ];
    let rows = rows.map(|(what, times)| Row {
        what,
        first_ms: median(&times, |times| times.0),
        second_ms: median(&times, |times| times.1),
        ratio: super::report::ratio(median(&times, |times| times.0), alone),
    });
    Ok(Report {
        wasm_bytes: wasm.len(),
        wasm_brotli_bytes: crate::build::brotli(&wasm)?.len(),
        starts: STARTS,
        rows: rows.into(),
    })
}

/// Milliseconds from the start of the process to its first answer, and of the second
/// request.
async fn start(server: &mut Workerd, path: &str) -> Result<(f64, f64)> {
    server.stop();
    let began = Instant::now();
    server.launch()?;
    let port = server.port();
    let path = path.to_string();
    tokio::task::spawn_blocking(move || {
        // The socket is there before the process: whoever asks waits in its queue.
        ask(port, &path)?;
        let first = began.elapsed();
        let again = Instant::now();
        ask(port, &path)?;
        Ok((millis(first), millis(again.elapsed())))
    })
    .await?
}

fn ask(port: u16, path: &str) -> Result<()> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {EDGE_HOST}:{port}\r\nUser-Agent: {DESKTOP}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let head = String::from_utf8_lossy(&answer);
    let is_good = ["HTTP/1.1 302", "HTTP/1.1 200"]
        .iter()
        .any(|status| head.starts_with(status));
    anyhow::ensure!(is_good, "{path} was answered {head:.40}");
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn median(times: &[(f64, f64)], of: fn(&(f64, f64)) -> f64) -> f64 {
    super::report::median(times.iter().map(of).collect())
}

fn table(report: &Report) -> String {
    let mut text = format!(
        "index_bg.wasm: {} bytes, {} with brotli; medians of {} starts\n\n{:<20}{:>22}{:>18}{:>8}\n",
        report.wasm_bytes,
        report.wasm_brotli_bytes,
        report.starts,
        "",
        "start to answer ms",
        "second request ms",
        "ratio"
    );
    for row in &report.rows {
        text.push_str(&format!(
            "{:<20}{:>22.1}{:>18.2}{:>8.2}\n",
            row.what, row.first_ms, row.second_ms, row.ratio
        ));
    }
    text
}
