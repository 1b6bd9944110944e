//! Everything that is configured from outside, read once an isolate, typed.

use std::cell::OnceCell;
use std::rc::Rc;

use grapevine_ledger::keyring::Keyring;
use serde::Deserialize;
use worker::{Env, RateLimiter};

use crate::error::Error;
use crate::limits::Limits;

/// Name of the namespace of merchants' books.
pub const LEDGER: &str = "LEDGER";
/// Name of the namespace of the list of merchants.
pub const DIRECTORY: &str = "DIRECTORY";
/// Name of the folder of static files.
pub const ASSETS: &str = "ASSETS";

/// Names of the platform's own rate limits, each with the limit that `wrangler.toml`
/// gives it.
pub const CLICK_LIMIT: &str = "CLICK_LIMIT";
/// What a person does rarely.
pub const FEW_LIMIT: &str = "FEW_LIMIT";
/// What a person does a few times on a visit.
pub const SOME_LIMIT: &str = "SOME_LIMIT";
/// What a page does by itself.
pub const MANY_LIMIT: &str = "MANY_LIMIT";
/// Requests with one merchant's key.
pub const KEY_LIMIT: &str = "KEY_LIMIT";

/// One of the platform's rate limits; `None` where there is none, as under plain
/// `workerd`.
pub fn rate_limiter(env: &Env, name: &str) -> Option<RateLimiter> {
    env.rate_limiter(name).ok()
}

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
    /// From `LIMITS`: how much one network, code or key may ask for.
    pub limits: Limits,
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
    limits: Option<String>,
}

/// The settings, where this isolate has read them already.
pub fn known() -> Option<Rc<Settings>> {
    SETTINGS.with(|settings| settings.get().cloned())
}

/// The settings.
///
/// # Errors
/// When `MASTER_KEYS` is missing or malformed, since nothing can be proved without, or
/// `LIMITS` says what cannot be meant.
pub fn settings(env: &Env) -> Result<Rc<Settings>, Error> {
    if let Some(known) = SETTINGS.with(|settings| settings.get().cloned()) {
        return Ok(known);
    }
    let fault = |error: String| Error::Internal(format!("configuration: {error}"));
    let texts: Texts = serde_wasm_bindgen::from_value(env.clone().into())
        .map_err(|error| fault(error.to_string()))?;
    let ring = Keyring::parse(&texts.master_keys).map_err(|error| fault(error.to_string()))?;
    let limits = Limits::parse(&texts.limits.unwrap_or_default()).map_err(fault)?;
    let public_origin = texts.public_origin.unwrap_or_default();
    let read = Rc::new(Settings {
        ring,
        operator_key: texts.operator_key.unwrap_or_default(),
        public_origin: public_origin.trim_end_matches('/').to_owned(),
        dev_mode: texts.dev_mode.as_deref() == Some("1"),
        address_header: texts.trusted_address_header.unwrap_or_default(),
        limits,
    });
    Ok(SETTINGS.with(|settings| settings.get_or_init(|| read).clone()))
}
