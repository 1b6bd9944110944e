//! `/s/{token}`: the receipt of a reward, and the form by which somebody whose reward was
//! declined asks the shop to look again.

use grapevine_domain::money::{Currency, Money};
use grapevine_domain::reward::{RewardStatus, Side};
use grapevine_domain::time::Timestamp;
use grapevine_ledger::command::{Command, Settings};
use grapevine_ledger::iso::Iso;
use grapevine_pages::shopper::{Appealed, Receipt};
use grapevine_pages::{Locale, Worth, policy};
use serde_json::Value as Json;
use std::rc::Rc;
use worker::{Env, Request, Response};

use crate::error::Error;
use crate::http::{self, form_field, see_other};
use crate::limits::{self, Class};
use crate::tracker::settings;
use crate::{auth, ledger_client, mail};

/// A token is `{merchant}.{signed}`.
fn split(token: &str) -> Result<(&str, String), Error> {
    let (slug, sealed) = token.split_once('.').ok_or(Error::NotFound)?;
    Ok((slug, sealed.to_owned()))
}

async fn read(env: &Env, token: &str) -> Result<(Rc<Settings>, Json), Error> {
    let (slug, sealed) = split(token)?;
    let merchant = settings::load(env, slug).await?;
    let json = ledger_client::call(env, slug, &Command::Receipt { token: sealed }).await?;
    Ok((merchant, json))
}

/// `GET /s/{token}`: the receipt. 200; 404 for a link that is none.
pub async fn show(request: &Request, env: &Env, token: &str) -> Result<Response, Error> {
    limits::act(request, env, split(token)?.0, "receipt", Class::Many).await?;
    let (merchant, json) = read(env, token).await?;
    page(200, &merchant, &json, token, None)
}

/// `POST /s/{token}` with `text`: asks the shop to look again. 303 to the receipt, also
/// when there is nothing to ask; the form again with 422 for a text that is empty or too
/// long; 403 for a form of another site; 404.
pub async fn appeal(request: &mut Request, env: &Env, token: &str) -> Result<Response, Error> {
    let (slug, sealed) = split(token)?;
    auth::own_form(request, env)?;
    limits::act(request, env, slug, "appeal", Class::Few).await?;
    settings::load(env, slug).await?;
    let body = http::body(request).await?;
    let text = form_field(&body, "text").unwrap_or_default();
    let command = Command::Appeal {
        token: sealed,
        text: text.clone(),
    };
    match ledger_client::call(env, slug, &command).await {
        Err(Error::Refused(refusal)) if refusal.code == "invalid_text" => {
            let (merchant, json) = read(env, token).await?;
            page(422, &merchant, &json, token, Some(text))
        }
        // What the receipt says is the answer: it was sent, or answered, or all is well.
        Err(Error::Refused(refusal))
            if matches!(refusal.code.as_str(), "appeal_open" | "no_appeal") =>
        {
            see_other(&format!("/s/{token}"))
        }
        Err(error) => Err(error),
        Ok(_) => see_other(&format!("/s/{token}")),
    }
}

fn page(
    status: u16,
    merchant: &Settings,
    json: &Json,
    token: &str,
    draft: Option<String>,
) -> Result<Response, Error> {
    let text = |key: &str| json.get(key).and_then(Json::as_str);
    let locale = Locale::from_tag(text("locale").unwrap_or(&merchant.locale));
    let currency =
        Currency::parse(&merchant.currency).map_err(|error| Error::Internal(error.to_string()))?;
    let history = json.get("history").and_then(Json::as_array);
    let history = history.into_iter().flatten().filter_map(|step| {
        let status = step.get("status").and_then(Json::as_str)?;
        Some((time(step, "at")?, RewardStatus::parse(status)?))
    });
    let awaits = json.get("awaits").and_then(Json::as_array);
    let awaits = awaits.into_iter().flatten().filter_map(Json::as_str);
    let appeal = json.get("appeal").filter(|appeal| appeal.is_object());
    let missing = || Error::Internal("a receipt without its times".to_owned());
    let view = Receipt {
        brand: mail::brand(merchant, locale),
        reward: json
            .get("reward")
            .and_then(mail::worth)
            .unwrap_or(Worth::Money(Money::zero(currency))),
        side: if text("side") == Some("friend") {
            Side::Friend
        } else {
            Side::Advocate
        },
        prize: json.get("prize") == Some(&Json::Bool(true)),
        status: text("status")
            .and_then(RewardStatus::parse)
            .ok_or_else(missing)?,
        reason: text("reason").map(str::to_owned),
        source: text("source").map(str::to_owned),
        channel: text("channel").map(str::to_owned),
        clicked_at: time(json, "clicked_at"),
        sign_up: text("kind") == Some("sign_up"),
        ordered_at: time(json, "ordered_at").ok_or_else(missing)?,
        release_at: time(json, "release_at").ok_or_else(missing)?,
        expires_at: time(json, "expires_at"),
        awaits: awaits.map(str::to_owned).collect(),
        history: history.collect(),
        appeal: appeal.and_then(appealed),
        may_appeal: json.get("may_appeal") == Some(&Json::Bool(true)),
        draft,
        action: format!("/s/{token}"),
    };
    let policy = policy::shopper(Some(&merchant.shop_url));
    http::page(status, &view.render()?, &policy)
}

fn time(json: &Json, key: &str) -> Option<Timestamp> {
    let text = json.get(key).and_then(Json::as_str)?;
    Iso::parse(text).map(|iso| iso.0)
}

fn appealed(json: &Json) -> Option<Appealed> {
    let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
    Some(Appealed {
        text: text("text")?,
        filed_at: time(json, "filed_at")?,
        answer: time(json, "closed_at").zip(text("answer")),
    })
}
