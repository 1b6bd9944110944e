//! Passing the link on: the buttons, the message, link and code.

use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::prelude::*;
use web_sys::Element;

use super::Panel;
use crate::channels::{self, Channel, Parcel};
use crate::device;
use crate::dom::{field, find, set};
use crate::host::object;
use crate::talk::word;
use crate::view;
use crate::wire::Me;

/// Buttons in the first row; what is beyond stands behind "More", if it is more than one.
const ROW: usize = 5;

/// Under which the shopper's own message is kept.
pub(super) const MESSAGE: &str = "gv_msg";

impl Panel {
    pub(super) fn draw_passing(&self, me: &Me) {
        let listed = || {
            self.start
                .channels
                .iter()
                .filter_map(|name| channels::find(name))
        };
        if device::has_sheet() && listed().any(|channel| channel.name == "native") {
            self.show(view::NATIVE, &[]);
        }
        let row = self.show(view::APPS, &[]);
        self.show(view::REST, &[]);
        if self.draw_channels(&row, true) {
            self.add(&row, view::MORE, &[]);
        }
        let message = self.own_message().unwrap_or_else(|| self.propose());
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

    /// Draws the buttons of the first channels or of those behind "More"; answers whether
    /// there are others.
    pub(super) fn draw_channels(&self, list: &Element, first: bool) -> bool {
        let nothing = parcel("", "", "");
        let listed = self
            .start
            .channels
            .iter()
            .filter_map(|name| channels::find(name));
        let shown: Vec<&Channel> = listed
            .filter(|channel| self.address(channel, &nothing).is_some())
            .collect();
        let row = if shown.len() > ROW { ROW - 1 } else { ROW };
        for (index, channel) in shown.iter().enumerate() {
            if (index < row) == first {
                let mut label = String::from("channel_");
                label.push_str(channel.name);
                let places = [("channel", channel.name), ("label", &label)];
                self.add(list, view::APP, &places);
            }
        }
        shown.len() > row
    }

    /// Where a channel's button leads: to an app or a site, or to the edge's own picture
    /// or sheet of the link.
    fn address(&self, channel: &Channel, parcel: &Parcel<'_>) -> Option<String> {
        let page = match channel.name {
            "qr" => "/qr.svg",
            "print" => "/card",
            _ => {
                let link = channels::link_for(parcel.link, channel.name);
                let parcel = Parcel {
                    link: &link,
                    ..*parcel
                };
                return channels::href(channel, &parcel, self.platform);
            }
        };
        let mut out = String::from(parcel.link);
        out.push_str(page);
        Some(out)
    }

    /// The code as a picture that a friend's phone can read.
    pub(super) fn show_qr(&self) {
        let Some(me) = self.me.get() else { return };
        if find(&self.body, "figure").is_none()
            && let Some(rest) = find(&self.body, "#rest")
        {
            let mut url = me.link.clone();
            url.push_str("/qr.svg");
            let figure = self.show(view::QR, &[("url", &url)]);
            let _ = rest.after_with_node_1(&figure);
        }
    }

    /// The message as the shopper changed it.
    fn own_message(&self) -> Option<String> {
        let kept = self.host.keep(MESSAGE, None);
        kept.filter(|message| !message.is_empty())
    }

    /// Forgets the shopper's message and proposes ours again.
    pub(super) fn propose_again(&self) {
        self.host.keep(MESSAGE, Some(""));
        if let (Some(field), Some(me)) = (field(&self.body, "message"), self.me.get()) {
            let message = self.propose();
            field.set_value(&message);
            field.focus();
            self.address_buttons(&message, &me.link);
        }
    }

    /// The message as we or the merchant propose it, disclosure included.
    pub(super) fn propose(&self) -> String {
        let (talk, start) = (&self.talk, &self.start);
        let shop = ("shop", start.name.as_str());
        let mut out = match (&start.message, &start.friend_reward) {
            (Some(message), _) => message.clone(),
            (None, Some(offer)) => {
                talk.fill(word::MESSAGE_OFFER, &[("gift", &talk.gift(offer)), shop])
            }
            (None, None) => talk.fill(word::MESSAGE_PLAIN, &[shop]),
        };
        if start.advocate_reward.is_some() {
            let disclosure = start.disclosure.clone();
            let disclosure = disclosure.unwrap_or_else(|| talk.say(word::DISCLOSURE));
            if !disclosure.is_empty() {
                out.push(' ');
                out.push_str(&disclosure);
            }
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
            let parcel = parcel(&subject, message, link);
            let Some(href) = self.address(channel, &parcel) else {
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
    pub(super) fn open_native(&self) {
        let Some(me) = self.me.get() else { return };
        let link = channels::link_for(&me.link, "native");
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
