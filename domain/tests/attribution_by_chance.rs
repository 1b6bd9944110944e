//! Who gets the credit does not depend on the order in which candidates are known.

use grapevine_domain::attribution::{Candidate, Decision, Model, Moment, Rules, Source, decide};
use grapevine_domain::time::Timestamp;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_795_000_000_000);

/// A few advocates at a few moments, so that equals meet.
fn candidate() -> impl Strategy<Value = Candidate> {
    let sources = prop_oneof![
        Just(Source::Click),
        Just(Source::Click),
        Just(Source::Coupon),
        Just(Source::EarlierOrder),
        Just(Source::Manual),
    ];
    let minutes = prop_oneof![
        Just(-10),
        Just(-4),
        Just(0),
        Just(5),
        Just(60),
        Just(50_000)
    ];
    (sources, 0..4usize, minutes, 0..3u32).prop_map(|(source, who, minutes, click)| Candidate {
        source,
        advocate: ["ada", "bea", "cem"]
            .get(who)
            .map(|name| (*name).to_owned()),
        at: NOW.plus_ms(-minutes * 60_000),
        click: (source == Source::Click).then(|| click.to_string()),
        channel: None,
    })
}

fn rules() -> impl Strategy<Value = Rules> {
    let models = prop_oneof![Just(Model::LastClick), Just(Model::FirstClick)];
    (models, prop_oneof![Just(0), Just(10)], any::<bool>()).prop_map(
        |(model, late_click_minutes, first_comes_first)| Rules {
            model,
            window_days: 30,
            late_click_minutes,
            first_comes_first,
        },
    )
}

/// Losers in one order.
fn sorted(mut decision: Decision) -> Decision {
    decision.losers.sort_by_key(|loser| format!("{loser:?}"));
    decision
}

proptest! {
    #[test]
    fn any_order_of_candidates_ends_in_the_same_decision(
        (forth, back) in proptest::collection::vec(candidate(), 0..7)
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        rules in rules(),
        checkout in proptest::option::of(0..90i64),
    ) {
        let moment = Moment {
            ordered_at: NOW,
            checkout_at: checkout.map(|minutes| NOW.plus_ms(-minutes * 60_000)),
        };
        let [one, other] = [forth.clone(), back].map(|all| sorted(decide(all, &rules, moment)));
        prop_assert_eq!(&one, &other);
        let known = usize::from(one.winner.is_some()) + one.losers.len();
        prop_assert_eq!(known, forth.len(), "every candidate is told of");
        if let Some(winner) = &one.winner {
            prop_assert!(winner.advocate.is_some());
            let manual = forth.iter().any(|all| all.source == Source::Manual && all.advocate.is_some());
            prop_assert_eq!(winner.source == Source::Manual, manual, "the merchant beats all");
        }
    }
}
