//! `/v1/conversions`: orders and sign-ups, refunds, decisions about them.

use grapevine_domain::conversion::{ConversionKind, Reporter};
use grapevine_domain::money::Money;
use grapevine_ledger::command::{Command, Decision, Report};
use grapevine_ledger::iso::Iso;
use serde::Deserialize;
use worker::{Env, Request, Response};

use super::{decode, money, show};
use crate::error::Error;
use crate::http::{self, header, json_response};
use crate::{auth, ledger_client};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(default)]
    kind: ConversionKind,
    order_id: String,
    amount: Option<i64>,
    currency: Option<String>,
    email: Option<String>,
    #[serde(default)]
    email_consent: bool,
    new_customer: Option<bool>,
    click_token: Option<String>,
    #[serde(default)]
    click_tokens: Vec<String>,
    coupon: Option<String>,
    ordered_at: Option<Iso>,
    checkout_started_at: Option<Iso>,
}

/// An amount with its currency, or neither.
fn amount(minor: Option<i64>, currency: Option<&str>) -> Result<Option<Money>, Error> {
    match (minor, currency) {
        (Some(minor), Some(currency)) => money(minor, currency).map(Some),
        (None, None) => Ok(None),
        _ => Err(Error::Malformed(
            "amount and currency belong together: an amount always has its currency.".to_owned(),
        )),
    }
}

/// `POST /v1/conversions`: an order or a sign-up, told by the shop's server.
///
/// Body `{order_id, amount, currency, kind?, email?, email_consent?, new_customer?,
/// click_token?, click_tokens?, coupon?, ordered_at?, checkout_started_at?}`, amount in
/// minor units, none for a sign-up; `Idempotency-Key` optional. 200 `{conversion,
/// referral, why}` whether or not it was known; 409 `idempotency_key_reused`,
/// `other_kind`; 422.
pub async fn report(request: &mut Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let idempotency_key = header(request, "Idempotency-Key");
    let body: Body = http::json(request).await?;
    let command = Command::ReportConversion(Report {
        reporter: Reporter::Server,
        kind: body.kind,
        order_id: body.order_id,
        amount: amount(body.amount, body.currency.as_deref())?,
        email: body.email,
        email_consent: body.email_consent,
        new_customer: body.new_customer,
        checkout_started_at: body.checkout_started_at,
        click_token: body.click_token,
        click_tokens: body.click_tokens,
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
pub async fn one(request: &Request, env: &Env, order: &str) -> Result<Response, Error> {
    let order_id = decode(order)?;
    show(request, env, Command::Conversion { order_id }).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refund {
    refund_id: String,
    amount: Option<i64>,
    currency: Option<String>,
}

/// `POST /v1/conversions/{order_id}/refunds` `{refund_id, amount?, currency?}`: without
/// an amount the whole order was taken back. 200 with the order, or `{conversion:
/// null}` when it is not known yet.
pub async fn refund(request: &mut Request, env: &Env, order: &str) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let body: Refund = http::json(request).await?;
    let command = Command::ReportRefund {
        order_id: decode(order)?,
        refund_id: body.refund_id,
        amount: amount(body.amount, body.currency.as_deref())?,
    };
    json_response(
        200,
        &ledger_client::call(env, &merchant.slug, &command).await?,
    )
}

/// `POST /v1/conversions/{order_id}/reinstate`: the order was paid after all; its
/// refunds so far are undone. 200 with the order; 404 `unknown_order`.
pub async fn reinstate(request: &Request, env: &Env, order: &str) -> Result<Response, Error> {
    let order_id = decode(order)?;
    show(request, env, Command::ReinstateOrder { order_id }).await
}

/// `POST /v1/conversions/{order_id}/decision` `{decision, advocate_id?, reason?}`: as
/// for a referral, also for an order that nobody has brought so far. 200 with the order.
pub async fn decide(request: &mut Request, env: &Env, order: &str) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let decision: Decision = http::json(request).await?;
    let command = Command::DecideOrder {
        order_id: decode(order)?,
        decision,
    };
    json_response(
        200,
        &ledger_client::call(env, &merchant.slug, &command).await?,
    )
}
