//! How likely somebody is to pass it on, 0 to 10. Who is gets the panel; who is not is
//! asked what could be better.

use alloc::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::Element;

use super::{LOADING, Panel, Screen};
use crate::device;
use crate::dom::field;
use crate::host::put;
use crate::memory::{digits, remember};
use crate::view;
use crate::wire::Json;

pub(super) const SURVEY: Screen = Screen::Part("survey", view::SURVEY);
const FEEDBACK: Screen = Screen::Part("feedback", view::FEEDBACK);
const THANKS: Screen = Screen::Part("thanks", view::THANKS);

/// From here on somebody is likely to tell a friend.
const PROMOTER: u8 = 9;
/// Up to here an answer is a poor one.
const POOR: u8 = 6;

impl Panel {
    pub(super) fn draw_scores(&self, scores: &Element) {
        for score in 0..=10 {
            let score = f64::from(score);
            let (value, score) = (digits(score), self.talk.number(score));
            let places = [("value", value.as_str()), ("score", &score)];
            self.add(scores, view::SCORE, &places);
        }
    }

    /// Hands the score in at once: who goes no further has answered, too.
    pub(super) fn score(self: &Rc<Self>, button: &Element) {
        let value = button.get_attribute("value").unwrap_or_default();
        let digit = |sum: u8, digit: u8| sum * 10 + (digit - b'0');
        let score = value.bytes().fold(0, digit);
        let body = self.body(&[("answer_id", &device::random_id())]);
        put(&body, "score", &f64::from(score).into());
        let order = AsRef::<JsValue>::as_ref(&self.host).member("order");
        put(&body, "order_id", &order);
        self.host.post("/answers", &body, |_| ());
        remember(&self.host, if score > POOR { 'v' } else { 'p' });
        if score >= PROMOTER {
            self.show_screen(&LOADING, true);
            return self.refresh();
        }
        self.settled.set(true);
        self.answer.put(body);
        self.show_screen(&FEEDBACK, true);
    }

    /// The same answer again, with words.
    pub(super) fn send_feedback(self: &Rc<Self>, button: &Element) {
        if let (Some(body), Some(input)) = (self.answer.get(), field(&self.body, "answer")) {
            put(&body, "text", &JsValue::from_str(&input.value()));
            self.call(button, "/answers", &body, |panel, _, _| {
                panel.show_screen(&THANKS, true)
            });
        }
    }
}
