//! `/v1/panel`: how the panel looks and when shoppers are asked.

use grapevine_domain::panel::Panel;
use grapevine_ledger::command::Command;
use worker::{Env, Request, Response};

use super::show;
use crate::error::Error;
use crate::http::{self, json_response};
use crate::tracker::settings;
use crate::{auth, ledger_client};

/// `GET /v1/panel`: the whole document, with what is usual where the merchant said
/// nothing.
pub async fn read(request: &Request, env: &Env) -> Result<Response, Error> {
    show(request, env, Command::Panel).await
}

/// `PUT /v1/panel` with the whole document, every field optional: 200 as [`read`]; 422
/// `invalid_panel` with every mistake.
pub async fn set(request: &mut Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let panel: Panel = http::json(request).await?;
    let command = Command::SetPanel { panel };
    let answer = ledger_client::call(env, &merchant.slug, &command).await?;
    settings::forget(&merchant.slug);
    json_response(200, &answer)
}
