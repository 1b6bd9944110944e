//! `/v1/coupons`: codes for the checkout.

use grapevine_ledger::command::Command;
use serde::Deserialize;
use worker::{Env, Request, Response};

use super::{decode, show};
use crate::error::Error;
use crate::http::{self, json_response};
use crate::{auth, ledger_client};

/// `GET /v1/coupons/{code}`: `{code, reward, minimum_order, usable, reason,
/// expires_at}`; 404 `unknown_coupon`.
pub async fn check(request: &Request, env: &Env, code: &str) -> Result<Response, Error> {
    let code = decode(code)?;
    show(request, env, Command::Coupon { code }).await
}

/// `GET /v1/coupons`: the pools, a list of `{pool, left, given_out}`.
pub async fn pools(request: &Request, env: &Env) -> Result<Response, Error> {
    show(request, env, Command::Pools).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Upload {
    pool: String,
    codes: Vec<String>,
}

/// `POST /v1/coupons` `{pool, codes}`, 1,000 codes at most: 201 `{pool, added, known,
/// left}`; rewards that waited for a code get one. 422 `invalid_pool`, `invalid_codes`.
pub async fn fill(request: &mut Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let Upload { pool, codes } = http::json(request).await?;
    let command = Command::AddCoupons { pool, codes };
    json_response(
        201,
        &ledger_client::call(env, &merchant.slug, &command).await?,
    )
}
