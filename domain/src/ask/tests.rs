use super::*;
use crate::panel::QuietDays;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_795_000_000_000);
/// The browser's clock is a year behind.
const BROWSER_NOW: i64 = 1_763_464_000;

fn rules() -> Rules {
    Rules {
        asks: Asks::default(),
        survey: false,
        paused: false,
    }
}

fn ago(deed: Deed, days: i64) -> Moment {
    Moment {
        deed,
        at: NOW.plus_ms(-days * DAY_MS),
    }
}

fn quiet(why: Why, days: i64) -> Verdict {
    Verdict::Quiet {
        why,
        quiet_ms: days * DAY_MS,
    }
}

const ASK: Verdict = Verdict::Ask { survey: false };

fn at_exit(past: &[Moment]) -> Verdict {
    decide(&rules(), Unasked::ExitIntent, past, NOW)
}

#[test]
fn a_stranger_is_asked() {
    assert_eq!(at_exit(&[]), ASK);
    assert_eq!(decide(&rules(), Unasked::PostPurchase, &[], NOW), ASK);
}

#[test]
fn one_budget_covers_all_placements() {
    let asked = [2, 10, 29].map(|days| ago(Deed::Asked, days));
    for at in [Unasked::ExitIntent, Unasked::PostPurchase] {
        assert_eq!(decide(&rules(), at, &asked, NOW), quiet(Why::Budget, 1));
        assert_eq!(decide(&rules(), at, &asked[..2], NOW), ASK);
    }
    let left = [2, 10, 30].map(|days| ago(Deed::Asked, days));
    assert_eq!(at_exit(&left), ASK, "the third has left the window");
    let never = Rules {
        asks: Asks {
            budget: 0,
            ..Asks::default()
        },
        ..rules()
    };
    assert_eq!(
        decide(&never, Unasked::ExitIntent, &[], NOW),
        quiet(Why::Off, 0)
    );
}

#[test]
fn there_is_silence_after_what_calls_for_it() {
    for (deed, days, why) in [
        (Deed::Dismissed, 30, Why::Dismissed),
        (Deed::Shared, 60, Why::Shared),
        (Deed::Refunded, 90, Why::Refunded),
        (Deed::PoorAnswer, 90, Why::PoorAnswer),
    ] {
        assert_eq!(at_exit(&[ago(deed, days - 1)]), quiet(why, 1));
        assert_eq!(at_exit(&[ago(deed, days)]), ASK);
        let tomorrow = [ago(deed, -1)];
        assert_eq!(
            at_exit(&tomorrow),
            quiet(why, days),
            "a wrong clock shortens nothing"
        );
    }
    assert_eq!(
        at_exit(&[ago(Deed::Answered, 0), ago(Deed::Bought, 0)]),
        ASK
    );
}

#[test]
fn the_longest_silence_is_told() {
    let past = [ago(Deed::Dismissed, 1), ago(Deed::Shared, 50)];
    assert_eq!(at_exit(&past), quiet(Why::Dismissed, 29));
    let past = [ago(Deed::Dismissed, 1), ago(Deed::PoorAnswer, 10)];
    assert_eq!(at_exit(&past), quiet(Why::PoorAnswer, 80));
}

#[test]
fn each_placement_can_be_switched_off() {
    let off = Rules {
        asks: Asks {
            exit_intent: false,
            ..Asks::default()
        },
        ..rules()
    };
    let exit = decide(&off, Unasked::ExitIntent, &[], NOW);
    assert_eq!(exit, quiet(Why::Off, 0));
    assert_eq!(decide(&off, Unasked::PostPurchase, &[], NOW), ASK);
    let paused = Rules {
        paused: true,
        ..rules()
    };
    let Verdict::Quiet { why, quiet_ms } = decide(&paused, Unasked::PostPurchase, &[], NOW) else {
        panic!("nothing can be promised");
    };
    assert_eq!((why, quiet_ms), (Why::Paused, 3_600_000));
}

#[test]
fn a_company_is_asked_when_it_has_used_the_thing() {
    let delayed = Rules {
        asks: Asks {
            delay_days: 14,
            ..Asks::default()
        },
        ..rules()
    };
    let after = |past: &[Moment]| decide(&delayed, Unasked::PostPurchase, past, NOW);
    let too_early = quiet(Why::TooEarly, 0);
    assert_eq!(after(&[]), too_early, "bought just now");
    assert_eq!(after(&[ago(Deed::Bought, 13)]), too_early);
    assert_eq!(after(&[ago(Deed::Bought, 14)]), ASK);
    let again = [ago(Deed::Bought, 0), ago(Deed::Bought, 20)];
    assert_eq!(after(&again), ASK, "who orders every week is asked too");
    let leaving = decide(&delayed, Unasked::ExitIntent, &[], NOW);
    assert_eq!(leaving, ASK, "the delay is after orders only");
}

#[test]
fn the_survey_comes_after_a_purchase_and_not_twice() {
    let surveys = Rules {
        survey: true,
        ..rules()
    };
    let survey = |at, past: &[Moment]| decide(&surveys, at, past, NOW);
    let first = Verdict::Ask { survey: true };
    assert_eq!(survey(Unasked::PostPurchase, &[]), first);
    assert_eq!(survey(Unasked::ExitIntent, &[]), ASK);
    let answered = |days| [ago(Deed::Answered, days)];
    assert_eq!(survey(Unasked::PostPurchase, &answered(89)), ASK);
    assert_eq!(survey(Unasked::PostPurchase, &answered(90)), first);
}

#[test]
fn a_browsers_text_is_read_by_its_own_clock() {
    let text = format!(
        "d{}.a{}.p{}",
        BROWSER_NOW,
        BROWSER_NOW - 86_400,
        BROWSER_NOW + 9
    );
    let read = history::read(&text, BROWSER_NOW, NOW);
    let expected = [
        ago(Deed::Dismissed, 0),
        ago(Deed::Asked, 1),
        ago(Deed::PoorAnswer, 0),
    ];
    assert_eq!(read, expected);
    let letters: String = "sbv"
        .chars()
        .map(|letter| format!("{letter}{BROWSER_NOW}."))
        .collect();
    let deeds: Vec<Deed> = history::read(&letters, BROWSER_NOW, NOW)
        .iter()
        .map(|moment| moment.deed)
        .collect();
    assert_eq!(deeds, [Deed::Shared, Deed::Bought, Deed::Answered]);
}

#[test]
fn what_cannot_be_read_is_passed_over() {
    for text in [
        "",
        "....",
        "a",
        "a-1",
        "a+1",
        "z1795000000",
        "a99999999999999999999",
        "Ａ1",
        "ä1795000000",
        "a1795000000x",
    ] {
        assert_eq!(history::read(text, BROWSER_NOW, NOW), [], "{text}");
    }
    let many = "a1795000000.".repeat(500);
    assert_eq!(
        history::read(&many, BROWSER_NOW, NOW).len(),
        history::MOST_DEEDS
    );
    for extreme in [i64::MIN, i64::MAX] {
        let read = history::read("d0.d9223372036854775807", extreme, NOW);
        assert_eq!(read.len(), 2);
    }
}

#[test]
fn what_browser_and_books_both_know_counts_once() {
    let near = |moment: Moment| Moment {
        at: moment.at.plus_ms(-7_000),
        ..moment
    };
    let asked = ago(Deed::Asked, 3);
    let both = history::together(&[asked], &[near(asked)]);
    assert_eq!(both, [near(asked)]);
    // Two browsers of one person at the same minute: the books know both asks.
    let both = history::together(&[asked], &[asked, near(asked)]);
    assert_eq!(both.len(), 2);
    let other = ago(Deed::Dismissed, 3);
    assert_eq!(history::together(&[asked, asked], &[other, asked]).len(), 3);
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => Just(Deed::Asked),
        1 => Just(Deed::Dismissed),
        1 => Just(Deed::Shared),
        1 => Just(Deed::Refunded),
        1 => Just(Deed::PoorAnswer),
        1 => Just(Deed::Answered),
        2 => Just(Deed::Bought),
    ]
}

fn any_rules() -> impl Strategy<Value = Rules> {
    (
        0..5u32,
        1..40u32,
        0..20u32,
        any::<bool>(),
        [0..50u32, 0..50, 0..50, 0..50],
    )
        .prop_map(
            |(budget, window_days, delay_days, survey, [dismissed, shared, refunded, poor])| {
                Rules {
                    asks: Asks {
                        budget,
                        window_days,
                        exit_intent: true,
                        post_purchase: true,
                        delay_days,
                        quiet_days: QuietDays {
                            dismissed,
                            shared,
                            refunded,
                            poor,
                        },
                    },
                    survey,
                    paused: false,
                }
            },
        )
}

proptest! {
    /// A life of a shopper: things happen, the governor is asked again and again.
    #[test]
    fn never_more_than_the_budget_in_any_window(
        rules in any_rules(),
        life in proptest::collection::vec((0..200_i64, proptest::option::of(deed()), any::<bool>()), 1..120),
    ) {
        let mut past: Vec<Moment> = Vec::new();
        let mut asked: Vec<Timestamp> = Vec::new();
        let mut now = NOW;
        for (hours, happens, leaving) in life {
            now = now.plus_ms(hours * 3_600_000);
            if let Some(deed) = happens.filter(|deed| *deed != Deed::Asked) {
                past.push(Moment { deed, at: now });
            }
            let at = if leaving { Unasked::ExitIntent } else { Unasked::PostPurchase };
            match decide(&rules, at, &past, now) {
                Verdict::Ask { .. } => {
                    asked.push(now);
                    past.push(Moment { deed: Deed::Asked, at: now });
                }
                Verdict::Quiet { quiet_ms, .. } => prop_assert!(quiet_ms >= 0),
            }
        }
        let window = DAY_MS * i64::from(rules.asks.window_days);
        for start in &asked {
            let inside = asked.iter().filter(|at| (start.0..start.0 + window).contains(&at.0));
            prop_assert!(inside.count() <= rules.asks.budget as usize);
        }
    }

    #[test]
    fn silence_always_holds_and_ends_when_it_was_said_to(
        rules in any_rules(),
        past in proptest::collection::vec((deed(), -20..100i64), 0..12),
        leaving in any::<bool>(),
    ) {
        let past: Vec<Moment> = past.into_iter().map(|(deed, days)| ago(deed, days)).collect();
        let at = if leaving { Unasked::ExitIntent } else { Unasked::PostPurchase };
        let quiet = rules.asks.quiet_days;
        let silent = past.iter().any(|moment| {
            let days = match moment.deed {
                Deed::Dismissed => quiet.dismissed,
                Deed::Shared => quiet.shared,
                Deed::Refunded => quiet.refunded,
                Deed::PoorAnswer => quiet.poor,
                Deed::Asked | Deed::Answered | Deed::Bought => 0,
            };
            NOW.0 - moment.at.0.min(NOW.0) < DAY_MS * i64::from(days)
        });
        match decide(&rules, at, &past, NOW) {
            Verdict::Ask { .. } => prop_assert!(!silent),
            Verdict::Quiet { quiet_ms, .. } if quiet_ms > 0 => {
                // A clock that was ahead then is ahead no more.
                let past: Vec<Moment> =
                    past.iter().map(|moment| Moment { at: moment.at.min(NOW), ..*moment }).collect();
                let just_before = decide(&rules, at, &past, NOW.plus_ms(quiet_ms - 1));
                let still = matches!(just_before, Verdict::Quiet { quiet_ms: 1, .. });
                prop_assert!(still);
                let after = decide(&rules, at, &past, NOW.plus_ms(quiet_ms));
                let over = matches!(after, Verdict::Ask { .. } | Verdict::Quiet { why: Why::TooEarly, .. });
                prop_assert!(over);
            }
            Verdict::Quiet { .. } => {}
        }
    }
}
