//! `/b/{merchant}/*`: what the widget asks for, from the shop's own pages.
//!
//! Every POST carries JSON as `text/plain`, so that no preflight is needed. A page
//! on another host than the shop's is refused.

mod acts;
mod consent;
mod orders;
mod start;

use grapevine_domain::link::{is_same_site, split_origin};
use grapevine_ledger::command::Settings;
use grapevine_pages::Talk;
use worker::{Env, Request, Response};

use crate::error::Error;
use crate::http::{header, origin_of};
use crate::tracker::settings;

pub use acts::act;
pub use start::start;

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

/// The first language that the panel speaks; English where it speaks none.
fn best_locale<'a>(wanted: impl IntoIterator<Item = &'a str>) -> &'static str {
    let mut spoken = wanted.into_iter().filter_map(Talk::find);
    spoken.next().unwrap_or_else(|| Talk::of("en")).tag()
}

#[cfg(test)]
mod tests {
    use super::{best_locale, is_same_site};

    /// Languages that are promised.
    const LOCALES: [&str; 14] = [
        "ar", "bg", "cs", "de", "en", "es", "fr", "hu", "it", "pl", "ro", "ru", "tr", "uk",
    ];

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
        for locale in LOCALES {
            assert_eq!(best_locale([locale]), locale);
        }
    }

    #[test]
    fn the_page_has_the_first_word_on_the_language() {
        assert_eq!(best_locale(["pl-PL", "en"]), "pl");
        assert_eq!(best_locale(["xx", "pl"]), "pl");
        assert_eq!(best_locale(["", ""]), "en");
    }
}
