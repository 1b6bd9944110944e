//! `/v1/mails`: what people are told.

use worker::{Env, Request, Response};

use crate::auth;
use crate::error::Error;
use crate::http::json_response;

/// `GET /v1/mails`: the newest 200 messages as they read.
pub async fn list(request: &Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    json_response(200, &crate::mail::newest(env, &merchant).await?)
}
