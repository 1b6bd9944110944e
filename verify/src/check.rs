//! The check of all lines against one chain.

use crate::chain::Chain;
use crate::event::Event;
use crate::fault::Fault;
use crate::lines::{Lines, Place, Step, Unreadable};

/// What the check of a whole input came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every event is as it was written.
    Sound,
    /// The first fault.
    Broken {
        /// Its line; when something is missing at the end, the last one.
        place: Place,
        /// The event's number, if it could be read.
        seq: Option<u64>,
        /// What is wrong.
        fault: Fault,
    },
}

/// Reads all lines, up to the first fault.
///
/// # Errors
/// When an input cannot be opened or read, so that nothing can be said.
pub fn check(lines: &mut Lines, chain: &mut Chain) -> Result<Verdict, Unreadable> {
    loop {
        let (seq, result) = match lines.advance()? {
            Step::End => (None, chain.end()),
            Step::TooLong => (None, Err(Fault::TooLong)),
            Step::Line => match Event::read(lines.line()) {
                Err(fault) => (None, Err(fault)),
                Ok(event) => match chain.add(&event) {
                    Ok(()) => continue,
                    Err(fault) => (Some(event.seq), Err(fault)),
                },
            },
        };
        let Err(fault) = result else {
            return Ok(Verdict::Sound);
        };
        let place = lines.place().clone();
        let fault = match fault {
            Fault::Missing { first, last } => match find(lines, first)? {
                Some(found) => Fault::OutOfOrder { due: first, found },
                None => Fault::Missing { first, last },
            },
            other => other,
        };
        return Ok(Verdict::Broken { place, seq, fault });
    }
}

/// Where a later line holds this number. What cannot be read holds none.
fn find(lines: &mut Lines, seq: u64) -> Result<Option<Place>, Unreadable> {
    loop {
        match lines.advance()? {
            Step::End => return Ok(None),
            Step::TooLong => {}
            Step::Line => {
                if Event::read(lines.line()).is_ok_and(|event| event.seq == seq) {
                    return Ok(Some(lines.place().clone()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lines::Source;
    use std::io::Cursor;

    fn verdict(text: &'static str) -> Verdict {
        let mut lines = Lines::new(vec![Source::reader("text", Cursor::new(text))]);
        check(&mut lines, &mut Chain::new(None, vec![])).unwrap()
    }

    #[test]
    fn nothing_is_sound() {
        assert_eq!(verdict(""), Verdict::Sound);
        assert_eq!(verdict("\n\n"), Verdict::Sound);
    }

    #[test]
    fn a_line_that_cannot_be_read_has_no_number() {
        let Verdict::Broken { place, seq, fault } = verdict("\n{\"seq\":1\n") else {
            panic!("sound")
        };
        assert_eq!(place.to_string(), "text line 2");
        assert_eq!(seq, None);
        assert!(matches!(fault, Fault::NotJson(_)));
    }
}
