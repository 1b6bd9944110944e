//! `cargo xtask test`: everything the tests need, then all of them.

use anyhow::{Result, bail};

use crate::{build, process, tools};

/// By which the tests know that new pictures are to be kept.
const BLESS: &str = "GRAPEVINE_BLESS";

/// Installs, builds, and runs the tests whose names contain `filter`; with `bless`,
/// pictures that differ are kept instead of complained of.
pub fn run(filter: Option<&str>, bless: bool) -> Result<()> {
    let browser = tools::browser()?;
    build::all()?;
    process::say("running the tests (compiling them usually takes 3 minutes the first time)");
    let mut command = process::cargo();
    command
        .current_dir(crate::paths::root())
        .args(["test", "--workspace"])
        .args(filter)
        .envs(bless.then_some((BLESS, "1")))
        .env("CHROMIUM_BIN", &browser.chromium)
        .env("CHROMEDRIVER_BIN", &browser.chromedriver);
    if command.status()?.success() {
        return Ok(());
    }
    bail!("tests failed: the names of those are above")
}
