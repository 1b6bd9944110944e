//! `/r/{merchant}/{code}/*`: the pages around a link. The friend page, the QR code,
//! the print card, the picture of a preview.
//!
//! Guarantees: none of them counts a click, sets a cookie or holds a token, and all
//! may lie in caches, except the friend page that answers a click
//! ([`crate::tracker::preview::friend_page`]). The pages that promise something by
//! name of a code ask the books whose it is.

mod routes;

use grapevine_domain::code::Code;
use grapevine_domain::link::LONGEST_DESTINATION;
use grapevine_domain::money::Currency;
use grapevine_domain::share::numbers::number_of;
use grapevine_ledger::command::Settings;
use grapevine_pages::friend::{Invitation, Standing};
use grapevine_pages::{Locale, policy};
use worker::Response;

pub use routes::{PARTS, answer, answer_by_host};

use crate::error::Error;
use crate::{clock, http, mail};

/// Pages follow the programme within minutes.
pub const PAGE_CACHING: &str = "public, max-age=300";

/// A link that somebody looks at.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// Whose it is.
    pub settings: &'a Settings,
    /// Scheme and host that it was asked for at.
    pub origin: &'a str,
    /// The code as it stands in the link.
    pub code: &'a str,
    /// The link's query, without `?`.
    pub query: &'a str,
    /// Whether the programme has ended.
    pub ended: bool,
}

impl<'a> Shown<'a> {
    /// A link of a merchant.
    pub fn new(settings: &'a Settings, origin: &'a str, code: &'a str, query: &'a str) -> Self {
        Self {
            settings,
            origin,
            code,
            query,
            ended: settings
                .program
                .has_ended(clock::now().plus_ms(settings.clock_offset_ms)),
        }
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        let pairs = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        pairs
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value)
            .next()
    }

    /// The reader's language: `lang` of the link if there are words for it, else the
    /// merchant's. Previewers ask in no language, so the address must say it.
    pub fn locale(&self) -> Locale {
        let asked = self.parameter("lang").filter(|tag| {
            let known = Locale::from_tag(tag).tag();
            tag.get(..known.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(known))
        });
        Locale::from_tag(asked.unwrap_or(&self.settings.locale))
    }

    /// The code, where it can be one.
    pub fn code(&self) -> Option<Code> {
        Code::parse(self.code).ok()
    }

    /// The code as it is written, in links made here; what cannot be one is left out.
    fn written(&self) -> String {
        self.code()
            .map_or_else(|| "-".to_owned(), |code| code.as_str().to_owned())
    }

    /// The path of the link, or of a page around it: `part` is empty or `/page`.
    pub fn path(&self, part: &str) -> String {
        let host = self.origin.split_once("://").map(|(_, host)| host);
        let is_own = host.is_some_and(|host| self.settings.hosts.iter().any(|own| own == host));
        if is_own {
            format!("/r/{}{part}", self.written())
        } else {
            format!("/r/{}/{}{part}", self.settings.slug, self.written())
        }
    }

    /// The link with a channel, absolute.
    pub fn link(&self, channel: Option<&str>) -> String {
        let channel = channel.map_or_else(String::new, |channel| format!("?c={channel}"));
        format!("{}{}{channel}", self.origin, self.path(""))
    }

    /// The channel that the link says it was shared by.
    pub fn channel(&self) -> Option<&'a str> {
        self.parameter("c").filter(|name| number_of(name) != 0)
    }

    /// The link with what it was asked for with, for a button whose press is the click.
    pub fn link_as_asked(&self) -> String {
        let plain = |pair: &&str| {
            !pair.is_empty()
                && !pair.starts_with("lang=")
                && pair.bytes().all(|byte| {
                    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'\\')
                })
        };
        let kept: Vec<&str> = if self.query.len() <= LONGEST_DESTINATION {
            self.query.split('&').filter(plain).collect()
        } else {
            Vec::new()
        };
        let mark = if kept.is_empty() { "" } else { "?" };
        format!("{}{mark}{}", self.link(None), kept.join("&"))
    }

    /// The path of a page around the link, in the reader's language if the link has
    /// one of its own.
    pub fn path_in_language(&self, part: &str) -> String {
        let tag = self.locale().tag();
        let language = self
            .parameter("lang")
            .map_or_else(String::new, |_| format!("?lang={tag}"));
        format!("{}{language}", self.path(part))
    }

    /// The picture's address: its version changes with the programme and whether it
    /// is paused, so that no previewer keeps an old offer.
    pub fn picture(&self) -> String {
        if let Some(own) = &self.settings.picture_url {
            return own.clone();
        }
        let standing = match self.standing() {
            Standing::Open => "",
            Standing::Paused | Standing::Ended => "p",
            Standing::UnknownCode => "u",
        };
        format!(
            "{}{}?lang={}&v={}{standing}",
            self.origin,
            self.path("/picture.png"),
            self.locale().tag(),
            self.settings.program_version,
        )
    }

    /// Whether the offer can be had, as far as the settings and the code itself say.
    pub fn standing(&self) -> Standing {
        match self.code() {
            None => Standing::UnknownCode,
            Some(_) if self.ended => Standing::Ended,
            Some(_) if self.settings.paused => Standing::Paused,
            Some(_) => Standing::Open,
        }
    }

    /// What a friend is told.
    ///
    /// # Errors
    /// When the merchant's currency is none.
    pub fn invitation(&self, standing: Standing) -> Result<Invitation, Error> {
        let currency = Currency::parse(&self.settings.currency)
            .map_err(|error| Error::Internal(error.to_string()))?;
        let brand = mail::brand(self.settings, self.locale());
        let program = &self.settings.program;
        Ok(Invitation::new(brand, program, currency, standing))
    }
}

/// A page of a merchant under the shoppers' policy, with how long it may be kept.
///
/// # Errors
/// When it cannot be made.
pub fn page(
    status: u16,
    html: &str,
    settings: &Settings,
    caching: &str,
) -> Result<Response, Error> {
    let response = http::page(status, html, &policy::shopper(Some(&settings.shop_url)))?;
    response.headers().set("Cache-Control", caching)?;
    Ok(response)
}
