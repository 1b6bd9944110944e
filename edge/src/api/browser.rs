//! `/b/{merchant}/*`: what the widget asks for, from the shop's own pages.
//!
//! Every POST carries JSON as `text/plain`, so that no preflight is needed. A page
//! on another host than the shop's is refused.

use grapevine_domain::conversion::{ConversionKind, Reporter};
use grapevine_domain::link::{host_of, is_same_site, split_origin};
use grapevine_domain::money::Currency;
use grapevine_domain::token::{ClickToken, MOST_TOGETHER, SEPARATOR};
use grapevine_ledger::command::{Command, Join, Report, Settings};
use grapevine_ledger::keyring::{Purpose, mac16};
use grapevine_ledger::reports::offered;
use grapevine_pages::{Accent, Locale, Worth};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use worker::{Env, Request, Response};

use super::merchant::money;
use crate::error::Error;
use crate::http::{self, header, json_response, origin_of, query_parameter};
use crate::limits::{self, Class};
use crate::tracker::{cookie, settings};
use crate::{auth, bindings, ledger_client};

/// Languages of the widget; the first one where nothing fits.
const LOCALES: [&str; 2] = ["en", "pl"];
/// The channels that a panel shows, most useful first.
const CHANNELS: [&str; 7] = [
    "email", "sms", "whatsapp", "facebook", "x", "copy", "native",
];

/// Whether the page that calls is one of the shop's; its origin, if it named one.
fn shop_page(request: &Request, url: &str, merchant: &Settings) -> Result<Option<String>, Error> {
    let Some(origin) = header(request, "Origin") else {
        return Ok(None);
    };
    let shop = split_origin(&merchant.shop_url).map_or("", |(origin, _)| origin);
    if is_same_site(shop, &origin) || origin_of(url) == origin {
        Ok(Some(origin))
    } else {
        Err(Error::ForeignOrigin)
    }
}

fn allow(response: Response, origin: Option<&str>) -> Result<Response, Error> {
    let headers = response.headers();
    if let Some(origin) = origin {
        headers.set("Access-Control-Allow-Origin", origin)?;
        headers.set("Access-Control-Allow-Credentials", "true")?;
    }
    headers.append("Vary", "Origin")?;
    Ok(response)
}

/// `OPTIONS /b/{merchant}/*`: the widget needs no preflight, but a careful proxy
/// or an extension may cause one.
pub async fn preflight(request: &Request, env: &Env, merchant: &str) -> Result<Response, Error> {
    let found = settings::load(env, merchant).await?;
    let origin = shop_page(request, &request.inner().url(), &found)?;
    let response = Response::empty()?.with_status(204);
    let headers = response.headers();
    headers.set("Access-Control-Allow-Methods", "GET, POST")?;
    headers.set("Access-Control-Allow-Headers", "Content-Type")?;
    headers.set("Access-Control-Max-Age", "86400")?;
    allow(response, origin.as_deref())
}

/// `GET /b/{merchant}/start?locale=pl`: what the widget must know before anybody
/// does anything. The same for everybody; 60 seconds in caches.
pub async fn start(
    request: &Request,
    url: &str,
    env: &Env,
    merchant: &str,
) -> Result<Response, Error> {
    let found = settings::load(env, merchant).await?;
    let origin = shop_page(request, url, &found)?;
    let asked = query_parameter(url, "locale").unwrap_or_default();
    let locale = best_locale([asked.as_str(), found.locale.as_str()]);
    let program = &found.program;
    let currency =
        Currency::parse(&found.currency).map_err(|error| Error::Internal(error.to_string()))?;
    let advocate = program.advocate.as_ref().map(|rules| &rules.offer);
    let friend = program.friend.as_ref().map(|rules| &rules.offer);
    let body = json!({
        "merchant": found.slug,
        "name": found.name,
        "shop_url": found.shop_url,
        "currency": found.currency,
        "locale": locale,
        "paused": found.paused,
        "launcher": {
            "text": launcher(
                locale,
                advocate.map(|offer| Worth::of(offer, currency)),
                friend.map(|offer| Worth::of(offer, currency)),
            )
            .filter(|_| !found.paused),
            "close": if locale == "pl" { "Zamknij" } else { "Close" },
            "css": LAUNCHER_CSS,
        },
        "advocate_reward": advocate.map(|offer| offered(offer, currency)),
        "friend_reward": friend.map(|offer| offered(offer, currency)),
        "minimum_order": program.minimum_order.as_ref().and_then(|least| least.get(currency)),
        "hold_days": program.hold_days,
        "window_days": program.window_days,
        "theme": { "css": theme(found.accent.as_deref()), "logo_url": found.logo_url },
        "channels": CHANNELS,
        "message": null,
        "disclosure": null,
        "asks": { "exit_intent": false, "post_purchase": false, "quiet_days": { "dismissed": 30, "shared": 60, "poor": 90 } },
        "page_url": found.shop_url,
        "consent_required": found.consent_required,
        "terms_url": null,
    });
    let response = json_response(200, &body)?;
    response
        .headers()
        .set("Cache-Control", "public, max-age=60")?;
    allow(response, origin.as_deref())
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

/// The first language that is spoken here, by its first part.
fn best_locale<'a>(wanted: impl IntoIterator<Item = &'a str>) -> &'static str {
    let spoken = |tag: &str| {
        let language = tag
            .split(['-', '_'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        LOCALES.into_iter().find(|known| *known == language)
    };
    wanted.into_iter().find_map(spoken).unwrap_or("en")
}

#[derive(Deserialize)]
struct Joining {
    email: Option<String>,
    customer: Option<String>,
    #[serde(default)]
    locale: String,
    #[serde(default)]
    placement: String,
}

#[derive(Deserialize)]
struct WithSession {
    session: String,
}

#[derive(Deserialize)]
struct Chosen {
    session: String,
    code: String,
}

#[derive(Deserialize)]
struct Press {
    session: String,
    channel: String,
    #[serde(default)]
    placement: String,
    press_id: String,
}

#[derive(Deserialize)]
struct Landing {
    token: String,
    #[serde(default)]
    page: String,
    #[serde(default)]
    hidden: bool,
}

#[derive(Deserialize)]
struct WithToken {
    token: String,
}

#[derive(Deserialize)]
struct Consent {
    given: bool,
    #[serde(default)]
    token: String,
}

#[derive(Deserialize)]
struct Seen {
    #[serde(default)]
    placement: String,
}

#[derive(Deserialize)]
struct Order {
    order_id: String,
    amount: i64,
    currency: String,
    email: Option<String>,
    token: Option<String>,
    coupon: Option<String>,
}

/// `POST /b/{merchant}/{action}`: see `docs/api.md` for bodies and answers.
///
/// 200, 201 (joined), 202 (taken note of, or a mail was sent), 204; 401
/// `session_expired`; 403 `foreign_origin`, `token_forged`, `offer_ended`; 422; 429.
pub async fn act(
    request: &mut Request,
    url: &str,
    env: &Env,
    merchant: &str,
    action: &str,
) -> Result<Response, Error> {
    let found = settings::load(env, merchant).await?;
    let origin = shop_page(request, url, &found)?;
    // A "no" needs the same headers as a "yes", or the widget could not read it.
    let response = match carry_out(request, url, env, &found, action).await {
        Ok(response) => response,
        Err(error) => error.response()?,
    };
    allow(response, origin.as_deref())
}

/// How often one network may do it.
fn class(action: &str) -> Result<Class, Error> {
    Ok(match action {
        "advocates" | "code" => Class::Few,
        "claims" | "orders" => Class::Some,
        "consent" | "landings" | "me" | "presses" | "views" => Class::Many,
        _ => return Err(Error::NotFound),
    })
}

async fn carry_out(
    request: &mut Request,
    url: &str,
    env: &Env,
    merchant: &Settings,
    action: &str,
) -> Result<Response, Error> {
    limits::act(request, env, &merchant.slug, action, class(action)?).await?;
    let edge = origin_of(url).to_owned();
    let (command, status) = match action {
        "advocates" => {
            let body: Joining = http::json(request).await?;
            let locale = best_locale([body.locale.as_str(), merchant.locale.as_str()]).to_owned();
            let join = Join {
                email: body.email,
                customer: body.customer,
                locale,
                placement: body.placement,
                origin: edge,
            };
            (Command::Join(join), 201)
        }
        "me" => {
            let WithSession { session } = http::json(request).await?;
            (
                Command::Me {
                    session,
                    origin: edge,
                },
                200,
            )
        }
        "code" => {
            let Chosen { session, code } = http::json(request).await?;
            (
                Command::ChooseCode {
                    session: Some(session),
                    advocate: None,
                    code,
                    origin: edge,
                },
                200,
            )
        }
        "presses" => {
            let Press {
                session,
                channel,
                placement,
                press_id,
            } = http::json(request).await?;
            (
                Command::RecordShare {
                    session,
                    channel,
                    placement,
                    press_id,
                },
                204,
            )
        }
        "views" => {
            let Seen { placement } = http::json(request).await?;
            (Command::RecordImpression { placement }, 204)
        }
        "landings" => {
            let Landing {
                token,
                page,
                hidden,
            } = http::json(request).await?;
            (
                Command::RecordLanding {
                    token,
                    page,
                    hidden,
                },
                200,
            )
        }
        "claims" => {
            let WithToken { token } = http::json(request).await?;
            (Command::ClaimCoupon { token }, 200)
        }
        "consent" => return consent(request, &edge, env, merchant).await,
        "orders" => (order(request).await?, 202),
        _ => return Err(Error::NotFound),
    };
    let answer = ledger_client::call(env, &merchant.slug, &command).await?;
    match (action, status) {
        (_, 204) => Ok(Response::empty()?.with_status(204)),
        // What an order led to is for the shop's server to know.
        ("orders", _) => json_response(202, &json!({ "received": true })),
        ("advocates", _) if answer.get("check_mail") == Some(&Json::Bool(true)) => {
            json_response(202, &answer)
        }
        _ => json_response(status, &answer),
    }
}

/// `POST /b/{merchant}/consent` `{given, token?}`: the shopper has decided. 204.
///
/// Given: what the page knows and what the cookie knew is kept in the cookie, which
/// outlives what a script may keep; on another site than the shop's nothing is set.
/// Withdrawn: the cookie is deleted. A token that proves nothing is passed over.
async fn consent(
    request: &mut Request,
    edge: &str,
    env: &Env,
    merchant: &Settings,
) -> Result<Response, Error> {
    let before = auth::cookie(request, cookie::NAME).unwrap_or_default();
    let Consent { given, token } = http::json(request).await?;
    let host = host_of(edge);
    let set = if given {
        let tokens = proved(&format!("{token}.{before}"), env, merchant)?;
        let shared = cookie::domain(merchant, host).is_some() && !tokens.is_empty();
        shared.then(|| cookie::keep(merchant, host, &tokens))
    } else {
        Some(cookie::forget(merchant, host))
    };
    let response = Response::empty()?.with_status(204);
    if let Some(set) = set {
        response.headers().set("Set-Cookie", &set)?;
    }
    Ok(response)
}

/// Those of a list of tokens that are this merchant's, newest first.
fn proved(tokens: &str, env: &Env, merchant: &Settings) -> Result<String, Error> {
    let ring = &bindings::settings(env)?.ring;
    let mac = |number: u8, bytes: &[u8]| {
        let key = ring.derive(number, Purpose::Click, &merchant.slug)?;
        Some(mac16(&key, bytes))
    };
    let opened = |text| Some((ClickToken::open(text, mac).ok()?.at, text));
    let parts = tokens.split(SEPARATOR).take(4 * MOST_TOGETHER);
    let mut known: Vec<_> = parts.filter_map(opened).collect();
    known.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(cookie::joined(known.into_iter().map(|(_, text)| text)))
}

/// An order as the buyer's browser tells it. The clicks are those that the page
/// knows and those of the cookie.
async fn order(request: &mut Request) -> Result<Command, Error> {
    let cookie = auth::cookie(request, cookie::NAME);
    let body: Order = http::json(request).await?;
    Ok(Command::ReportConversion(Report {
        reporter: Reporter::Browser,
        order_id: body.order_id,
        kind: ConversionKind::Order,
        amount: Some(money(body.amount, &body.currency)?),
        email_consent: false,
        new_customer: None,
        checkout_started_at: None,
        click_tokens: cookie.into_iter().collect(),
        email: body.email.filter(|email| !email.is_empty()),
        click_token: body.token.filter(|token| !token.is_empty()),
        coupon: body.coupon.filter(|coupon| !coupon.is_empty()),
        ordered_at: None,
        idempotency_key: None,
    }))
}

#[cfg(test)]
mod tests {
    use grapevine_pages::Worth;

    use super::{LOCALES, best_locale, is_same_site, launcher};

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
    fn a_shop_answers_with_and_without_www() {
        let shop = "https://www.shop.example";
        assert!(is_same_site(shop, "https://shop.example"));
        assert!(is_same_site("https://shop.example", shop));
        for foreign in [
            "https://evil.example",
            "http://shop.example",
            "https://a.shop.example",
            "null",
            "",
        ] {
            assert!(!is_same_site(shop, foreign), "{foreign}");
        }
    }

    #[test]
    fn every_language_that_is_promised_has_its_words() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../widget/locales");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        assert_eq!(files, LOCALES.map(|locale| format!("{locale}.json")));
    }

    #[test]
    fn the_page_has_the_first_word_on_the_language() {
        assert_eq!(best_locale(["pl-PL", "en"]), "pl");
        assert_eq!(best_locale(["xx", "pl"]), "pl");
        assert_eq!(best_locale(["", ""]), "en");
    }
}
