//! Changes what was said of a merchant when its books were opened.

use grapevine_domain::link::{is_destination, split_origin};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::books::Books;
use crate::error::LedgerError;
use crate::events::{self, Event};
use crate::store::merchant::{self, Merchant};

/// Most addresses on the list of destinations.
const MOST_DESTINATIONS: usize = 50;
/// Most hosts of one merchant.
const MOST_HOSTS: usize = 20;

/// What changes; what is missing stays. An empty text takes a colour or a picture
/// away.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// Name as shoppers know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where links lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop_url: Option<String>,
    /// `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// Whether nothing may be stored before consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_required: Option<bool>,
    /// Addresses below which links may lead, beside the shop's whole origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destinations: Option<Vec<String>>,
    /// Hosts that are this merchant's alone, with the port where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosts: Option<Vec<String>>,
    /// The shop's logo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// The picture of previews, 1200 × 630 pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture_url: Option<String>,
}

/// Answers with what is so now, of all that can be changed.
///
/// Atomicity: one transaction. Idempotency: the same again changes nothing.
pub fn run(books: &Books<'_>, changes: Changes) -> Result<Json, LedgerError> {
    let before = books.merchant()?;
    let mut after = before.clone();
    apply(&mut after, changes);
    check(&after)?;
    let (was, is) = (shown(&before), shown(&after));
    if was != is {
        merchant::update(books.sql, &after)?;
        books.forget();
        let mut data = Map::new();
        for (name, value) in &is {
            let old = was.get(name).cloned().unwrap_or_default();
            if old != *value {
                data.insert(name.clone(), json!({ "from": old, "to": value }));
            }
        }
        let event = Event {
            kind: "merchant.changed",
            subject: &before.slug,
            actor: "operator",
            data: Json::Object(data),
        };
        events::append(books, books.now(&before), event)?;
    }
    let mut answer = is;
    answer.insert("slug".to_owned(), json!(before.slug));
    Ok(Json::Object(answer))
}

fn apply(merchant: &mut Merchant, changes: Changes) {
    let put = |slot: &mut Option<String>, new: Option<String>| {
        if let Some(new) = new {
            *slot = Some(new).filter(|text| !text.is_empty());
        }
    };
    put(&mut merchant.accent, changes.accent);
    put(&mut merchant.logo_url, changes.logo_url);
    put(&mut merchant.picture_url, changes.picture_url);
    merchant.name = changes.name.unwrap_or(core::mem::take(&mut merchant.name));
    let url = core::mem::take(&mut merchant.shop_url);
    merchant.shop_url = changes.shop_url.unwrap_or(url);
    merchant.consent_required = changes
        .consent_required
        .unwrap_or(merchant.consent_required);
    if let Some(destinations) = changes.destinations {
        merchant.destinations = destinations;
    }
    if let Some(hosts) = changes.hosts {
        merchant.hosts = hosts;
    }
}

fn shown(merchant: &Merchant) -> Map<String, Json> {
    [
        ("name", json!(merchant.name)),
        ("shop_url", json!(merchant.shop_url)),
        ("accent", json!(merchant.accent)),
        ("consent_required", json!(merchant.consent_required)),
        ("destinations", json!(merchant.destinations)),
        ("hosts", json!(merchant.hosts)),
        ("logo_url", json!(merchant.logo_url)),
        ("picture_url", json!(merchant.picture_url)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into_iter()
    .collect()
}

/// What can be changed must be in order, whether it was given when the books were
/// opened or later.
pub(crate) fn check(merchant: &Merchant) -> Result<(), LedgerError> {
    let refuse = |holds: bool, code: &str, message: &str| {
        if holds {
            Ok(())
        } else {
            Err(LedgerError::invalid(code, message))
        }
    };
    refuse(
        (1..=80).contains(&merchant.name.trim().chars().count()),
        "invalid_name",
        "name must have 1 to 80 characters.",
    )?;
    // It goes into a header, which holds no letters but English ones.
    refuse(
        merchant.shop_url.len() <= 500 && is_destination(&merchant.shop_url),
        "invalid_shop_url",
        "shop_url must be a plain web address such as https://shop.example/, with other than \
         English letters percent-encoded.",
    )?;
    let is_colour = |text: &String| {
        text.strip_prefix('#')
            .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    refuse(
        merchant.accent.as_ref().is_none_or(is_colour),
        "invalid_accent",
        "accent must be a colour such as #1f5c4d.",
    )?;
    refuse(
        merchant.destinations.len() <= MOST_DESTINATIONS
            && merchant
                .destinations
                .iter()
                .all(|one| one.len() <= 500 && is_destination(one)),
        "invalid_destinations",
        "destinations must be at most 50 plain web addresses such as https://blog.shop.example/.",
    )?;
    refuse(
        merchant.hosts.len() <= MOST_HOSTS && merchant.hosts.iter().all(|host| is_host(host)),
        "invalid_hosts",
        "hosts must be at most 20 host names in lower case such as go.shop.example, with the port \
         where it is not the usual one.",
    )?;
    let is_picture = |url: &String| {
        url.len() <= 500
            && is_destination(url)
            && (url.starts_with("https://") || merchant.test && url.starts_with("http://"))
    };
    refuse(
        merchant.logo_url.as_ref().is_none_or(is_picture),
        "invalid_logo_url",
        "logo_url must be an address that begins with https://.",
    )?;
    refuse(
        merchant.picture_url.as_ref().is_none_or(is_picture),
        "invalid_picture_url",
        "picture_url must be an address that begins with https://.",
    )
}

/// Whether a text is a host as it stands in a `Host` header.
fn is_host(text: &str) -> bool {
    let address = ["https://", text].concat();
    (1..=253).contains(&text.len())
        && !text.bytes().any(|byte| byte.is_ascii_uppercase())
        && split_origin(&address).is_some_and(|(_, tail)| tail.is_empty())
}
