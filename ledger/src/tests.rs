//! Journeys through the books on real SQLite, natively.

mod attribution;
mod chain;
mod clicks;
mod convergence;
mod coupons;
mod documented;
mod failing_sql;
mod failure;
mod harness;
mod joining;
mod orders;
mod path;
mod pools;
mod refunds;
mod reward_acts;
mod schema;
mod wire;
