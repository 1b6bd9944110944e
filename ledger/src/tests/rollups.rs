//! Every roll-up can be made again from the event log, the click segments and the
//! landings, and is the same to the last row, after whatever history. Impressions and
//! what was dropped have no other record than their counters.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::harness::{Shop, browser, euros, server, text};
use super::history::History;
use super::recount::{Counted, by_events, by_rows, kept};
use crate::command::{Command, Decision};

/// The counts of some measures.
fn only(mut counted: Counted, which: impl Fn(&str) -> bool) -> Counted {
    counted.retain(|(measure, ..), _| which(measure));
    counted
}

fn without_other_record(measure: &str) -> bool {
    matches!(measure, "impression" | "dropped")
}

fn by_dimension(counted: &Counted, measure: &str) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for ((name, dimension, _), n) in counted {
        if name == measure {
            *sums.entry(dimension.clone()).or_default() += n;
        }
    }
    sums
}

fn differences(left: &Counted, right: &Counted) -> Vec<String> {
    let keys: BTreeSet<_> = left.keys().chain(right.keys()).collect();
    let of = |counted: &Counted, key| counted.get(key).copied().unwrap_or(0);
    keys.into_iter()
        .map(|key| (key, of(left, key), of(right, key)))
        .filter(|(_, left, right)| left != right)
        .map(|(key, left, right)| format!("{key:?}: {left} against {right}"))
        .collect()
}

/// Measures that orders, referrals and rewards say nothing of.
const OF_TRAFFIC: [&str; 9] = [
    "impression",
    "joined",
    "share",
    "click",
    "landing",
    "claim",
    "share_placement",
    "click_variant",
    "dropped",
];

fn play(seed: u64, steps: usize) -> Counted {
    let mut history = History::begin(seed);
    for _ in 0..4 {
        history.join();
    }
    for _ in 0..steps {
        history.step();
    }
    let shop = &history.shop;
    let counters = kept(shop);
    let none: Vec<String> = Vec::new();
    let of_rows = by_rows(shop);
    let counted_of_rows = only(counters.clone(), |measure| !OF_TRAFFIC.contains(&measure));
    assert_eq!(
        differences(&counted_of_rows, &of_rows),
        none,
        "rows, seed {seed}"
    );
    let recorded = only(counters.clone(), |measure| !without_other_record(measure));
    assert_eq!(
        differences(&recorded, &by_events(shop)),
        none,
        "events, seed {seed}"
    );
    history.dropped.retain(|_, n| *n != 0);
    assert_eq!(by_dimension(&counters, "impression"), history.seen);
    assert_eq!(by_dimension(&counters, "dropped"), history.dropped);
    assert!(
        counters.values().all(|n| *n > 0),
        "nothing is counted below zero"
    );
    history.shop.sound();
    counters
}

fn measures_of(counted: &Counted) -> BTreeSet<String> {
    counted
        .keys()
        .map(|(measure, ..)| measure.clone())
        .collect()
}

#[test]
fn every_roll_up_can_be_made_again_from_what_happened() {
    let mut measures = BTreeSet::new();
    for seed in 1..=5 {
        measures.extend(measures_of(&play(seed, 400)));
    }
    // The history was varied enough to count everything that can be counted.
    assert_eq!(measures.len(), 33, "{measures:?}");
}

#[test]
fn what_the_merchant_approved_counts_at_once_though_no_shop_has_confirmed_it() {
    let shop = Shop::open();
    let ada = shop.advocate("ada@mail.example");
    let token = shop.click(&ada, "x");
    let answer = shop.report(browser("1").token(&token));
    assert_eq!(by_dimension(&kept(&shop), "unconfirmed_cost")["EUR"], 2_000);
    shop.run(Command::DecideReferral {
        id: text(&answer, "/referral/id"),
        decision: Decision::Approve { reason: None },
    });
    assert_eq!(shop.statuses("1"), "approved approved approved");
    let check = |when: &str| {
        let counters = kept(&shop);
        assert_eq!(
            by_dimension(&counters, "unconfirmed_cost"),
            BTreeMap::new(),
            "{when}"
        );
        assert_eq!(by_dimension(&counters, "cost")["EUR"], 2_000, "{when}");
        assert_eq!(counters, only(by_events(&shop), |_| true), "{when}");
    };
    check("approved");
    shop.report(server("1").token(&token));
    check("confirmed");
    assert_eq!(shop.run(Command::Home)["reward_cost"], json!(euros(2_000)));
}
