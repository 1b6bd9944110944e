//! Clicks that arrive at isolates all over the world and travel to one merchant's
//! books: a simulation by events, of what is sent, committed and billed, and of how
//! long each click takes into the books.
//!
//! What is simulated is the protocol of `edge/src/tracker/clicks.rs` and of the object
//! behind it; what each step costs comes from a measurement (`Service`). Not simulated:
//! objects that move or start anew, messages that are lost, isolates that end.
// An isolate's number is its place in the one list of them, which never changes.
#![allow(clippy::indexing_slicing)]

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use hdrhistogram::Histogram;

/// A click has to be in the books by then, counted from its answer.
pub const DEADLINE_US: u64 = 2_000_000;

/// How clicks are gathered.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct Rules {
    /// How long the first waiting click of an isolate waits for company.
    pub linger_ms: u64,
    /// How long the object gathers batches, when it has committed within that time.
    pub gather_ms: u64,
    /// Most clicks of one batch.
    pub largest_batch: usize,
    /// After so long an isolate that has traffic asks for the settings again.
    pub settings_ms: u64,
    /// Answers to batches say whether the settings have changed, so that an isolate
    /// with traffic has no need to ask.
    pub settings_ride: bool,
}

/// What was measured of one commit.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct Service {
    /// Object's time for a request, before and after the commit, in microseconds.
    pub request_us: f64,
    /// Object's time for a commit, and for each click in it.
    pub commit_us: f64,
    pub click_us: f64,
    /// From the write until it is durable, which nobody else waits for.
    pub durable_us: f64,
    pub rows_written: f64,
    pub rows_read: f64,
    /// Stored for a commit, and for each click in it.
    pub commit_bytes: f64,
    pub click_bytes: f64,
}

/// Who clicks where.
#[derive(Debug, Clone, Copy)]
pub struct World {
    pub isolates: usize,
    /// Isolate number n has a share of 1/n^skew; 0: all the same.
    pub skew: f64,
    /// Clicks a second over all of them.
    pub rate: f64,
    pub seconds: f64,
}

/// Round trips between isolates and the object, in milliseconds: spread evenly over
/// the orders of magnitude, half of them below 35.
const NEAREST_MS: f64 = 5.0;
const FARTHEST_MS: f64 = 250.0;
/// Each way takes longer by this share, on average.
const JITTER: f64 = 0.1;

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    pub clicks: u64,
    pub batches: u64,
    pub settings_reads: u64,
    pub commits: u64,
    /// Time during which the object had a request under way.
    pub active_us: u64,
    /// From a click's answer until it is durable, in microseconds.
    pub delays: Histogram<u64>,
    pub late: u64,
}

enum Event {
    Click,
    /// An isolate's first waiting click has waited for its time.
    Send(usize),
    /// A batch reaches the object.
    Batch(usize),
    Commit,
    /// The books have these isolates' batches.
    Durable(Vec<usize>),
    /// The answer reaches the isolate.
    Answer(usize),
    Settings,
    SettingsDone,
}

struct At(u64, u64, Event);

impl PartialEq for At {
    fn eq(&self, other: &Self) -> bool {
        (self.0, self.1) == (other.0, other.1)
    }
}
impl Eq for At {}
impl PartialOrd for At {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for At {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0, self.1).cmp(&(other.0, other.1))
    }
}

#[derive(Default)]
struct Isolate {
    one_way_us: f64,
    /// When the waiting clicks were answered.
    waiting: Vec<u64>,
    under_way: Vec<u64>,
    is_sending: bool,
    is_timed: bool,
    settings_at: Option<u64>,
}

#[derive(Default)]
struct Object {
    busy_until: u64,
    committed_at: Option<u64>,
    waiting: Vec<usize>,
    under_way: usize,
    active_since: u64,
    active_us: u64,
}

struct Simulation {
    rules: Rules,
    service: Service,
    events: BinaryHeap<Reverse<At>>,
    number: u64,
    chance: fastrand::Rng,
    isolates: Vec<Isolate>,
    object: Object,
    outcome: Outcome,
}

/// Runs it. The same arguments give the same outcome.
///
/// # Errors
/// When there is no histogram to be had.
pub fn run(rules: Rules, service: Service, world: World) -> anyhow::Result<Outcome> {
    let mut chance = fastrand::Rng::with_seed(7);
    let (shares, ways) = place(world, &mut chance);
    let isolates = ways.into_iter().map(|one_way_us| Isolate {
        one_way_us,
        ..Isolate::default()
    });
    let mut simulation = Simulation {
        rules,
        service,
        events: BinaryHeap::new(),
        number: 0,
        chance,
        isolates: isolates.collect(),
        object: Object::default(),
        outcome: Outcome {
            clicks: 0,
            batches: 0,
            settings_reads: 0,
            commits: 0,
            active_us: 0,
            delays: Histogram::new_with_max(600_000_000, 3)?,
            late: 0,
        },
    };
    simulation.schedule(0, Event::Click);
    let end = micros(world.seconds * 1e6);
    while let Some(Reverse(At(now, _, event))) = simulation.events.pop() {
        if let Event::Click = event {
            if now >= end {
                continue;
            }
            let gap = simulation.exponential(1e6 / world.rate);
            simulation.schedule(now + gap, Event::Click);
            let point = simulation.chance.f64();
            let isolate = shares.partition_point(|share| *share < point);
            simulation.click(now, isolate.min(world.isolates - 1));
        } else {
            simulation.handle(now, event);
        }
    }
    simulation.outcome.active_us = simulation.object.active_us;
    Ok(simulation.outcome)
}

/// Cumulative shares of the isolates, and their distances in microseconds one way.
fn place(world: World, chance: &mut fastrand::Rng) -> (Vec<f64>, Vec<f64>) {
    let weights = (1..=world.isolates).map(|n| count(n).powf(-world.skew));
    let sum: f64 = weights.clone().sum();
    let shares = weights
        .scan(0.0, |so_far, weight| {
            *so_far += weight / sum;
            Some(*so_far)
        })
        .collect();
    let spread = FARTHEST_MS / NEAREST_MS;
    let last = count(world.isolates.saturating_sub(1)).max(1.0);
    let mut ways: Vec<f64> = (0..world.isolates)
        .map(|n| NEAREST_MS * spread.powf(count(n) / last) * 1000.0 / 2.0)
        .collect();
    chance.shuffle(&mut ways);
    (shares, ways)
}

impl Simulation {
    fn schedule(&mut self, at: u64, event: Event) {
        self.number += 1;
        self.events.push(Reverse(At(at, self.number, event)));
    }

    fn exponential(&mut self, mean: f64) -> u64 {
        micros(-(1.0 - self.chance.f64()).ln() * mean)
    }

    fn one_way(&mut self, isolate: usize) -> u64 {
        let way = self.isolates[isolate].one_way_us;
        micros(way) + self.exponential(way * JITTER)
    }

    fn click(&mut self, now: u64, number: usize) {
        self.outcome.clicks += 1;
        let isolate = &mut self.isolates[number];
        isolate.waiting.push(now);
        let stale = isolate
            .settings_at
            .is_none_or(|at| now - at > self.rules.settings_ms * 1000);
        if stale && !(self.rules.settings_ride && isolate.settings_at.is_some()) {
            isolate.settings_at = Some(now);
            self.outcome.settings_reads += 1;
            let way = self.one_way(number);
            self.schedule(now + way, Event::Settings);
        }
        self.time(now, number);
    }

    /// Sees to it that what waits in an isolate is sent.
    fn time(&mut self, now: u64, number: usize) {
        let isolate = &mut self.isolates[number];
        let Some(first) = isolate.waiting.first() else {
            return;
        };
        if isolate.is_sending {
            return;
        }
        let is_full = isolate.waiting.len() >= self.rules.largest_batch;
        if is_full || now >= first + self.rules.linger_ms * 1000 {
            return self.send(now, number);
        }
        if !isolate.is_timed {
            isolate.is_timed = true;
            let at = first + self.rules.linger_ms * 1000;
            self.schedule(at, Event::Send(number));
        }
    }

    fn send(&mut self, now: u64, number: usize) {
        let isolate = &mut self.isolates[number];
        let length = isolate.waiting.len().min(self.rules.largest_batch);
        let rest = isolate.waiting.split_off(length);
        isolate.under_way = std::mem::replace(&mut isolate.waiting, rest);
        isolate.is_sending = true;
        let way = self.one_way(number);
        self.schedule(now + way, Event::Batch(number));
    }

    fn handle(&mut self, now: u64, event: Event) {
        match event {
            Event::Click => {}
            Event::Send(number) => {
                self.isolates[number].is_timed = false;
                self.time(now, number);
            }
            Event::Batch(number) => {
                self.outcome.batches += 1;
                let ready = self.begin(now);
                self.object.waiting.push(number);
                if self.object.waiting.len() == 1 {
                    let gather = self.rules.gather_ms * 1000;
                    let recently = self
                        .object
                        .committed_at
                        .is_some_and(|at| ready < at + gather);
                    let at = if recently { ready + gather } else { ready };
                    self.schedule(at, Event::Commit);
                }
            }
            Event::Commit => self.commit(now),
            Event::Durable(numbers) => {
                self.end(now, numbers.len());
                for number in numbers {
                    for at in std::mem::take(&mut self.isolates[number].under_way) {
                        self.outcome.delays.saturating_record(now - at);
                        self.outcome.late += u64::from(now - at > DEADLINE_US);
                    }
                    let way = self.one_way(number);
                    self.schedule(now + way, Event::Answer(number));
                }
            }
            Event::Answer(number) => {
                self.isolates[number].is_sending = false;
                self.time(now, number);
            }
            Event::Settings => {
                let ready = self.begin(now);
                self.schedule(ready, Event::SettingsDone);
            }
            Event::SettingsDone => self.end(now, 1),
        }
    }

    /// A request reaches the object; when it has been read.
    fn begin(&mut self, now: u64) -> u64 {
        if self.object.under_way == 0 {
            self.object.active_since = now;
        }
        self.object.under_way += 1;
        let ready = self.object.busy_until.max(now) + micros(self.service.request_us);
        self.object.busy_until = ready;
        ready
    }

    fn end(&mut self, now: u64, requests: usize) {
        self.object.under_way -= requests;
        if self.object.under_way == 0 {
            self.object.active_us += now - self.object.active_since;
        }
    }

    fn commit(&mut self, now: u64) {
        let batches = std::mem::take(&mut self.object.waiting);
        let clicks: usize = batches
            .iter()
            .map(|number| self.isolates[*number].under_way.len())
            .sum();
        let work = self.service.commit_us + self.service.click_us * count(clicks);
        let done = self.object.busy_until.max(now) + micros(work);
        self.object.busy_until = done;
        self.object.committed_at = Some(done);
        self.outcome.commits += 1;
        let durable = done + micros(self.service.durable_us);
        self.schedule(durable, Event::Durable(batches));
    }
}

/// Numbers here are far below 2^53.
#[allow(clippy::cast_precision_loss)]
fn count(number: usize) -> f64 {
    number as f64
}

/// Whole microseconds.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn micros(time: f64) -> u64 {
    time as u64
}
