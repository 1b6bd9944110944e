//! A merchant of one's own, with a shop where one is needed.

use std::hash::{BuildHasher, RandomState};

use anyhow::{Context, Result, bail};
use grapevine_shop::Config;
use reqwest::Method;
use serde_json::{Value, json};
use xtask::client::{Answer, Client, DESKTOP, path_of, query_value};
use xtask::keys::MerchantKeys;
use xtask::workerd::ADDRESS_HEADER;

use crate::edge::{Edge, HOST};
use crate::shop::{Shop, Site};
use crate::{wait, wire};

/// A shop that nothing listens at: enough for tests without a browser.
pub const CLOSED_SHOP: &str = "http://shop.localhost:9";

/// A merchant and what is around it.
#[derive(Debug)]
pub struct World {
    /// The merchant.
    pub slug: String,
    /// Its keys.
    pub keys: MerchantKeys,
    /// With the merchant's secret key.
    pub api: Client,
    /// Without any key.
    pub anybody: Client,
    /// The shop's origin, whether it is open or not.
    pub shop_origin: String,
    /// The port of the edge.
    pub port: u16,
    shop: Option<Shop>,
}

/// A text that no other test has.
#[must_use]
pub fn unique(prefix: &str) -> String {
    let random = RandomState::new().hash_one(prefix);
    format!("{prefix}-{random:016x}")
}

impl World {
    /// A merchant whose shop is closed.
    ///
    /// # Errors
    /// When the edge says no.
    pub async fn open(edge: &Edge) -> Result<Self> {
        Self::open_as(edge, &json!({})).await
    }

    /// A merchant whose shop is closed, with fields of its own.
    ///
    /// # Errors
    /// When the edge says no.
    pub async fn open_as(edge: &Edge, extra: &Value) -> Result<Self> {
        Self::enter(edge, CLOSED_SHOP, extra).await
    }

    /// A merchant with an open shop whose pages carry the tag of the edge on the
    /// shop's own site.
    ///
    /// # Errors
    /// When the edge says no.
    pub async fn with_shop(edge: &Edge) -> Result<Self> {
        Self::with_shop_and_edge(edge, &edge.origin()).await
    }

    /// A merchant with an open shop whose pages carry the tag of `edge_origin`.
    ///
    /// # Errors
    /// When the edge says no.
    pub async fn with_shop_and_edge(edge: &Edge, edge_origin: &str) -> Result<Self> {
        Self::with_shop_as(edge, edge_origin, &json!({})).await
    }

    /// The same, a merchant with fields of its own.
    ///
    /// # Errors
    /// When the edge says no.
    pub async fn with_shop_as(edge: &Edge, edge_origin: &str, extra: &Value) -> Result<Self> {
        let site = Site::take().await?;
        let mut world = Self::enter(edge, &site.origin(), extra).await?;
        world.shop = Some(site.open(Config {
            edge_public_origin: edge_origin.to_owned(),
            edge_internal_origin: format!("http://127.0.0.1:{}", edge.port()),
            merchant: world.slug.clone(),
            secret_key: world.keys.secret_key.clone(),
            publishable_key: world.keys.publishable_key.clone(),
            state_file: None,
        }));
        Ok(world)
    }

    /// A merchant whose shop is somebody else's to serve, at `shop_origin`.
    ///
    /// # Errors
    /// When the edge says no.
    pub async fn at(edge: &Edge, shop_origin: &str) -> Result<Self> {
        Self::enter(edge, shop_origin, &json!({})).await
    }

    async fn enter(edge: &Edge, shop_origin: &str, extra: &Value) -> Result<Self> {
        let slug = unique("t");
        let opened = edge
            .open_merchant(&slug, &format!("{shop_origin}/"), extra)
            .await?;
        let keys: MerchantKeys = serde_json::from_value(opened).context("a merchant's keys")?;
        let anybody = edge.client()?;
        Ok(Self {
            api: anybody.with_key(&keys.secret_key),
            anybody,
            slug,
            keys,
            shop_origin: shop_origin.to_owned(),
            port: edge.port(),
            shop: None,
        })
    }

    /// The shop.
    ///
    /// # Errors
    /// When it was never opened.
    pub fn shop(&self) -> Result<&Shop> {
        self.shop.as_ref().context("this merchant's shop is closed")
    }

    /// What a page of the shop sends: JSON as text, with its origin.
    ///
    /// # Errors
    /// When there is no answer at all.
    pub async fn page_posts(&self, action: &str, body: &Value) -> Result<Answer> {
        let path = format!("/b/{}/{action}", self.slug);
        let headers = [
            ("Origin", self.shop_origin.as_str()),
            ("Content-Type", "text/plain"),
        ];
        self.anybody
            .request(Method::POST, &path, Some(body), &headers)
            .await
    }

    /// Any text as a body, with only the headers given.
    ///
    /// # Errors
    /// When there is no answer at all.
    pub async fn send_text(
        &self,
        method: &str,
        path: &str,
        body: &str,
        headers: &[&str],
    ) -> Result<wire::Answer> {
        wire::send(self.port, method, path, HOST, headers, body).await
    }

    /// Somebody joins with an address on the shop's page; answers `{session, me}`.
    ///
    /// # Errors
    /// When the edge says no, or knows the address already.
    pub async fn join(&self, email: &str) -> Result<Value> {
        let body = json!({"email": email, "locale": "en", "placement": "floating"});
        let answer = self.page_posts("advocates", &body).await?;
        if answer.status != 201 {
            bail!("joining was answered {}: {}", answer.status, answer.text);
        }
        answer.json()
    }

    /// A verified advocate; returns the path of the personal link.
    ///
    /// # Errors
    /// When the edge says no.
    pub async fn advocate(&self, email: &str) -> Result<String> {
        let advocate = self.api.create_advocate(email, "Ada").await?;
        let link = advocate.get("link").and_then(Value::as_str);
        Ok(path_of(link.context("an advocate without a link")?).to_owned())
    }

    /// Follows a link as a person from `address` would; returns the click token.
    ///
    /// # Errors
    /// When no redirect with a token comes back.
    pub async fn click(&self, link: &str, address: &str) -> Result<String> {
        Ok(self.anybody.click(link, address).await?.1)
    }

    /// Follows a link as the n-th of many people would; returns the click token.
    ///
    /// # Errors
    /// When no redirect with a token comes back.
    pub async fn friend(&self, link: &str, n: usize) -> Result<String> {
        self.click(link, &format!("2001:db8:{n:x}::1")).await
    }

    /// Follows a link with headers of one's own; nothing else is sent.
    ///
    /// # Errors
    /// When there is no answer at all.
    pub async fn follow(&self, link: &str, headers: &[(&str, &str)]) -> Result<Answer> {
        self.anybody.request(Method::GET, link, None, headers).await
    }

    /// The headers of a person at `address`.
    #[must_use]
    pub fn person(address: &str) -> [(&str, &str); 2] {
        [("User-Agent", DESKTOP), (ADDRESS_HEADER, address)]
    }

    /// `GET /v1/reports/funnel`.
    ///
    /// # Errors
    /// When the edge says no.
    pub async fn funnel(&self) -> Result<Value> {
        self.api.get("/v1/reports/funnel").await
    }

    /// The funnel, as soon as a number of it (`clicks`, or a pointer such as
    /// `/dropped/bot`) is `wanted`: clicks are written after their answer.
    ///
    /// # Errors
    /// When it never is; with the funnel as it stands.
    pub async fn funnel_with(&self, pointer: &str, wanted: i64) -> Result<Value> {
        let reached = wait::until(pointer, || async {
            let funnel = self.funnel().await?;
            let found = funnel.pointer(pointer).and_then(Value::as_i64).unwrap_or(0);
            Ok((found == wanted).then_some(funnel))
        })
        .await;
        match reached {
            Ok(funnel) => Ok(funnel),
            Err(error) => Err(error.context(format!(
                "{pointer} should be {wanted} in {}",
                self.funnel().await?
            ))),
        }
    }

    /// The rows of a list: its `data`.
    ///
    /// # Errors
    /// When the edge says no, or answers no list.
    pub async fn rows(&self, path: &str) -> Result<Vec<Value>> {
        let mut list = self.api.get(path).await?;
        match list.get_mut("data").map(Value::take) {
            Some(Value::Array(rows)) => Ok(rows),
            _ => bail!("{path} answered no list: {list}"),
        }
    }

    /// Publishes the live programme with some fields changed.
    ///
    /// # Errors
    /// When the edge says no.
    pub async fn publish(&self, changes: &Value) -> Result<Value> {
        self.api.publish(&self.program_with(changes).await?).await
    }

    /// The live programme with some fields changed.
    ///
    /// # Errors
    /// When the edge says no.
    pub async fn program_with(&self, changes: &Value) -> Result<Value> {
        let mut live = self.api.get("/v1/program").await?;
        let program = live.get_mut("program").and_then(Value::as_object_mut);
        let program = program.context("a live programme")?;
        program.extend(changes.as_object().cloned().unwrap_or_default());
        Ok(Value::Object(std::mem::take(program)))
    }

    /// Posts with the secret key, whatever is answered.
    ///
    /// # Errors
    /// When there is no answer at all.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.api.request(Method::POST, path, Some(body), &[]).await
    }

    /// Reports an order as the shop's server; with whatever fields.
    ///
    /// # Errors
    /// When the edge says no.
    pub async fn order(&self, order_id: &str, extra: &Value) -> Result<Value> {
        let mut body = json!({"order_id": order_id, "amount": 4_200, "currency": "EUR"});
        if let (Some(fields), Some(extra)) = (body.as_object_mut(), extra.as_object()) {
            fields.extend(extra.clone());
        }
        self.api.post("/v1/conversions", &body).await
    }
}

/// The token in an address that a redirect led to.
#[must_use]
pub fn token_of(address: &str) -> Option<&str> {
    query_value(address, "gv")
}

/// A text in a JSON document, by pointer; empty where there is none.
#[must_use]
pub fn text<'a>(json: &'a Value, pointer: &str) -> &'a str {
    json.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// A number in a JSON document, by pointer; -1 where there is none.
#[must_use]
pub fn number(json: &Value, pointer: &str) -> i64 {
    json.pointer(pointer).and_then(Value::as_i64).unwrap_or(-1)
}
