//! "Your reward is ready: 10 €": the reward can be used, and how.

use grapevine_domain::time::Timestamp;

use super::{Letter, compiled, letter};
use crate::text::{one_line, web_address};
use crate::{Brand, Worth, date};

/// Tells an advocate that a reward is approved.
#[derive(Clone, Debug)]
pub struct RewardReady {
    /// The shop and the reader's language.
    pub brand: Brand,
    /// Where the unsubscribe page of this reader is.
    pub unsubscribe_url: String,
    /// The reader's page.
    pub link: String,
    /// What the reader gets.
    pub reward: Worth,
    /// The code to enter at checkout, where the reward is one.
    pub coupon: Option<String>,
    /// The last moment to use it, where there is one.
    pub use_by: Option<Timestamp>,
    /// The receipt.
    pub receipt: Option<String>,
}

impl RewardReady {
    /// Writes the mail.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<Letter, askama::Error> {
        let html = compiled::RewardReadyHtml { mail: self };
        letter(
            &self.subject(),
            &html,
            &compiled::RewardReadyText { mail: self },
        )
    }

    pub(super) fn amount(&self) -> String {
        self.reward.format(self.brand.locale)
    }

    pub(super) fn subject(&self) -> String {
        self.brand.locale.reward_ready_subject(&self.amount())
    }

    pub(super) fn preview(&self) -> String {
        self.brand.locale.reward_ready_preview(&self.brand.shop())
    }

    pub(super) fn lead(&self) -> String {
        self.brand.locale.reward_ready_lead(&self.brand.shop())
    }

    pub(super) fn coupon_line(&self) -> Option<String> {
        self.coupon
            .as_deref()
            .map(one_line)
            .filter(|code| !code.is_empty())
    }

    pub(super) fn how_to_use(&self) -> String {
        let locale = self.brand.locale;
        match (self.coupon_line(), self.use_by) {
            (None, _) => locale.reward_ready_page(&self.brand.shop()),
            (Some(_), None) => locale.reward_ready_use().to_owned(),
            (Some(_), Some(at)) => locale.reward_ready_use_until(&date::date(at, locale)),
        }
    }

    pub(super) fn receipt_href(&self) -> Option<&str> {
        self.receipt.as_deref().map(web_address)
    }

    pub(super) fn button(&self) -> &'static str {
        self.brand.locale.reward_ready_button()
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
