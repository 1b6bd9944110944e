//! The panel: wasm, its JavaScript glue, the words, and the loader that names
//! them by one hash over all of them, so that the loader does not grow with the
//! languages.
//!
//! Writes `build/panel/`, which [`super::assets`] copies: `gv.js` and
//! `gv/<hash>/panel.{js,wasm}`, `gv/<hash>/<locale>{,-more}.json` and `gv/<hash>/marks.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::shrink;
use crate::tools::{self, Tools};
use crate::{paths, process};

pub fn folder() -> PathBuf {
    paths::build_dir().join("panel")
}

pub fn build(tools: &Tools) -> Result<()> {
    process::say("building the panel");
    let made = super::cargo_wasm(
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
    let wasm = fs::read(&made.wasm).with_context(|| made.wasm.display().to_string())?;
    let out_dir = made.out_dir.context("widget/build.rs did not run")?;
    let marks = fs::read(out_dir.join("marks.json")).context("the rarer channels' icons")?;
    let order = fs::read(out_dir.join("words.json")).context("the words' order")?;
    let loader = fs::read(loader_source()).context("widget/loader.js")?;
    let entry = fs::read(entry_source()).context("widget/panel.js")?;
    let words = words(&serde_json::from_slice(&order)?)?;
    let packages = fs::read(paths::root().join("package-lock.json"))?;
    let inputs = super::digest(&[
        &wasm,
        &loader,
        &entry,
        &marks,
        &serde_json::to_vec(&words)?,
        &packages,
        tools::WASM_BINDGEN.version.as_bytes(),
        // How this file works is an input as well.
        include_bytes!("panel.rs"),
        include_bytes!("shrink.rs"),
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
        ("marks.json".to_string(), marks),
    ]);
    for (name, list) in words {
        files.insert(name, serde_json::to_vec(&list)?);
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

/// Which words stand where; `widget/build.rs` has counted them.
#[derive(Deserialize)]
struct Order {
    named: Vec<String>,
    first: Vec<String>,
    later: Vec<String>,
}

/// The files of words: `pl.json` is a list that begins with the words that go by a name,
/// `pl-more.json` goes on with it.
fn words(order: &Order) -> Result<BTreeMap<String, Value>> {
    let folder = paths::root().join("widget/locales");
    let mut files = BTreeMap::new();
    for name in super::files_under(&folder)? {
        let Some(locale) = name.to_str().and_then(|name| name.strip_suffix(".json")) else {
            continue;
        };
        let text = fs::read(folder.join(&name))?;
        let words: Map<String, Value> = serde_json::from_slice(&text)
            .with_context(|| format!("widget/locales/{locale}.json is no JSON object"))?;
        let word = |key: &String| words.get(key).cloned().unwrap_or_default();
        let named: Map<_, _> = order
            .named
            .iter()
            .map(|key| (key.clone(), word(key)))
            .collect();
        let mut first = vec![Value::Object(named)];
        first.extend(order.first.iter().map(word));
        files.insert(format!("{locale}.json"), Value::Array(first));
        let later = order.later.iter().map(word).collect();
        files.insert(format!("{locale}-more.json"), later);
    }
    if files.is_empty() {
        bail!("widget/locales holds no <locale>.json");
    }
    Ok(files)
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
