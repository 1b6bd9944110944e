//! `/p/{merchant}`, and `/p` on a host that is one merchant's alone: the page that does
//! what the panel does, without a script; where there is one, the panel takes its place.
//!
//! Guarantees: the answer to a form is written at once, so neither a session nor what
//! somebody typed is ever in an address; nobody may keep it. Not for: numbers and
//! rewards, for which the panel needs a session in the browser.

use grapevine_domain::money::Currency;
use grapevine_domain::share::channels::Platform;
use grapevine_domain::share::order::{Device, most_useful};
use grapevine_domain::visit::{Agent, System};
use grapevine_ledger::command::{Command, Join, Settings};
use grapevine_pages::plain::{Deal, Known, Pause, PlainPage, State, Trouble};
use grapevine_pages::{Locale, Look, Talk, policy};
use serde::Deserialize;
use serde_json::Value as Json;
use worker::{Env, Method, Request, Response};

use crate::error::Error;
use crate::http::{self, form_field, header, origin_of, query_parameter};
use crate::limits::{self, Class};
use crate::tracker::{hosts, settings};
use crate::{auth, clock, ledger_client, mail};

/// The page follows the programme as the panel does.
const CACHING: &str = "public, max-age=60";

/// What the books say to who joins and was not known before.
#[derive(Deserialize)]
struct Joined {
    me: Me,
}

#[derive(Deserialize)]
struct Me {
    link: String,
    code: String,
    verified: bool,
    email_hint: String,
}

/// What a request is about.
struct Asked<'a> {
    merchant: &'a Settings,
    talk: Talk,
    url: &'a str,
}

/// Answers `/p` on a host that is one merchant's alone; 404 on others.
pub async fn answer_by_host(
    request: &mut Request,
    url: &str,
    env: &Env,
) -> Result<Response, Error> {
    let (_, host) = origin_of(url).split_once("://").unwrap_or_default();
    let merchant = hosts::merchant(env, host).await?.ok_or(Error::NotFound)?;
    answer(request, url, env, &merchant).await
}

/// `GET /p/{merchant}?lang=pl`: the page. `POST` with `email`: joins, and answers with
/// the link, or that a mail was sent: 200; the form again with 422 for what is no
/// address, 429 for too many tries, 500 where the books do not answer; 403 for a form of
/// another site, and for somebody who cannot take part. 404 for an unknown merchant.
pub async fn answer(
    request: &mut Request,
    url: &str,
    env: &Env,
    merchant: &str,
) -> Result<Response, Error> {
    let merchant = settings::load(env, merchant).await?;
    let asked = Asked {
        talk: language(request, url, &merchant),
        merchant: &merchant,
        url,
    };
    if request.method() == Method::Post {
        auth::own_form(request, env)?;
        return asked.join(request, env).await;
    }
    let state = match asked.pause() {
        Some(pause) => State::Paused(pause),
        None => State::Ask {
            email: String::new(),
            trouble: None,
        },
    };
    let policy = policy::with_panel(&merchant.shop_url);
    let response = http::page(200, &asked.page(state)?.render()?, &policy)?;
    response.headers().set("Cache-Control", CACHING)?;
    response.headers().set("Vary", "Accept-Language")?;
    Ok(response)
}

/// `GET /p/{merchant}/look.css`: the merchant's colours, corners and fonts for the page.
pub async fn look(env: &Env, merchant: &str) -> Result<Response, Error> {
    let merchant = settings::load(env, merchant).await?;
    let look = Look::of(merchant.accent.as_deref(), &merchant.panel);
    let response = Response::ok(look.page_css())?;
    let headers = response.headers();
    headers.set("Content-Type", "text/css; charset=utf-8")?;
    headers.set("Cache-Control", CACHING)?;
    headers.set("X-Content-Type-Options", "nosniff")?;
    Ok(response)
}

/// The reader's language: what the address says, else what the browser prefers, else
/// the merchant's.
fn language(request: &Request, url: &str, merchant: &Settings) -> Talk {
    let asked = query_parameter(url, "lang").unwrap_or_default();
    let preferred = header(request, "Accept-Language").unwrap_or_default();
    let spoken = preferred.split(',').map(|entry| {
        let (tag, _) = entry.split_once(';').unwrap_or((entry, ""));
        tag.trim()
    });
    let mut found = core::iter::once(asked.as_str())
        .chain(spoken)
        .filter_map(Talk::find);
    found.next().unwrap_or_else(|| Talk::of(&merchant.locale))
}

impl Asked<'_> {
    fn pause(&self) -> Option<Pause> {
        let merchant = self.merchant;
        let now = clock::now().plus_ms(merchant.clock_offset_ms);
        let ended = merchant.program.has_ended(now);
        match merchant.pause.as_deref() {
            Some("ended") => Some(Pause::Ended),
            _ if ended => Some(Pause::Ended),
            Some("budget") => Some(Pause::Budget),
            _ => merchant.paused.then_some(Pause::Merchant),
        }
    }

    fn page(&self, state: State) -> Result<PlainPage, Error> {
        let merchant = self.merchant;
        let tag = self.talk.tag();
        let currency = Currency::parse(&merchant.currency)
            .map_err(|error| Error::Internal(error.to_string()))?;
        let slug = &merchant.slug;
        let path = http::path_of(self.url);
        Ok(PlainPage {
            brand: mail::brand(merchant, Locale::from_tag(tag)),
            talk: self.talk,
            deal: Deal::of(&merchant.program, currency),
            state,
            merchant: slug.clone(),
            action: format!("{path}?lang={tag}"),
            stylesheet: format!("/p/{slug}/look.css"),
        })
    }

    async fn join(&self, request: &mut Request, env: &Env) -> Result<Response, Error> {
        let body = http::body(request).await?;
        let email = form_field(&body, "email").unwrap_or_default();
        let joined = match self.pause() {
            Some(pause) => Ok(State::Paused(pause)),
            None => self.joined(request, env, &email).await,
        };
        let (status, state, error) = match joined {
            Ok(state) => (200, state, None),
            Err(error) => {
                error.log();
                let (status, code, _) = error.parts();
                let trouble = if code == "invalid_email" {
                    Trouble::Address
                } else {
                    Trouble::Failed
                };
                let again = State::Ask {
                    email,
                    trouble: Some(trouble),
                };
                let state = if code == "not_eligible" {
                    State::Ineligible
                } else {
                    again
                };
                (status, state, Some(error))
            }
        };
        let policy = policy::shopper(Some(&self.merchant.shop_url));
        let response = http::page(status, &self.page(state)?.render()?, &policy)?;
        match error {
            Some(error) => Ok(error.retry_after(response)?),
            None => Ok(response),
        }
    }

    async fn joined(&self, request: &Request, env: &Env, email: &str) -> Result<State, Error> {
        let slug = &self.merchant.slug;
        // Counted together with those who join in the panel.
        limits::act(request, env, slug, "advocates", Class::Few).await?;
        let command = Command::Join(Join {
            email: Some(email.to_owned()),
            customer: None,
            locale: self.talk.tag().to_owned(),
            placement: "page".to_owned(),
            origin: origin_of(self.url).to_owned(),
        });
        let answer = ledger_client::call(env, slug, &command).await?;
        if answer.get("check_mail") == Some(&Json::Bool(true)) {
            let email = email.trim().to_owned();
            return Ok(State::CheckMail { email });
        }
        let Joined { me } = serde_json::from_value(answer)?;
        Ok(State::Known(Box::new(self.known(request, me))))
    }

    fn known(&self, request: &Request, me: Me) -> Known {
        let country = header(request, "CF-IPCountry");
        let country = country.as_deref();
        let platform = platform(&header(request, "User-Agent").unwrap_or_default());
        let device = match platform {
            Platform::Desktop => Device::Desktop,
            Platform::Ios | Platform::Android => Device::Touch,
        };
        let useful = || {
            let names = most_useful(country, device);
            names.into_iter().map(str::to_owned).collect()
        };
        let (panel, tag) = (&self.merchant.panel, self.talk.tag());
        Known {
            link: me.link,
            code: me.code,
            unconfirmed: (!me.verified).then_some(me.email_hint),
            channels: panel.channels.clone().unwrap_or_else(useful),
            platform,
            message: panel.message_for(tag).map(str::to_owned),
            disclosure: panel.disclosure_for(country, tag).map(str::to_owned),
        }
    }
}

/// The reader's device, by its own word.
fn platform(agent: &str) -> Platform {
    match Agent::of(agent) {
        Agent::Browser(browser) => match browser.system {
            System::Ios => Platform::Ios,
            System::Android => Platform::Android,
            System::Other => Platform::Desktop,
        },
        _ => Platform::Desktop,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_tells_which_apps_there_are() {
        for (agent, device) in [
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                Platform::Ios,
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Mobile Safari/537.36",
                Platform::Android,
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                Platform::Desktop,
            ),
            ("", Platform::Desktop),
        ] {
            assert_eq!(platform(agent), device, "{agent}");
        }
    }

    #[test]
    fn the_answer_of_the_books_is_understood() {
        let json = include_str!("../fixtures/browser/join.json");
        let Joined { me } = serde_json::from_str(json).unwrap();
        assert_eq!((me.code.as_str(), me.verified), ("k7m2p9x4", false));
    }
}
