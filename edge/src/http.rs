//! Reading requests and making responses, the same way everywhere.

use futures_util::StreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::{Request, Response};

use crate::error::Error;

/// Most bytes of a request's body.
const LARGEST_BODY: usize = 64 * 1024;

/// The body as text.
///
/// # Errors
/// [`Error::TooLarge`], or [`Error::Malformed`] when it is not UTF-8.
pub async fn body(request: &mut Request) -> Result<String, Error> {
    let announced =
        header(request, "Content-Length").and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > LARGEST_BODY) {
        return Err(Error::TooLarge);
    }
    let bytes = match announced {
        // The platform reads no further than what was announced.
        Some(_) => request.bytes().await?,
        None => unannounced(request).await?,
    };
    String::from_utf8(bytes).map_err(|_| Error::Malformed("The body must be UTF-8.".to_owned()))
}

/// A body whose length nobody has told, such as a chunked one. What is beyond the
/// limit is not even received.
async fn unannounced(request: &mut Request) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    if request.inner().body().is_none() {
        return Ok(bytes);
    }
    let mut parts = request.stream()?;
    while let Some(part) = parts.next().await {
        bytes.extend(part?);
        if bytes.len() > LARGEST_BODY {
            return Err(Error::TooLarge);
        }
    }
    Ok(bytes)
}

/// The body as JSON, or nothing at all.
///
/// # Errors
/// As [`json`].
pub async fn json_or_default<T: DeserializeOwned + Default>(
    request: &mut Request,
) -> Result<T, Error> {
    let text = body(request).await?;
    if text.trim().is_empty() {
        return Ok(T::default());
    }
    parse(&text)
}

/// The body as JSON, whatever its content type says.
///
/// # Errors
/// [`Error::TooLarge`], or [`Error::Malformed`] with what is wrong and where.
pub async fn json<T: DeserializeOwned>(request: &mut Request) -> Result<T, Error> {
    parse(&body(request).await?)
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    if !text.trim_start().starts_with('{') {
        let message = "The body must be a JSON object.";
        return Err(Error::Malformed(message.to_owned()));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let malformed =
        |message: String| Error::Malformed(format!("The body is not as expected: {message}."));
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        match path.as_str() {
            "." => malformed(error.inner().to_string()),
            path => malformed(format!("{path}: {}", error.inner())),
        }
    })?;
    reader.end().map_err(|error| malformed(error.to_string()))?;
    Ok(value)
}

/// A field of a form body (`application/x-www-form-urlencoded`).
pub fn form_field(body: &str, name: &str) -> Option<String> {
    body.split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| percent_decode(value))
}

/// A parameter of an address's query.
pub fn query_parameter(url: &str, name: &str) -> Option<String> {
    let (_, query) = url.split_once('?')?;
    form_field(query.split('#').next().unwrap_or_default(), name)
}

fn percent_decode(text: &str) -> String {
    let decoded = js_sys::decode_uri_component(&text.replace('+', " "));
    decoded.map(String::from).unwrap_or_default()
}

/// A header, where there is one.
pub fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).ok().flatten()
}

/// `{scheme}://{host}` of an address.
pub fn origin_of(url: &str) -> &str {
    let path_at = url
        .find("://")
        .and_then(|at| url.get(at + 3..)?.find('/').map(|end| at + 3 + end));
    path_at.and_then(|end| url.get(..end)).unwrap_or(url)
}

/// A host and its port, which is empty where there is none.
pub fn host_and_port(authority: &str) -> (&str, &str) {
    authority.split_once(':').unwrap_or((authority, ""))
}

/// The path of an address, without query and fragment.
pub fn path_of(url: &str) -> &str {
    let rest = url.get(origin_of(url).len()..).unwrap_or_default();
    rest.split(['?', '#']).next().unwrap_or_default()
}

/// A JSON answer that nobody stores.
///
/// # Errors
/// When it cannot be made.
pub fn json_response<T: Serialize>(status: u16, body: &T) -> Result<Response, Error> {
    let response = Response::from_json(body)?.with_status(status);
    response.headers().set("Cache-Control", "no-store")?;
    Ok(response)
}

/// A page, with the headers that keep it to itself.
///
/// # Errors
/// When it cannot be made.
pub fn page(status: u16, html: &str, policy: &str) -> Result<Response, Error> {
    let response = Response::from_html(html)?.with_status(status);
    let headers = response.headers();
    headers.set("Cache-Control", "no-store")?;
    headers.set("Content-Security-Policy", policy)?;
    headers.set("X-Content-Type-Options", "nosniff")?;
    headers.set("Referrer-Policy", "no-referrer")?;
    Ok(response)
}

/// Sends the browser on, with GET.
///
/// # Errors
/// When it cannot be made.
pub fn see_other(location: &str) -> Result<Response, Error> {
    let response = Response::empty()?.with_status(303);
    response.headers().set("Location", location)?;
    response.headers().set("Cache-Control", "no-store")?;
    response.headers().set("Referrer-Policy", "no-referrer")?;
    Ok(response)
}
