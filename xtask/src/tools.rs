//! Every external tool, pinned to an exact version in one table.
//!
//! Responsible for having them: what is missing is installed, nothing is
//! installed twice, and two runs at once wait for each other. Compiled tools
//! live in the user's cache, npm packages in `node_modules`. Not for the
//! browser of the tests, which belongs to the machine: see [`browser()`].

mod browser;
mod lists;
mod npm;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{paths, process};

pub use browser::{Browser, browser};
pub use lists::block_lists;

/// The target of widget and edge.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// A tool that cargo compiles into the user's cache.
pub struct CargoTool {
    /// Name of the package and of its program.
    pub package: &'static str,
    /// The program inside `bin`.
    pub program: &'static str,
    /// The exact version.
    pub version: &'static str,
    /// What it is for, in the words of a progress line.
    pub purpose: &'static str,
}

/// The same version as the `wasm-bindgen` in `Cargo.lock`: its formats are
/// bound to each other.
pub const WASM_BINDGEN: CargoTool = CargoTool {
    package: "wasm-bindgen-cli",
    program: "wasm-bindgen",
    version: "0.2.129",
    purpose: "makes the JavaScript side of a wasm module",
};

/// The same minor version as the `worker` crate.
pub const WORKER_BUILD: CargoTool = CargoTool {
    package: "worker-build",
    program: "worker-build",
    version: "0.8.7",
    purpose: "makes a Worker of the edge crate",
};

/// The oldest Node to install the npm packages with, as the README says.
/// Wrangler needs a newer one, which the npm package `node` brings.
pub const OLDEST_NODE: u32 = 20;

/// What every build needs; the paths of the compiled tools.
pub struct Tools {
    /// `wasm-bindgen`.
    pub wasm_bindgen: PathBuf,
    /// `worker-build`.
    pub worker_build: PathBuf,
}

/// Installs what is missing of toolchain, compiled tools and npm packages.
pub fn ensure() -> Result<Tools> {
    check_rustc()?;
    ensure_wasm_target()?;
    npm::ensure()?;
    Ok(Tools {
        wasm_bindgen: ensure_cargo_tool(&WASM_BINDGEN)?,
        worker_build: ensure_cargo_tool(&WORKER_BUILD)?,
    })
}

/// Only the npm packages: enough to start a Worker that is built already.
pub fn ensure_npm() -> Result<()> {
    npm::ensure()
}

/// The npm packages that the panel is compared with, for its bench alone.
pub fn ensure_neighbours() -> Result<()> {
    npm::ensure_in(
        &paths::root().join("tests/bench"),
        "the packages that the panel is compared with",
    )
}

/// The `workerd` program itself, not its Node wrapper, so that its process id
/// is the server's.
pub fn workerd() -> Result<PathBuf> {
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "workerd-linux-64",
        ("linux", "aarch64") => "workerd-linux-arm64",
        ("macos", "x86_64") => "workerd-darwin-64",
        ("macos", "aarch64") => "workerd-darwin-arm64",
        (os, arch) => bail!("workerd has no build for {os} on {arch}"),
    };
    let program = paths::root()
        .join("node_modules/@cloudflare")
        .join(platform)
        .join("bin/workerd");
    if program.is_file() {
        return Ok(program);
    }
    bail!("workerd is not installed: run `npm ci`, or any `cargo xtask` command that builds")
}

/// Adds rustfmt and clippy where the toolchain lacks them.
pub fn ensure_rust_components() -> Result<()> {
    for (component, program) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        let there = process::cargo()
            .args([program, "--version"])
            .output()
            .is_ok_and(|output| output.status.success());
        if !there {
            process::long_step(
                &format!("adding {component} to the Rust toolchain"),
                "10 seconds",
                process::command("rustup").args(["component", "add", component]),
            )?;
        }
    }
    Ok(())
}

fn check_rustc() -> Result<()> {
    let text = process::capture(
        "asking rustc for its version",
        process::command("rustc").arg("--version"),
    )
    .context("rustc cannot be run: install Rust from https://rustup.rs")?;
    let needed = env!("CARGO_PKG_RUST_VERSION");
    let found = text.split_whitespace().nth(1).unwrap_or_default();
    match (version(found), version(needed)) {
        (Some(found_version), Some(needed_version)) if found_version < needed_version => bail!(
            "Rust {found} is too old: {needed} or newer is needed, run `rustup update stable`"
        ),
        _ => Ok(()),
    }
}

/// `1.95.0-nightly` as numbers that compare; `None` if it is no version.
fn version(text: &str) -> Option<(u32, u32, u32)> {
    let plain = text.trim().trim_start_matches('v');
    let plain = plain.split(['-', '+']).next()?;
    let mut parts = plain.split('.').map(str::parse::<u32>);
    let major = parts.next()?.ok()?;
    let minor = parts.next().and_then(Result::ok).unwrap_or(0);
    let patch = parts.next().and_then(Result::ok).unwrap_or(0);
    Some((major, minor, patch))
}

fn ensure_wasm_target() -> Result<()> {
    let sysroot = process::capture(
        "asking rustc for its folder",
        process::command("rustc").args(["--print", "sysroot"]),
    )?;
    let installed = Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(WASM_TARGET)
        .is_dir();
    if installed {
        return Ok(());
    }
    if process::command("rustup")
        .arg("--version")
        .output()
        .is_err()
    {
        bail!(
            "the Rust target {WASM_TARGET} is missing and rustup is not there to add it: install Rust from https://rustup.rs"
        );
    }
    process::long_step(
        &format!("adding the Rust target {WASM_TARGET}"),
        "10 seconds",
        process::command("rustup").args(["target", "add", WASM_TARGET]),
    )
}

/// Path of the tool's program, compiled first if this version is not there.
///
/// Two runs at once: the second waits for the lock and then finds the tool.
/// The folder gets its name only once it is complete.
fn ensure_cargo_tool(tool: &CargoTool) -> Result<PathBuf> {
    let cache = paths::tool_cache()?;
    let name = format!("{}-{}", tool.package, tool.version);
    let home = cache.join(&name);
    let program = home.join("bin").join(tool.program);
    if program.is_file() {
        return Ok(program);
    }
    fs::create_dir_all(&cache).with_context(|| {
        format!(
            "cannot write to {}: set GRAPEVINE_CACHE to a folder that can be written",
            cache.display()
        )
    })?;
    let _lock = lock(&cache.join(format!("{name}.lock")), &name)?;
    if program.is_file() {
        return Ok(program);
    }
    let unfinished = cache.join(format!("{name}.part"));
    // Not `--locked`: a registry mirror can lag behind the tool's lock file,
    // and only the tool's own version is bound to our sources.
    process::long_step(
        &format!(
            "compiling {} {}, which {}",
            tool.package, tool.version, tool.purpose
        ),
        "1 to 3 minutes, once per machine",
        process::cargo()
            .current_dir(&cache)
            .args(["install", tool.package, "--version"])
            .arg(format!("={}", tool.version))
            .args(["--debug", "--force", "--no-track", "--root"])
            .arg(&unfinished)
            .env("CARGO_TARGET_DIR", cache.join(format!("{name}.target")))
            .env_remove("RUSTFLAGS"),
    )?;
    if home.exists() {
        fs::remove_dir_all(&home).context("removing an incomplete tool")?;
    }
    fs::rename(&unfinished, &home).context("moving the compiled tool to its place")?;
    // Only needed for going on after an interruption.
    let _ = fs::remove_dir_all(cache.join(format!("{name}.target")));
    Ok(program)
}

/// Holds a lock file for as long as the result lives; says so when it waits.
pub fn lock(path: &Path, what: &str) -> Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot write to {}", folder.display()))?;
    }
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    if file.try_lock().is_err() {
        process::say(&format!("waiting for another run that works on {what}"));
        file.lock()
            .with_context(|| format!("cannot lock {}", path.display()))?;
    }
    Ok(file)
}

/// Gives `worker-build` our tools, so that it downloads none of its own.
pub fn for_worker_build<'a>(command: &'a mut Command, tools: &Tools) -> &'a mut Command {
    command
        .env("WASM_BINDGEN_BIN", &tools.wasm_bindgen)
        .env("WASM_OPT_BIN", paths::node_bin("wasm-opt"))
        .env("ESBUILD_BIN", paths::node_bin("esbuild"))
        .env("PATH", process::path_with_node())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert!(version("1.100.0") > version("1.91"));
        assert_eq!(version("v20.11.1"), Some((20, 11, 1)));
        assert_eq!(version("1.95.0-nightly"), Some((1, 95, 0)));
        assert_eq!(version("unknown"), None);
    }

    #[test]
    fn the_readme_asks_for_the_same_node() {
        let readme = fs::read_to_string(paths::root().join("README.md")).unwrap();
        assert!(readme.contains(&format!("Node {OLDEST_NODE} or newer")));
    }

    #[test]
    fn wasm_bindgen_is_the_version_of_the_lock_file() {
        let lock = fs::read_to_string(paths::root().join("Cargo.lock")).unwrap();
        let entry = format!(
            "name = \"wasm-bindgen\"\nversion = \"{}\"",
            WASM_BINDGEN.version
        );
        assert!(
            lock.contains(&entry),
            "Cargo.lock and tools.rs must name one wasm-bindgen"
        );
        let worker = format!("name = \"worker\"\nversion = \"{}\"", WORKER_BUILD.version);
        assert!(
            lock.contains(&worker),
            "Cargo.lock and tools.rs must name one worker SDK"
        );
    }
}
