//! `GET /console/install`: what to paste where.

use askama::Template;
use grapevine_domain::time::Timestamp;

use super::{Frame, Shop, Tab};
use crate::{Locale, date};

/// Whether a page with the tag has been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagSeen {
    /// Nobody asked.
    Unknown,
    /// Not yet.
    Never,
    /// Last at that time.
    At(Timestamp),
}

/// The tag, the order report, and where they go.
#[derive(Clone, Debug)]
pub struct Install {
    /// Whose console it is.
    pub shop: Shop,
    /// The edge's origin without a slash at the end: `https://refer.shop.example`.
    pub edge_origin: String,
    /// The shop's currency, for the example.
    pub currency: String,
    /// Whether the tag works already.
    pub tag_seen: TagSeen,
}

#[derive(Template)]
#[template(path = "console/install.html")]
struct InstallPage<'a> {
    frame: Frame<'a>,
    view: &'a Install,
    seen: Option<String>,
}

impl Install {
    /// Writes the page.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<String, askama::Error> {
        let seen = match self.tag_seen {
            TagSeen::At(at) => Some(date::date_time(at, Locale::En)),
            TagSeen::Unknown | TagSeen::Never => None,
        };
        InstallPage {
            frame: Frame {
                shop: &self.shop,
                tab: Tab::Install,
            },
            view: self,
            seen,
        }
        .render()
    }
}
