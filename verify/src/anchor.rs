//! An event that is known by number and hash, written `SEQ:HASH`.

use std::fmt;
use std::str::FromStr;

/// What stands for the hash before the first event.
const GENESIS: &str = "grapevine";

/// A point of the chain, such as somebody noted it earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Number of the event; 0 before the first.
    pub seq: u64,
    /// Its hash, 64 lower-case hexadecimal digits.
    pub hash: String,
}

impl Anchor {
    /// Where every chain begins.
    #[must_use]
    pub fn genesis() -> Self {
        Self {
            seq: 0,
            hash: GENESIS.to_owned(),
        }
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.seq, self.hash)
    }
}

impl FromStr for Anchor {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.split_once(':')
            .and_then(|(seq, hash)| {
                let digits = seq.bytes().all(|byte| byte.is_ascii_digit());
                let seq = seq.parse().ok().filter(|seq| digits && *seq > 0)?;
                let hash = is_hash(hash).then(|| hash.to_owned())?;
                Some(Self { seq, hash })
            })
            .ok_or_else(|| {
                format!("`{text}` is not SEQ:HASH, a number from 1 and 64 lower-case hex digits")
            })
    }
}

/// Whether it has the form of an event's hash.
#[must_use]
pub fn is_hash(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_can_be_read_again() {
        let anchor = Anchor {
            seq: 17,
            hash: "0f".repeat(32),
        };
        assert_eq!(anchor.to_string().parse(), Ok(anchor));
    }

    #[test]
    fn other_texts_are_refused() {
        let hash = "0f".repeat(32);
        for text in [
            String::new(),
            "17".to_owned(),
            format!(":{hash}"),
            format!("0:{hash}"),
            format!("-1:{hash}"),
            format!("+1:{hash}"),
            format!("1:{hash}0"),
            format!("1: {hash}"),
            format!("1:{}", hash.to_uppercase()),
            format!("18446744073709551616:{hash}"),
            "0:grapevine".to_owned(),
        ] {
            assert!(text.parse::<Anchor>().is_err(), "{text}");
        }
    }
}
