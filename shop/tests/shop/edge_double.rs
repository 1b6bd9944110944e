//! Stands in for the edge: notes what the shop says, answers as told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::IntoResponse;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::timeout;

#[derive(Debug, Clone)]
pub struct Seen {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

#[derive(Default)]
struct Notes {
    seen: Vec<Seen>,
    /// Answers to coming POSTs; 201 once they are used up.
    answers: VecDeque<u16>,
    coupon: Option<Value>,
}

#[derive(Clone)]
pub struct EdgeDouble {
    pub address: SocketAddr,
    notes: Arc<Mutex<Notes>>,
    news: Arc<Notify>,
}

impl EdgeDouble {
    pub async fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    pub fn on(listener: TcpListener) -> Self {
        let double = Self {
            address: listener.local_addr().unwrap(),
            notes: Arc::default(),
            news: Arc::default(),
        };
        let routes = Router::new().fallback(answer).with_state(double.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        double
    }

    /// The next POSTs get these statuses, then 201 again.
    pub fn answer_with(&self, statuses: &[u16]) {
        self.notes.lock().unwrap().answers.extend(statuses);
    }

    /// What `GET /v1/coupons/…` answers; 404 while nothing was set.
    pub fn set_coupon(&self, coupon: Value) {
        self.notes.lock().unwrap().coupon = Some(coupon);
    }

    /// All POSTs to `path` so far.
    pub fn posts(&self, path: &str) -> Vec<Seen> {
        let notes = self.notes.lock().unwrap();
        let wanted = |seen: &&Seen| seen.method == Method::POST && seen.path == path;
        notes.seen.iter().filter(wanted).cloned().collect()
    }

    /// All requests to `path` so far.
    pub fn all(&self, path: &str) -> Vec<Seen> {
        let notes = self.notes.lock().unwrap();
        notes
            .seen
            .iter()
            .filter(|seen| seen.path == path)
            .cloned()
            .collect()
    }

    /// Waits until `count` POSTs to `path` have come.
    pub async fn wait_for(&self, path: &str, count: usize) -> Vec<Seen> {
        let enough = async {
            loop {
                let next = self.news.notified();
                let posts = self.posts(path);
                if posts.len() >= count {
                    return posts;
                }
                next.await;
            }
        };
        timeout(Duration::from_secs(20), enough)
            .await
            .expect("the shop did not report in time")
    }
}

async fn answer(
    State(double): State<EdgeDouble>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let (status, body) = {
        let mut notes = double.notes.lock().unwrap();
        notes.seen.push(Seen {
            method: method.clone(),
            path: uri.path().to_owned(),
            headers,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        });
        if method == Method::GET {
            match &notes.coupon {
                Some(coupon) => (200, coupon.clone()),
                None => (
                    404,
                    json!({"error": {"code": "unknown_coupon", "message": "?"}}),
                ),
            }
        } else {
            let status = notes.answers.pop_front().unwrap_or(201);
            (
                status,
                json!({"error": {"code": format!("told_{status}"), "message": "?"}}),
            )
        }
    };
    double.news.notify_waiters();
    (StatusCode::from_u16(status).unwrap(), body.to_string())
}
