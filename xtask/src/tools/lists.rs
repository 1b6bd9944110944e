//! What ad blockers block, as a package brings it: "AdGuard Base", which holds EasyList,
//! and "AdGuard Tracking Protection", which holds a part of EasyPrivacy beside ten times as
//! much of its own. No package has the whole of EasyPrivacy.
//!
//! The package is taken by itself, not as a dependency: of its 120 MB two texts are
//! needed, and of its hundred dependencies none.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use sha2::{Digest, Sha512};

use crate::{paths, process};

const PACKAGE: &str = "@adguard/dnr-rulesets";
const VERSION: &str = "3.3.20260320140136";
/// Of the packed file, by SHA-512.
const DIGEST: &str = "9f40ea9565a50d8b383fa51d1b51f91d047f9d508c331aba07a24c8fa82f70fe2e32f8e62ca430eab3e0d3bbf2e7e327d2dcbd43fdce61095d887b2a3523f3b9";
/// The list, and where its text lies in the package.
const LISTS: [(&str, &str); 2] = [
    (
        "base.txt",
        "package/dist/filters/declarative/ruleset_2/ruleset_2.json",
    ),
    (
        "privacy.txt",
        "package/dist/filters/declarative/ruleset_3/ruleset_3.json",
    ),
];

#[derive(Deserialize)]
struct Rule {
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(rename = "rawFilterList")]
    raw: Option<String>,
}

/// The lists as text, fetched at the first call of this version on a machine.
pub fn block_lists() -> Result<Vec<String>> {
    let home = paths::tool_cache()?.join(format!("lists-{VERSION}"));
    let _lock = super::lock(&home.with_extension("lock"), "the lists of ad blockers")?;
    if !home.is_dir() {
        fetch(&home)?;
    }
    LISTS
        .iter()
        .map(|(name, _)| Ok(fs::read_to_string(home.join(name))?))
        .collect()
}

fn fetch(home: &PathBuf) -> Result<()> {
    let part = home.with_extension("part");
    if part.exists() {
        fs::remove_dir_all(&part)?;
    }
    fs::create_dir_all(&part)?;
    process::long_step(
        "fetching the lists of ad blockers",
        "20 seconds, once per machine",
        process::command("npm").current_dir(&part).args([
            "pack",
            &format!("{PACKAGE}@{VERSION}"),
            "--loglevel=error",
        ]),
    )?;
    let packed = part.join(format!("adguard-dnr-rulesets-{VERSION}.tgz"));
    let bytes = fs::read(&packed).with_context(|| packed.display().to_string())?;
    let digest = crate::build::hex(&Sha512::digest(&bytes));
    ensure!(digest == DIGEST, "{PACKAGE} {VERSION} is not what it was");
    process::capture(
        "unpacking the lists of ad blockers",
        process::command("tar")
            .current_dir(&part)
            .arg("-xzf")
            .arg(&packed)
            .args(LISTS.map(|(_, path)| path)),
    )?;
    for (name, path) in LISTS {
        let rules = fs::read(part.join(path))?;
        let rules: Vec<Rule> = serde_json::from_slice(&rules).context(path)?;
        let raw = rules.into_iter().find_map(|rule| rule.metadata?.raw);
        fs::write(part.join(name), raw.context("a list without its text")?)?;
    }
    fs::remove_dir_all(part.join("package"))?;
    fs::remove_file(packed)?;
    fs::rename(&part, home).context("moving the lists to their place")
}
