//! "Someone asks you to look again": to the merchant, about a declined reward.

use grapevine_domain::time::Timestamp;

use super::{Letter, compiled, letter};
use crate::text::{one_line, web_address};
use crate::{Brand, Worth, date};

/// Tells the merchant of an appeal. It is no mail that one can unsubscribe from.
#[derive(Clone, Debug)]
pub struct Appeal {
    /// The merchant's own shop and language.
    pub brand: Brand,
    /// Where the console is.
    pub link: String,
    /// What the reward would have been.
    pub reward: Worth,
    /// The reward's name in the API.
    pub reward_id: String,
    /// The order's number at the shop.
    pub order_id: String,
    /// When that was.
    pub ordered_at: Timestamp,
    /// What the person wrote.
    pub text: String,
}

impl Appeal {
    /// Writes the mail.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<Letter, askama::Error> {
        let html = compiled::AppealHtml { mail: self };
        letter(&self.subject(), &html, &compiled::AppealText { mail: self })
    }

    fn amount(&self) -> String {
        self.reward.format(self.brand.locale)
    }

    pub(super) fn subject(&self) -> String {
        self.brand.locale.appeal_subject(&self.amount())
    }

    pub(super) fn preview(&self) -> String {
        self.brand.locale.appeal_preview(&one_line(&self.order_id))
    }

    pub(super) fn heading(&self) -> String {
        self.brand.locale.appeal_heading(&self.amount())
    }

    pub(super) fn lead(&self) -> String {
        let locale = self.brand.locale;
        locale.appeal_lead(
            &one_line(&self.reward_id),
            &one_line(&self.order_id),
            &date::date(self.ordered_at, locale),
        )
    }

    /// Their words, line by line: a text mail must not take them for its own.
    pub(super) fn lines(&self) -> Vec<String> {
        self.text.lines().map(one_line).collect()
    }

    pub(super) fn button(&self) -> &'static str {
        self.brand.locale.appeal_console()
    }

    pub(super) fn button_url(&self) -> &str {
        web_address(&self.link)
    }

    pub(super) fn because(&self) -> String {
        self.brand.locale.because_merchant(&self.brand.shop())
    }
}
