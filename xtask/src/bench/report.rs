//! The figures of a bench, their medians and ratios, as a table and as JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::load::{Outcome, Pace};

/// What one round, or the median of several, showed of one server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Redirects a second.
    pub requests_per_second: f64,
    /// CPU time of the server process for each, in microseconds.
    pub cpu_us_per_request: f64,
    /// Median latency in milliseconds.
    pub p50_ms: f64,
    /// 99th percentile of the latency in milliseconds.
    pub p99_ms: f64,
    /// Resident memory after the round, in megabytes (10⁶).
    pub memory_mb: f64,
    /// Answers that were no redirect.
    pub refused: f64,
}

impl Figures {
    /// The figures of one round.
    pub fn of(outcome: &Outcome, cpu: Duration, resident_bytes: u64) -> Self {
        let answered = count(outcome.answered);
        let millis = |quantile: f64| count(outcome.latencies.value_at_quantile(quantile)) / 1000.0;
        Self {
            requests_per_second: ratio(answered, outcome.elapsed.as_secs_f64()),
            cpu_us_per_request: ratio(cpu.as_secs_f64() * 1e6, answered),
            p50_ms: millis(0.50),
            p99_ms: millis(0.99),
            memory_mb: count(resident_bytes) / 1e6,
            refused: count(outcome.refused),
        }
    }

    /// The median of each figure over several rounds.
    pub fn median(rounds: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| median(rounds.iter().map(figure).collect());
        Self {
            requests_per_second: of(|round| round.requests_per_second),
            cpu_us_per_request: of(|round| round.cpu_us_per_request),
            p50_ms: of(|round| round.p50_ms),
            p99_ms: of(|round| round.p99_ms),
            memory_mb: of(|round| round.memory_mb),
            // One refusal in any round is worth knowing.
            refused: rounds.iter().map(|round| round.refused).sum(),
        }
    }

    /// Each figure as a multiple of the floor's.
    fn over(self, floor: Self) -> Self {
        Self {
            requests_per_second: ratio(self.requests_per_second, floor.requests_per_second),
            cpu_us_per_request: ratio(self.cpu_us_per_request, floor.cpu_us_per_request),
            p50_ms: ratio(self.p50_ms, floor.p50_ms),
            p99_ms: ratio(self.p99_ms, floor.p99_ms),
            memory_mb: ratio(self.memory_mb, floor.memory_mb),
            refused: 0.0,
        }
    }
}

/// One kind of load on both servers.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Concurrent connections.
    pub connections: usize,
    /// Requests a second, `null` at full speed.
    pub rate: Option<u32>,
    /// The plain JS Worker.
    pub floor: Figures,
    /// The edge.
    pub edge: Figures,
    /// Edge divided by floor.
    pub ratio: Figures,
}

impl Row {
    /// Puts two medians side by side.
    pub fn new(connections: usize, pace: Pace, floor: Figures, edge: Figures) -> Self {
        let rate = match pace {
            Pace::Full => None,
            Pace::Fixed(rate) => Some(rate),
        };
        Self {
            connections,
            rate,
            floor,
            edge,
            ratio: edge.over(floor),
        }
    }
}

/// Answered redirects against the ledger.
#[derive(Debug, Clone, Serialize)]
pub struct Clicks {
    /// Redirects that the edge answered.
    pub answered: u64,
    /// Clicks in its ledger afterwards.
    pub found: u64,
    /// Answered and not found.
    pub missing: u64,
    /// Set aside by the edge, by reason.
    pub dropped: BTreeMap<String, u64>,
}

impl Clicks {
    /// Compares the two counts.
    pub fn new(answered: u64, found: u64, dropped: BTreeMap<String, u64>) -> Self {
        Self {
            answered,
            found,
            missing: answered.saturating_sub(found),
            dropped,
        }
    }
}

/// The whole bench.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Of this machine.
    pub cores: usize,
    /// Of one round.
    pub seconds: u64,
    /// Of each kind and server; the figures are their medians.
    pub rounds: usize,
    /// One for each kind of load.
    pub loads: Vec<Row>,
    /// Nothing may be lost.
    pub clicks: Clicks,
}

impl Report {
    /// Gathers what was measured.
    pub fn new(time: Duration, rounds: usize, loads: Vec<Row>, clicks: Clicks) -> Self {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        Self {
            cores,
            seconds: time.as_secs(),
            rounds,
            loads,
            clicks,
        }
    }

    /// For people.
    pub fn table(&self) -> String {
        let mut text = format!(
            "{} cores; medians of {} rounds of {} s each, edge and floor in turn\n\n{:<24}{:<7}{:>10}{:>12}{:>10}{:>10}{:>11}{:>9}\n",
            self.cores,
            self.rounds,
            self.seconds,
            "load",
            "",
            "req/s",
            "CPU µs/req",
            "p50 ms",
            "p99 ms",
            "memory MB",
            "refused"
        );
        for row in &self.loads {
            let pace = row.rate.map_or(Pace::Full, Pace::Fixed);
            let name = load_name(row.connections, pace);
            for (name, side, figures) in [
                (name.as_str(), "floor", &row.floor),
                ("", "edge", &row.edge),
            ] {
                text.push_str(&format!(
                    "{name:<24}{side:<7}{:>10.0}{:>12.1}{:>10.2}{:>10.2}{:>11.1}{:>9.0}\n",
                    figures.requests_per_second,
                    figures.cpu_us_per_request,
                    figures.p50_ms,
                    figures.p99_ms,
                    figures.memory_mb,
                    figures.refused,
                ));
            }
            let ratio = &row.ratio;
            text.push_str(&format!(
                "{:<24}{:<7}{:>10.2}{:>12.2}{:>10.2}{:>10.2}{:>11.2}\n",
                "",
                "ratio",
                ratio.requests_per_second,
                ratio.cpu_us_per_request,
                ratio.p50_ms,
                ratio.p99_ms,
                ratio.memory_mb,
            ));
        }
        let clicks = &self.clicks;
        text.push_str(&format!(
            "\n{} redirects answered, {} clicks in the ledger, {} missing\n",
            clicks.answered, clicks.found, clicks.missing
        ));
        for (reason, number) in &clicks.dropped {
            text.push_str(&format!("set aside as {reason}: {number}\n"));
        }
        text
    }
}

/// Says what kind of load a row is about.
pub fn load_name(connections: usize, pace: Pace) -> String {
    let plural = if connections == 1 { "" } else { "s" };
    match pace {
        Pace::Full => format!("{connections} connection{plural}"),
        Pace::Fixed(rate) => format!("{rate}/s over {connections}"),
    }
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = values.get(middle).copied().unwrap_or(0.0);
    if values.len() % 2 == 1 {
        return upper;
    }
    let lower = middle.checked_sub(1).and_then(|at| values.get(at)).copied();
    (lower.unwrap_or(upper) + upper) / 2.0
}

pub fn ratio(value: f64, base: f64) -> f64 {
    if base == 0.0 { 0.0 } else { value / base }
}

/// Counts of a bench are far below 2^53.
#[allow(clippy::cast_precision_loss)]
fn count(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle_or_between_the_two_middle_values() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(vec![]), 0.0);
    }

    #[test]
    fn one_slow_round_does_not_move_a_median_but_its_refusals_count() {
        let round = |rate, refused| Figures {
            requests_per_second: rate,
            refused,
            ..Figures::default()
        };
        let median = Figures::median(&[round(100.0, 0.0), round(1.0, 2.0), round(110.0, 0.0)]);
        assert_eq!(median.requests_per_second, 100.0);
        assert_eq!(median.refused, 2.0);
    }

    #[test]
    fn ratios_are_edge_by_floor() {
        let figures = |rate| Figures {
            requests_per_second: rate,
            ..Figures::default()
        };
        let row = Row::new(1, Pace::Full, figures(200.0), figures(100.0));
        assert_eq!(row.ratio.requests_per_second, 0.5);
    }

    #[test]
    fn more_clicks_than_answers_is_none_missing() {
        assert_eq!(Clicks::new(5, 3, BTreeMap::new()).missing, 2);
        assert_eq!(Clicks::new(3, 5, BTreeMap::new()).missing, 0);
    }
}
