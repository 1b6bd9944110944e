//! Group commit, the object's half: batches of clicks that arrive close together wait
//! for one commit, so that a hot merchant's books write few rows however many isolates
//! feed them.

use grapevine_domain::time::Timestamp;
use grapevine_ledger::clicks::Batch;
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use crate::ledger_client::Outcome;
use crate::tracker::clicks::LINGER_MS;

/// Least time between two commits.
pub const GATHER_MS: i64 = 400;
/// Above so many batches a second the isolates are asked to come less often.
const MOST_BATCHES_A_SECOND: u64 = 400;

/// The answer about one batch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// Clicks that are in the books now.
    pub recorded: usize,
    /// How long the isolate should gather before its next batch.
    pub pause_ms: u64,
    /// The version of the settings that holds.
    pub settings: String,
}

/// Batches that wait, and what became of those that do no longer.
#[derive(Default)]
pub struct Gathering {
    waiting: RefCell<Vec<(u64, Batch)>>,
    outcomes: RefCell<HashMap<u64, Outcome>>,
    next: Cell<u64>,
    committed_at: Cell<Option<Timestamp>>,
}

impl Gathering {
    /// Takes a batch in: its ticket, and how many milliseconds it should wait for
    /// company. None, where the last commit is long enough ago.
    pub fn enter(&self, batch: Batch, now: Timestamp) -> (u64, i64) {
        let ticket = self.next.get();
        self.next.set(ticket + 1);
        self.waiting.borrow_mut().push((ticket, batch));
        let since = self.committed_at.get().map(|at| now.0 - at.0);
        // A clock that was set back ends the wait.
        let wait = since.filter(|since| (0..GATHER_MS).contains(since));
        (ticket, wait.map_or(0, |since| GATHER_MS - since))
    }

    /// What became of a ticket, if it was committed with others.
    pub fn outcome(&self, ticket: u64) -> Option<Outcome> {
        self.outcomes.borrow_mut().remove(&ticket)
    }

    /// Everything that waits, to be committed now.
    pub fn take(&self) -> (Vec<u64>, Vec<Batch>) {
        // Whoever has not looked for an outcome by now has gone away.
        self.outcomes.borrow_mut().clear();
        self.waiting.take().into_iter().unzip()
    }

    /// How long isolates should gather, after a commit of so many batches.
    pub fn pause_ms(&self, batches: usize, now: Timestamp) -> u64 {
        let before = self.committed_at.replace(Some(now));
        let span_ms = before.map_or(GATHER_MS, |before| (now.0 - before.0).max(1));
        let batches = u64::try_from(batches).unwrap_or(u64::MAX);
        let a_second = batches.saturating_mul(1_000) / u64::try_from(span_ms).unwrap_or(1).max(1);
        if a_second > MOST_BATCHES_A_SECOND {
            LINGER_MS * a_second / MOST_BATCHES_A_SECOND
        } else {
            0
        }
    }

    /// Lays the outcomes out for those who wait.
    pub fn lay_out(&self, outcomes: impl IntoIterator<Item = (u64, Outcome)>) {
        self.outcomes.borrow_mut().extend(outcomes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_goes_at_once_and_the_next_wait_for_each_other() {
        let gathering = Gathering::default();
        let at = |ms: i64| Timestamp(10_000 + ms);
        assert_eq!(gathering.enter(Batch::default(), at(0)), (0, 0));
        assert_eq!(gathering.take().0, [0]);
        assert_eq!(gathering.pause_ms(1, at(0)), 0);
        assert_eq!(gathering.enter(Batch::default(), at(100)), (1, 300));
        assert_eq!(gathering.enter(Batch::default(), at(250)), (2, 150));
        assert_eq!(gathering.take().0, [1, 2]);
        assert_eq!(gathering.pause_ms(2, at(400)), 0);
        assert_eq!(gathering.enter(Batch::default(), at(900)), (3, 0));
        assert_eq!(gathering.enter(Batch::default(), at(-5_000)), (4, 0));
    }

    #[test]
    fn isolates_are_asked_to_come_less_often_when_there_are_too_many() {
        let gathering = Gathering::default();
        gathering.pause_ms(1, Timestamp(0));
        assert_eq!(gathering.pause_ms(160, Timestamp(400)), 0);
        assert_eq!(gathering.pause_ms(480, Timestamp(800)), 3 * LINGER_MS);
    }
}
