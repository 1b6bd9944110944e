//! The keys of a local state folder, made once and kept beside the data that
//! they sign.
//!
//! Guarantees that only the user can read the file. Not for production: there,
//! keys are secrets of the Worker.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// What a Worker needs in its environment, and what it gave a merchant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Keys {
    /// `k1:<base64url of 32 bytes>`: signs clicks and sessions.
    pub master_keys: String,
    /// Creates merchants.
    pub operator_key: String,
    /// The demo merchant, once it exists.
    #[serde(default)]
    pub merchant: Option<KnownMerchant>,
}

/// A merchant that this state holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownMerchant {
    /// The shop's origin, to which its redirects lead.
    pub shop: String,
    /// Its keys.
    #[serde(flatten)]
    pub keys: MerchantKeys,
}

/// The two keys that a new merchant receives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MerchantKeys {
    /// For the shop's server.
    pub secret_key: String,
    /// For the shop's pages.
    pub publishable_key: String,
}

impl Keys {
    /// Fresh random keys.
    pub fn generate() -> Result<Self> {
        Ok(Self {
            master_keys: format!("k1:{}", random_text()?),
            operator_key: format!("gv_operator_{}", random_text()?),
            merchant: None,
        })
    }

    /// The keys in `file`; made and written if there is no such file.
    pub fn load_or_generate(file: &Path) -> Result<Self> {
        match fs::read(file) {
            Ok(text) => serde_json::from_slice(&text)
                .with_context(|| format!("{} is damaged: start anew with --fresh", file.display())),
            Err(_) => {
                let keys = Self::generate()?;
                keys.save(file)?;
                Ok(keys)
            }
        }
    }

    /// Writes the keys, readable by this user only, in one step.
    pub fn save(&self, file: &Path) -> Result<()> {
        let part = file.with_extension("json.part");
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)
            .and_then(|mut out| out.write_all(&text))
            .and_then(|()| fs::rename(&part, file))
            .with_context(|| format!("cannot write {}", file.display()))
    }
}

/// 32 random bytes as text.
fn random_text() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random numbers: {error}"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn keys_are_made_once_and_are_private() {
        let file = std::env::temp_dir().join(format!("keys-{}.json", std::process::id()));
        let first = Keys::load_or_generate(&file).unwrap();
        let second = Keys::load_or_generate(&file).unwrap();
        assert_eq!(first.master_keys, second.master_keys);
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::remove_file(file).unwrap();
    }
}
