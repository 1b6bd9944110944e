//! The panel: wasm, its JavaScript glue, the words, and the loader that names
//! them by one hash over all of them, so that the loader does not grow with the
//! languages.
//!
//! Writes `build/panel/`, which [`super::assets`] copies: `gv.js` and
//! `gv/<hash>/panel.{js,wasm}`, `gv/<hash>/<locale>.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::shrink;
use crate::tools::{self, Tools};
use crate::{paths, process};

/// How the keys begin whose words the edge alone says.
const AT_THE_EDGE: [&str; 2] = ["launcher_", "page_"];

pub fn folder() -> PathBuf {
    paths::build_dir().join("panel")
}

pub fn build(tools: &Tools) -> Result<()> {
    process::say("building the panel");
    let wasm = super::cargo_wasm(
        "compiling the widget",
        process::cargo().current_dir(paths::root()).args([
            "build",
            "--package",
            "grapevine-widget",
            "--profile",
            "widget",
        ]),
        "grapevine-widget",
    )?;
    let wasm = fs::read(&wasm).with_context(|| wasm.display().to_string())?;
    let loader = fs::read(loader_source()).context("widget/loader.js")?;
    let entry = fs::read(entry_source()).context("widget/panel.js")?;
    let words = words()?;
    let packages = fs::read(paths::root().join("package-lock.json"))?;
    let inputs = super::digest(&[
        &wasm,
        &loader,
        &entry,
        &serde_json::to_vec(&words)?,
        &packages,
        tools::WASM_BINDGEN.version.as_bytes(),
        // How this file works is an input as well.
        include_bytes!("panel.rs"),
    ]);
    let stamp = folder().join(".inputs");
    if fs::read_to_string(&stamp).is_ok_and(|text| text == inputs) {
        return Ok(());
    }
    if folder().exists() {
        fs::remove_dir_all(folder()).context("removing the former panel")?;
    }
    let (script, module) = shrink::bind(tools, &wasm)?;
    let mut files = BTreeMap::from([
        ("panel.js".to_string(), script),
        ("panel.wasm".to_string(), module),
    ]);
    for (locale, text) in &words {
        files.insert(format!("{locale}.json"), serde_json::to_vec(text)?);
    }
    let contents: Vec<&[u8]> = files.values().map(Vec::as_slice).collect();
    let hash = super::short_hash(super::digest(&contents).as_bytes());
    let version = folder().join("gv").join(&hash);
    fs::create_dir_all(&version).context("cannot write to build/")?;
    for (name, content) in &files {
        fs::write(version.join(name), content)?;
    }
    let loader = minify_loader(&hash)?;
    fs::write(folder().join("gv.js"), loader)?;
    fs::write(&stamp, inputs)?;
    Ok(())
}

fn loader_source() -> PathBuf {
    paths::root().join("widget/loader.js")
}

/// What the panel's script begins with; it takes in what wasm-bindgen writes.
pub(super) fn entry_source() -> PathBuf {
    paths::root().join("widget/panel.js")
}

/// Locale → the words of the panel in it.
fn words() -> Result<BTreeMap<String, Value>> {
    let folder = paths::root().join("widget/locales");
    let mut words = BTreeMap::new();
    for name in super::files_under(&folder)? {
        let Some(locale) = name.to_str().and_then(|name| name.strip_suffix(".json")) else {
            continue;
        };
        let text = fs::read(folder.join(&name))?;
        let mut text: Map<String, Value> = serde_json::from_slice(&text)
            .with_context(|| format!("widget/locales/{locale}.json is no JSON object"))?;
        text.retain(|key, _| !AT_THE_EDGE.iter().any(|start| key.starts_with(start)));
        words.insert(locale.to_string(), Value::Object(text));
    }
    if words.is_empty() {
        bail!("widget/locales holds no <locale>.json");
    }
    Ok(words)
}

fn minify_loader(hash: &str) -> Result<Vec<u8>> {
    let output = paths::build_dir().join("panel-work").join("gv.js");
    process::capture(
        "esbuild on the loader",
        super::esbuild()
            .args([
                "--bundle",
                "--minify",
                "--format=iife",
                "--target=es2022",
                "--log-level=warning",
            ])
            .arg("--legal-comments=none")
            .arg(format!("--define:__BUILD__={}", json!(hash)))
            .arg(format!("--outfile={}", output.display()))
            .arg(loader_source()),
    )?;
    fs::read(output).context("reading the minified loader")
}
