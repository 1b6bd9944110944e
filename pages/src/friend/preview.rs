//! What programs that draw a preview of a link are told: Open Graph and Twitter
//! card tags. People hardly see it, but the page has a way to the shop all the same,
//! for whoever is taken for a program by mistake.

use askama::Template;

use super::{Invitation, territory};
use crate::Accent;

/// Width of the picture: what all previewers show whole in their large form
/// (1.91 to 1, and at least 600 pixels wide for Facebook and LinkedIn).
pub const PICTURE_WIDTH: u32 = 1200;
/// Its height.
pub const PICTURE_HEIGHT: u32 = 630;

/// A link's preview.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What is offered.
    pub invitation: Invitation,
    /// The link itself, absolute, with its channel: Facebook sends people to
    /// `og:url` and not to the address that was shared, so the code must be in it.
    pub link: String,
    /// The picture, absolute: WhatsApp, Viber and iMessage follow no relative address.
    pub picture: String,
    /// The picture's type, where it is known. A merchant's own may be anything.
    pub picture_type: Option<&'static str>,
    /// The merchant's BCP 47 tag, for the territory of the reader's language.
    pub merchant_locale: String,
}

#[derive(Template)]
#[template(path = "friend/preview.html")]
struct PreviewPage<'a> {
    view: &'a Preview,
    title: String,
    description: String,
    shop: String,
    territory: String,
}

impl Preview {
    /// Writes the page.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<String, askama::Error> {
        let brand = &self.invitation.brand;
        PreviewPage {
            view: self,
            title: self.invitation.title(),
            description: self.invitation.description(),
            shop: brand.shop(),
            territory: territory(brand.locale, &self.merchant_locale),
        }
        .render()
    }
}

impl PreviewPage<'_> {
    const fn accent(&self) -> Accent {
        self.view.invitation.brand.accent
    }
}
