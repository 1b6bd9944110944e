//! `/v1/events`: the event log, to keep a copy of and to check.

use grapevine_ledger::command::Command;
use grapevine_ledger::events::Part;
use serde_json::Value as Json;
use worker::{Env, Request, Response};

use super::{ask, invalid, number, only, show};
use crate::error::Error;
use crate::http::{json_response, query_parameter};

/// Most events of one answer.
const MOST: u32 = 1_000;

/// `GET /v1/events?after=0&limit=1000&format=ndjson`: events in their order, `{data,
/// next}`; as NDJSON one event a line, with `X-Next-After` while there are more. The
/// lines are what `grapevine-verify` reads.
pub async fn list(request: &Request, url: &str, env: &Env) -> Result<Response, Error> {
    only(url, &["after", "limit", "format"])?;
    let lines = match query_parameter(url, "format").as_deref() {
        None | Some("json") => false,
        Some("ndjson") => true,
        Some(_) => {
            let message = "format must be json or ndjson.";
            return Err(invalid("invalid_format", message.to_owned()));
        }
    };
    let command = Command::Events {
        after: number::<u32>(url, "after")?.map_or(0, i64::from),
        limit: number(url, "limit")?.unwrap_or(MOST),
    };
    let answer = ask(request, env, &command).await?;
    if !lines {
        return json_response(200, &answer);
    }
    let mut text = String::new();
    for event in answer
        .get("data")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
    {
        text.push_str(&event.to_string());
        text.push('\n');
    }
    let response = Response::ok(text)?;
    let headers = response.headers();
    headers.set("Content-Type", "application/x-ndjson")?;
    headers.set("Cache-Control", "no-store")?;
    if let Some(next) = answer.get("next").and_then(Json::as_i64) {
        headers.set("X-Next-After", &next.to_string())?;
    }
    Ok(response)
}

/// `GET /v1/events/verify?after=0&limit=&anchor=SEQ:HASH`: 200 `{sound, hash,
/// complete}` or `{broken_at}`. 422 `invalid_anchor`.
pub async fn verify(request: &Request, url: &str, env: &Env) -> Result<Response, Error> {
    only(url, &["after", "limit", "anchor"])?;
    let anchor = match query_parameter(url, "anchor") {
        None => None,
        Some(text) => {
            let parts = text.split_once(':');
            let parts = parts.and_then(|(seq, hash)| Some((seq.parse().ok()?, hash.to_owned())));
            Some(parts.ok_or_else(|| {
                let message = "anchor must be the number of an event and its hash, SEQ:HASH.";
                invalid("invalid_anchor", message.to_owned())
            })?)
        }
    };
    let part = Part {
        after: number::<u32>(url, "after")?.map_or(0, i64::from),
        limit: number(url, "limit")?,
        anchor,
    };
    show(request, env, Command::VerifyEvents(part)).await
}
