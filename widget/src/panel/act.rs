//! What the panel's buttons and fields do.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;

use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, HtmlDialogElement, HtmlElement};

use super::passing::MESSAGE;
use super::{IDENTIFY, LOADING, Panel, Screen, WAKE, own};
use crate::dom::{field, find, listen_to, once, set};
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

/// Listens once for the whole panel, whatever it shows.
pub(super) fn listen(panel: &Rc<Panel>) {
    let page = AsRef::<JsValue>::as_ref(&panel.frame).member("ownerDocument");
    let target = Rc::clone(panel);
    let run: Box<dyn FnMut(Event)> = Box::new(move |event| target.notice(&event));
    let run = Closure::wrap(run).into_js_value();
    for name in ["click", "submit", "input", WAKE, "keydown", "close"] {
        listen_to(&panel.frame, name, &run);
    }
    listen_to(page.unchecked_ref(), IDENTIFY, &run);
}

type Act = fn(&Rc<Panel>, &Element);

/// What the buttons do, by `data-gv-action`.
const ACTS: [(&str, Act); 24] = [
    ("close", |panel, _| panel.close()),
    ("retry", |panel, _| {
        panel.show_screen(&LOADING, true);
        panel.refresh();
    }),
    ("other", |panel, _| {
        panel.forget_session();
        panel.show_screen(&Screen::Join(None), true);
    }),
    ("join", Panel::join),
    ("hint-use", |panel, button| {
        if let Some(input) = field(&panel.body, "email") {
            input.set_value(&button.get_attribute("value").unwrap_or_default());
        }
        panel.send_address(button);
    }),
    ("hint-keep", Panel::send_address),
    ("more", |panel, button| panel.show_more(button)),
    ("propose", |panel, _| panel.propose_again()),
    ("copy-link", |panel, button| {
        panel.copy(button);
        panel.pressed("copy");
    }),
    ("copy-code", |panel, button| panel.copy(button)),
    ("copy-coupon", |panel, button| panel.copy(button)),
    ("native", |panel, _| panel.open_native()),
    ("choose-code", |panel, _| {
        panel.with_words(Panel::choose_code)
    }),
    ("settings", |panel, _| {
        panel.with_words(Panel::draw_settings)
    }),
    ("save-code", Panel::save_code),
    ("stored", |panel, button| {
        panel.call(button, "/stored", &panel.body(&[]), Panel::show_stored);
    }),
    ("mails-on", |panel, button| panel.set_mails(button, true)),
    ("mails-off", |panel, button| panel.set_mails(button, false)),
    ("leave", |panel, _| panel.show_screen(&own::LEAVE, true)),
    ("stay", |panel, _| panel.show_screen(&Screen::Known, true)),
    ("leave-yes", |panel, button| {
        panel.call(button, "/leave", &panel.body(&[]), Panel::left);
    }),
    ("score", Panel::score),
    ("send", Panel::send_feedback),
    ("qr", |panel, _| panel.show_qr()),
];

impl Panel {
    /// Something happened that we listen to.
    fn notice(self: &Rc<Self>, event: &Event) {
        match event.type_().as_str() {
            "click" => self.clicked(event),
            // Enter presses the form's button, and that is what we listen to.
            "submit" => event.prevent_default(),
            "input" => self.typed(event),
            "keydown" if self.modal => self.keep_focus_inside(event),
            "close" => self.closed(),
            WAKE => self.appear(),
            // Who sees a field for an address needs it no more.
            IDENTIFY
                if find(&self.body, "#email")
                    .is_some_and(|field| is_seen(field.unchecked_ref())) =>
            {
                self.refresh()
            }
            _ => {}
        }
    }

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
        if button.has_attribute("aria-busy") {
            return;
        }
        let channel = button.get_attribute("data-gv-channel");
        let action = button.get_attribute("data-gv-action");
        let name = action.as_deref().or(channel.as_deref());
        let name = name.unwrap_or_default();
        if let Some((_, act)) = ACTS.iter().find(|(act, _)| *act == name) {
            act(self, &button);
        }
        if name == "qr" {
            event.prevent_default();
        }
        if let Some(channel) = channel {
            self.pressed(&channel);
        }
    }

    /// Does something once the words are there that do not come with the panel.
    fn with_words(self: &Rc<Self>, act: fn(&Self)) {
        let panel = Rc::clone(self);
        self.host.more(&once(move |_| act(&panel)));
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
    fn copy(&self, button: &Element) {
        if let Some(input) = button.previous_element_sibling() {
            clipboard::copy(input.unchecked_into(), button, &self.status, &self.talk);
        }
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
            && let Some(place) = find(&self.body, ".meant")
        {
            let hint = self.add(&place, view::HINT, &[("email", &meant)]);
            if let Some(yes) = find(&hint, "button") {
                let _ = yes.unchecked_ref::<HtmlElement>().focus();
            }
            return;
        }
        self.send_address(button);
    }

    fn send_address(self: &Rc<Self>, button: &Element) {
        let Some(input) = field(&self.body, "email") else {
            return;
        };
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
