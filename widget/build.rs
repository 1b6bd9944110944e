//! Puts the panel's product data into the crate and refuses what is incomplete.
//!
//! Guarantees: every locale has every word of `en.json`, with the same places to
//! fill and the plural forms that its language needs; every channel has an
//! icon and, in every locale, a label. Written to `OUT_DIR`: `words.rs` (a
//! constant a key, so that a wrong key does not compile), `words.json` (the words' order
//! in the files that a browser loads), `views.rs` (the parts
//! in `views/`, packed), `icons.rs` and `marks.json` (shapes
//! out of the SVG files), `panel.css` and `banner.css` (comments and needless
//! blanks dropped).

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use grapevine_domain::share::channels::CHANNELS;
use serde::Serialize;
use serde_json::{Map, Value, json};

type Fallible<T> = Result<T, String>;

fn main() {
    if let Err(complaint) = run() {
        eprintln!("widget: {complaint}");
        std::process::exit(1);
    }
}

fn run() -> Fallible<()> {
    for folder in ["locales", "icons", "styles", "views", "build.rs"] {
        println!("cargo::rerun-if-changed={folder}");
    }
    let out = PathBuf::from(std::env::var("OUT_DIR").map_err(|e| e.to_string())?);
    let english = read_locale(Path::new("locales/en.json"))?;
    for path in files("locales", "json")? {
        check_locale(&path, &english)?;
    }
    let order = Order::of(&english);
    write(&out.join("words.rs"), &words(&english, &order)?)?;
    let json = serde_json::to_string(&order).map_err(|e| e.to_string())?;
    write(&out.join("words.json"), &json)?;
    write(&out.join("icons.rs"), &icons()?)?;
    write(&out.join("marks.json"), &marks()?)?;
    write(&out.join("views.rs"), &views(&order)?)?;
    for name in ["panel", "banner"] {
        let css = read(Path::new(&format!("styles/{name}.css")))?;
        let base = read(Path::new("styles/base.css"))?;
        write(
            &out.join(format!("{name}.css")),
            &squeeze(&format!("{base}{css}")),
        )?;
    }
    Ok(())
}

// --- words ---------------------------------------------------------------

/// The plural categories of whole numbers and fractions, by CLDR.
const PLURALS: [(&str, &[&str]); 14] = [
    ("en", &["one", "other"]),
    ("pl", &["one", "few", "many", "other"]),
    ("bg", &["one", "other"]),
    ("ru", &["one", "few", "many", "other"]),
    ("hu", &["one", "other"]),
    ("ro", &["one", "few", "other"]),
    ("de", &["one", "other"]),
    ("fr", &["one", "many", "other"]),
    ("es", &["one", "many", "other"]),
    ("it", &["one", "many", "other"]),
    ("cs", &["one", "few", "many", "other"]),
    ("uk", &["one", "few", "many", "other"]),
    ("tr", &["one", "other"]),
    ("ar", &["zero", "one", "two", "few", "many", "other"]),
];

fn read_locale(path: &Path) -> Fallible<Map<String, Value>> {
    serde_json::from_str(&read(path)?).map_err(|e| format!("{}: {e}", path.display()))
}

fn check_locale(path: &Path, english: &Map<String, Value>) -> Fallible<()> {
    let at = path.display();
    let name = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let forms = PLURALS
        .iter()
        .find(|(locale, _)| *locale == name)
        .map(|(_, forms)| forms.iter().copied().collect::<BTreeSet<_>>())
        .ok_or(format!("{at}: name its plural forms in build.rs"))?;
    let words = read_locale(path)?;
    if let Some(extra) = words.keys().find(|key| !english.contains_key(*key)) {
        return Err(format!("{at}: \"{extra}\" is not a word of en.json"));
    }
    for (key, model) in english {
        match (
            model,
            words
                .get(key)
                .ok_or(format!("{at}: \"{key}\" is missing"))?,
        ) {
            (Value::String(model), Value::String(text)) => {
                check_text(&at.to_string(), key, text, &[model])?
            }
            (Value::Object(model), Value::Object(plural)) => {
                if plural.keys().map(String::as_str).collect::<BTreeSet<_>>() != forms {
                    return Err(format!("{at}: \"{key}\" needs the forms {forms:?}"));
                }
                let models: Vec<_> = model.values().filter_map(Value::as_str).collect();
                for text in plural.values() {
                    check_text(
                        &at.to_string(),
                        key,
                        text.as_str().unwrap_or_default(),
                        &models,
                    )?;
                }
            }
            _ => return Err(format!("{at}: \"{key}\" has another shape than in en.json")),
        }
    }
    for channel in &CHANNELS {
        if !words.contains_key(&format!("channel_{}", channel.name)) {
            return Err(format!("{at}: channel \"{}\" has no label", channel.name));
        }
    }
    Ok(())
}

fn check_text(at: &str, key: &str, text: &str, models: &[&str]) -> Fallible<()> {
    if text.trim().is_empty() {
        return Err(format!("{at}: \"{key}\" is empty"));
    }
    if text.contains('!') {
        return Err(format!(
            "{at}: \"{key}\" shouts; our words have no exclamation marks"
        ));
    }
    if models.iter().any(|model| places(model) == places(text)) {
        return Ok(());
    }
    Err(format!(
        "{at}: \"{key}\" fills other places than in en.json: {:?}",
        places(text)
    ))
}

fn places(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .collect()
}

/// How the keys begin whose words the edge alone says (`pages/`).
const AT_THE_EDGE: [&str; 2] = ["launcher_", "page_"];
/// Keys that are put together while the panel runs, and so keep their names.
const NAMED: [&str; 3] = ["channel_", "kind_", "reason_"];
/// Words of what few look at: they follow in a file of their own.
const LATER: [&str; 13] = [
    "survey_",
    "feedback_",
    "thanks_",
    "stored",
    "mails_",
    "leave",
    "left_",
    "code_new",
    "code_save",
    "code_rule",
    "code_taken",
    "code_many",
    "code_failed",
];

/// Where each word stands in the files that a browser loads. A number in place of a key
/// saves as many bytes in every language as in the module.
#[derive(Serialize)]
struct Order {
    named: Vec<String>,
    /// Counted from 1.
    first: Vec<String>,
    /// Counted on.
    later: Vec<String>,
}

impl Order {
    fn of(english: &Map<String, Value>) -> Self {
        let begins = |key: &str, starts: &[&str]| starts.iter().any(|start| key.starts_with(start));
        let mut keys: Vec<String> = english.keys().cloned().collect();
        keys.retain(|key| !begins(key, &AT_THE_EDGE));
        let (named, keys): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| begins(key, &NAMED));
        let (later, first) = keys.into_iter().partition(|key| begins(key, &LATER));
        Self {
            named,
            first,
            later,
        }
    }

    /// What stands for a key in the module.
    fn short(&self, key: &str) -> Option<String> {
        if self.named.iter().any(|named| named == key) {
            return Some(key.to_owned());
        }
        let mut counted = self.first.iter().chain(&self.later);
        Some((counted.position(|known| known == key)? + 1).to_string())
    }
}

fn words(english: &Map<String, Value>, order: &Order) -> Fallible<String> {
    let mut out = String::new();
    for (key, value) in english {
        if key.starts_with("channel_") {
            continue;
        }
        let Some(short) = order.short(key) else {
            continue;
        };
        let kind = if value.is_object() { "Plural" } else { "Word" };
        writeln!(
            out,
            "pub const {}: {kind} = {kind}({short:?});",
            key.to_uppercase()
        )
        .map_err(|e| e.to_string())?;
    }
    Ok(out)
}

// --- icons ---------------------------------------------------------------

/// Interface icons beside those of channels.
const INTERFACE: [&str; 6] = ["close", "done", "gift", "more", "notice", "wait"];

/// Channels whose icons come with the panel: those that stand in the first row in most
/// countries. The shapes of the others follow in a file of their own when they are seen.
const AT_HAND: [&str; 8] = [
    "native",
    "email",
    "copy",
    "sms",
    "whatsapp",
    "facebook",
    "messenger",
    "x",
];

/// The icons of the module as Rust.
fn icons() -> Fallible<String> {
    let names: Vec<&str> = AT_HAND.into_iter().chain(INTERFACE).collect();
    let mut out = format!("static ICONS: [Icon; {}] = [\n", names.len());
    for name in names {
        let (shape, stroked) = read_icon(name)?;
        let _ = writeln!(
            out,
            "Icon {{ name: {name:?}, stroked: {stroked}, shape: {shape:?} }},"
        );
    }
    out.push_str("];\n");
    Ok(out)
}

/// The icons that follow later, as JSON: name → shape, and `true` where it is stroked.
fn marks() -> Fallible<String> {
    let mut out = Map::new();
    for channel in &CHANNELS {
        if !AT_HAND.contains(&channel.name) {
            let (shape, stroked) = read_icon(channel.name)?;
            out.insert(channel.name.to_owned(), json!([shape, stroked]));
        }
    }
    Ok(Value::Object(out).to_string())
}

/// A file's shape, and whether it is drawn by its outline.
fn read_icon(name: &str) -> Fallible<(String, bool)> {
    let path = PathBuf::from(format!("icons/{name}.svg"));
    let svg =
        read(&path).map_err(|_| format!("{} is missing; see icons/README.md", path.display()))?;
    let shape = shape(&svg).ok_or(format!(
        "{}: no shape that build.rs can read",
        path.display()
    ))?;
    Ok((shape, svg.contains("stroke=\"currentColor\"")))
}

/// All drawing elements of a file as one path.
fn shape(svg: &str) -> Option<String> {
    let mut out = String::new();
    for element in svg.split('<').skip(1) {
        let number =
            |name: &str| attribute(element, name).and_then(|text| text.parse::<f32>().ok());
        match element.split([' ', '\n', '>', '/']).next()? {
            "path" => {
                let path = attribute(element, "d")?;
                // A path may begin with a relative step, which means from the origin.
                if path.starts_with('m') && !out.is_empty() {
                    out.push_str("M0 0");
                }
                out.push_str(path);
            }
            "circle" => {
                let (x, y, r) = (number("cx")?, number("cy")?, number("r")?);
                let _ = write!(
                    out,
                    "M{} {y}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0-{d} 0",
                    x - r,
                    d = 2.0 * r
                );
            }
            "rect" => {
                let (w, h, r) = (
                    number("width")?,
                    number("height")?,
                    number("rx").unwrap_or(0.0),
                );
                let (x, y, across, down) =
                    (number("x")? + r, number("y")?, w - 2.0 * r, h - 2.0 * r);
                let _ = write!(
                    out,
                    "M{x} {y}h{across}a{r} {r} 0 0 1 {r} {r}v{down}a{r} {r} 0 0 1-{r} {r}\
                     h-{across}a{r} {r} 0 0 1-{r}-{r}v-{down}a{r} {r} 0 0 1 {r}-{r}z"
                );
            }
            "line" | "polyline" | "polygon" | "ellipse" => return None,
            _ => {}
        }
    }
    (!out.is_empty()).then_some(out)
}

fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    element
        .split_once(&format!(" {name}=\""))?
        .1
        .split('"')
        .next()
}

// --- views -----------------------------------------------------------------

/// Every part of every view as a constant; the notation is told in `views/README.md`.
fn views(order: &Order) -> Fallible<String> {
    let mut out = String::new();
    for path in files("views", "view")? {
        let text = read(&path)?;
        for part in text.split("\n[").skip(1) {
            let (name, lines) = part
                .split_once("]\n")
                .ok_or("a part's head ends with a bracket")?;
            let mut packed = String::new();
            for line in lines.lines().filter(|line| !line.trim().is_empty()) {
                pack(line, order, &mut packed)
                    .map_err(|e| format!("{}: [{name}] {line}: {e}", path.display()))?;
            }
            let _ = writeln!(out, "pub const {}: &str = {packed:?};", name.to_uppercase());
        }
    }
    Ok(out)
}

fn pack(line: &str, order: &Order, out: &mut String) -> Fallible<()> {
    let tokens = line.trim_start();
    let depth = line.len() - tokens.len();
    let mut tokens = tokens.split(' ');
    let head = tokens.next().unwrap_or_default();
    let _ = write!(out, "{depth}");
    if let Some(icon) = head.strip_prefix('!') {
        if !icon.starts_with('$') && !Path::new(&format!("icons/{icon}.svg")).exists() {
            return Err(format!("no icon {icon}"));
        }
        out.push_str(head);
    } else {
        let mut classes = head.split('.');
        let (name, id) = classes
            .next()
            .and_then(|it| it.split_once('#'))
            .unwrap_or((head.split('.').next().unwrap_or_default(), ""));
        out.push_str(name);
        out.push('\t');
        if !id.is_empty() {
            let _ = write!(out, "id={id}\t");
        }
        let classes = classes.collect::<Vec<_>>().join(" ");
        if !classes.is_empty() {
            let _ = write!(out, "class={classes}\t");
        }
        for token in tokens {
            let word = token
                .split_once(':')
                .map(|(_, key)| key)
                .filter(|_| !token.contains('='));
            let bare = word.is_none() && !token.contains(['=', '$']);
            let token = match word.filter(|key| !key.starts_with('$')) {
                Some(key) => {
                    let short = order.short(key).ok_or(format!("no word {key}"))?;
                    format!(
                        "{}:{short}",
                        token.strip_suffix(key).unwrap_or(":").trim_end_matches(':')
                    )
                }
                None => token.replace("=$", "$").replace('+', " "),
            };
            let _ = write!(out, "{token}{}\t", if bare { "=" } else { "" });
        }
    }
    out.push('\n');
    Ok(())
}

// --- styles and files ------------------------------------------------------

/// Drops comments and the blanks that CSS does not need. Our styles keep no
/// strings with blanks that matter, and blanks around `+` and `-` stay.
fn squeeze(css: &str) -> String {
    let mut bare = String::new();
    for (index, piece) in css.split("/*").enumerate() {
        bare.push_str(if index == 0 {
            piece
        } else {
            piece.split_once("*/").map_or("", |(_, rest)| rest)
        });
    }
    let mut out = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    for mark in ["{", "}", ";", ",", ">", ": "] {
        let tight = mark.trim();
        if mark == ": " {
            out = out.replace(mark, tight);
        } else {
            out = out
                .replace(&format!(" {mark}"), tight)
                .replace(&format!("{mark} "), tight);
        }
    }
    out.replace(";}", "}")
}

fn files(folder: &str, extension: &str) -> Fallible<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{folder}: {e}"))?;
    let mut paths: Vec<_> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Fallible<String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn write(path: &Path, text: &str) -> Fallible<()> {
    fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}
