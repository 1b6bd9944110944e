//! The cookie `gv_click`: the proofs of a browser's clicks, where the shop's own
//! server reads them too.
//!
//! Guarantees: only what HTTP may set and read; on the shop's whole domain when the
//! edge is a sub-domain of it, else on the edge's host alone. Not for deciding
//! whether it may be set: that is for who asks the shopper.

use grapevine_domain::link::{host_of, shared_cookie_domain, split_origin};
use grapevine_domain::time::DAY_MS;
use grapevine_ledger::command::Settings;

/// Its name.
pub const NAME: &str = "gv_click";
/// Between two tokens, newest first.
pub const SEPARATOR: char = '.';
/// Most tokens: the latest ones, and the first ever, which a first-click programme
/// and the guard against late clicks ask for.
pub const MOST: usize = 5;

/// One list of tokens that came newest first: each once, the latest four and the
/// last one.
pub fn joined<'a>(tokens: impl IntoIterator<Item = &'a str>) -> String {
    let mut kept: Vec<&str> = Vec::with_capacity(MOST);
    for token in tokens {
        if token.is_empty() || kept.contains(&token) {
            continue;
        }
        if kept.len() == MOST {
            kept.pop();
        }
        kept.push(token);
    }
    kept.join(&SEPARATOR.to_string())
}

/// The domain that edge and shop share; `None` where the edge is on another site.
pub fn domain<'a>(settings: &'a Settings, edge_host: &str) -> Option<&'a str> {
    let (origin, _) = split_origin(&settings.shop_url)?;
    shared_cookie_domain(host_of(origin), edge_host)
}

/// The `Set-Cookie` that keeps tokens for the programme's window.
pub fn keep(settings: &Settings, edge_host: &str, tokens: &str) -> String {
    let seconds = i64::from(settings.program.window_days) * (DAY_MS / 1000);
    set(settings, edge_host, tokens, seconds)
}

/// The `Set-Cookie` that deletes it.
pub fn forget(settings: &Settings, edge_host: &str) -> String {
    set(settings, edge_host, "", 0)
}

fn set(settings: &Settings, edge_host: &str, value: &str, seconds: i64) -> String {
    let domain = domain(settings, edge_host);
    let (label, domain) = domain.map_or(("", ""), |domain| ("; Domain=", domain));
    format!(
        "{NAME}={value}; Max-Age={seconds}; Path=/{label}{domain}; Secure; HttpOnly; SameSite=Lax"
    )
}

#[cfg(test)]
mod tests {
    use super::joined;

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
}
