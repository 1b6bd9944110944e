//! `cargo xtask fuzz`: the targets in `fuzz/`, for a bounded time, on stable Rust.
//!
//! libFuzzer asks for nothing but the compiler's coverage pass. Sanitizers would need
//! a nightly compiler, and find errors of memory that safe code does not have.

use std::fs;

use anyhow::{Context, Result};

use crate::{paths, process};

/// Programs in `fuzz/`, and which of them has a dictionary.
const TARGETS: [(&str, Option<&str>); 2] = [("token", None), ("visit", Some("visit.dict"))];
/// As cargo-fuzz sets them.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";

/// Runs each target for so many seconds; fails at the first text that breaks one. With a
/// seed chance repeats itself: no run of CI is red by luck.
pub fn run(seconds: u64, seed: Option<u32>) -> Result<()> {
    let folder = paths::root().join("fuzz");
    let found = paths::build_dir().join("fuzz");
    fs::create_dir_all(&found).with_context(|| format!("cannot write to {}", found.display()))?;
    let version = process::capture("rustc", process::command("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not say what it runs on")?;
    for (target, dictionary) in TARGETS {
        let mut command = process::cargo();
        command
            .current_dir(&folder)
            .env("RUSTFLAGS", FLAGS)
            // With a target named, the flags are not for build scripts.
            .args(["run", "--quiet", "--release", "--locked", "--target", host])
            .args(["--bin", target, "--"])
            .arg(format!("-max_total_time={seconds}"))
            .args(["-max_len=600", "-verbosity=0", "-print_final_stats=1"])
            .arg(format!("-artifact_prefix={}/{target}-", found.display()));
        if let Some(seed) = seed {
            command.arg(format!("-seed={seed}"));
        }
        if let Some(dictionary) = dictionary {
            command.arg(format!("-dict={dictionary}"));
        }
        process::run(&format!("fuzzing {target}"), &mut command)?;
    }
    Ok(())
}
