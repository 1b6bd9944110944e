//! Turns cargo's wasm into the pair that a browser loads: a module and its script.
//!
//! Guarantees: what the two call each other has short names. wasm-bindgen's own have a
//! hash at the end, so that forty of them take 2 KB that no compression finds. And what
//! the page calls of ours (a listener, the end of a promise) throws nothing at the page.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::panel::entry_source;
use crate::tools::Tools;
use crate::{paths, process};

/// What `wasm-opt` may use: what rustc emits by default and every browser with
/// wasm-bindgen's own features has. A newer encoding would shut out browsers.
const WASM_OPT: &[&str] = &[
    "-Oz",
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-reference-types",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
    // The stack lies lowest and grows down, so its last kilobyte holds nothing.
    "--low-memory-unused",
    "--converge",
];
/// A run of its own: one that goes on until nothing changes would rename again and again.
const RENAME: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-multivalue",
    "--enable-reference-types",
    "--minify-imports-and-exports-and-modules",
];

/// What wasm-opt says of the names that it has changed.
#[derive(Deserialize)]
struct Names {
    /// Module, name, new name.
    imports: Vec<(String, String, String)>,
    /// Name, new name.
    exports: Vec<(String, String)>,
}

/// The script and the module of the panel, out of cargo's wasm.
pub fn bind(tools: &Tools, wasm: &[u8]) -> Result<(Vec<u8>, Vec<u8>)> {
    let work = paths::build_dir().join("panel-work");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    let raw = work.join("panel.wasm");
    fs::write(&raw, wasm)?;
    process::capture(
        "wasm-bindgen on the panel",
        process::command(&tools.wasm_bindgen)
            .args(["--target", "web", "--no-typescript", "--out-name", "bound"])
            // The loader always says where the module is.
            .arg("--omit-default-module-path")
            .args(["--remove-name-section", "--remove-producers-section"])
            .arg("--out-dir")
            .arg(&work)
            .arg(&raw),
    )?;
    let module = work.join("panel-small.wasm");
    let wasm_opt = |arguments: &[&str], from: &Path, to: &Path| {
        process::capture(
            "wasm-opt on the panel",
            process::node_command(&paths::node_bin("wasm-opt"))
                .args(arguments)
                .arg(from)
                .arg("--output")
                .arg(to),
        )
    };
    let small = work.join("panel-opt.wasm");
    process::while_ticking("shrinking the panel", || {
        wasm_opt(WASM_OPT, &work.join("bound_bg.wasm"), &small)
    })?;
    let names = wasm_opt(RENAME, &small, &module)?;
    rename(&work.join("bound.js"), &names)?;
    fs::copy(entry_source(), work.join("panel.js")).context("widget/panel.js")?;
    let script = work.join("panel-small.js");
    process::capture(
        "esbuild on the panel's script",
        super::esbuild()
            .args([
                "--bundle",
                "--minify",
                "--format=esm",
                "--target=es2022",
                "--log-level=warning",
            ])
            .arg("--legal-comments=none")
            .arg(format!("--outfile={}", script.display()))
            .arg(work.join("panel.js")),
    )?;
    Ok((fs::read(script)?, fs::read(module)?))
}

/// How wasm-bindgen ends a call from the page into a closure of ours.
const CALL_ENDS: &str = "} finally {\n            state.a = a;";

/// Makes the page's `error` event of ours out of what such a call throws, be it a trap of
/// the module or a function that the page has redefined.
fn guarded(text: &str) -> Result<String> {
    ensure!(
        text.matches(CALL_ENDS).count() == 1,
        "wasm-bindgen's script ends the call of a closure in another way"
    );
    let told = "} catch (detail) {
            document.dispatchEvent(new CustomEvent('grapevine:error', { detail }));
        ";
    Ok(text.replace(CALL_ENDS, &format!("{told}{CALL_ENDS}")))
}

/// Gives the names in the script that the module has now.
fn rename(script: &Path, names: &str) -> Result<()> {
    let names: Names = serde_json::from_str(names).context("wasm-opt's list of names")?;
    let text = fs::read_to_string(script).with_context(|| script.display().to_string())?;
    fs::write(script, guarded(&renamed(&text, &names)?)?)?;
    Ok(())
}

/// What is imported is a key of an object, what is exported a member of `wasm`.
fn renamed(text: &str, names: &Names) -> Result<String> {
    let mut new = BTreeMap::new();
    for (module, name, short) in &names.imports {
        new.insert(format!("{name}: function("), format!("{short}: function("));
        new.insert(format!("{module:?}: import"), "\"a\": import".to_owned());
    }
    for (name, short) in &names.exports {
        new.insert(format!("wasm.{name}"), format!("wasm.{short}"));
    }
    let mut out = text.to_owned();
    // Longer names first: one may begin as another does. Of the exports some are for
    // debuggers and stand in no script.
    for (long, short) in new.iter().rev() {
        ensure!(
            long.starts_with("wasm.") || out.contains(long.as_str()),
            "wasm-bindgen's script does not say `{long}`"
        );
        out = out.replace(long.as_str(), short);
    }
    Ok(out)
}
