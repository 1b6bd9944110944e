//! The dry run plays past orders from the first to the last, with everything known; the
//! books learn of them bit by bit. While nothing has been approved or decided by hand,
//! both come to the same.

use std::collections::BTreeMap;

use grapevine_domain::replay::replay;
use grapevine_domain::reward::Side;
use grapevine_domain::time::Timestamp;
use proptest::prelude::*;

use super::bench::{Bench, Picture};
use super::step::Step;
use super::sums::{some_history, steps_of};
use crate::books::Books;
use crate::commands::dry_run;
use crate::sql::Sql;
use crate::store::conversions;
use crate::store::rewards::in_sql;

/// What the dry run says of every order: its verdict, and each side's reward.
fn dry(bench: &Bench, program: &grapevine_domain::program::Program) -> Picture {
    let shop = &bench.shop;
    let books = Books::new(&shop.sql, &shop.ring, shop.now(), &|_| {});
    let (from, to) = (in_sql(Timestamp(i64::MIN)), in_sql(Timestamp(i64::MAX)));
    let orders = conversions::between(&shop.sql, from, to, 1_000).unwrap();
    let (past, people) = dry_run::past(&books, &orders).unwrap();
    let outcome = replay(program, &past, &people);
    let mut picture = Picture::new();
    for (at, past) in past.iter().enumerate() {
        picture.insert(past.order_id.clone(), outcome.verdicts[at].to_owned());
        for side in [Side::Advocate, Side::Friend] {
            let name = format!("{} {}", past.order_id, side.as_str());
            if let Some(money) = outcome.rewards.get(&(at, side)) {
                picture.insert(name, format!("{} {:?}", money.minor, money.currency));
            } else if let Some(why) = outcome.refused.get(&(at, side)) {
                picture.insert(name, (*why).to_owned());
            }
        }
    }
    picture
}

/// The same from the books.
fn kept(bench: &Bench) -> Picture {
    let sql = &bench.shop.sql;
    let mut picture: Picture = sql
        .run("SELECT order_id, verdict FROM conversions", vec![])
        .unwrap()
        .iter()
        .map(|row| (row.text(0).unwrap(), row.text(1).unwrap()))
        .collect();
    let rows = sql.run(
        "SELECT order_id, side, status, amount_minor, currency, coalesce(reason, '') FROM rewards \
         WHERE status <> 'voided' OR reason IN ('cap_reached', 'budget_spent')",
        vec![],
    );
    for row in rows.unwrap() {
        let name = format!("{} {}", row.text(0).unwrap(), row.text(1).unwrap());
        let line = match row.text(2).unwrap().as_str() {
            "voided" => row.text(5).unwrap(),
            _ => format!("{} {}", row.int(3).unwrap(), row.text(4).unwrap()),
        };
        picture.insert(name, line);
    }
    picture
}

#[test]
fn the_dry_run_comes_to_what_the_books_come_to() {
    let bench = std::cell::RefCell::new(Bench::new());
    proptest!(ProptestConfig::with_cases(200), |(history in some_history())| {
        let bench = &mut *bench.borrow_mut();
        bench.clear();
        let steps = steps_of(&history);
        let Some(Step::Publish(program)) = steps.first().cloned() else {
            unreachable!("a history begins with a programme")
        };
        let heard = |step: &&Step| matches!(
            step,
            Step::Report(_) | Step::Refund(..) | Step::PaidAfterAll(_) | Step::Claim(_)
                | Step::Pass(_) | Step::Leave
        );
        let steps: Vec<Step> = steps.iter().take(1).chain(steps.iter().filter(heard)).cloned().collect();
        for (at, step) in steps.iter().enumerate() {
            bench.take(step).map_err(TestCaseError::fail)?;
            let (books, dry): (BTreeMap<_, _>, _) = (kept(bench), dry(bench, &program));
            if let Some(wrong) = super::difference(&books, &dry) {
                let so_far: Vec<String> = steps[..=at].iter().map(super::told).collect();
                prop_assert!(false, "{}\n(the model is the dry run)\n{wrong}", so_far.join("\n"));
            }
        }
    });
}
