//! The operator's master keys and everything derived from them: click tokens,
//! API keys, sessions, hashes of identities. No derived secret is ever stored.

use base64ct::{Base64UrlUnpadded, Encoding};
use core::fmt;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A derived key.
pub type Key = [u8; 32];

/// What a derived key is for; one purpose's key proves nothing for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Signs click tokens.
    Click,
    /// The merchant's secret API key.
    SecretKey,
    /// The merchant's publishable key.
    PublishableKey,
    /// An advocate's session in the panel.
    Session,
    /// A link in a mail that proves the mailbox.
    Mailbox,
    /// A link in a mail that ends further mails.
    Unsubscribe,
    /// A link to a reward's receipt.
    Receipt,
    /// A merchant's session in the console.
    Console,
    /// Keyed hashes of identities.
    Identity,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::Click => "click",
            Self::SecretKey => "secret-key",
            Self::PublishableKey => "publishable-key",
            Self::Session => "session",
            Self::Mailbox => "mailbox",
            Self::Unsubscribe => "unsubscribe",
            Self::Receipt => "receipt",
            Self::Console => "console",
            Self::Identity => "identity",
        }
    }
}

/// Why the master keys cannot be read. Never says what was in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadKeyring;

impl fmt::Display for BadKeyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "MASTER_KEYS must be like k1:<43 characters of base64url, 32 bytes>, several \
             separated by commas, the newest first",
        )
    }
}

/// The master keys, newest first: the first signs, all verify.
pub struct Keyring(Vec<(u8, Key)>);

impl Keyring {
    /// Reads `k2:<base64url>,k1:<base64url>`, newest first.
    ///
    /// # Errors
    /// When there is no key, a number is used twice or a key is not 32 bytes.
    pub fn parse(text: &str) -> Result<Self, BadKeyring> {
        let mut keys: Vec<(u8, Key)> = Vec::new();
        for entry in text.split(',') {
            let (name, secret) = entry.trim().split_once(':').ok_or(BadKeyring)?;
            let number = name
                .strip_prefix('k')
                .and_then(|number| number.parse().ok());
            let number: u8 = number.ok_or(BadKeyring)?;
            let mut key = [0; 32];
            let length = Base64UrlUnpadded::decode(secret, &mut key)
                .map_err(|_| BadKeyring)?
                .len();
            if length != key.len() || keys.iter().any(|(known, _)| *known == number) {
                return Err(BadKeyring);
            }
            keys.push((number, key));
        }
        if keys.is_empty() {
            Err(BadKeyring)
        } else {
            Ok(Self(keys))
        }
    }

    /// Number of the key that signs.
    #[must_use]
    pub fn current(&self) -> u8 {
        self.0.first().map_or(0, |(number, _)| *number)
    }

    /// The numbers of all valid keys, newest first.
    pub fn numbers(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.iter().map(|(number, _)| *number)
    }

    /// The key for a purpose and a merchant. `None` when that master key is not
    /// (or no longer) on the ring.
    #[must_use]
    pub fn derive(&self, number: u8, purpose: Purpose, merchant: &str) -> Option<Key> {
        let (_, master) = self.0.iter().find(|(known, _)| *known == number)?;
        let label = format!("grapevine/1/{}/{merchant}", purpose.label());
        Some(hash(master, &[label.as_bytes()]))
    }

    /// A merchant's API key as text: prefix, merchant, generation, proof.
    #[must_use]
    pub fn api_key(&self, purpose: Purpose, merchant: &str, generation: u32) -> Option<String> {
        self.api_key_by(self.current(), purpose, merchant, generation)
    }

    /// [`Self::api_key`] under one of the keys on the ring.
    #[must_use]
    pub fn api_key_by(
        &self,
        number: u8,
        purpose: Purpose,
        merchant: &str,
        generation: u32,
    ) -> Option<String> {
        let key = self.derive(number, purpose, merchant)?;
        let proof = hash(&key, &[&generation.to_be_bytes()]);
        let prefix = if purpose == Purpose::SecretKey {
            "gv_sk"
        } else {
            "gv_pk"
        };
        let proof = Base64UrlUnpadded::encode_string(&proof);
        Some(format!("{prefix}.{merchant}.{generation}.{proof}"))
    }

    /// Whether `text` is the merchant's API key of that generation, under any
    /// valid master key. Takes the same time for every wrong guess.
    #[must_use]
    pub fn is_api_key(
        &self,
        text: &str,
        purpose: Purpose,
        merchant: &str,
        generation: u32,
    ) -> bool {
        self.numbers().fold(false, |found, number| {
            let real = self.api_key_by(number, purpose, merchant, generation);
            found | real.is_some_and(|real| same(real.as_bytes(), text.as_bytes()))
        })
    }
}

/// HMAC-SHA256 over the parts, one after the other.
#[must_use]
pub fn hash(key: &Key, parts: &[&[u8]]) -> Key {
    // HMAC takes a key of any length, so this cannot fail for 32 bytes.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return [0; 32];
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// A key made ready to sign many short texts: half of the work is done once.
#[derive(Clone)]
pub struct Signer(Option<Hmac<Sha256>>);

impl Signer {
    /// Makes a key ready.
    #[must_use]
    pub fn new(key: &Key) -> Self {
        // HMAC takes a key of any length, so this cannot fail for 32 bytes.
        Self(Hmac::new_from_slice(key).ok())
    }

    /// The same as [`mac16`] under the key.
    #[must_use]
    pub fn mac16(&self, bytes: &[u8]) -> [u8; 16] {
        let mut short = [0; 16];
        if let Some(ready) = &self.0 {
            let mut mac = ready.clone();
            mac.update(bytes);
            for (slot, byte) in short.iter_mut().zip(mac.finalize().into_bytes()) {
                *slot = byte;
            }
        }
        short
    }
}

/// HMAC-SHA256 cut to 128 bits.
#[must_use]
pub fn mac16(key: &Key, bytes: &[u8]) -> [u8; 16] {
    let mut short = [0; 16];
    for (slot, byte) in short.iter_mut().zip(hash(key, &[bytes])) {
        *slot = byte;
    }
    short
}

/// Compares in a time that depends on the lengths alone.
#[must_use]
pub fn same(left: &[u8], right: &[u8]) -> bool {
    let difference = left.iter().zip(right).fold(0, |sum, (a, b)| sum | (a ^ b));
    left.len() == right.len() && core::hint::black_box(difference) == 0
}

#[cfg(test)]
pub(crate) fn test_keyring() -> Keyring {
    Keyring::parse(&format!(
        "k1:{}",
        Base64UrlUnpadded::encode_string(&[7; 32])
    ))
    .unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_keys_with_their_own_number_are_taken() {
        let secret = Base64UrlUnpadded::encode_string(&[1; 32]);
        assert_eq!(
            Keyring::parse(&format!("k2:{secret}, k1:{secret}"))
                .unwrap()
                .current(),
            2
        );
        for wrong in [
            "",
            "k1",
            "k1:abc",
            &secret,
            &format!("1:{secret}"),
            &format!("k1:{secret},k1:{secret}"),
        ] {
            assert!(Keyring::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn api_keys_prove_one_merchant_one_purpose_one_generation() {
        let ring = test_keyring();
        let key = ring.api_key(Purpose::SecretKey, "acme", 1).unwrap();
        assert!(ring.is_api_key(&key, Purpose::SecretKey, "acme", 1));
        assert!(!ring.is_api_key(&key, Purpose::SecretKey, "acme", 2));
        assert!(!ring.is_api_key(&key, Purpose::SecretKey, "acm", 1));
        assert!(!ring.is_api_key(&key, Purpose::PublishableKey, "acme", 1));
    }

    #[test]
    fn a_rotated_ring_still_knows_the_old_keys() {
        let [old, new] = [[1; 32], [2; 32]].map(|key| Base64UrlUnpadded::encode_string(&key));
        let before = Keyring::parse(&format!("k1:{old}")).unwrap();
        let between = Keyring::parse(&format!("k2:{new},k1:{old}")).unwrap();
        let after = Keyring::parse(&format!("k2:{new}")).unwrap();
        let key = before.api_key(Purpose::SecretKey, "acme", 1).unwrap();
        assert!(between.is_api_key(&key, Purpose::SecretKey, "acme", 1));
        assert!(!after.is_api_key(&key, Purpose::SecretKey, "acme", 1));
    }

    /// RFC 4231, test case 2.
    #[test]
    fn it_is_the_standard_keyed_hash() {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap();
        mac.update(b"what do ya want for nothing?");
        let hex: String = mac
            .finalize()
            .into_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            hex,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
