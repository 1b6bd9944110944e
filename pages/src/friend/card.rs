//! The print card: an A4 sheet of cards of business size with the offer, the QR code
//! and the code, so that even a piece of paper is known by its link.

use askama::Template;

use super::{Invitation, groups};
use crate::Brand;
use crate::text::one_line;

/// Cards on a sheet.
pub const CARDS: usize = 10;
/// Longest line of terms on a card, in characters.
const LONGEST_LINE: usize = 90;

/// A sheet of cards.
#[derive(Clone, Debug)]
pub struct Cards {
    /// What is offered.
    pub invitation: Invitation,
    /// The code.
    pub code: String,
    /// The QR code: modules on a side, and the path of the dark ones.
    pub qr: (usize, String),
}

#[derive(Template)]
#[template(path = "friend/card.html")]
struct Sheet<'a> {
    brand: &'a Brand,
    heading: String,
    /// Long words stand smaller: a class of the stylesheet.
    size: &'static str,
    detail: String,
    code: Vec<&'a str>,
    side: usize,
    path: &'a str,
    terms: Option<String>,
}

impl Cards {
    /// Writes the sheet.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<String, askama::Error> {
        let invitation = &self.invitation;
        let heading = match invitation.gift() {
            Some(_) => invitation.heading(),
            None => invitation.title(),
        };
        Sheet {
            brand: &invitation.brand,
            size: match heading.chars().count() {
                0..=24 => "",
                25..=44 => "long",
                _ => "longest",
            },
            heading,
            detail: invitation.condition().unwrap_or_default(),
            code: groups(&self.code),
            side: self.qr.0,
            path: &self.qr.1,
            terms: self.terms(),
        }
        .render()
    }

    /// The first line of the terms if it is short, or where they are.
    fn terms(&self) -> Option<String> {
        self.invitation.gift()?;
        let words = self.invitation.words();
        if let Some(address) = self.invitation.terms_href() {
            let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
            let fits = bare.chars().count() <= LONGEST_LINE;
            return fits.then(|| words.terms_at(bare));
        }
        let first = one_line(self.invitation.terms_text()?.lines().next()?);
        (first.chars().count() <= LONGEST_LINE).then_some(first)
    }
}
