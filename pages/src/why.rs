//! Why an order was credited as it was, told to a merchant or a shopper in
//! their language. The words are in `reasons/<tag>.json`; the build makes one
//! static table of each.
//!
//! Responsible for the words alone: the codes come from whoever decided. A code
//! without words is quoted in a general sentence, so that a new one is never
//! silent. What comes from outside (names, codes) stands in the sentence as it
//! is and is not escaped here.

use std::borrow::Cow;

use crate::text::fill;

include!(concat!(env!("OUT_DIR"), "/reasons.rs"));

/// A language in which a decision is told.
#[derive(Clone, Copy)]
pub struct Language(&'static Words);

impl Language {
    /// The language for a BCP 47 tag or an `Accept-Language` value's first
    /// entry; English for one that has no words.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        let language = tag
            .split(['-', '_', ',', ';'])
            .next()
            .unwrap_or_default()
            .trim();
        Self::ALL
            .into_iter()
            .find(|known| known.tag().eq_ignore_ascii_case(language))
            .unwrap_or_default()
    }

    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        self.0.tag
    }

    /// Text from outside, fit for a sentence of this language: within a text
    /// from right to left it is isolated, so that it turns nothing around it.
    fn outside(self, text: &str) -> Cow<'_, str> {
        if self.tag() == "ar" {
            format!("\u{2068}{text}\u{2069}").into()
        } else {
            text.into()
        }
    }

    /// Why, as a clause without a period.
    pub(crate) fn reason(self, code: &str) -> String {
        let clause = self.0.reason(code).unwrap_or(self.0.reason_other);
        fill(clause, &[("code", &self.outside(code))])
    }

    /// How the link was shared, as an adverb.
    pub(crate) fn channel(self, name: &str) -> String {
        let words = self.0;
        let phrase = match name {
            "email" => words.via_email,
            "sms" => words.via_sms,
            "copy" => words.via_copy,
            "qr" => words.via_qr,
            "native" => words.via_native,
            "print" => words.via_print,
            _ => {
                return match brand(name) {
                    Some(brand) => fill(words.via_brand, &[("channel", &self.outside(brand))]),
                    None => fill(words.via_other, &[("code", &self.outside(name))]),
                };
            }
        };
        phrase.to_owned()
    }
}

impl Default for Language {
    fn default() -> Self {
        Self(&EN)
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.tag() == other.tag()
    }
}

impl Eq for Language {}

impl std::fmt::Debug for Language {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_tuple("Language")
            .field(&self.tag())
            .finish()
    }
}

/// A candidate who did not get the credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loser<'a> {
    /// The advocate's display name, where it is known.
    pub advocate: Option<&'a str>,
    /// How the candidate came to be one: `coupon`, `click` …
    pub source: &'a str,
    /// The code of why it lost: `later_click_won` …
    pub reason: &'a str,
}

/// A reward of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RewardLine<'a> {
    /// `advocate` or `friend`.
    pub side: &'a str,
    /// Only `voided` rewards are spoken of.
    pub status: &'a str,
    /// The code of why it was voided; without one there is nothing to tell.
    pub reason: Option<&'a str>,
}

/// A decision, with all that is to be told of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Why<'a> {
    /// How the winner came to be one: `coupon`, `click`, `earlier_order` or
    /// `manual`; `None` when nobody gets the credit.
    pub source: Option<&'a str>,
    /// The winner's display name, where it is known.
    pub advocate: Option<&'a str>,
    /// The stable name of the channel that the winner's link was shared through,
    /// where it is known.
    pub channel: Option<&'a str>,
    /// `referred` (or nothing), or the code of why the order earns no reward.
    pub verdict: &'a str,
    /// The other candidates.
    pub losers: Vec<Loser<'a>>,
    /// The order's rewards.
    pub rewards: Vec<RewardLine<'a>>,
}

impl Why<'_> {
    /// All sentences: first the credit, then the verdict if it is not
    /// `referred`, then each loser, then each reward that was voided for a
    /// reason. A reward whose reason was told in the sentence before is declined
    /// "for the same reason".
    #[must_use]
    pub fn sentences(&self, language: Language) -> Vec<String> {
        let mut told = vec![self.credit(language)];
        let mut last = None;
        if !matches!(self.verdict, "" | "referred") {
            told.push(verdict(self.verdict, language));
            last = Some(self.verdict);
        }
        for loser in &self.losers {
            told.push(loser.sentence(language));
            last = None;
        }
        for reward in self.rewards.iter().filter(|line| line.status == "voided") {
            let Some(reason) = reward.reason else {
                continue;
            };
            told.push(declined(
                reward.side,
                reason,
                last == Some(reason),
                language,
            ));
            last = Some(reason);
        }
        told
    }

    /// The sentences as one text.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        self.sentences(language).join(" ")
    }

    fn credit(&self, language: Language) -> String {
        let words = language.0;
        let Some(source) = self.source else {
            return words.credit_none.to_owned();
        };
        let channel = known(self.channel).map(|name| language.channel(name));
        let (named, unnamed) = match (source, &channel) {
            ("coupon", _) => (words.credit_coupon_named, words.credit_coupon),
            ("click", None) => (words.credit_click_named, words.credit_click),
            ("click", Some(_)) => (words.credit_click_via_named, words.credit_click_via),
            ("earlier_order", _) => (words.credit_earlier_order_named, words.credit_earlier_order),
            ("manual", _) => (words.credit_manual_named, words.credit_manual),
            _ => (words.credit_other_named, words.credit_other),
        };
        let values = [
            ("channel", channel.as_deref().unwrap_or_default()),
            ("code", &language.outside(source)),
        ];
        about(self.advocate, named, unnamed, &values, language)
    }
}

impl Loser<'_> {
    fn sentence(&self, language: Language) -> String {
        let words = language.0;
        let (named, unnamed) = match self.source {
            "coupon" => (words.lost_coupon_named, words.lost_coupon),
            "click" => (words.lost_click_named, words.lost_click),
            "earlier_order" => (words.lost_earlier_order_named, words.lost_earlier_order),
            "manual" => (words.lost_manual_named, words.lost_manual),
            _ => (words.lost_other_named, words.lost_other),
        };
        // "Codes come first" would not say why a code lost to another.
        let reason = match (self.source, self.reason) {
            ("coupon", "coupon_won") => "other_coupon_won",
            (_, reason) => reason,
        };
        let values = [
            ("reason", language.reason(reason)),
            ("code", language.outside(self.source).into_owned()),
        ];
        let values = values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        about(self.advocate, named, unnamed, &values, language)
    }
}

fn verdict(code: &str, language: Language) -> String {
    let pattern = if code == "flagged" {
        language.0.reward_waits
    } else {
        language.0.no_reward
    };
    fill(pattern, &[("reason", &language.reason(code))])
}

fn declined(side: &str, reason: &str, again: bool, language: Language) -> String {
    let words = language.0;
    let pattern = match (side, again) {
        ("advocate", false) => words.reward_advocate,
        ("advocate", true) => words.reward_advocate_again,
        ("friend", false) => words.reward_friend,
        ("friend", true) => words.reward_friend_again,
        (_, false) => words.reward_other,
        (_, true) => words.reward_other_again,
    };
    let values = [
        ("reason", &*language.reason(reason)),
        ("code", &language.outside(side)),
    ];
    fill(pattern, &values)
}

/// The sentence with the advocate's name where it is known, else the one that
/// needs none.
fn about(
    advocate: Option<&str>,
    named: &str,
    unnamed: &str,
    values: &[(&str, &str)],
    language: Language,
) -> String {
    match known(advocate) {
        Some(name) => {
            let name = language.outside(name);
            fill(named, &[values, &[("advocate", &name)]].concat())
        }
        None => fill(unnamed, values),
    }
}

fn known(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

/// How a brand writes itself, by the channel's stable name.
fn brand(channel: &str) -> Option<&'static str> {
    let name = match channel {
        "whatsapp" => "WhatsApp",
        "facebook" => "Facebook",
        "messenger" => "Messenger",
        "x" => "X",
        "telegram" => "Telegram",
        "linkedin" => "LinkedIn",
        "pinterest" => "Pinterest",
        "reddit" => "Reddit",
        "threads" => "Threads",
        "bluesky" => "Bluesky",
        "viber" => "Viber",
        "vk" => "VK",
        "tumblr" => "Tumblr",
        "line" => "LINE",
        _ => return None,
    };
    Some(name)
}
