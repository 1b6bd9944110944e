//! Where a referral link leads: the merchant's own hosts and nowhere else.

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

#[cfg(test)]
mod tests {
    use super::*;

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
