//! Journeys through the books on real SQLite, natively.

mod attribution;
mod chain;
mod clicks;
mod convergence;
mod coupons;
mod failing_sql;
mod failure;
mod harness;
mod history;
mod joining;
mod older_books;
mod orders;
mod overview;
mod path;
mod programmes;
mod questions;
mod recount;
mod refunds;
mod rollups;
mod schema;
mod wire;
