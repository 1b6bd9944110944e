//! What the panel's buttons and fields do.

use alloc::borrow::ToOwned;
use alloc::rc::Rc;
use alloc::string::String;

use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, HtmlDialogElement, HtmlElement};

use super::passing::MESSAGE;
use super::{Panel, Screen, WAKE, failed};
use crate::dom::{Field, after, field, find, icon, on, set};
use crate::memory::remember;
use crate::talk::word;
use crate::{clipboard, device};

#[wasm_bindgen]
extern "C" {
    /// A key going down.
    type Key;
    #[wasm_bindgen(method, getter, js_name = key)]
    fn name(this: &Key) -> String;
    #[wasm_bindgen(method, getter, js_name = shiftKey)]
    fn shift(this: &Key) -> bool;
}

impl Key {
    fn is_tab(&self) -> bool {
        self.name() == "Tab"
    }
}

/// Whether an element is drawn, so that Tab can reach it.
fn is_seen(element: &HtmlElement) -> bool {
    element.offset_height() > 0
}

/// How long "Copied" stays.
const COPIED_MILLISECONDS: i32 = 2000;

/// Listens once for the whole panel, whatever it shows.
pub(super) fn listen(panel: &Rc<Panel>) {
    let target = Rc::clone(panel);
    on(&panel.frame, "click", move |event| target.clicked(&event));
    let target = Rc::clone(panel);
    on(&panel.frame, "submit", move |event| {
        event.prevent_default();
        target.join();
    });
    let target = Rc::clone(panel);
    on(&panel.frame, "input", move |_| target.typed());
    let target = Rc::clone(panel);
    on(&panel.frame, WAKE, move |_| target.appear());
    if panel.modal {
        let target = Rc::clone(panel);
        on(&panel.frame, "keydown", move |event| {
            target.keep_focus_inside(&event)
        });
        let target = Rc::clone(panel);
        on(&panel.frame, "close", move |_| target.closed());
    }
}

impl Panel {
    fn clicked(self: &Rc<Self>, event: &Event) {
        let Some(target) = event.target().map(JsCast::unchecked_into::<Element>) else {
            return;
        };
        if self.modal && target == self.frame {
            // The frame fills the dialog, so this is the backdrop.
            return self.close();
        }
        let Ok(Some(button)) = target.closest("[data-gv-action],[data-gv-channel]") else {
            return;
        };
        let channel = button.get_attribute("data-gv-channel");
        match button.get_attribute("data-gv-action").as_deref() {
            Some("close") => self.close(),
            Some("retry") => {
                self.show_screen(&Screen::Loading, true);
                self.refresh();
            }
            Some("other") => {
                self.forget_session();
                self.show_screen(&Screen::Join(None), true);
            }
            Some("more") => self.show_more(&button),
            Some("propose") => self.propose_again(),
            Some("copy-link") => {
                self.copy(&button);
                self.pressed("copy");
            }
            Some("copy-code" | "copy-coupon") => self.copy(&button),
            Some("native") => {
                if let Some(link) = self.link() {
                    self.open_native(&link);
                }
            }
            _ => {}
        }
        if let Some(channel) = channel {
            if channel == "qr" {
                event.prevent_default();
                self.show_qr();
            }
            self.pressed(&channel);
        }
    }

    /// From the last control Tab leads to the first, and back with Shift.
    fn keep_focus_inside(&self, event: &Event) {
        let key: &Key = event.unchecked_ref();
        if !key.is_tab() {
            return;
        }
        let Ok(all) = self
            .frame
            .query_selector_all("button,a,input,textarea,summary")
        else {
            return;
        };
        let seen = |index: &u32| {
            all.item(*index)
                .is_some_and(|node| is_seen(node.unchecked_ref()))
        };
        let mut order = (0..all.length()).filter(seen);
        let (first, last) = if key.shift() {
            (order.next_back(), order.next())
        } else {
            (order.next(), order.next_back())
        };
        let (Some(goal), Some(border)) = (
            first.and_then(|i| all.item(i)),
            last.and_then(|i| all.item(i)),
        ) else {
            return;
        };
        if event.target().as_ref() == Some(border.unchecked_ref()) {
            event.prevent_default();
            let _ = goal.unchecked_ref::<HtmlElement>().focus();
        }
    }

    fn close(&self) {
        self.frame.unchecked_ref::<HtmlDialogElement>().close();
    }

    fn link(&self) -> Option<String> {
        self.me.get().map(|me| me.link.clone())
    }

    fn typed(&self) {
        if let Some(message) = field(&self.body, "message") {
            let message = message.value();
            if let Some(link) = self.link() {
                self.address_buttons(&message, &link);
            }
            self.host.keep(MESSAGE, Some(&message));
        }
        self.complain("");
    }

    fn show_more(&self, button: &Element) {
        if let Some(rest) = find(&self.body, "#rest") {
            // Drawn when they are wanted, since their icons are then fetched.
            if rest.first_element_child().is_none() {
                self.draw_channels(&rest, false);
                if let Some(link) = self.link() {
                    self.address_buttons(&self.current_message(), &link);
                }
            }
            let open = rest.has_attribute("hidden");
            let _ = rest.toggle_attribute("hidden");
            set(
                button,
                &[("aria-expanded", if open { "true" } else { "false" })],
            );
        }
    }

    /// Counts a press, once.
    fn pressed(&self, channel: &str) {
        if !self.shared.replace(true) {
            remember(&self.host, 's');
        }
        if let Some(sent) = find(&self.body, ".sent") {
            let _ = sent.remove_attribute("hidden");
            self.announce(&self.talk.say(word::SENT));
        }
        if let Some(session) = self.session() {
            let body = [
                ("session", session.as_str()),
                ("channel", channel),
                ("placement", &self.placement()),
                ("press_id", &device::random_id()),
            ];
            self.count("/presses", &body);
        }
        self.host.emit("press", &JsValue::from_str(channel));
    }

    /// Copies the field that stands beside the button.
    fn copy(self: &Rc<Self>, button: &Element) {
        let Some(input) = button.previous_element_sibling() else {
            return;
        };
        let input: Field = input.unchecked_into();
        let panel = Rc::clone(self);
        let button = button.clone();
        clipboard::copy(input, move |copied| {
            let said = panel.talk.say(if copied {
                word::COPIED
            } else {
                word::COPY_FAILED
            });
            panel.announce(&said);
            if copied {
                show_copied(&button, &said);
            }
        });
    }

    fn join(self: &Rc<Self>) {
        let Some(input) = field(&self.body, "email") else {
            return;
        };
        let email = input.value().trim_ascii().to_owned();
        if !could_be_an_address(&email) {
            self.complain(&self.talk.say(word::JOIN_BAD));
            return input.focus();
        }
        self.email.put(email.clone());
        self.busy(true);
        let panel = Rc::clone(self);
        let body = [
            ("email", email.as_str()),
            ("locale", self.talk.locale()),
            ("placement", &self.placement()),
        ];
        self.host.post("/advocates", &body, move |answer| {
            panel.busy(false);
            // What was typed stays, whatever went wrong.
            match answer.status {
                200..=399 => panel.joined(&answer),
                422 => panel.complain(&panel.talk.say(word::JOIN_BAD)),
                0 if matches!(failed(), Screen::Offline) => {
                    panel.complain(&panel.talk.say(word::JOIN_OFFLINE))
                }
                _ => panel.complain(&panel.talk.say(word::JOIN_FAILED)),
            }
        });
    }

    /// Says beside the field what is wrong; nothing for "".
    fn complain(&self, words: &str) {
        let (Some(error), Some(input)) =
            (find(&self.body, "#email-error"), find(&self.body, "#email"))
        else {
            return;
        };
        error.set_text_content(Some(words));
        set(
            &input,
            &[(
                "aria-invalid",
                if words.is_empty() { "false" } else { "true" },
            )],
        );
    }

    fn busy(&self, busy: bool) {
        if let Some(button) = find(&self.body, "[data-gv-action=join]") {
            let _ = button.toggle_attribute_with_force("disabled", busy);
        }
    }
}

/// The button says what happened, for two seconds.
pub fn show_copied(button: &Element, said: &str) {
    let (Some(picture), Some(label)) = (find(button, "svg"), find(button, "span")) else {
        return;
    };
    if button.has_attribute("data-done") {
        return;
    }
    let before = label.text_content();
    set(button, &[("data-done", "")]);
    label.set_text_content(Some(said));
    let done = icon("done");
    let _ = picture.replace_with_with_node_1(&done);
    let button = button.clone();
    after(COPIED_MILLISECONDS, move || {
        label.set_text_content(before.as_deref());
        let _ = done.replace_with_with_node_1(&picture);
        let _ = button.remove_attribute("data-done");
    });
}

/// Whether it is worth asking the edge: something before and after one "@", a
/// dot inside what follows, no blanks. The edge decides.
fn could_be_an_address(text: &str) -> bool {
    let Some(at) = text.bytes().position(|byte| byte == b'@') else {
        return false;
    };
    let (local, host) = text.as_bytes().split_at(at);
    let dot_inside = host.iter().skip(2).rev().skip(1).any(|byte| *byte == b'.');
    let odd = |byte: &u8| *byte <= b' ' || *byte == b'@';
    !local.is_empty()
        && dot_inside
        && !host.ends_with(b".")
        && !text.bytes().skip(at + 1).any(|byte| odd(&byte))
        && !local.iter().any(odd)
}

#[cfg(test)]
mod tests {
    use super::could_be_an_address;

    #[test]
    fn addresses_are_told_from_slips() {
        for good in [
            "anna@example.com",
            "a.b+c@mail.example.co",
            "\"odd\"@x.y",
            "ż@żółw.pl",
        ] {
            assert!(could_be_an_address(good), "{good}");
        }
        for bad in [
            "",
            "anna",
            "anna@",
            "@example.com",
            "anna@example",
            "a b@example.com",
            "a@b@c.d",
            "a@.com",
            "a@b.",
        ] {
            assert!(!could_be_an_address(bad), "{bad}");
        }
    }
}
