//! `/v1/merchants`, `/v1/health`: for whoever runs Grapevine.

use grapevine_domain::program::Program;
use grapevine_ledger::command::{Command, NewMerchant};
use grapevine_ledger::directory::Question;
use grapevine_ledger::keyring::Purpose;
use serde::Deserialize;
use serde_json::json;
use worker::{Env, Request, Response};

use crate::error::Error;
use crate::http::{self, json_response};
use crate::tracker::settings;
use crate::{auth, bindings, ledger_client};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    slug: String,
    name: String,
    shop_url: String,
    email: String,
    currency: String,
    locale: String,
    #[serde(default)]
    test: bool,
    #[serde(default)]
    clock_offset_seconds: i64,
    accent: Option<String>,
    #[serde(default)]
    consent_required: bool,
    program: Option<Program>,
}

/// `POST /v1/merchants`: opens a merchant. Operator key.
///
/// 201 `{slug, secret_key, publishable_key}`; 409 `merchant_exists`; 422 with the
/// field that is wrong.
pub async fn create(request: &mut Request, env: &Env) -> Result<Response, Error> {
    auth::operator(request, env)?;
    let body: Body = http::json(request).await?;
    let slug = body.slug.clone();
    let command = Command::CreateMerchant(NewMerchant {
        slug: body.slug,
        name: body.name,
        shop_url: body.shop_url,
        email: body.email,
        currency: body.currency,
        locale: body.locale,
        test: body.test,
        clock_offset_seconds: body.clock_offset_seconds,
        accent: body.accent,
        consent_required: body.consent_required,
        program: body.program,
    });
    if !ledger_client::is_slug(&slug) {
        return Err(Error::Malformed(
            "slug must be 2 to 40 lower-case letters, digits and hyphens.".to_owned(),
        ));
    }
    let opened = ledger_client::call(env, &slug, &command).await;
    let exists =
        matches!(&opened, Err(Error::Refused(refusal)) if refusal.code == "merchant_exists");
    if opened.is_ok() || exists {
        // Entered also when it exists: a first try may have died between the two.
        ledger_client::directory(env, &Question::Enter { slug: slug.clone() }).await?;
        settings::forget(&slug);
    }
    opened?;
    let ring = &bindings::settings(env)?.ring;
    let keys = json!({
        "slug": slug,
        "secret_key": ring.api_key(Purpose::SecretKey, &slug, 1),
        "publishable_key": ring.api_key(Purpose::PublishableKey, &slug, 1),
    });
    json_response(201, &keys)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    shop_url: String,
}

/// `PATCH /v1/merchants/{slug}` `{shop_url}`: the shop has a new address. Operator
/// key. 200 `{slug, shop_url}`; 404 `unknown_merchant`; 422 `invalid_shop_url`.
pub async fn change(request: &mut Request, env: &Env, slug: &str) -> Result<Response, Error> {
    auth::operator(request, env)?;
    let Change { shop_url } = http::json(request).await?;
    settings::load(env, slug).await?;
    let answer = ledger_client::call(env, slug, &Command::MoveShop { shop_url }).await?;
    settings::forget(slug);
    json_response(200, &answer)
}

/// `GET /v1/merchants`: all merchants' names. Operator key.
pub async fn list(request: &Request, env: &Env) -> Result<Response, Error> {
    auth::operator(request, env)?;
    json_response(200, &ledger_client::directory(env, &Question::List).await?)
}

/// `GET /v1/health`: `{"status":"ok"}`, to anybody.
pub fn health() -> Result<Response, Error> {
    json_response(200, &json!({ "status": "ok" }))
}
