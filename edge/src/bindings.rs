//! Everything that is configured from outside, read once an isolate, typed.

use std::cell::OnceCell;
use std::rc::Rc;

use grapevine_ledger::keyring::Keyring;
use serde::Deserialize;
use worker::Env;

use crate::error::Error;

/// Name of the namespace of merchants' books.
pub const LEDGER: &str = "LEDGER";
/// Name of the namespace of the list of merchants.
pub const DIRECTORY: &str = "DIRECTORY";
/// Name of the folder of static files.
pub const ASSETS: &str = "ASSETS";

/// The Worker's settings.
pub struct Settings {
    /// From `MASTER_KEYS`.
    pub ring: Keyring,
    /// From `OPERATOR_KEY`: who may open merchants. Empty: nobody.
    pub operator_key: String,
    /// From `PUBLIC_ORIGIN`: where mails lead, without a slash at the end.
    pub public_origin: String,
    /// From `DEV_MODE`: the outbox needs no sign-in.
    pub dev_mode: bool,
    /// From `TRUSTED_ADDRESS_HEADER`: the header in which the platform, or a proxy
    /// that nobody can go around, names the visitor's address. Empty: no rule
    /// that needs an address applies.
    pub address_header: String,
}

thread_local! {
    static SETTINGS: OnceCell<Rc<Settings>> = const { OnceCell::new() };
}

/// The text bindings under their own names. Read in one go, with an error that
/// names the field. `workerd` passes a variable that is not set as null.
#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
struct Texts {
    master_keys: String,
    operator_key: Option<String>,
    public_origin: Option<String>,
    dev_mode: Option<String>,
    trusted_address_header: Option<String>,
}

/// The settings.
///
/// # Errors
/// When `MASTER_KEYS` is missing or malformed: nothing can be proved without.
pub fn settings(env: &Env) -> Result<Rc<Settings>, Error> {
    if let Some(known) = SETTINGS.with(|settings| settings.get().cloned()) {
        return Ok(known);
    }
    let fault = |error: String| Error::Internal(format!("configuration: {error}"));
    let texts: Texts = serde_wasm_bindgen::from_value(env.clone().into())
        .map_err(|error| fault(error.to_string()))?;
    let ring = Keyring::parse(&texts.master_keys).map_err(|error| fault(error.to_string()))?;
    let public_origin = texts.public_origin.unwrap_or_default();
    let read = Rc::new(Settings {
        ring,
        operator_key: texts.operator_key.unwrap_or_default(),
        public_origin: public_origin.trim_end_matches('/').to_owned(),
        dev_mode: texts.dev_mode.as_deref() == Some("1"),
        address_header: texts.trusted_address_header.unwrap_or_default(),
    });
    Ok(SETTINGS.with(|settings| settings.get_or_init(|| read).clone()))
}
