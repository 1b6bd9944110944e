//! Landed migrations are history: they may not be edited, moved or left out.
//!
//! `ledger/migrations/CHECKSUMS` lists each file's SHA-256, one `<hex>  <name>`
//! a line. A new migration is added to it by `cargo xtask migrations`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::{build, paths};

/// Name → SHA-256.
type Sums = BTreeMap<String, String>;

fn folder() -> PathBuf {
    paths::root().join("ledger/migrations")
}

/// Fails with a sentence for each broken rule.
pub fn check() -> Result<()> {
    let problems = problems(&files()?, &listed()?);
    if problems.is_empty() {
        return Ok(());
    }
    bail!("{}", problems.join("; "))
}

/// Adds the files that are not listed; returns their number. An edited one
/// stays an error.
pub fn write_missing() -> Result<usize> {
    let files = files()?;
    let mut listed = listed()?;
    let before = listed.len();
    for (name, sum) in &files {
        listed.entry(name.clone()).or_insert_with(|| sum.clone());
    }
    let problems = problems(&files, &listed);
    if !problems.is_empty() {
        bail!("{}", problems.join("; "));
    }
    let text: String = listed
        .iter()
        .map(|(name, sum)| format!("{sum}  {name}\n"))
        .collect();
    fs::write(folder().join("CHECKSUMS"), text).context("cannot write CHECKSUMS")?;
    Ok(listed.len() - before)
}

fn files() -> Result<Sums> {
    let mut files = Sums::new();
    for entry in fs::read_dir(folder()).context("ledger/migrations")? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.ends_with(".sql") {
            files.insert(name, build::hex(&Sha256::digest(fs::read(&path)?)));
        }
    }
    Ok(files)
}

fn listed() -> Result<Sums> {
    let text = fs::read_to_string(folder().join("CHECKSUMS")).unwrap_or_default();
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let (sum, name) = line
                .split_once("  ")
                .with_context(|| format!("CHECKSUMS: `{line}` is not `<hex>  <name>`"))?;
            Ok((name.to_string(), sum.to_string()))
        })
        .collect()
}

fn problems(files: &Sums, listed: &Sums) -> Vec<String> {
    let mut problems = Vec::new();
    for (expected, name) in (1_u32..).zip(files.keys()) {
        let number = name.split_once('_').and_then(|(number, _)| {
            (number.len() == 4)
                .then(|| number.parse::<u32>().ok())
                .flatten()
        });
        if number != Some(expected) {
            problems.push(format!(
                "{name} should be number {expected:04}: migrations are named NNNN_<what>.sql without gaps"
            ));
            break;
        }
    }
    for (name, sum) in listed {
        match files.get(name) {
            None => problems.push(format!(
                "{name} has landed and may not be removed or renamed"
            )),
            Some(found) if found != sum => problems.push(format!(
                "{name} has landed and may not be edited: undo that and add a new migration"
            )),
            Some(_) => {}
        }
    }
    for name in files.keys().filter(|name| !listed.contains_key(*name)) {
        problems.push(format!(
            "{name} is not in CHECKSUMS: run `cargo xtask migrations`"
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(pairs: &[(&str, &str)]) -> Sums {
        pairs
            .iter()
            .map(|(name, sum)| (name.to_string(), sum.to_string()))
            .collect()
    }

    #[test]
    fn listed_and_unchanged_migrations_pass() {
        let files = sums(&[("0001_a.sql", "aa"), ("0002_b.sql", "bb")]);
        assert!(problems(&files, &files).is_empty());
    }

    #[test]
    fn an_edited_landed_migration_fails() {
        let found = problems(
            &sums(&[("0001_a.sql", "ab")]),
            &sums(&[("0001_a.sql", "aa")]),
        );
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("may not be edited"));
    }

    #[test]
    fn a_removed_landed_migration_fails() {
        let found = problems(&sums(&[]), &sums(&[("0001_a.sql", "aa")]));
        assert!(found[0].contains("may not be removed"));
    }

    #[test]
    fn an_unlisted_migration_fails() {
        let found = problems(&sums(&[("0001_a.sql", "aa")]), &sums(&[]));
        assert!(found[0].contains("not in CHECKSUMS"));
    }

    #[test]
    fn a_gap_in_the_numbers_fails() {
        let files = sums(&[("0001_a.sql", "aa"), ("0003_b.sql", "bb")]);
        let found = problems(&files, &files);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("0002"));
    }
}
