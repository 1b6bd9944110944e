//! What can be wrong with a chain, as a sentence that begins with a stable word.

use std::fmt;

use crate::anchor::Anchor;
use crate::lines::{LONGEST, Place};

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The line is longer than [`LONGEST`].
    TooLong,
    /// The line is no text.
    NotUtf8,
    /// The line is no JSON, or no object.
    NotJson(String),
    /// A field is missing, unknown, there twice or of another type.
    Fields(String),
    /// The hash does not follow from the event and the hash of the one before.
    Changed {
        /// Number of the event before.
        before: u64,
    },
    /// There is a gap before this event.
    Missing {
        /// The first number that is not there.
        first: u64,
        /// The last one.
        last: u64,
    },
    /// There is a gap before this event, and what belongs there comes later.
    OutOfOrder {
        /// The number that belongs there.
        due: u64,
        /// Where that event stands.
        found: Place,
    },
    /// The number belongs before the first event of the export.
    Early {
        /// The number with which it begins.
        due: u64,
    },
    /// The number was read already.
    Repeated {
        /// The number that should follow.
        due: u64,
    },
    /// The event fits, but is another one than was noted.
    OtherHash(Anchor),
    /// The chain ends before an event that was noted.
    NotReached(Anchor),
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(out, "too long: a line has at most {LONGEST} bytes"),
            Self::NotUtf8 => out.write_str("not UTF-8"),
            Self::NotJson(reason) => write!(out, "not JSON: {reason}"),
            Self::Fields(reason) => write!(out, "fields: {reason}"),
            Self::Changed { before: 0 } => out.write_str(
                "changed: the hash does not follow from the event as the first of a chain",
            ),
            Self::Changed { before } => write!(
                out,
                "changed: the hash does not follow from the event and the hash of event {before}"
            ),
            Self::Missing { first, last } if first == last => {
                write!(out, "missing: there is no event {first} before it")
            }
            Self::Missing { first, last } => write!(
                out,
                "missing: there are no events {first} to {last} before it"
            ),
            Self::OutOfOrder { due, found } => {
                write!(out, "out of order: event {due} comes later, at {found}")
            }
            Self::Early { due } => {
                write!(out, "out of order: the first event must be {due}")
            }
            Self::Repeated { due } => write!(
                out,
                "repeated: this number was there before, the next is {due}"
            ),
            Self::OtherHash(anchor) => write!(
                out,
                "anchor: another event than the expected {anchor}, so what led to it was written anew"
            ),
            Self::NotReached(anchor) => write!(
                out,
                "anchor: the chain ends before the expected {anchor}, so its end was cut off"
            ),
        }
    }
}
