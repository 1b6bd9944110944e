//! What the panel's buttons and fields do.

use alloc::borrow::ToOwned;
use alloc::rc::Rc;
use alloc::string::String;

use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, HtmlDialogElement, HtmlElement};

use super::passing::MESSAGE;
use super::{LOADING, Panel, Screen, WAKE, own};
use crate::dom::{Field, after, field, find, icon, on, set};
use crate::host::object;
use crate::memory::remember;
use crate::talk::word;
use crate::wire::Json;
use crate::{clipboard, device, hint, view};

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
    on(&panel.frame, "input", move |event| target.typed(&event));
    // Enter presses the form's button, and that is what we listen to.
    on(&panel.frame, "submit", |event| event.prevent_default());
    let target = Rc::clone(panel);
    let page = AsRef::<JsValue>::as_ref(&panel.frame).member("ownerDocument");
    on(page.unchecked_ref(), "grapevine:identify", move |_| {
        // Who sees a field for an address needs it no more.
        if find(&target.body, "#email").is_some_and(|field| is_seen(field.unchecked_ref())) {
            target.refresh();
        }
    });
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
        if button.has_attribute("aria-busy") {
            return;
        }
        match button.get_attribute("data-gv-action").as_deref() {
            Some("close") => self.close(),
            Some("retry") => {
                self.show_screen(&LOADING, true);
                self.refresh();
            }
            Some("other") => {
                self.forget_session();
                self.show_screen(&Screen::Join(None), true);
            }
            Some("join") => self.join(&button),
            Some("hint-use") => {
                if let (Some(input), Some(meant)) =
                    (field(&self.body, "email"), button.get_attribute("value"))
                {
                    input.set_value(&meant);
                    self.send_address(&button, &input);
                }
            }
            Some("hint-keep") => {
                if let Some(input) = field(&self.body, "email") {
                    self.send_address(&button, &input);
                }
            }
            Some("choose-code") => self.choose_code(),
            Some("save-code") => self.save_code(&button),
            Some("stored") => self.call(&button, "/stored", &self.body(&[]), Self::show_stored),
            Some(action @ ("mails-on" | "mails-off")) => self.set_mails(&button, action),
            Some("leave") => self.show_screen(&own::LEAVE, true),
            Some("stay") => self.show_screen(&Screen::Known, true),
            Some("leave-yes") => self.call(&button, "/leave", &self.body(&[]), Self::left),
            Some("score") => self.score(&button),
            Some("send") => self.send_feedback(&button),
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

    fn typed(&self, event: &Event) {
        if let Some(message) = field(&self.body, "message") {
            let message = message.value();
            if let Some(link) = self.link() {
                self.address_buttons(&message, &link);
            }
            self.host.keep(MESSAGE, Some(&message));
        }
        if let Some(hint) = find(&self.body, ".hint") {
            hint.remove();
        }
        if let Some(target) = event.target() {
            self.complain(target.unchecked_ref(), "");
        }
    }

    fn show_more(&self, button: &Element) {
        if let Some(rest) = find(&self.body, "#rest") {
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
        if !self.settled.replace(true) {
            remember(&self.host, 's');
        }
        if let Some(sent) = find(&self.body, ".sent") {
            let _ = sent.remove_attribute("hidden");
            self.announce(&self.talk.say(word::SENT));
        }
        let body = [("channel", channel), ("press_id", &device::random_id())];
        self.count("/presses", &self.body(&body));
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

    /// Sends the address, unless it looks like a slip: then asks first.
    fn join(self: &Rc<Self>, button: &Element) {
        let Some(input) = field(&self.body, "email") else {
            return;
        };
        let email = input.value();
        let email = email.trim_ascii();
        if !could_be_an_address(email) {
            self.complain(button, &self.talk.say(word::JOIN_BAD));
            return input.focus();
        }
        // Who presses on with the question in sight has answered it.
        if find(&self.body, ".hint").is_none()
            && let Some(meant) = hint::suggest(email)
            && let Some(form) = button.parent_element()
        {
            let hint = self.add(&form, view::HINT, &[("email", &meant)]);
            if let Some(yes) = find(&hint, "button") {
                let _ = yes.unchecked_ref::<HtmlElement>().focus();
            }
            return;
        }
        self.send_address(button, &input);
    }

    fn send_address(self: &Rc<Self>, button: &Element, input: &Field) {
        let email = input.value().trim_ascii().to_owned();
        // Not who the shop says it is: an address was typed.
        let body = object(&[
            ("email", &email),
            ("locale", self.talk.locale()),
            ("placement", &self.placement()),
        ]);
        self.email.put(email);
        self.call(button, "/advocates", &body, |panel, _, answer| {
            panel.joined(answer)
        });
    }

    /// Says beside a field or a button what is wrong; nothing for "".
    pub(super) fn complain(&self, at: &Element, words: &str) {
        let Ok(Some(form)) = at.closest("form,details") else {
            return;
        };
        if let Some(error) = find(&form, ".error") {
            error.set_text_content(Some(words));
        }
        if let Some(field) = find(&form, "[data-gv-field]") {
            let wrong = if words.is_empty() { "false" } else { "true" };
            set(&field, &[("aria-invalid", wrong)]);
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
