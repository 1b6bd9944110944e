//! `GET /outbox/{merchant}` and `/outbox/{merchant}/{id}`: every mail as it
//! went out, for shops without a mail service and for tests.

use askama::Template;
use grapevine_domain::time::Timestamp;

use super::{Frame, Shop, Tab, outbox_path, plural};
use crate::text::web_address;
use crate::{Locale, date};

/// A mail in the list.
#[derive(Clone, Debug)]
pub struct MailRow {
    /// As in the address.
    pub id: String,
    /// Whom it went to.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Which message it is: `confirm`, `sign_in`, `friend_bought`,
    /// `reward_ready`, `reward_declined`.
    pub template: String,
    /// When it was written.
    pub created_at: Timestamp,
}

/// The list, newest first.
#[derive(Clone, Debug)]
pub struct Outbox {
    /// Whose console it is.
    pub shop: Shop,
    /// The mails in the order to show.
    pub mails: Vec<MailRow>,
}

/// One mail.
#[derive(Clone, Debug)]
pub struct MailPage {
    /// Whose console it is.
    pub shop: Shop,
    /// Its row.
    pub mail: MailRow,
    /// The text version.
    pub text: String,
    /// The links in it, in order. The HTML version is framed from
    /// `/outbox/{merchant}/{id}/html` (see [`crate::policy::MAIL_PREVIEW`]).
    pub links: Vec<String>,
}

#[derive(Template)]
#[template(path = "console/outbox.html")]
struct OutboxPage<'a> {
    frame: Frame<'a>,
    view: &'a Outbox,
    headline: String,
}

#[derive(Template)]
#[template(path = "console/mail.html")]
struct OneMailPage<'a> {
    frame: Frame<'a>,
    view: &'a MailPage,
    back: String,
    links: Vec<Link<'a>>,
}

/// A link of a mail: shown as it is, pressable when it is a web address.
struct Link<'a> {
    words: &'a str,
    address: &'a str,
}

impl Outbox {
    /// Writes the page.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<String, askama::Error> {
        let number = u64::try_from(self.mails.len()).unwrap_or(u64::MAX);
        let headline = format!("{} gone out", plural(number, "mail has", "mails have"));
        let frame = Frame {
            shop: &self.shop,
            tab: Tab::Messages,
        };
        OutboxPage {
            frame,
            view: self,
            headline,
        }
        .render()
    }
}

impl MailPage {
    /// Writes the page.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<String, askama::Error> {
        let frame = Frame {
            shop: &self.shop,
            tab: Tab::Messages,
        };
        let links = self
            .links
            .iter()
            .map(|link| Link {
                words: link,
                address: web_address(link),
            })
            .collect();
        OneMailPage {
            frame,
            view: self,
            back: outbox_path(&self.shop.slug),
            links,
        }
        .render()
    }
}

impl MailRow {
    fn href(&self, shop: &Shop) -> String {
        format!("{}/{}", outbox_path(&shop.slug), self.id)
    }

    fn when(&self) -> String {
        date::compact(self.created_at)
    }

    fn when_machine(&self) -> String {
        date::machine(self.created_at)
    }

    fn when_in_words(&self) -> String {
        date::date_time(self.created_at, Locale::En)
    }

    fn kind(&self) -> &str {
        match self.template.as_str() {
            "confirm" => "Confirm address",
            "sign_in" => "Open page",
            "friend_bought" => "Friend has bought",
            "reward_ready" => "Reward ready",
            "reward_declined" => "Reward declined",
            other => other,
        }
    }
}
