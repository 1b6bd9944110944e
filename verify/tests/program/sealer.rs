//! Writes chains as `docs/events.md` says, with its own JSON: what the program
//! and this agree on is not one library's habit.

use std::fmt::Write;

use sha2::{Digest, Sha256};

pub const FIRST: &str = "grapevine";

#[derive(Clone, Debug)]
pub struct Event {
    pub seq: i64,
    pub at: i64,
    pub kind: String,
    pub subject: String,
    pub actor: String,
    pub data: String,
    pub hash: String,
}

impl Event {
    pub fn seal(&mut self, previous: &str) {
        let sealed = format!(
            "[{},{},{},{},{},{},{}]",
            quoted(previous),
            self.seq,
            self.at,
            quoted(&self.kind),
            quoted(&self.subject),
            quoted(&self.actor),
            quoted(&self.data)
        );
        self.hash = hash(&sealed);
    }

    pub fn line(&self) -> String {
        format!(
            r#"{{"seq":{},"at":{},"kind":{},"subject":{},"actor":{},"data":{},"hash":{}}}"#,
            self.seq,
            self.at,
            quoted(&self.kind),
            quoted(&self.subject),
            quoted(&self.actor),
            quoted(&self.data),
            quoted(&self.hash)
        )
    }

    pub fn anchor(&self) -> String {
        format!("{}:{}", self.seq, self.hash)
    }
}

/// SHA-256 in hexadecimal.
pub fn hash(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .fold(String::new(), |hash, byte| hash + &format!("{byte:02x}"))
}

/// A JSON string.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for one in text.chars() {
        match one {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\0'..='\u{1f}' => write!(quoted, "\\u{:04x}", u32::from(one)).unwrap(),
            other => quoted.push(other),
        }
    }
    quoted + "\""
}

/// An event that is not sealed yet.
pub fn event(seq: i64) -> Event {
    Event {
        seq,
        // Backwards now and then, as a machine's clock may go.
        at: 1_795_000_000_000 + seq % 3 * 1_000,
        kind: "order.refunded".to_owned(),
        subject: format!("order-{seq}"),
        actor: "shop".to_owned(),
        data: format!(r#"{{"minor":{seq},"currency":"EUR"}}"#),
        hash: String::new(),
    }
}

/// Seals all of them anew, each after the one before.
pub fn seal(events: &mut [Event]) {
    let mut previous = FIRST.to_owned();
    for event in events {
        event.seal(&previous);
        previous.clone_from(&event.hash);
    }
}

/// A sound chain.
pub fn chain(length: i64) -> Vec<Event> {
    let mut events: Vec<Event> = (1..=length).map(event).collect();
    seal(&mut events);
    events
}

/// An export.
pub fn export(events: &[Event]) -> String {
    events.iter().map(|event| event.line() + "\n").collect()
}
