//! `/v1/advocates`: the people who refer.

use grapevine_ledger::command::Command;
use serde::Deserialize;
use worker::{Env, Request, Response};

use super::{decode, invalid, only, show};
use crate::error::Error;
use crate::http::{self, json_response, origin_of, query_parameter};
use crate::{auth, bindings, ledger_client};

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
pub async fn add(request: &mut Request, url: &str, env: &Env) -> Result<Response, Error> {
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

/// `GET /v1/advocates/{id}`: who it is, the numbers and rewards that the panel shows,
/// who brought them; 404 `unknown_advocate`.
pub async fn one(request: &Request, url: &str, env: &Env, id: &str) -> Result<Response, Error> {
    let command = Command::Advocate {
        id: decode(id)?,
        origin: public_origin(env, url)?,
    };
    show(request, env, command).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    code: String,
}

/// `POST /v1/advocates/{id}/code` `{code}`: a code that the advocate chose. 200 `{code,
/// link}`; 409 `code_taken`, `too_many_codes`; 422 `invalid_code`.
pub async fn choose_code(
    request: &mut Request,
    url: &str,
    env: &Env,
    id: &str,
) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let Chosen { code } = http::json(request).await?;
    let command = Command::ChooseCode {
        session: None,
        advocate: Some(decode(id)?),
        code,
        origin: public_origin(env, url)?,
    };
    json_response(
        200,
        &ledger_client::call(env, &merchant.slug, &command).await?,
    )
}

/// `DELETE /v1/advocates/{id}?may_return=`: the advocate leaves. Name and address are
/// erased, the code earns nothing any more, held rewards are lost. With `may_return=false`
/// the same address may not join anew until the merchant adds it. 200 `{id, left}`; 422
/// `invalid_may_return`.
pub async fn remove(request: &Request, url: &str, env: &Env, id: &str) -> Result<Response, Error> {
    only(url, &["may_return"])?;
    let may_return = match query_parameter(url, "may_return").as_deref() {
        None | Some("true") => true,
        Some("false") => false,
        Some(_) => {
            let message = "may_return must be true or false.";
            return Err(invalid("invalid_may_return", message.to_owned()));
        }
    };
    let id = decode(id)?;
    show(request, env, Command::RemoveAdvocate { id, may_return }).await
}
