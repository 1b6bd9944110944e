//! `/v1/reports/*`: numbers.

use grapevine_ledger::command::Command;
use worker::{Env, Request, Response};

use super::show;
use crate::error::Error;
use crate::http::query_parameter;

/// `GET /v1/reports/funnel`: counts since the beginning.
pub async fn funnel(request: &Request, env: &Env) -> Result<Response, Error> {
    show(request, env, Command::Funnel).await
}

/// `GET /v1/reports/overview?from=2026-11-01&to=2026-11-30`: everything about a span of
/// days, both of them included; the last 30 days where nothing is said. 422
/// `invalid_period`.
pub async fn overview(request: &Request, url: &str, env: &Env) -> Result<Response, Error> {
    let command = Command::Overview {
        from: query_parameter(url, "from"),
        to: query_parameter(url, "to"),
    };
    show(request, env, command).await
}
