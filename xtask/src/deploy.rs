//! `cargo xtask deploy` and the dry run of it in CI.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{build, paths, process};

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

/// Checks, builds and deploys; says what is still to be set by hand.
pub fn run() -> Result<()> {
    build::all()?;
    let account = wrangler()
        .arg("whoami")
        .output()
        .context("could not start wrangler")?;
    let text = String::from_utf8_lossy(&account.stdout);
    if !account.status.success() || text.contains("not authenticated") {
        bail!(
            "wrangler knows no Cloudflare account: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN, and try again"
        );
    }
    process::run("wrangler deploy", wrangler().arg("deploy"))?;
    println!();
    println!("Deployed. Two secrets belong to the Worker; set them once if you have not yet:");
    println!("  npx wrangler secret put MASTER_KEYS    # k1:<base64url of 32 random bytes>");
    println!("  npx wrangler secret put OPERATOR_KEY   # any long random text");
    println!("A pair of fresh values for them: `cargo xtask keys`");
    Ok(())
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
