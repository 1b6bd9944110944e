//! The line that greets a friend: the offer, a button for the code, then the code.
//! Floats at the foot of the page, since whatever enters a page's flow moves it under
//! the reader's eyes; a page that keeps a strip for it (`data-grapevine=welcome`) finds
//! it there.

use alloc::rc::Rc;
use alloc::string::String;
use core::cell::Cell;

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, ShadowRootInit, ShadowRootMode};

use crate::clipboard;
use crate::dom::{create, field, find, on, set};
use crate::host::{Answer, Host, object};
use crate::talk::{Talk, word};
use crate::view::{self, draw};
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

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = document, js_name = querySelector)]
    fn find_in_page(selector: &str) -> Option<HtmlElement>;
}

/// The strip that the page keeps for the banner, unless it is filled already.
fn strip() -> Option<HtmlElement> {
    find_in_page("[data-grapevine=welcome]").filter(|strip| strip.shadow_root().is_none())
}

/// Draws the banner.
pub fn mount(host: Host, token: String, offer: &JsValue) {
    let Some(start) = Start::read(&host.start()) else {
        return;
    };
    let Some(landing) = Landing::read(offer) else {
        return;
    };
    let strip = strip();
    let place = strip.clone().unwrap_or_else(|| host.stage("banner"));
    let Ok(root) = place.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open)) else {
        return;
    };
    host.paint(&root, CSS);
    match strip {
        Some(strip) => set(&strip, &[("data-gv", "banner")]),
        // First in the page, so that whoever listens to it meets it first.
        None => {
            if let Some(page) = place.parent_element() {
                let _ = page.prepend_with_node_1(&place);
            }
        }
    }

    let talk = Talk::new(host.words(), start.locale);
    let gift = talk.gift(&landing.friend_reward);
    let mut offer = talk.fill(word::BANNER_OFFER, &[("gift", &gift)]);
    if let Some(minimum) = &landing.minimum_order {
        offer.push(' ');
        offer.push_str(&talk.fill(word::BANNER_MINIMUM, &[("minimum", &talk.money(minimum))]));
    }
    let places = [
        ("offer", offer.as_str()),
        ("lang", talk.locale()),
        ("dir", talk.direction()),
    ];
    let frame = draw(&talk, root.unchecked_ref(), view::BANNER, &places);
    let (Some(end), Some(status)) = (find(&frame, ".end"), find(&frame, "[role=status]")) else {
        return;
    };
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
            draw(&banner.talk, &banner.end, view::CLAIM, &[]);
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
                // Its host stays, since the loader puts back what a page throws out; a
                // strip shows the shop's own words again.
                let _ = target.frame.replace_with_with_node_1(&create("slot"));
                target.host.paint(&root, "");
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
        self.host.post(
            "/claims",
            &object(&[("token", &self.token)]),
            move |answer| {
                banner.asked.replace(false);
                banner.claimed(&answer);
            },
        );
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
        set(&self.frame, &[("data-gv-state", "code")]);
        self.end.set_text_content(None);
        draw(&self.talk, &self.end, view::COUPON, &[("coupon", coupon)]);
        self.status
            .set_text_content(Some(&self.talk.say(word::BANNER_HINT)));
    }

    fn copy(&self, button: &Element) {
        if let Some(input) = field(&self.end, "code") {
            clipboard::copy(input, button, &self.status, &self.talk);
        }
    }
}
