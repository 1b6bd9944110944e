//! Whose page or mail it is: a shopper must take it for a part of the shop.

use crate::text::{one_line, web_address};
use crate::{Accent, Locale};

/// The shop as its shoppers know it, and the reader's language.
#[derive(Clone, Debug)]
pub struct Brand {
    /// The shop's name.
    pub name: String,
    /// The shop's front page, absolute.
    pub shop_url: String,
    /// Its logo, absolute, `https:` or on the shop's own origin.
    pub logo_url: Option<String>,
    /// Its colour.
    pub accent: Accent,
    /// The reader's language.
    pub locale: Locale,
}

impl Brand {
    /// The name on one line, without marks that could turn the words around it.
    pub(crate) fn shop(&self) -> String {
        one_line(&self.name)
    }

    pub(crate) fn shop_href(&self) -> &str {
        web_address(&self.shop_url)
    }

    pub(crate) fn logo_src(&self) -> Option<&str> {
        self.logo_url
            .as_deref()
            .filter(|address| web_address(address) == *address)
    }
}
