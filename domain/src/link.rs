//! Where a referral link leads: the merchant's own hosts and nowhere else.
//!
//! Nothing here looks like a URL parser, and that is the point: an address is taken
//! only when it is written so plainly that no two programs can read it differently.

/// Splits `http(s)://host[:port]/…` into origin and the rest. `None` for
/// anything but a plain web address: user names, other schemes, no host, and
/// whatever a browser would read otherwise than written (backslashes, control
/// characters, spaces).
#[must_use]
pub fn split_origin(address: &str) -> Option<(&str, &str)> {
    if address
        .bytes()
        .any(|byte| byte <= b' ' || byte == 0x7f || byte == b'\\')
    {
        return None;
    }
    let rest = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"))?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at_checked(end)?;
    let host = authority.split(':').next().unwrap_or_default();
    let port = authority.strip_prefix(host).unwrap_or_default();
    let host_is_plain = !host.is_empty()
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    let port_is_plain = port.is_empty()
        || port.strip_prefix(':').is_some_and(|digits| {
            (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        });
    if !host_is_plain || !port_is_plain {
        return None;
    }
    let origin = address.strip_suffix(tail)?;
    Some((origin, tail))
}

/// The host name in an origin such as `https://shop.example:8443`.
#[must_use]
pub fn host_of(origin: &str) -> &str {
    let rest = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    rest.split([':', '/']).next().unwrap_or_default()
}

/// The domain on which a cookie of the edge reaches the shop: the shop's host
/// (without `www.`) when the edge is one of its sub-domains, else `None`.
#[must_use]
pub fn shared_cookie_domain<'a>(shop_host: &'a str, edge_host: &str) -> Option<&'a str> {
    let domain = shop_host.strip_prefix("www.").unwrap_or(shop_host);
    let below = edge_host.strip_suffix(domain)?;
    (domain.contains('.') && (below.is_empty() || below.ends_with('.'))).then_some(domain)
}

/// Longest address to which a link leads, in bytes.
pub const LONGEST_DESTINATION: usize = 2_000;

/// Whether a text can be a destination as it stands: a plain web address in characters
/// that an HTTP header and every browser take as they are.
#[must_use]
pub fn is_destination(address: &str) -> bool {
    address.len() <= LONGEST_DESTINATION
        && split_origin(address)
            .is_some_and(|(_, tail)| tail.bytes().all(is_plain) && !has_dot_segment(tail))
}

/// Visible ASCII that neither ends an address early nor is rewritten by a browser.
#[must_use]
pub const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic()
        && !matches!(
            byte,
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
        )
}

/// Whether a path steps up or stays (`..`, `.`), also percent-encoded: what lies below
/// a prefix must not leave it.
fn has_dot_segment(tail: &str) -> bool {
    let path = tail.split(['?', '#']).next().unwrap_or_default();
    path.split('/').any(|segment| {
        let dots = segment.len() - segment.trim_start_matches('.').len();
        if dots == segment.len() {
            return matches!(dots, 1 | 2);
        }
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        matches!(plain.as_str(), "." | "..")
    })
}

/// Whether `address` is within `allowed`: the same origin, and a path below the
/// allowed one at the border of a segment.
fn is_within(address: &str, allowed: &str) -> bool {
    let (Some((origin, tail)), Some((allowed_origin, prefix))) =
        (split_origin(address), split_origin(allowed))
    else {
        return false;
    };
    let prefix = prefix.split(['?', '#']).next().unwrap_or_default();
    let prefix = prefix.trim_end_matches('/');
    origin == allowed_origin
        && tail
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

/// Whether links may lead to `address`: the shop's whole origin (with or without
/// `www.`), or within one of the further destinations.
#[must_use]
pub fn is_allowed(address: &str, shop_url: &str, further: &[String]) -> bool {
    if !is_destination(address) {
        return false;
    }
    let origin = |address| split_origin(address).map(|(origin, _)| origin);
    let is_shop = match (origin(address), origin(shop_url)) {
        (Some(ours), Some(shop)) => is_same_site(ours, shop),
        _ => false,
    };
    is_shop || further.iter().any(|allowed| is_within(address, allowed))
}

/// Whether two origins are the same but for a `www.`: most shops answer on both.
#[must_use]
pub fn is_same_site(one: &str, other: &str) -> bool {
    fn bare(origin: &str) -> Option<(&str, &str)> {
        let (scheme, host) = origin.split_once("://")?;
        Some((scheme, host.strip_prefix("www.").unwrap_or(host)))
    }
    bare(one).is_some_and(|one| bare(other) == Some(one))
}

/// The destination that a link asks for by `to`, as it stands in the raw query: a path
/// of the shop, or a whole address. `None` for anything that is not allowed: the link
/// leads to the shop's own address then.
#[must_use]
pub fn deep_link(to: &str, shop_url: &str, further: &[String]) -> Option<String> {
    let decoded = decode_once(to)?;
    let address = if decoded.starts_with('/') {
        // `//host` and `/\host` are other hosts to a browser.
        if decoded.get(1..)?.starts_with(['/', '\\']) {
            return None;
        }
        let (origin, _) = split_origin(shop_url)?;
        [origin, &decoded].concat()
    } else {
        decoded
    };
    is_allowed(&address, shop_url, further).then_some(address)
}

/// Percent-decodes once, and encodes what an address cannot hold as it is. `None` for
/// what no honest address contains: control characters, or what is not UTF-8.
fn decode_once(text: &str) -> Option<String> {
    if text.len() > LONGEST_DESTINATION {
        return None;
    }
    let nibble = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = (*first == b'%')
            .then(|| Some(nibble(after.first())? << 4 | nibble(after.get(1))?))
            .flatten();
        match pair.and_then(|value| u8::try_from(value).ok()) {
            Some(value) => {
                bytes.push(value);
                rest = after.get(2..)?;
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    let decoded = String::from_utf8(bytes).ok()?;
    if decoded.chars().any(char::is_control) {
        return None;
    }
    let mut plain = String::with_capacity(decoded.len());
    let mut left = decoded.as_bytes();
    while let Some((byte, after)) = left.split_first() {
        let opens =
            *byte == b'%' && nibble(after.first()).is_some() && nibble(after.get(1)).is_some();
        // A backslash is refused later, never encoded: it was meant as a trick.
        if *byte == b'\\' || opens || *byte != b'%' && is_plain(*byte) {
            plain.push(char::from(*byte));
        } else {
            let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
            plain.push('%');
            plain.push(digit(byte >> 4).to_ascii_uppercase());
            plain.push(digit(byte & 15).to_ascii_uppercase());
        }
        left = after;
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHOP: &str = "https://shop.example/start?x=1";

    fn further() -> Vec<String> {
        ["https://blog.shop.example", "https://mall.example/acme/"]
            .map(str::to_owned)
            .to_vec()
    }

    fn to(raw: &str) -> Option<String> {
        deep_link(raw, SHOP, &further())
    }

    #[test]
    fn a_product_can_be_linked_within_the_list() {
        for (raw, address) in [
            ("/tea", "https://shop.example/tea"),
            (
                "%2Ftea%3Fsize%3D2%26x%3Dy%23top",
                "https://shop.example/tea?size=2&x=y#top",
            ),
            (
                "https%3A%2F%2Fshop.example%2Ftea",
                "https://shop.example/tea",
            ),
            ("https://shop.example", "https://shop.example"),
            (
                "https://www.shop.example/tea",
                "https://www.shop.example/tea",
            ),
            (
                "https://blog.shop.example/a/b",
                "https://blog.shop.example/a/b",
            ),
            ("https://mall.example/acme", "https://mall.example/acme"),
            (
                "https://mall.example/acme/tea?x=..",
                "https://mall.example/acme/tea?x=..",
            ),
            (
                "/zielona%20herbata",
                "https://shop.example/zielona%20herbata",
            ),
            (
                "/za%C5%BC%C3%B3%C5%82%C4%87",
                "https://shop.example/za%C5%BC%C3%B3%C5%82%C4%87",
            ),
            ("/100%", "https://shop.example/100%25"),
            ("/a%2520b", "https://shop.example/a%20b"),
            ("/", "https://shop.example/"),
            ("/...", "https://shop.example/..."),
            // What is sent on is what was checked, so this is a path and no host.
            (
                "https://shop.example%2f@evil.example/",
                "https://shop.example/@evil.example/",
            ),
        ] {
            assert_eq!(to(raw).as_deref(), Some(address), "{raw}");
        }
    }

    #[test]
    fn no_trick_leads_elsewhere() {
        for hostile in [
            "https://evil.example/",
            "https%3A%2F%2Fevil.example",
            "//evil.example",
            "%2F%2Fevil.example",
            "%252F%252Fevil.example",
            "/%2Fevil.example",
            "/%5Cevil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "%5C%5Cevil.example",
            "/\t/evil.example",
            "/%09/evil.example",
            "/%0d%0aSet-Cookie:a=b",
            "%0d%0aLocation:%20https://evil.example",
            "https:/evil.example",
            "https:evil.example",
            "https:///evil.example",
            "https:\\\\evil.example",
            "https://shop.example@evil.example/",
            "https://shop.example%40evil.example/",
            "https://shop.example:443@evil.example/",
            "https://shop.example.evil.example/",
            "https://evilshop.example/",
            "https://shop.example:8443/",
            "http://shop.example/",
            "https://shop.example%00.evil.example/",
            "https://shop.example%252f@evil.example/",
            "https://shop.example\\@evil.example/",
            "https://shop.example%5C@evil.example/",
            "https://shop%E3%80%82example/",
            "https://\u{ff53}hop.example/",
            "https://xn--shp-1na.example/",
            "https://b\u{fc}cher.example/",
            "https://[::1]/",
            "https://mall.example/",
            "https://mall.example/acmeevil",
            "https://mall.example/acme/../evil",
            "https://mall.example/acme/%2e%2E/evil",
            "https://mall.example/acme/.%2e/evil",
            "https://mall.example/acme%2f..%2fevil",
            "javascript:alert(1)",
            "javascript%3Aalert(1)",
            "JaVaScRiPt:alert(1)",
            "%6Aavascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "ftp://shop.example/",
            "HTTPS://SHOP.EXAMPLE/",
            " https://shop.example/",
            "tea",
            "../tea",
            "?x",
            "",
            "%ff",
            "%",
        ] {
            assert_eq!(to(hostile), None, "{hostile}");
        }
        assert_eq!(to(&["/", &"x".repeat(3_000)].concat()), None);
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_the_origin_is_on_the_list(raw in "\\PC{0,60}|(https?:)?[/\\\\%0-9a-f:@.]{0,12}(shop|evil)\\.example[/\\\\@:%.a-z]{0,12}") {
            if let Some(address) = to(&raw) {
                let known = ["https://shop.example", "https://www.shop.example", "https://blog.shop.example", "https://mall.example"];
                let (origin, tail) = split_origin(&address).unwrap();
                prop_assert!(known.contains(&origin), "{address}");
                prop_assert!(tail.bytes().all(is_plain), "{address}");
            }
        }
    }

    #[test]
    fn plain_addresses_split() {
        assert_eq!(
            split_origin("https://shop.example"),
            Some(("https://shop.example", ""))
        );
        assert_eq!(
            split_origin("http://shop.localhost:8788/tea?x=1#y"),
            Some(("http://shop.localhost:8788", "/tea?x=1#y"))
        );
    }

    #[test]
    fn anything_odd_is_no_address() {
        for odd in [
            "javascript:alert(1)",
            "//evil.example",
            "https://",
            "https:///x",
            "https://a@b/",
            "https://a\\b/",
            "https://a b/",
            "https://a:b/",
            "https://a:1:2/",
            "ftp://a/",
            "https://shop.example\r\nX: y",
            "https://bücher.example/",
            "HTTPS://shop.example",
        ] {
            assert_eq!(split_origin(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_cookie_reaches_the_shop_only_from_a_sub_domain() {
        assert_eq!(
            shared_cookie_domain("www.shop.example", "refer.shop.example"),
            Some("shop.example")
        );
        assert_eq!(
            shared_cookie_domain("shop.localhost", "refer.shop.localhost"),
            Some("shop.localhost")
        );
        assert_eq!(
            shared_cookie_domain("shop.example", "refer.evilshop.example"),
            None
        );
        assert_eq!(
            shared_cookie_domain("shop.localhost", "edge.localhost"),
            None
        );
        assert_eq!(shared_cookie_domain("localhost", "refer.localhost"), None);
    }
}
