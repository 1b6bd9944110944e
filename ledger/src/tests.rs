//! Journeys through the books on real SQLite, natively.

mod attribution;
mod chain;
mod clicks;
mod convergence;
mod coupons;
mod failing_sql;
mod failure;
mod harness;
mod joining;
mod model;
mod orders;
mod path;
mod refunds;
mod schema;
mod wire;
