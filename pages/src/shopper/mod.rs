//! The plain pages that a shopper sees at the edge: behind mailbox links,
//! unsubscribing, and where something went wrong.
//!
//! All have one shape: the shop's name, one heading, one sentence or two, one
//! button; but for the receipt, which is a timeline. Not for: the friend page.

mod mailbox;
mod receipt;
mod trouble;
mod unsubscribe;

use askama::Template;

pub use mailbox::{Mailbox, MailboxState};
pub use receipt::{Appealed, LONGEST_APPEAL, Receipt};
pub use trouble::{Trouble, TroubleKind};
pub use unsubscribe::{Unsubscribe, UnsubscribeState};

use crate::text::local_path;
use crate::{Accent, Brand, Locale};

/// The one thing that a shopper can do on a page.
enum Action<'a> {
    /// A button that posts to a path of this host.
    Press { path: &'a str, label: &'a str },
    /// A button that only leads somewhere.
    Go { address: &'a str, label: String },
    /// Nothing.
    None,
}

#[derive(Template)]
#[template(path = "shopper/notice.html")]
struct Notice<'a> {
    brand: Option<&'a Brand>,
    locale: Locale,
    title: &'a str,
    lead: String,
    detail: Option<String>,
    action: Action<'a>,
    done: bool,
}

impl Notice<'_> {
    fn accent_stylesheet(&self) -> String {
        self.brand
            .map_or_else(Accent::default, |brand| brand.accent)
            .stylesheet_path()
    }
}

fn press<'a>(path: &'a str, label: &'a str) -> Action<'a> {
    // An empty action posts to the page's own address: never to another host.
    Action::Press {
        path: local_path(path).unwrap_or_default(),
        label,
    }
}
