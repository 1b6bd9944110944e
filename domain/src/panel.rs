//! The panel as a merchant wants it: look, channels, words, and when shoppers are asked
//! without having asked. What is wrong with such a document is found in [`check`].

pub mod check;

use std::collections::BTreeMap;

/// Settings of the panel; what a document leaves out is as [`Panel::default`] has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct Panel {
    /// How it opens on a wide screen; on a narrow one it comes up from below.
    pub layout: Layout,
    /// On which side of the page launcher and drawer stand.
    pub side: Side,
    /// Light, dark, or as the shopper's device has it.
    pub scheme: Scheme,
    /// What is written in on the accent, `#rrggbb`; found by contrast where missing.
    pub on_accent: Option<String>,
    /// Behind everything, in light.
    pub surface: Option<String>,
    /// Words, in light.
    pub text: Option<String>,
    /// Behind everything, in dark.
    pub dark_surface: Option<String>,
    /// Words, in dark.
    pub dark_text: Option<String>,
    /// How round corners are, in CSS pixels.
    pub radius: Option<u32>,
    /// Font families as CSS has them; the page's own where missing.
    pub font: Option<String>,
    /// A picture above the words.
    pub picture_url: Option<String>,
    /// The channels to show, in this order; the most useful first where missing.
    pub channels: Option<Vec<String>>,
    /// What advocates send along where they write nothing themselves, by language.
    pub messages: BTreeMap<String, String>,
    /// How an advocate says that they get something too, by country or language; an
    /// empty text says nothing.
    pub disclosures: BTreeMap<String, String>,
    /// When shoppers are asked without having asked.
    pub asks: Asks,
    /// Whether buyers are asked from 0 to 10 how likely they are to recommend the shop.
    pub survey: bool,
    /// Whether advocates see their place among all.
    pub leaderboard: bool,
}

/// How the panel opens on a wide screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Layout {
    /// In the middle.
    #[default]
    Dialog,
    /// Along one side.
    Drawer,
}

impl Layout {
    /// The name in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dialog => "dialog",
            Self::Drawer => "drawer",
        }
    }
}

/// A side of the page, by the direction of its writing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Side {
    /// Where lines end.
    #[default]
    End,
    /// Where lines start.
    Start,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Scheme {
    /// As the shopper's device has it.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// When shoppers are asked without having asked; [`crate::ask`] goes by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct Asks {
    /// How often at most in any span of `window_days`, over all placements; 0: never.
    pub budget: u32,
    /// The length of that span.
    pub window_days: u32,
    /// Whether somebody is asked who is about to leave.
    pub exit_intent: bool,
    /// Whether somebody is asked who has bought.
    pub post_purchase: bool,
    /// Days that must pass after an order before its buyer is asked: a company wants to
    /// have used a thing before it recommends it.
    pub delay_days: u32,
    /// For how long nobody is asked again.
    pub quiet_days: QuietDays,
}

impl Default for Asks {
    fn default() -> Self {
        Self {
            budget: 3,
            window_days: 30,
            exit_intent: true,
            post_purchase: true,
            delay_days: 0,
            quiet_days: QuietDays::default(),
        }
    }
}

/// Days of silence after something that a shopper did; 0: none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct QuietDays {
    /// Closed what had opened unasked.
    pub dismissed: u32,
    /// Shared.
    pub shared: u32,
    /// Sent something back.
    pub refunded: u32,
    /// Gave a poor answer in the survey.
    pub poor: u32,
}

impl Default for QuietDays {
    fn default() -> Self {
        Self {
            dismissed: 30,
            shared: 60,
            refunded: 90,
            poor: 90,
        }
    }
}

impl Panel {
    /// The merchant's own message for readers of a language: of the very tag, else of its
    /// language.
    #[must_use]
    pub fn message_for(&self, locale: &str) -> Option<&str> {
        by_language(&self.messages, locale)
    }

    /// How the market wants it said that an advocate gets something too: by country,
    /// else by language. An empty text: not at all. `None`: as the language says it.
    #[must_use]
    pub fn disclosure_for(&self, country: Option<&str>, locale: &str) -> Option<&str> {
        let market = country.and_then(|country| self.disclosures.get(country));
        market
            .map(String::as_str)
            .or_else(|| by_language(&self.disclosures, locale))
    }
}

fn by_language<'a>(texts: &'a BTreeMap<String, String>, locale: &str) -> Option<&'a str> {
    let language = locale.split('-').next().unwrap_or_default();
    let text = texts.get(locale).or_else(|| texts.get(language));
    text.map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = |(key, text): &(&str, &str)| ((*key).to_owned(), (*text).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn messages_go_by_the_tag_and_then_by_its_language() {
        let panel = Panel {
            messages: texts(&[("en", "Try it"), ("en-GB", "Do try it")]),
            ..Panel::default()
        };
        assert_eq!(panel.message_for("en-GB"), Some("Do try it"));
        assert_eq!(panel.message_for("en-US"), Some("Try it"));
        assert_eq!(panel.message_for("pl"), None);
    }

    #[test]
    fn the_country_has_the_first_word_on_what_is_disclosed() {
        let panel = Panel {
            disclosures: texts(&[
                ("DE", "Werbung"),
                ("de", "Ich bekomme auch etwas"),
                ("en", ""),
            ]),
            ..Panel::default()
        };
        let said = |country, locale| panel.disclosure_for(country, locale);
        assert_eq!(said(Some("DE"), "en"), Some("Werbung"));
        assert_eq!(said(Some("AT"), "de"), Some("Ich bekomme auch etwas"));
        assert_eq!(said(None, "en"), Some(""), "nothing at all is said");
        assert_eq!(said(Some("PL"), "pl"), None, "the language's own words");
    }
}
