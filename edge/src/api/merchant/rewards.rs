//! `/v1/rewards`: what both sides get.

use grapevine_ledger::command::{Command, RewardAct};
use grapevine_ledger::reports::rewards::Filter;
use serde::Deserialize;
use worker::{Env, Request, Response};

use super::{decode, page, show};
use crate::error::Error;
use crate::http::{self, json_response, query_parameter};
use crate::{auth, ledger_client};

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

/// `GET /v1/rewards/{id}`: one reward with its arithmetic; 404 `unknown_reward`.
pub async fn one(request: &Request, env: &Env, id: &str) -> Result<Response, Error> {
    show(request, env, Command::Reward { id: decode(id)? }).await
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
    json_response(
        200,
        &ledger_client::call(env, &merchant.slug, &command).await?,
    )
}
