//! "A reward was declined": why, and whom to ask.

use grapevine_domain::time::Timestamp;

use super::{Letter, compiled, letter};
use crate::text::{one_line, web_address};
use crate::{Brand, Locale, Worth, date};

/// Tells an advocate why a reward did not come through.
#[derive(Clone, Debug)]
pub struct RewardDeclined {
    /// The shop and the reader's language.
    pub brand: Brand,
    /// Where the unsubscribe page of this reader is.
    pub unsubscribe_url: String,
    /// The reader's page.
    pub link: String,
    /// What it would have been.
    pub reward: Worth,
    /// When the friend ordered.
    pub ordered_at: Timestamp,
    /// The stable code of the reason; one that has no words here is told as
    /// the shop's own decision.
    pub reason_code: String,
    /// The address to write to, where replies to the mail are not read.
    pub contact: Option<String>,
    /// The receipt, where the reader can ask for another look.
    pub receipt: Option<String>,
}

impl RewardDeclined {
    /// Writes the mail.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<Letter, askama::Error> {
        let html = compiled::RewardDeclinedHtml { mail: self };
        letter(
            &self.subject(),
            &html,
            &compiled::RewardDeclinedText { mail: self },
        )
    }

    pub(super) fn subject(&self) -> String {
        self.brand
            .locale
            .reward_declined_subject(&self.brand.shop())
    }

    pub(super) fn preview(&self) -> &'static str {
        self.brand.locale.reward_declined_preview()
    }

    pub(super) fn heading(&self) -> String {
        let locale = self.brand.locale;
        locale.reward_declined_heading(&self.reward.format(locale))
    }

    pub(super) fn lead(&self) -> String {
        let locale = self.brand.locale;
        locale.reward_declined_lead(&date::date(self.ordered_at, locale))
    }

    pub(super) fn reason(&self) -> &'static str {
        reason(&self.reason_code, self.brand.locale)
    }

    pub(super) fn ask(&self) -> String {
        let (locale, shop) = (self.brand.locale, self.brand.shop());
        self.contact
            .as_deref()
            .map(one_line)
            .filter(|contact| !contact.is_empty())
            .map_or_else(
                || locale.reward_declined_ask(&shop),
                |contact| locale.reward_declined_ask_contact(&contact, &shop),
            )
    }

    pub(super) fn receipt_href(&self) -> Option<&str> {
        self.receipt.as_deref().map(web_address)
    }

    pub(super) fn button(&self) -> &'static str {
        self.brand.locale.reward_declined_button()
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

/// The sentence for a reason's code, to the advocate.
pub fn reason(code: &str, locale: Locale) -> &'static str {
    match code {
        "refunded" => locale.reason_refunded(),
        "partly_refunded" => locale.reason_partly_refunded(),
        "cancelled" => locale.reason_cancelled(),
        "self_referral" => locale.reason_self_referral(),
        "not_new_customer" => locale.reason_not_new_customer(),
        "below_minimum" => locale.reason_below_minimum(),
        "outside_window" => locale.reason_outside_window(),
        "cap_reached" => locale.reason_limit_reached(),
        "budget_spent" => locale.reason_budget_spent(),
        "not_first_order" => locale.reason_not_first_order(),
        "not_nth_order" => locale.reason_not_nth_order(),
        "other_trigger" => locale.reason_other_trigger(),
        "other_currency" => locale.reason_other_currency(),
        "outranked" => locale.reason_other_person(),
        "referral_loop" => locale.reason_referral_loop(),
        "advocate_left" => locale.reason_left(),
        "expired" => locale.reason_expired(),
        _ => locale.reason_other(),
    }
}
