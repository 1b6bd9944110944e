//! The unsubscribe page: asks once, with a button, because scanners open links.
//! The one-click header of a mail (RFC 8058) posts to the same path.

use askama::Template;

use super::{Action, Notice, press};
use crate::Brand;

/// Before or after the button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnsubscribeState {
    /// Asks.
    Ask,
    /// Done, or done before.
    Done,
}

/// Ends mails to one address.
#[derive(Clone, Debug)]
pub struct Unsubscribe {
    /// The shop and the reader's language.
    pub brand: Brand,
    /// Before or after.
    pub state: UnsubscribeState,
    /// The address as a hint, such as `a•••@mail.example`.
    pub address_hint: Option<String>,
    /// The path that the button posts to.
    pub action: String,
}

impl Unsubscribe {
    /// Writes the page.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<String, askama::Error> {
        let (words, shop) = (self.brand.locale, self.brand.shop());
        let done = self.state == UnsubscribeState::Done;
        let (title, lead, action) = if done {
            let address = self.brand.shop_href();
            let back = Action::Go {
                address,
                label: words.back_to_shop(&shop),
            };
            (
                words.unsubscribed_title(),
                words.unsubscribed_lead(&shop),
                back,
            )
        } else {
            let button = press(&self.action, words.unsubscribe_button());
            (
                words.unsubscribe_title(),
                words.unsubscribe_lead(&shop),
                button,
            )
        };
        let detail = self
            .address_hint
            .as_deref()
            .map(|hint| words.unsubscribe_address(hint));
        let brand = Some(&self.brand);
        Notice {
            brand,
            locale: words,
            title,
            lead,
            detail,
            action,
            done,
        }
        .render()
    }
}
