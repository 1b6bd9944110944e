//! Short signed texts that name somebody for a while: sessions and the links in
//! mails. Layout: `key 1 | expires 4 (seconds, big-endian) | subject | mac 16`,
//! base64url.

use base64ct::{Base64UrlUnpadded, Encoding};
use grapevine_domain::time::Timestamp;

use crate::keyring::{Keyring, Purpose, mac16, same};

const HEAD: usize = 5;
const MAC: usize = 16;
/// Longer texts are refused unread.
const LONGEST: usize = 400;

/// Why a signed text proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedError {
    /// Not ours, or altered.
    Forged,
    /// Was good once.
    Expired,
}

/// Makes a signed text for `subject`.
#[must_use]
pub fn seal(
    ring: &Keyring,
    purpose: Purpose,
    merchant: &str,
    subject: &str,
    expires: Timestamp,
) -> String {
    let number = ring.current();
    let Some(key) = ring.derive(number, purpose, merchant) else {
        return String::new();
    };
    let mut bytes = vec![number];
    bytes.extend(expires.seconds().to_be_bytes());
    bytes.extend(subject.as_bytes());
    let mac = mac16(&key, &bytes);
    bytes.extend(mac);
    Base64UrlUnpadded::encode_string(&bytes)
}

/// Reads a signed text and returns its subject.
///
/// # Errors
/// See [`SignedError`].
pub fn open(
    ring: &Keyring,
    purpose: Purpose,
    merchant: &str,
    text: &str,
    now: Timestamp,
) -> Result<String, SignedError> {
    if text.len() > LONGEST {
        return Err(SignedError::Forged);
    }
    let bytes = Base64UrlUnpadded::decode_vec(text).map_err(|_| SignedError::Forged)?;
    let signed_length = bytes
        .len()
        .checked_sub(MAC)
        .filter(|length| *length >= HEAD);
    let (signed, mac) = bytes.split_at(signed_length.ok_or(SignedError::Forged)?);
    let [number, e0, e1, e2, e3, subject @ ..] = signed else {
        return Err(SignedError::Forged);
    };
    let key = ring
        .derive(*number, purpose, merchant)
        .ok_or(SignedError::Forged)?;
    if !same(&mac16(&key, signed), mac) {
        return Err(SignedError::Forged);
    }
    if Timestamp::from_seconds(u32::from_be_bytes([*e0, *e1, *e2, *e3])) < now {
        return Err(SignedError::Expired);
    }
    String::from_utf8(subject.to_vec()).map_err(|_| SignedError::Forged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::test_keyring;

    #[test]
    fn it_proves_subject_purpose_merchant_and_time() {
        let ring = test_keyring();
        let until = Timestamp(2_000_000);
        let text = seal(&ring, Purpose::Session, "acme", "adv_1", until);
        let open = |purpose, merchant, text: &str, now| open(&ring, purpose, merchant, text, now);
        assert_eq!(
            open(Purpose::Session, "acme", &text, until).as_deref(),
            Ok("adv_1")
        );
        assert_eq!(
            open(Purpose::Session, "acme", &text, until.plus_ms(1)),
            Err(SignedError::Expired)
        );
        assert_eq!(
            open(Purpose::Mailbox, "acme", &text, until),
            Err(SignedError::Forged)
        );
        assert_eq!(
            open(Purpose::Session, "other", &text, until),
            Err(SignedError::Forged)
        );
        for wrong in ["", "AAAA", &text[1..], &text.replace(&text[8..9], "~")] {
            assert_eq!(
                open(Purpose::Session, "acme", wrong, until),
                Err(SignedError::Forged)
            );
        }
    }
}
