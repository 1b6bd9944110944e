//! Every decision can be told in every language, and the build refuses a
//! language that cannot tell them all.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

#[path = "../build/reasons.rs"]
mod reasons;
#[allow(dead_code, reason = "only what the reasons' build uses is used here")]
#[path = "../build/words.rs"]
mod words;

use std::path::Path;

use grapevine_domain::share::channels::CHANNELS;
use grapevine_pages::why::{Language, Loser, RewardLine, Why};

const LANGUAGES: [&str; 14] = [
    "ar", "bg", "cs", "de", "en", "es", "fr", "hu", "it", "pl", "ro", "ru", "tr", "uk",
];
const SOURCES: [&str; 5] = ["coupon", "click", "earlier_order", "manual", "oracle"];
const VERDICTS: [&str; 14] = [
    "not_referred",
    "not_new_customer",
    "not_first_order",
    "not_nth_order",
    "other_trigger",
    "below_minimum",
    "other_currency",
    "refunded",
    "partly_refunded",
    "self_referral",
    "referral_loop",
    "advocate_left",
    "declined",
    "flagged",
];
const LOST: [&str; 12] = [
    "unknown_code",
    "outside_window",
    "after_order",
    "coupon_won",
    "later_click_won",
    "earlier_click_won",
    "coupon_used",
    "coupon_expired",
    "late_click",
    "hidden_frame",
    "earlier_order_won",
    "manual_won",
];
const VOIDED: [&str; 5] = [
    "cap_reached",
    "budget_spent",
    "outranked",
    "expired",
    "settled",
];

/// A decision of which only the credit is told.
fn credit<'a>(source: &'a str, advocate: Option<&'a str>, channel: Option<&'a str>) -> Why<'a> {
    Why {
        source: Some(source),
        advocate,
        channel,
        verdict: "referred",
        ..Why::default()
    }
}

fn loser<'a>(source: &'a str, advocate: Option<&'a str>, reason: &'a str) -> Loser<'a> {
    Loser {
        advocate,
        source,
        reason,
    }
}

fn voided<'a>(side: &'a str, reason: &'a str) -> RewardLine<'a> {
    RewardLine {
        side,
        status: "voided",
        reason: Some(reason),
    }
}

/// Every sentence that the codes can make.
fn all(language: Language) -> Vec<String> {
    let mut told = Why::default().sentences(language);
    for advocate in [None, Some("Ada")] {
        for source in SOURCES {
            told.extend(credit(source, advocate, None).sentences(language));
            for reason in LOST.into_iter().chain(["moonlight"]) {
                let losers = vec![loser(source, advocate, reason)];
                let why = Why {
                    losers,
                    ..Why::default()
                };
                told.extend(why.sentences(language).into_iter().skip(1));
            }
        }
        for channel in CHANNELS
            .iter()
            .map(|channel| channel.name)
            .chain(["pigeon"])
        {
            told.extend(credit("click", advocate, Some(channel)).sentences(language));
        }
    }
    for reason in VERDICTS.into_iter().chain(VOIDED).chain(["moonlight"]) {
        for side in ["advocate", "friend", "witness"] {
            let why = Why {
                verdict: reason,
                rewards: vec![voided(side, reason), voided(side, "other")],
                ..Why::default()
            };
            told.extend(why.sentences(language).into_iter().skip(1));
        }
    }
    told
}

#[test]
fn every_code_has_a_sentence_in_every_language() {
    let english = all(Language::default());
    for language in Language::ALL {
        let told = all(language);
        assert_eq!(told.len(), english.len());
        for (sentence, original) in told.iter().zip(&english) {
            let tag = language.tag();
            assert!(sentence.trim().len() > 8, "{tag}: {sentence:?}");
            assert!(sentence.ends_with('.'), "{tag}: {sentence}");
            assert!(!sentence.contains(['{', '}', '!']), "{tag}: {sentence}");
            assert!(
                !sentence.contains("  ") && !sentence.contains(".."),
                "{tag}: {sentence}"
            );
            let english = language == Language::default();
            assert_eq!(english, sentence == original, "{tag}: {sentence}");
            for outside in [
                "Ada",
                "oracle",
                "moonlight",
                "pigeon",
                "witness",
                "WhatsApp",
            ] {
                assert_eq!(
                    original.contains(outside),
                    sentence.contains(outside),
                    "{tag}: {sentence}"
                );
            }
        }
    }
}

#[test]
fn known_codes_are_told_in_words_and_each_in_its_own() {
    for language in Language::ALL {
        let clause = |code| {
            let why = Why {
                rewards: vec![voided("friend", code)],
                ..Why::default()
            };
            why.sentences(language)[1].clone()
        };
        let mut told: Vec<_> = VERDICTS
            .into_iter()
            .chain(VOIDED)
            .chain(LOST)
            .map(clause)
            .collect();
        let count = told.len();
        told.sort();
        told.dedup();
        assert_eq!(told.len(), count, "{language:?}");
        assert!(told.iter().all(|clause| !clause.contains('_')), "{told:?}");
        assert!(clause("moon_light").contains("moon_light"));
    }
}

#[test]
fn the_languages_are_the_promised_ones_and_others_fall_back() {
    assert_eq!(Language::ALL.map(Language::tag), LANGUAGES);
    for (tag, chosen) in [
        ("uk-UA", "uk"),
        ("CS_cz", "cs"),
        ("fr-CA,en;q=0.5", "fr"),
        ("ar", "ar"),
        ("pt-BR", "en"),
        ("", "en"),
    ] {
        assert_eq!(Language::from_tag(tag).tag(), chosen, "{tag}");
    }
}

#[test]
fn what_comes_from_outside_stands_as_it_is() {
    let odd = "O'Neil \"{reason}\" {advocate} <b>} {";
    for language in Language::ALL {
        let why = Why {
            losers: vec![loser(odd, Some(odd), odd)],
            verdict: odd,
            rewards: vec![voided(odd, odd)],
            ..credit("click", Some(odd), Some(odd))
        };
        let told = why.sentences(language);
        let counts: Vec<_> = told.iter().map(|one| one.matches(odd).count()).collect();
        assert_eq!(counts, [2, 1, 3, 2], "{told:?}");
    }
    let blank = credit("click", Some(" "), Some(""));
    assert_eq!(
        blank.text(Language::default()),
        credit("click", None, None).text(Language::default())
    );
}

#[test]
fn only_arabic_isolates_what_comes_from_outside() {
    let why = credit("click", Some("Ada"), Some("whatsapp"));
    for language in Language::ALL {
        let text = why.text(language);
        if language.tag() == "ar" {
            assert!(text.contains("\u{2068}Ada\u{2069}"), "{text}");
            assert!(text.contains("\u{2068}WhatsApp\u{2069}"), "{text}");
        } else {
            assert!(!text.contains(['\u{2068}', '\u{2069}']), "{text}");
        }
    }
}

fn example() -> Why<'static> {
    let kept = RewardLine {
        side: "friend",
        status: "issued",
        reason: None,
    };
    Why {
        verdict: "not_new_customer",
        losers: vec![
            loser("click", Some("Bo"), "later_click_won"),
            loser("coupon", None, "unknown_code"),
        ],
        rewards: vec![
            voided("advocate", "cap_reached"),
            kept,
            voided("friend", "cap_reached"),
        ],
        ..credit("click", Some("Ada"), Some("whatsapp"))
    }
}

#[test]
fn an_example_in_english() {
    assert_eq!(
        example().sentences(Language::from_tag("en")),
        [
            "The credit goes to Ada: the friend followed their link, shared on WhatsApp.",
            "There is no reward: the friend had ordered before.",
            "A click on a link from Bo does not count: the friend clicked again later, and the last click counts.",
            "A code does not count: the code or link belongs to nobody, or no longer works.",
            "The advocate's reward was declined: the advocate has reached the limit of rewards for this period.",
            "The friend's reward was declined for the same reason.",
        ]
    );
}

#[test]
fn an_example_in_polish() {
    assert_eq!(
        example().text(Language::from_tag("pl")),
        "Zamówienie zaliczono na konto: Ada. Złożono je po kliknięciu linku tej osoby, \
         udostępnionego przez WhatsApp. Nagroda się nie należy: polecona osoba kupowała już \
         w tym sklepie. Kliknięcie linku, który udostępnia Bo, nie liczy się: później było \
         jeszcze jedno kliknięcie, a liczy się ostatnie. Jeden kod nie liczy się: kod lub \
         link do nikogo nie należy albo już nie działa. Osoba polecająca nie dostaje nagrody: osoba \
         polecająca wykorzystała limit nagród w tym okresie. Z tego samego powodu nagrody nie \
         dostaje polecona osoba."
    );
}

#[test]
fn a_code_does_not_lose_because_codes_come_first() {
    let why = Why {
        losers: vec![
            loser("click", Some("Bo"), "coupon_won"),
            loser("coupon", Some("Bo"), "coupon_won"),
        ],
        ..credit("coupon", Some("Ada"), None)
    };
    for language in Language::ALL {
        let told = why.sentences(language);
        let clause = |at: usize| told[at].rsplit(": ").next().unwrap().to_owned();
        assert_ne!(clause(1), clause(2), "{told:?}");
    }
    assert_eq!(
        why.sentences(Language::default())[2],
        "A code from Bo does not count: another code counts for this order."
    );
}

#[test]
fn a_reason_is_told_once_in_a_row() {
    let mut why = Why {
        verdict: "refunded",
        rewards: vec![voided("advocate", "refunded"), voided("friend", "refunded")],
        ..credit("manual", None, None)
    };
    let english = Language::default();
    let same = "The advocate's reward was declined for the same reason.";
    assert_eq!(why.sentences(english)[2], same);
    why.losers = vec![loser("click", None, "manual_won")];
    let told = why.sentences(english);
    assert_eq!(
        told[3],
        "The advocate's reward was declined: the order was cancelled or refunded in full."
    );
    assert!(told[4].ends_with("for the same reason."));
}

fn build(name: &str, english: &str, second: &str) -> Result<String, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("reasons")
        .join(name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("en.json"), english).unwrap();
    std::fs::write(folder.join("uk.json"), second).unwrap();
    reasons::generate(&folder).map_err(|error| error.to_string())
}

#[test]
fn the_build_refuses_a_language_that_differs() {
    let english = r#"{"lost": "{advocate} lost", "reason_late": "late"}"#;
    let code = build(
        "whole",
        english,
        r#"{"reason_late": "пізно", "lost": "{advocate}: ні"}"#,
    );
    assert!(
        code.unwrap()
            .contains(r#""late" => Some(self.reason_late)"#)
    );
    for (name, second, complaint) in [
        (
            "missing",
            r#"{"lost": "{advocate}"}"#,
            "missing/uk.json: `reason_late` is missing",
        ),
        (
            "surplus",
            r#"{"lost": "{advocate}", "reason_late": "x", "more": "x"}"#,
            "`more` is not in en.json",
        ),
        (
            "placeholder",
            r#"{"lost": "{adv}", "reason_late": "x"}"#,
            "`lost` has [\"adv\"]",
        ),
        (
            "empty",
            r#"{"lost": "{advocate}", "reason_late": ""}"#,
            "`reason_late` is empty",
        ),
    ] {
        let error = build(name, english, second).unwrap_err();
        assert!(error.contains(complaint), "{name}: {error}");
    }
    let odd = r#"{"1 x": "y"}"#;
    assert!(build("odd", odd, odd).unwrap_err().contains("`1 x`"));
}
