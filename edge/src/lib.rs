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
mod costs;
mod error;
mod friend;
mod gather;
mod http;
mod ledger_client;
mod limits;
mod mail;
mod mailbox;
mod object;
mod plain;
mod receipt;
mod router;
mod tracker;

use worker::{Context, Env, Request, Response, event};

/// Every HTTP request that `entry.js` does not answer at once.
#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> worker::Result<Response> {
    let url = request.inner().url();
    if tracker::Link::parse(&url).is_some() {
        return tracker::redirect::answer(&request, &url, &env, &context).await;
    }
    router::answer(request, &url, env, context).await
}
