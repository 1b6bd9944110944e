//! The shop of the bench: one page in seven variants, and every file they need but ours.
//!
//! Guarantees: files are compressed as the edge's are, brotli at its best, and may be
//! kept as long; connections stay open. Answers to every `*.localhost` name.

use std::collections::BTreeMap;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use xtask::{build, paths, process};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Six links as a shop would write them by hand.
const ANCHORS: &str = r#"<p class="anchors">
      <a href="https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fshop.example%2Fguji">Facebook</a>
      <a href="https://x.com/intent/post?url=https%3A%2F%2Fshop.example%2Fguji">X</a>
      <a href="https://wa.me/?text=https%3A%2F%2Fshop.example%2Fguji">WhatsApp</a>
      <a href="https://t.me/share/url?url=https%3A%2F%2Fshop.example%2Fguji">Telegram</a>
      <a href="https://www.linkedin.com/sharing/share-offsite/?url=https%3A%2F%2Fshop.example%2Fguji">LinkedIn</a>
      <a href="mailto:?body=https%3A%2F%2Fshop.example%2Fguji">E-mail</a>
    </p>"#;

/// As shareon's documentation shows it.
const SHAREON_HEAD: &str = r#"<link rel="stylesheet" href="/shareon.min.css">
  <script defer src="/shareon.iife.js" init></script>"#;
const SHAREON: &str = r#"<div class="shareon">
      <a class="facebook"></a><a class="twitter"></a><a class="whatsapp"></a>
      <a class="telegram"></a><a class="linkedin"></a><a class="email"></a>
    </div>"#;

const REACT_HEAD: &str = r#"<script defer src="/react-share.js"></script>"#;
const REACT: &str = r#"<div id="buttons" style="min-height: 44px"></div>"#;

/// With room kept free, as `widget/README.md` says.
const INLINE: &str = r#"<div data-grapevine="inline" style="min-height: 560px"></div>"#;

/// A page, and how its buttons are recognised.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    pub path: &'static str,
    pub name: &'static str,
    /// Whose open shadow root they stand in; empty for the page itself.
    pub host: &'static str,
    pub css: &'static str,
    pub count: usize,
    /// Whether the shopper came back: the browser keeps a session.
    pub known: bool,
}

impl Page {
    const fn new(path: &'static str, name: &'static str, css: &'static str, count: usize) -> Self {
        Self {
            path,
            name,
            host: "",
            css,
            count,
            known: false,
        }
    }

    const fn of_host(self, host: &'static str) -> Self {
        Self { host, ..self }
    }
}

/// The zero line.
pub const EMPTY: Page = Page::new("/empty", "empty page", "main h1", 1);
pub const SHAREON_PAGE: Page = Page::new("/buttons-a", "shareon", ".shareon a[href]", 6);
pub const REACT_PAGE: Page = Page::new("/buttons-b", "react-share", "#buttons button", 6);
/// Four channels and "More".
pub const KNOWN: Page = Page {
    known: true,
    ..Page::new(
        "/known",
        "Grapevine inline, known",
        "a[data-gv-channel][href]",
        4,
    )
    .of_host("[data-gv=inline]")
};
pub const UNKNOWN: Page = Page::new(
    "/unknown",
    "Grapevine inline, unknown",
    "[data-gv-action=join]",
    1,
)
.of_host("[data-gv=inline]");
pub const LOADER: Page =
    Page::new("/loader", "Grapevine, never opened", "a[href]", 1).of_host("[data-gv=launcher]");

/// Every page, in the order of the table.
pub const PAGES: [Page; 7] = [
    EMPTY,
    Page::new("/anchors", "bare anchors", ".anchors a[href]", 6),
    SHAREON_PAGE,
    REACT_PAGE,
    LOADER,
    KNOWN,
    UNKNOWN,
];

/// What every page has, and therefore nobody is charged for.
pub const SKELETON: [&str; 2] = ["/shop.css", "/guji.svg"];

/// A port that the site will be served on: known before the merchant is opened.
#[derive(Debug)]
pub struct Place(TcpListener, u16);

/// The open site; dropping it closes it.
#[derive(Debug)]
pub struct Site(JoinHandle<()>);

type Files = BTreeMap<&'static str, File>;

#[derive(Debug)]
struct File {
    kind: &'static str,
    compressed: Bytes,
}

impl Place {
    /// Takes a free port.
    pub async fn take() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self(listener, port))
    }

    /// `http://{host}:<port>`.
    pub fn origin(&self, host: &str) -> String {
        format!("http://{host}:{}", self.1)
    }

    /// Serves the pages with the tag of `merchant`.
    pub fn open(self, edge: &str, merchant: &str) -> Result<Site> {
        let files = Arc::new(files(edge, merchant)?);
        let routes = Router::new().fallback(answer).with_state(files);
        let listener = self.0;
        Ok(Site(tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                eprintln!("the bench's shop could not go on: {error}");
            }
        })))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn answer(State(files): State<Arc<Files>>, uri: Uri) -> Response {
    let Some(file) = files.get(uri.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, file.kind),
        (header::CONTENT_ENCODING, "br"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::VARY, "Accept-Encoding"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, file.compressed.clone()).into_response()
}

fn files(edge: &str, merchant: &str) -> Result<Files> {
    let root = paths::root();
    let bench = root.join("tests/bench");
    let mut files = Files::new();
    let mut add = |path, kind, content: &[u8]| -> Result<()> {
        let compressed = build::brotli(content)?.into();
        files.insert(path, File { kind, compressed });
        Ok(())
    };
    let skeleton = read(&bench.join("page.html"))?;
    let skeleton = String::from_utf8(skeleton).context("page.html")?;
    let tag = |placement: &str| {
        format!(
            r#"<script async src="{edge}/gv.js" data-merchant="{merchant}" data-placement="{placement}"></script>"#
        )
    };
    for page in PAGES {
        let (head, place, end) = match page.path {
            "/anchors" => ("", ANCHORS, String::new()),
            "/buttons-a" => (SHAREON_HEAD, SHAREON, String::new()),
            "/buttons-b" => (REACT_HEAD, REACT, String::new()),
            "/loader" => ("", "", tag("floating")),
            "/known" | "/unknown" => ("", INLINE, tag("inline")),
            _ => ("", "", String::new()),
        };
        let html = skeleton
            .replace("{head}", head)
            .replace("{place}", place)
            .replace("{end}", &end);
        add(page.path, HTML, html.as_bytes())?;
    }
    // Another site's page, on which the browser stays between two visits.
    add("/away", HTML, b"<!doctype html><title>Away</title>")?;
    add("/shop.css", CSS, &read(&root.join("www/demo/shop.css"))?)?;
    let picture = root.join("www/demo/products/guji.svg");
    add("/guji.svg", SVG, &read(&picture)?)?;
    let shareon = bench.join("node_modules/shareon/dist");
    add(
        "/shareon.min.css",
        CSS,
        &read(&shareon.join("shareon.min.css"))?,
    )?;
    add(
        "/shareon.iife.js",
        JS,
        &read(&shareon.join("shareon.iife.js"))?,
    )?;
    add("/react-share.js", JS, bundled(&bench)?.as_bytes())?;
    Ok(files)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{}: run `cargo xtask bench panel`", path.display()))
}

/// react-share and React in one file, as a shop's own build makes it.
fn bundled(bench: &Path) -> Result<String> {
    process::capture(
        "esbuild on react-share",
        process::node_command(&paths::node_bin("esbuild"))
            .current_dir(bench)
            .args([
                "buttons.jsx",
                "--bundle",
                "--minify",
                "--format=iife",
                "--target=es2022",
                "--jsx=automatic",
                "--legal-comments=none",
                "--log-level=error",
                r#"--define:process.env.NODE_ENV="production""#,
            ]),
    )
}
