//! One merchant's books: commands that decide and write in one transaction, and
//! the questions that are asked of them.
//!
//! Guarantees: a command happens whole or not at all; an order counts once;
//! every change of status leaves an event in a hash-chained log. Not for: HTTP,
//! clocks, sending mail. Runs on any [`sql::Sql`].

pub mod books;
pub mod clicks;
pub mod command;
mod commands;
pub mod directory;
pub mod error;
pub mod events;
pub mod identity;
pub mod iso;
pub mod keyring;
#[cfg(any(test, feature = "rusqlite"))]
pub mod native;
pub mod presets;
pub mod reports;
pub mod schema;
pub mod signed;
pub mod sql;
mod store;
#[cfg(test)]
mod tests;
