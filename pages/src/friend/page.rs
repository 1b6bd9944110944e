//! The friend page: the offer, one button to the shop, the code to say aloud, the
//! terms. For people in an app's own browser, whose cookies the shop never sees, and
//! for whoever wants to look before going on.

use askama::Template;

use super::{Invitation, LONGEST_INLINE_TERMS, groups, is_generated};
use crate::Brand;
use crate::text::paragraphs;

/// The page.
#[derive(Clone, Debug)]
pub struct FriendPage {
    /// What is offered.
    pub invitation: Invitation,
    /// Where the button leads, absolute: the shop, or the link itself where the press
    /// is the click.
    pub button: String,
    /// The code, where the link has one.
    pub code: Option<String>,
    /// The path of the QR code's picture.
    pub qr: Option<String>,
    /// The path of the page for terms that are too long for this one.
    pub terms_path: String,
    /// Whether the reader is inside an app.
    pub in_app: bool,
}

/// Most letters of a heading in the largest type.
const LONGEST_LARGE: usize = 40;

enum TermsPlace<'a> {
    Here(Vec<String>),
    There(&'a str),
    Nowhere,
}

#[derive(Template)]
#[template(path = "friend/page.html")]
struct Page<'a> {
    view: &'a FriendPage,
    brand: &'a Brand,
    heading: String,
    /// Long words stand smaller.
    long: bool,
    lead: &'a str,
    detail: Option<String>,
    code: Vec<&'a str>,
    sayable: bool,
    terms: TermsPlace<'a>,
}

impl FriendPage {
    /// Writes the page.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<String, askama::Error> {
        let invitation = &self.invitation;
        let words = invitation.words();
        let (lead, detail) = match invitation.condition() {
            Some(condition) => (words.friend_sent(), Some(condition)),
            None => ("", Some(invitation.description())),
        };
        let code = self.code.as_deref().filter(|_| invitation.gift().is_some());
        let terms = match (invitation.terms_text(), invitation.terms_href()) {
            _ if invitation.gift().is_none() => TermsPlace::Nowhere,
            (Some(text), _) if text.len() <= LONGEST_INLINE_TERMS => {
                TermsPlace::Here(paragraphs(text))
            }
            (Some(_), _) => TermsPlace::There(&self.terms_path),
            (None, Some(address)) => TermsPlace::There(address),
            (None, None) => TermsPlace::Nowhere,
        };
        let heading = invitation.heading();
        Page {
            view: self,
            brand: &invitation.brand,
            long: heading.chars().count() > LONGEST_LARGE,
            heading,
            lead,
            detail,
            code: code.map(groups).unwrap_or_default(),
            sayable: code.is_some_and(is_generated),
            terms,
        }
        .render()
    }
}

/// Terms that are too long to stand beside anything.
#[derive(Clone, Debug)]
pub struct TermsPage {
    /// Whose terms.
    pub invitation: Invitation,
    /// The path of the friend page.
    pub back: String,
}

#[derive(Template)]
#[template(path = "friend/terms.html")]
struct TermsHtml<'a> {
    view: &'a TermsPage,
    brand: &'a Brand,
    paragraphs: Vec<String>,
}

impl TermsPage {
    /// Writes the page; `None` where the programme has no terms of its own text.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<Option<String>, askama::Error> {
        let Some(text) = self.invitation.terms_text() else {
            return Ok(None);
        };
        let page = TermsHtml {
            view: self,
            brand: &self.invitation.brand,
            paragraphs: paragraphs(text),
        };
        page.render().map(Some)
    }
}
