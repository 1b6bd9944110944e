//! "Open your page": the way in for an address that is already known.

use grapevine_domain::time::Timestamp;

use super::{Letter, compiled, letter};
use crate::text::web_address;
use crate::{Brand, date};

/// Lets an advocate in without a password.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The shop and the reader's language.
    pub brand: Brand,
    /// Where the unsubscribe page of this reader is.
    pub unsubscribe_url: String,
    /// The mailbox page that opens the reader's page.
    pub link: String,
    /// Until when that works.
    pub expires_at: Timestamp,
}

impl SignIn {
    /// Writes the mail.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<Letter, askama::Error> {
        let html = compiled::SignInHtml { mail: self };
        letter(&self.subject(), &html, &compiled::SignInText { mail: self })
    }

    pub(super) fn subject(&self) -> String {
        self.brand.locale.sign_in_subject(&self.brand.shop())
    }

    pub(super) fn preview(&self) -> &'static str {
        self.brand.locale.sign_in_preview()
    }

    pub(super) fn lead(&self) -> String {
        self.brand.locale.sign_in_lead(&self.brand.shop())
    }

    pub(super) fn button(&self) -> &'static str {
        self.brand.locale.sign_in_button()
    }

    pub(super) fn button_url(&self) -> &str {
        web_address(&self.link)
    }

    pub(super) fn note(&self) -> String {
        self.brand
            .locale
            .sign_in_note(&date::date_time(self.expires_at, self.brand.locale))
    }

    pub(super) fn because(&self) -> String {
        self.brand.locale.because_joined(&self.brand.shop())
    }

    pub(super) fn unsubscribe_href(&self) -> &str {
        web_address(&self.unsubscribe_url)
    }
}
