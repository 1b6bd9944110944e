//! The Worker: answers referral links, browsers, the shop's server, merchants.
//!
//! `tracker/` is the hot path and is asked first, before any router is built.
//! Everything else goes through `router.rs`. Business state lives in the books
//! of a merchant (`object.rs`), and `ledger_client.rs` is the only way to them.

mod api;
mod assets;
mod auth;
mod bindings;
mod clock;
mod console;
mod error;
mod friend;
mod http;
mod ledger_client;
mod mail;
mod mailbox;
mod object;
mod receipt;
mod router;
mod tracker;

use worker::{Context, Env, Request, Response, event};

/// Every HTTP request enters here.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    let url = request.inner().url();
    if let Some(link) = tracker::Link::parse(&url) {
        return tracker::redirect::answer(&request, &link, env, &context).await;
    }
    router::answer(request, &url, env, context).await
}
