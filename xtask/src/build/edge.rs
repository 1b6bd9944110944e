//! The Worker: `edge/build/index.js` and `index_bg.wasm`, made by the pinned
//! `worker-build` with our own tools, and beside them `entry.js`, the front door.

use std::fs;

use anyhow::{Context, Result};

use crate::tools::{self, Tools};
use crate::{paths, process};

pub fn build(tools: &Tools) -> Result<()> {
    process::say("building the edge");
    let folder = paths::root().join("edge");
    // The same call of cargo as worker-build makes, so that its own finds
    // everything done, and so that we learn whether anything changed.
    let made = super::cargo_wasm(
        "compiling the edge",
        process::cargo()
            .current_dir(&folder)
            .args(["build", "--release"])
            .env("WASM_BINDGEN_USE_JS_SYS", "1"),
        "grapevine-edge",
    )?;
    let entry = folder.join("src/entry.js");
    let packages = fs::read(paths::root().join("package-lock.json"))?;
    let wasm = fs::read(&made.wasm).with_context(|| made.wasm.display().to_string())?;
    let inputs = super::digest(&[
        &wasm,
        &packages,
        tools::WORKER_BUILD.version.as_bytes(),
        tools::WASM_BINDGEN.version.as_bytes(),
        &fs::read(&entry).with_context(|| entry.display().to_string())?,
        include_bytes!("edge.rs"),
    ]);
    let stamp = paths::build_dir().join("edge.inputs");
    let output = paths::worker();
    let present = ["entry.js", "index.js", "index_bg.wasm"]
        .iter()
        .all(|name| output.join(name).is_file());
    if present && fs::read_to_string(&stamp).is_ok_and(|text| text == inputs) {
        return Ok(());
    }
    process::while_ticking("bundling the edge", || {
        process::capture(
            "worker-build",
            tools::for_worker_build(
                process::command(&tools.worker_build)
                    .current_dir(&folder)
                    .arg("--release"),
                tools,
            ),
        )
    })?;
    fs::copy(&entry, output.join("entry.js")).context("cannot copy entry.js")?;
    fs::create_dir_all(paths::build_dir())?;
    fs::write(&stamp, inputs).context("cannot write to build/")
}
