//! Where states are played: a server that is shop and edge in one. Its files are those
//! that the build wrote, its answers those of the state in hand.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The slug of the merchant that is played.
pub const MERCHANT: &str = "look";

/// What the edge does when it is asked.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Answers with that status.
    Json(u16, Value),
    /// Lets wait for longer than anyone does.
    Never,
    /// Hangs up.
    HangUp,
}

/// What is played.
#[derive(Debug, Clone, Default)]
pub struct Scene {
    /// The page.
    pub html: String,
    /// The answer of `start`.
    pub start: Value,
    /// What is answered, by the last part of the path; everything else with 204.
    pub replies: Vec<(&'static str, Reply)>,
}

/// An open stage; dropping it ends it.
#[derive(Debug)]
pub struct Stage {
    scene: Arc<Mutex<Scene>>,
    origin: String,
    task: JoinHandle<()>,
}

impl Stage {
    /// Opens one on a free port.
    pub async fn open() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let origin = format!("http://shop.localhost:{}", listener.local_addr()?.port());
        let scene = Arc::<Mutex<Scene>>::default();
        let played = Arc::clone(&scene);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let played = Arc::clone(&played);
                tokio::spawn(async move {
                    // A browser that goes away early is none of our business.
                    let _ = answer(stream, &played).await;
                });
            }
        });
        Ok(Self {
            scene,
            origin,
            task,
        })
    }

    /// The address of everything.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Plays something else from now on.
    pub fn play(&self, scene: Scene) {
        *self.scene.lock().unwrap_or_else(PoisonError::into_inner) = scene;
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, scene: &Mutex<Scene>) -> Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head)?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Ok(0), |(_, value)| value.parse())?;
    let mut sent = vec![0; length];
    stream.read_exact(&mut sent).await?;
    let path = head.split(' ').nth(1).unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default();
    let scene = scene.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let (status, kind, bytes) = match path.strip_prefix("/b/look/") {
        Some("start") => (200, "application/json", serde_json::to_vec(&scene.start)?),
        Some(action) => match scene.replies.iter().find(|(name, _)| *name == action) {
            Some((_, Reply::Json(status, body))) => {
                (*status, "application/json", serde_json::to_vec(body)?)
            }
            Some((_, Reply::Never)) => return std::future::pending().await,
            Some((_, Reply::HangUp)) => return Ok(()),
            None => (204, "text/plain", Vec::new()),
        },
        None if path == "/" => (200, "text/html; charset=utf-8", scene.html.into_bytes()),
        None => file(path)?,
    };
    let head = format!(
        "HTTP/1.1 {status} So\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         Cache-Control: {}\r\nConnection: close\r\n\r\n",
        bytes.len(),
        if path.starts_with("/gv/") {
            "max-age=3600"
        } else {
            "no-store"
        },
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&bytes).await?;
    Ok(stream.shutdown().await?)
}

/// A file of the build, a font of the pinned packages, a picture of the demo shop.
fn file(path: &str) -> Result<(u16, &'static str, Vec<u8>)> {
    let root = xtask::paths::root();
    let (file, kind) = if let Some(name) = path.strip_prefix("/fonts/") {
        let fonts = root.join("node_modules/@fontsource-variable");
        (fonts.join(name), "font/woff2")
    } else if path.ends_with(".svg") {
        let name = path.rsplit('/').next().unwrap_or_default();
        let folder = if name == "qr.svg" {
            "tests/looks"
        } else {
            "www/demo"
        };
        (root.join(folder).join(name), "image/svg+xml")
    } else {
        let kind = match path.rsplit('.').next() {
            Some("js") => "text/javascript",
            Some("wasm") => "application/wasm",
            _ => "application/json",
        };
        (
            xtask::paths::assets().join(path.trim_start_matches('/')),
            kind,
        )
    };
    if !file.is_file() {
        return Ok((404, "text/plain", Vec::new()));
    }
    let bytes = std::fs::read(&file).with_context(|| file.display().to_string())?;
    Ok((200, kind, bytes))
}
