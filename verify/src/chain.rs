//! The rules of a chain: each event against the one before it.

use crate::anchor::Anchor;
use crate::event::Event;
use crate::fault::Fault;

/// A chain as far as it was read. All of it is sound: the first event that is
/// not ends the check.
pub struct Chain {
    start: u64,
    last: Anchor,
    count: u64,
    expected: Vec<Anchor>,
}

impl Chain {
    /// Begins after a known event, or at the first, and must hold all `expected`.
    #[must_use]
    pub fn new(after: Option<Anchor>, expected: Vec<Anchor>) -> Self {
        let last = after.unwrap_or_else(Anchor::genesis);
        Self {
            start: last.seq,
            last,
            count: 0,
            expected,
        }
    }

    /// How many events were read.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The last event, to be noted and expected next time.
    #[must_use]
    pub fn last(&self) -> &Anchor {
        &self.last
    }

    /// Adds the event that comes next.
    ///
    /// # Errors
    /// When it does not.
    pub fn add(&mut self, event: &Event) -> Result<(), Fault> {
        let due = self.last.seq.saturating_add(1);
        if event.seq <= self.start {
            let due = self.start.saturating_add(1);
            return Err(Fault::Early { due });
        }
        if event.seq <= self.last.seq {
            return Err(Fault::Repeated { due });
        }
        if event.seq > due {
            return Err(Fault::Missing {
                first: due,
                last: event.seq - 1,
            });
        }
        if event.seal(&self.last.hash) != event.hash {
            let before = self.last.seq;
            return Err(Fault::Changed { before });
        }
        self.last = Anchor {
            seq: event.seq,
            hash: event.hash.clone(),
        };
        self.count += 1;
        self.anchored()
    }

    /// Whether the last event is the one that was expected under its number.
    fn anchored(&self) -> Result<(), Fault> {
        let other = |anchor: &&Anchor| anchor.seq == self.last.seq && anchor.hash != self.last.hash;
        match self.expected.iter().find(other) {
            Some(anchor) => Err(Fault::OtherHash(anchor.clone())),
            None => Ok(()),
        }
    }

    /// Ends the chain.
    ///
    /// # Errors
    /// When an expected event has not come.
    pub fn end(&self) -> Result<(), Fault> {
        // The known event before the export can be expected as well.
        self.anchored()?;
        let beyond = |anchor: &&Anchor| anchor.seq > self.last.seq;
        match self.expected.iter().find(beyond) {
            Some(anchor) => Err(Fault::NotReached(anchor.clone())),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(seq: u64, previous: &str) -> Event {
        let mut event = Event {
            seq,
            at: -5,
            kind: "k".to_owned(),
            subject: "s".to_owned(),
            actor: "a".to_owned(),
            data: "{}".to_owned(),
            hash: String::new(),
        };
        event.hash = event.seal(previous);
        event
    }

    fn anchor(event: &Event) -> Anchor {
        Anchor {
            seq: event.seq,
            hash: event.hash.clone(),
        }
    }

    #[test]
    fn a_chain_goes_on_from_the_last_event() {
        let first = event(1, "grapevine");
        let second = event(2, &first.hash);
        let mut chain = Chain::new(None, vec![anchor(&first), anchor(&second)]);
        assert_eq!(chain.add(&first), Ok(()));
        assert_eq!(chain.end(), Err(Fault::NotReached(anchor(&second))));
        assert_eq!(chain.add(&first), Err(Fault::Repeated { due: 2 }));
        assert_eq!(chain.add(&second), Ok(()));
        assert_eq!(chain.end(), Ok(()));
        assert_eq!((chain.count(), chain.last()), (2, &anchor(&second)));
    }

    #[test]
    fn the_known_event_before_the_export_can_be_expected() {
        let known = event(7, "before");
        let other = event(7, "other");
        let chain = |expected| Chain::new(Some(anchor(&known)), vec![expected]);
        assert_eq!(chain(anchor(&known)).end(), Ok(()));
        let fault = Fault::OtherHash(anchor(&other));
        assert_eq!(chain(anchor(&other)).end(), Err(fault.clone()));
        let mut early = Chain::new(Some(anchor(&known)), vec![]);
        assert_eq!(early.add(&known), Err(Fault::Early { due: 8 }));
    }

    #[test]
    fn numbers_at_the_end_of_their_range_are_compared_too() {
        let last = event(u64::MAX, "before");
        let mut chain = Chain::new(None, vec![]);
        let gap = Fault::Missing {
            first: 1,
            last: u64::MAX - 1,
        };
        assert_eq!(chain.add(&last), Err(gap));
        let mut chain = Chain::new(Some(anchor(&last)), vec![]);
        assert!(chain.add(&last).is_err());
    }
}
