//! Medians and quartiles of the rounds, side by side.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::SLOWER;
use crate::site::{EMPTY, KNOWN, LOADER, PAGES, Page, REACT_PAGE, SHAREON_PAGE, UNKNOWN};
use crate::traffic::KINDS;
use crate::visit::Visit;

/// What the panel may take until its buttons are painted, by shareon's time.
const AIM: f64 = 1.5;
/// Half of what a whole referral widget of today took by shareon's time in one run
/// (RefRef: 346 ms where shareon had 149, with a processor four times slower 1,209
/// where it had 611).
const HALF_OF_A_WIDGET: [f64; 2] = [346.0 / 149.0 / 2.0, 1_209.0 / 611.0 / 2.0];

/// A figure's values in all rounds, summed up.
#[derive(Debug, Clone, Copy)]
struct Spread {
    lower: f64,
    median: f64,
    upper: f64,
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let last = values.len().saturating_sub(1);
        let at = |index: usize| values.get(index).copied().unwrap_or_default();
        Self {
            lower: at(last / 4),
            median: at(last / 2),
            upper: at(last - last / 4),
        }
    }
}

/// One figure of a visit.
type Figure = fn(&Visit) -> f64;

/// The figures of a visit that are compared.
const FIGURES: [(&str, Figure); 9] = [
    ("visible_ms", |visit| visit.visible),
    ("script_ms", |visit| visit.script),
    ("task_ms", |visit| visit.task),
    ("long_tasks", |visit| visit.long),
    ("longest_ms", |visit| visit.longest),
    ("layout_shift", |visit| visit.shift),
    ("loop_ms", |visit| visit.work),
    ("bytes", |visit| visit.traffic.total()),
    ("requests", |visit| visit.traffic.requests),
];

/// All visits so far.
#[derive(Debug)]
pub struct Report {
    rounds: usize,
    latency: u32,
    visits: BTreeMap<(u32, &'static str), Vec<Visit>>,
}

impl Report {
    /// `latency` is what each request takes longer than here, in milliseconds.
    pub fn new(rounds: usize, latency: u32) -> Self {
        Self {
            rounds,
            latency,
            visits: BTreeMap::new(),
        }
    }

    pub fn add(&mut self, page: &Page, slower: u32, visit: Visit) {
        let visits = self.visits.entry((slower, page.path)).or_default();
        visits.push(visit);
    }

    fn visits(&self, page: &Page, slower: u32) -> &[Visit] {
        let visits = self.visits.get(&(slower, page.path));
        visits.map(Vec::as_slice).unwrap_or_default()
    }

    fn spread(&self, page: &Page, slower: u32, figure: Figure) -> Spread {
        Spread::of(self.visits(page, slower).iter().map(figure).collect())
    }

    fn median(&self, page: &Page, slower: u32, figure: Figure) -> f64 {
        self.spread(page, slower, figure).median
    }

    /// The median over the rounds of a page's time by another's in the same round: a
    /// busy minute hits both.
    fn ratio(&self, page: &Page, other: &Page, slower: u32, figure: Figure) -> f64 {
        let pairs = self
            .visits(page, slower)
            .iter()
            .zip(self.visits(other, slower));
        let ratios = pairs.map(|(page, other)| figure(page) / figure(other));
        Spread::of(ratios.filter(|ratio| ratio.is_finite()).collect()).median
    }

    /// What a page took over the empty one, median of the rounds.
    fn over_empty(&self, page: &Page, slower: u32, figure: Figure) -> f64 {
        let pairs = self
            .visits(page, slower)
            .iter()
            .zip(self.visits(&EMPTY, slower));
        Spread::of(
            pairs
                .map(|(page, empty)| figure(page) - figure(empty))
                .collect(),
        )
        .median
    }

    /// How much slower the page's thread really was.
    fn slow_down(&self, slower: u32) -> f64 {
        let of = |slower| {
            let visits = PAGES.iter().flat_map(|page| self.visits(page, slower));
            Spread::of(visits.map(|visit| visit.work).collect()).median
        };
        of(slower) / of(1)
    }

    fn bytes(&self, page: &Page, kind: &str) -> f64 {
        let visits = self.visits(page, 1).iter();
        let bytes = visits.map(|visit| visit.traffic.bytes.get(kind).copied().unwrap_or_default());
        Spread::of(bytes.collect()).median
    }

    /// One table a speed, one of bytes, and what was aimed at.
    pub fn text(&self) -> String {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let mut text = format!(
            "{cores} cores; medians of {} rounds, each page once a round with empty caches; \
             loopback and {} ms a request\n",
            self.rounds, self.latency
        );
        for slower in SLOWER {
            text.push_str(&self.times(slower));
        }
        text.push_str(&self.weights());
        text.push_str(&self.aims());
        text
    }

    fn times(&self, slower: u32) -> String {
        let mut text = format!(
            "\nprocessor {slower}x slower (measured: {:.1}x)\n\
             {:<28}{:>12}{:>14}{:>12}{:>10}{:>9}{:>12}{:>12}{:>8}\n",
            self.slow_down(slower),
            "",
            "visible ms",
            "quartiles",
            "to shareon",
            "script ms",
            "task ms",
            "tasks >50ms",
            "longest ms",
            "CLS"
        );
        for page in &PAGES {
            let visible = self.spread(page, slower, |visit| visit.visible);
            text.push_str(&format!(
                "{:<28}{:>12.0}{:>14}{:>12.2}{:>10.1}{:>9.1}{:>12.0}{:>12.0}{:>8.3}\n",
                page.name,
                visible.median,
                format!("{:.0}–{:.0}", visible.lower, visible.upper),
                self.ratio(page, &SHAREON_PAGE, slower, |visit| visit.visible),
                self.median(page, slower, |visit| visit.script),
                self.median(page, slower, |visit| visit.task),
                self.median(page, slower, |visit| visit.long),
                self.median(page, slower, |visit| visit.longest),
                self.median(page, slower, |visit| visit.shift),
            ));
        }
        text
    }

    fn weights(&self) -> String {
        let mut text = format!("\n{:<28}", "bytes received, with heads");
        for kind in KINDS {
            text.push_str(&format!("{kind:>9}"));
        }
        text.push_str(&format!("{:>9}{:>10}\n", "in all", "requests"));
        for page in &PAGES {
            text.push_str(&format!("{:<28}", page.name));
            for kind in KINDS {
                text.push_str(&format!("{:>9.0}", self.bytes(page, kind)));
            }
            let total = self.median(page, 1, |visit| visit.traffic.total());
            let requests = self.median(page, 1, |visit| visit.traffic.requests);
            text.push_str(&format!("{total:>9.0}{requests:>10.0}\n"));
        }
        text.push_str(&format!("sent as: {}\n", self.encodings().join(", ")));
        text
    }

    /// Content encodings and what came so.
    fn encodings(&self) -> Vec<String> {
        let mut by_encoding: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for page in &PAGES {
            let Some(visit) = self.visits(page, 1).first() else {
                continue;
            };
            for (path, encoding) in &visit.traffic.encodings {
                let name = path.rsplit('/').next().unwrap_or_default();
                let names = by_encoding.entry(encoding).or_default();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let lines = by_encoding.into_iter();
        lines
            .map(|(encoding, names)| format!("{encoding}: {}", names.join(" ")))
            .collect()
    }

    fn aims(&self) -> String {
        let mut text = String::from("\nwhat was aimed at\n");
        let mut line = |what: String, found: f64, aim: f64| {
            let verdict = if found <= aim { "reached" } else { "missed" };
            text.push_str(&format!("{what:<66}{found:>8.2}{aim:>8.2}  {verdict}\n"));
        };
        let bytes = |visit: &Visit| visit.traffic.total();
        let weight = self.median(&LOADER, 1, bytes) / self.median(&SHAREON_PAGE, 1, bytes);
        line("never opened: bytes by shareon's".to_owned(), weight, 1.0);
        for slower in SLOWER {
            for (name, figure) in [
                ("script", (|visit| visit.script) as Figure),
                ("task", |visit| visit.task),
            ] {
                let ours = self.over_empty(&LOADER, slower, figure);
                let theirs = self.over_empty(&SHAREON_PAGE, slower, figure);
                let what = format!(
                    "never opened, {slower}x: {name} time over the empty page, ms, by shareon's"
                );
                line(what, ours, theirs);
            }
        }
        for (slower, half) in SLOWER.into_iter().zip(HALF_OF_A_WIDGET) {
            for page in [&KNOWN, &UNKNOWN] {
                let found = self.ratio(page, &SHAREON_PAGE, slower, |visit| visit.visible);
                line(
                    format!("{}, {slower}x: by shareon's time", page.name),
                    found,
                    AIM,
                );
                line(
                    format!("{}, {slower}x: half of RefRef", page.name),
                    found,
                    half,
                );
            }
            let found = self.ratio(&KNOWN, &REACT_PAGE, slower, |visit| visit.visible);
            line(
                format!("{}, {slower}x: by react-share's time", KNOWN.name),
                found,
                1.0,
            );
        }
        text
    }

    /// Everything as one JSON object, quartiles included.
    pub fn json(&self) -> Value {
        let mut rows = Vec::new();
        for slower in SLOWER {
            for page in &PAGES {
                let mut row = Map::new();
                row.insert("page".into(), page.name.into());
                row.insert("slower".into(), slower.into());
                for (name, figure) in FIGURES {
                    let Spread {
                        lower,
                        median,
                        upper,
                    } = self.spread(page, slower, figure);
                    row.insert(name.into(), json!([lower, median, upper]));
                }
                let to_shareon = self.ratio(page, &SHAREON_PAGE, slower, |visit| visit.visible);
                row.insert("visible_to_shareon".into(), to_shareon.into());
                let kinds = KINDS.map(|kind| (kind.to_owned(), self.bytes(page, kind).into()));
                row.insert(
                    "bytes_by_kind".into(),
                    Value::Object(kinds.into_iter().collect()),
                );
                rows.push(Value::Object(row));
            }
        }
        json!({
            "rounds": self.rounds,
            "latency_ms": self.latency,
            "slow_down_measured": self.slow_down(SLOWER.into_iter().max().unwrap_or(1)),
            "encodings": self.encodings(),
            "rows": rows,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(visible: f64) -> Visit {
        Visit {
            visible,
            ..Visit::default()
        }
    }

    #[test]
    fn quartiles_of_eleven_rounds_are_rounds() {
        let spread = Spread::of((1..=11).rev().map(f64::from).collect());
        assert_eq!((spread.lower, spread.median, spread.upper), (3.0, 6.0, 9.0));
    }

    #[test]
    fn a_busy_round_does_not_move_a_ratio() {
        let mut report = Report::new(3, 0);
        for busy in [1.0, 9.0, 1.0] {
            report.add(&KNOWN, 1, visit(150.0 * busy));
            report.add(&SHAREON_PAGE, 1, visit(100.0 * busy));
        }
        assert_eq!(
            report.ratio(&KNOWN, &SHAREON_PAGE, 1, |visit| visit.visible),
            1.5
        );
    }
}
