//! `POST /b/{merchant}/{action}`: what a shopper does.

use grapevine_domain::ask::{Unasked, decide, history};
use grapevine_ledger::command::{self, Ask, Command, Join, NewAnswer, Settings, Visitor};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use worker::{Env, Request, Response};

use super::super::merchant::invalid;
use super::{allow, best_locale, consent, orders, shop_page};
use crate::error::Error;
use crate::http::{self, json_response, origin_of};
use crate::limits::{self, Class};
use crate::tracker::settings;
use crate::{clock, ledger_client};

#[derive(Deserialize)]
struct Joining {
    email: Option<String>,
    customer: Option<String>,
    #[serde(default)]
    locale: String,
    #[serde(default)]
    placement: String,
}

#[derive(Deserialize)]
struct WithSession {
    session: String,
}

#[derive(Deserialize)]
struct Chosen {
    session: String,
    code: String,
}

#[derive(Deserialize)]
struct Mails {
    session: String,
    on: bool,
}

#[derive(Deserialize)]
struct Press {
    session: String,
    channel: String,
    #[serde(default)]
    placement: String,
    press_id: String,
}

#[derive(Deserialize)]
struct Landing {
    token: String,
    #[serde(default)]
    page: String,
    #[serde(default)]
    hidden: bool,
}

#[derive(Deserialize)]
struct WithToken {
    token: String,
}

#[derive(Deserialize)]
struct Seen {
    #[serde(default)]
    placement: String,
}

#[derive(Deserialize)]
struct Asking {
    placement: String,
    history: Option<String>,
    now: i64,
    session: Option<String>,
    customer: Option<String>,
}

#[derive(Deserialize)]
struct Dismissal {
    placement: String,
    session: Option<String>,
    customer: Option<String>,
}

#[derive(Deserialize)]
struct Answering {
    answer_id: String,
    score: i64,
    text: Option<String>,
    placement: Option<String>,
    order_id: Option<String>,
    session: Option<String>,
    customer: Option<String>,
}

/// A text that says something.
fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn visitor(session: Option<String>, customer: Option<String>) -> Visitor {
    Visitor {
        session: said(session),
        customer: said(customer),
    }
}

fn is_stranger(session: &Option<String>, customer: &Option<String>) -> bool {
    [session, customer]
        .into_iter()
        .flatten()
        .all(String::is_empty)
}

fn unasked(placement: &str) -> Result<Unasked, Error> {
    Unasked::parse(placement).ok_or_else(|| {
        let message = "placement must be exit-intent or post-purchase.";
        invalid("invalid_placement", message.to_owned())
    })
}

/// `POST /b/{merchant}/{action}`: see `docs/api.md` for bodies and answers.
///
/// 200, 201 (joined), 202 (taken note of, or a mail was sent), 204; 401
/// `session_expired`; 403 `foreign_origin`, `token_forged`, `offer_ended`,
/// `not_eligible`; 422; 429.
pub async fn act(
    request: &mut Request,
    url: &str,
    env: &Env,
    merchant: &str,
    action: &str,
) -> Result<Response, Error> {
    let found = settings::load(env, merchant).await?;
    let origin = shop_page(request, url, &found)?;
    // A "no" needs the same headers as a "yes", or the widget could not read it.
    let response = match carry_out(request, url, env, &found, action).await {
        Ok(response) => response,
        Err(error) => error.response()?,
    };
    allow(response, origin.as_deref())
}

/// How often one network may do it.
fn class(action: &str) -> Result<Class, Error> {
    Ok(match action {
        "advocates" | "code" | "leave" => Class::Few,
        "answers" | "claims" | "mails" | "orders" | "stored" => Class::Some,
        "asks" | "consent" | "dismissals" | "landings" | "me" | "presses" | "views" => Class::Many,
        _ => return Err(Error::NotFound),
    })
}

async fn carry_out(
    request: &mut Request,
    url: &str,
    env: &Env,
    merchant: &Settings,
    action: &str,
) -> Result<Response, Error> {
    limits::act(request, env, &merchant.slug, action, class(action)?).await?;
    let edge = origin_of(url);
    let Some((command, status)) = (match action {
        "consent" => return consent::consent(request, edge, env, merchant).await,
        "asks" => {
            let body: Asking = http::json(request).await?;
            let placement = unasked(&body.placement)?;
            if is_stranger(&body.session, &body.customer) {
                return json_response(200, &decided(placement, &body, merchant));
            }
            Some((ask(body), 200))
        }
        "dismissals" => dismissal(http::json(request).await?)?.map(|command| (command, 204)),
        "orders" => Some((orders::read(request).await?, 202)),
        _ => Some(read(request, edge, merchant, action).await?),
    }) else {
        return Ok(Response::empty()?.with_status(204));
    };
    let answer = ledger_client::call(env, &merchant.slug, &command).await?;
    match (action, status) {
        (_, 204) => Ok(Response::empty()?.with_status(204)),
        // What an order led to is for the shop's server to know.
        ("orders", _) => json_response(202, &json!({ "received": true })),
        ("advocates", _) if answer.get("check_mail") == Some(&Json::Bool(true)) => {
            json_response(202, &answer)
        }
        _ => json_response(status, &answer),
    }
}

/// The command of an action that is one, and the status of its answer.
async fn read(
    request: &mut Request,
    edge: &str,
    merchant: &Settings,
    action: &str,
) -> Result<(Command, u16), Error> {
    let edge = edge.to_owned();
    Ok(match action {
        "advocates" => {
            let body: Joining = http::json(request).await?;
            let locale = best_locale([body.locale.as_str(), merchant.locale.as_str()]).to_owned();
            let join = Join {
                email: body.email,
                customer: body.customer,
                locale,
                placement: body.placement,
                origin: edge,
            };
            (Command::Join(join), 201)
        }
        "me" => {
            let WithSession { session } = http::json(request).await?;
            let origin = edge;
            (Command::Me { session, origin }, 200)
        }
        "stored" => {
            let WithSession { session } = http::json(request).await?;
            (Command::Stored { session }, 200)
        }
        "leave" => {
            let WithSession { session } = http::json(request).await?;
            (Command::Leave { session }, 200)
        }
        "mails" => {
            let Mails { session, on } = http::json(request).await?;
            (Command::SetMails { session, on }, 200)
        }
        "code" => {
            let Chosen { session, code } = http::json(request).await?;
            let command = Command::ChooseCode {
                session: Some(session),
                advocate: None,
                code,
                origin: edge,
            };
            (command, 200)
        }
        "presses" => {
            let Press {
                session,
                channel,
                placement,
                press_id,
            } = http::json(request).await?;
            let command = Command::RecordShare {
                session,
                channel,
                placement,
                press_id,
            };
            (command, 204)
        }
        "views" => {
            let Seen { placement } = http::json(request).await?;
            (Command::RecordImpression { placement }, 204)
        }
        "answers" => {
            let body: Answering = http::json(request).await?;
            let answer = NewAnswer {
                answer_id: body.answer_id,
                score: body.score,
                text: body.text.unwrap_or_default(),
                placement: body.placement.unwrap_or_default(),
                order_id: said(body.order_id),
                visitor: visitor(body.session, body.customer),
            };
            (Command::RecordAnswer(answer), 204)
        }
        "landings" => {
            let Landing {
                token,
                page,
                hidden,
            } = http::json(request).await?;
            let command = Command::RecordLanding {
                token,
                page,
                hidden,
            };
            (command, 200)
        }
        "claims" => {
            let WithToken { token } = http::json(request).await?;
            (Command::ClaimCoupon { token }, 200)
        }
        _ => return Err(Error::NotFound),
    })
}

/// Whether a stranger may be asked: the books know nothing of them, so that the edge can
/// decide.
fn decided(placement: Unasked, body: &Asking, merchant: &Settings) -> Json {
    // Only ages count, so the real time does, also of a test merchant.
    let now = clock::now();
    let past = history::read(body.history.as_deref().unwrap_or_default(), body.now, now);
    let rules = command::rules(&merchant.panel, merchant.paused);
    command::told(decide(&rules, placement, &past, now))
}

/// The same of somebody who may be known.
fn ask(body: Asking) -> Command {
    Command::Ask(Ask {
        placement: body.placement,
        history: body.history.unwrap_or_default(),
        browser_now: body.now,
        visitor: visitor(body.session, body.customer),
    })
}

/// Somebody closed what had opened unasked; of a stranger only the browser remembers.
fn dismissal(body: Dismissal) -> Result<Option<Command>, Error> {
    unasked(&body.placement)?;
    let stranger = is_stranger(&body.session, &body.customer);
    Ok((!stranger).then(|| Command::RecordDismissal {
        placement: body.placement,
        visitor: visitor(body.session, body.customer),
    }))
}
