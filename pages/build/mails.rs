//! Compiles `templates/mail/<message>/{body.mjml,text.txt}` into one pair of
//! askama templates per message, named `<Message>Html` and `<Message>Text`.
//!
//! MJML becomes HTML here, with the `{{ placeholders }}` untouched: they are
//! filled and escaped by askama when a mail is written. Files beside the
//! folders are parts that every body can `mj-include`.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use mrml::prelude::render::RenderOptions;

/// The Rust source of the templates.
pub fn generate(folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut parts = Vec::new();
    let mut messages = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
            .to_owned();
        if path.is_dir() {
            messages.push((name, path));
        } else {
            parts.push((name, std::fs::read_to_string(&path)?));
        }
    }
    messages.sort();
    let mut code = String::new();
    for (name, path) in messages {
        let mjml = std::fs::read_to_string(path.join("body.mjml"))?;
        let text = std::fs::read_to_string(path.join("text.txt"))?;
        let html = compile(&mjml, &parts).map_err(|error| format!("mail {name}: {error}"))?;
        let title = pascal(&name);
        writeln!(code, "#[derive(askama::Template)]")?;
        writeln!(code, "#[template(source = {html:?}, ext = \"html\")]")?;
        writeln!(
            code,
            "pub struct {title}Html<'a> {{ pub mail: &'a super::{title} }}"
        )?;
        writeln!(code, "#[derive(askama::Template)]")?;
        writeln!(code, "#[template(source = {text:?}, ext = \"txt\")]")?;
        writeln!(
            code,
            "pub struct {title}Text<'a> {{ pub mail: &'a super::{title} }}"
        )?;
    }
    Ok(code)
}

fn compile(mjml: &str, parts: &[(String, String)]) -> Result<String, Box<dyn Error>> {
    let parsed = mrml::parse(include_parts(mjml, parts)?)?;
    if let Some(warning) = parsed.warnings.first() {
        return Err(format!("{warning:?}").into());
    }
    // No web fonts: a mail must not call home.
    let render = RenderOptions {
        fonts: std::collections::HashMap::new(),
        ..Default::default()
    };
    Ok(parsed.element.render(&render)?)
}

/// Puts the parts in as text. The parser's own includes lose what surrounds them:
/// a section its width, a button its padding.
fn include_parts(mjml: &str, parts: &[(String, String)]) -> Result<String, Box<dyn Error>> {
    let mut text = mjml.to_owned();
    for (name, part) in parts {
        text = text.replace(&format!("<mj-include path=\"{name}\" />"), part);
    }
    if text.contains("<mj-include") {
        Err("an mj-include names no part".into())
    } else {
        Ok(text)
    }
}

fn pascal(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
                .collect::<String>()
        })
        .collect()
}
