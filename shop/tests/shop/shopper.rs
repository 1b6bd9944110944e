//! A shop that runs, and a browser's half of the talk with it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use grapevine_shop::{Config, serve};
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Url};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub const SECRET: &str = "gv_secret_of_the_test";

pub struct RunningShop {
    pub address: SocketAddr,
    server: JoinHandle<()>,
}

impl RunningShop {
    pub async fn start(edge: SocketAddr) -> Self {
        Self::start_with(edge, None).await
    }

    pub async fn start_with(edge: SocketAddr, state_file: Option<&Path>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = Config {
            edge_public_origin: "http://refer.shop.localhost:8787".into(),
            edge_internal_origin: format!("http://{edge}"),
            merchant: "demo".into(),
            secret_key: SECRET.into(),
            publishable_key: "gv_public_of_the_test".into(),
            state_file: state_file.map(Path::to_path_buf),
        };
        let server = tokio::spawn(async move { serve(config, listener).await.unwrap() });
        Self { address, server }
    }

    /// Ends at once, as a killed process would.
    pub async fn kill(self) {
        self.server.abort();
        let _ = self.server.await;
    }
}

pub struct Answer {
    pub status: u16,
    pub location: String,
    pub policy: String,
    pub text: String,
}

impl Answer {
    /// The value of the hidden or visible input `name`, as the page holds it.
    pub fn value_of(&self, name: &str) -> String {
        let from = self
            .text
            .find(&format!("name=\"{name}\""))
            .unwrap_or_else(|| panic!("no input {name}"));
        let rest = &self.text[from..];
        let start = rest.find("value=\"").unwrap() + 7;
        rest[start..].split('"').next().unwrap().to_owned()
    }
}

/// One browser profile: keeps cookies, follows no redirect by itself.
pub struct Shopper {
    http: Client,
    base: String,
    cookies: Vec<(String, String)>,
}

impl Shopper {
    pub fn of(shop: &RunningShop) -> Self {
        Self {
            http: Client::builder()
                .no_proxy()
                .redirect(Policy::none())
                .build()
                .unwrap(),
            base: format!("http://{}", shop.address),
            cookies: Vec::new(),
        }
    }

    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.retain(|(known, _)| known != name);
        self.cookies.push((name.to_owned(), value.to_owned()));
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self
            .http
            .get(format!("{}{path}", self.base))
            .header(COOKIE, self.cookie_header());
        self.send(request).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.form(path, fields);
        self.send(request).await
    }

    /// A form's request with this profile's cookies, to be sent by the caller.
    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let encoded = Url::parse_with_params("http://form", fields).unwrap();
        self.http
            .post(format!("{}{path}", self.base))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(COOKIE, self.cookie_header())
            .body(encoded.query().unwrap_or_default().to_owned())
    }

    /// Puts two bags of Guji into the basket (29.00) and opens the checkout.
    pub async fn open_checkout(&mut self) -> String {
        self.post("/cart/add", &[("product", "guji"), ("quantity", "2")])
            .await;
        self.get("/checkout").await.value_of("checkout")
    }

    /// The whole way with a filled form and `more` fields: the order's number.
    pub async fn buy(&mut self, more: &[(&str, &str)]) -> String {
        let checkout = self.open_checkout().await;
        let answer = self.post("/checkout", &filled(&checkout, more)).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        answer.location.strip_prefix("/orders/").unwrap().to_owned()
    }

    async fn send(&mut self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        for line in response.headers().get_all(SET_COOKIE) {
            let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap().to_owned();
            self.set_cookie(name, &value);
        }
        let header = |name: &str| {
            response
                .headers()
                .get(name)
                .map_or(String::new(), |value| value.to_str().unwrap().to_owned())
        };
        Answer {
            status: response.status().as_u16(),
            location: header(LOCATION.as_str()),
            policy: header("content-security-policy"),
            text: response.text().await.unwrap(),
        }
    }

    fn cookie_header(&self) -> String {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }
}

pub fn filled<'a>(checkout: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("checkout", checkout),
        ("email", "friend@mail.example"),
        ("name", "Ola Friend"),
        ("address", "12 Canal Row"),
        ("postcode", "00-950"),
        ("city", "Millbrook"),
        ("country", "Poland"),
    ];
    // A field given again replaces the one before.
    fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    fields.extend_from_slice(more);
    fields
}

/// A fresh path for one test's state file; its folder does not exist yet.
pub fn state_file(test: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("grapevine-shop-{}-{test}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    folder.join("orders.jsonl")
}
