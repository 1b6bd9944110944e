//! Where something went wrong in front of a shopper: said plainly, with a way on.

use askama::Template;

use super::{Action, Notice};
use crate::{Brand, Locale};

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TroubleKind {
    /// 404.
    NotFound,
    /// 404: no shop has that name.
    UnknownShop,
    /// 429.
    TooMany,
    /// 500 and 503.
    Unavailable,
}

/// A page instead of the one that was asked for.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// What went wrong.
    pub kind: TroubleKind,
    /// The shop, where it is known.
    pub brand: Option<Brand>,
    /// The reader's language where no shop is known.
    pub locale: Locale,
}

impl Trouble {
    /// Writes the page.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<String, askama::Error> {
        let brand = self.brand.as_ref();
        let locale = brand.map_or(self.locale, |brand| brand.locale);
        let (title, lead) = match (self.kind, brand) {
            (TroubleKind::NotFound, Some(_)) => (locale.not_found_title(), locale.not_found_lead()),
            (TroubleKind::NotFound, None) => (locale.not_found_title(), locale.unknown_shop_lead()),
            (TroubleKind::UnknownShop, _) => {
                (locale.unknown_shop_title(), locale.unknown_shop_lead())
            }
            (TroubleKind::TooMany, _) => (locale.too_many_title(), locale.too_many_lead()),
            (TroubleKind::Unavailable, _) => {
                (locale.unavailable_title(), locale.unavailable_lead())
            }
        };
        let action = match (self.kind, brand) {
            (TroubleKind::TooMany | TroubleKind::Unavailable, _) => Action::Go {
                address: "",
                label: locale.try_again().to_owned(),
            },
            (_, Some(brand)) => Action::Go {
                address: brand.shop_href(),
                label: locale.go_to_shop(&brand.shop()),
            },
            (_, None) => Action::None,
        };
        let lead = lead.to_owned();
        Notice {
            brand,
            locale,
            title,
            lead,
            detail: None,
            action,
            done: false,
        }
        .render()
    }
}
