//! The real time, and chance. The only place that asks the platform for either.

use grapevine_domain::time::Timestamp;

/// Now, by the platform's clock. On Cloudflare it stands still within one event.
pub fn now() -> Timestamp {
    Timestamp(i64::try_from(worker::Date::now().as_millis()).unwrap_or(i64::MAX))
}

/// Fills a slice from the platform's source of chance, which does not fail.
pub fn random(bytes: &mut [u8]) {
    if getrandom::fill(bytes).is_err() {
        // A Worker without crypto.getRandomValues must not go on with guessable names.
        wasm_bindgen::throw_str("no source of chance");
    }
}

/// A random number.
pub fn random_u64() -> u64 {
    let mut bytes = [0; 8];
    random(&mut bytes);
    u64::from_be_bytes(bytes)
}
