//! One request for a referral link, as a single text: all that is read of it comes
//! over from JavaScript in one piece.

use grapevine_domain::visit::Signs;
use worker::Request;

use super::Link;
use crate::bindings::Settings;
use crate::http::header;

/// The headers that say something of a visit, in the order of the text. Each costs a
/// look-up, so there are no more of them than earn it.
const SIGNS: [&str; 11] = [
    "user-agent",
    "x-moz",
    "x-purpose",
    "purpose",
    "sec-purpose",
    "accept",
    "accept-language",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-ch-ua",
    "cookie",
];

/// The names of the headers in a hit's text, separated by line breaks: the signs, then
/// the one with the visitor's address, where there is one.
pub fn names(known: &Settings) -> String {
    let mut names = SIGNS.join("\n");
    if !known.address_header.is_empty() {
        names.push('\n');
        names.push_str(&known.address_header);
    }
    names
}

/// The text of a request: its address, its method and the headers by [`names`], each
/// on a line.
pub fn text(request: &Request, url: &str, known: &Settings) -> String {
    let mut text = [url, "\n", request.inner().method().as_str()].concat();
    for name in names(known).split('\n') {
        text.push('\n');
        text.push_str(&header(request, name).unwrap_or_default());
    }
    text
}

/// What a request for a link shows.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'a> {
    /// The link.
    pub link: Link<'a>,
    /// `GET`, `HEAD` or something that links do not take.
    pub method: &'a str,
    /// What tells people from programs.
    pub signs: Signs<'a>,
    /// The whole `Cookie` header.
    pub cookie: &'a str,
    /// The visitor's address, where somebody trustworthy tells it.
    pub address: Option<&'a str>,
}

impl<'a> Hit<'a> {
    /// Reads a hit's text; `None` where the address is no referral link.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut lines = text.split('\n');
        let link = Link::parse(lines.next()?)?;
        let method = lines.next()?;
        let mut signs = Signs {
            head: method == "HEAD",
            https: link.origin.starts_with("https:"),
            ..Signs::default()
        };
        let mut cookie = "";
        for name in SIGNS {
            let value = lines.next()?;
            if name == "cookie" {
                cookie = value;
            } else if !value.is_empty() {
                signs.take(name, value);
            }
        }
        Some(Self {
            link,
            method,
            signs,
            cookie,
            address: lines.next().filter(|address| !address.is_empty()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_tells_what_a_request_shows() {
        let text = "https://refer.shop.example/r/acme/k7m2p9x4?c=sms\nGET\nMozilla/5.0\n\n\n\n\ntext/html\nen\ndocument\nnavigate\n\na=b; gv_click=T\n192.0.2.1";
        let hit = Hit::parse(text).unwrap();
        assert_eq!((hit.link.merchant, hit.link.code), ("acme", "k7m2p9x4"));
        assert_eq!(hit.signs.agent, Some("Mozilla/5.0"));
        assert_eq!((hit.signs.purpose, hit.signs.brands), (None, None));
        assert_eq!(hit.signs.fetch_dest, Some("document"));
        assert!(hit.signs.https && !hit.signs.head);
        assert_eq!(
            (hit.cookie, hit.address),
            ("a=b; gv_click=T", Some("192.0.2.1"))
        );
        let (without, _) = text.rsplit_once('\n').unwrap();
        assert_eq!(Hit::parse(without).unwrap().address, None);
        assert!(Hit::parse("https://refer.shop.example/v1/health\nGET").is_none());
    }
}
