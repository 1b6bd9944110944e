//! What the widget must know before anybody does anything.

use grapevine_domain::money::Currency;
use grapevine_domain::program::Terms;
use grapevine_domain::share::order::{Device, most_useful};
use grapevine_ledger::command::Settings;
use grapevine_ledger::reports::offered;
use grapevine_pages::{Accent, Locale, Worth};
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
            "text": launcher(
                locale,
                advocate.map(|offer| Worth::of(offer, currency)),
                friend.map(|offer| Worth::of(offer, currency)),
            )
            .filter(|_| !found.paused),
            "close": if *locale == "pl" { "Zamknij" } else { "Close" },
            "css": LAUNCHER_CSS,
        },
        "advocate_reward": advocate.map(|offer| offered(offer, currency)),
        "friend_reward": friend.map(|offer| offered(offer, currency)),
        "minimum_order": program.minimum_order.as_ref().and_then(|least| least.get(currency)),
        "hold_days": program.hold_days,
        "window_days": program.window_days,
        "theme": {
            "css": theme(found.accent.as_deref()),
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

/// The launcher's style, with the theme in front of it.
const LAUNCHER_CSS: &str = ":host{position:fixed;z-index:999999;bottom:16px;inset-inline-end:16px;border-radius:24px;background:var(--a);box-shadow:0 4px 16px #0004}aside{display:flex}a,button{all:unset;color:var(--o);border-radius:24px;padding:14px 18px;font-weight:600;cursor:pointer;display:flex;gap:8px}:focus-visible{outline:2px solid}a:before{content:\"\";width:18px;height:18px;align-self:center;background:currentColor;clip-path:path(\"M0 5h18v4H0zm1 5h7v8H1zm9 0h7v8h-7zM3 0v4h12V0L9 4z\")}[aria-busy=true]{opacity:.7;cursor:progress}";

/// What stands before every style of the panel: the merchant's colour, and what can be
/// read on it.
fn theme(accent: Option<&str>) -> String {
    let accent = accent.map_or_else(Accent::default, |accent| Accent::new(accent, None));
    format!(
        ":host{{--a:var(--gv-accent,{});--o:var(--gv-on-accent,{})}}",
        accent.colour(),
        accent.on_accent()
    )
}

/// Longest worth that a launcher names, in characters: more would stand in the way.
const LONGEST_WORTH: usize = 20;

/// What the launcher says: the reader's own reward, else the friend's.
fn launcher(locale: &str, advocate: Option<Worth>, friend: Option<Worth>) -> Option<String> {
    let polish = locale == "pl";
    let own = advocate.is_some();
    let worth = advocate.or(friend)?.format(Locale::from_tag(locale));
    let long = worth.chars().count() > LONGEST_WORTH;
    Some(match (own, long, polish) {
        (true, false, false) => format!("Get {worth}"),
        (true, false, true) => format!("Odbierz {worth}"),
        (true, true, false) => "Get a reward".to_owned(),
        (true, true, true) => "Odbierz nagrodę".to_owned(),
        (false, false, false) => format!("Give friends {worth}"),
        (false, false, true) => format!("Daj znajomym {worth}"),
        (false, true, false) => "Give friends a gift".to_owned(),
        (false, true, true) => "Daj znajomym prezent".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_launcher_promises_what_there_is() {
        let points = || Some(Worth::Points(500));
        let share = || Some(Worth::Percent(1_500));
        let thing = || Some(Worth::Thing("A very long name for a tea box".to_owned()));
        for (own, friend, english, polish) in [
            (points(), share(), "Get 500 points", "Odbierz 500 punktów"),
            (thing(), None, "Get a reward", "Odbierz nagrodę"),
            (
                None,
                share(),
                "Give friends 15% off",
                "Daj znajomym 15\u{a0}% rabatu",
            ),
            (None, thing(), "Give friends a gift", "Daj znajomym prezent"),
        ] {
            let said = |locale| launcher(locale, own.clone(), friend.clone());
            assert_eq!(said("en").as_deref(), Some(english));
            assert_eq!(said("pl").as_deref(), Some(polish));
        }
        assert_eq!(launcher("en", None, None), None);
    }

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
