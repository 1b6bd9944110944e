//! `/v1/referrals`: who referred whom, and why it counts.

use grapevine_ledger::command::{Command, Decision};
use grapevine_ledger::reports::referrals::Filter;
use grapevine_pages::why::{Language, Loser, RewardLine, Why};
use serde::Deserialize;
use serde_json::json;
use worker::{Env, Request, Response};

use super::{decode, only, page, show};
use crate::error::Error;
use crate::http::{self, json_response, query_parameter};
use crate::{auth, ledger_client};

/// `GET /v1/referrals?status=&advocate=&after=&limit=`: newest first, `{data, next}`.
pub async fn list(request: &Request, url: &str, env: &Env) -> Result<Response, Error> {
    let filter = Filter {
        status: query_parameter(url, "status"),
        advocate_id: query_parameter(url, "advocate"),
        page: page(url)?,
    };
    show(request, env, Command::Referrals(filter)).await
}

/// `GET /v1/referrals/{id}`: `{referral, conversion, why, events}`; 404
/// `unknown_referral`.
pub async fn one(request: &Request, env: &Env, id: &str) -> Result<Response, Error> {
    show(request, env, Command::Referral { id: decode(id)? }).await
}

#[derive(Deserialize)]
struct Told {
    verdict: String,
    winner: Option<Candidate>,
    losers: Vec<Candidate>,
    rewards: Vec<Reward>,
}

#[derive(Deserialize)]
struct Candidate {
    source: String,
    advocate_name: Option<String>,
    channel: Option<String>,
    reason: String,
}

#[derive(Deserialize)]
struct Reward {
    side: String,
    status: String,
    reason: Option<String>,
}

/// `GET /v1/referrals/{id}/why?locale=pl`: the decision as data, and told in one of
/// fourteen languages, the merchant's own where none is asked for: `{…, locale,
/// sentences, text}`.
pub async fn why(request: &Request, url: &str, env: &Env, id: &str) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    only(url, &["locale"])?;
    let command = Command::Why { id: decode(id)? };
    let mut answer = ledger_client::call(env, &merchant.slug, &command).await?;
    let told: Told = serde_json::from_value(answer.clone())?;
    let asked = query_parameter(url, "locale");
    let language = Language::from_tag(asked.as_deref().unwrap_or(&merchant.locale));
    let winner = told.winner.as_ref();
    let loser = |candidate| {
        let Candidate {
            source,
            advocate_name,
            reason,
            ..
        }: &Candidate = candidate;
        Loser {
            advocate: advocate_name.as_deref(),
            source,
            reason,
        }
    };
    let reward = |reward| {
        let Reward {
            side,
            status,
            reason,
        }: &Reward = reward;
        RewardLine {
            side,
            status,
            reason: reason.as_deref(),
        }
    };
    let why = Why {
        source: winner.map(|winner| winner.source.as_str()),
        advocate: winner.and_then(|winner| winner.advocate_name.as_deref()),
        channel: winner.and_then(|winner| winner.channel.as_deref()),
        verdict: &told.verdict,
        losers: told.losers.iter().map(loser).collect(),
        rewards: told.rewards.iter().map(reward).collect(),
    };
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("locale".to_owned(), json!(language.tag()));
        fields.insert("sentences".to_owned(), json!(why.sentences(language)));
        fields.insert("text".to_owned(), json!(why.text(language)));
    }
    json_response(200, &answer)
}

/// `POST /v1/referrals/{id}/decision` `{decision: approve | void | reinstate | assign |
/// undo, advocate_id?, reason?}`: 200 as [`one`]; 404; 409 `wrong_status`.
pub async fn decide(request: &mut Request, env: &Env, id: &str) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let decision: Decision = http::json(request).await?;
    let command = Command::DecideReferral {
        id: decode(id)?,
        decision,
    };
    json_response(
        200,
        &ledger_client::call(env, &merchant.slug, &command).await?,
    )
}
