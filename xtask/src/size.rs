//! `cargo xtask size`: what a storefront page costs a shopper's connection.
//!
//! Responsible for the budgets. Sizes are those of the files that the build
//! wrote, compressed as a CDN would at its best.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::build::{brotli, files_under, gzip};
use crate::{paths, process};

/// Brotli bytes of the loader: every page of every shop pays for it.
pub const LOADER_BUDGET: usize = 2 * 1024;
/// Brotli bytes from nothing to an open panel, loader included.
pub const PANEL_BUDGET: usize = 40 * 1024;

/// What an open panel does without: icons of rarer channels, words of what few look at.
const LATER: [&str; 2] = ["/marks.json", "-more.json"];

/// Bytes of one file, or of several together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Bytes {
    /// As it lies on disk.
    pub raw: usize,
    /// By gzip -9.
    pub gzip: usize,
    /// By brotli -q 11.
    pub brotli: usize,
}

impl Bytes {
    fn of(content: &[u8]) -> Result<Self> {
        Ok(Self {
            raw: content.len(),
            gzip: gzip(content)?.len(),
            brotli: brotli(content)?.len(),
        })
    }

    fn plus(self, other: Self) -> Self {
        Self {
            raw: self.raw + other.raw,
            gzip: self.gzip + other.gzip,
            brotli: self.brotli + other.brotli,
        }
    }
}

/// One file that a browser loads.
#[derive(Debug, Clone, Serialize)]
pub struct File {
    /// Path below the edge's origin.
    pub name: String,
    /// Its sizes.
    #[serde(flatten)]
    pub bytes: Bytes,
}

/// All files, split by when they are loaded.
#[derive(Debug, Clone, Serialize)]
pub struct Sizes {
    /// Loaded by every page that carries the tag.
    pub every_page: Vec<File>,
    /// Loaded when the panel opens; of the languages, the largest one.
    pub panel_opens: Vec<File>,
    /// Every language; of them the largest one is in the list above.
    pub languages: Vec<File>,
    /// Loaded once somebody looks behind "More" or further.
    pub on_demand: Vec<File>,
    /// Sum of the first list.
    pub every_page_total: Bytes,
    /// Sum of the first two: everything up to an open panel.
    pub open_panel_total: Bytes,
}

impl Sizes {
    fn new(
        every_page: Vec<File>,
        mut panel_opens: Vec<File>,
        languages: Vec<File>,
        on_demand: Vec<File>,
    ) -> Self {
        let largest = languages.iter().max_by_key(|file| file.bytes.brotli);
        panel_opens.extend(largest.cloned());
        let sum = |files: &[File]| {
            files
                .iter()
                .fold(Bytes::default(), |sum, file| sum.plus(file.bytes))
        };
        let every_page_total = sum(&every_page);
        let open_panel_total = every_page_total.plus(sum(&panel_opens));
        Self {
            every_page,
            panel_opens,
            languages,
            on_demand,
            every_page_total,
            open_panel_total,
        }
    }

    /// One sentence for each budget that is exceeded.
    fn excesses(&self) -> Vec<String> {
        [
            ("the loader", self.every_page_total.brotli, LOADER_BUDGET),
            (
                "everything up to an open panel",
                self.open_panel_total.brotli,
                PANEL_BUDGET,
            ),
        ]
        .into_iter()
        .filter(|(_, bytes, budget)| bytes > budget)
        .map(|(what, bytes, budget)| {
            format!(
                "{what} has {bytes} bytes of brotli, {} more than its budget of {budget}",
                bytes - budget
            )
        })
        .collect()
    }
}

/// Measures and prints; with `check`, fails above a budget.
pub fn run(json: bool, check: bool) -> Result<()> {
    let sizes = measure(&paths::assets())?;
    if json {
        process::print(&format!("{}\n", serde_json::to_string_pretty(&sizes)?));
    } else {
        process::print(&table(&sizes));
    }
    if check {
        self::check(&sizes)?;
    }
    Ok(())
}

/// Fails with a sentence if a budget is exceeded.
pub fn check(sizes: &Sizes) -> Result<()> {
    let excesses = sizes.excesses();
    if excesses.is_empty() {
        return Ok(());
    }
    bail!("{}", excesses.join("; "))
}

/// Sizes of the files in the built `assets` folder.
pub fn measure(assets: &Path) -> Result<Sizes> {
    let loader = file(assets, "gv.js")?;
    let (mut panel, mut languages, mut on_demand) = (Vec::new(), Vec::new(), Vec::new());
    for name in files_under(&assets.join("gv")).context("build/assets/gv is missing")? {
        let name = name.to_string_lossy().into_owned();
        let file = file(assets, &format!("gv/{name}"))?;
        if LATER.iter().any(|end| name.ends_with(end)) {
            on_demand.push(file);
        } else if name.ends_with(".json") {
            languages.push(file);
        } else {
            panel.push(file);
        }
    }
    Ok(Sizes::new(vec![loader], panel, languages, on_demand))
}

fn file(assets: &Path, name: &str) -> Result<File> {
    let content = fs::read(assets.join(name)).with_context(|| format!("build/assets/{name}"))?;
    Ok(File {
        name: format!("/{name}"),
        bytes: Bytes::of(&content)?,
    })
}

fn table(sizes: &Sizes) -> String {
    let mut text = format!("{:<44}{:>9}{:>9}{:>9}\n", "", "raw", "gzip", "brotli");
    let mut line = |name: &str, bytes: Bytes| {
        text.push_str(&format!(
            "{name:<44}{:>9}{:>9}{:>9}\n",
            bytes.raw, bytes.gzip, bytes.brotli
        ));
    };
    for file in &sizes.every_page {
        line(&format!("every page    {}", file.name), file.bytes);
    }
    for file in &sizes.panel_opens {
        line(&format!("panel opens   {}", file.name), file.bytes);
    }
    for file in &sizes.languages {
        line(&format!("one language  {}", file.name), file.bytes);
    }
    for file in &sizes.on_demand {
        line(&format!("on demand     {}", file.name), file.bytes);
    }
    line("every page, in all", sizes.every_page_total);
    line("up to an open panel, in all", sizes.open_panel_total);
    text.push_str(&format!(
        "budgets (brotli): {LOADER_BUDGET} every page, {PANEL_BUDGET} up to an open panel\n"
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sized(brotli: usize) -> File {
        File {
            name: "/x".to_string(),
            bytes: Bytes {
                raw: 0,
                gzip: 0,
                brotli,
            },
        }
    }

    #[test]
    fn a_loader_above_its_budget_is_named_with_the_excess() {
        let sizes = Sizes::new(vec![sized(LOADER_BUDGET + 7)], vec![], vec![], vec![]);
        let excesses = sizes.excesses();
        assert_eq!(excesses.len(), 1);
        assert!(excesses[0].contains("7 more than its budget"));
    }

    #[test]
    fn the_open_panel_includes_the_loader_and_the_largest_language() {
        let with = |loader, words: &[usize]| {
            let words = words.iter().copied().map(sized).collect();
            let panel = vec![sized(PANEL_BUDGET - 1500)];
            check(&Sizes::new(
                vec![sized(loader)],
                panel,
                words,
                vec![sized(9000)],
            ))
        };
        assert!(with(1000, &[500, 400]).is_ok());
        assert!(with(1000, &[400, 501]).is_err());
        assert!(with(1001, &[500]).is_err());
    }
}
