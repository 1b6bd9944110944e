//! `domain/src/visit/bots.rs`: the texts by which robots and apps are known, from the
//! npm package `crawler-user-agents` and the table of our own beside it.
//!
//! The package's patterns are regular expressions, though nearly all are plain texts.
//! Choices in them are written out; the widest gaps are cut off, which leaves their
//! longest plain part. The domain matches plain texts only, and builds without npm.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::{paths, tools};

const PACKAGE: &str = "crawler-user-agents";
/// Shortest text that the domain can look for.
const SHORTEST: usize = 4;
/// Words that the domain knows by itself as those of robots: `is_robots_word` in `table.rs`.
const WORDS: [&str; 4] = ["crawl", "spider", "scrape", "fetcher"];

#[derive(Deserialize)]
struct Pattern {
    pattern: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    instances: Vec<String>,
}

#[derive(Deserialize)]
struct Manifest {
    version: String,
    license: String,
}

fn folder() -> PathBuf {
    paths::root().join("domain/src/visit")
}

/// Writes the file.
pub fn write() -> Result<()> {
    tools::ensure_npm()?;
    let file = folder().join("bots.rs");
    fs::write(&file, text()?).with_context(|| format!("cannot write {}", file.display()))
}

/// Fails when the file is not what package and table give.
pub fn check() -> Result<()> {
    let file = folder().join("bots.rs");
    let found = fs::read_to_string(&file).with_context(|| format!("{}", file.display()))?;
    if found == text()? {
        return Ok(());
    }
    bail!(
        "domain/src/visit/bots.rs is not what {PACKAGE} and ours.tsv give: run `cargo xtask bots`"
    )
}

/// The file as it should be.
fn text() -> Result<String> {
    let package = paths::root().join("node_modules").join(PACKAGE);
    let read = |file: PathBuf| {
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
    };
    let manifest: Manifest = serde_json::from_str(&read(package.join("package.json"))?)?;
    let patterns: Vec<Pattern> =
        serde_json::from_str(&read(package.join("crawler-user-agents.json"))?)?;
    let rows = rows(&patterns, &read(folder().join("ours.tsv"))?)?;
    let mut text = format!(
        "//! The texts by which robots, apps and engines are known, sorted.\n//!\n\
         //! Written by `cargo xtask bots` from the npm package {PACKAGE} {}\n\
         //! (licence {}, <https://github.com/monperrus/crawler-user-agents>) and `ours.tsv`.\n\
         //! Change that table or the package's version, not this file.\n\n\
         use super::names::{{App, Previewer}};\nuse super::table::{{Mark, Part}};\n\n\
         #[rustfmt::skip]\npub(super) static ROWS: &[(&str, Mark)] = &[\n",
        manifest.version, manifest.license
    );
    for (pattern, mark) in rows {
        writeln!(text, "    ({pattern:?}, Mark::{mark}),")?;
    }
    text.push_str("];\n");
    Ok(text)
}

/// All texts with their marks, as Rust has them.
fn rows(patterns: &[Pattern], ours: &str) -> Result<BTreeMap<String, String>> {
    let mut rows = BTreeMap::new();
    let mut unwanted = BTreeSet::new();
    for line in ours.lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let columns: Vec<&str> = line.split('\t').collect();
        let [what, text, why] = columns.as_slice() else {
            bail!("ours.tsv: not three columns: {line}");
        };
        if why.is_empty() || text.len() < SHORTEST {
            bail!("ours.tsv: a text of {SHORTEST} or more and a reason, please: {line}");
        }
        if *what == "not" {
            unwanted.insert((*text).to_owned());
        } else if rows.insert((*text).to_owned(), mark(what)?).is_some() {
            bail!("ours.tsv: twice: {line}");
        }
    }
    let ours_alone = rows.clone();
    let mut unused = unwanted.clone();
    for pattern in patterns {
        let tag = pattern.tags.first().map_or("", String::as_str);
        let mark = mark_of_tag(tag)
            .with_context(|| format!("{PACKAGE} has a tag that is new to us: {tag:?}"))?;
        let is_known = mark == "Bot"
            && !pattern.instances.is_empty()
            && pattern.instances.iter().all(|agent| says_it_itself(agent));
        for text in plain(&pattern.pattern)? {
            if unwanted.contains(&text) {
                unused.remove(&text);
            } else if text.len() >= SHORTEST && !is_known {
                rows.entry(text).or_insert_with(|| mark.to_owned());
            }
        }
    }
    if let Some(text) = unused.first() {
        bail!("ours.tsv: {PACKAGE} has no pattern {text:?} (any more)");
    }
    drop_longer(&mut rows, &ours_alone);
    Ok(rows)
}

/// Whether the domain's own words for robots find this agent without the list.
fn says_it_itself(agent: &str) -> bool {
    let agent = agent.to_ascii_lowercase();
    let ends_a_word = |(_, after): (&str, &str)| {
        let next = after.chars().next();
        next.is_none_or(|next| !next.is_ascii_alphabetic())
    };
    WORDS.iter().any(|word| agent.contains(word))
        || agent.split_once("bot").is_some_and(ends_a_word)
        || agent.contains("http://")
        || agent.contains("https://")
}

/// Leaves out a text of the package that holds a shorter one of the same mark. Ours
/// may be there to be found before another.
fn drop_longer(rows: &mut BTreeMap<String, String>, ours: &BTreeMap<String, String>) {
    let all = rows.clone();
    rows.retain(|text, mark| {
        ours.contains_key(text)
            || !all
                .iter()
                .any(|(other, others)| others == mark && other != text && text.contains(other))
    });
}

/// `app:instagram` as the domain writes it.
fn mark(what: &str) -> Result<String> {
    let (kind, name) = what.split_once(':').unwrap_or((what, ""));
    let name: String = name
        .split('_')
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        })
        .collect();
    Ok(match kind {
        "preview" => format!("Previewer(Previewer::{name})"),
        "app" => format!("App(App::{name})"),
        "is" => format!("Is(Part::{name})"),
        "search" => "Search".to_owned(),
        "tool" => "Tool".to_owned(),
        "bot" => "Bot".to_owned(),
        "browser" => "Browser".to_owned(),
        _ => bail!("ours.tsv: no such kind: {what}"),
    })
}

/// What the package's tags mean to us.
fn mark_of_tag(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "social-preview" => "Previewer(Previewer::Other)",
        "search-engine" => "Search",
        "http-library" | "browser-automation" | "monitoring" | "scanner" | "ai-crawler" => "Tool",
        "seo" | "advertising" | "feed-reader" | "archiver" | "academic" => "Bot",
        _ => return None,
    })
}

/// The plain texts that a pattern stands for.
fn plain(pattern: &str) -> Result<Vec<String>> {
    // Too wide for a plain text: the longer side of the gap is looked for.
    for gap in ["[\\s\\S]*", "\\d\\.\\d+"] {
        if let Some((front, back)) = pattern.split_once(gap) {
            let longer = if front.len() >= back.len() {
                front
            } else {
                back
            };
            return plain(longer);
        }
    }
    let mut texts = Vec::new();
    // A choice of the whole pattern.
    let mut depth = 0;
    let mut choices = Vec::new();
    let mut choice = String::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                choice.push('\\');
                choice.extend(letters.next());
                continue;
            }
            '(' => depth += 1,
            ')' => depth -= 1,
            '|' if depth == 0 => {
                choices.push(std::mem::take(&mut choice));
                continue;
            }
            _ => {}
        }
        choice.push(letter);
    }
    choices.push(choice);
    for choice in choices {
        texts.extend(written_out(&choice).with_context(|| format!("the pattern {pattern}"))?);
    }
    Ok(texts)
}

/// One pattern without a choice of the whole, its classes and groups written out.
fn written_out(pattern: &str) -> Result<Vec<String>> {
    let mut texts = vec![String::new()];
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        let options: Vec<String> = match letter {
            '\\' => {
                let next = rest.chars().next().context("ends in a backslash")?;
                if next.is_ascii_alphanumeric() {
                    bail!("a class of letters that we do not know");
                }
                rest = &rest[next.len_utf8()..];
                vec![next.to_string()]
            }
            '[' => {
                let (class, after) = rest.split_once(']').context("an open class")?;
                rest = after;
                if class.starts_with('^') {
                    // Anything else: what stands before it is enough.
                    return Ok(texts);
                }
                class.chars().map(String::from).collect()
            }
            '(' => {
                let (group, after) = rest.split_once(')').context("an open group")?;
                rest = after;
                if group.starts_with("[^") {
                    return Ok(texts);
                }
                group.split('|').map(str::to_owned).collect()
            }
            '*' | '+' | '?' | '{' | '.' => bail!("a repetition that we do not know"),
            other => vec![other.to_string()],
        };
        texts = texts
            .iter()
            .flat_map(|text| options.iter().map(move |option| format!("{text}{option}")))
            .collect();
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_written_out_as_plain_texts() {
        for (pattern, texts) in [
            ("Googlebot\\/", vec!["Googlebot/"]),
            ("[wW]get", vec!["wget", "Wget"]),
            ("(^| )PTST\\/", vec!["^PTST/", " PTST/"]),
            ("AdsBot-Google([^-]|$)", vec!["AdsBot-Google"]),
            ("Netumo|netumo", vec!["Netumo", "netumo"]),
            ("Current[\\s\\S]*RSS Reader", vec!["RSS Reader"]),
            ("Rigor\\)", vec!["Rigor)"]),
            ("SSL Labs$", vec!["SSL Labs$"]),
        ] {
            assert_eq!(plain(pattern).unwrap(), texts, "{pattern}");
        }
        assert!(plain("a.*b").is_err());
        assert!(plain("\\w+").is_err());
    }

    fn pattern(pattern: &str, tag: &str) -> Pattern {
        Pattern {
            pattern: pattern.to_owned(),
            tags: vec![tag.to_owned()],
            instances: vec![format!("{pattern} 1.0")],
        }
    }

    #[test]
    fn ours_come_before_the_package_and_say_why() {
        let patterns = [
            pattern("Viber", "social-preview"),
            pattern("Widebot\\/", "seo"),
            pattern("Nutch", "search-engine"),
            pattern("Nutch-2", "search-engine"),
            pattern("Curlie", "seo"),
        ];
        let rows = rows(&patterns, "tool\tCurlie\ta tool\nnot\tViber\tan app\n").unwrap();
        let rows: Vec<_> = rows.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(rows, [("Curlie", "Tool"), ("Nutch", "Search")]);
        for wrong in [
            "tool\tCurlie\t\n",
            "tool\tCur\twhy\n",
            "odd\tCurlie\twhy\n",
            "not\tNobody\twhy\n",
        ] {
            assert!(super::rows(&patterns, wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_tag_that_is_new_is_asked_about() {
        assert!(rows(&[pattern("Something", "robot-dog")], "").is_err());
    }
}
