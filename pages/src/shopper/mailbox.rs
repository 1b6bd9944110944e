//! `GET /m/{token}`: one button, so that a mail scanner that opens every link
//! confirms nothing.

use askama::Template;

use super::{Action, Notice, press};
use crate::Brand;

/// What a mailbox link is for, or why it no longer works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailboxState {
    /// Confirms the address, then opens the page.
    Confirm,
    /// Opens the page.
    Open,
    /// Was used before.
    Used,
    /// Too old.
    Expired,
}

/// The page behind a link in a mail.
#[derive(Clone, Debug)]
pub struct Mailbox {
    /// The shop and the reader's language.
    pub brand: Brand,
    /// What the link does.
    pub state: MailboxState,
    /// The path that the button posts to, such as `/m/{token}`.
    pub action: String,
}

impl Mailbox {
    /// Writes the page.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<String, askama::Error> {
        let (words, shop) = (self.brand.locale, self.brand.shop());
        let to_shop = || Action::Go {
            address: self.brand.shop_href(),
            label: words.go_to_shop(&shop),
        };
        let (title, lead, action) = match self.state {
            MailboxState::Confirm => (
                words.mailbox_confirm_title(),
                words.mailbox_confirm_lead(&shop),
                press(&self.action, words.mailbox_confirm_button()),
            ),
            MailboxState::Open => (
                words.mailbox_open_title(),
                words.mailbox_open_lead(&shop),
                press(&self.action, words.mailbox_open_button()),
            ),
            MailboxState::Used => (
                words.mailbox_used_title(),
                words.mailbox_used_lead(&shop),
                to_shop(),
            ),
            MailboxState::Expired => (
                words.mailbox_expired_title(),
                words.mailbox_expired_lead(&shop),
                to_shop(),
            ),
        };
        let brand = Some(&self.brand);
        Notice {
            brand,
            locale: words,
            title,
            lead,
            detail: None,
            action,
            done: false,
        }
        .render()
    }
}
