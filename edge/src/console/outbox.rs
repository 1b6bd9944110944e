//! `/outbox/{merchant}`: every message as it reads. In development it is open to
//! anybody; otherwise to the signed-in merchant.

use grapevine_ledger::command::{Command, Message, Settings};
use grapevine_pages::console::{MailPage, MailRow, Outbox};
use grapevine_pages::policy;
use std::rc::Rc;
use worker::{Env, Request, Response};

use crate::error::Error;
use crate::mail::{self, Rendered};
use crate::tracker::settings;
use crate::{auth, bindings, http, ledger_client};

/// The merchant whose outbox it is, and whether somebody is signed in.
async fn reader(
    request: &Request,
    env: &Env,
    merchant: &str,
) -> Result<(Rc<Settings>, bool), Error> {
    match auth::console(request, env).await {
        Ok(known) if known.slug == merchant => Ok((known, true)),
        _ if bindings::settings(env)?.dev_mode => Ok((settings::load(env, merchant).await?, false)),
        Ok(_) => Err(Error::NotFound),
        Err(error) => Err(error),
    }
}

fn row(message: &Message, subject: String) -> MailRow {
    MailRow {
        id: message.id.to_string(),
        to: message.recipient.clone(),
        subject,
        template: message.template.clone(),
        created_at: message.created_at,
    }
}

async fn find(env: &Env, merchant: &Settings, id: &str) -> Result<(Message, Rendered), Error> {
    let id = id.parse().map_err(|_| Error::NotFound)?;
    let answer = ledger_client::call(env, &merchant.slug, &Command::Mail { id }).await?;
    let message: Message = serde_json::from_value(answer)?;
    let rendered = mail::render(env, merchant, &message)?;
    Ok((message, rendered))
}

/// `GET /outbox/{merchant}`: the newest 200 messages.
pub async fn list(request: &Request, env: &Env, merchant: &str) -> Result<Response, Error> {
    let (merchant, signed_in) = reader(request, env, merchant).await?;
    let mut mails = Vec::new();
    for message in mail::stored(env, &merchant).await? {
        let subject = mail::render(env, &merchant, &message)?.letter.subject;
        mails.push(row(&message, subject));
    }
    let page = Outbox {
        shop: super::shop(&merchant, signed_in),
        mails,
    };
    http::page(200, &page.render()?, policy::CONSOLE)
}

/// `GET /outbox/{merchant}/{id}`: one message with its text and links.
pub async fn one(
    request: &Request,
    env: &Env,
    merchant: &str,
    id: &str,
) -> Result<Response, Error> {
    let (merchant, signed_in) = reader(request, env, merchant).await?;
    let (message, Rendered { letter, links }) = find(env, &merchant, id).await?;
    let page = MailPage {
        shop: super::shop(&merchant, signed_in),
        mail: row(&message, letter.subject),
        text: letter.text,
        links,
    };
    http::page(200, &page.render()?, policy::CONSOLE)
}

/// `GET /outbox/{merchant}/{id}/html`: the HTML version, for the frame above.
pub async fn html(
    request: &Request,
    env: &Env,
    merchant: &str,
    id: &str,
) -> Result<Response, Error> {
    let (merchant, _) = reader(request, env, merchant).await?;
    let (_, Rendered { letter, .. }) = find(env, &merchant, id).await?;
    http::page(200, &letter.html, policy::MAIL_PREVIEW)
}
