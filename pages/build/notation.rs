//! Turns `notation/notation.json`, which `notation/make.mjs` wrote, into one static
//! table of how each language writes numbers.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value};

/// Fields of one text, of texts before and after, of a text by plural category.
const TEXTS: [&str; 3] = ["decimal", "group", "symbols"];
const LISTS: [(&str, usize); 5] = [
    ("money", 2),
    ("debt", 2),
    ("percent", 2),
    ("days", 6),
    ("months", 6),
];

/// The Rust source of the table.
pub fn generate(file: &Path) -> Result<String, Box<dyn Error>> {
    let languages: Map<String, Value> = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let mut code = String::new();
    writeln!(code, "static ALL: [Notation; {}] = [", languages.len())?;
    for (tag, language) in &languages {
        let wrong = |key: &str| format!("notation.json: `{key}` of `{tag}` is not as expected");
        writeln!(code, "    Notation {{ tag: {tag:?},")?;
        for key in TEXTS {
            let text = language.get(key).and_then(Value::as_str);
            writeln!(
                code,
                "        {key}: {:?},",
                text.ok_or_else(|| wrong(key))?
            )?;
        }
        let from = language.get("grouped_from").and_then(Value::as_u64);
        let from = from.ok_or_else(|| wrong("grouped_from"))?;
        writeln!(code, "        grouped_from: {from},")?;
        for (key, length) in LISTS {
            let list = language.get(key).and_then(Value::as_array);
            let list: Vec<_> = list
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            if list.len() != length {
                return Err(wrong(key).into());
            }
            writeln!(code, "        {key}: {list:?},")?;
        }
        writeln!(code, "    }},")?;
    }
    writeln!(code, "];")?;
    Ok(code)
}
