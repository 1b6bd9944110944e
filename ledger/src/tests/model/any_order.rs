//! The same reports in any order, however often each, end in the same books: under
//! every kind of programme.

use proptest::prelude::*;

use super::bench::{Bench, Picture};
use super::chance::Chance;
use super::step::{ADVOCATES, ORDERS, PEOPLE, Step, Told, Typed};

/// What must not depend on the order of reports: everything but what was voided on the
/// way.
fn settled(bench: &Bench) -> Picture {
    let mut picture = bench.picture();
    picture.retain(|name, line| {
        let passing = name.starts_with("referral") || name.starts_with("reward");
        let kept = ["budget_spent", "cap_reached"]
            .iter()
            .any(|why| line.contains(why));
        !passing || !line.starts_with("voided") || kept
    });
    picture
}

/// What is true of one order; reports tell parts of it.
fn truth(chance: &mut Chance, order: usize, sign_up: bool) -> Told {
    let sign_up = sign_up != (order == ORDERS - 1);
    Told {
        order,
        server: true,
        sign_up,
        minor: if sign_up {
            0
        } else {
            chance.pick(&[5_000, 3_000, 1_000])
        },
        currency: if !sign_up && chance.one_in(6) {
            "USD"
        } else {
            "EUR"
        },
        person: (!chance.one_in(3)).then(|| chance.pick(&PEOPLE)),
        clicks: Vec::new(),
        typed: chance.one_in(3).then(|| match chance.below(4) {
            0 => Typed::Personal(chance.below(ADVOCATES)),
            1 => Typed::Shops,
            _ => Typed::Claimed(chance.below(2)),
        }),
        ago: Some(chance.pick(&[0, 1, 60, 1_500, 3_000, 6_000])),
        checkout_ago: chance.one_in(5).then(|| chance.pick(&[3, 30])),
        not_new: chance.one_in(10),
    }
}

/// A part of it, as a server or a browser tells.
fn part(chance: &mut Chance, truth: &Told) -> Told {
    let mut told = truth.clone();
    told.server = !chance.one_in(4);
    told.person = truth.person.filter(|_| chance.one_in(2));
    told.typed = truth.typed.filter(|_| chance.one_in(2));
    told.ago = truth.ago.filter(|_| !chance.one_in(4));
    told.checkout_ago = truth.checkout_ago.filter(|_| chance.one_in(2));
    told.not_new = truth.not_new && chance.one_in(2);
    for _ in 0..chance.pick(&[0, 1, 1, 2]) {
        told.clicks.push(chance.below(super::step::CLICKS.len()));
    }
    told
}

/// What comes before, and reports that may come in any order.
fn scene(seed: u64) -> (Vec<Step>, Vec<Step>) {
    let mut chance = Chance(seed);
    let program = chance.program();
    let sign_up = program.trigger == grapevine_domain::program::Trigger::SignUp;
    let before = vec![
        Step::Publish(Box::new(program)),
        Step::Claim(0),
        Step::Claim(1),
        Step::Pass(chance.pick(&[1, 300, 7_000])),
    ];
    let mut reports = Vec::new();
    let truths: Vec<Told> = (0..ORDERS)
        .map(|order| truth(&mut chance, order, sign_up))
        .collect();
    for number in 0..chance.pick(&[4, 6, 8, 10]) {
        let told = chance.pick(&truths);
        if chance.one_in(4) {
            let what = (!chance.one_in(4)).then(|| (chance.pick(&[500, 2_500]), told.currency));
            reports.push(Step::Refund(told.order, number, what));
        } else {
            reports.push(Step::Report(part(&mut chance, &told)));
        }
    }
    (before, reports)
}

fn played(bench: &mut Bench, before: &[Step], reports: &[Step]) -> Picture {
    bench.clear();
    for step in before.iter().chain(reports) {
        bench.take(step).unwrap();
    }
    settled(bench)
}

#[test]
fn any_order_of_the_same_reports_ends_in_the_same_books() {
    let bench = std::cell::RefCell::new(Bench::new());
    let keep = proptest::collection::vec(proptest::bool::weighted(0.97), 10);
    let config = ProptestConfig::with_cases(80);
    proptest!(config, |(seed in any::<u64>().no_shrink(), keep in keep, turn in any::<u64>())| {
        let bench = &mut *bench.borrow_mut();
        let (before, mut reports) = scene(seed);
        let mut kept = keep.iter();
        reports.retain(|_| kept.next() != Some(&false));
        let first = played(bench, &before, &reports);
        let mut chance = Chance(turn);
        for _ in 0..4 {
            let mut other = reports.clone();
            for at in (1..other.len()).rev() {
                other.swap(at, chance.below(at + 1));
            }
            for _ in 0..chance.below(3) {
                let again = chance.pick(&other);
                other.push(again);
            }
            let picture = played(bench, &before, &other);
            if let Some(wrong) = super::difference(&picture, &first) {
                let lines = |steps: &[Step]| {
                    steps.iter().map(super::told).collect::<Vec<_>>().join("\n")
                };
                prop_assert!(
                    false,
                    "{}\n-- in this order (model):\n{}\n-- or in this (books):\n{}\n{wrong}",
                    lines(&before), lines(&reports), lines(&other)
                );
            }
        }
    });
}
