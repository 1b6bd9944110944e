//! The hot path: a referral link is answered and its click recorded, with no
//! look-up on the way. Nothing here may wait for storage before it answers,
//! except the first request of an isolate for a merchant's settings.

pub mod clicks;
pub mod cookie;
pub mod redirect;
pub mod settings;
mod visitor;

/// The parts of a referral link, as they stand in the raw address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link<'a> {
    /// Scheme and host.
    pub origin: &'a str,
    /// The merchant's slug.
    pub merchant: &'a str,
    /// The code, unchecked.
    pub code: &'a str,
    /// Everything after `?`, empty where there is none.
    pub query: &'a str,
}

impl<'a> Link<'a> {
    /// Reads `{origin}/r/{merchant}/{code}[?query]`; `None` for other addresses.
    pub fn parse(url: &'a str) -> Option<Self> {
        let origin = crate::http::origin_of(url);
        let rest = url.get(origin.len()..)?.strip_prefix("/r/")?;
        let rest = rest.split('#').next().unwrap_or(rest);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (merchant, code) = path.split_once('/')?;
        let code = code.strip_suffix('/').unwrap_or(code);
        (!merchant.is_empty() && !code.contains('/')).then_some(Self {
            origin,
            merchant,
            code,
            query,
        })
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
        for other in [
            "https://a/",
            "https://a/r",
            "https://a/r/acme",
            "https://a/r//x",
            "https://a/r/a/b/c",
            "https://a/v1/r/a/b",
        ] {
            assert_eq!(Link::parse(other), None, "{other}");
        }
    }
}
