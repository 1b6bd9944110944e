//! A small client of the merchant API, for seeding, tests and benches.
//!
//! Responsible for authentication, the `Host` header of the edge and readable
//! errors. It connects to 127.0.0.1 whatever name the edge goes by, follows no
//! redirect and keeps no cookie. Bodies stay JSON: the API's description is the
//! place where they are typed.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result, bail};
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::keys::MerchantKeys;
use crate::workerd::ADDRESS_HEADER;

/// A desktop browser of our day: counted as a person.
pub const DESKTOP: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

/// An HTTP client for the loopback; `name` is resolved to it.
pub fn http(name: Option<(&str, u16)>) -> Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy();
    if let Some((name, port)) = name {
        builder = builder.resolve(name, SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    builder.build().context("making an HTTP client")
}

/// One answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as text.
    pub text: String,
    /// What was asked, for error messages.
    request: String,
}

impl Answer {
    /// The body as JSON, or an error that quotes the answer if it is no 2xx.
    pub fn json(&self) -> Result<Value> {
        if !(200..300).contains(&self.status) {
            bail!("{} answered {}: {}", self.request, self.status, self.text);
        }
        if self.text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&self.text)
            .with_context(|| format!("{} answered no JSON: {}", self.request, self.text))
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What a merchant is made of.
#[derive(Debug, Clone, Serialize)]
pub struct NewMerchant {
    /// Name in addresses.
    pub slug: String,
    /// Name that shoppers read.
    pub name: String,
    /// The shop's origin.
    pub shop_url: String,
    /// The merchant's own address.
    pub email: String,
    /// ISO 4217.
    pub currency: String,
    /// BCP 47.
    pub locale: String,
    /// A test merchant has a clock that can be moved.
    pub test: bool,
    /// Where a test merchant's clock begins, relative to the real one.
    #[serde(skip_serializing_if = "is_zero")]
    pub clock_offset_seconds: i64,
    /// The shop's colour, `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent: Option<String>,
    /// The programme; the default one if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<Value>,
}

impl NewMerchant {
    /// A test merchant in euro and English.
    pub fn test(slug: &str, name: &str, shop_url: &str) -> Self {
        Self {
            slug: slug.to_string(),
            name: name.to_string(),
            shop_url: shop_url.to_string(),
            email: format!("owner@{slug}.example"),
            currency: "EUR".to_string(),
            locale: "en".to_string(),
            test: true,
            clock_offset_seconds: 0,
            accent: None,
            program: None,
        }
    }
}

/// For serde, which hands over a reference.
#[expect(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// An order as a shop's server reports it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Order {
    /// The shop's own id; an order counts once.
    pub order_id: String,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// The buyer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Value of the `gv` parameter or field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click_token: Option<String>,
    /// The coupon that was redeemed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coupon: Option<String>,
}

/// The counters of `GET /v1/reports/funnel` that this crate reads.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Funnel {
    /// Clicks of persons.
    #[serde(default)]
    pub clicks: u64,
    /// Those set aside, by reason.
    #[serde(default)]
    pub dropped: BTreeMap<String, u64>,
}

/// The edge by its public name, reached over the loopback.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    origin: String,
    key: Option<String>,
}

impl Client {
    /// A client of the edge that goes by `host` on `port`.
    pub fn new(host: &str, port: u16) -> Result<Self> {
        Ok(Self {
            http: http(Some((host, port)))?,
            origin: format!("http://{host}:{port}"),
            key: None,
        })
    }

    /// The same client with a key: a merchant's secret one or the operator's.
    pub fn with_key(&self, key: &str) -> Self {
        Self {
            key: Some(key.to_string()),
            ..self.clone()
        }
    }

    /// `http://<host>:<port>` as browsers know it.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Any request; never fails for a status.
    pub async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Result<Answer> {
        let name = format!("{method} {path}");
        let mut request = self.http.request(method, format!("{}{path}", self.origin));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        for (header, value) in headers {
            request = request.header(*header, *value);
        }
        let answer = request
            .send()
            .await
            .with_context(|| format!("{name}: the edge cannot be reached"))?;
        Ok(Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            text: answer
                .text()
                .await
                .with_context(|| format!("{name}: the answer broke off"))?,
            request: name,
        })
    }

    /// `GET`, 2xx or an error.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.request(Method::GET, path, None, &[]).await?.json()
    }

    /// `POST` with a JSON body, 2xx or an error.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.request(Method::POST, path, Some(body), &[])
            .await?
            .json()
    }

    /// `PUT` with a JSON body, 2xx or an error.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.request(Method::PUT, path, Some(body), &[])
            .await?
            .json()
    }

    /// Creates a merchant; needs the operator's key.
    pub async fn create_merchant(&self, merchant: &NewMerchant) -> Result<MerchantKeys> {
        let created = self.post("/v1/merchants", &json!(merchant)).await?;
        serde_json::from_value(created).context("a new merchant's keys")
    }

    /// Tells that a merchant's shop has a new address; needs the operator's key.
    pub async fn move_shop(&self, slug: &str, shop_url: &str) -> Result<Value> {
        let path = format!("/v1/merchants/{slug}");
        self.request(
            Method::PATCH,
            &path,
            Some(&json!({ "shop_url": shop_url })),
            &[],
        )
        .await?
        .json()
    }

    /// Reports an order under an idempotency key of its own.
    pub async fn report_order(&self, order: &Order) -> Result<Value> {
        let key = format!("order-{}", order.order_id);
        self.request(
            Method::POST,
            "/v1/conversions",
            Some(&json!(order)),
            &[("Idempotency-Key", &key)],
        )
        .await?
        .json()
    }

    /// One order with its referral and the reasons.
    pub async fn conversion(&self, order_id: &str) -> Result<Value> {
        self.get(&format!("/v1/conversions/{order_id}")).await
    }

    /// Reports money given back of an order; all of it where `refund` has no amount.
    pub async fn refund(&self, order_id: &str, refund: &Value) -> Result<Value> {
        self.post(&format!("/v1/conversions/{order_id}/refunds"), refund)
            .await
    }

    /// Publishes a programme.
    pub async fn publish(&self, program: &Value) -> Result<Value> {
        self.post("/v1/program/publish", &json!({ "program": program }))
            .await
    }

    /// Creates a verified advocate; the answer has `code` and `link`.
    pub async fn create_advocate(&self, email: &str, name: &str) -> Result<Value> {
        self.post("/v1/advocates", &json!({"email": email, "name": name}))
            .await
    }

    /// Moves a test merchant's clock and runs the jobs that are due then.
    pub async fn advance_clock(&self, seconds: u64) -> Result<Value> {
        self.post("/v1/test/clock", &json!({"advance_seconds": seconds}))
            .await
    }

    /// The counters from impressions to rewards.
    pub async fn funnel(&self) -> Result<Funnel> {
        let funnel = self.get("/v1/reports/funnel").await?;
        serde_json::from_value(funnel).context("the funnel's counters")
    }

    /// The mails of the merchant's outbox.
    pub async fn mails(&self) -> Result<Value> {
        self.get("/v1/mails").await
    }

    /// Follows a referral link as a visitor from `address` would; returns where
    /// it leads and the click token in that address.
    pub async fn click(&self, link_path: &str, address: &str) -> Result<(String, String)> {
        let answer = self
            .request(
                Method::GET,
                link_path,
                None,
                &[("User-Agent", DESKTOP), (ADDRESS_HEADER, address)],
            )
            .await?;
        if answer.status != 302 {
            bail!(
                "GET {link_path} answered {} instead of a redirect: {}",
                answer.status,
                answer.text
            );
        }
        let target = answer
            .header("location")
            .context("a redirect without a Location")?
            .to_string();
        let token = query_value(&target, "gv")
            .context("a redirect without a click token")?
            .to_string();
        Ok((target, token))
    }
}

/// The raw value of a query parameter.
pub fn query_value<'a>(address: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = address.split_once('?')?;
    let query = query.split('#').next()?;
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// The part of an address after its host.
pub fn path_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_click_token_is_read_from_the_landing_address() {
        let landing = "http://shop.localhost:8788/?utm_source=x&gv=abc-1_2#top";
        assert_eq!(query_value(landing, "gv"), Some("abc-1_2"));
        assert_eq!(query_value("http://shop.localhost/", "gv"), None);
    }

    #[test]
    fn a_clock_that_begins_now_is_not_mentioned() {
        let mut merchant = NewMerchant::test("demo", "Demo", "http://shop.localhost");
        assert_eq!(json!(merchant).get("clock_offset_seconds"), None);
        merchant.clock_offset_seconds = -5;
        assert_eq!(json!(merchant)["clock_offset_seconds"], -5);
    }

    #[test]
    fn the_path_of_a_link_is_what_follows_its_host() {
        assert_eq!(
            path_of("http://refer.shop.localhost:1/r/demo/abc"),
            "/r/demo/abc"
        );
        assert_eq!(path_of("http://shop.localhost"), "/");
    }
}
