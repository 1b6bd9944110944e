//! Makes everything that is served: the Worker and the files of the panel.
//!
//! Responsible for `edge/build/` and `build/`. Guarantees that an unchanged
//! input is not worked on again (cargo decides for Rust, a stamp for the rest)
//! and that two builds at once wait for each other.

mod assets;
pub use assets::{brotli, gzip};
mod edge;
mod panel;
mod shrink;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::tools::{self, Tools};
use crate::{paths, process};

/// Builds widget, edge and static files.
pub fn all() -> Result<()> {
    let (tools, _lock) = prepare()?;
    panel::build(&tools)?;
    assets::build()?;
    edge::build(&tools)
}

/// Builds only the Worker: what wrangler's own build command asks for.
pub fn edge_only() -> Result<()> {
    let (tools, _lock) = prepare()?;
    edge::build(&tools)
}

/// Builds only what a browser loads.
pub fn widget_only() -> Result<()> {
    let (tools, _lock) = prepare()?;
    panel::build(&tools)?;
    assets::build()
}

fn prepare() -> Result<(Tools, fs::File)> {
    let tools = tools::ensure()?;
    let lock = tools::lock(&paths::build_dir().join("build.lock"), "the build")?;
    Ok((tools, lock))
}

/// Whether a build is there to be served; a sentence about what is missing if
/// not. For those who start a Worker without building, such as the tests.
pub fn check_present() -> Result<()> {
    for needed in [
        paths::worker().join("entry.js"),
        paths::worker().join("index_bg.wasm"),
        paths::local_assets().join("gv.js"),
    ] {
        if !needed.is_file() {
            bail!(
                "{} is missing: run `cargo xtask build` first",
                needed.display()
            );
        }
    }
    Ok(())
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The part of a file name that changes with its content.
fn short_hash(content: &[u8]) -> String {
    let mut hash = hex(&Sha256::digest(content));
    hash.truncate(10);
    hash
}

/// A digest of everything that a step's output depends on.
fn digest(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hex(&hasher.finalize())
}

/// What cargo made of a package.
struct Made {
    wasm: PathBuf,
    /// Where its build script wrote, if it has one.
    out_dir: Option<PathBuf>,
}

/// Runs cargo on `package`. The paths are cargo's own word, so any target folder works.
fn cargo_wasm(what: &str, command: &mut Command, package: &str) -> Result<Made> {
    let output = command
        .args(["--lib", "--target", tools::WASM_TARGET])
        .arg("--message-format=json-render-diagnostics")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("{what}: could not start cargo"))?;
    if !output.status.success() {
        bail!("{what} failed; the compiler's messages are above");
    }
    let library = package.replace('-', "_");
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages: Vec<Value> = messages
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let says = |message: &Value, pointer: &str| {
        let value = message.pointer(pointer).and_then(Value::as_str);
        value.map(str::to_owned)
    };
    let wasm = messages
        .iter()
        .filter(|message| says(message, "/target/name").as_deref() == Some(&library))
        .filter_map(|message| message.get("filenames").and_then(Value::as_array))
        .flatten()
        .filter_map(|name| name.as_str().map(PathBuf::from))
        .find(|name| name.extension().is_some_and(|ending| ending == "wasm"))
        .with_context(|| {
            format!("{package} made no wasm file: its Cargo.toml needs `[lib] crate-type = [\"cdylib\", \"rlib\"]`")
        })?;
    // `…/widget#grapevine-widget@0.1.0`
    let named = format!("#{package}@");
    let out_dir = messages
        .iter()
        .filter(|message| says(message, "/package_id").is_some_and(|id| id.contains(&named)))
        .find_map(|message| says(message, "/out_dir"))
        .map(PathBuf::from);
    Ok(Made { wasm, out_dir })
}

/// All files under `folder` with their paths relative to it, sorted.
pub fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    fn visit(folder: &Path, base: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
        for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                visit(&path, base, found)?;
            } else if let Ok(relative) = path.strip_prefix(base) {
                found.push(relative.to_path_buf());
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    if folder.is_dir() {
        visit(folder, folder, &mut found)?;
    }
    found.sort();
    Ok(found)
}

/// Writes only what differs, so that watchers and servers see no false change.
fn write_if_changed(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot write to {}", folder.display()))?;
    }
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

fn esbuild() -> Command {
    process::node_command(&paths::node_bin("esbuild"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_carry_ten_hexadecimal_digits_of_sha256() {
        assert_eq!(short_hash(b""), "e3b0c44298");
    }

    #[test]
    fn a_digest_tells_apart_where_one_part_ends() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
    }
}
