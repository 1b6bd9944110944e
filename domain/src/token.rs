//! The click token: a self-contained proof that a click happened, which an
//! order or a landing carries back. Money never depends on a log line.
//!
//! Layout of version 1, in bytes, then base64url without padding:
//! `version 1 | key 1 | time 4 (seconds, big-endian) | click id 8 | channel 1 |
//! variant 1 | code 8 | mac 16`: 40 bytes, 54 characters. The mac is
//! HMAC-SHA256 cut to 128 bits over everything before it, under a key derived
//! for one merchant: so the merchant is part of the proof, not of the text.
//!
//! This module knows the layout; whoever calls it brings the keyed hash.

use core::fmt;

use crate::code::{Code, LENGTH};
use crate::time::Timestamp;

/// Bytes of the mac: 128 bits.
pub const MAC_LENGTH: usize = 16;
const SIGNED_LENGTH: usize = 16 + LENGTH;
const TOKEN_LENGTH: usize = SIGNED_LENGTH + MAC_LENGTH;
const VERSION: u8 = 1;
/// Characters of a token's text.
pub const TEXT_LENGTH: usize = TOKEN_LENGTH.div_ceil(3) * 4 - 2;

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
    fn signed_bytes(&self) -> [u8; SIGNED_LENGTH] {
        let mut bytes = [0; SIGNED_LENGTH];
        let parts = [VERSION, self.key]
            .into_iter()
            .chain(self.at.seconds().to_be_bytes())
            .chain(self.click_id.to_be_bytes())
            .chain([self.channel, self.variant])
            .chain(self.code.as_str().bytes());
        for (byte, part) in bytes.iter_mut().zip(parts) {
            *byte = part;
        }
        bytes
    }

    /// The token's text. `mac` is the keyed hash under the merchant's key
    /// number `self.key`.
    #[must_use]
    pub fn seal(&self, mac: impl FnOnce(&[u8]) -> [u8; MAC_LENGTH]) -> String {
        let signed = self.signed_bytes();
        let mut bytes = [0; TOKEN_LENGTH];
        for (byte, part) in bytes.iter_mut().zip(signed.into_iter().chain(mac(&signed))) {
            *byte = part;
        }
        encode(&bytes)
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
        let bytes = decode(text).ok_or(TokenError::Malformed)?;
        let (signed, proof) = bytes.split_at(SIGNED_LENGTH);
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
        let code = core::str::from_utf8(code)
            .ok()
            .and_then(|text| Code::parse(text).ok());
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

fn encode(bytes: &[u8; TOKEN_LENGTH]) -> String {
    let mut text = String::with_capacity(TEXT_LENGTH);
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

fn decode(text: &str) -> Option<[u8; TOKEN_LENGTH]> {
    if text.len() != TEXT_LENGTH {
        return None;
    }
    let mut bytes = [0; TOKEN_LENGTH];
    for (slots, letters) in bytes.chunks_mut(3).zip(text.as_bytes().chunks(4)) {
        let mut bits = 0u32;
        for at in 0..4 {
            let six = match letters.get(at) {
                Some(letter) => BASE64URL.iter().position(|known| known == letter)?,
                None => 0,
            };
            bits = bits << 6 | u32::try_from(six).ok()?;
        }
        let [_, a, b, c] = bits.to_be_bytes();
        let tail = [a, b, c];
        // One text for one token: bits beyond the last byte must be zero.
        if tail.iter().skip(slots.len()).any(|rest| *rest != 0) {
            return None;
        }
        for (slot, byte) in slots.iter_mut().zip(tail) {
            *slot = byte;
        }
    }
    Some(bytes)
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
            prop_assert_eq!(text.len(), TEXT_LENGTH);
            prop_assert_eq!(ClickToken::open(&text, |key, bytes| Some(weak_mac(key, bytes))), Ok(token));
        }

        #[test]
        fn one_changed_character_is_refused(click_id: u64, at in 0..TEXT_LENGTH, to in 0usize..64) {
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
    fn it_is_short() {
        assert_eq!(TEXT_LENGTH, 54);
    }
}
