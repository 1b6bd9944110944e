//! The hot path: a referral link is answered and its click recorded, with no
//! look-up on the way. Nothing here may wait for storage before it answers, except
//! where the isolate knows nothing of the merchant, or nothing recent.

pub mod clicks;
pub mod cookie;
mod hit;
pub mod hosts;
pub mod hot;
pub mod preview;
pub mod redirect;
pub mod settings;
mod visitor;

use crate::friend::PARTS;

/// The parts of a referral link, as they stand in the raw address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link<'a> {
    /// Scheme and host.
    pub origin: &'a str,
    /// The merchant's slug; empty where the host alone tells it.
    pub merchant: &'a str,
    /// The code, unchecked.
    pub code: &'a str,
    /// Everything after `?`, empty where there is none.
    pub query: &'a str,
}

impl<'a> Link<'a> {
    /// Reads `{origin}/r/{merchant}/{code}[?query]`, or `{origin}/r/{code}[?query]`;
    /// `None` for other addresses.
    pub fn parse(url: &'a str) -> Option<Self> {
        let origin = crate::http::origin_of(url);
        let rest = url.get(origin.len()..)?.strip_prefix("/r/")?;
        let rest = rest.split('#').next().unwrap_or(rest);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let path = path.strip_suffix('/').unwrap_or(path);
        let (merchant, code) = match path.split_once('/') {
            Some((merchant, code)) if !merchant.is_empty() => (merchant, code),
            Some(_) => return None,
            None => ("", path),
        };
        // `/r/{code}/page` is a page around a link: no code has such a name.
        let is_code = !code.is_empty() && !code.contains('/');
        (is_code && (merchant.is_empty() || !PARTS.contains(&code))).then_some(Self {
            origin,
            merchant,
            code,
            query,
        })
    }

    /// The host, with the port where there is one.
    pub fn host(&self) -> &'a str {
        self.origin
            .split_once("://")
            .map_or(self.origin, |(_, host)| host)
    }
}

#[cfg(test)]
mod tests {
    use super::Link;

    #[test]
    fn only_referral_links_are_taken() {
        let link =
            Link::parse("https://refer.shop.example/r/acme/k7m2p9x4?c=sms&utm_source=a").unwrap();
        assert_eq!(
            (link.origin, link.merchant, link.code, link.query),
            (
                "https://refer.shop.example",
                "acme",
                "k7m2p9x4",
                "c=sms&utm_source=a"
            )
        );
        let short = Link::parse("http://go.shop.example:8787/r/k7m2p9x4/?x#y").unwrap();
        assert_eq!(
            (short.host(), short.merchant, short.code, short.query),
            ("go.shop.example:8787", "", "k7m2p9x4", "x")
        );
        for other in [
            "https://a/",
            "https://a/r",
            "https://a/r/",
            "https://a/r//x",
            "https://a/r/a/b/c",
            "https://a/v1/r/a/b",
            "https://a/r/k7m2p9x4/qr.svg",
        ] {
            assert_eq!(Link::parse(other), None, "{other}");
        }
    }
}
