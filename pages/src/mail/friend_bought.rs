//! "A friend bought with your link": the reward is on its way, until when.

use grapevine_domain::time::Timestamp;

use super::{Letter, compiled, letter};
use crate::text::{one_line, web_address};
use crate::{Brand, Worth, date};

/// Tells an advocate that a friend has bought.
#[derive(Clone, Debug)]
pub struct FriendBought {
    /// The shop and the reader's language.
    pub brand: Brand,
    /// Where the unsubscribe page of this reader is.
    pub unsubscribe_url: String,
    /// The reader's page.
    pub link: String,
    /// The friend's first name, only if the friend agreed to be named.
    pub friend_first_name: Option<String>,
    /// What the reader will get.
    pub reward: Worth,
    /// When it will be ready.
    pub release_at: Timestamp,
}

impl FriendBought {
    /// Writes the mail.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<Letter, askama::Error> {
        let html = compiled::FriendBoughtHtml { mail: self };
        letter(
            &self.subject(),
            &html,
            &compiled::FriendBoughtText { mail: self },
        )
    }

    pub(super) fn amount(&self) -> String {
        self.reward.format(self.brand.locale)
    }

    pub(super) fn release_date(&self) -> String {
        date::date(self.release_at, self.brand.locale)
    }

    pub(super) fn subject(&self) -> String {
        self.brand.locale.friend_bought_subject(&self.amount())
    }

    pub(super) fn preview(&self) -> String {
        self.brand
            .locale
            .friend_bought_preview(&self.release_date())
    }

    pub(super) fn lead(&self) -> String {
        let (locale, shop) = (self.brand.locale, self.brand.shop());
        let named = self
            .friend_first_name
            .as_deref()
            .map(one_line)
            .filter(|name| !name.is_empty());
        named.map_or_else(
            || locale.friend_bought_lead(&shop),
            |friend| locale.friend_bought_lead_named(&friend, &shop),
        )
    }

    pub(super) fn next(&self) -> String {
        self.brand.locale.friend_bought_next(&self.release_date())
    }

    pub(super) fn button(&self) -> &'static str {
        self.brand.locale.friend_bought_button()
    }

    pub(super) fn button_url(&self) -> &str {
        web_address(&self.link)
    }

    pub(super) fn because(&self) -> String {
        self.brand.locale.because_link(&self.brand.shop())
    }

    pub(super) fn unsubscribe_href(&self) -> &str {
        web_address(&self.unsubscribe_url)
    }
}
