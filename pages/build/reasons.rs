//! Turns `reasons/<tag>.json` into one static table a language: a struct with a
//! field for each key, and a lookup of the keys that start with `reason_`.
//!
//! `en.json` is the reference, as it is for the locales: every other file must
//! have its keys and, in each value, its `{placeholders}`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use crate::words::{Words, complete, text_of};

const REASON: &str = "reason_";

/// The Rust source of the tables.
pub fn generate(folder: &Path) -> Result<String, Box<dyn Error>> {
    let (languages, reference) = complete(folder)?;
    if let Some(odd) = reference.keys().find(|key| !is_field(key)) {
        return Err(format!("reasons/en.json: `{odd}` is no name of a field").into());
    }
    let mut code = String::new();
    write_struct(&mut code, &reference)?;
    write_lookup(&mut code, &reference)?;
    for (tag, words) in &languages {
        write_table(&mut code, tag, words)?;
    }
    write_languages(&mut code, &languages)?;
    Ok(code)
}

fn is_field(key: &str) -> bool {
    key.starts_with(|letter: char| letter.is_ascii_lowercase())
        && key
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter == '_')
}

fn write_struct(code: &mut String, reference: &Words) -> Result<(), Box<dyn Error>> {
    writeln!(code, "struct Words {{\n    tag: &'static str,")?;
    for key in reference.keys() {
        writeln!(code, "    {key}: &'static str,")?;
    }
    writeln!(code, "}}")?;
    Ok(())
}

fn write_lookup(code: &mut String, reference: &Words) -> Result<(), Box<dyn Error>> {
    writeln!(
        code,
        "impl Words {{\n    /// The clause for a reason's code."
    )?;
    writeln!(
        code,
        "    fn reason(&self, code: &str) -> Option<&'static str> {{ match code {{"
    )?;
    for key in reference.keys() {
        if let Some(name) = key.strip_prefix(REASON) {
            writeln!(code, "        {name:?} => Some(self.{key}),")?;
        }
    }
    writeln!(code, "        _ => None,\n    }} }}\n}}")?;
    Ok(())
}

fn write_table(code: &mut String, tag: &str, words: &Words) -> Result<(), Box<dyn Error>> {
    let name = tag.to_uppercase();
    writeln!(code, "static {name}: Words = Words {{\n    tag: {tag:?},")?;
    for key in words.keys() {
        writeln!(code, "    {key}: {:?},", text_of(words, key))?;
    }
    writeln!(code, "}};")?;
    Ok(())
}

fn write_languages(
    code: &mut String,
    languages: &BTreeMap<String, Words>,
) -> Result<(), Box<dyn Error>> {
    let all: Vec<_> = languages
        .keys()
        .map(|tag| format!("Self(&{})", tag.to_uppercase()))
        .collect();
    writeln!(
        code,
        "impl Language {{\n    /// Every language that the build found."
    )?;
    writeln!(
        code,
        "    pub const ALL: [Self; {}] = [{}];\n}}",
        all.len(),
        all.join(", ")
    )?;
    Ok(())
}
