//! The lines of several inputs, one after the other, in bounded memory.

use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::mem;
use std::path::PathBuf;

/// Bytes that a line can have: more than any event's, and little for a machine.
pub const LONGEST: usize = 1024 * 1024;

type Open = Box<dyn FnOnce() -> io::Result<Box<dyn BufRead>>>;

/// An input that is opened when its turn comes.
pub struct Source {
    name: String,
    open: Open,
}

impl Source {
    /// A file.
    #[must_use]
    pub fn file(path: PathBuf) -> Self {
        Self {
            name: path.display().to_string(),
            open: Box::new(|| Ok(Box::new(BufReader::new(File::open(path)?)))),
        }
    }

    /// The standard input.
    #[must_use]
    pub fn stdin() -> Self {
        Self::reader("standard input", io::stdin().lock())
    }

    /// Anything else that can be read.
    pub fn reader(name: &str, reader: impl BufRead + 'static) -> Self {
        Self {
            name: name.to_owned(),
            open: Box::new(|| Ok(Box::new(reader))),
        }
    }
}

/// Where a line stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Name of the input.
    pub source: String,
    /// Number of the line in it, from 1; 0 when it has none.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => out.write_str(&self.source),
            line => write!(out, "{} line {line}", self.source),
        }
    }
}

/// What [`Lines::advance`] came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A line that is not empty.
    Line,
    /// The beginning of one that is longer than [`LONGEST`].
    TooLong,
    /// The end of the last input.
    End,
}

/// An input could not be opened or read.
#[derive(Debug)]
pub struct Unreadable {
    /// Name of the input.
    pub source: String,
    /// What the system said.
    pub error: io::Error,
}

/// Reads line after line into one buffer.
pub struct Lines {
    waiting: VecDeque<Source>,
    reader: Option<Box<dyn BufRead>>,
    place: Place,
    line: Vec<u8>,
    /// The present line is not read to its end.
    more: bool,
}

impl Lines {
    /// The lines of these, in this order.
    #[must_use]
    pub fn new(sources: Vec<Source>) -> Self {
        Self {
            waiting: sources.into(),
            reader: None,
            place: Place {
                source: String::new(),
                line: 0,
            },
            line: Vec::new(),
            more: false,
        }
    }

    /// Where the present line stands; at the end, the last one.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The present line without what ends it.
    #[must_use]
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// Goes to the next line that is not empty.
    ///
    /// # Errors
    /// When an input cannot be opened or read.
    pub fn advance(&mut self) -> Result<Step, Unreadable> {
        loop {
            let Some(reader) = &mut self.reader else {
                let Some(source) = self.waiting.pop_front() else {
                    return Ok(Step::End);
                };
                self.place = Place {
                    source: source.name,
                    line: 0,
                };
                self.reader = Some((source.open)().map_err(|error| self.unreadable(error))?);
                continue;
            };
            self.line.clear();
            if mem::take(&mut self.more) {
                let skipped = reader.skip_until(b'\n');
                skipped.map_err(|error| self.unreadable(error))?;
                continue;
            }
            // One more for the end of the line.
            let read = reader
                .take(LONGEST as u64 + 1)
                .read_until(b'\n', &mut self.line);
            if read.map_err(|error| self.unreadable(error))? == 0 {
                self.reader = None;
                continue;
            }
            self.place.line += 1;
            if self.line.last() == Some(&b'\n') {
                self.line.pop();
            }
            if self.line.len() > LONGEST {
                self.more = true;
                return Ok(Step::TooLong);
            }
            if !self.line.iter().all(u8::is_ascii_whitespace) {
                return Ok(Step::Line);
            }
        }
    }

    fn unreadable(&self, error: io::Error) -> Unreadable {
        Unreadable {
            source: self.place.source.clone(),
            error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn lines(texts: &[&str]) -> Lines {
        let source = |text: &&str| Source::reader("text", Cursor::new(text.to_string()));
        Lines::new(texts.iter().map(source).collect())
    }

    fn all(texts: &[&str]) -> Vec<(u64, String)> {
        let mut lines = lines(texts);
        let mut all = Vec::new();
        while lines.advance().unwrap() == Step::Line {
            let text = str::from_utf8(lines.line()).unwrap().to_owned();
            all.push((lines.place().line, text));
        }
        all
    }

    #[test]
    fn empty_lines_count_but_are_passed_over() {
        let expected = [(2, "a".to_owned()), (4, "b\r".to_owned())];
        assert_eq!(all(&["\na\n \r\nb\r\n\n"]), expected);
        assert_eq!(all(&[]), []);
        assert_eq!(all(&["", "\n"]), []);
    }

    #[test]
    fn the_end_of_an_input_ends_its_line() {
        let expected = [(1, "a".to_owned()), (1, "b".to_owned())];
        assert_eq!(all(&["a", "", "b"]), expected);
    }

    #[test]
    fn the_longest_line_is_read_and_a_longer_one_is_not() {
        for end in ["", "\n"] {
            let longest = "x".repeat(LONGEST) + end;
            assert_eq!(lines(&[&longest]).advance().unwrap(), Step::Line);
            let longer = "x".repeat(3 * LONGEST) + end;
            let mut lines = lines(&[&longer, "a"]);
            assert_eq!(lines.advance().unwrap(), Step::TooLong);
            assert!(lines.line().len() <= LONGEST + 1);
            // What is left of it is no line.
            assert_eq!(lines.advance().unwrap(), Step::Line);
            assert_eq!(lines.line(), b"a");
        }
    }
}
