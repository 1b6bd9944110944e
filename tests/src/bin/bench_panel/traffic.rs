//! What a visit brought over the wire, by the browser's own account.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::site::SKELETON;

/// Bytes received, compressed and with the heads of the answers, without what every
/// page has.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    /// By kind: `script`, `style`, `wasm`, `words`, `answers`.
    pub bytes: BTreeMap<&'static str, f64>,
    pub requests: f64,
    /// How each file came: path and content encoding.
    pub encodings: BTreeMap<String, String>,
}

#[derive(Default)]
struct Request {
    path: String,
    encoding: String,
    bytes: f64,
}

/// Kinds in the order of the table.
pub const KINDS: [&str; 5] = ["script", "style", "wasm", "words", "answers"];

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "script",
        Some("css") => "style",
        Some("wasm") => "wasm",
        Some("json") => "words",
        _ => "answers",
    }
}

impl Traffic {
    /// Reads the events of one visit of the page at `page`.
    pub fn read(events: &[Value], page: &str) -> Self {
        let mut requests: BTreeMap<String, Request> = BTreeMap::new();
        for event in events {
            let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str);
            let Some(id) = text("/params/requestId") else {
                continue;
            };
            match text("/method") {
                Some("Network.requestWillBeSent") => {
                    let address = text("/params/request/url").unwrap_or_default();
                    requests.entry(id.to_owned()).or_default().path = path_of(address);
                }
                Some("Network.responseReceived") => {
                    let headers = event.pointer("/params/response/headers");
                    let headers = headers.and_then(Value::as_object).into_iter().flatten();
                    let encoding = headers
                        .filter(|(name, _)| name.eq_ignore_ascii_case("content-encoding"))
                        .find_map(|(_, value)| value.as_str());
                    let request = requests.entry(id.to_owned()).or_default();
                    request.encoding = encoding.unwrap_or("none").to_owned();
                }
                Some("Network.loadingFinished") => {
                    let bytes = event.pointer("/params/encodedDataLength");
                    let request = requests.entry(id.to_owned()).or_default();
                    request.bytes = bytes.and_then(Value::as_f64).unwrap_or(0.0);
                }
                _ => {}
            }
        }
        let mut traffic = Self::default();
        for request in requests.into_values() {
            let path = request.path;
            if path.is_empty() || path == page || SKELETON.contains(&path.as_str()) {
                continue;
            }
            traffic.requests += 1.0;
            *traffic.bytes.entry(kind(&path)).or_default() += request.bytes;
            if request.bytes > 0.0 {
                traffic.encodings.insert(path, request.encoding);
            }
        }
        traffic
    }

    /// In all.
    pub fn total(&self) -> f64 {
        self.bytes.values().fold(0.0, |sum, bytes| sum + bytes)
    }
}

/// The path of an `http` address; empty for any other, such as a `data:` picture.
fn path_of(address: &str) -> String {
    let rest = address.strip_prefix("http://").unwrap_or_default();
    let path = rest
        .find('/')
        .and_then(|at| rest.get(at..))
        .unwrap_or_default();
    path.split(['?', '#']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_page_itself_is_nobodys_and_the_rest_is_counted_by_kind() {
        let sent = |id: &str, url: &str| {
            json!({"method": "Network.requestWillBeSent",
                   "params": {"requestId": id, "request": {"url": url}}})
        };
        let ended = |id: &str, bytes: u32| {
            json!({"method": "Network.loadingFinished",
                   "params": {"requestId": id, "encodedDataLength": bytes}})
        };
        let events = [
            sent("1", "http://shop.localhost:1/known"),
            ended("1", 900),
            sent("2", "http://refer.shop.localhost:2/gv.js"),
            ended("2", 2_000),
            sent("3", "http://refer.shop.localhost:2/b/acme/start?locale=en"),
            ended("3", 700),
            sent("4", "data:,"),
            ended("4", 0),
        ];
        let traffic = Traffic::read(&events, "/known");
        assert_eq!(traffic.requests, 2.0);
        assert_eq!(
            traffic.bytes,
            BTreeMap::from([("script", 2_000.0), ("answers", 700.0)])
        );
        assert_eq!(traffic.total(), 2_700.0);
    }
}
