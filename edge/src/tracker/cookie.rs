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

/// Puts a new token in front of those that a browser had. The first click ever stays,
/// for programmes that count the first, and the latest before the new one, for the
/// guard against late clicks. `instead`: the newest one is a repeat of the same click.
pub fn join(new: &str, before: &str, instead: bool) -> String {
    let mut value = String::with_capacity(new.len() * 2);
    value.push_str(new);
    let old: Vec<&str> = tokens(before).skip(usize::from(instead)).collect();
    let (first, rest) = match old.split_last() {
        Some((first, rest)) => (Some(*first), rest),
        None => (None, &[][..]),
    };
    for token in rest.iter().take(MOST_TOGETHER - 2).copied().chain(first) {
        value.push(SEPARATOR);
        value.push_str(token);
    }
    value
}

/// Where the cookie reaches and for how long: all that follows its value. On the
/// shop's whole domain when the edge is one of its sub-domains, else for the edge alone.
pub fn attributes(settings: &Settings, edge_host: &str) -> String {
    let seconds = i64::from(settings.program.window_days) * (DAY_MS / 1000);
    with_age(settings, edge_host, seconds)
}

fn with_age(settings: &Settings, edge_host: &str, seconds: i64) -> String {
    let shop = split_origin(&settings.shop_url).map_or("", |(origin, _)| host_of(origin));
    let domain = shared_cookie_domain(shop, edge_host);
    let (label, domain) = domain.map_or(("", ""), |domain| ("; Domain=", domain));
    format!("; Max-Age={seconds}; Path=/{label}{domain}; Secure; HttpOnly; SameSite=Lax")
}

/// The `Set-Cookie` that keeps tokens for the programme's window.
pub fn keep(settings: &Settings, edge_host: &str, value: &str) -> String {
    [NAME, "=", value, &attributes(settings, edge_host)].concat()
}

/// The `Set-Cookie` that takes them away.
pub fn clear(settings: &Settings, edge_host: &str) -> String {
    [NAME, "=", &with_age(settings, edge_host, 0)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(letter: char) -> String {
        letter.to_string().repeat(54)
    }

    #[test]
    fn ours_is_found_among_others() {
        assert_eq!(of("a=b; gv_click=T.U; c=d"), "T.U");
        assert_eq!(of("gv_click=T"), "T");
        assert_eq!(of("xgv_click=T; gv_clicks=U"), "");
        assert_eq!(of(""), "");
    }

    #[test]
    fn the_first_and_the_latest_stay() {
        let [a, b, c, d, e, f] = ['a', 'b', 'c', 'd', 'e', 'f'].map(token);
        assert_eq!(join(&b, "", false), b);
        assert_eq!(join(&b, &a, false), [b.as_str(), &a].join("."));
        let full = [e.as_str(), &d, &c, &b, &a].join(".");
        assert_eq!(
            join(&f, &full, false),
            [f.as_str(), &e, &d, &c, &a].join(".")
        );
        assert_eq!(
            join(&f, &full, true),
            [f.as_str(), &d, &c, &b, &a].join(".")
        );
        assert_eq!(join(&b, &a, true), b);
    }

    #[test]
    fn nothing_but_tokens_goes_back() {
        let (new, good) = (token('n'), token('g'));
        let hostile = [
            "x; Domain=evil.example",
            &good,
            "\r\nSet-Cookie: a=b",
            "short",
        ]
        .join(".");
        assert_eq!(join(&new, &hostile, false), [new.as_str(), &good].join("."));
    }
}
