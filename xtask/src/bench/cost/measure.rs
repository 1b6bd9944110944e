//! What a commit of clicks costs, read from the built edge under workerd: the object
//! counts its rows, transactions and their time in development (`edge/src/costs.rs`).
//!
//! Two loads, a slow and a fast one, differ in how many clicks a commit has: that
//! splits what a commit stores from what a click in it stores. Times are bounds from
//! above: a commit takes what one of the slow load took, with idle caches, and a click
//! in it adds its whole share of one of the fast load.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::Value;

use super::super::Side;
use super::super::load::{Pace, Visitors};
use super::simulate::Service;
use crate::client::Client;
use crate::process::say;

/// Each load lasts so long.
const TIME: Duration = Duration::from_secs(6);
/// Clicks a second of the slow load, and the connections of both.
const SLOW: u32 = 20;
const SLOW_CONNECTIONS: usize = 2;
const FAST_CONNECTIONS: usize = 16;
/// How long the last clicks may take into the books.
const SETTLE: Duration = Duration::from_secs(5);

/// Not to be measured here. An object's time for a request that commits nothing, such
/// as the wire and its JSON; and until a write is safe in several places.
const REQUEST_US: f64 = 300.0;
const DURABLE_US: f64 = 20_000.0;

/// The figures.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    pub service: Service,
    /// Server's CPU for a click at the fast load, object and all, in microseconds.
    pub cpu_us: f64,
    /// Clicks of an average commit at both loads.
    pub slow_clicks_a_commit: f64,
    pub fast_clicks_a_commit: f64,
}

/// Sums of the object, and the clicks in its books.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    clicks: f64,
    rows_read: f64,
    rows_written: f64,
    commits: f64,
    work_us: f64,
    stored_bytes: f64,
}

/// Runs both loads.
pub async fn measure(folder: &Path) -> Result<Measured> {
    let visitors = Arc::new(Visitors::default());
    let (edge, api) = Side::edge(folder).await?;
    say("measuring a commit: warming up, few clicks, many clicks");
    let warm = Duration::from_secs(2);
    let mut answered = edge.round(4, warm, Pace::Full, &visitors).await?.0.answered;
    let start = sums(&api, answered).await?;
    let pace = Pace::Fixed(SLOW);
    let slow = edge.round(SLOW_CONNECTIONS, TIME, pace, &visitors).await?;
    answered += slow.0.answered;
    let middle = sums(&api, answered).await?;
    let fast = edge.round(FAST_CONNECTIONS, TIME, Pace::Full, &visitors);
    let (outcome, figures) = fast.await?;
    answered += outcome.answered;
    let end = sums(&api, answered).await?;
    let (slow, fast) = (middle.since(start), end.since(middle));
    Ok(Measured {
        service: service(slow, fast)?,
        cpu_us: figures.cpu_us_per_request,
        slow_clicks_a_commit: slow.clicks / slow.commits,
        fast_clicks_a_commit: fast.clicks / fast.commits,
    })
}

/// Two equations with two unknowns: `a commit + clicks in it × a click`.
fn service(slow: Sums, fast: Sums) -> Result<Service> {
    let (few, many) = (slow.clicks / slow.commits, fast.clicks / fast.commits);
    if !(many > few && few > 0.0) {
        bail!("a commit has {few:.1} clicks at the slow load and {many:.1} at the fast one");
    }
    let split = |slow_sum: f64, fast_sum: f64| {
        let (low, high) = (slow_sum / slow.commits, fast_sum / fast.commits);
        let click = ((high - low) / (many - few)).max(0.0);
        ((low - few * click).max(0.0), click)
    };
    let (commit_bytes, click_bytes) = split(slow.stored_bytes, fast.stored_bytes);
    Ok(Service {
        request_us: REQUEST_US,
        commit_us: slow.work_us / slow.commits,
        click_us: fast.work_us / fast.clicks,
        durable_us: DURABLE_US,
        rows_written: slow.rows_written / slow.commits,
        rows_read: slow.rows_read / slow.commits,
        commit_bytes,
        click_bytes,
    })
}

/// The sums, once every click that was answered is in the books.
async fn sums(api: &Client, answered: u64) -> Result<Sums> {
    let clicks = super::super::find_clicks(api, answered, SETTLE).await?;
    if clicks.missing > 0 {
        bail!("{} clicks did not reach the books", clicks.missing);
    }
    let costs = api.get("/v1/test/costs").await?;
    let number = |name: &str| {
        let value = costs.get(name).and_then(Value::as_f64);
        value.with_context(|| format!("no {name} in {costs}"))
    };
    Ok(Sums {
        clicks: super::count(clicks.found),
        rows_read: number("rows_read")?,
        rows_written: number("rows_written")?,
        commits: number("transactions")?,
        work_us: number("work_ms")? * 1e3,
        stored_bytes: number("stored_bytes")?,
    })
}

impl Sums {
    fn since(self, before: Self) -> Self {
        Self {
            clicks: self.clicks - before.clicks,
            rows_read: self.rows_read - before.rows_read,
            rows_written: self.rows_written - before.rows_written,
            commits: self.commits - before.commits,
            work_us: self.work_us - before.work_us,
            stored_bytes: self.stored_bytes - before.stored_bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_loads_tell_a_commit_from_its_clicks() {
        let load = |commits: f64, clicks: f64| Sums {
            clicks,
            rows_read: 4.0 * commits,
            rows_written: 2.0 * commits,
            commits,
            work_us: 1_000.0 * commits + 5.0 * clicks,
            stored_bytes: 120.0 * commits + 33.0 * clicks,
        };
        let service = service(load(100.0, 200.0), load(10.0, 50_000.0)).unwrap();
        assert!((1_000.0..1_020.0).contains(&service.commit_us));
        assert!((5.0..6.0).contains(&service.click_us));
        assert!((service.commit_bytes - 120.0).abs() < 1e-6);
        assert!((service.click_bytes - 33.0).abs() < 1e-6);
        assert!((service.rows_written - 2.0).abs() < 1e-6);
    }

    #[test]
    fn two_equal_loads_tell_nothing() {
        let load = Sums {
            clicks: 10.0,
            commits: 5.0,
            ..Sums::default()
        };
        assert!(service(load, load).is_err());
    }
}
