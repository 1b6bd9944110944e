//! The npm packages: `workerd`, `wrangler`, `esbuild`, `binaryen` and a Node
//! new enough for them, exactly as `package-lock.json` says.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::{paths, process};

/// Has the packages of the checkout.
pub fn ensure() -> Result<()> {
    ensure_in(&paths::root(), "the npm packages")
}

/// Runs `npm ci` in `folder` when `node_modules` is not what the lock file says.
///
/// The stamp inside `node_modules` holds the lock file's digest; `npm ci`
/// removes it first, so an interrupted run is repeated.
pub fn ensure_in(folder: &Path, what: &str) -> Result<()> {
    let lock_file = fs::read(folder.join("package-lock.json")).context("package-lock.json")?;
    let digest = crate::build::hex(&Sha256::digest(lock_file));
    let stamp = folder.join("node_modules").join(".grapevine-stamp");
    let complete = || fs::read_to_string(&stamp).is_ok_and(|text| text.trim() == digest);
    if complete() {
        return Ok(());
    }
    let _lock = super::lock(&paths::build_dir().join("npm.lock"), what)?;
    if complete() {
        return Ok(());
    }
    check_node()?;
    process::long_step(
        &format!("installing {what}"),
        "30 seconds",
        process::command("npm").current_dir(folder).args([
            "ci",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]),
    )?;
    fs::write(&stamp, digest).context("writing the stamp of the npm packages")
}

fn check_node() -> Result<()> {
    let Ok(output) = process::command("node").arg("--version").output() else {
        bail!(
            "Node is not installed: install Node {} or newer from https://nodejs.org (npm comes with it)",
            super::OLDEST_NODE
        );
    };
    let text = String::from_utf8_lossy(&output.stdout).trim().to_string();
    match super::version(&text) {
        Some((major, _, _)) if major < super::OLDEST_NODE => bail!(
            "Node {text} is too old: install Node {} or newer from https://nodejs.org",
            super::OLDEST_NODE
        ),
        _ => {}
    }
    if process::command("npm").arg("--version").output().is_err() {
        bail!("npm is not installed: it comes with Node from https://nodejs.org");
    }
    Ok(())
}
