//! The books against a model of them: random histories, and after every step the same
//! verdicts, referrals, rewards, debts and counts.
//!
//! The model is written from the rules in words, without the domain's deciding code,
//! and as simply as can be: it keeps every fact and works out everything anew after
//! each step. The books work out only what a step can have changed, so what they
//! forget shows here.
//!
//! `GRAPEVINE_HISTORIES` sets how many histories are played, `GRAPEVINE_SEED` where
//! chance begins.

mod any_order;
mod bench;
mod chance;
mod facts;
mod failing;
mod handed;
mod judged;
mod limits;
mod money;
mod played;
mod regressions;
mod replayed;
mod step;
mod sums;

use std::panic::{AssertUnwindSafe, catch_unwind};

use bench::{Bench, Picture};
use chance::Chance;
use facts::Model;
use serde_json::Value as Json;
use step::Step;

/// What differs, one line a name.
fn difference(books: &Picture, model: &Picture) -> Option<String> {
    if books == model {
        return None;
    }
    let names: std::collections::BTreeSet<&String> = books.keys().chain(model.keys()).collect();
    let nothing = "nothing".to_owned();
    let lines = names.into_iter().filter_map(|name| {
        let ours = books.get(name).unwrap_or(&nothing);
        let theirs = model.get(name).unwrap_or(&nothing);
        (ours != theirs).then(|| format!("  {name}\n    books: {ours}\n    model: {theirs}\n"))
    });
    Some(lines.collect())
}

/// Plays a history on both; what is wrong, and after which step.
fn play(bench: &mut Bench, steps: &[Step]) -> Result<Model, (usize, String)> {
    bench.clear();
    let mut model = Model::new();
    for (at, step) in steps.iter().enumerate() {
        let wrong = |what: String| (at, what);
        if !bench.take(step).map_err(wrong)? {
            continue;
        }
        let taken = catch_unwind(AssertUnwindSafe(|| model.take(step)));
        taken.map_err(|_| wrong("the model fell over".to_owned()))?;
        if let Some(difference) = difference(&bench.picture(), &model.picture()) {
            return Err((at, difference));
        }
    }
    Ok(model)
}

/// The shortest history that still goes wrong, by leaving steps out.
fn shrink(bench: &mut Bench, mut steps: Vec<Step>) -> Vec<Step> {
    loop {
        if let Err((at, _)) = play(bench, &steps) {
            steps.truncate(at + 1);
        }
        let without = (1..steps.len()).rev().find_map(|at| {
            let mut fewer = steps.clone();
            fewer.remove(at);
            play(bench, &fewer).is_err().then_some(fewer)
        });
        match without {
            Some(fewer) => steps = fewer,
            None => return steps,
        }
    }
}

/// A step as it can be read: of a programme only what is not usual.
fn told(step: &Step) -> String {
    let Step::Publish(program) = step else {
        return format!("{step:?}");
    };
    let usual = serde_json::to_value(crate::tests::harness::starter()).unwrap();
    let mut json = serde_json::to_value(program).unwrap();
    if let Json::Object(fields) = &mut json {
        fields.retain(|name, value| usual.get(name) != Some(value));
    }
    format!("Publish {json}")
}

/// Plays a history; on a difference tells the shortest one that shows it.
fn agree(bench: &mut Bench, steps: Vec<Step>, seed: u64) -> Model {
    match play(bench, &steps) {
        Ok(model) => model,
        Err(_) => {
            let steps = shrink(bench, steps);
            let (_, wrong) = play(bench, &steps).err().unwrap();
            let lines: Vec<String> = steps.iter().map(told).collect();
            panic!("seed {seed}:\n{}\n{wrong}", lines.join("\n"));
        }
    }
}

fn number(name: &str, usual: u64) -> u64 {
    let set = std::env::var(name).ok();
    set.map_or(usual, |text| text.parse().unwrap())
}

/// Half of all histories: those of a test of its own, so that two run at a time.
fn half(odd: u64) {
    let mut bench = Bench::new();
    let first = number("GRAPEVINE_SEED", 1);
    let all = first..first + number("GRAPEVINE_HISTORIES", 3_000);
    for seed in all.filter(|seed| seed % 2 == odd) {
        let mut chance = Chance(seed);
        let length = 15 + chance.below(16);
        let steps = chance.history(length);
        agree(&mut bench, steps, seed);
        bench.shop.sound();
    }
}

#[test]
fn books_and_model_agree_on_random_histories() {
    half(0);
}

#[test]
fn books_and_model_agree_on_as_many_others() {
    half(1);
}
