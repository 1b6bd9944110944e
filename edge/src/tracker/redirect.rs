//! `GET /r/{merchant}/{code}?c={channel}`: sends a friend to the shop with the proof of
//! the click. On a host that is one merchant's alone, `/r/{code}` does the same.

use grapevine_domain::code::Code;
use grapevine_domain::link::{LONGEST_DESTINATION, deep_link, is_plain};
use grapevine_domain::share::numbers::number_of;
use grapevine_domain::time::Timestamp;
use grapevine_domain::token::{ClickToken, MOST_TOGETHER};
use grapevine_domain::visit::{Dropped, Verdict, judge};
use std::iter;
use worker::{Context, Env, Request, Response};

use super::clicks::{self, Click};
use super::hit::{self, Hit};
use super::settings::{self, Route};
use super::{Link, cookie, hosts, hot, preview, visitor};
use crate::bindings::{self, Settings};
use crate::error::Error;
use crate::friend::Shown;
use crate::{clock, limits};

/// Where a visitor goes.
pub struct Way {
    /// The whole address.
    pub location: String,
    /// The whole `Set-Cookie`; empty where there is none.
    pub cookie: String,
}

/// What is answered.
enum Outcome {
    /// 302.
    Redirect(Way),
    /// The friend page: an app's own browser shares no cookies with the others.
    FriendPage(Way),
    /// The page with the tags of a preview.
    Preview,
    /// 429.
    Refused(TooMany),
}

/// A network asks without end.
pub struct TooMany {
    /// Seconds until it is worth another try.
    pub retry_after_s: u32,
}

/// Answers a link from memory alone; `None`, and nothing is done, for what needs a page.
pub fn at_once(
    hit: &Hit<'_>,
    route: &Route,
    known: &Settings,
    now: Timestamp,
) -> Option<Result<Way, TooMany>> {
    let verdict = verdict(hit);
    if !matches!(hit.method, "GET" | "HEAD")
        || verdict.previewer.is_some()
        || verdict.app().is_some()
    {
        return None;
    }
    match follow(hit, route, known, &verdict, now) {
        Outcome::Redirect(way) => Some(Ok(way)),
        Outcome::Refused(too_many) => Some(Err(too_many)),
        Outcome::FriendPage(_) | Outcome::Preview => None,
    }
}

/// Answers a link: 302 to the shop; 200 with a page for previewers and in apps' own
/// browsers; 404 for an unknown merchant; 405 for other methods; 429.
///
/// 1. Whose the link is, and the merchant's settings, from memory.
/// 2. Whether this is a person's click.
/// 3. A signed token, in the address and, unless consent is asked for first, in a
///    cookie.
/// 4. The click, recorded after the answer.
///
/// A code that nobody has, or with a typo, leads to the shop all the same.
pub async fn answer(
    request: &Request,
    url: &str,
    env: &Env,
    context: &Context,
) -> worker::Result<Response> {
    let answer = try_answer(request, url, env).await;
    if hot::is_something_left() {
        context.wait_until(hot::background(env.clone()));
    }
    match answer {
        Ok(response) => Ok(response),
        Err(Error::NotFound) => crate::console::unknown_shop(request),
        Err(error @ Error::MethodNotAllowed) => error.response(),
        Err(error) => crate::console::trouble(request, "/r/", &error),
    }
}

async fn try_answer(request: &Request, url: &str, env: &Env) -> Result<Response, Error> {
    let known = bindings::settings(env)?;
    let text = hit::text(request, url, &known);
    let hit = Hit::parse(&text).ok_or(Error::NotFound)?;
    if !matches!(hit.method, "GET" | "HEAD") {
        return Err(Error::MethodNotAllowed);
    }
    let by_host;
    let merchant = if hit.link.merchant.is_empty() {
        by_host = hosts::merchant(env, hit.link.host()).await?;
        by_host.as_deref().ok_or(Error::NotFound)?
    } else {
        hit.link.merchant
    };
    let route = settings::route(env, merchant).await?;
    let verdict = verdict(&hit);
    let Link {
        origin,
        code,
        query,
        ..
    } = hit.link;
    let shown = Shown::new(&route.settings, origin, code, query);
    match follow(&hit, &route, &known, &verdict, clock::now()) {
        Outcome::Redirect(way) => redirect(&way),
        Outcome::Preview => preview::preview(&shown),
        Outcome::FriendPage(way) => {
            let cookie = Some(way.cookie.as_str()).filter(|cookie| !cookie.is_empty());
            let standing = shown.standing();
            preview::friend_page(&shown, standing, Some((&way.location, cookie)))
        }
        Outcome::Refused(TooMany { retry_after_s }) => Ok(limits::too_many(retry_after_s)?),
    }
}

fn verdict(hit: &Hit<'_>) -> Verdict {
    judge(
        &hit.signs,
        visitor::agent(hit.signs.agent.unwrap_or_default()),
    )
}

/// Decides and records.
fn follow(
    hit: &Hit<'_>,
    route: &Route,
    known: &Settings,
    verdict: &Verdict,
    real_now: Timestamp,
) -> Outcome {
    let settings = &*route.settings;
    let merchant = settings.slug.as_str();
    let now = real_now.plus_ms(settings.clock_offset_ms);
    let dropped = |reason| clicks::record(merchant, Err(reason), real_now);
    if verdict.previewer.is_some() {
        dropped(Dropped::PreviewBot);
        return Outcome::Preview;
    }
    let plain = |to: &str| {
        Outcome::Redirect(Way {
            location: destination(to, &route.fragment, hit.link.query, None),
            cookie: String::new(),
        })
    };
    let Ok(code) = Code::parse(hit.link.code) else {
        dropped(Dropped::BadCode);
        return plain(&route.front);
    };
    if settings.program.has_ended(now) {
        dropped(Dropped::Ended);
        return match &route.fallback {
            Some(to) => Outcome::Redirect(Way {
                location: to.clone(),
                cookie: String::new(),
            }),
            None => plain(&route.front),
        };
    }
    let allowed = limits::click(known, merchant, code.as_str(), hit.address, real_now);
    if let limits::Click::Refused { retry_after_s } = allowed {
        dropped(Dropped::RateLimit);
        return Outcome::Refused(TooMany { retry_after_s });
    }
    let before = proofs(route, cookie::of(hit.cookie));
    // The browser's own cookie knows more than an isolate, and needs no address.
    let is_again = before.first().is_some_and(|(_, newest)| {
        newest.code == code && (0..visitor::REPEAT_MS).contains(&(now.0 - newest.at.0))
    });
    let visitor = hit.address.map(|address| {
        let agent = hit.signs.agent.unwrap_or_default();
        route.visitors.name(now, address, agent)
    });
    let reason = verdict
        .dropped
        .or_else(|| (allowed == limits::Click::NotCounted).then_some(Dropped::RateLimit))
        .or_else(|| is_again.then_some(Dropped::Repeat))
        .or_else(|| {
            let visitor = visitor?;
            visitor::is_repeat(visitor, merchant, code.as_str(), now).then_some(Dropped::Repeat)
        });
    let token = ClickToken {
        key: route.key(),
        at: now,
        click_id: clicks::random_id(),
        channel: number_of(parameter(hit.link.query, "c").unwrap_or_default()),
        variant: 0,
        code,
    };
    let click = match reason {
        Some(reason) => Err(reason),
        None => Ok(Click {
            at: now,
            id: token.click_id,
            visitor: visitor.unwrap_or_default(),
            channel: token.channel,
            variant: token.variant,
            code,
        }),
    };
    clicks::record(merchant, click, real_now);
    let asked = parameter(hit.link.query, "to")
        .and_then(|to| deep_link(to, &settings.shop_url, &settings.destinations));
    let (front, fragment) = match &asked {
        Some(address) => match address.find('#') {
            Some(at) => address.split_at(at),
            None => (address.as_str(), ""),
        },
        None => (route.front.as_str(), route.fragment.as_str()),
    };
    // Programs that say what they are get no proof, and neither does a page that loads
    // a link where nobody sees it. All others do, counted or not: a browser may show
    // what it loaded ahead, and a person with an odd browser must not cost the advocate
    // a reward.
    let proof = !matches!(
        verdict.dropped,
        Some(
            Dropped::Head
                | Dropped::PreviewBot
                | Dropped::SearchBot
                | Dropped::OtherBot
                | Dropped::HiddenFrame
        )
    );
    let token = proof.then(|| token.seal(|bytes| route.sign(bytes)));
    let location = destination(front, fragment, hit.link.query, token.as_deref());
    let cookie = match token.filter(|_| !settings.consent_required) {
        Some(token) => {
            // A proof of the same click makes room for the new one.
            let rest = before.iter().skip(usize::from(is_again));
            let value = cookie::joined(iter::once(&*token).chain(rest.map(|(text, _)| *text)));
            let attributes = route.cookie_attributes(hit.link.host());
            [cookie::NAME, "=", &value, &attributes].concat()
        }
        None => String::new(),
    };
    let way = Way { location, cookie };
    if verdict.app().is_some() {
        Outcome::FriendPage(way)
    } else {
        Outcome::Redirect(way)
    }
}

/// The proofs of this merchant that a browser brings, newest first: on a host that
/// several merchants share, the others' are none of its business.
fn proofs<'a>(route: &Route, cookie: &'a str) -> Vec<(&'a str, ClickToken)> {
    let own = |text| Some((text, route.open(text)?));
    cookie::tokens(cookie)
        .take(MOST_TOGETHER)
        .filter_map(own)
        .collect()
}

/// A parameter of a raw query, as it stands there.
fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| {
        let rest = pair.strip_prefix(name)?;
        rest.strip_prefix('=')
    })
}

/// An address of the shop with the visitor's own parameters and the token. Only what
/// cannot end the query early is passed on; `c`, `to` and a foreign `gv` are ours.
fn destination(front: &str, fragment: &str, query: &str, token: Option<&str>) -> String {
    let mut address = String::with_capacity(front.len() + query.len() + fragment.len() + 80);
    address.push_str(front);
    let mut separator = if front.contains('?') { '&' } else { '?' };
    if query.len() <= LONGEST_DESTINATION {
        for pair in query.split('&') {
            let ours = ["c=", "to=", "gv="]
                .iter()
                .any(|name| pair.starts_with(name));
            if !pair.is_empty() && !ours && pair.bytes().all(is_plain) {
                address.push(separator);
                address.push_str(pair);
                separator = '&';
            }
        }
    }
    if let Some(token) = token {
        address.push(separator);
        address.push_str("gv=");
        address.push_str(token);
    }
    address.push_str(fragment);
    address
}

fn redirect(way: &Way) -> Result<Response, Error> {
    let response = Response::empty()?.with_status(302);
    let headers = response.headers();
    headers.set("Location", &way.location)?;
    headers.set("Cache-Control", "private, no-store")?;
    headers.set("Referrer-Policy", "no-referrer")?;
    if !way.cookie.is_empty() {
        headers.set("Set-Cookie", &way.cookie)?;
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use grapevine_domain::link::split_origin;

    use super::*;

    #[test]
    fn the_shops_address_gets_parameters_and_token() {
        assert_eq!(
            destination("https://shop.example/", "", "", Some("T")),
            "https://shop.example/?gv=T"
        );
        assert_eq!(
            destination(
                "https://shop.example/sale?x=1",
                "#top",
                "c=sms&utm_source=a%20b&gv=forged&to=/tea",
                Some("T")
            ),
            "https://shop.example/sale?x=1&utm_source=a%20b&gv=T#top"
        );
        assert_eq!(
            destination("https://shop.example/", "", "c=x", None),
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
                destination("https://shop.example/", "", hostile, None),
                "https://shop.example/",
                "{hostile}"
            );
        }
        let tricky = destination(
            "https://shop.example/",
            "",
            "next=//evil.example&@evil.example",
            None,
        );
        assert_eq!(split_origin(&tricky).unwrap().0, "https://shop.example");
    }

    #[test]
    fn parameters_are_found_by_their_whole_name() {
        assert_eq!(parameter("utm_source=a&c=whatsapp", "c"), Some("whatsapp"));
        assert_eq!(parameter("cc=x&c=", "c"), Some(""));
        assert_eq!(parameter("", "c"), None);
        assert_eq!(number_of("<script>"), 0);
    }
}
