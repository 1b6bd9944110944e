//! `cargo xtask bench cost`: what a million clicks cost on the platform.
//!
//! What one commit costs (rows, time, bytes) is measured on the built edge under
//! workerd, at two loads; how many requests and commits a million clicks need at a
//! given rate is simulated (`simulate.rs`), and the public price list (`prices.rs`)
//! makes dollars of both. A bare request is one that reaches the Worker and costs
//! nothing else: every click needs that one.

mod measure;
mod prices;
mod simulate;

use std::fmt::Write as _;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::process::{print, say};
use prices::{OBJECT_GB, PRICES, Prices};
use simulate::{Outcome, Rules, Service, World};

/// The protocol, as `edge/src/tracker/clicks.rs` and the object behind it have it.
pub const LINGER_MS: u64 = 1_000;
/// How long the object gathers.
pub const GATHER_MS: u64 = 400;
const LARGEST_BATCH: usize = 10_000;
const SETTINGS_MS: u64 = 15_000;

/// Clicks a second, over all isolates.
const RATES: [f64; 5] = [1.0, 10.0, 100.0, 1_000.0, 10_000.0];
/// A few hundred isolates, as a shop with visitors on all continents has them.
const ISOLATES: usize = 300;
/// Zipf's law, as traffic is; and all the same, which is the worst case.
const SPREADS: [(&str, f64); 2] = [("zipf", 1.0), ("even", 0.0)];
/// Clicks that are simulated, and for how long at most and at least.
const CLICKS: f64 = 300_000.0;
const LONGEST_S: f64 = 20_000.0;
const SHORTEST_S: f64 = 60.0;
/// Codes among which the clicks are spread by Zipf's law: counts of codes are written
/// once an hour, a row for each that was clicked.
const CODES: u32 = 1_000;
const ROLL_UP_S: f64 = 3_600.0;

/// What can be tried out.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub linger_ms: u64,
    pub gather_ms: u64,
    /// Each isolate asks for the settings by requests of their own.
    pub ask_settings: bool,
    /// Rows that a commit writes, instead of what is measured.
    pub rows: Option<f64>,
}

/// A million clicks at one rate.
#[derive(Debug, Serialize)]
struct Row {
    clicks_per_second: f64,
    spread: &'static str,
    worker_requests: f64,
    object_requests: f64,
    settings_requests: f64,
    commits: f64,
    rows_written: f64,
    rows_read: f64,
    duration_gb_s: f64,
    stored_bytes: f64,
    dollars: Dollars,
    /// All of it, by the price of the bare requests.
    ratio: f64,
    into_the_books: Delay,
}

#[derive(Debug, Serialize)]
struct Dollars {
    bare_requests: f64,
    cpu: f64,
    object_requests: f64,
    duration: f64,
    rows: f64,
    total: f64,
    /// Not in the total: for a month, and again for each further one.
    stored_a_month: f64,
}

/// From a click's answer until it is durable.
#[derive(Debug, Serialize)]
struct Delay {
    p50_s: f64,
    p99_s: f64,
    longest_s: f64,
    /// Clicks that took more than two seconds, of all that were simulated.
    late: u64,
    simulated: u64,
}

#[derive(Debug, Serialize)]
struct Report {
    prices: Prices,
    prices_as_of: &'static str,
    sources: [&'static str; 2],
    isolates: usize,
    rules: Rules,
    measured: measure::Measured,
    rows: Vec<Row>,
}

/// Measures, simulates and prints a table, or one JSON object.
pub async fn cost(json: bool, options: Options) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("grapevine-cost-{}", std::process::id()));
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot write to {}", folder.display()))?;
    let measured = tokio::select! {
        measured = measure::measure(&folder) => measured,
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
    };
    let _ = std::fs::remove_dir_all(&folder);
    let measured = measured?;
    let mut service = measured.service;
    service.rows_written = options.rows.unwrap_or(service.rows_written);
    let rules = Rules {
        linger_ms: options.linger_ms,
        gather_ms: options.gather_ms,
        largest_batch: LARGEST_BATCH,
        settings_ms: SETTINGS_MS,
        settings_ride: !options.ask_settings,
    };
    say("simulating");
    let mut rows = Vec::new();
    for rate in RATES {
        for (spread, skew) in SPREADS {
            let world = World {
                isolates: ISOLATES,
                skew,
                rate,
                seconds: (CLICKS / rate).clamp(SHORTEST_S, LONGEST_S),
            };
            let outcome = simulate::run(rules, service, world)?;
            rows.push(row(rate, spread, service, measured.cpu_us, &outcome));
        }
    }
    let report = Report {
        prices: PRICES,
        prices_as_of: prices::AS_OF,
        sources: prices::SOURCES,
        isolates: ISOLATES,
        rules,
        measured,
        rows,
    };
    if json {
        print(&format!("{}\n", serde_json::to_string_pretty(&report)?));
    } else {
        print(&table(&report));
    }
    Ok(())
}

/// What was simulated, for a million clicks.
fn row(rate: f64, spread: &'static str, service: Service, cpu_us: f64, outcome: &Outcome) -> Row {
    let million = 1e6 / count(outcome.clicks);
    let commits = count(outcome.commits) * million;
    let batches = count(outcome.batches) * million;
    let settings = count(outcome.settings_reads) * million;
    let hours = 1e6 / rate / ROLL_UP_S;
    // A roll-up: a row for each code, one for setting the alarm that does it.
    let rolled_up = (codes_clicked(rate * ROLL_UP_S) + 1.0) * hours;
    let rows_written = commits * service.rows_written + rolled_up;
    let rows_read = commits * service.rows_read + rolled_up;
    let object_requests = batches + settings + hours;
    let duration_gb_s = count(outcome.active_us) / 1e6 * OBJECT_GB * million;
    let stored_bytes = commits * service.commit_bytes + 1e6 * service.click_bytes;
    let per_million = |amount: f64, price: f64| amount / 1e6 * price;
    let bare_requests = PRICES.worker_requests;
    let cpu = per_million(cpu_us * 1_000.0, PRICES.worker_cpu_ms);
    let objects = per_million(object_requests, PRICES.object_requests);
    let duration = per_million(duration_gb_s, PRICES.object_gb_s);
    let rows =
        per_million(rows_written, PRICES.rows_written) + per_million(rows_read, PRICES.rows_read);
    let total = bare_requests + cpu + objects + duration + rows;
    let seconds = |quantile| count(outcome.delays.value_at_quantile(quantile)) / 1e6;
    Row {
        clicks_per_second: rate,
        spread,
        worker_requests: 1e6,
        object_requests,
        settings_requests: settings,
        commits,
        rows_written,
        rows_read,
        duration_gb_s,
        stored_bytes,
        dollars: Dollars {
            bare_requests,
            cpu,
            object_requests: objects,
            duration,
            rows,
            total,
            stored_a_month: stored_bytes / 1e9 * PRICES.stored_gb_month,
        },
        ratio: total / bare_requests,
        into_the_books: Delay {
            p50_s: seconds(0.50),
            p99_s: seconds(0.99),
            longest_s: count(outcome.delays.max()) / 1e6,
            late: outcome.late,
            simulated: outcome.clicks,
        },
    }
}

/// How many codes are among so many clicks, on average.
fn codes_clicked(clicks: f64) -> f64 {
    let weights = || (1..=CODES).map(|n| 1.0 / f64::from(n));
    let sum: f64 = weights().sum();
    weights()
        .map(|weight| 1.0 - (-clicks * weight / sum).exp())
        .sum()
}

fn table(report: &Report) -> String {
    let measured = &report.measured;
    let service = &measured.service;
    let mut text = format!(
        "prices of {}: {}\n\
         {} isolates; clicks linger {} ms, the object gathers {} ms\n\
         measured: a commit writes {:.2} rows, reads {:.2} and takes {:.2} ms and {:.4} ms for \
         each click;\n{:.1} bytes stored for a click and {:.0} for a commit; {:.0} µs CPU for a \
         click\n\na million clicks at\n",
        report.prices_as_of,
        report.sources.join(" "),
        report.isolates,
        report.rules.linger_ms,
        report.rules.gather_ms,
        service.rows_written,
        service.rows_read,
        service.commit_us / 1e3,
        service.click_us / 1e3,
        service.click_bytes,
        service.commit_bytes,
        measured.cpu_us,
    );
    let _ = writeln!(
        text,
        "{:<15}{:>10}{:>9}{:>9}{:>9}{:>9}{:>7}{:>9}{:>9}{:>9}{:>9}{:>7}{:>8}{:>8}{:>8}{:>6}",
        "",
        "object req",
        "commits",
        "written",
        "read",
        "GB-s",
        "MB",
        "$ object",
        "$ time",
        "$ rows",
        "$ total",
        "ratio",
        "p50 s",
        "p99 s",
        "longest",
        "late"
    );
    for row in &report.rows {
        let (dollars, delay) = (&row.dollars, &row.into_the_books);
        let _ = writeln!(
            text,
            "{:<15}{:>10.0}{:>9.0}{:>9.0}{:>9.0}{:>9.0}{:>7.1}{:>9.3}{:>9.3}{:>9.3}{:>9.3}{:>7.2}{:>8.2}{:>8.2}{:>8.2}{:>6}",
            format!("{}/s {}", row.clicks_per_second, row.spread),
            row.object_requests,
            row.commits,
            row.rows_written,
            row.rows_read,
            row.duration_gb_s,
            row.stored_bytes / 1e6,
            dollars.object_requests,
            dollars.duration,
            dollars.rows,
            dollars.total,
            row.ratio,
            delay.p50_s,
            delay.p99_s,
            delay.longest_s,
            delay.late
        );
    }
    let _ = writeln!(
        text,
        "\nratio: to the bare requests, which cost ${:.2}; late: clicks, of those simulated, that \
         were not durable two seconds after their answer",
        PRICES.worker_requests
    );
    text
}

/// Numbers here are far below 2^53.
#[allow(clippy::cast_precision_loss)]
fn count(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: Service = Service {
        request_us: 300.0,
        commit_us: 1_500.0,
        click_us: 3.0,
        durable_us: 20_000.0,
        rows_written: 2.0,
        rows_read: 4.0,
        commit_bytes: 150.0,
        click_bytes: 33.0,
    };

    const RULES: Rules = Rules {
        linger_ms: LINGER_MS,
        gather_ms: GATHER_MS,
        largest_batch: LARGEST_BATCH,
        settings_ms: SETTINGS_MS,
        settings_ride: true,
    };

    fn simulated(rules: Rules, isolates: usize, rate: f64, seconds: f64) -> Outcome {
        let world = World {
            isolates,
            skew: 0.0,
            rate,
            seconds,
        };
        simulate::run(rules, SERVICE, world).unwrap()
    }

    #[test]
    fn every_click_reaches_the_books() {
        let outcome = simulated(RULES, 20, 500.0, 30.0);
        assert!((14_000..16_000).contains(&outcome.clicks), "{outcome:?}");
        assert_eq!(outcome.delays.len(), outcome.clicks);
    }

    #[test]
    fn lonely_clicks_are_a_request_and_a_commit_each() {
        let outcome = simulated(RULES, 100, 0.0001, 1e6);
        assert_eq!(outcome.batches, outcome.clicks);
        assert_eq!(outcome.commits, outcome.clicks);
        // They linger, travel and are committed at once.
        let longest = outcome.delays.max();
        assert!((1_020_000..1_400_000).contains(&longest), "{longest}");
    }

    #[test]
    fn who_lingers_longer_asks_less_and_is_late_in_the_end() {
        let short = simulated(RULES, 50, 100.0, 60.0);
        let long = Rules {
            linger_ms: 2_000,
            ..RULES
        };
        let long = simulated(long, 50, 100.0, 60.0);
        assert!(long.batches < short.batches);
        assert_eq!(short.late, 0);
        assert!(long.late > 0);
    }

    #[test]
    fn settings_that_ride_are_asked_for_once_an_isolate() {
        let rides = simulated(RULES, 10, 50.0, 120.0);
        assert_eq!(rides.settings_reads, 10);
        let asks = Rules {
            settings_ride: false,
            ..RULES
        };
        let asks = simulated(asks, 10, 50.0, 120.0);
        assert!((70..=80).contains(&asks.settings_reads), "{asks:?}");
    }

    #[test]
    fn dollars_are_amounts_times_prices() {
        let outcome = simulated(RULES, 1, 100.0, 100.0);
        let row = row(100.0, "even", SERVICE, 50.0, &outcome);
        let by_hand = 0.30
            + 50.0 * 1e3 / 1e6 * 0.02
            + row.object_requests / 1e6 * 0.15
            + row.duration_gb_s / 1e6 * 12.5
            + row.rows_written / 1e6
            + row.rows_read / 1e9;
        assert!((row.dollars.total - by_hand).abs() < 1e-9);
        assert!((row.ratio - by_hand / 0.30).abs() < 1e-9);
    }

    #[test]
    fn few_clicks_are_few_codes_and_many_are_all() {
        assert!((codes_clicked(1.0) - 1.0).abs() < 0.1);
        assert!((codes_clicked(1e9) - f64::from(CODES)).abs() < 0.1);
    }
}
