//! The routes around a link.

use grapevine_ledger::command::Command;
use grapevine_ledger::error::RefusalKind;
use grapevine_pages::friend::{Cards, Standing, TermsPage};
use grapevine_pages::picture::Picture;
use grapevine_pages::qr::Qr;
use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use worker::{Env, Request, Response};

use super::{PAGE_CACHING, Shown, page};
use crate::error::Error;
use crate::http::{header, origin_of};
use crate::ledger_client;
use crate::tracker::{hosts, preview, settings};

/// The address has the programme's version in it.
const PICTURE_CACHING: &str = "public, max-age=86400";
/// A QR code follows from its address alone.
const QR_CACHING: &str = "public, max-age=86400";

/// What there is around a link: the last part of an address, where it is no code.
pub const PARTS: [&str; 8] = [
    "page",
    "preview",
    "terms",
    "card",
    "qr.svg",
    "qr.png",
    "picture.png",
    "picture.svg",
];

/// Answers `GET /r/{code}/{part}` on a host that is one merchant's alone.
pub async fn answer_by_host(
    request: &Request,
    url: &str,
    env: &Env,
    code: &str,
    part: &str,
) -> Result<Response, Error> {
    let host = origin_of(url)
        .split_once("://")
        .map_or("", |(_, host)| host);
    let merchant = hosts::merchant(env, host).await?.ok_or(Error::NotFound)?;
    answer(request, url, env, &merchant, code, part).await
}

/// Answers `GET /r/{merchant}/{code}/{part}`; 404 for an unknown merchant or part.
///
/// | part | what |
/// |---|---|
/// | `page` | the friend page; 200 also for an unknown code |
/// | `preview` | what previewers are shown at the link itself |
/// | `terms`, `card`, `qr.svg`, `qr.png`, `picture.png`, `picture.svg` | see below |
pub async fn answer(
    request: &Request,
    url: &str,
    env: &Env,
    merchant: &str,
    code: &str,
    part: &str,
) -> Result<Response, Error> {
    let found = settings::load(env, merchant).await?;
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or_default();
    let shown = Shown::new(&found, origin_of(url), code, query);
    match part {
        "page" => preview::friend_page(&shown, standing(&shown, env).await?, None),
        "preview" => preview::preview(&shown),
        "terms" => terms(&shown),
        "card" => card(&shown, env).await,
        "qr.svg" => picture(
            "image/svg+xml",
            QR_CACHING,
            qr(&shown, "qr")?.svg().into_bytes(),
        ),
        "qr.png" => {
            let bytes = qr(&shown, "qr")?.png();
            let bytes = bytes.map_err(|error| Error::Internal(error.to_string()))?;
            picture("image/png", QR_CACHING, bytes)
        }
        "picture.svg" => drawn(&shown, request, "image/svg+xml", |picture| {
            Ok(picture.svg().into_bytes())
        }),
        "picture.png" => drawn(&shown, request, "image/png", |picture| {
            let bytes = picture.png();
            bytes.map_err(|error| Error::Internal(error.to_string()))
        }),
        _ => Err(Error::NotFound),
    }
}

/// Most pictures that an isolate keeps, of some 20 KB each.
const MOST_KEPT: usize = 16;

thread_local! {
    /// Drawn pictures by their tag, the oldest first: one takes milliseconds to draw,
    /// and whoever asks for many must not cost that each time.
    static KEPT: RefCell<Vec<(String, Vec<u8>)>> = const { RefCell::new(Vec::new()) };
}

/// `GET /r/{merchant}/{code}/picture.{png|svg}`: the picture of the preview. 304 for
/// whoever has it. It says nothing of the code but that it can be one.
fn drawn(
    shown: &Shown<'_>,
    request: &Request,
    kind: &str,
    draw: impl FnOnce(&Picture) -> Result<Vec<u8>, Error>,
) -> Result<Response, Error> {
    let laid_out = Picture::of(&shown.invitation(shown.standing())?);
    let laid_out = laid_out.ok_or_else(|| Error::Internal("the font".to_owned()))?;
    // The SVG holds all that the picture shows.
    let mut hasher = DefaultHasher::new();
    (laid_out.svg(), kind).hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    if header(request, "If-None-Match").is_some_and(|known| known.contains(&tag)) {
        let response = Response::empty()?.with_status(304);
        response.headers().set("ETag", &tag)?;
        response.headers().set("Cache-Control", PICTURE_CACHING)?;
        return Ok(response);
    }
    let kept = KEPT.with_borrow(|kept| {
        let found = kept.iter().find(|(known, _)| *known == tag);
        found.map(|(_, bytes)| bytes.clone())
    });
    let bytes = match kept {
        Some(bytes) => bytes,
        None => {
            let bytes = draw(&laid_out)?;
            KEPT.with_borrow_mut(|kept| {
                if kept.len() >= MOST_KEPT {
                    kept.remove(0);
                }
                kept.push((tag.clone(), bytes.clone()));
            });
            bytes
        }
    };
    let response = picture(kind, PICTURE_CACHING, bytes)?;
    response.headers().set("ETag", &tag)?;
    Ok(response)
}

/// Whether the offer can be had, by the books: a code can be well made and belong to
/// nobody, or to somebody who has left.
async fn standing(shown: &Shown<'_>, env: &Env) -> Result<Standing, Error> {
    let Some(code) = shown.code() else {
        return Ok(Standing::UnknownCode);
    };
    let question = Command::Coupon {
        code: code.as_str().to_owned(),
    };
    match ledger_client::call(env, &shown.settings.slug, &question).await {
        Ok(_) => Ok(shown.standing()),
        Err(Error::Refused(refusal)) if refusal.kind == RefusalKind::NotFound => {
            Ok(Standing::UnknownCode)
        }
        Err(error) => Err(error),
    }
}

/// `GET /r/{merchant}/{code}/terms`: terms that are a long text; 404 without any.
fn terms(shown: &Shown<'_>) -> Result<Response, Error> {
    let view = TermsPage {
        invitation: shown.invitation(shown.standing())?,
        back: shown.path_in_language("/page"),
    };
    let html = view.render()?.ok_or(Error::NotFound)?;
    page(200, &html, shown.settings, PAGE_CACHING)
}

/// `GET /r/{merchant}/{code}/card`: a sheet of cards to print; 404 for an unknown code.
async fn card(shown: &Shown<'_>, env: &Env) -> Result<Response, Error> {
    let standing = standing(shown, env).await?;
    let code = shown.code().filter(|_| standing != Standing::UnknownCode);
    let code = code.ok_or(Error::NotFound)?;
    let qr = qr(shown, "print")?;
    let view = Cards {
        invitation: shown.invitation(standing)?,
        code: code.as_str().to_owned(),
        qr: (qr.side(), qr.path()),
    };
    page(200, &view.render()?, shown.settings, PAGE_CACHING)
}

/// The QR code of the link with a channel of its own: it is not known how whoever
/// scans it got to see it. 404 for what cannot be a code.
fn qr(shown: &Shown<'_>, channel: &str) -> Result<Qr, Error> {
    shown.code().ok_or(Error::NotFound)?;
    Qr::of(&shown.link(Some(channel))).ok_or(Error::NotFound)
}

fn picture(kind: &str, caching: &str, bytes: Vec<u8>) -> Result<Response, Error> {
    let response = Response::from_bytes(bytes)?;
    let headers = response.headers();
    headers.set("Content-Type", kind)?;
    headers.set("Cache-Control", caching)?;
    headers.set("X-Content-Type-Options", "nosniff")?;
    // Previews and print kits show it elsewhere.
    headers.set("Access-Control-Allow-Origin", "*")?;
    headers.set("Cross-Origin-Resource-Policy", "cross-origin")?;
    Ok(response)
}
