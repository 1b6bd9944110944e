//! `/v1/merchants`, `/v1/health`: for whoever runs Grapevine.

use grapevine_domain::program::Program;
use grapevine_ledger::command::{Changes, Command, NewMerchant};
use grapevine_ledger::directory::Question;
use grapevine_ledger::keyring::Purpose;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use worker::{Env, Request, Response};

use crate::error::Error;
use crate::http::{self, json_response};
use crate::tracker::{hosts, settings};
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
    #[serde(default)]
    destinations: Vec<String>,
    #[serde(default)]
    hosts: Vec<String>,
    logo_url: Option<String>,
    picture_url: Option<String>,
    program: Option<Program>,
}

/// `POST /v1/merchants`: opens a merchant. Operator key.
///
/// 201 `{slug, secret_key, publishable_key}`; 409 `merchant_exists`, `host_taken`; 422
/// with the field that is wrong.
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
        destinations: body.destinations,
        // Given once the books are open: the list of merchants has the say.
        hosts: Vec::new(),
        logo_url: body.logo_url,
        picture_url: body.picture_url,
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
    if !body.hosts.is_empty() {
        let changes = Changes {
            hosts: Some(body.hosts),
            ..Changes::default()
        };
        apply(env, &slug, changes).await?;
    }
    let ring = &bindings::settings(env)?.ring;
    let keys = json!({
        "slug": slug,
        "secret_key": ring.api_key(Purpose::SecretKey, &slug, 1),
        "publishable_key": ring.api_key(Purpose::PublishableKey, &slug, 1),
    });
    json_response(201, &keys)
}

/// `PATCH /v1/merchants/{slug}` with any of `name, shop_url, accent, consent_required,
/// destinations, hosts, logo_url, picture_url`: what is so from now on. Operator key.
///
/// 200 with all of them; 404 `unknown_merchant`; 409 `host_taken`; 422 with the field
/// that is wrong.
pub async fn change(request: &mut Request, env: &Env, slug: &str) -> Result<Response, Error> {
    auth::operator(request, env)?;
    let changes: Changes = http::json(request).await?;
    settings::load(env, slug).await?;
    json_response(200, &apply(env, slug, changes).await?)
}

/// The books check; the list of merchants then says whether the hosts are free, and if
/// they are not, the books take theirs back.
async fn apply(env: &Env, slug: &str, changes: Changes) -> Result<Json, Error> {
    let wanted = changes.hosts.clone();
    let before = match wanted {
        Some(_) => ledger_client::settings(env, slug).await?.hosts,
        None => Vec::new(),
    };
    let answer = ledger_client::call(env, slug, &Command::ChangeMerchant(changes)).await;
    settings::forget(slug);
    let answer = answer?;
    if let Some(hosts) = wanted {
        let question = Question::MapHosts {
            slug: slug.to_owned(),
            hosts,
        };
        let mapped = ledger_client::directory(env, &question).await;
        hosts::forget();
        if let Err(error) = mapped {
            let back = Changes {
                hosts: Some(before),
                ..Changes::default()
            };
            ledger_client::call(env, slug, &Command::ChangeMerchant(back)).await?;
            return Err(error);
        }
    }
    Ok(answer)
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
