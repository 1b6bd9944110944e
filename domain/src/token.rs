//! The click token: a self-contained proof that a click happened, which an
//! order or a landing carries back. Money never depends on a log line.
//!
//! Layout of version 1, in bytes, then base64url without padding:
//! `version 1 | key 1 | time 4 (seconds, big-endian) | click id 8 | channel 1 |
//! variant 1 | code 3 to 20 | mac 16`: for a given code 40 bytes, 54 characters; 70
//! characters at most. The mac is HMAC-SHA256 cut to 128 bits over everything before
//! it, under a key derived for one merchant: so the merchant is part of the proof, not
//! of the text.
//!
//! This module knows the layout; whoever calls it brings the keyed hash.

use core::fmt;

use crate::code::{Code, LONGEST, SHORTEST_VANITY};
use crate::time::Timestamp;

/// Bytes of the mac: 128 bits.
pub const MAC_LENGTH: usize = 16;
/// Bytes before the code.
const HEAD_LENGTH: usize = 16;
const LONGEST_TOKEN: usize = HEAD_LENGTH + LONGEST + MAC_LENGTH;
const VERSION: u8 = 1;
/// Characters of the shortest token's text.
pub const SHORTEST_TEXT: usize = text_length(HEAD_LENGTH + SHORTEST_VANITY + MAC_LENGTH);
/// Characters of the longest token's text.
pub const LONGEST_TEXT: usize = text_length(LONGEST_TOKEN);

/// Characters of so many bytes in base64url without padding.
const fn text_length(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

/// What stands between tokens where several are handed in, newest first; no token
/// contains it.
pub const SEPARATOR: char = '.';
/// Most tokens that are handed in together.
pub const MOST_TOGETHER: usize = 5;

/// What a click token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClickToken {
    /// Number of the signing key, so that two can be valid at once.
    pub key: u8,
    /// When the click happened, to the second.
    pub at: Timestamp,
    /// Random name of the click.
    pub click_id: u64,
    /// Number of the channel in the registry of channels; 0 where unknown.
    pub channel: u8,
    /// Arm of the running experiment; 0 where there is none.
    pub variant: u8,
    /// The advocate's code.
    pub code: Code,
}

/// Why a text is not a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// Not a token's length, alphabet or version.
    Malformed,
    /// The mac does not fit: altered, or another merchant's.
    Forged,
}

impl TokenError {
    /// The stable name of the error.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "token_malformed",
            Self::Forged => "token_forged",
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl ClickToken {
    /// The token's text. `mac` is the keyed hash under the merchant's key
    /// number `self.key`.
    #[must_use]
    pub fn seal(&self, mac: impl FnOnce(&[u8]) -> [u8; MAC_LENGTH]) -> String {
        let mut bytes = [0; LONGEST_TOKEN];
        let parts = [VERSION, self.key]
            .into_iter()
            .chain(self.at.seconds().to_be_bytes())
            .chain(self.click_id.to_be_bytes())
            .chain([self.channel, self.variant])
            .chain(self.code.as_str().bytes());
        for (byte, part) in bytes.iter_mut().zip(parts) {
            *byte = part;
        }
        let signed = HEAD_LENGTH + self.code.as_str().len();
        let proof = mac(bytes.get(..signed).unwrap_or_default());
        for (byte, part) in bytes.iter_mut().skip(signed).zip(proof) {
            *byte = part;
        }
        encode(bytes.get(..signed + MAC_LENGTH).unwrap_or_default())
    }

    /// Reads a token and proves it. `mac` gives the keyed hash under the key of
    /// that number, or `None` for a number that is not valid (any more).
    ///
    /// # Errors
    /// [`TokenError::Malformed`] for anything but a token,
    /// [`TokenError::Forged`] when the proof fails.
    pub fn open(
        text: &str,
        mac: impl FnOnce(u8, &[u8]) -> Option<[u8; MAC_LENGTH]>,
    ) -> Result<Self, TokenError> {
        let mut bytes = [0; LONGEST_TOKEN];
        let bytes = decode(text, &mut bytes).ok_or(TokenError::Malformed)?;
        let (signed, proof) = bytes
            .split_last_chunk::<MAC_LENGTH>()
            .ok_or(TokenError::Malformed)?;
        let [
            VERSION,
            key,
            t0,
            t1,
            t2,
            t3,
            c0,
            c1,
            c2,
            c3,
            c4,
            c5,
            c6,
            c7,
            channel,
            variant,
            code @ ..,
        ] = signed
        else {
            return Err(TokenError::Malformed);
        };
        let expected = mac(*key, signed).ok_or(TokenError::Forged)?;
        // Every byte is compared whatever the first ones say, so that the time
        // taken tells nothing about how much of a guess was right.
        let difference = core::hint::black_box(
            expected
                .iter()
                .zip(proof)
                .fold(0, |sum, (a, b)| sum | (a ^ b)),
        );
        if difference != 0 {
            return Err(TokenError::Forged);
        }
        // As it was sealed, not as people may write it: one text for one token.
        let code = core::str::from_utf8(code).ok().and_then(|text| {
            let code = Code::parse(text).ok()?;
            (code.as_str() == text).then_some(code)
        });
        Ok(Self {
            key: *key,
            at: Timestamp::from_seconds(u32::from_be_bytes([*t0, *t1, *t2, *t3])),
            click_id: u64::from_be_bytes([*c0, *c1, *c2, *c3, *c4, *c5, *c6, *c7]),
            channel: *channel,
            variant: *variant,
            code: code.ok_or(TokenError::Malformed)?,
        })
    }
}

/// The alphabet of base64url, RFC 4648 section 5.
const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The six bits of each letter, 255 for what is none.
const SIX_BITS: [u8; 256] = {
    let mut table = [255; 256];
    let mut value = 0;
    #[allow(clippy::indexing_slicing, reason = "checked when it is compiled")]
    while value < 64 {
        table[BASE64URL[value as usize] as usize] = value;
        value += 1;
    }
    table
};

fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(LONGEST_TEXT);
    for group in bytes.chunks(3) {
        let [a, b, c] = [0, 1, 2].map(|at| u32::from(group.get(at).copied().unwrap_or(0)));
        let bits = a << 16 | b << 8 | c;
        for shift in [18, 12, 6, 0].into_iter().take(group.len() + 1) {
            let letter = BASE64URL
                .get((bits >> shift & 63) as usize)
                .copied()
                .unwrap_or(b'A');
            text.push(char::from(letter));
        }
    }
    text
}

/// The bytes of a text, one text for one token.
fn decode<'a>(text: &str, bytes: &'a mut [u8; LONGEST_TOKEN]) -> Option<&'a [u8]> {
    // Four letters carry three bytes, two letters one, three letters two.
    if !(SHORTEST_TEXT..=LONGEST_TEXT).contains(&text.len()) || text.len() % 4 == 1 {
        return None;
    }
    let length = text.len() * 3 / 4;
    let slots = bytes.get_mut(..length)?;
    for (slots, letters) in slots.chunks_mut(3).zip(text.as_bytes().chunks(4)) {
        let mut bits = 0u32;
        for at in 0..4 {
            let letter = letters.get(at).copied().unwrap_or(b'A');
            let six = SIX_BITS.get(usize::from(letter)).copied()?;
            if six > 63 {
                return None;
            }
            bits = bits << 6 | u32::from(six);
        }
        let [_, a, b, c] = bits.to_be_bytes();
        let tail = [a, b, c];
        // Bits beyond the last byte must be zero.
        if tail.iter().skip(slots.len()).any(|rest| *rest != 0) {
            return None;
        }
        for (slot, byte) in slots.iter_mut().zip(tail) {
            *slot = byte;
        }
    }
    bytes.get(..length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Not a keyed hash, but enough to see that every byte is covered.
    fn weak_mac(key: u8, bytes: &[u8]) -> [u8; MAC_LENGTH] {
        let mut mac = [key; MAC_LENGTH];
        for (at, byte) in bytes.iter().enumerate() {
            let slot = &mut mac[at % MAC_LENGTH];
            *slot = slot.wrapping_mul(31).wrapping_add(*byte);
        }
        mac
    }

    fn token(click_id: u64, seconds: u32, random: [u8; 7]) -> ClickToken {
        ClickToken {
            key: 3,
            at: Timestamp::from_seconds(seconds),
            click_id,
            channel: 4,
            variant: 1,
            code: Code::from_random(random),
        }
    }

    proptest! {
        #[test]
        fn a_token_reads_back(click_id: u64, seconds: u32, random: [u8; 7]) {
            let token = token(click_id, seconds, random);
            let text = token.seal(|bytes| weak_mac(3, bytes));
            prop_assert_eq!(text.len(), 54);
            prop_assert_eq!(ClickToken::open(&text, |key, bytes| Some(weak_mac(key, bytes))), Ok(token));
        }

        #[test]
        fn one_changed_character_is_refused(click_id: u64, at in 0usize..54, to in 0usize..64) {
            let text = token(click_id, 1_795_000_000, [1; 7]).seal(|bytes| weak_mac(3, bytes));
            let mut changed = text.clone().into_bytes();
            prop_assume!(changed[at] != BASE64URL[to]);
            changed[at] = BASE64URL[to];
            let changed = String::from_utf8(changed).unwrap();
            prop_assert!(ClickToken::open(&changed, |key, bytes| Some(weak_mac(key, bytes))).is_err());
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,90}") {
            prop_assert!(ClickToken::open(&text, |_, _| None).is_err());
        }
    }

    #[test]
    fn a_retired_key_is_refused() {
        let text = token(7, 9, [2; 7]).seal(|bytes| weak_mac(3, bytes));
        assert_eq!(
            ClickToken::open(&text, |_, _| None),
            Err(TokenError::Forged)
        );
    }

    #[test]
    fn it_is_short_whatever_the_code() {
        assert_eq!((SHORTEST_TEXT, LONGEST_TEXT), (47, 70));
        for name in [
            "ann",
            "anna-maria",
            "abcdefghijklmnopqrs",
            "abcdefghijklmnopqrst",
        ] {
            let token = ClickToken {
                code: Code::parse(name).unwrap(),
                ..token(7, 9, [2; 7])
            };
            let text = token.seal(|bytes| weak_mac(3, bytes));
            assert!(
                (SHORTEST_TEXT..=LONGEST_TEXT).contains(&text.len()),
                "{name}"
            );
            let read = ClickToken::open(&text, |key, bytes| Some(weak_mac(key, bytes)));
            assert_eq!(read, Ok(token));
            assert!(!text.contains(SEPARATOR));
        }
    }

    #[test]
    fn a_code_in_another_spelling_is_no_token() {
        let zeros = |_, _: &[u8]| Some([0; MAC_LENGTH]);
        // As sealed, with a capital letter, and grouped.
        for (code, opens) in [("bea-tea", true), ("Bea-tea", false), ("k7m2-p9x4", false)] {
            let mut bytes = vec![VERSION, 3];
            bytes.extend([0; 14]);
            bytes.extend(code.bytes());
            bytes.extend([0; MAC_LENGTH]);
            assert_eq!(
                ClickToken::open(&encode(&bytes), zeros).is_ok(),
                opens,
                "{code}"
            );
        }
    }

    #[test]
    fn a_shorter_code_cannot_be_made_of_a_longer_one() {
        let long = ClickToken {
            code: Code::parse("anna-maria").unwrap(),
            ..token(7, 9, [2; 7])
        };
        let text = long.seal(|bytes| weak_mac(3, bytes));
        for end in SHORTEST_TEXT..text.len() {
            let cut = ClickToken::open(&text[..end], |key, bytes| Some(weak_mac(key, bytes)));
            assert!(cut.is_err(), "{end}");
        }
    }
}
