//! Asking a shopper, without having been asked to, whether they would pass it on: on the
//! way out, after an order. The edge decides by the rules of `domain::ask`, out of what
//! this browser remembers and what the books know of a known customer.
//!
//! Guarantees: one question at a time, and never over a panel that stands open.

use alloc::string::String;
use core::sync::atomic::{AtomicBool, Ordering};

use js_sys::{Date, Math};
use wasm_bindgen::JsValue;

use crate::dom::once;
use crate::host::{Host, object, put};
use crate::memory::{HISTORY, be_quiet, remember};
use crate::panel;
use crate::wire::Json;

/// On the way out.
pub const EXIT_INTENT: &str = "exit-intent";
/// After an order.
pub const POST_PURCHASE: &str = "post-purchase";

/// How long not to try again where the edge gives no time, in milliseconds.
const USUAL_PAUSE: f64 = 3_600_000.0;

static UNDER_WAY: AtomicBool = AtomicBool::new(false);

/// Whether nobody asked for the panel at that placement.
pub fn is_unasked(placement: &str) -> bool {
    placement == EXIT_INTENT || placement == POST_PURCHASE
}

/// Asks the edge whether to ask, and opens the panel (or the survey) if so.
pub fn ask(host: Host, placement: String) {
    if placement == POST_PURCHASE {
        remember(&host, 'b');
    }
    let place = host.stage("panel");
    if panel::is_open(&place) || UNDER_WAY.swap(true, Ordering::Relaxed) {
        return;
    }
    let history = host.keep(HISTORY, None).unwrap_or_default();
    let body = object(&[("placement", &placement), ("history", &history)]);
    for (name, value) in [
        ("now", JsValue::from_f64(Math::floor(Date::now() / 1000.0))),
        ("session", host.session().into()),
        ("customer", host.customer()),
    ] {
        put(&body, name, &value);
    }
    let asking = host.clone();
    host.post("/asks", &body, move |answer| {
        UNDER_WAY.store(false, Ordering::Relaxed);
        if answer.body.member("ask").flag() == Some(true) {
            remember(&asking, 'a');
            let survey = answer.body.member("survey").flag() == Some(true);
            let host = asking.clone();
            let show = move || panel::show(host, &place, &placement, survey);
            if survey {
                asking.more(&once(move |_| show()));
            } else {
                show();
            }
        } else {
            let pause = answer.body.member("quiet_ms").number();
            be_quiet(&asking, pause.unwrap_or(USUAL_PAUSE));
        }
    });
}
