//! `/gv.js`, `/gv/*`, `/ui/*`: the files that browsers load.

use anyhow::Result;
use grapevine_tests::edge::{Edge, HOST};
use grapevine_tests::wire;

/// The files of the panel, by their names in the build's folder.
/// Names below `/gv/`: one folder, named by a hash over what is in it.
fn panel_files() -> Result<Vec<String>> {
    xtask::build::files_under(&xtask::paths::assets().join("gv"))?
        .into_iter()
        .map(|name| Ok(name.to_string_lossy().into_owned()))
        .collect()
}

async fn get(path: &str, headers: &[&str]) -> Result<wire::Answer> {
    let port = Edge::shared().await?.port();
    wire::send(port, "GET", path, HOST, headers, "").await
}

#[tokio::test]
async fn the_loader_is_kept_for_minutes_and_open_to_every_page() -> Result<()> {
    let answer = get("/gv.js", &[]).await?;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    let caching = answer.header("cache-control").unwrap_or_default();
    assert!(caching.contains("max-age=300"), "{caching}");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("content-encoding"), None);
    Ok(())
}

#[tokio::test]
async fn the_panels_files_have_their_types_and_are_kept_for_ever() -> Result<()> {
    let names = panel_files()?;
    for kind in [".js", ".wasm", ".json"] {
        assert!(names.iter().any(|name| name.ends_with(kind)), "{names:?}");
    }
    for name in names {
        let answer = get(&format!("/gv/{name}"), &[]).await?;
        assert_eq!(answer.status, 200, "{name}");
        let kind = match name.rsplit('.').next() {
            Some("js") => "text/javascript; charset=utf-8",
            Some("wasm") => "application/wasm",
            _ => "application/json",
        };
        assert_eq!(answer.header("content-type"), Some(kind), "{name}");
        let caching = answer.header("cache-control").unwrap_or_default();
        assert_eq!(caching, "public, max-age=31536000, immutable", "{name}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
    Ok(())
}

#[tokio::test]
async fn files_come_compressed_for_who_reads_that() -> Result<()> {
    let plain = get("/gv.js", &[]).await?;
    for (accepted, encoding) in [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=1.0, gzip;q=0.8", "br"),
    ] {
        let answer = get("/gv.js", &[&format!("Accept-Encoding: {accepted}")]).await?;
        assert_eq!(
            answer.header("content-encoding"),
            Some(encoding),
            "{accepted}"
        );
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"), "{accepted}");
        assert!(answer.body.len() < plain.body.len(), "{accepted}");
        if encoding == "br" {
            assert_eq!(answer.body, xtask::build::brotli(&plain.body)?);
        }
    }
    Ok(())
}

#[tokio::test]
async fn nothing_but_the_built_files_is_served() -> Result<()> {
    for path in [
        "/gv/",
        "/gv/nothing.js",
        "/gv/../index.js",
        "/gv/..%2f..%2fedge%2fbuild%2findex.js",
        "/ui/../../Cargo.toml",
        "/ui/%2e%2e/gv.js.br",
        "/gv.js.br",
        "/gv.js/x",
        "/ui/accent/red.css",
        "/ui/accent/%3C.css",
    ] {
        let answer = get(path, &[]).await?;
        assert!(
            matches!(answer.status, 400 | 404),
            "{path} was answered {}",
            answer.status
        );
    }
    Ok(())
}

#[tokio::test]
async fn the_pages_own_files_are_there() -> Result<()> {
    for (path, kind) in [
        ("/ui/console.css", "text/css; charset=utf-8"),
        ("/ui/page.css", "text/css; charset=utf-8"),
        ("/ui/mark.svg", "image/svg+xml"),
    ] {
        let answer = get(path, &[]).await?;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), Some(kind), "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn no_name_that_a_browser_requests_is_one_that_blockers_hide() -> Result<()> {
    let mut names = panel_files()?;
    names.extend(["gv.js", "ui/console.css", "ui/page.css"].map(str::to_owned));
    for name in names {
        for word in [
            "referral",
            "refer-",
            "affiliate",
            "share",
            "track",
            "widget",
            "analytics",
            "click",
            "conversion",
            "banner",
            "ads",
        ] {
            assert!(!name.contains(word), "{name} has {word}");
        }
    }
    Ok(())
}
