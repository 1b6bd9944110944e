//! The only way from the edge to a merchant's books.

use grapevine_ledger::clicks::Batch;
use grapevine_ledger::command::{Command, Settings};
use grapevine_ledger::directory::Question;
use grapevine_ledger::error::{LedgerError, Refusal};
use js_sys::Uint8Array;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use wasm_bindgen::JsValue;
use worker::{Env, Method, Request, RequestInit};

use crate::bindings::{self, DIRECTORY, LEDGER};
use crate::error::Error;
use crate::gather::Answer;

/// Where an object takes batches of clicks: as bytes, since they are many.
pub const CLICKS_PATH: &str = "/clicks";

/// What an object answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The command was carried out.
    Done(Json),
    /// A defined "no".
    Refused(Refusal),
    /// A fault; nothing was written.
    Failed(String),
}

impl From<LedgerError> for Outcome {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Refused(refusal) => Self::Refused(refusal),
            other => Self::Failed(other.to_string()),
        }
    }
}

async fn post(env: &Env, namespace: &str, name: &str, body: &str) -> Result<Json, Error> {
    // An object is reached by its stub; the address only has to be one.
    post_to(env, namespace, name, "/", body.into()).await
}

async fn post_to(
    env: &Env,
    namespace: &str,
    name: &str,
    path: &str,
    body: JsValue,
) -> Result<Json, Error> {
    let stub = env.durable_object(namespace)?.get_by_name(name)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post).with_body(Some(body));
    let address = ["http://object", path].concat();
    let request = Request::new_with_init(&address, &init)?;
    let mut response = stub.fetch_with_request(request).await?;
    // As text: through JavaScript's numbers, amounts beyond 2^53 would be floats.
    match serde_json::from_str(&response.text().await?)? {
        Outcome::Done(body) => Ok(body),
        Outcome::Refused(refusal) => Err(Error::Refused(refusal)),
        Outcome::Failed(message) => Err(Error::Internal(message)),
    }
}

/// Has a merchant's books carry out a command.
///
/// # Errors
/// [`Error::Refused`] with the books' own words, [`Error::Internal`] for faults.
pub async fn call(env: &Env, merchant: &str, command: &Command) -> Result<Json, Error> {
    if !is_slug(merchant) {
        return Err(Error::NotFound);
    }
    post(env, LEDGER, merchant, &serde_json::to_string(command)?).await
}

/// Has a merchant's books record a batch of clicks.
///
/// # Errors
/// As [`call`].
pub async fn record_clicks(env: &Env, merchant: &str, batch: &Batch) -> Result<Answer, Error> {
    let bytes = batch
        .encode()
        .map_err(|error| Error::Internal(error.to_string()))?;
    let body = Uint8Array::from(bytes.as_slice()).into();
    let answer = post_to(env, LEDGER, merchant, CLICKS_PATH, body).await?;
    Ok(serde_json::from_value(answer)?)
}

/// What the platform would bill for a merchant's books, see `costs.rs`.
///
/// # Errors
/// [`Error::NotFound`] unless in development.
pub async fn costs(env: &Env, merchant: &str) -> Result<Json, Error> {
    if !bindings::settings(env)?.dev_mode {
        return Err(Error::NotFound);
    }
    post_to(env, LEDGER, merchant, "/costs", "".into()).await
}

/// Asks the list of merchants.
///
/// # Errors
/// As [`call`].
pub async fn directory(env: &Env, question: &Question) -> Result<Json, Error> {
    post(
        env,
        DIRECTORY,
        "directory",
        &serde_json::to_string(question)?,
    )
    .await
}

/// A merchant's settings, straight from the books.
///
/// # Errors
/// As [`call`].
pub async fn settings(env: &Env, merchant: &str) -> Result<Settings, Error> {
    Ok(serde_json::from_value(
        call(env, merchant, &Command::Settings).await?,
    )?)
}

/// Whether a text can be a merchant's name: no stranger's text wakes an object.
pub fn is_slug(text: &str) -> bool {
    (2..=40).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
