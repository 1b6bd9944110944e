//! The merchant's console: sign-in, overview, install, messages. English.
//!
//! Each page opens with its answer, then the figures, then the table. Links
//! lead only to pages that exist.

mod funnel;
mod install;
mod outbox;
mod overview;
mod referrals;
mod sign_in;
mod trouble;

pub use funnel::Funnel;
pub use install::{Install, TagSeen};
pub use outbox::{MailPage, MailRow, Outbox};
pub use overview::{Figures, Overview, Period, Tally, channel};
pub use referrals::{Referral, Reward};
pub use sign_in::{SignIn, safe_next};
pub use trouble::Trouble;

/// Whose console it is.
#[derive(Clone, Debug)]
pub struct Shop {
    /// The slug in addresses.
    pub slug: String,
    /// The name for people.
    pub name: String,
    /// A test merchant, whose clock can be moved.
    pub test: bool,
    /// Whether there is a session to end. The outbox is open without one in
    /// development.
    pub signed_in: bool,
}

/// The pages of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tab {
    Overview,
    Messages,
    Install,
}

impl Tab {
    const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Messages => "Messages",
            Self::Install => "Install",
        }
    }
}

/// What surrounds every page of a signed-in merchant.
struct Frame<'a> {
    shop: &'a Shop,
    tab: Tab,
}

impl Frame<'_> {
    fn tabs(&self) -> [Tab; 3] {
        [Tab::Overview, Tab::Messages, Tab::Install]
    }

    fn is_current(&self, tab: &Tab) -> bool {
        self.tab == *tab
    }

    fn messages_href(&self) -> String {
        outbox_path(&self.shop.slug)
    }

    fn href(&self, tab: &Tab) -> String {
        match tab {
            Tab::Overview => "/console/overview".to_owned(),
            Tab::Messages => self.messages_href(),
            Tab::Install => "/console/install".to_owned(),
        }
    }
}

fn outbox_path(slug: &str) -> String {
    format!("/outbox/{slug}")
}

/// `1,234,567`
fn count(number: u64) -> String {
    crate::amount::format_count(number, crate::Locale::En)
}

/// `1 friend`, `2 friends`
fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}
