//! What the widget must know before anybody does anything.

use grapevine_domain::money::Currency;
use grapevine_domain::program::Terms;
use grapevine_domain::share::order::{Device, most_useful};
use grapevine_ledger::command::Settings;
use grapevine_ledger::reports::offered;
use grapevine_pages::{Look, Worth, close_label, launcher_text};
use serde_json::{Value as Json, json};
use worker::{Cf, Env, Request, Response};

use super::{allow, best_locale, shop_page};
use crate::error::Error;
use crate::friend::Shown;
use crate::http::{header, json_response, origin_of, query_parameter};
use crate::tracker::settings;

/// `GET /b/{merchant}/start?locale=pl`: what the widget must know before anybody
/// does anything. Channels and disclosure depend on the country and the device, so no
/// cache keeps it for others; the browser does for 60 seconds.
pub async fn start(
    request: &Request,
    url: &str,
    env: &Env,
    merchant: &str,
) -> Result<Response, Error> {
    let found = settings::load(env, merchant).await?;
    let origin = shop_page(request, url, &found)?;
    let asked = query_parameter(url, "locale").unwrap_or_default();
    let visitor = Visitor {
        locale: best_locale([asked.as_str(), found.locale.as_str()]),
        country: country(request),
        device: device(
            header(request, "Sec-CH-UA-Mobile").as_deref(),
            &header(request, "User-Agent").unwrap_or_default(),
        ),
    };
    let response = json_response(200, &told(&found, origin_of(url), &visitor)?)?;
    response
        .headers()
        .set("Cache-Control", "private, max-age=60")?;
    allow(response, origin.as_deref())
}

/// What is known of who asks.
struct Visitor {
    locale: &'static str,
    country: Option<String>,
    device: Device,
}

fn told(found: &Settings, edge: &str, visitor: &Visitor) -> Result<Json, Error> {
    let Visitor {
        locale, country, ..
    } = visitor;
    let program = &found.program;
    let panel = &found.panel;
    let currency =
        Currency::parse(&found.currency).map_err(|error| Error::Internal(error.to_string()))?;
    let advocate = program.advocate.as_ref().map(|rules| &rules.offer);
    let friend = program.friend.as_ref().map(|rules| &rules.offer);
    let look = Look::of(found.accent.as_deref(), panel);
    let asks = &panel.asks;
    // Nobody is asked while nothing can be promised, so that nobody need try.
    let may_ask = !found.paused && asks.budget > 0;
    let channels = match &panel.channels {
        Some(chosen) => chosen.iter().map(String::as_str).collect(),
        None => most_useful(country.as_deref(), visitor.device),
    };
    Ok(json!({
        "merchant": found.slug,
        "name": found.name,
        "shop_url": found.shop_url,
        "currency": found.currency,
        "locale": locale,
        "paused": found.paused,
        "pause": found.pause,
        "launcher": {
            "text": launcher_text(
                locale,
                advocate.map(|offer| Worth::of(offer, currency)),
                friend.map(|offer| Worth::of(offer, currency)),
            )
            .filter(|_| !found.paused),
            "close": close_label(locale),
            "css": look.launcher_css(),
        },
        "advocate_reward": advocate.map(|offer| offered(offer, currency)),
        "friend_reward": friend.map(|offer| offered(offer, currency)),
        "minimum_order": program.minimum_order.as_ref().and_then(|least| least.get(currency)),
        "hold_days": program.hold_days,
        "window_days": program.window_days,
        "theme": {
            "css": look.theme_css(),
            "logo_url": found.logo_url,
            "picture_url": panel.picture_url,
            "layout": panel.layout.as_str(),
        },
        "channels": channels,
        "message": panel.message_for(locale),
        "disclosure": panel.disclosure_for(country.as_deref(), locale),
        "asks": {
            "exit_intent": may_ask && asks.exit_intent,
            "post_purchase": may_ask && asks.post_purchase,
            "quiet_days": {
                "dismissed": asks.quiet_days.dismissed,
                "shared": asks.quiet_days.shared,
                "poor": asks.quiet_days.poor,
            },
        },
        "page_url": page_url(found, edge, locale),
        "consent_required": found.consent_required,
        "terms_url": terms_url(found, edge, locale),
    }))
}

/// The panel as a page of the edge. A host that is this merchant's alone needs no name
/// of it.
fn page_url(found: &Settings, edge: &str, locale: &str) -> String {
    let host = edge.split_once("://").map_or(edge, |(_, host)| host);
    if found.hosts.iter().any(|own| own == host) {
        format!("{edge}/p?lang={locale}")
    } else {
        format!("{edge}/p/{}?lang={locale}", found.slug)
    }
}

/// Where the programme's terms can be read: the merchant's own page, or one of ours.
fn terms_url(found: &Settings, edge: &str, locale: &str) -> Option<String> {
    match found.program.terms.as_ref()? {
        Terms::Url(url) => Some(url.clone()),
        Terms::Text(_) => {
            let path = Shown::new(found, edge, "", "").path("/terms");
            Some(format!("{edge}{path}?lang={locale}"))
        }
    }
}

/// The country by ISO 3166 that the platform found, else the one that the browser's
/// first language is spoken in: `pl-PL`.
fn country(request: &Request) -> Option<String> {
    let found = request.cf().and_then(Cf::country);
    let languages = header(request, "Accept-Language").unwrap_or_default();
    // Cloudflare's names for nowhere: unknown, and Tor.
    found
        .filter(|country| is_country(country) && country != "XX")
        .or_else(|| region(&languages).map(str::to_owned))
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The region of the first language of an `Accept-Language`.
fn region(languages: &str) -> Option<&str> {
    let first = languages.split([',', ';']).next()?.trim();
    first.split('-').skip(1).find(|part| is_country(part))
}

/// By the browser's own word (`Sec-CH-UA-Mobile`, of Chromium), else by its name.
fn device(mobile: Option<&str>, agent: &str) -> Device {
    let touch = ["Mobi", "Android", "iPhone", "iPad"]
        .iter()
        .any(|name| agent.contains(name));
    if mobile == Some("?1") || touch {
        Device::Touch
    } else {
        Device::Desktop
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_languages_region_stands_for_the_country() {
        for (languages, country) in [
            ("pl-PL,pl;q=0.9,en-US;q=0.8", Some("PL")),
            ("zh-Hant-TW;q=0.9", Some("TW")),
            ("en", None),
            ("en,de-DE", None),
            ("*", None),
            ("", None),
            ("en-us", None),
            ("es-419", None),
        ] {
            assert_eq!(region(languages), country, "{languages}");
        }
    }

    #[test]
    fn phones_and_tablets_are_touched() {
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile/15E148";
        let tablet = "Mozilla/5.0 (Linux; Android 15; SM-X200) Safari/537.36";
        let laptop = "Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0.0.0 Safari/537.36";
        assert_eq!(device(None, iphone), Device::Touch);
        assert_eq!(device(Some("?0"), tablet), Device::Touch);
        assert_eq!(device(Some("?1"), laptop), Device::Touch);
        assert_eq!(device(Some("?0"), laptop), Device::Desktop);
        assert_eq!(device(None, ""), Device::Desktop);
    }
}
