//! Passing the link on: the buttons, the message, link and code.

use alloc::string::String;

use wasm_bindgen::prelude::*;
use web_sys::Element;

use super::Panel;
use crate::channels::{self, CHANNELS, Parcel};
use crate::device;
use crate::dom::{field, set};
use crate::host::object;
use crate::talk::word;
use crate::view;
use crate::wire::Me;

/// Buttons in the first row; what is beyond stands behind "More", if it is more than one.
const ROW: usize = 5;

impl Panel {
    pub(super) fn draw_passing(&self, me: &Me) {
        let allowed = |name: &str| self.start.channels.iter().any(|channel| channel == name);
        if allowed("native") && device::has_sheet() {
            self.show(view::NATIVE, &[]);
        }
        let row = self.show(view::APPS, &[]);
        let rest = self.show(view::REST, &[]);
        let drawn = || {
            CHANNELS.iter().filter(|channel| {
                let has_address =
                    channels::href(channel, &parcel("", "", ""), self.platform).is_some();
                channel.drawn && has_address && allowed(channel.name)
            })
        };
        let count = drawn().count();
        let first = if count > ROW { ROW - 1 } else { ROW };
        for (index, channel) in drawn().enumerate() {
            let mut label = String::from("channel_");
            label.push_str(channel.name);
            let places = [("channel", channel.name), ("label", &label)];
            self.add(if index < first { &row } else { &rest }, view::APP, &places);
        }
        if count > first {
            self.add(&row, view::MORE, &[]);
        }
        let message = self.message.get().unwrap_or_else(|| self.propose());
        self.show(
            view::MESSAGE,
            &[
                ("message", &message),
                ("link", &me.link),
                ("code", &me.code),
            ],
        );
        self.address_buttons(&message, &me.link);
    }

    /// The message as we propose it, disclosure included.
    pub(super) fn propose(&self) -> String {
        let talk = &self.talk;
        let shop = ("shop", self.start.name.as_str());
        let mut out = match &self.start.friend_reward {
            Some(offer) => talk.fill(word::MESSAGE_OFFER, &[("gift", &talk.gift(offer)), shop]),
            None => talk.fill(word::MESSAGE_PLAIN, &[shop]),
        };
        if self.start.advocate_reward.is_some() {
            out.push(' ');
            out.push_str(&talk.say(word::DISCLOSURE));
        }
        out
    }

    fn subject(&self) -> String {
        let (talk, shop) = (&self.talk, ("shop", self.start.name.as_str()));
        match &self.start.friend_reward {
            Some(offer) => talk.fill(word::SUBJECT_OFFER, &[("offer", &talk.offer(offer)), shop]),
            None => talk.fill(word::SUBJECT_PLAIN, &[shop]),
        }
    }

    /// Gives every channel's button its address.
    pub(super) fn address_buttons(&self, message: &str, link: &str) {
        let Ok(buttons) = self.body.query_selector_all("a[data-gv-channel]") else {
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
            let parcel = parcel(&subject, message, &link);
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

const fn parcel<'a>(subject: &'a str, message: &'a str, link: &'a str) -> Parcel<'a> {
    Parcel {
        subject,
        message,
        link,
    }
}
