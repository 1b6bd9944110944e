//! Who calls: the operator, a merchant by key, a merchant by console session.

use grapevine_domain::time::Timestamp;
use grapevine_ledger::command::Settings;
use grapevine_ledger::keyring::{Purpose, same};
use grapevine_ledger::signed;
use std::rc::Rc;
use worker::{Env, Request};

use crate::error::Error;
use crate::http::{header, origin_of};
use crate::tracker::settings;
use crate::{bindings, clock, limits};

/// How long a console session lasts.
const SESSION_MS: i64 = 12 * 60 * 60 * 1000;
/// Name of the console's cookie.
const COOKIE: &str = "gv_console";

fn bearer(request: &Request) -> Option<String> {
    let value = header(request, "Authorization")?;
    let (scheme, token) = value.split_once(' ')?;
    // RFC 9110, 11.1: the scheme's case does not matter.
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}

/// Lets the operator through.
///
/// # Errors
/// [`Error::Unauthorized`] otherwise.
pub fn operator(request: &Request, env: &Env) -> Result<(), Error> {
    let known = bindings::settings(env)?;
    let given = bearer(request).ok_or(Error::Unauthorized)?;
    let right =
        !known.operator_key.is_empty() && same(given.as_bytes(), known.operator_key.as_bytes());
    if right {
        Ok(())
    } else {
        Err(Error::Unauthorized)
    }
}

/// The merchant whose secret key the request carries.
///
/// # Errors
/// [`Error::Unauthorized`] without a valid key.
pub async fn merchant(request: &Request, env: &Env) -> Result<Rc<Settings>, Error> {
    let key = bearer(request).ok_or(Error::Unauthorized)?;
    by_secret_key(&key, env).await
}

/// The merchant of a secret key.
///
/// # Errors
/// [`Error::Unauthorized`] for anything else, [`Error::RateLimited`].
pub async fn by_secret_key(key: &str, env: &Env) -> Result<Rc<Settings>, Error> {
    let mut parts = key.split('.');
    let (Some("gv_sk"), Some(slug), Some(generation)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(Error::Unauthorized);
    };
    let generation: u32 = generation.parse().map_err(|_| Error::Unauthorized)?;
    let ring = &bindings::settings(env)?.ring;
    // Before anything is read: a made-up key must not wake anybody's books.
    if !ring.is_api_key(key, Purpose::SecretKey, slug, generation) {
        return Err(Error::Unauthorized);
    }
    limits::key(env, slug).await?;
    let found = settings::load(env, slug)
        .await
        .map_err(|error| match error {
            Error::Refused(_) | Error::NotFound => Error::Unauthorized,
            other => other,
        })?;
    if generation == found.key_generation {
        Ok(found)
    } else {
        Err(Error::Unauthorized)
    }
}

/// The merchant who is signed in at the console.
///
/// # Errors
/// [`Error::Unauthorized`] without a valid session.
pub async fn console(request: &Request, env: &Env) -> Result<Rc<Settings>, Error> {
    let value = cookie(request, COOKIE).ok_or(Error::Unauthorized)?;
    let (slug, session) = value.split_once('.').ok_or(Error::Unauthorized)?;
    let ring = &bindings::settings(env)?.ring;
    let generation = signed::open(ring, Purpose::Console, slug, session, clock::now())
        .map_err(|_| Error::Unauthorized)?;
    let found = settings::load(env, slug).await?;
    // New keys end all sessions.
    if generation == found.key_generation.to_string() {
        Ok(found)
    } else {
        Err(Error::Unauthorized)
    }
}

/// Lets a form of our own pages through: another site must not press our buttons.
///
/// # Errors
/// [`Error::ForeignOrigin`] otherwise.
pub fn own_form(request: &Request, env: &Env) -> Result<(), Error> {
    // A browser's own word, whatever a proxy between makes of host and scheme.
    match header(request, "Sec-Fetch-Site").as_deref() {
        Some("same-origin" | "none") => return Ok(()),
        Some(_) => return Err(Error::ForeignOrigin),
        None => {}
    }
    let known = bindings::settings(env)?;
    let own = request.inner().url();
    match header(request, "Origin").as_deref() {
        // Our pages send no referrer, which makes browsers send `null`.
        None | Some("null") => Ok(()),
        Some(origin) if origin == origin_of(&own) || origin == known.public_origin => Ok(()),
        Some(_) => Err(Error::ForeignOrigin),
    }
}

/// The `Set-Cookie` that signs a merchant in.
///
/// # Errors
/// When the Worker is not configured.
pub fn sign_in_cookie(env: &Env, merchant: &Settings) -> Result<String, Error> {
    let ring = &bindings::settings(env)?.ring;
    let expires = Timestamp(clock::now().0 + SESSION_MS);
    let generation = merchant.key_generation.to_string();
    let session = signed::seal(ring, Purpose::Console, &merchant.slug, &generation, expires);
    let seconds = SESSION_MS / 1000;
    Ok(format!(
        "{COOKIE}={}.{session}; Max-Age={seconds}; Path=/; Secure; HttpOnly; SameSite=Lax",
        merchant.slug
    ))
}

/// The `Set-Cookie` that signs out.
pub fn sign_out_cookie() -> String {
    format!("{COOKIE}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax")
}

/// A cookie of the request.
pub fn cookie(request: &Request, name: &str) -> Option<String> {
    let cookies = header(request, "Cookie")?;
    cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}
