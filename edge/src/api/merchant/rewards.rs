//! `/v1/rewards`: what both sides get.

use grapevine_ledger::command::{Command, RewardAct};
use grapevine_ledger::reports::rewards::Filter;
use serde::Deserialize;
use worker::{Env, Request, Response};

use super::{decode, page, show};
use crate::error::Error;
use crate::http::{self, json_response, query_parameter};
use crate::{auth, bindings, ledger_client};

/// `GET /v1/rewards?status=&advocate=&after=&limit=`: both sides', newest first,
/// `{data, next}`.
pub async fn list(request: &Request, url: &str, env: &Env) -> Result<Response, Error> {
    let filter = Filter {
        status: query_parameter(url, "status"),
        advocate_id: query_parameter(url, "advocate"),
        page: page(url)?,
    };
    show(request, env, Command::Rewards(filter)).await
}

/// `GET /v1/rewards/{id}`: one reward with its arithmetic, its receipt's address and the
/// last appeal; 404 `unknown_reward`.
pub async fn one(request: &Request, env: &Env, id: &str) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    answer(env, &merchant.slug, Command::Reward { id: decode(id)? }).await
}

/// The reward that a command answers, its receipt as an address.
async fn answer(env: &Env, merchant: &str, command: Command) -> Result<Response, Error> {
    let mut reward = ledger_client::call(env, merchant, &command).await?;
    if let Some(fields) = reward.as_object_mut()
        && let Some(path) = fields.remove("receipt_path")
    {
        let origin = &bindings::settings(env)?.public_origin;
        let url = format!("{origin}{}", path.as_str().unwrap_or_default());
        fields.insert("receipt_url".to_owned(), url.into());
    }
    json_response(200, &reward)
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    reason: Option<String>,
}

/// What the last part of the address asks for.
pub fn act_of(name: &str) -> Option<RewardAct> {
    Some(match name {
        "approve" => RewardAct::Approve,
        "issue" => RewardAct::Issue,
        "redeem" => RewardAct::Redeem,
        "void" => RewardAct::Void,
        "reinstate" => RewardAct::Reinstate,
        _ => return None,
    })
}

/// `POST /v1/rewards/{id}/{approve|issue|redeem|void|reinstate}` `{reason?}`, the body
/// optional: 200 with the reward; 404 `unknown_reward`; 409 `wrong_status`.
pub async fn act(
    request: &mut Request,
    env: &Env,
    id: &str,
    act: RewardAct,
) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let Words { reason } = http::json_or_default(request).await?;
    let command = Command::ActOnReward {
        id: decode(id)?,
        act,
        reason,
    };
    answer(env, &merchant.slug, command).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    answer: String,
}

/// `POST /v1/rewards/{id}/appeal` `{answer}`: answers the open appeal, and the reward
/// stays declined. 200 with the reward; 404 `unknown_reward`; 409 `wrong_status`; 422
/// `invalid_answer`.
pub async fn answer_appeal(request: &mut Request, env: &Env, id: &str) -> Result<Response, Error> {
    let merchant = auth::merchant(request, env).await?;
    let Answer { answer: words } = http::json(request).await?;
    let id = decode(id)?;
    answer(
        env,
        &merchant.slug,
        Command::AnswerAppeal { id, answer: words },
    )
    .await
}
