//! The `Content-Security-Policy` of each kind of page. The pages are written to
//! work under them: styles from this host only, and no script but the tag's own on the
//! page whose place the panel may take.

/// Console, outbox and home.
pub const CONSOLE: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
    frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The HTML version of a mail, shown in the outbox's frame. Mails carry inline
/// styles because mail programs know no others; `sandbox` keeps the rest out.
pub const MAIL_PREVIEW: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src https:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'self'; \
    sandbox allow-popups allow-popups-to-escape-sandbox";

/// A page that a shopper sees. `shop_url` is where its form leads in the end:
/// browsers hold a redirect after a form to `form-action` too.
#[must_use]
pub fn shopper(shop_url: Option<&str>) -> String {
    let shop = shop_url
        .and_then(origin)
        .map(|origin| format!(" {origin}"))
        .unwrap_or_default();
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self' https:{shop}; \
         form-action 'self'{shop}; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// The plain page while the panel may take its place: as [`shopper`], with the tag, the
/// panel's module and its answers from this host.
#[must_use]
pub fn with_panel(shop_url: &str) -> String {
    let rest = shopper(Some(shop_url));
    format!("script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; {rest}")
}

/// Scheme, host and port, when nothing in them could end the directive.
fn origin(address: &str) -> Option<&str> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | ':');
    let sound = matches!(scheme, "http" | "https") && !host.is_empty() && host.chars().all(plain);
    sound
        .then(|| address.get(..scheme.len() + 3 + host.len()))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_may_lead_to_the_shop_and_nowhere_else() {
        let policy = shopper(Some("http://shop.localhost:8788/tea?x=1"));
        assert!(
            policy.contains("form-action 'self' http://shop.localhost:8788;"),
            "{policy}"
        );
        for hostile in [
            "https://a.example; script-src *",
            "javascript:alert(1)",
            "https://",
            "https://a b",
        ] {
            let policy = shopper(Some(hostile));
            assert!(policy.contains("form-action 'self';"), "{policy}");
            assert!(!policy.contains("script-src"));
            let policy = with_panel(hostile);
            assert_eq!(policy.matches("script-src").count(), 1, "{policy}");
            assert!(!policy.contains('*') && !policy.contains("unsafe-inline"));
        }
    }
}
