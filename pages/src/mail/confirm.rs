//! "Confirm your address": the first mail after joining with an address.

use grapevine_domain::time::Timestamp;

use super::{Letter, compiled, letter};
use crate::text::web_address;
use crate::{Brand, Worth, date};

/// Asks a new advocate to confirm the address.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// The shop and the reader's language.
    pub brand: Brand,
    /// Where the unsubscribe page of this reader is.
    pub unsubscribe_url: String,
    /// The mailbox page that confirms.
    pub link: String,
    /// Until when that works.
    pub expires_at: Timestamp,
    /// What a friend gets.
    pub friend_reward: Option<Worth>,
    /// What the reader gets.
    pub advocate_reward: Option<Worth>,
}

impl Confirm {
    /// Writes the mail.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<Letter, askama::Error> {
        let html = compiled::ConfirmHtml { mail: self };
        letter(
            &self.subject(),
            &html,
            &compiled::ConfirmText { mail: self },
        )
    }

    pub(super) fn subject(&self) -> String {
        self.brand.locale.confirm_subject(&self.brand.shop())
    }

    pub(super) fn preview(&self) -> &'static str {
        self.brand.locale.confirm_preview()
    }

    pub(super) fn lead(&self) -> String {
        self.brand.locale.confirm_lead(&self.brand.shop())
    }

    pub(super) fn offer(&self) -> String {
        let locale = self.brand.locale;
        let written = |worth: &Option<Worth>| worth.as_ref().map(|worth| worth.format(locale));
        match (written(&self.friend_reward), written(&self.advocate_reward)) {
            (Some(friend), Some(own)) => locale.offer(&friend, &own),
            (Some(friend), None) => locale.offer_give(&friend),
            (None, Some(own)) => locale.offer_get(&own),
            (None, None) => String::new(),
        }
    }

    pub(super) fn button(&self) -> &'static str {
        self.brand.locale.confirm_button()
    }

    pub(super) fn button_url(&self) -> &str {
        web_address(&self.link)
    }

    pub(super) fn note(&self) -> String {
        self.brand
            .locale
            .confirm_note(&date::date_time(self.expires_at, self.brand.locale))
    }

    pub(super) fn because(&self) -> String {
        self.brand.locale.because_joined(&self.brand.shop())
    }

    pub(super) fn unsubscribe_href(&self) -> &str {
        web_address(&self.unsubscribe_url)
    }
}
