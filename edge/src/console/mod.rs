//! The merchant's pages: sign-in, overview, install, outbox; and the pages that
//! people see where something is missing.

pub mod outbox;
mod overview;

use grapevine_ledger::command::Settings;
use grapevine_pages::console::{Install, Shop, SignIn, TagSeen, Trouble, safe_next};
use grapevine_pages::home::Home;
use grapevine_pages::shopper::{self, TroubleKind};
use grapevine_pages::{Locale, policy};
use worker::{Env, Request, Response};

pub use overview::overview;

use crate::auth;
use crate::error::Error;
use crate::http::{self, form_field, header, origin_of, query_parameter, see_other};
use crate::limits::{self, Class};

fn shop(merchant: &Settings, signed_in: bool) -> Shop {
    Shop {
        slug: merchant.slug.clone(),
        name: merchant.name.clone(),
        test: merchant.test,
        signed_in,
    }
}

/// `GET /`: what runs here.
pub fn home(url: &str) -> Result<Response, Error> {
    let host = origin_of(url)
        .split_once("://")
        .map_or("", |(_, host)| host)
        .to_owned();
    let page = Home {
        host,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    http::page(200, &page.render()?, policy::CONSOLE)
}

/// `GET /console?next=…`: the sign-in form; who is signed in goes on.
pub async fn sign_in_page(request: &Request, url: &str, env: &Env) -> Result<Response, Error> {
    let next = query_parameter(url, "next").unwrap_or_default();
    if auth::console(request, env).await.is_ok() {
        return see_other(safe_next(&next));
    }
    let page = SignIn {
        slug: String::new(),
        error: None,
        next,
    };
    http::page(200, &page.render()?, policy::CONSOLE)
}

/// `POST /console` with `shop`, `secret_key`, `next`: signs in. 303, or the form
/// again with 401.
pub async fn sign_in(request: &mut Request, env: &Env) -> Result<Response, Error> {
    auth::own_form(request, env)?;
    limits::act(request, env, "", "sign-in", Class::Few).await?;
    let body = http::body(request).await?;
    let field = |name| form_field(&body, name).unwrap_or_default();
    let (slug, key, next) = (field("shop"), field("secret_key"), field("next"));
    match auth::by_secret_key(key.trim(), env).await {
        Ok(merchant) if merchant.slug == slug.trim() => {
            let response = see_other(safe_next(&next))?;
            response
                .headers()
                .set("Set-Cookie", &auth::sign_in_cookie(env, &merchant)?)?;
            Ok(response)
        }
        Ok(_) | Err(Error::Unauthorized) => {
            let error = Some("Shop and secret key do not belong together.".to_owned());
            let page = SignIn { slug, error, next };
            http::page(401, &page.render()?, policy::CONSOLE)
        }
        Err(error) => Err(error),
    }
}

/// `POST /console/sign-out`.
pub fn sign_out(request: &Request, env: &Env) -> Result<Response, Error> {
    auth::own_form(request, env)?;
    let response = see_other("/console")?;
    response
        .headers()
        .set("Set-Cookie", &auth::sign_out_cookie())?;
    Ok(response)
}

/// `GET /console/install`: what to paste where.
pub async fn install(request: &Request, url: &str, env: &Env) -> Result<Response, Error> {
    let merchant = auth::console(request, env).await?;
    let page = Install {
        shop: shop(&merchant, true),
        edge_origin: origin_of(url).to_owned(),
        currency: merchant.currency.clone(),
        tag_seen: TagSeen::Unknown,
    };
    http::page(200, &page.render()?, policy::CONSOLE)
}

/// The page in place of one that could not be made.
pub fn trouble(request: &Request, path: &str, error: &Error) -> worker::Result<Response> {
    error.log();
    if matches!(error, Error::Unauthorized)
        && (path.starts_with("/console/") || path.starts_with("/outbox/"))
    {
        let back = see_other(&format!("/console?next={path}"));
        return back.or_else(|error| error.response());
    }
    let (status, _, _) = error.parts();
    let for_merchants = path.starts_with("/console") || path.starts_with("/outbox");
    let html = if for_merchants {
        let page = match status {
            429 => Trouble::too_many(),
            ..500 => Trouble::not_found(),
            _ => Trouble::unavailable(),
        };
        page.render()
    } else {
        let kind = match status {
            429 => TroubleKind::TooMany,
            ..500 => TroubleKind::NotFound,
            _ => TroubleKind::Unavailable,
        };
        shopper::Trouble {
            kind,
            brand: None,
            locale: language(request),
        }
        .render()
    };
    let page = html
        .map_err(Error::from)
        .and_then(|html| http::page(status, &html, policy::CONSOLE));
    error.retry_after(page.or_else(|error| error.response())?)
}

/// The page for a link to a merchant that does not exist. 404.
pub fn unknown_shop(request: &Request) -> worker::Result<Response> {
    let page = shopper::Trouble {
        kind: TroubleKind::UnknownShop,
        brand: None,
        locale: language(request),
    };
    let page = page
        .render()
        .map_err(Error::from)
        .and_then(|html| http::page(404, &html, policy::CONSOLE));
    page.or_else(|error| error.response())
}

fn language(request: &Request) -> Locale {
    Locale::from_tag(&header(request, "Accept-Language").unwrap_or_default())
}
