//! Money never appears or vanishes: what the log says was handed over, taken back and
//! forgiven is what the rows say, and the arithmetic of every reward ends in its worth.

use std::collections::BTreeMap;

use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::RewardStatus;
use proptest::prelude::*;
use serde_json::Value as Json;

use super::bench::Bench;
use super::chance::Chance;
use crate::sql::Sql;

/// Steps end in the worth; in what is payable where a debt was kept back.
fn arithmetic_is_sound(bench: &Bench) -> Result<(), String> {
    let rows = bench.shop.sql.run(
        "SELECT steps, amount_minor, withheld_minor, handed_minor, forgiven_minor, status, \
         coalesce(reason, ''), id, wanted_minor FROM rewards",
        vec![],
    );
    for row in rows.unwrap() {
        let steps: Vec<Json> = serde_json::from_str(&row.text(0).unwrap()).unwrap();
        let [worth, withheld, handed, forgiven] = [1, 2, 3, 4].map(|at| row.int(at).unwrap());
        let (status, reason) = (row.text(5).unwrap(), row.text(6).unwrap());
        let wrong = |what: &str| Err(format!("{what}: {status} {reason} {steps:?} {row:?}"));
        if worth < 0 || !(0..=worth).contains(&withheld) || !(0..=handed).contains(&forgiven) {
            return wrong("an amount out of its range");
        }
        if status == "pending" && row.int(8).unwrap() != worth {
            return wrong("a pending reward wants another amount than it is worth");
        }
        if status == "voided" {
            continue;
        }
        let last = steps.last().unwrap();
        let ends_in = match last["rule"].as_str().unwrap() {
            "debt" => worth - withheld,
            _ => worth,
        };
        if last["minor"].as_i64() != Some(ends_in) {
            return wrong("steps do not end in the worth");
        }
    }
    Ok(())
}

/// What every reward's events come to: handed over and not taken back.
fn handed_by_the_log(bench: &Bench) -> BTreeMap<String, i64> {
    let rows = bench.shop.sql.run(
        "SELECT subject, kind, data FROM events WHERE kind LIKE 'reward.%' ORDER BY seq",
        vec![],
    );
    let mut handed: BTreeMap<String, i64> = BTreeMap::new();
    // What the code of a reward is good for, while nobody has used it.
    let mut unused: BTreeMap<String, i64> = BTreeMap::new();
    for row in rows.unwrap() {
        let (id, kind) = (row.text(0).unwrap(), row.text(1).unwrap());
        let data: Json = serde_json::from_str(&row.text(2).unwrap()).unwrap();
        if kind == "reward.decided" {
            continue; // the merchant's words; what came of them follows
        }
        let payable =
            data["worth"]["minor"].as_i64().unwrap() - data["withheld_minor"].as_i64().unwrap();
        let total = handed.entry(id.clone()).or_default();
        match kind.as_str() {
            "reward.issued" => {
                *total += payable;
                let by_code = bench.one("SELECT coupon FROM rewards WHERE id = ?", &id);
                if by_code.is_some() {
                    unused.insert(id, payable);
                }
            }
            "reward.changed" => {
                if let Some(code) = unused.get_mut(&id) {
                    *total += payable - *code;
                    *code = payable;
                }
            }
            "reward.redeemed" | "reward.expired" => {
                unused.remove(&id);
            }
            "reward.voided" => *total -= unused.remove(&id).unwrap_or(0),
            _ => {}
        }
    }
    handed
}

fn log_and_rows_agree(bench: &Bench) -> Result<(), String> {
    let mut log = handed_by_the_log(bench);
    let rows = bench
        .shop
        .sql
        .run("SELECT id, handed_minor FROM rewards", vec![]);
    for row in rows.unwrap() {
        let (id, handed) = (row.text(0).unwrap(), row.int(1).unwrap());
        let told = log.remove(&id).unwrap_or(0);
        if told != handed {
            return Err(format!("{id}: the log says {told}, the row {handed}"));
        }
    }
    Ok(())
}

/// Only documented arrows are in the log, and each begins where the last one ended.
pub fn only_documented_arrows(bench: &Bench) -> Result<(), String> {
    let rows = bench.shop.sql.run(
        "SELECT subject, kind, data FROM events ORDER BY seq",
        vec![],
    );
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for row in rows.unwrap() {
        let (id, kind) = (row.text(0).unwrap(), row.text(1).unwrap());
        let of_reward = kind.starts_with("reward.");
        let words = kind == "reward.decided";
        if words || (!of_reward && !kind.starts_with("referral.")) {
            continue;
        }
        let data: Json = serde_json::from_str(&row.text(2).unwrap()).unwrap();
        let to = data["status"].as_str().unwrap().to_owned();
        let from = known.insert(id.clone(), to.clone());
        if data["from"].as_str() != from.as_deref() {
            return Err(format!(
                "{kind} of {id} begins elsewhere than the last ended"
            ));
        }
        let Some(from) = from.filter(|from| *from != to) else {
            continue;
        };
        let allowed = if of_reward {
            let [from, to] = [&from, &to].map(|name| RewardStatus::parse(name).unwrap());
            from.can_become(to)
        } else {
            let [from, to] = [&from, &to].map(|name| ReferralStatus::parse(name).unwrap());
            from.can_become(to)
        };
        if !allowed {
            return Err(format!("{kind} of {id}: {from} to {to}"));
        }
    }
    Ok(())
}

/// Nobody is among those who brought them, however far up.
fn the_chain_has_no_loop(bench: &Bench) -> Result<(), String> {
    let rows = bench.shop.sql.run(
        "WITH RECURSIVE above (id, by, far) AS (SELECT id, referred_by, 0 FROM advocates \
         UNION ALL SELECT above.id, a.referred_by, far + 1 FROM above \
         JOIN advocates a ON a.id = above.by WHERE far < 10) \
         SELECT id FROM above WHERE by = id",
        vec![],
    );
    match rows.unwrap().first() {
        None => Ok(()),
        Some(row) => Err(format!("{} has brought themselves", row.text(0).unwrap())),
    }
}

/// One level pays: a reward goes to the advocate of its own referral alone, and no
/// order pays two advocates.
fn one_level_pays(bench: &Bench) -> Result<(), String> {
    let rows = bench.shop.sql.run(
        "SELECT order_id FROM rewards WHERE status NOT IN ('voided', 'expired') AND side = 'advocate' \
         AND coalesce(ruling, '') <> 'stand' GROUP BY order_id HAVING count(DISTINCT advocate_id) > 1",
        vec![],
    );
    match rows.unwrap().first() {
        None => Ok(()),
        Some(row) => Err(format!("order {} pays two", row.text(0).unwrap())),
    }
}

/// A history of which some steps are left out: fewer of them when it is shrunk.
pub fn some_history() -> impl Strategy<Value = (u64, Vec<bool>)> {
    let kept = proptest::collection::vec(proptest::bool::weighted(0.97), 24);
    (any::<u64>().no_shrink(), kept)
}

/// Its steps.
pub fn steps_of(history: &(u64, Vec<bool>)) -> Vec<super::step::Step> {
    let steps = Chance(history.0).history(history.1.len() + 1).into_iter();
    let kept = std::iter::once(&true).chain(&history.1);
    steps
        .zip(kept)
        .filter(|(_, kept)| **kept)
        .map(|(step, _)| step)
        .collect()
}

#[test]
fn money_never_appears_or_vanishes() {
    let bench = std::cell::RefCell::new(Bench::new());
    proptest!(ProptestConfig::with_cases(200), |(history in some_history())| {
        let bench = &mut *bench.borrow_mut();
        bench.clear();
        let steps = steps_of(&history);
        for (at, step) in steps.iter().enumerate() {
            let so_far = || steps[..=at].iter().map(super::told).collect::<Vec<_>>().join("\n");
            bench.take(step).map_err(TestCaseError::fail)?;
            for wrong in [arithmetic_is_sound(bench), the_chain_has_no_loop(bench), one_level_pays(bench)] {
                wrong.map_err(|wrong| TestCaseError::fail(format!("{}\n{wrong}", so_far())))?;
            }
        }
        for wrong in [log_and_rows_agree(bench), only_documented_arrows(bench)] {
            let all = steps.iter().map(super::told).collect::<Vec<_>>().join("\n");
            wrong.map_err(|wrong| TestCaseError::fail(format!("{all}\n{wrong}")))?;
        }
        bench.shop.sound();
    });
}
