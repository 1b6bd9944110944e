//! `cargo xtask bench panel`: the panel beside its neighbours on the same page.
//!
//! Only what comes before: the neighbours' npm packages, the build, and the program that
//! measures. It stands with the browser's harness, in `tests/src/bin/bench_panel`.

use crate::{build, paths, process, tools};

/// Installs, builds and measures.
///
/// # Errors
/// When a step fails.
pub fn panel(json: bool, rounds: u32, latency_ms: u32) -> anyhow::Result<()> {
    let browser = tools::browser()?;
    build::all()?;
    tools::ensure_neighbours()?;
    process::say("compiling the bench (usually 1 minute the first time)");
    let mut command = process::cargo();
    command
        .current_dir(paths::root())
        .args(["run", "--quiet", "--package", "grapevine-tests"])
        .args(["--bin", "bench_panel", "--"])
        .args(["--rounds", &rounds.to_string()])
        .args(["--latency-ms", &latency_ms.to_string()])
        .args(json.then_some("--json"))
        .env("CHROMIUM_BIN", &browser.chromium)
        .env("CHROMEDRIVER_BIN", &browser.chromedriver);
    process::run("the panel's bench", &mut command)
}
