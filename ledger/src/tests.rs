//! Journeys through the books on real SQLite, natively.

mod advocates_chain;
mod attribution;
mod bad_input;
mod budgets;
mod chain;
mod clicks;
mod convergence;
mod coupons;
mod debts;
mod decisions;
mod failing_sql;
mod failure;
mod failure_of_the_rest;
mod harness;
mod joining;
mod orders;
mod path;
mod presets;
mod prizes;
mod recount;
mod refunds;
mod rollups;
mod schema;
mod triggers;
mod wire;
