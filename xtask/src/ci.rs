//! `cargo xtask ci`: every check that a change must pass, none advisory.
//!
//! Runs from the quick to the slow, stops at the first failure with its
//! reason, and prints how long each took. Native checks share one set of
//! dependencies, so each crate is compiled once for checking and once for
//! running.

pub mod dependencies;
pub mod migrations;

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::{bots, build, deploy, fuzz, paths, process, schema, size, testing, tools};

type Step = (&'static str, fn() -> Result<()>);

const STEPS: &[Step] = &[
    ("tools", tools_are_there),
    ("migrations", migrations::check),
    ("dependency rules", dependencies::check),
    ("schema of a programme", schema::check),
    ("list of robots", bots::check),
    ("format", format),
    ("clippy, native", clippy_native),
    ("clippy, wasm: edge", || clippy_wasm("grapevine-edge")),
    ("clippy, wasm: widget", || clippy_wasm("grapevine-widget")),
    ("documentation", documentation),
    ("types of the page's calls", types),
    ("build", build::all),
    ("byte budgets", byte_budgets),
    ("deployment dry run", deploy::dry_run),
    ("tests", || testing::run(None)),
    ("fuzzing, briefly", || fuzz::run(10, Some(1))),
];

/// Runs all steps.
pub fn run() -> Result<()> {
    let started = Instant::now();
    let mut done: Vec<(&str, Duration)> = Vec::new();
    let mut failure = None;
    for (name, step) in STEPS {
        eprintln!("\n==== {name}");
        let step_started = Instant::now();
        let result = step();
        done.push((name, step_started.elapsed()));
        if let Err(error) = result {
            failure = Some(error.context(format!("`{name}` failed")));
            break;
        }
    }
    eprintln!("\n==== summary");
    for (number, (name, time)) in done.iter().enumerate() {
        let failed = failure.is_some() && number + 1 == done.len();
        let verdict = if failed { "FAILED" } else { "ok" };
        eprintln!("{verdict:<7}{:>6.1} s  {name}", time.as_secs_f64());
    }
    for (name, _) in STEPS.iter().skip(done.len()) {
        eprintln!("{:<7}{:>6}    {name}", "-", "");
    }
    eprintln!("{:<7}{:>6.1} s", "", started.elapsed().as_secs_f64());
    failure.map_or(Ok(()), Err)
}

fn tools_are_there() -> Result<()> {
    tools::ensure_rust_components()?;
    tools::ensure()?;
    tools::browser().map(drop)
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = process::cargo();
    command.current_dir(paths::root()).args(arguments);
    command
}

fn format() -> Result<()> {
    process::run(
        "cargo fmt --check",
        &mut cargo(&["fmt", "--all", "--check"]),
    )
    .context("run `cargo fmt --all`")
}

fn clippy_native() -> Result<()> {
    process::run(
        "clippy",
        &mut cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ]),
    )
}

/// Each on its own: together, their features would be united.
fn clippy_wasm(package: &str) -> Result<()> {
    process::run(
        "clippy for wasm",
        cargo(&[
            "clippy",
            "--lib",
            "--quiet",
            "--target",
            tools::WASM_TARGET,
            "--package",
        ])
        .args([package, "--", "-D", "warnings"]),
    )
}

/// Private items are documented too, so a link to one leads somewhere.
fn documentation() -> Result<()> {
    process::run(
        "rustdoc",
        cargo(&[
            "doc",
            "--workspace",
            "--no-deps",
            "--document-private-items",
            "--quiet",
        ])
        .env(
            "RUSTDOCFLAGS",
            "-D warnings -A rustdoc::private-intra-doc-links",
        ),
    )
}

/// `www/gv.d.ts` takes what shops write and refuses what would fail.
fn types() -> Result<()> {
    let project = paths::root().join("www/types");
    process::run(
        "tsc",
        process::node_command(&paths::node_bin("tsc"))
            .arg("--project")
            .arg(project),
    )
}

fn byte_budgets() -> Result<()> {
    size::run(false, true)
}
