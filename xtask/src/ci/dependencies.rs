//! Which crate may depend on which, by cargo's own metadata.
//!
//! Dependencies point one way: `widget → domain ← ledger ← edge`, and the pages
//! that the edge serves know the domain alone. Widget and edge meet in
//! fixtures, never in code. What checks an exported event chain depends on none
//! of ours, or it would repeat their mistakes.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{paths, process};

/// Our crates that each of ours may depend on.
const OURS: &[(&str, &[&str])] = &[
    ("grapevine-domain", &[]),
    ("grapevine-ledger", &["grapevine-domain"]),
    ("grapevine-widget", &["grapevine-domain"]),
    ("grapevine-pages", &["grapevine-domain"]),
    (
        "grapevine-edge",
        &["grapevine-domain", "grapevine-ledger", "grapevine-pages"],
    ),
    ("grapevine-shop", &[]),
    ("grapevine-verify", &[]),
    ("xtask", &["grapevine-domain", "grapevine-shop"]),
    (
        "grapevine-tests",
        &["grapevine-domain", "grapevine-shop", "xtask"],
    ),
];

/// Crates that the wasm side must name itself, so that their versions and
/// features are decided there and not by a dependency's dependency.
const DIRECT: &[&str] = &[
    "wasm-bindgen",
    "web-sys",
    "js-sys",
    "serde",
    "serde-wasm-bindgen",
    "worker",
    "getrandom",
];

/// Crates of which one must have each of [`DIRECT`].
const WASM_SIDE: [&str; 2] = ["grapevine-edge", "grapevine-widget"];

#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    /// `null` for an ordinary one, else `dev` or `build`.
    kind: Option<String>,
    #[serde(default)]
    optional: bool,
}

/// Fails with a sentence for each broken rule.
pub fn check() -> Result<()> {
    let text = process::capture(
        "cargo metadata",
        process::cargo().current_dir(paths::root()).args([
            "metadata",
            "--no-deps",
            "--format-version=1",
        ]),
    )?;
    let metadata: Metadata = serde_json::from_str(&text).context("cargo metadata")?;
    let problems = problems(&metadata.packages);
    if problems.is_empty() {
        return Ok(());
    }
    bail!("{}", problems.join("; "))
}

fn problems(packages: &[Package]) -> Vec<String> {
    let allowed: BTreeMap<&str, &[&str]> = OURS.iter().copied().collect();
    let mut problems = Vec::new();
    for package in packages {
        let name = package.name.as_str();
        let Some(allowed_here) = allowed.get(name) else {
            problems.push(format!(
                "{name} is not in xtask/src/ci/dependencies.rs: say what it may depend on"
            ));
            continue;
        };
        // What only tests use ends up in nobody's binary.
        let shipped = package
            .dependencies
            .iter()
            .filter(|one| one.kind.as_deref() != Some("dev"));
        for dependency in shipped {
            let target = dependency.name.as_str();
            if allowed.contains_key(target) && !allowed_here.contains(&target) {
                problems.push(format!("{name} may not depend on {target}"));
            }
            let on_demand = dependency.optional && ["serde", "schemars", "jiff"].contains(&target);
            if name == "grapevine-domain" && !on_demand {
                problems.push(format!(
                    "{name} may depend on nothing but an optional serde, jiff or schemars, not on {target}"
                ));
            }
        }
    }
    let direct: BTreeSet<&str> = packages
        .iter()
        .filter(|package| WASM_SIDE.contains(&package.name.as_str()))
        .flat_map(|package| &package.dependencies)
        .filter(|dependency| dependency.kind.is_none())
        .map(|dependency| dependency.name.as_str())
        .collect();
    for missing in DIRECT.iter().filter(|name| !direct.contains(*name)) {
        problems.push(format!("edge or widget must depend on {missing} directly"));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[&str]) -> Package {
        Package {
            name: name.to_string(),
            dependencies: dependencies
                .iter()
                .map(|name| Dependency {
                    name: name.to_string(),
                    kind: None,
                    optional: false,
                })
                .collect(),
        }
    }

    fn with_wasm_side(package: Package) -> Vec<Package> {
        vec![self::package("grapevine-edge", DIRECT), package]
    }

    #[test]
    fn the_wanted_direction_passes() {
        let packages = with_wasm_side(package("grapevine-ledger", &["grapevine-domain", "hmac"]));
        assert!(problems(&packages).is_empty());
    }

    #[test]
    fn the_widget_may_not_know_the_edge() {
        let packages = with_wasm_side(package("grapevine-widget", &["grapevine-edge"]));
        assert_eq!(
            problems(&packages),
            ["grapevine-widget may not depend on grapevine-edge"]
        );
    }

    #[test]
    fn the_checker_of_the_event_chain_stands_alone() {
        let packages = with_wasm_side(package("grapevine-verify", &["sha2", "grapevine-domain"]));
        assert_eq!(
            problems(&packages),
            ["grapevine-verify may not depend on grapevine-domain"]
        );
    }

    #[test]
    fn the_domain_depends_on_nothing_but_what_is_asked_for() {
        let plain = with_wasm_side(package("grapevine-domain", &["serde"]));
        assert_eq!(problems(&plain).len(), 1);
        let mut optional = package("grapevine-domain", &["serde", "schemars"]);
        for dependency in &mut optional.dependencies {
            dependency.optional = true;
        }
        assert!(problems(&with_wasm_side(optional)).is_empty());
        let mut tests_only = package("grapevine-domain", &["proptest"]);
        tests_only.dependencies[0].kind = Some("dev".to_string());
        assert!(problems(&with_wasm_side(tests_only)).is_empty());
    }

    #[test]
    fn a_wasm_crate_that_came_only_through_others_is_missed() {
        let packages = [package("grapevine-edge", &DIRECT[1..])];
        assert_eq!(
            problems(&packages),
            ["edge or widget must depend on wasm-bindgen directly"]
        );
    }
}
