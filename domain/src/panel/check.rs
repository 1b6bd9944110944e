//! What is wrong with a merchant's settings of the panel, all of it at once.
//!
//! Guarantees: of a document without mistakes, colours and fonts can stand in a style
//! sheet as they are, and end no declaration.

use std::collections::{BTreeMap, BTreeSet};

use super::{Asks, Panel};
use crate::link::is_destination;
use crate::share::channels;
use crate::validate::Problem;

/// Most characters of a message.
pub const LONGEST_MESSAGE: usize = 500;
/// Most characters of a disclosure.
pub const LONGEST_DISCLOSURE: usize = 200;
/// Most texts of one kind.
pub const MOST_TEXTS: usize = 100;
/// Longest list of fonts, in characters.
pub const LONGEST_FONT: usize = 200;
/// The roundest corner, in CSS pixels.
pub const LARGEST_RADIUS: u32 = 32;
/// Most channels of a panel.
pub const MOST_CHANNELS: usize = 20;
/// Most asks in a window: more is no budget.
pub const LARGEST_BUDGET: u32 = 100;
/// The longest window of the budget and the longest delay, in days.
pub const LONGEST_SPAN_DAYS: u32 = 365;
/// The longest silence, in days: ten years.
pub const LONGEST_QUIET_DAYS: u32 = 3_650;

/// What was found so far.
#[derive(Default)]
struct Found(Vec<Problem>);

impl Found {
    fn wrong(&mut self, holds: bool, path: impl Into<String>, sentence: impl Into<String>) {
        if !holds {
            self.0.push(Problem {
                path: path.into(),
                sentence: sentence.into(),
            });
        }
    }
}

impl Panel {
    /// Every mistake at once. A test merchant's picture may come without TLS.
    #[must_use]
    pub fn check(&self, test: bool) -> Vec<Problem> {
        let mut found = Found::default();
        check_look(self, test, &mut found);
        check_channels(self.channels.as_deref(), &mut found);
        check_texts("messages", &self.messages, LONGEST_MESSAGE, &mut found);
        check_texts(
            "disclosures",
            &self.disclosures,
            LONGEST_DISCLOSURE,
            &mut found,
        );
        check_asks(&self.asks, &mut found);
        found.0
    }
}

fn check_look(panel: &Panel, test: bool, found: &mut Found) {
    for (name, colour) in [
        ("on_accent", &panel.on_accent),
        ("surface", &panel.surface),
        ("text", &panel.text),
        ("dark_surface", &panel.dark_surface),
        ("dark_text", &panel.dark_text),
    ] {
        found.wrong(
            colour.as_deref().is_none_or(is_colour),
            name,
            format!("{name} must be a colour such as #1f5c4d."),
        );
    }
    found.wrong(
        panel.radius.is_none_or(|radius| radius <= LARGEST_RADIUS),
        "radius",
        "radius must be 0 to 32.",
    );
    found.wrong(
        panel.font.as_deref().is_none_or(is_font),
        "font",
        "font must be a list of font families such as Inter, sans-serif, of letters, digits, \
         spaces and hyphens, 200 characters at most.",
    );
    let is_picture = |url: &str| {
        url.len() <= 500
            && is_destination(url)
            && (url.starts_with("https://") || test && url.starts_with("http://"))
    };
    found.wrong(
        panel.picture_url.as_deref().is_none_or(is_picture),
        "picture_url",
        "picture_url must be an address that begins with https://.",
    );
}

/// `#rgb` or `#rrggbb`.
fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| {
        matches!(hex.len(), 3 | 6) && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// A list of families, each in quotes or without, of characters that cannot end a
/// declaration.
fn is_font(text: &str) -> bool {
    let is_family = |family: &str| {
        let family = family.trim();
        let bare = ['"', '\'']
            .into_iter()
            .find_map(|quote| family.strip_prefix(quote)?.strip_suffix(quote))
            .unwrap_or(family);
        let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        !bare.trim().is_empty() && bare.chars().all(plain)
    };
    text.chars().count() <= LONGEST_FONT && text.split(',').all(is_family)
}

fn check_channels(chosen: Option<&[String]>, found: &mut Found) {
    let Some(chosen) = chosen else { return };
    found.wrong(
        (1..=MOST_CHANNELS).contains(&chosen.len()),
        "channels",
        "channels must be 1 to 20; leave them out for the most useful ones.",
    );
    let mut before = BTreeSet::new();
    for (number, name) in chosen.iter().enumerate() {
        let path = format!("channels[{number}]");
        if channels::find(name).is_none() {
            let sentence = format!("{path}: there is no such channel.");
            found.wrong(false, path, sentence);
        } else if !before.insert(name) {
            let sentence = format!("{path}: {name} stands in the list already.");
            found.wrong(false, path, sentence);
        }
    }
}

fn check_texts(name: &str, texts: &BTreeMap<String, String>, longest: usize, found: &mut Found) {
    let disclosures = name == "disclosures";
    found.wrong(
        texts.len() <= MOST_TEXTS,
        name,
        format!("{name} can have at most {MOST_TEXTS} texts."),
    );
    for (key, text) in texts {
        // A stranger's key is not repeated at any length.
        let shown: String = key.chars().take(20).collect();
        let path = format!("{name}.{shown}");
        let (known, wanted) = if disclosures {
            let sentence = "a country such as DE or a language such as de";
            (is_country(key) || is_language(key), sentence)
        } else {
            (is_language(key), "a language such as de or pt-BR")
        };
        found.wrong(
            known,
            path.as_str(),
            format!("{path}: the key must be {wanted}."),
        );
        let length = text.chars().count();
        let printable = text.chars().all(|c| !c.is_control() || c == '\n');
        let least = usize::from(!disclosures);
        let lacks = if disclosures { "at most" } else { "1 to" };
        found.wrong(
            (least..=longest).contains(&length)
                && printable
                && (disclosures || !text.trim().is_empty()),
            path.as_str(),
            format!("{path} must have {lacks} {longest} printable characters."),
        );
    }
}

/// ISO 3166-1 alpha-2 by its shape.
fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// `de`, `pt-BR`: a BCP 47 language by its shape.
fn is_language(text: &str) -> bool {
    let (language, rest) = text
        .split_once('-')
        .map_or((text, None), |(language, rest)| (language, Some(rest)));
    let part = |part: &str| {
        (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    text.len() <= 20
        && (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_lowercase())
        && rest.is_none_or(|rest| rest.split('-').all(part))
}

fn check_asks(asks: &Asks, found: &mut Found) {
    found.wrong(
        asks.budget <= LARGEST_BUDGET,
        "asks.budget",
        "asks.budget must be 0 to 100.",
    );
    found.wrong(
        (1..=LONGEST_SPAN_DAYS).contains(&asks.window_days),
        "asks.window_days",
        "asks.window_days must be 1 to 365.",
    );
    found.wrong(
        asks.delay_days <= LONGEST_SPAN_DAYS,
        "asks.delay_days",
        "asks.delay_days must be 0 to 365.",
    );
    let quiet = asks.quiet_days;
    for (name, days) in [
        ("dismissed", quiet.dismissed),
        ("shared", quiet.shared),
        ("refunded", quiet.refunded),
        ("poor", quiet.poor),
    ] {
        let path = format!("asks.quiet_days.{name}");
        let sentence = format!("{path} must be 0 to 3,650.");
        found.wrong(days <= LONGEST_QUIET_DAYS, path, sentence);
    }
}

#[cfg(test)]
mod tests {
    use super::super::QuietDays;
    use super::*;

    fn paths(panel: &Panel) -> Vec<String> {
        let problems = panel.check(false);
        problems.into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn the_usual_settings_and_a_full_document_are_in_order() {
        assert_eq!(Panel::default().check(false), []);
        let full = Panel {
            on_accent: Some("#fff".into()),
            surface: Some("#FAFAF7".into()),
            radius: Some(32),
            font: Some("\"Source Sans 3\", 'Noto', Helvetica Neue, sans-serif".into()),
            picture_url: Some("https://cdn.shop.example/tea.webp".into()),
            channels: Some(
                channels::CHANNELS
                    .iter()
                    .map(|c| c.name.to_owned())
                    .collect(),
            ),
            messages: [("pt-BR".to_owned(), "Prove\nagora 🎁".to_owned())].into(),
            disclosures: [
                ("DE".to_owned(), "Werbung".to_owned()),
                ("en".to_owned(), String::new()),
            ]
            .into(),
            ..Panel::default()
        };
        assert_eq!(full.check(false), []);
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let panel = Panel {
            on_accent: Some("white".into()),
            text: Some("#12345".into()),
            radius: Some(33),
            picture_url: Some("http://cdn.shop.example/tea.webp".into()),
            channels: Some(["email", "pigeon", "email"].map(str::to_owned).to_vec()),
            messages: [
                ("en".to_owned(), "x".repeat(501)),
                ("English".to_owned(), "Hi".to_owned()),
                ("pl".to_owned(), " ".to_owned()),
            ]
            .into(),
            disclosures: [
                ("de".to_owned(), "a\u{7}b".to_owned()),
                ("DEU".to_owned(), "Werbung".to_owned()),
            ]
            .into(),
            asks: Asks {
                budget: 101,
                window_days: 0,
                delay_days: 366,
                quiet_days: QuietDays {
                    poor: 3_651,
                    ..QuietDays::default()
                },
                ..Asks::default()
            },
            ..Panel::default()
        };
        assert_eq!(
            paths(&panel),
            [
                "on_accent",
                "text",
                "radius",
                "picture_url",
                "channels[1]",
                "channels[2]",
                "messages.English",
                "messages.en",
                "messages.pl",
                "disclosures.DEU",
                "disclosures.de",
                "asks.budget",
                "asks.window_days",
                "asks.delay_days",
                "asks.quiet_days.poor",
            ]
        );
        for problem in panel.check(false) {
            assert!(problem.sentence.ends_with('.'), "{}", problem.sentence);
        }
        let empty = Panel {
            channels: Some(Vec::new()),
            ..Panel::default()
        };
        assert_eq!(paths(&empty), ["channels"]);
    }

    #[test]
    fn a_test_merchants_picture_may_come_without_tls() {
        let panel = Panel {
            picture_url: Some("http://shop.localhost:8788/tea.webp".into()),
            ..Panel::default()
        };
        assert_eq!(panel.check(true), []);
    }

    #[test]
    fn nothing_that_ends_a_declaration_is_a_font_or_a_colour() {
        for font in [
            "",
            "Inter,",
            "Inter;color:red",
            "a}b",
            "\"Inter",
            "'a' b'",
            "url(x)",
            "Inter/*",
            "a\\b",
            "a\nb",
            "<b>",
        ] {
            let panel = Panel {
                font: Some(font.to_owned()),
                ..Panel::default()
            };
            assert_eq!(paths(&panel), ["font"], "{font:?}");
        }
        for colour in ["#1234", "#12345g", "red", "#fff;", "", "#ｆｆｆ"] {
            let panel = Panel {
                surface: Some(colour.to_owned()),
                ..Panel::default()
            };
            assert_eq!(paths(&panel), ["surface"], "{colour:?}");
        }
    }
}
