//! Every route but the referral link, on one screen.

use worker::{Context, Env, Method, Request, Response};

use crate::error::Error;
use crate::http::path_of;
use crate::{api, assets, console, mailbox};

/// Answers a request. Errors become JSON for programs and pages for people.
pub async fn answer(
    mut request: Request,
    url: &str,
    env: Env,
    _context: Context,
) -> worker::Result<Response> {
    let path = path_of(url).to_owned();
    let result = route(&mut request, url, &path, &env).await;
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
    use Method::{Get, Head, Options, Patch, Post, Put};
    match (method, parts.as_slice()) {
        (Get | Head, ["ui", "accent", name]) => assets::accent(name),
        (Get | Head, ["favicon.ico"]) => assets::no_icon(),

        // Browsers: the widget on the shop's pages.
        (Options, ["b", merchant, ..]) => api::browser::preflight(request, env, merchant).await,
        (Get, ["b", merchant, "start"]) => api::browser::start(request, url, env, merchant).await,
        (Post, ["b", merchant, action]) => {
            api::browser::act(request, url, env, merchant, action).await
        }

        // Links in mails.
        (Get | Head, ["m", token]) => mailbox::show(env, token).await,
        (Post, ["m", token]) => mailbox::press(request, env, token).await,
        (Get | Head, ["u", token]) => mailbox::unsubscribe_page(env, token).await,
        (Post, ["u", token]) => mailbox::unsubscribe(env, token).await,

        // The operator.
        (Post, ["v1", "merchants"]) => api::operator::create(request, env).await,
        (Patch, ["v1", "merchants", slug]) => api::operator::change(request, env, slug).await,
        (Get, ["v1", "merchants"]) => api::operator::list(request, env).await,
        (Get | Head, ["v1", "health"]) => api::operator::health(),

        // The shop's server.
        (Get, ["v1", "program"]) => api::merchant::program(request, env).await,
        (Put, ["v1", "program"]) => api::merchant::publish(request, env).await,
        (Post, ["v1", "advocates"]) => api::merchant::add_advocate(request, url, env).await,
        (Post, ["v1", "conversions"]) => api::merchant::report_conversion(request, env).await,
        (Get, ["v1", "conversions", order]) => api::merchant::conversion(request, env, order).await,
        (Post, ["v1", "refunds"]) => api::merchant::report_refund(request, env).await,
        (Get, ["v1", "coupons", code]) => api::merchant::coupon(request, env, code).await,
        (Get, ["v1", "referrals"]) => api::merchant::referrals(request, env).await,
        (Get, ["v1", "referrals", id]) => api::merchant::referral(request, env, id).await,
        (Get, ["v1", "rewards"]) => api::merchant::rewards(request, env).await,
        (Get, ["v1", "reports", "funnel"]) => api::merchant::funnel(request, env).await,
        (Get, ["v1", "events", "proof"]) => api::merchant::verify_events(request, env).await,
        (Get, ["v1", "mails"]) => api::merchant::mails(request, env).await,
        (Get, ["v1", "clock"]) => api::merchant::clock(request, env).await,
        (Post, ["v1", "clock"]) => api::merchant::advance_clock(request, env).await,

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
            ["" | "console"]
            | ["console", "sign-out" | "overview" | "install"]
            | ["m" | "u" | "outbox", _]
            | ["outbox", _, _]
            | ["outbox", _, _, "html"]
            | ["b", _, _]
            | [
                "v1",
                "health" | "merchants" | "program" | "advocates" | "conversions" | "refunds"
                | "referrals" | "rewards" | "mails" | "clock",
            ]
            | ["v1", "conversions" | "coupons" | "referrals", _]
            | ["v1", "reports", "funnel"]
            | ["v1", "events", "proof"],
        ) => Err(Error::MethodNotAllowed),
        _ => Err(Error::NotFound),
    }
}
