//! `GET /r/{merchant}/{code}?c={channel}`: sends a friend to the shop with the
//! proof of the click.

use grapevine_domain::code::Code;
use grapevine_domain::link::{host_of, split_origin};
use grapevine_domain::share::numbers::number_of;
use grapevine_domain::token::ClickToken;
use grapevine_ledger::clicks::pack;
use grapevine_ledger::keyring::{Key, Purpose, mac16};
use std::cell::RefCell;
use std::collections::HashMap;
use worker::{Context, Env, Method, Request, Response};

use super::visitor::{self, Dropped, Signs};
use super::{Link, clicks, cookie, settings};
use crate::error::Error;
use crate::http::header;
use crate::{auth, bindings, clock};

/// Longest query that is passed on to the shop.
const LONGEST_QUERY: usize = 2_000;

/// Answers 302 to the shop; 404 for an unknown merchant; 405 for other methods.
///
/// 1. The merchant's settings, from memory.
/// 2. Whether this is a person's click.
/// 3. A signed token, in the address and, unless consent is asked for first, in a
///    cookie.
/// 4. The click, recorded after the answer.
///
/// A code that nobody has, or with a typo, leads to the shop all the same.
pub async fn answer(
    request: &Request,
    link: &Link<'_>,
    env: Env,
    context: &Context,
) -> worker::Result<Response> {
    let head = match request.method() {
        Method::Get => false,
        Method::Head => true,
        _ => return Error::MethodNotAllowed.response(),
    };
    let (found, known) = match (
        settings::get(&env, link.merchant, context).await,
        bindings::settings(&env),
    ) {
        (Ok(found), Ok(known)) => (found, known),
        (Err(Error::NotFound), _) => return crate::console::unknown_shop(request),
        (Err(error), _) | (_, Err(error)) => {
            return crate::console::trouble(request, "/r/", &error);
        }
    };
    let Ok(code) = Code::parse(link.code) else {
        clicks::record(link.merchant, Err(Dropped::BadCode), &env, context);
        return redirect(&destination(&found.shop_url, link.query, None), None);
    };
    let Some(key) = click_key(&known.ring, link.merchant) else {
        return Error::Internal("no signing key".to_owned()).response();
    };
    let now = clock::now().plus_ms(found.clock_offset_ms);
    let agent = header(request, "User-Agent");
    let purpose = header(request, "Sec-Purpose").or_else(|| header(request, "Purpose"));
    let signs = Signs {
        head,
        purpose: purpose.as_deref(),
        agent: agent.as_deref(),
    };
    let address = Some(known.address_header.as_str()).filter(|name| !name.is_empty());
    let address = address.and_then(|name| header(request, name));
    let visitor = address
        .map(|address| visitor::name(&key, now, &address, agent.as_deref().unwrap_or_default()));
    let repeats = |visitor| visitor::is_repeat(visitor, link.merchant, code.as_str(), now);
    // The browser's own cookie knows more than an isolate, and needs no address.
    let has_clicked = || {
        let cookie = auth::cookie(request, "gv_click")?;
        let mac =
            |number: u8, bytes: &[u8]| (number == known.ring.current()).then(|| mac16(&key, bytes));
        let before = ClickToken::open(&cookie, mac).ok()?;
        let is_recent = (0..visitor::REPEAT_MS).contains(&(now.0 - before.at.0));
        (before.code == code && is_recent).then_some(Dropped::Repeat)
    };
    let dropped = visitor::judge(signs)
        .or_else(|| visitor.is_some_and(repeats).then_some(Dropped::Repeat))
        .or_else(has_clicked);

    let token = ClickToken {
        key: known.ring.current(),
        at: now,
        click_id: clock::random_u64(),
        channel: channel(link.query),
        variant: 0,
        code,
    };
    let click = match dropped {
        Some(reason) => Err(reason),
        None => Ok(pack(
            now,
            token.click_id,
            visitor.unwrap_or_default(),
            token.channel,
            0,
            code,
        )),
    };
    clicks::record(link.merchant, click, &env, context);
    if matches!(dropped, Some(Dropped::Head | Dropped::Bot)) {
        return redirect(&destination(&found.shop_url, link.query, None), None);
    }
    // All others get the proof, counted or not: a browser may show what it loaded
    // ahead, and a person with an odd browser must not cost the advocate a reward.
    let text = token.seal(|bytes| mac16(&key, bytes));
    let cookie =
        (!found.consent_required).then(|| cookie::keep(&found, host_of(link.origin), &text));
    redirect(
        &destination(&found.shop_url, link.query, Some(&text)),
        cookie.as_deref(),
    )
}

thread_local! {
    /// Derived keys by merchant: the ring does not change within an isolate's life.
    static KEYS: RefCell<HashMap<String, Key>> = RefCell::new(HashMap::new());
}

fn click_key(ring: &grapevine_ledger::keyring::Keyring, merchant: &str) -> Option<Key> {
    KEYS.with_borrow_mut(|keys| {
        if let Some(key) = keys.get(merchant) {
            return Some(*key);
        }
        let key = ring.derive(ring.current(), Purpose::Click, merchant)?;
        if keys.len() >= 10_000 {
            keys.clear();
        }
        keys.insert(merchant.to_owned(), key);
        Some(key)
    })
}

/// The number of the channel named by `c`.
fn channel(query: &str) -> u8 {
    let name = query.split('&').find_map(|pair| pair.strip_prefix("c="));
    name.map_or(0, number_of)
}

/// The shop's address with the visitor's own parameters and the token. Only what
/// cannot end the query early is passed on; `c` and a foreign `gv` are ours.
fn destination(shop_url: &str, query: &str, token: Option<&str>) -> String {
    let (front, fragment) = shop_url
        .split_once('#')
        .map_or((shop_url, None), |(a, b)| (a, Some(b)));
    let mut address = String::with_capacity(front.len() + query.len() + 64);
    address.push_str(front);
    if split_origin(front).is_some_and(|(_, path)| path.is_empty()) {
        address.push('/');
    }
    let mut separator = if front.contains('?') { '&' } else { '?' };
    let mut add = |pair: &str| {
        address.push(separator);
        address.push_str(pair);
        separator = '&';
    };
    let plain = |pair: &&str| {
        !pair.is_empty()
            && !pair.starts_with("c=")
            && !pair.starts_with("gv=")
            && pair.bytes().all(|byte| {
                byte.is_ascii_graphic()
                    && !matches!(
                        byte,
                        b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
                    )
            })
    };
    if query.len() <= LONGEST_QUERY {
        query.split('&').filter(plain).for_each(&mut add);
    }
    if let Some(token) = token {
        add(&format!("gv={token}"));
    }
    if let Some(fragment) = fragment {
        address.push('#');
        address.push_str(fragment);
    }
    address
}

fn redirect(location: &str, cookie: Option<&str>) -> worker::Result<Response> {
    let response = Response::empty()?.with_status(302);
    let headers = response.headers();
    headers.set("Location", location)?;
    headers.set("Cache-Control", "private, no-store")?;
    headers.set("Referrer-Policy", "no-referrer")?;
    if let Some(cookie) = cookie {
        headers.set("Set-Cookie", cookie)?;
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shops_address_gets_parameters_and_token() {
        let to = |shop: &str, query: &str, token| destination(shop, query, token);
        assert_eq!(
            to("https://shop.example", "", Some("T")),
            "https://shop.example/?gv=T"
        );
        assert_eq!(
            to(
                "https://shop.example/sale?x=1#top",
                "c=sms&utm_source=a%20b&gv=forged",
                Some("T")
            ),
            "https://shop.example/sale?x=1&utm_source=a%20b&gv=T#top"
        );
        assert_eq!(
            to("https://shop.example/", "c=x", None),
            "https://shop.example/"
        );
    }

    #[test]
    fn nothing_in_a_query_can_change_where_it_leads() {
        for hostile in [
            "\r\nSet-Cookie: a=b",
            "a=<script>",
            "a=\"",
            "a=\u{202e}",
            "a b",
            "a=\\",
        ] {
            assert_eq!(
                destination("https://shop.example/", hostile, None),
                "https://shop.example/",
                "{hostile}"
            );
        }
        let tricky = destination(
            "https://shop.example/",
            "next=//evil.example&@evil.example",
            None,
        );
        assert_eq!(split_origin(&tricky).unwrap().0, "https://shop.example");
    }

    #[test]
    fn the_channel_is_one_that_we_know() {
        assert_eq!(channel("utm_source=a&c=whatsapp"), number_of("whatsapp"));
        assert_eq!(channel("c=<script>"), 0);
        assert_eq!(channel(""), 0);
    }
}
