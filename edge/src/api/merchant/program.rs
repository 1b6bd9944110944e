//! `/v1/presets`, `/v1/program`: the rules.

use grapevine_domain::program::Program;
use grapevine_ledger::command::Command;
use grapevine_ledger::iso::Iso;
use serde::Deserialize;
use worker::{Env, Request, Response};

use super::show;
use crate::error::Error;
use crate::http::{self, json_response};
use crate::tracker::settings;
use crate::{auth, ledger_client};

/// `GET /v1/presets`: a list of `{name, title, about, program}`, amounts in the shop's
/// currency.
pub async fn presets(request: &Request, env: &Env) -> Result<Response, Error> {
    show(request, env, Command::Presets).await
}

/// `GET /v1/program`: `{version, program, paused}`.
pub async fn live(request: &Request, env: &Env) -> Result<Response, Error> {
    show(request, env, Command::Program).await
}

/// `GET /v1/program/schema`: the JSON Schema of a programme, to anybody.
pub fn schema() -> Result<Response, Error> {
    let response = Response::ok(include_str!("../../../../docs/program.schema.json"))?;
    let headers = response.headers();
    headers.set("Content-Type", "application/schema+json")?;
    headers.set("Cache-Control", "public, max-age=3600")?;
    Ok(response)
}

/// `POST /v1/program/preview` with a programme: 200 `{program, problems, warnings}`,
/// each finding with a path and a sentence; nothing is kept.
pub async fn preview(request: &mut Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let program: Program = http::json(request).await?;
    let command = Command::PreviewProgram { program };
    json_response(
        200,
        &ledger_client::call(env, &merchant.slug, &command).await?,
    )
}

/// `GET /v1/program/draft`: `{program, problems, warnings, saved_at}`; 404 `no_draft`.
pub async fn draft(request: &Request, env: &Env) -> Result<Response, Error> {
    show(request, env, Command::Draft).await
}

/// `PUT /v1/program/draft` with a programme: kept whatever is wrong with it. Answers
/// as [`draft`].
pub async fn save_draft(request: &mut Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let program: Program = http::json(request).await?;
    let command = Command::SaveDraft { program };
    json_response(
        200,
        &ledger_client::call(env, &merchant.slug, &command).await?,
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Publication {
    program: Option<Program>,
    preset: Option<String>,
    base_version: Option<u32>,
}

/// `POST /v1/program/publish` `{program | preset, base_version?}`, `{}` for the draft:
/// 200 `{version, program, paused, warnings}`; 404 `unknown_preset`; 409 `no_draft`,
/// `program_changed`; 422 `invalid_program` with every mistake.
pub async fn publish(request: &mut Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let body: Publication = http::json(request).await?;
    let command = match (body.preset, body.program) {
        (Some(_), Some(_)) => {
            let message = "Send a programme or the name of a preset, not both.";
            return Err(Error::Malformed(message.to_owned()));
        }
        (Some(preset), None) => Command::PublishPreset {
            preset,
            base_version: body.base_version,
        },
        (None, program) => Command::PublishProgram {
            program,
            base_version: body.base_version,
        },
    };
    let answer = ledger_client::call(env, &merchant.slug, &command).await?;
    settings::forget(&merchant.slug);
    json_response(200, &answer)
}

/// `POST /v1/program/pause`, `POST /v1/program/resume`: answers as [`live`].
pub async fn pause(request: &Request, env: &Env, stop: bool) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let command = Command::PauseProgram { stop };
    let answer = ledger_client::call(env, &merchant.slug, &command).await?;
    settings::forget(&merchant.slug);
    json_response(200, &answer)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rehearsal {
    program: Program,
    from: Option<Iso>,
    to: Option<Iso>,
}

/// `POST /v1/program/dry-run` `{program, from?, to?}`: what the orders of that time
/// would have cost, earned and blocked under the draft, beside the live programme.
pub async fn dry_run(request: &mut Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let body: Rehearsal = http::json(request).await?;
    let command = Command::DryRun {
        program: body.program,
        from: body.from,
        to: body.to,
    };
    json_response(
        200,
        &ledger_client::call(env, &merchant.slug, &command).await?,
    )
}
