//! Any statement of any step of any history may fail: the step leaves no trace, and
//! goes through afterwards.

use proptest::prelude::*;

use super::bench::Bench;
use super::step::Step;
use super::sums::{some_history, steps_of};
use crate::error::LedgerError;

#[test]
fn a_statement_that_fails_anywhere_leaves_no_trace() {
    let bench = std::cell::RefCell::new(Bench::new());
    let config = ProptestConfig::with_cases(40);
    proptest!(config, |(history in some_history(), at in 0..24usize, n in 0..150u32)| {
        let bench = &mut *bench.borrow_mut();
        bench.clear();
        for (number, step) in steps_of(&history).iter().enumerate() {
            if number >= at && !matches!(step, Step::Pass(_) | Step::Leave | Step::FillPool(_))
                && let Some(command) = bench.command(step)
            {
                let before = bench.shop.dump();
                match bench.shop.run_failing_at(n, command) {
                    Err(LedgerError::Sql(_)) => {
                        prop_assert_eq!(bench.shop.dump(), before, "{}", super::told(step));
                    }
                    Ok(_) | Err(LedgerError::Refused(_)) => continue,
                    Err(other) => prop_assert!(false, "{}: {}", super::told(step), other),
                }
            }
            bench.take(step).map_err(TestCaseError::fail)?;
        }
        bench.shop.sound();
    });
}
