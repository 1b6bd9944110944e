//! Every route but the referral link, on one screen.

use worker::{Context, Env, Method, Request, Response};

use crate::api::merchant;
use crate::error::Error;
use crate::http::path_of;
use crate::{api, assets, console, friend, mailbox, plain, receipt};

/// Longest address that is looked at, in bytes. Referral links do not come here: they
/// lead to the shop at any length.
const LONGEST_ADDRESS: usize = 8 * 1024;

/// Answers a request. Errors become JSON for programs and pages for people.
pub async fn answer(
    mut request: Request,
    url: &str,
    env: Env,
    _context: Context,
) -> worker::Result<Response> {
    let path = path_of(url).to_owned();
    let result = if url.len() > LONGEST_ADDRESS {
        Err(Error::AddressTooLong)
    } else {
        route(&mut request, url, &path, &env).await
    };
    match result {
        Ok(response) => Ok(response),
        Err(error) if is_page(&path) => console::trouble(&request, &path, &error),
        Err(error) => error.response(),
    }
}

fn is_page(path: &str) -> bool {
    !(path.starts_with("/v1/") || path.starts_with("/b/") || assets::is_asset(path))
}

async fn route(request: &mut Request, url: &str, path: &str, env: &Env) -> Result<Response, Error> {
    let method = request.method();
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    if assets::is_asset(path)
        && !path.starts_with("/ui/accent/")
        && matches!(method, Method::Get | Method::Head)
    {
        return assets::answer(request, path, env).await;
    }
    use Method::{Delete, Get, Head, Options, Patch, Post, Put};
    match (method, parts.as_slice()) {
        (Get | Head, ["ui", "accent", name]) => assets::accent(name),
        (Get | Head, ["favicon.ico"]) => assets::no_icon(),

        // Browsers: the widget on the shop's pages.
        (Options, ["b", merchant, ..]) => api::browser::preflight(request, env, merchant).await,
        (Get, ["b", merchant, "start"]) => api::browser::start(request, url, env, merchant).await,
        (Post, ["b", merchant, action]) => {
            api::browser::act(request, url, env, merchant, action).await
        }

        // Around a link. The link itself never comes here.
        (Get | Head, ["r", merchant, code, part]) => {
            friend::answer(request, url, env, merchant, code, part).await
        }
        (Get | Head, ["r", code, part]) => {
            friend::answer_by_host(request, url, env, code, part).await
        }

        // What the panel does, without a script.
        (Get | Head, ["p", merchant, "look.css"]) => plain::look(env, merchant).await,
        (Get | Head | Post, ["p"]) => plain::answer_by_host(request, url, env).await,
        (Get | Head | Post, ["p", merchant]) => plain::answer(request, url, env, merchant).await,

        // Links in mails.
        (Get | Head, ["m", token]) => mailbox::show(request, env, token).await,
        (Post, ["m", token]) => mailbox::press(request, env, token).await,
        (Get | Head, ["u", token]) => mailbox::unsubscribe_page(request, env, token).await,
        (Post, ["u", token]) => mailbox::unsubscribe(request, env, token).await,
        (Get | Head, ["s", token]) => receipt::show(request, env, token).await,
        (Post, ["s", token]) => receipt::appeal(request, env, token).await,

        // The operator.
        (Post, ["v1", "merchants"]) => api::operator::create(request, env).await,
        (Patch, ["v1", "merchants", slug]) => api::operator::change(request, env, slug).await,
        (Get, ["v1", "merchants"]) => api::operator::list(request, env).await,
        (Get | Head, ["v1", "health"]) => api::operator::health(),

        // The shop's server.
        (Get, ["v1", "presets"]) => merchant::program::presets(request, env).await,
        (Get, ["v1", "program"]) => merchant::program::live(request, env).await,
        (Get, ["v1", "program", "schema"]) => merchant::program::schema(),
        (Post, ["v1", "program", "preview"]) => merchant::program::preview(request, env).await,
        (Get, ["v1", "program", "draft"]) => merchant::program::draft(request, env).await,
        (Put, ["v1", "program", "draft"]) => merchant::program::save_draft(request, env).await,
        (Post, ["v1", "program", "publish"]) => merchant::program::publish(request, env).await,
        (Post, ["v1", "program", "pause"]) => merchant::program::pause(request, env, true).await,
        (Post, ["v1", "program", "resume"]) => merchant::program::pause(request, env, false).await,
        (Post, ["v1", "program", "dry-run"]) => merchant::program::dry_run(request, env).await,
        (Post, ["v1", "advocates"]) => merchant::advocates::add(request, url, env).await,
        (Get, ["v1", "advocates", id]) => merchant::advocates::one(request, url, env, id).await,
        (Post, ["v1", "advocates", id, "code"]) => {
            merchant::advocates::choose_code(request, url, env, id).await
        }
        (Delete, ["v1", "advocates", id]) => {
            merchant::advocates::remove(request, url, env, id).await
        }
        (Post, ["v1", "conversions"]) => merchant::conversions::report(request, env).await,
        (Get, ["v1", "conversions", id]) => merchant::conversions::one(request, env, id).await,
        (Post, ["v1", "conversions", id, "refunds"]) => {
            merchant::conversions::refund(request, env, id).await
        }
        (Post, ["v1", "conversions", id, "reinstate"]) => {
            merchant::conversions::reinstate(request, env, id).await
        }
        (Post, ["v1", "conversions", id, "decision"]) => {
            merchant::conversions::decide(request, env, id).await
        }
        (Get, ["v1", "coupons"]) => merchant::coupons::pools(request, env).await,
        (Post, ["v1", "coupons"]) => merchant::coupons::fill(request, env).await,
        (Get, ["v1", "coupons", code]) => merchant::coupons::check(request, env, code).await,
        (Get, ["v1", "referrals"]) => merchant::referrals::list(request, url, env).await,
        (Get, ["v1", "referrals", id]) => merchant::referrals::one(request, env, id).await,
        (Get, ["v1", "referrals", id, "why"]) => {
            merchant::referrals::why(request, url, env, id).await
        }
        (Post, ["v1", "referrals", id, "decision"]) => {
            merchant::referrals::decide(request, env, id).await
        }
        (Get, ["v1", "rewards"]) => merchant::rewards::list(request, url, env).await,
        (Get, ["v1", "rewards", id]) => merchant::rewards::one(request, env, id).await,
        (Post, ["v1", "rewards", id, "appeal"]) => {
            merchant::rewards::answer_appeal(request, env, id).await
        }
        (Post, ["v1", "rewards", id, act]) => match merchant::rewards::act_of(act) {
            Some(act) => merchant::rewards::act(request, env, id, act).await,
            None => Err(Error::NotFound),
        },
        (Get, ["v1", "reports", "funnel"]) => merchant::reports::funnel(request, env).await,
        (Get, ["v1", "reports", "overview"]) => {
            merchant::reports::overview(request, url, env).await
        }
        (Get, ["v1", "events"]) => merchant::events::list(request, url, env).await,
        (Get, ["v1", "events", "verify"]) => merchant::events::verify(request, url, env).await,
        (Get, ["v1", "panel"]) => merchant::panel::read(request, env).await,
        (Put, ["v1", "panel"]) => merchant::panel::set(request, env).await,
        (Get, ["v1", "answers"]) => merchant::answers::list(request, url, env).await,
        (Get, ["v1", "mails"]) => merchant::mails::list(request, env).await,
        (Get, ["v1", "test", "clock"]) => merchant::clock::read(request, env).await,
        (Post, ["v1", "test", "clock"]) => merchant::clock::advance(request, env).await,
        (Get, ["v1", "test", "costs"]) => merchant::clock::costs(request, env).await,

        // Merchants, in the console.
        (Get | Head, [""]) => console::home(url),
        (Get | Head, ["console"]) => console::sign_in_page(request, url, env).await,
        (Post, ["console"]) => console::sign_in(request, env).await,
        (Post, ["console", "sign-out"]) => console::sign_out(request, env),
        (Get | Head, ["console", "overview"]) => console::overview(request, env).await,
        (Get | Head, ["console", "install"]) => console::install(request, url, env).await,
        (Get | Head, ["outbox", merchant]) => console::outbox::list(request, env, merchant).await,
        (Get | Head, ["outbox", merchant, id]) => {
            console::outbox::one(request, env, merchant, id).await
        }
        (Get | Head, ["outbox", merchant, id, "html"]) => {
            console::outbox::html(request, env, merchant, id).await
        }

        // Addresses that exist, asked in a way that they do not take.
        (
            _,
            ["" | "console" | "p"]
            | ["console", "sign-out" | "overview" | "install"]
            | ["m" | "u" | "s" | "p" | "outbox", _]
            | ["outbox", _, _]
            | ["outbox", _, _, "html"]
            | ["b", _, _]
            | ["p", _, "look.css"]
            | [
                "r",
                _,
                _,
                "page" | "preview" | "terms" | "card" | "qr.svg" | "qr.png" | "picture.png"
                | "picture.svg",
            ]
            | [
                "v1",
                "health" | "merchants" | "presets" | "program" | "advocates" | "conversions"
                | "coupons" | "referrals" | "rewards" | "events" | "mails" | "panel" | "answers",
            ]
            | [
                "v1",
                "program",
                "schema" | "preview" | "draft" | "publish" | "pause" | "resume" | "dry-run",
            ]
            | [
                "v1",
                "advocates" | "conversions" | "coupons" | "referrals" | "rewards",
                _,
            ]
            | ["v1", "conversions", _, "refunds" | "reinstate" | "decision"]
            | ["v1", "advocates", _, "code"]
            | ["v1", "referrals", _, "why" | "decision"]
            | [
                "v1",
                "rewards",
                _,
                "approve" | "issue" | "redeem" | "void" | "reinstate" | "appeal",
            ]
            | ["v1", "reports", "funnel" | "overview"]
            | ["v1", "events", "verify"]
            | ["v1", "test", "clock" | "costs"],
        ) => Err(Error::MethodNotAllowed),
        _ => Err(Error::NotFound),
    }
}
