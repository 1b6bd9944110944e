//! Caps and budgets are never exceeded, whatever comes in whatever order: what is not
//! the person's yet makes room.

use grapevine_domain::money::{Amounts, Currency};
use grapevine_domain::period::Period;
use grapevine_domain::program::Program;
use grapevine_domain::time::Timestamp;
use proptest::prelude::*;

use super::bench::{Bench, CURRENCIES};
use super::step::{Act, Step, Word};
use super::sums::{some_history, steps_of};
use crate::sql::Sql;

/// A reward that counts: advocate where it is theirs, currency, worth, when, whether
/// nothing can take it back.
struct Spent {
    advocate: Option<String>,
    currency: String,
    minor: i64,
    at: Timestamp,
    settled: bool,
    /// Not used in time: it costs nothing, though the advocate has had it.
    lapsed: bool,
}

fn spent(bench: &Bench) -> Vec<Spent> {
    let rows = bench.shop.sql.run(
        "SELECT iif(side = 'advocate', advocate_id, NULL), currency, amount_minor, ordered_at, \
         status NOT IN ('pending'), status = 'expired' FROM rewards WHERE credible = 1 AND status <> 'voided'",
        vec![],
    );
    let read = |row: &crate::sql::Row| Spent {
        advocate: row.maybe_text(0),
        currency: row.text(1).unwrap(),
        minor: row.int(2).unwrap(),
        at: Timestamp(row.int(3).unwrap()),
        settled: row.int(4).unwrap() == 1,
        lapsed: row.int(5).unwrap() == 1,
    };
    rows.unwrap().iter().map(read).collect()
}

/// Every period in which more is spent than the limit says, with what is settled of it.
fn exceeded(spent: &[&Spent], per: Period, limit: &Amounts) -> Vec<(String, i64, i64)> {
    let mut found = Vec::new();
    for currency in CURRENCIES {
        let Some(limit) = limit.get(Currency::parse(currency).unwrap()) else {
            continue;
        };
        for one in spent {
            let span = per.around(one.at);
            let here = spent
                .iter()
                .filter(|other| other.currency == currency && span.holds(other.at));
            let here: Vec<_> = here.collect();
            let sum = |settled: bool| -> i64 {
                let some = here.iter().filter(|other| !settled || other.settled);
                some.map(|other| other.minor).sum()
            };
            if sum(false) > limit.minor {
                found.push((currency.to_owned(), sum(false), sum(true)));
            }
        }
    }
    found
}

/// `lowered`: the budget was changed after something had become somebody's.
fn within_limits(bench: &Bench, program: &Program, lowered: bool) -> Result<(), String> {
    let spent = spent(bench);
    if let Some(budget) = &program.budget {
        let standing: Vec<&Spent> = spent.iter().filter(|one| !one.lapsed).collect();
        for (currency, sum, settled) in exceeded(&standing, budget.per, &budget.amounts) {
            if !(lowered && sum == settled) {
                return Err(format!("{sum} {currency} spent of {:?}", budget.amounts));
            }
        }
    }
    for cap in &program.caps {
        let Some(amounts) = &cap.amounts else {
            continue;
        };
        for one in &spent {
            let theirs =
                |other: &&Spent| other.advocate.is_some() && other.advocate == one.advocate;
            let theirs: Vec<&Spent> = spent.iter().filter(theirs).collect();
            if let Some((currency, sum, _)) = exceeded(&theirs, cap.per, amounts).first() {
                return Err(format!("{sum} {currency} under a cap of {amounts:?}"));
            }
        }
    }
    Ok(())
}

/// The merchant's own word stands above limits; everything else does not.
fn is_by_rule(step: &Step) -> bool {
    !matches!(
        step,
        Step::Act(_, _, _, Act::Approve | Act::Reinstate) | Step::Decide(_, _, Word::Assign(_))
    )
}

#[test]
fn caps_and_budgets_are_never_exceeded() {
    let bench = std::cell::RefCell::new(Bench::new());
    proptest!(ProptestConfig::with_cases(150), |(history in some_history())| {
        let bench = &mut *bench.borrow_mut();
        bench.clear();
        let mut live = None;
        let mut lowered = false;
        let steps: Vec<Step> = steps_of(&history).into_iter().filter(is_by_rule).collect();
        for (at, step) in steps.iter().enumerate() {
            bench.take(step).map_err(TestCaseError::fail)?;
            if let Step::Publish(program) = step {
                lowered = live.is_some();
                live = Some((**program).clone());
            }
            if let Err(wrong) = within_limits(bench, live.as_ref().unwrap(), lowered) {
                let so_far: Vec<String> = steps[..=at].iter().map(super::told).collect();
                prop_assert!(false, "{}\n{wrong}", so_far.join("\n"));
            }
        }
    });
}
