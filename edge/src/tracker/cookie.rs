//! The cookie `gv_click`: the proofs of a visitor's clicks, where scripts cannot reach
//! them.

use grapevine_domain::link::{host_of, shared_cookie_domain, split_origin};
use grapevine_domain::time::DAY_MS;
use grapevine_domain::token::{LONGEST_TEXT, MOST_TOGETHER, SEPARATOR, SHORTEST_TEXT};
use grapevine_ledger::command::Settings;

/// Its name.
pub const NAME: &str = "gv_click";

/// The value of our cookie in a `Cookie` header; empty where there is none.
pub fn of(header: &str) -> &str {
    header
        .split(';')
        .find_map(|pair| {
            let rest = pair.trim_start().strip_prefix(NAME)?;
            rest.strip_prefix('=')
        })
        .unwrap_or_default()
        .trim()
}

/// The tokens in a value, newest first: only what has the shape of one, so that nothing
/// else ever goes back into a header.
pub fn tokens(value: &str) -> impl Iterator<Item = &str> {
    let is_token = |text: &&str| {
        (SHORTEST_TEXT..=LONGEST_TEXT).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    value.split(SEPARATOR).filter(is_token)
}

/// One list of tokens that came newest first: each once, the latest four, and the first
/// ever, which a first-click programme and the guard against late clicks ask for.
pub fn joined<'a>(tokens: impl IntoIterator<Item = &'a str>) -> String {
    let mut kept: Vec<&str> = Vec::with_capacity(MOST_TOGETHER);
    for token in tokens {
        if token.is_empty() || kept.contains(&token) {
            continue;
        }
        if kept.len() == MOST_TOGETHER {
            kept.pop();
        }
        kept.push(token);
    }
    kept.join(SEPARATOR.encode_utf8(&mut [0; 4]))
}

/// The domain that edge and shop share; `None` where the edge is on another site.
pub fn domain<'a>(settings: &'a Settings, edge_host: &str) -> Option<&'a str> {
    let (origin, _) = split_origin(&settings.shop_url)?;
    shared_cookie_domain(host_of(origin), edge_host)
}

/// Where the cookie reaches and for how long: all that follows its value. On the
/// shop's whole domain when the edge is one of its sub-domains, else for the edge alone.
pub fn attributes(settings: &Settings, edge_host: &str) -> String {
    let seconds = i64::from(settings.program.window_days) * (DAY_MS / 1000);
    with_age(settings, edge_host, seconds)
}

fn with_age(settings: &Settings, edge_host: &str, seconds: i64) -> String {
    let (label, domain) =
        domain(settings, edge_host).map_or(("", ""), |domain| ("; Domain=", domain));
    format!("; Max-Age={seconds}; Path=/{label}{domain}; Secure; HttpOnly; SameSite=Lax")
}

/// The `Set-Cookie` that keeps tokens for the programme's window.
pub fn keep(settings: &Settings, edge_host: &str, value: &str) -> String {
    [NAME, "=", value, &attributes(settings, edge_host)].concat()
}

/// The `Set-Cookie` that takes them away.
pub fn forget(settings: &Settings, edge_host: &str) -> String {
    [NAME, "=", &with_age(settings, edge_host, 0)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_is_found_among_others() {
        assert_eq!(of("a=b; gv_click=T.U; c=d"), "T.U");
        assert_eq!(of("gv_click=T"), "T");
        assert_eq!(of("xgv_click=T; gv_clicks=U"), "");
        assert_eq!(of(""), "");
    }

    #[test]
    fn the_first_click_ever_and_the_latest_four_are_kept() {
        assert_eq!(joined([]), "");
        assert_eq!(joined(["b", "", "a", "b"]), "b.a");
        assert_eq!(joined(["e", "d", "c", "b", "a"]), "e.d.c.b.a");
        assert_eq!(joined(["g", "f", "e", "d", "c", "b", "a"]), "g.f.e.d.a");
        // However often it is told, and click by click.
        let mut list = String::new();
        for click in ["a", "b", "c", "d", "e", "f", "g"] {
            list = joined([click].into_iter().chain(list.split('.')));
        }
        assert_eq!(list, "g.f.e.d.a");
    }

    #[test]
    fn nothing_but_tokens_is_read() {
        let good = "g".repeat(54);
        let hostile = [
            "x; Domain=evil.example",
            &good,
            "\r\nSet-Cookie: a=b",
            "short",
        ];
        assert_eq!(tokens(&hostile.join(".")).collect::<Vec<_>>(), [&good]);
    }
}
