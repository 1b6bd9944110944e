//! Passing the link on: the buttons, the message, link and code.

use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::prelude::*;
use web_sys::Element;

use super::Panel;
use crate::channels::{self, CHANNELS, Parcel};
use crate::device;
use crate::dom::{add, el, field, icon, set, text};
use crate::host::object;
use crate::talk::word;
use crate::wire::Me;

/// Buttons in the first row; what is beyond stands behind "More", if it is more than one.
const ROW: usize = 5;

impl Panel {
    pub(super) fn draw_passing(&self, me: &Me, message: Option<String>) -> Vec<Element> {
        let talk = &self.talk;
        let mut parts = Vec::new();
        let allowed = |name: &str| self.start.channels.iter().any(|channel| channel == name);
        if allowed("native") && device::has_sheet() {
            let label = text("span", &[], &talk.say(word::NATIVE_LABEL));
            let button = [
                ("class", "on wide"),
                ("data-gv-action", "native"),
                ("data-gv-channel", "native"),
            ];
            parts.push(el("button", &button, &[&icon("native"), &label]));
        }

        let shown: Vec<_> = CHANNELS
            .iter()
            .filter(|channel| channel.drawn && allowed(channel.name))
            .filter(|channel| {
                channels::href(channel, &self.parcel("", ""), self.platform).is_some()
            })
            .collect();
        let first = if shown.len() > ROW { ROW - 1 } else { ROW };
        let row = el(
            "ul",
            &[
                ("class", "apps"),
                ("aria-label", &talk.say(word::SHARE_GROUP)),
            ],
            &[],
        );
        let rest = el(
            "ul",
            &[("class", "apps rest"), ("id", "rest"), ("hidden", "")],
            &[],
        );
        for (index, channel) in shown.iter().enumerate() {
            let name = text("span", &[], &talk.channel(channel.name));
            let link = el(
                "a",
                &[("class", "app"), ("data-gv-channel", channel.name)],
                &[&icon(channel.name), &name],
            );
            add(
                if index < first { &row } else { &rest },
                &[&el("li", &[], &[&link])],
            );
        }
        if shown.len() > first {
            let button = [
                ("class", "app"),
                ("data-gv-action", "more"),
                ("aria-expanded", "false"),
                ("aria-controls", "rest"),
            ];
            let button = el(
                "button",
                &button,
                &[&icon("more"), &text("span", &[], &talk.say(word::MORE))],
            );
            add(&row, &[&el("li", &[], &[&button])]);
        }
        parts.extend([row, rest]);
        parts.push(text(
            "p",
            &[("class", "sent"), ("hidden", "")],
            &talk.say(word::SENT),
        ));

        let words = message.unwrap_or_else(|| self.propose());
        let area = [
            ("id", "message"),
            ("data-gv-field", "message"),
            ("rows", "3"),
            ("maxlength", "2000"),
        ];
        let area = text("textarea", &area, &words);
        let label = text(
            "label",
            &[("for", "message")],
            &talk.say(word::MESSAGE_LABEL),
        );
        parts.push(el("div", &[], &[&label, &area]));
        parts.push(self.draw_copy("link", &me.link));
        parts.push(self.draw_copy("code", &me.code));
        for part in &parts {
            self.address_buttons(part, &words, &me.link);
        }
        parts
    }

    /// A text to take away, with its button.
    fn draw_copy(&self, name: &str, value: &str) -> Element {
        let (label, copy, action) = match name {
            "link" => (word::LINK_LABEL, word::COPY_LINK, "copy-link"),
            _ => (word::CODE_LABEL, word::COPY_CODE, "copy-code"),
        };
        let label = text("label", &[("for", name)], &self.talk.say(label));
        let input = [
            ("id", name),
            ("data-gv-field", name),
            ("readonly", ""),
            ("dir", "ltr"),
            ("value", value),
        ];
        let button = el(
            "button",
            &[("class", "copy"), ("data-gv-action", action)],
            &[&icon("copy"), &text("span", &[], &self.talk.say(copy))],
        );
        let pair = el(
            "div",
            &[("class", "pair")],
            &[&el("input", &input, &[]), &button],
        );
        el("div", &[], &[&label, &pair])
    }

    /// The message as we propose it, disclosure included.
    pub(super) fn propose(&self) -> String {
        let talk = &self.talk;
        let amount = self
            .start
            .friend_reward
            .as_ref()
            .map(|offer| talk.amount(offer))
            .unwrap_or_default();
        let places = [
            ("amount", amount.as_str()),
            ("shop", self.start.name.as_str()),
        ];
        let mut out = talk.fill(
            if amount.is_empty() {
                word::MESSAGE_PLAIN
            } else {
                word::MESSAGE_OFFER
            },
            &places,
        );
        if self.start.advocate_reward.is_some() {
            out.push(' ');
            out.push_str(&talk.say(word::DISCLOSURE));
        }
        out
    }

    fn subject(&self) -> String {
        let amount = self
            .start
            .friend_reward
            .as_ref()
            .map(|offer| self.talk.amount(offer))
            .unwrap_or_default();
        let word = if amount.is_empty() {
            word::SUBJECT_PLAIN
        } else {
            word::SUBJECT_OFFER
        };
        self.talk
            .fill(word, &[("amount", &amount), ("shop", &self.start.name)])
    }

    const fn parcel<'a>(&self, message: &'a str, link: &'a str) -> Parcel<'a> {
        Parcel {
            subject: "",
            message,
            link,
        }
    }

    /// Gives every channel's button below `element` its address.
    pub(super) fn address_buttons(&self, element: &Element, message: &str, link: &str) {
        let Ok(buttons) = element.query_selector_all("a[data-gv-channel]") else {
            return;
        };
        let subject = self.subject();
        for index in 0..buttons.length() {
            let Some(button) = buttons.item(index).map(JsCast::unchecked_into::<Element>) else {
                continue;
            };
            let channel = button
                .get_attribute("data-gv-channel")
                .as_deref()
                .and_then(channels::find);
            let Some(channel) = channel else { continue };
            let link = channels::link_for(link, channel.name);
            let parcel = Parcel {
                subject: &subject,
                ..self.parcel(message, &link)
            };
            let Some(href) = channels::href(channel, &parcel, self.platform) else {
                continue;
            };
            set(&button, &[("href", &href)]);
            // Apps open by themselves; pages get a tab of their own.
            if href.starts_with("https:") {
                set(&button, &[("target", "_blank"), ("rel", "noopener")]);
            }
        }
    }

    /// The message in the field, else the proposed one.
    pub(super) fn current_message(&self) -> String {
        field(&self.body, "message").map_or_else(|| self.propose(), |field| field.value())
    }

    /// Opens the device's own sheet.
    pub(super) fn open_native(&self, link: &str) {
        let link = channels::link_for(link, "native");
        let parcel = object(&[("text", &self.current_message()), ("url", &link)]);
        device::open_sheet(&parcel);
    }
}
