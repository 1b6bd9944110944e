//! The shop's server-side calls to the edge, with the secret key.
//!
//! Responsible for: four calls of the merchant API, their wire format, and
//! telling a "no" that stands from a trouble that may pass.
//! Not for retrying: see `reporter`.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use reqwest::header::{HOST, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, StatusCode, Url};
use serde::{Deserialize, Serialize};

use crate::Config;
use crate::money::CURRENCY;
use crate::order::Order;

/// A shopper waits for the answer on a coupon, nobody for a report's.
const COUPON_PATIENCE: Duration = Duration::from_secs(3);
const REPORT_PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub struct EdgeClient {
    http: Client,
    origin: Url,
    public_host: HeaderValue,
    secret_key: String,
}

/// `GET /v1/coupons/{code}`, as far as a checkout needs it.
#[derive(Debug, Clone, Deserialize)]
pub struct CouponAnswer {
    pub code: String,
    #[serde(default)]
    pub reward: Option<CouponReward>,
    pub usable: bool,
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub minimum_order: Option<Money>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct CouponReward {
    pub kind: String,
    #[serde(default)]
    pub money: Option<Money>,
    #[serde(default)]
    pub basis_points: Option<u32>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Money {
    pub minor: u32,
    pub currency: String,
}

/// Why a call to the edge did not do what it was for.
#[derive(Debug)]
pub enum Trouble {
    /// The same request would be answered the same way again.
    Final(String),
    /// There is no such thing at the edge.
    Unknown,
    /// No answer, or one that may change: worth another try.
    Passing(String),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Final(text) | Self::Passing(text) => f.write_str(text),
            Self::Unknown => f.write_str("not found"),
        }
    }
}

#[derive(Serialize)]
struct ConversionBody<'a> {
    order_id: &'a str,
    amount: u32,
    currency: &'static str,
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    click_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coupon: Option<&'a str>,
}

#[derive(Serialize)]
struct RefundBody<'a> {
    refund_id: &'a str,
    amount: u32,
    currency: &'static str,
}

#[derive(Serialize)]
struct AdvocateBody<'a> {
    email: &'a str,
    name: &'a str,
}

#[derive(Deserialize)]
struct AdvocateAnswer {
    link: String,
}

#[derive(Deserialize)]
struct ErrorBody {
    error: ErrorCode,
}

#[derive(Deserialize)]
struct ErrorCode {
    code: String,
}

impl EdgeClient {
    pub fn new(config: &Config) -> io::Result<Self> {
        let origin = origin(&config.edge_internal_origin)?;
        let public_host = host(&origin_of_browsers(config)?)?;
        // A proxy of the machine's environment must not see the secret key.
        let mut http = Client::builder().no_proxy();
        if let Some(name) = origin.domain()
            && name.ends_with(".localhost")
        {
            // Browsers resolve such names to the loopback, most resolvers don't.
            http = http.resolve(name, SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0));
        }
        Ok(Self {
            http: http.build().map_err(io::Error::other)?,
            origin,
            public_host,
            secret_key: config.secret_key.clone(),
        })
    }

    /// `GET /v1/coupons/{code}`.
    pub async fn coupon(&self, code: &str) -> Result<CouponAnswer, Trouble> {
        let request = self.http.get(self.url(&["v1", "coupons", code]));
        let answer = self.send(request.timeout(COUPON_PATIENCE)).await?;
        answer.json().await.map_err(passing)
    }

    /// `POST /v1/conversions`. The key makes a repeated report harmless.
    pub async fn report(&self, order: &Order) -> Result<(), Trouble> {
        let body = ConversionBody {
            order_id: &order.id,
            amount: order.quote().paid_for_goods().0,
            currency: CURRENCY,
            email: &order.customer.email,
            click_token: order.click_token.as_deref(),
            coupon: order.coupon.as_deref(),
        };
        let key = format!("order-{}", order.id);
        self.post(&["conversions"], &key, &body).await
    }

    /// `POST /v1/conversions/{order_id}/refunds`, for all that was paid for goods.
    pub async fn refund(&self, order: &Order) -> Result<(), Trouble> {
        let refund_id = format!("refund-{}", order.id);
        let body = RefundBody {
            refund_id: &refund_id,
            amount: order.quote().paid_for_goods().0,
            currency: CURRENCY,
        };
        let path = ["conversions", &order.id, "refunds"];
        self.post(&path, &refund_id, &body).await
    }

    /// `POST /v1/advocates`: somebody's link, the same again for a known address.
    pub async fn link_of(&self, email: &str, name: &str) -> Result<String, Trouble> {
        let request = self
            .http
            .post(self.url(&["v1", "advocates"]))
            .json(&AdvocateBody { email, name })
            .timeout(COUPON_PATIENCE);
        let answer: AdvocateAnswer = self.send(request).await?.json().await.map_err(passing)?;
        Ok(answer.link)
    }

    async fn post<B: Serialize + Sync>(
        &self,
        resource: &[&str],
        key: &str,
        body: &B,
    ) -> Result<(), Trouble> {
        let request = self
            .http
            .post(self.url(&[&["v1"], resource].concat()))
            .header("idempotency-key", key)
            .json(body)
            .timeout(REPORT_PATIENCE);
        self.send(request).await.map(drop)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Trouble> {
        let answer = request
            .header(HOST, self.public_host.clone())
            .bearer_auth(&self.secret_key)
            .send()
            .await
            .map_err(passing)?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let code = match answer.json::<ErrorBody>().await {
            Ok(body) => format!("{} {}", status.as_u16(), body.error.code),
            Err(_) => status.as_u16().to_string(),
        };
        Err(match status {
            StatusCode::BAD_REQUEST
            | StatusCode::CONFLICT
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNPROCESSABLE_ENTITY => Trouble::Final(code),
            StatusCode::NOT_FOUND => Trouble::Unknown,
            _ => Trouble::Passing(code),
        })
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.origin.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear().extend(path);
        }
        url
    }
}

fn passing(error: reqwest::Error) -> Trouble {
    let error = error.without_url();
    let trouble = if error.is_connect() {
        "no connection".to_owned()
    } else if error.is_timeout() {
        "no answer in time".to_owned()
    } else {
        error.to_string()
    };
    Trouble::Passing(trouble)
}

/// The edge as browsers name it, checked: it goes into pages and headers.
pub fn origin_of_browsers(config: &Config) -> io::Result<Url> {
    origin(&config.edge_public_origin)
}

fn origin(text: &str) -> io::Result<Url> {
    let wrong = || {
        let message = format!("not an origin like http://host:port: {text}");
        io::Error::new(io::ErrorKind::InvalidInput, message)
    };
    let url = Url::parse(text).map_err(|_| wrong())?;
    let bare = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty();
    if bare { Ok(url) } else { Err(wrong()) }
}

fn host(origin: &Url) -> io::Result<HeaderValue> {
    let name = origin.host_str().unwrap_or_default();
    let host = match origin.port() {
        Some(port) => format!("{name}:{port}"),
        None => name.to_owned(),
    };
    HeaderValue::from_str(&host).map_err(io::Error::other)
}
