//! `docs/program.schema.json`: what the document of a programme may look like, for
//! editors and for whoever writes one by hand.
//!
//! Made from the domain's types, so that it cannot say anything else than they do.
//! What a schema cannot say (tiers that rise, the shop's currency in every table)
//! is found by `grapevine_domain::validate`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use grapevine_domain::program::Program;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::paths;

fn file() -> PathBuf {
    paths::root().join("docs/program.schema.json")
}

/// The schema as the file should hold it.
pub fn text() -> Result<String> {
    let schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Program>();
    let mut text = serde_json::to_string_pretty(&schema)?;
    text.push('\n');
    Ok(text)
}

/// Writes the file.
pub fn write() -> Result<()> {
    let file = file();
    fs::write(&file, text()?).with_context(|| format!("cannot write {}", file.display()))
}

/// Fails when the file says something else than the types give. The order of keys is
/// no matter: it depends on which other crates are built along.
pub fn check() -> Result<()> {
    let file = file();
    let found = fs::read_to_string(&file).with_context(|| format!("{}", file.display()))?;
    let found: Value = serde_json::from_str(&found).context("docs/program.schema.json")?;
    let wanted: Value = serde_json::from_str(&text()?)?;
    if found == wanted {
        return Ok(());
    }
    bail!("docs/program.schema.json is not what the types give: run `cargo xtask schema`")
}

#[cfg(test)]
mod tests;
