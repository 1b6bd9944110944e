//! `cargo xtask deploy` and the dry run of it in CI.

use std::ffi::OsString;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{build, paths, process, tools};

/// Wrangler on the pinned Node, quiet and without asking anything of the
/// network that it does not need.
pub fn wrangler() -> Command {
    let mut command = process::node_command(&paths::node_bin("wrangler"));
    command
        .current_dir(paths::root())
        .env("WRANGLER_SEND_METRICS", "false")
        .env("WRANGLER_HIDE_BANNER", "true")
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
        .env("NO_UPDATE_NOTIFIER", "1");
    command
}

/// The two secrets without which the Worker answers nothing.
const SECRETS: [&str; 2] = ["MASTER_KEYS", "OPERATOR_KEY"];

/// The address that `wrangler.toml` comes with.
const PLACEHOLDER: &str = "grapevine.example.workers.dev";

/// Checks, builds and deploys; says what is still to be set by hand.
pub fn run() -> Result<()> {
    let config =
        fs::read_to_string(paths::root().join("wrangler.toml")).context("wrangler.toml")?;
    if config.contains(PLACEHOLDER) {
        bail!(
            "wrangler.toml still says PUBLIC_ORIGIN = \"https://{PLACEHOLDER}\": set the address that shoppers will see"
        );
    }
    build::all()?;
    let account = wrangler()
        .arg("whoami")
        .output()
        .context("could not start wrangler")?;
    let text = String::from_utf8_lossy(&account.stdout);
    if !account.status.success() || text.contains("not authenticated") {
        bail!(
            "wrangler knows no Cloudflare account: run `cargo xtask wrangler login`, or set CLOUDFLARE_API_TOKEN, and try again"
        );
    }
    process::run("wrangler deploy", wrangler().arg("deploy"))?;
    let listed = process::capture("wrangler secret list", wrangler().args(["secret", "list"]))?;
    let missing: Vec<&str> = SECRETS
        .into_iter()
        .filter(|name| !listed.contains(name))
        .collect();
    if missing.is_empty() {
        println!("\nDeployed, and both secrets are set.");
        return Ok(());
    }
    println!("\nDeployed, but the Worker still lacks secrets. Set each once:");
    for name in missing {
        println!("  cargo xtask wrangler secret put {name}");
    }
    println!("`cargo xtask keys` prints fresh values for them; keep them safe.");
    Ok(())
}

/// Any command of the pinned wrangler.
pub fn pass_on(arguments: &[OsString]) -> Result<()> {
    tools::ensure_npm()?;
    process::run("wrangler", wrangler().args(arguments))
}

/// Everything of a deployment but the upload.
pub fn dry_run() -> Result<()> {
    let folder = paths::build_dir().join("dry-run");
    process::capture(
        "wrangler deploy --dry-run",
        wrangler()
            .args(["deploy", "--dry-run", "--outdir"])
            .arg(folder),
    )
    .map(drop)
}
