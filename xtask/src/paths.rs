//! Where things are in the checkout and in the user's cache.
//!
//! Responsible for every path that more than one module names. Guarantees
//! nothing about whether the files exist.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};

/// The checkout: the folder above this crate.
///
/// What cargo says at run time (of this crate, or of one beside it) comes first:
/// two checkouts that share a target folder also share this program.
pub fn root() -> PathBuf {
    let said = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let compiled = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    said.iter()
        .chain([&compiled])
        .filter_map(|package| package.parent())
        .find(|folder| folder.join("edge/workerd.capnp").is_file())
        .unwrap_or(&compiled)
        .to_path_buf()
}

/// What the build writes: `build/`.
pub fn build_dir() -> PathBuf {
    root().join("build")
}

/// The files a browser can ask for, as Cloudflare serves them.
pub fn assets() -> PathBuf {
    build_dir().join("assets")
}

/// The same files with compressed siblings, for plain `workerd`.
pub fn local_assets() -> PathBuf {
    build_dir().join("assets-local")
}

/// The Worker that `worker-build` writes.
pub fn worker() -> PathBuf {
    root().join("edge").join("build")
}

/// One program of the npm packages.
pub fn node_bin(name: &str) -> PathBuf {
    root().join("node_modules").join(".bin").join(name)
}

/// Where pinned tools live: `GRAPEVINE_CACHE`, else the user's cache folder.
/// It is outside the checkout so that a fresh clone finds them again.
pub fn tool_cache() -> Result<PathBuf> {
    if let Some(cache) = env::var_os("GRAPEVINE_CACHE").filter(|value| !value.is_empty()) {
        return Ok(PathBuf::from(cache).join("tools"));
    }
    let cache = match env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty()) {
        Some(cache) => PathBuf::from(cache),
        None => env::home_dir()
            .context("no home folder is known: set GRAPEVINE_CACHE to a folder for the tools")?
            .join(".cache"),
    };
    Ok(cache.join("grapevine").join("tools"))
}
