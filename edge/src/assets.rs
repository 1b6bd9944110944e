//! Static files: `/gv.js`, `/gv.d.ts`, `/gv/*`, `/ui/*`.
//!
//! On Cloudflare the platform serves them before this code runs, by the rules in
//! `_headers`, which `cargo xtask build` writes. Under plain `workerd` they come
//! from a folder, and this module adds type, caching and the compressed form.

use worker::{EncodeBody, Env, Request, Response, ResponseBuilder};

use crate::bindings::ASSETS;
use crate::error::Error;
use crate::http::header;

/// Content type by ending; nothing else is served.
const TYPES: [(&str, &str); 8] = [
    (".js", "text/javascript; charset=utf-8"),
    (".d.ts", "text/plain; charset=utf-8"),
    (".wasm", "application/wasm"),
    (".json", "application/json"),
    (".css", "text/css; charset=utf-8"),
    (".svg", "image/svg+xml"),
    (".png", "image/png"),
    (".ico", "image/x-icon"),
];

/// Whether a path can be one of a static file.
pub fn is_asset(path: &str) -> bool {
    path == "/gv.js" || path == "/gv.d.ts" || path.starts_with("/gv/") || path.starts_with("/ui/")
}

/// Serves a file.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn answer(request: &Request, path: &str, env: &Env) -> Result<Response, Error> {
    let plain = path
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.'));
    let content_type = TYPES
        .iter()
        .find(|(ending, _)| path.ends_with(ending))
        .map(|(_, content_type)| *content_type);
    let (Some(content_type), true, false) = (content_type, plain, path.contains("..")) else {
        return Err(Error::NotFound);
    };
    let accepted = header(request, "Accept-Encoding").unwrap_or_default();
    let forms = [("br", ".br"), ("gzip", ".gz"), ("", "")];
    for (encoding, ending) in forms
        .into_iter()
        .filter(|(encoding, _)| accepted.contains(encoding))
    {
        let file = format!("http://assets{path}{ending}");
        let mut found = env.service(ASSETS)?.fetch(file, None).await?;
        if found.status_code() != 200 {
            continue;
        }
        let mut builder = ResponseBuilder::new()
            .with_header("Content-Type", content_type)?
            .with_header("Cache-Control", caching(path))?
            .with_header("Access-Control-Allow-Origin", "*")?
            .with_header("Cross-Origin-Resource-Policy", "cross-origin")?
            .with_header("Vary", "Accept-Encoding")?
            .with_header("X-Content-Type-Options", "nosniff")?;
        if !encoding.is_empty() {
            builder = builder
                .with_header("Content-Encoding", encoding)?
                .with_encode_body(EncodeBody::Manual);
        }
        return Ok(builder.fixed(found.bytes().await?));
    }
    Err(Error::NotFound)
}

/// The loader and the pages' own files change in place; the panel's lie in a
/// folder named by a hash of their content.
fn caching(path: &str) -> &'static str {
    if path.starts_with("/gv/") {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=300"
    }
}

/// `GET /ui/accent/{name}.css`: a merchant's colour as a stylesheet. Its content
/// follows from its name, so it may be kept for ever.
///
/// # Errors
/// [`Error::NotFound`] for a name that is no colour.
pub fn accent(name: &str) -> Result<Response, Error> {
    let css = name
        .strip_suffix(".css")
        .and_then(grapevine_pages::Accent::stylesheet);
    let response = Response::ok(css.ok_or(Error::NotFound)?)?;
    let headers = response.headers();
    headers.set("Content-Type", "text/css; charset=utf-8")?;
    headers.set("Cache-Control", "public, max-age=31536000, immutable")?;
    headers.set("X-Content-Type-Options", "nosniff")?;
    Ok(response)
}

/// `GET /favicon.ico`: 204. Browsers ask for it on pages that bear the shop's name,
/// where an icon of ours would be out of place.
///
/// # Errors
/// When the answer cannot be made.
pub fn no_icon() -> Result<Response, Error> {
    let response = Response::empty()?.with_status(204);
    response
        .headers()
        .set("Cache-Control", "public, max-age=86400")?;
    Ok(response)
}
