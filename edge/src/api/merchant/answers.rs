//! `/v1/answers`: what buyers answered to the survey.

use grapevine_ledger::command::Command;
use worker::{Env, Request, Response};

use super::{only, page, show};
use crate::error::Error;

/// `GET /v1/answers?after=&limit=`: newest first, `{data, next}`.
pub async fn list(request: &Request, url: &str, env: &Env) -> Result<Response, Error> {
    only(url, &["after", "limit"])?;
    show(request, env, Command::Answers(page(url)?)).await
}
