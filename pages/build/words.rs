//! Turns `locales/<tag>.json` into `enum Locale` and one method per key.
//!
//! `en.json` is the reference: every other file must have its keys and, in each
//! value, its `{placeholders}`. A value with placeholders becomes a method with
//! one `&str` argument for each, so a forgotten argument does not compile.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value};

const REFERENCE: &str = "en";
const MONTHS: &str = "months";

/// The words of one language, by key.
pub type Words = Map<String, Value>;

/// The Rust source of the locales.
pub fn generate(folder: &Path) -> Result<String, Box<dyn Error>> {
    let (locales, reference) = complete(folder)?;
    let mut code = String::new();
    write_enum(&mut code, &locales)?;
    writeln!(code, "impl Locale {{")?;
    for key in reference.keys() {
        if key == MONTHS {
            write_months(&mut code, &locales)?;
        } else {
            write_method(&mut code, key, &locales)?;
        }
    }
    writeln!(code, "}}")?;
    Ok(code)
}

/// Every language of the folder by its tag, none with a key or a placeholder
/// more or less than the reference, and the reference itself.
pub fn complete(folder: &Path) -> Result<(BTreeMap<String, Words>, Words), Box<dyn Error>> {
    let locales = read(folder)?;
    let reference = locales
        .get(REFERENCE)
        .ok_or(format!("{REFERENCE}.json is missing in {folder:?}"))?
        .clone();
    for (tag, words) in &locales {
        let file = format!("{}/{tag}.json", name_of(folder));
        check(&file, words, &reference)?;
    }
    Ok((locales, reference))
}

fn name_of(folder: &Path) -> &str {
    let name = folder.file_name().and_then(|name| name.to_str());
    name.unwrap_or_default()
}

/// Every language of the folder by its tag.
pub fn read(folder: &Path) -> Result<BTreeMap<String, Words>, Box<dyn Error>> {
    let mut locales = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(tag) = path.file_stem().and_then(|stem| stem.to_str()) else {
            continue;
        };
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let words: Words = serde_json::from_str(&std::fs::read_to_string(&path)?)
            .map_err(|error| format!("{}/{tag}.json: {error}", name_of(folder)))?;
        locales.insert(tag.to_owned(), words);
    }
    Ok(locales)
}

fn check(file: &str, words: &Words, reference: &Words) -> Result<(), Box<dyn Error>> {
    if let Some(key) = words.keys().find(|key| !reference.contains_key(*key)) {
        return Err(format!("{file}: `{key}` is not in {REFERENCE}.json").into());
    }
    for key in reference.keys() {
        let value = words
            .get(key)
            .ok_or(format!("{file}: `{key}` is missing"))?;
        if key == MONTHS {
            let twelve = value.as_array().is_some_and(|list| {
                list.len() == 12 && list.iter().all(|month| month.as_str().is_some())
            });
            if !twelve {
                return Err(format!("{file}: `{MONTHS}` needs twelve names").into());
            }
            continue;
        }
        let text = value.as_str().unwrap_or_default();
        if text.trim().is_empty() {
            return Err(format!("{file}: `{key}` is empty").into());
        }
        let (have, want) = (placeholders(text)?, placeholders(text_of(reference, key))?);
        if sorted(&have) != sorted(&want) {
            return Err(format!(
                "{file}: `{key}` has {have:?} where {REFERENCE}.json has {want:?}"
            )
            .into());
        }
    }
    Ok(())
}

/// The value of a key, where it is a text.
pub fn text_of<'a>(words: &'a Words, key: &str) -> &'a str {
    words.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn sorted(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort();
    names
}

/// The names between braces, each once, in order of appearance.
fn placeholders(text: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some((_, tail)) = rest.split_once('{') {
        let (name, tail) = tail
            .split_once('}')
            .ok_or(format!("unclosed brace in `{text}`"))?;
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        rest = tail;
    }
    Ok(names)
}

fn write_enum(code: &mut String, locales: &BTreeMap<String, Words>) -> Result<(), Box<dyn Error>> {
    writeln!(code, "/// A language with all of its words.")?;
    writeln!(
        code,
        "#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]"
    )?;
    writeln!(code, "pub enum Locale {{")?;
    for tag in locales.keys() {
        let default = if tag == REFERENCE { "#[default] " } else { "" };
        writeln!(code, "    /// `{tag}`.\n    {default}{},", variant(tag))?;
    }
    writeln!(
        code,
        "}}\nimpl Locale {{\n    /// Every language that the build found."
    )?;
    let all: Vec<_> = locales
        .keys()
        .map(|tag| format!("Self::{}", variant(tag)))
        .collect();
    writeln!(
        code,
        "    pub const ALL: [Self; {}] = [{}];",
        all.len(),
        all.join(", ")
    )?;
    writeln!(code, "    /// The BCP 47 tag.\n    #[must_use]")?;
    writeln!(
        code,
        "    pub const fn tag(self) -> &'static str {{ match self {{"
    )?;
    for tag in locales.keys() {
        writeln!(code, "        Self::{} => {tag:?},", variant(tag))?;
    }
    writeln!(code, "    }} }}\n}}")?;
    Ok(())
}

fn variant(tag: &str) -> String {
    let mut letters = tag.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

fn write_method(
    code: &mut String,
    key: &str,
    locales: &BTreeMap<String, Words>,
) -> Result<(), Box<dyn Error>> {
    let reference = locales
        .get(REFERENCE)
        .map(|words| text_of(words, key))
        .unwrap_or_default();
    let names = placeholders(reference)?;
    writeln!(code, "    #[must_use]")?;
    if names.is_empty() {
        writeln!(
            code,
            "    pub(crate) const fn {key}(self) -> &'static str {{ match self {{"
        )?;
    } else {
        let arguments: Vec<_> = names.iter().map(|name| format!("{name}: &str")).collect();
        writeln!(
            code,
            "    pub(crate) fn {key}(self, {}) -> String {{ match self {{",
            arguments.join(", ")
        )?;
    }
    for (tag, words) in locales {
        let text = text_of(words, key);
        let value = if names.is_empty() {
            format!("{text:?}")
        } else {
            format!("format!({text:?})")
        };
        writeln!(code, "        Self::{} => {value},", variant(tag))?;
    }
    writeln!(code, "    }} }}")?;
    Ok(())
}

fn write_months(
    code: &mut String,
    locales: &BTreeMap<String, Words>,
) -> Result<(), Box<dyn Error>> {
    writeln!(
        code,
        "    const fn months(self) -> [&'static str; 12] {{ match self {{"
    )?;
    for (tag, words) in locales {
        let names = words.get(MONTHS).map(Value::to_string).unwrap_or_default();
        writeln!(code, "        Self::{} => {names},", variant(tag))?;
    }
    writeln!(code, "    }} }}")?;
    Ok(())
}
