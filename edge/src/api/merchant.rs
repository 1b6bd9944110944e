//! `/v1/*` for the shop's server: `Authorization: Bearer <secret key>`.
//!
//! Every handler answers 401 without a valid key, and passes on the books' own
//! answers and refusals.

use grapevine_domain::conversion::Reporter;
use grapevine_domain::money::{Currency, Money};
use grapevine_domain::program::Program;
use grapevine_ledger::command::{Command, Report};
use grapevine_ledger::error::{Refusal, RefusalKind};
use grapevine_ledger::iso::Iso;
use serde::Deserialize;
use serde_json::Value as Json;
use worker::{Env, Request, Response};

use crate::error::Error;
use crate::http::{self, header, json_response, origin_of};
use crate::tracker::settings;
use crate::{auth, bindings, ledger_client};

async fn ask(request: &Request, env: &Env, command: &Command) -> Result<Json, Error> {
    let merchant = auth::merchant(request, env).await?;
    ledger_client::call(env, &merchant.slug, command).await
}

async fn show(request: &Request, env: &Env, command: Command) -> Result<Response, Error> {
    json_response(200, &ask(request, env, &command).await?)
}

/// An amount from a body.
///
/// # Errors
/// 422 `invalid_currency` when the currency is none.
pub fn money(minor: i64, currency: &str) -> Result<Money, Error> {
    let currency = Currency::parse(currency).map_err(|error| {
        Error::Refused(Refusal {
            kind: RefusalKind::Invalid,
            code: "invalid_currency".to_owned(),
            message: format!("currency: {error}."),
        })
    })?;
    Ok(Money { minor, currency })
}

/// `GET /v1/program`: `{version, program}`.
pub async fn program(request: &Request, env: &Env) -> Result<Response, Error> {
    show(request, env, Command::Program).await
}

/// `PUT /v1/program`: publishes a programme. 200 `{version, program}`; 422
/// `invalid_program` with every mistake.
pub async fn publish(request: &mut Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let program: Program = http::json(request).await?;
    let answer =
        ledger_client::call(env, &merchant.slug, &Command::PublishProgram { program }).await?;
    settings::forget(&merchant.slug);
    json_response(200, &answer)
}

fn public_origin(env: &Env, url: &str) -> Result<String, Error> {
    let known = &bindings::settings(env)?.public_origin;
    let own = if known.is_empty() {
        origin_of(url)
    } else {
        known
    };
    Ok(own.to_owned())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAdvocate {
    email: String,
    name: Option<String>,
}

/// `POST /v1/advocates` `{email, name?}`: 201 `{id, email, name, code, link}`; the
/// same again for a known address.
///
/// The link begins with `PUBLIC_ORIGIN`: a shop's server may know the edge by
/// another name.
pub async fn add_advocate(request: &mut Request, url: &str, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let NewAdvocate { email, name } = http::json(request).await?;
    let command = Command::AddAdvocate {
        email,
        name,
        origin: public_origin(env, url)?,
    };
    json_response(
        201,
        &ledger_client::call(env, &merchant.slug, &command).await?,
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Conversion {
    order_id: String,
    amount: i64,
    currency: String,
    email: Option<String>,
    click_token: Option<String>,
    coupon: Option<String>,
    ordered_at: Option<Iso>,
}

/// `POST /v1/conversions`: an order, told by the shop's server.
///
/// Body `{order_id, amount, currency, email?, click_token?, coupon?, ordered_at?}`,
/// amount in minor units; `Idempotency-Key` optional. 200 `{conversion, referral,
/// why}` whether or not it was known; 409 `idempotency_key_reused`; 422.
pub async fn report_conversion(request: &mut Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let idempotency_key = header(request, "Idempotency-Key");
    let body: Conversion = http::json(request).await?;
    let command = Command::ReportConversion(Report {
        reporter: Reporter::Server,
        order_id: body.order_id,
        amount: money(body.amount, &body.currency)?,
        email: body.email,
        click_token: body.click_token,
        coupon: body.coupon,
        ordered_at: body.ordered_at,
        idempotency_key,
    });
    json_response(
        200,
        &ledger_client::call(env, &merchant.slug, &command).await?,
    )
}

/// `GET /v1/conversions/{order_id}`: the order as above; 404 `unknown_order`.
pub async fn conversion(request: &Request, env: &Env, order: &str) -> Result<Response, Error> {
    show(
        request,
        env,
        Command::Conversion {
            order_id: decode(order)?,
        },
    )
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refund {
    order_id: String,
    refund_id: String,
    amount: i64,
    currency: String,
}

/// `POST /v1/refunds` `{order_id, refund_id, amount, currency}`: 200 with the
/// order, or `{conversion: null}` when it is not known yet.
pub async fn report_refund(request: &mut Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let body: Refund = http::json(request).await?;
    let command = Command::ReportRefund {
        order_id: body.order_id,
        refund_id: body.refund_id,
        amount: money(body.amount, &body.currency)?,
    };
    json_response(
        200,
        &ledger_client::call(env, &merchant.slug, &command).await?,
    )
}

/// `GET /v1/coupons/{code}`: `{code, reward, minimum_order, usable, reason,
/// expires_at}`; 404 `unknown_coupon`.
pub async fn coupon(request: &Request, env: &Env, code: &str) -> Result<Response, Error> {
    show(
        request,
        env,
        Command::Coupon {
            code: decode(code)?,
        },
    )
    .await
}

/// `GET /v1/referrals`: the newest 200.
pub async fn referrals(request: &Request, env: &Env) -> Result<Response, Error> {
    show(request, env, Command::Referrals).await
}

/// `GET /v1/referrals/{id}`: `{referral, why, events}`; 404 `unknown_referral`.
pub async fn referral(request: &Request, env: &Env, id: &str) -> Result<Response, Error> {
    show(request, env, Command::Referral { id: decode(id)? }).await
}

/// `GET /v1/rewards`: the newest 200, both sides.
pub async fn rewards(request: &Request, env: &Env) -> Result<Response, Error> {
    show(request, env, Command::Rewards).await
}

/// `GET /v1/reports/funnel`: counts since the beginning.
pub async fn funnel(request: &Request, env: &Env) -> Result<Response, Error> {
    show(request, env, Command::Funnel).await
}

/// `GET /v1/events/proof`: `{"sound": n}` or `{"broken_at": seq}`.
pub async fn verify_events(request: &Request, env: &Env) -> Result<Response, Error> {
    show(request, env, Command::VerifyEvents).await
}

/// `GET /v1/mails`: the newest 200 messages as they read.
pub async fn mails(request: &Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    json_response(200, &crate::mail::newest(env, &merchant).await?)
}

/// `GET /v1/clock`: `{now, test}`, the merchant's time.
pub async fn clock(request: &Request, env: &Env) -> Result<Response, Error> {
    show(request, env, Command::Clock).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    advance_seconds: i64,
}

/// `POST /v1/clock` `{advance_seconds}`: moves a test merchant's clock and does
/// what is then due. 200 `{now, test, approved}`; 403 `not_a_test_merchant`.
pub async fn advance_clock(request: &mut Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let Step { advance_seconds } = http::json(request).await?;
    let command = Command::AdvanceClock {
        seconds: advance_seconds,
    };
    let answer = ledger_client::call(env, &merchant.slug, &command).await?;
    settings::forget(&merchant.slug);
    json_response(200, &answer)
}

/// A path segment as it was meant.
fn decode(segment: &str) -> Result<String, Error> {
    js_sys::decode_uri_component(segment)
        .map(String::from)
        .map_err(|_| Error::NotFound)
}
