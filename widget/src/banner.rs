//! The line at the top of the page that greets a friend: the offer, a button
//! for the code, then the code. Stands in the page's flow, covers nothing.

use alloc::rc::Rc;
use alloc::string::String;
use core::cell::Cell;

use wasm_bindgen::prelude::*;
use web_sys::{Element, ShadowRootInit, ShadowRootMode};

use crate::clipboard;
use crate::dom::{add, el, field, find, icon, on, text};
use crate::host::{Answer, Host};
use crate::panel::show_copied;
use crate::talk::{Talk, word};
use crate::wire::{Json, Landing, Read, Start};

const CSS: &str = include_str!(concat!(env!("OUT_DIR"), "/banner.css"));

struct Banner {
    host: Host,
    talk: Talk,
    token: String,
    frame: Element,
    /// Where the button stands, then the code.
    end: Element,
    status: Element,
    asked: Cell<bool>,
}

/// Draws the banner as the first thing of the page.
pub fn mount(host: Host, token: String, offer: &JsValue) {
    let Some(start) = Start::read(&host.start()) else {
        return;
    };
    let Some(landing) = Landing::read(offer) else {
        return;
    };
    let place = host.stage("banner");
    let Ok(root) = place.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open)) else {
        return;
    };
    host.paint(&root, CSS);
    if let Some(page) = place.parent_element() {
        let _ = page.prepend_with_node_1(&place);
    }

    let talk = Talk::new(host.words(), start.locale);
    let mut offer = talk.fill(
        word::BANNER_OFFER,
        &[("amount", &talk.amount(&landing.friend_reward))],
    );
    if let Some(minimum) = &landing.minimum_order {
        offer.push(' ');
        offer.push_str(&talk.fill(word::BANNER_MINIMUM, &[("minimum", &talk.money(minimum))]));
    }
    let end = el("div", &[("class", "end")], &[]);
    let status = el("p", &[("class", "unseen"), ("role", "status")], &[]);
    let close_label = talk.say(word::CLOSE);
    let close = [
        ("class", "close"),
        ("data-gv-action", "close"),
        ("aria-label", close_label.as_str()),
    ];
    let label = talk.say(word::BANNER_LABEL);
    let frame = el(
        "section",
        &[
            ("class", "banner"),
            ("part", "banner"),
            ("aria-label", &label),
            ("lang", talk.locale()),
            ("dir", talk.direction()),
            ("data-gv-state", "offer"),
        ],
        &[
            &icon("gift"),
            &text("p", &[("class", "words")], &offer),
            &end,
            &el("button", &close, &[&icon("close")]),
            &status,
        ],
    );
    let _ = root.append_child(&frame);
    let banner = Rc::new(Banner {
        host,
        talk,
        token,
        frame,
        end,
        status,
        asked: Cell::new(false),
    });
    match &landing.coupon {
        Some(coupon) => banner.show_code(coupon),
        None => {
            let words = banner.talk.say(word::BANNER_BUTTON);
            add(
                &banner.end,
                &[&text(
                    "button",
                    &[("class", "on"), ("data-gv-action", "claim")],
                    &words,
                )],
            );
        }
    }
    let target = Rc::clone(&banner);
    on(&banner.frame, "click", move |event| {
        let clicked = event.target().map(JsCast::unchecked_into::<Element>);
        let Some(Ok(Some(button))) = clicked.map(|target| target.closest("[data-gv-action]"))
        else {
            return;
        };
        match button.get_attribute("data-gv-action").as_deref() {
            Some("claim") => target.claim(),
            Some("copy-code") => target.copy(&button),
            _ => {
                target.host.keep("gv_bar", Some(&target.token));
                place.remove();
            }
        }
    });
}

impl Banner {
    fn claim(self: &Rc<Self>) {
        // A second press while the first is under way changes nothing.
        if self.asked.replace(true) {
            return;
        }
        let banner = Rc::clone(self);
        self.host
            .post("/claims", &[("token", &self.token)], move |answer| {
                banner.asked.replace(false);
                banner.claimed(&answer);
            });
    }

    fn claimed(&self, answer: &Answer) {
        let Some(coupon) = answer.body.text_of("coupon") else {
            let words = self.talk.say(word::BANNER_FAILED);
            return self.status.set_text_content(Some(&words));
        };
        self.show_code(&coupon);
        self.host.emit("claim", &JsValue::from_str(&coupon));
        if let Some(copy) = find(&self.end, "button") {
            let _ = copy.unchecked_ref::<web_sys::HtmlElement>().focus();
        }
    }

    fn show_code(&self, coupon: &str) {
        let talk = &self.talk;
        let _ = self.frame.set_attribute("data-gv-state", "code");
        self.end.set_text_content(None);
        let label = talk.say(word::BANNER_CODE);
        let input = el(
            "input",
            &[
                ("readonly", ""),
                ("data-gv-field", "code"),
                ("aria-label", &label),
                ("value", coupon),
                ("size", "17"),
            ],
            &[],
        );
        let copy = el(
            "button",
            &[("class", "copy"), ("data-gv-action", "copy-code")],
            &[
                &icon("copy"),
                &text("span", &[], &talk.say(word::COPY_CODE)),
            ],
        );
        let hint = talk.say(word::BANNER_HINT);
        add(
            &self.end,
            &[&input, &copy, &text("span", &[("class", "small")], &hint)],
        );
        self.status.set_text_content(Some(&hint));
    }

    fn copy(self: &Rc<Self>, button: &Element) {
        let Some(input) = field(&self.end, "code") else {
            return;
        };
        let banner = Rc::clone(self);
        let button = button.clone();
        clipboard::copy(input, move |copied| {
            let said = banner.talk.say(if copied {
                word::COPIED
            } else {
                word::COPY_FAILED
            });
            banner.status.set_text_content(Some(&said));
            if copied {
                show_copied(&button, &said);
            }
        });
    }
}
