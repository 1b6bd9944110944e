//! Draws the parts in `views/`. They were checked and packed by `build.rs`: a
//! line an element (its depth as a digit, its name, then attributes and text,
//! separated by tabs), so that reading them takes next to no code.
//!
//! Guarantees: what the caller gives becomes text or an attribute's value, never
//! markup.

use alloc::string::String;
use alloc::vec::Vec;

use web_sys::Element;

use crate::dom::{add, create, icon, set};
use crate::talk::{Places, Talk, cut};

include!(concat!(env!("OUT_DIR"), "/views.rs"));

/// Draws a part at the end of `parent`; answers its last outermost element.
/// `places` holds what the part's `$names` and its words' `{places}` stand for.
pub fn draw(talk: &Talk, parent: &Element, view: &str, places: Places<'_>) -> Element {
    let mut path: Vec<Element> = Vec::new();
    let mut rest = view;
    while let Some((line, next)) = cut(rest, b'\n') {
        rest = next;
        let depth = line
            .bytes()
            .next()
            .map_or(0, |digit| usize::from(digit - b'0'));
        path.truncate(depth);
        let element = read(talk, line.get(1..).unwrap_or_default(), places);
        add(path.last().unwrap_or(parent), &[&element]);
        path.push(element);
    }
    path.into_iter().next().unwrap_or_else(|| parent.clone())
}

fn read(talk: &Talk, line: &str, places: Places<'_>) -> Element {
    let (name, mut rest) = cut(line, b'\t').unwrap_or((line, ""));
    if let Some(name) = name.strip_prefix('!') {
        return icon(given(name, places));
    }
    let element = create(name);
    while let Some((token, next)) = cut(rest, b'\t') {
        rest = next;
        let Some(at) = token
            .bytes()
            .position(|byte| matches!(byte, b'=' | b':' | b'$'))
        else {
            continue;
        };
        let (name, value) = (
            token.get(..at).unwrap_or_default(),
            token.get(at + 1..).unwrap_or_default(),
        );
        let value = match token.as_bytes().get(at) {
            Some(b'=') => String::from(value),
            Some(b'$') => String::from(place(value, places)),
            _ => talk.fill_key(given(value, places), places),
        };
        if name.is_empty() {
            element.set_text_content(Some(&value));
        } else {
            set(&element, &[(name, &value)]);
        }
    }
    element
}

/// A name as it stands, or what the caller gave for it.
fn given<'a>(name: &'a str, places: Places<'a>) -> &'a str {
    name.strip_prefix('$')
        .map_or(name, |name| place(name, places))
}

fn place<'a>(name: &str, places: Places<'a>) -> &'a str {
    places
        .iter()
        .find(|(place, _)| *place == name)
        .map_or("", |(_, value)| value)
}
