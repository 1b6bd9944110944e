//! The pages behind the links in mails: `/m/{token}` opens the reader's page,
//! `/u/{token}` ends mails. Both ask for a press, since programs that look for
//! malware open every link.

use grapevine_domain::link::split_origin;
use grapevine_ledger::command::{Command, Settings};
use grapevine_pages::shopper::{Mailbox, MailboxState, Unsubscribe, UnsubscribeState};
use grapevine_pages::{Brand, Locale, policy};
use serde::Deserialize;
use std::rc::Rc;
use worker::{Env, Request, Response};

use crate::error::Error;
use crate::http;
use crate::limits::{self, Class};
use crate::tracker::settings;
use crate::{auth, ledger_client, mail};

/// A token is `{merchant}.{signed}`.
fn split(token: &str) -> Result<(&str, &str), Error> {
    token.split_once('.').ok_or(Error::NotFound)
}

#[derive(Deserialize)]
struct Peek {
    verified: bool,
    locale: String,
}

#[derive(Deserialize)]
struct Proved {
    session: String,
    shop_url: String,
}

#[derive(Deserialize)]
struct Silence {
    locale: String,
    done: bool,
}

fn shown(status: u16, html: &str, merchant: &Settings) -> Result<Response, Error> {
    http::page(status, html, &policy::shopper(Some(&merchant.shop_url)))
}

/// The page for a link that works no more.
fn expired(merchant: &Settings, action: String) -> Result<Response, Error> {
    let brand = mail::brand(merchant, Locale::from_tag(&merchant.locale));
    let page = Mailbox {
        brand,
        state: MailboxState::Expired,
        action,
    };
    shown(403, &page.render()?, merchant)
}

/// `GET /m/{token}`: one button. 200; 403 when the link is too old or incomplete.
pub async fn show(request: &Request, env: &Env, token: &str) -> Result<Response, Error> {
    let (slug, sealed) = split(token)?;
    limits::act(request, env, slug, "mail-page", Class::Many).await?;
    let merchant = settings::load(env, slug).await?;
    let action = format!("/m/{token}");
    let peek = ledger_client::call(
        env,
        slug,
        &Command::PeekMailbox {
            token: sealed.to_owned(),
        },
    )
    .await;
    let peek: Peek = match peek {
        Ok(answer) => serde_json::from_value(answer)?,
        Err(Error::Refused(_)) => return expired(&merchant, action),
        Err(error) => return Err(error),
    };
    let brand = mail::brand(&merchant, Locale::from_tag(&peek.locale));
    let state = if peek.verified {
        MailboxState::Open
    } else {
        MailboxState::Confirm
    };
    shown(
        200,
        &Mailbox {
            brand,
            state,
            action,
        }
        .render()?,
        &merchant,
    )
}

/// `POST /m/{token}`: proves the address and leads to the shop, which opens the
/// panel. The session travels in the fragment, which no server sees.
pub async fn press(request: &Request, env: &Env, token: &str) -> Result<Response, Error> {
    let (slug, sealed) = split(token)?;
    auth::own_form(request, env)?;
    limits::act(request, env, slug, "mail-press", Class::Some).await?;
    let merchant = settings::load(env, slug).await?;
    let command = Command::ProveMailbox {
        token: sealed.to_owned(),
    };
    let proved: Proved = match ledger_client::call(env, slug, &command).await {
        Ok(answer) => serde_json::from_value(answer)?,
        Err(Error::Refused(_)) => return expired(&merchant, format!("/m/{token}")),
        Err(error) => return Err(error),
    };
    let front = proved.shop_url.split('#').next().unwrap_or_default();
    let slash = if split_origin(front).is_some_and(|(_, path)| path.is_empty()) {
        "/"
    } else {
        ""
    };
    http::see_other(&format!("{front}{slash}#gv_me={}", proved.session))
}

async fn silence(env: &Env, token: &str, peek: bool) -> Result<(Rc<Settings>, Brand, bool), Error> {
    let (slug, sealed) = split(token)?;
    let merchant = settings::load(env, slug).await?;
    let command = Command::Unsubscribe {
        token: sealed.to_owned(),
        peek,
    };
    let answer: Silence = serde_json::from_value(ledger_client::call(env, slug, &command).await?)?;
    let brand = mail::brand(&merchant, Locale::from_tag(&answer.locale));
    Ok((merchant, brand, answer.done))
}

/// `GET /u/{token}`: asks, with one button.
pub async fn unsubscribe_page(
    request: &Request,
    env: &Env,
    token: &str,
) -> Result<Response, Error> {
    limits::act(request, env, split(token)?.0, "mail-page", Class::Many).await?;
    let (merchant, brand, done) = silence(env, token, true).await?;
    let state = if done {
        UnsubscribeState::Done
    } else {
        UnsubscribeState::Ask
    };
    let page = Unsubscribe {
        brand,
        state,
        address_hint: None,
        action: format!("/u/{token}"),
    };
    shown(200, &page.render()?, &merchant)
}

/// `POST /u/{token}`: ends mails; also what a mail program's own button calls
/// (RFC 8058): the servers of a mail service are one network with very many readers.
pub async fn unsubscribe(request: &Request, env: &Env, token: &str) -> Result<Response, Error> {
    limits::act(request, env, split(token)?.0, "unsubscribe", Class::Many).await?;
    let (merchant, brand, _) = silence(env, token, false).await?;
    let action = format!("/u/{token}");
    let page = Unsubscribe {
        brand,
        state: UnsubscribeState::Done,
        address_hint: None,
        action,
    };
    shown(200, &page.render()?, &merchant)
}
