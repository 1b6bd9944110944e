//! Turns the panel's words, `../widget/locales/<tag>.json`, into one static table a
//! language: a field for each text that is said without the panel, six forms for each
//! that depends on a number.
//!
//! `en.json` is the reference; every other file must have what is taken from it, with
//! the same `{places}`. A language for which `notation.json` says nothing, or whose
//! file lacks a form, fails the build.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::words::{Words, read};

/// What is taken: keys, and beginnings of keys, which end with `_`.
const TAKEN: [&str; 53] = [
    "channel_",
    "close",
    "code_label",
    "confirm_text",
    "confirm_title",
    "disclosure",
    "donation",
    "ended_text",
    "ended_title",
    "fact_friend",
    "fact_friend_first",
    "fact_friend_minimum",
    "fact_you",
    "fact_you_each",
    "gift_off",
    "gift_with",
    "how_friend",
    "how_share",
    "how_title",
    "how_you",
    "ineligible_text",
    "ineligible_title",
    "join_bad",
    "join_button",
    "join_failed",
    "join_label",
    "join_note",
    "kind_",
    "launcher_get",
    "launcher_get_any",
    "launcher_give",
    "launcher_give_any",
    "link_label",
    "mail_text",
    "mail_title",
    "message_offer",
    "message_plain",
    "more",
    "offer_both",
    "offer_friend",
    "offer_you",
    "page_",
    "paused_text",
    "paused_title",
    "percent",
    "period",
    "points",
    "share_group",
    "spent_text",
    "spent_title",
    "subject_offer",
    "subject_plain",
    "terms",
];
/// Texts that are looked up by a stable name, without the beginning of their key.
const LOOKED_UP: [&str; 2] = ["kind_", "channel_"];
const CATEGORIES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// The Rust source of the tables.
pub fn generate(folder: &Path) -> Result<String, Box<dyn Error>> {
    let languages = read(folder)?;
    let reference = languages
        .get("en")
        .ok_or("widget/locales/en.json is missing")?;
    let keys: Vec<_> = reference.keys().filter(|key| is_taken(key)).collect();
    let mut code = String::new();
    write_struct(&mut code, reference, &keys)?;
    for (tag, words) in &languages {
        write_table(&mut code, tag, words, reference, &keys)?;
    }
    write_all(&mut code, &languages)?;
    Ok(code)
}

fn is_taken(key: &str) -> bool {
    let is = |name: &str| key == name || name.ends_with('_') && key.starts_with(name);
    TAKEN.into_iter().any(is)
}

fn write_struct(
    code: &mut String,
    reference: &Words,
    keys: &[&String],
) -> Result<(), Box<dyn Error>> {
    writeln!(code, "pub(crate) struct Words {{\n    tag: &'static str,")?;
    for key in keys {
        let kind = match reference.get(*key) {
            Some(Value::Object(_)) => "[&'static str; 6]",
            _ => "&'static str",
        };
        writeln!(code, "    pub(crate) {key}: {kind},")?;
    }
    writeln!(code, "}}\nimpl Words {{")?;
    for beginning in LOOKED_UP {
        let name = beginning.trim_end_matches('_');
        writeln!(code, "    /// The text of that name, where there is one.")?;
        writeln!(
            code,
            "    pub(crate) fn {name}(&self, name: &str) -> Option<&'static str> {{ match name {{"
        )?;
        for key in keys {
            if let Some(end) = key.strip_prefix(beginning) {
                writeln!(code, "        {end:?} => Some(self.{key}),")?;
            }
        }
        writeln!(code, "        _ => None,\n    }} }}")?;
    }
    writeln!(code, "}}")?;
    Ok(())
}

fn write_table(
    code: &mut String,
    tag: &str,
    words: &Words,
    reference: &Words,
    keys: &[&String],
) -> Result<(), Box<dyn Error>> {
    let name = tag.to_uppercase();
    writeln!(code, "static {name}: Words = Words {{\n    tag: {tag:?},")?;
    for key in keys {
        let wrong = |what: &str| format!("widget/locales/{tag}.json: `{key}` {what}");
        let value = words.get(*key).ok_or_else(|| wrong("is missing"))?;
        let model = reference.get(*key).ok_or_else(|| wrong("is missing"))?;
        match (value, model) {
            (Value::String(text), Value::String(model)) => {
                if places(text) != places(model) {
                    return Err(wrong("fills other places than in en.json").into());
                }
                writeln!(code, "    {key}: {text:?},")?;
            }
            (Value::Object(forms), Value::Object(_)) => {
                let form = |category: &str| forms.get(category).and_then(Value::as_str);
                let other = form("other").ok_or_else(|| wrong("has no form `other`"))?;
                let forms = CATEGORIES.map(|category| form(category).unwrap_or(other));
                writeln!(code, "    {key}: {forms:?},")?;
            }
            _ => return Err(wrong("has another shape than in en.json").into()),
        }
    }
    writeln!(code, "}};")?;
    Ok(())
}

fn places(text: &str) -> BTreeSet<&str> {
    let parts = text.split('{').skip(1);
    parts.filter_map(|rest| rest.split('}').next()).collect()
}

fn write_all(code: &mut String, languages: &BTreeMap<String, Words>) -> Result<(), Box<dyn Error>> {
    let all: Vec<_> = languages
        .keys()
        .map(|tag| format!("Self(&{})", tag.to_uppercase()))
        .collect();
    writeln!(
        code,
        "impl Talk {{\n    /// Every language that the build found.\n    pub const ALL: [Self; {}] = [{}];\n}}",
        all.len(),
        all.join(", ")
    )?;
    Ok(())
}
