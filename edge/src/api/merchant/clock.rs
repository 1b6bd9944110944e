//! `/v1/test/*`: time, which test merchants can move, and what their books cost.

use grapevine_ledger::command::Command;
use serde::Deserialize;
use worker::{Env, Request, Response};

use super::show;
use crate::error::Error;
use crate::http::{self, json_response};
use crate::tracker::settings;
use crate::{auth, ledger_client};

/// `GET /v1/test/clock`: `{now, test}`, the merchant's time.
pub async fn read(request: &Request, env: &Env) -> Result<Response, Error> {
    show(request, env, Command::Clock).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    advance_seconds: i64,
}

/// `POST /v1/test/clock` `{advance_seconds}`: moves a test merchant's clock and does
/// what is then due. 200 `{now, test, approved}`; 403 `not_a_test_merchant`.
pub async fn advance(request: &mut Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let Step { advance_seconds } = http::json(request).await?;
    let command = Command::AdvanceClock {
        seconds: advance_seconds,
    };
    let answer = ledger_client::call(env, &merchant.slug, &command).await?;
    settings::forget(&merchant.slug);
    json_response(200, &answer)
}

/// `GET /v1/test/costs`: what the platform would bill for the merchant's books since
/// they woke. In development only, else 404.
pub async fn costs(request: &Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    json_response(200, &ledger_client::costs(env, &merchant.slug).await?)
}
