//! What belongs to the shopper: a code of their own, what is stored, mails, leaving.

use alloc::rc::Rc;
use alloc::string::String;

use wasm_bindgen::prelude::*;
use web_sys::Element;

use super::{Panel, Screen};
use crate::dom::{field, find, set};
use crate::host::{Answer, GONE, SESSION, put};
use crate::talk::{Word, word};
use crate::view;
use crate::wire::Json;

pub(super) const LEAVE: Screen = Screen::Part("leave", view::LEAVE);
const LEFT: Screen = Screen::Part("left", view::LEFT);

#[wasm_bindgen]
extern "C" {
    /// Of a list, its items and commas.
    #[wasm_bindgen(js_name = String)]
    fn as_text(value: &JsValue) -> String;
}

/// What is stored, in the order told: its word, and its name in the edge's answer.
const STORED: [(Word, &str); 12] = [
    (word::STORED_EMAIL, "email"),
    (word::STORED_NAME, "name"),
    (word::STORED_CUSTOMER, "customer"),
    (word::STORED_JOINED, "joined_at"),
    (word::STORED_LANGUAGE, "language"),
    (word::STORED_CODE, "codes"),
    (word::STORED_SHARES, "shares"),
    (word::STORED_CLICKS, "clicks"),
    (word::STORED_REWARDS, "rewards"),
    (word::STORED_MAILS, "mails"),
    (word::STORED_ANSWERS, "answers"),
    (word::STORED_ASKS, "asks"),
];

impl Panel {
    /// The form for a code of one's own, below the code.
    pub(super) fn choose_code(&self) {
        let Some(place) = find(&self.body, "#codes") else {
            return;
        };
        if let Some(former) = find(&place, "form,.sent") {
            former.remove();
        }
        self.add(&place, view::OWN_CODE, &[]);
        if let Some(input) = field(&place, "own-code") {
            input.focus();
        }
    }

    pub(super) fn save_code(self: &Rc<Self>, button: &Element) {
        if let Some(input) = field(&self.body, "own-code") {
            let body = self.body(&[("code", input.value().trim_ascii())]);
            self.call(button, "/code", &body, Self::code_saved);
        }
    }

    fn code_saved(self: &Rc<Self>, _: &Element, answer: &Answer) {
        let Some(me) = self.told.get() else { return };
        for name in ["code", "link"] {
            put(me.unchecked_ref(), name, &answer.body.member(name));
        }
        self.know(&me, false);
        if let (Some(place), Some(code)) = (find(&self.body, "#codes"), field(&self.body, "code")) {
            self.add(&place, view::SAVED, &[]);
            code.focus();
        }
        self.announce(&self.talk.say(word::CODE_SAVED));
    }

    /// What "Your data" holds, drawn when it is opened for the first time.
    pub(super) fn draw_settings(&self) {
        if let (Some(place), Some(me)) = (find(&self.body, ".data"), self.told.get())
            && find(&place, "button").is_none()
        {
            let (action, mails) = mails_button(me.member("mails").flag() != Some(false));
            let places = [("action", action), ("mails", mails.0)];
            self.add(&place, view::OWN_DATA, &places);
        }
    }

    pub(super) fn show_stored(self: &Rc<Self>, _: &Element, answer: &Answer) {
        let Some(place) = find(&self.body, "#stored") else {
            return;
        };
        place.set_text_content(None);
        self.add(&place, view::STORED, &[]);
        let Some(list) = find(&place, "dl") else {
            return;
        };
        for (label, key) in STORED {
            let value = self.told(key, &answer.body.member(key));
            let places = [("label", label.0), ("value", &value)];
            self.add(&list, view::STORED_ROW, &places);
        }
    }

    /// A stored value as a person reads it.
    fn told(&self, key: &str, value: &JsValue) -> String {
        let talk = &self.talk;
        if let Some(number) = value.number() {
            return talk.number(number);
        }
        if value.is_falsy() {
            return talk.say(word::STORED_NONE);
        }
        let text = as_text(value);
        if key == "joined_at" {
            // Always with its year.
            return talk.date(&text, "");
        }
        text
    }

    pub(super) fn set_mails(self: &Rc<Self>, button: &Element, on: bool) {
        let body = self.body(&[]);
        put(&body, "on", &JsValue::from_bool(on));
        self.call(button, "/mails", &body, |panel, button, answer| {
            let mails = answer.body.member("mails");
            let on = mails.flag().unwrap_or_default();
            if let Some(me) = panel.told.get() {
                put(me.unchecked_ref(), "mails", &mails);
            }
            let (action, word) = mails_button(on);
            set(button, &[("data-gv-action", action)]);
            button.set_text_content(Some(&panel.talk.say(word)));
            let done = panel.talk.say(if on {
                word::MAILS_ON_DONE
            } else {
                word::MAILS_OFF_DONE
            });
            panel.announce(&done);
            if let Some(said) = find(&panel.body, ".said") {
                said.set_text_content(Some(&done));
            }
        });
    }

    pub(super) fn left(self: &Rc<Self>, _: &Element, _: &Answer) {
        self.forget_session();
        self.host.keep(SESSION, Some(GONE));
        self.show_screen(&LEFT, true);
    }
}

/// What the button for mails does and says, by whether they are sent.
const fn mails_button(mails: bool) -> (&'static str, Word) {
    if mails {
        ("mails-off", word::MAILS_OFF)
    } else {
        ("mails-on", word::MAILS_ON)
    }
}
