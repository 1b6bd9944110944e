//! Everything that is configured from outside, read once an isolate, typed.

use std::cell::OnceCell;
use std::rc::Rc;

use grapevine_ledger::keyring::Keyring;
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

fn text(env: &Env, name: &str) -> String {
    env.var(name)
        .map(|value| value.to_string())
        .unwrap_or_default()
}

/// The settings.
///
/// # Errors
/// When `MASTER_KEYS` is missing or malformed: nothing can be proved without.
pub fn settings(env: &Env) -> Result<Rc<Settings>, Error> {
    if let Some(known) = SETTINGS.with(|settings| settings.get().cloned()) {
        return Ok(known);
    }
    let ring = Keyring::parse(&text(env, "MASTER_KEYS"))
        .map_err(|error| Error::Internal(format!("configuration: {error}")))?;
    let read = Rc::new(Settings {
        ring,
        operator_key: text(env, "OPERATOR_KEY"),
        public_origin: text(env, "PUBLIC_ORIGIN").trim_end_matches('/').to_owned(),
        dev_mode: text(env, "DEV_MODE") == "1",
        address_header: text(env, "TRUSTED_ADDRESS_HEADER"),
    });
    Ok(SETTINGS.with(|settings| settings.get_or_init(|| read).clone()))
}
