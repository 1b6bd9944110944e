//! One event: read from its line, sealed anew.

use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::anchor::is_hash;
use crate::fault::Fault;

/// An event as the export holds it: these fields, each once, and no others.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// 1, 2, 3, …
    pub seq: u64,
    /// Milliseconds since 1970. A clock can be set back, so these may be, too.
    pub at: i64,
    /// What happened.
    pub kind: String,
    /// Id of what it happened to.
    pub subject: String,
    /// Who did it.
    pub actor: String,
    /// JSON as a text, since the hash is over these very characters.
    pub data: String,
    /// The seal: see [`Event::seal`].
    pub hash: String,
}

impl Event {
    /// Reads a line.
    ///
    /// # Errors
    /// When it is no JSON object of exactly these fields.
    pub fn read(line: &[u8]) -> Result<Self, Fault> {
        let text = str::from_utf8(line).map_err(|_| Fault::NotUtf8)?;
        // Serde would take an array for the fields in their order.
        if !text.trim_start().starts_with('{') {
            return Err(Fault::NotJson("an event begins with `{`".to_owned()));
        }
        let event: Self = serde_json::from_str(text).map_err(|error| {
            let reason = reason(&error);
            if error.is_data() {
                Fault::Fields(reason)
            } else {
                Fault::NotJson(reason)
            }
        })?;
        if is_hash(&event.hash) {
            Ok(event)
        } else {
            let reason = "`hash` is not 64 lower-case hexadecimal digits";
            Err(Fault::Fields(reason.to_owned()))
        }
    }

    /// The hash that this event must carry when `previous` is the hash before it.
    #[must_use]
    pub fn seal(&self, previous: &str) -> String {
        let sealed = json!([
            previous,
            self.seq,
            self.at,
            self.kind,
            self.subject,
            self.actor,
            self.data
        ]);
        hex(&Sha256::digest(sealed.to_string()))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What serde says, with the column alone: to it, each line is the first.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&place) {
        Some(reason) => format!("{}, column {}", shown(reason), error.column()),
        None => shown(&text),
    }
}

/// Text from an export, fit for a terminal: short, and without the characters
/// by which a forger could move the cursor or turn the direction of writing.
fn shown(text: &str) -> String {
    const LONGEST: usize = 200;
    let mut shown = String::new();
    for (number, one) in text.chars().enumerate() {
        if number == LONGEST {
            shown.push_str(" …");
            break;
        }
        if one == ' ' || one.is_ascii_graphic() {
            shown.push(one);
        } else {
            shown.extend(one.escape_unicode());
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEALED: &str = r#"{"seq":1,"at":1795000000000,"kind":"merchant.created","subject":"acme","actor":"operator","data":"{\"name\":\"Acme\"}","hash":"HASH"}"#;

    fn line() -> String {
        SEALED.replace("HASH", &"0".repeat(64))
    }

    fn refusal(line: &str) -> String {
        Event::read(line.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_line_is_read() {
        let event = Event::read(line().as_bytes()).unwrap();
        assert_eq!((event.seq, event.at), (1, 1_795_000_000_000));
        assert_eq!(event.data, r#"{"name":"Acme"}"#);
    }

    #[test]
    fn only_an_object_of_these_fields_is_an_event() {
        for (line, words) in [
            (line().replace(r#""at""#, r#""when""#), "unknown field"),
            (
                line().replace(r#""at":1795000000000,"#, ""),
                "missing field",
            ),
            (line().replace(r#""kind""#, r#""at":1,"kind""#), "duplicate"),
            (line().replace("1795000000000", "1.5"), "fields: invalid"),
            (
                line().replace(r#""seq":1"#, r#""seq":-1"#),
                "fields: invalid",
            ),
            (
                line().replace(r#""seq":1"#, r#""seq":"1""#),
                "fields: invalid",
            ),
            (line().replace(r#""acme""#, "null"), "fields: invalid"),
            (line().replace("000\"", "00A\""), "`hash`"),
            (line() + "{}", "not JSON: trailing characters"),
            (line().replace("Acme", r"\ud800"), "not JSON"),
            (format!("[{}]", line()), "not JSON"),
            (r#"[1,2,"a","b","c","d","e"]"#.to_owned(), "not JSON"),
        ] {
            assert!(refusal(&line).contains(words), "{}", refusal(&line));
        }
        assert_eq!(Event::read(b"{\"seq\xff"), Err(Fault::NotUtf8));
    }

    #[test]
    fn a_refusal_is_short_and_moves_no_cursor() {
        let name = "\u{1b}[2J\u{202e}".repeat(500);
        let refusal = refusal(&format!("{{{}:1}}", json!(name)));
        assert!(refusal.len() < 1_500, "{}", refusal.len());
        assert!(refusal.contains(r"\u{1b}[2J\u{202e}"));
        assert!(!refusal.contains(['\u{1b}', '\u{202e}']));
    }

    #[test]
    fn the_seal_depends_on_what_came_before() {
        let event = Event::read(line().as_bytes()).unwrap();
        assert_eq!(event.seal("a"), event.seal("a"));
        assert_ne!(event.seal("a"), event.seal("b"));
    }
}
