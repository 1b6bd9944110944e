//! What the platform would bill for one object: counted in development, so that
//! `cargo xtask bench cost` works with what was really read and written.

use serde_json::{Value as Json, json};
use std::cell::Cell;

/// Sums since the object woke.
#[derive(Default)]
pub struct Costs {
    requests: Cell<usize>,
    rows_read: Cell<usize>,
    rows_written: Cell<usize>,
    transactions: Cell<usize>,
    work_ms: Cell<i64>,
}

impl Costs {
    /// A request came in.
    pub fn request(&self) {
        self.requests.set(self.requests.get() + 1);
    }

    /// What one statement read and wrote, as the platform counts it: entries of
    /// indexes too.
    pub fn rows(&self, read: usize, written: usize) {
        self.rows_read.set(self.rows_read.get() + read);
        self.rows_written.set(self.rows_written.get() + written);
    }

    /// A transaction was committed or rolled back.
    pub fn transaction(&self) {
        self.transactions.set(self.transactions.get() + 1);
    }

    /// A command was carried out. Whole milliseconds: right in the sum of many.
    pub fn work(&self, took_ms: i64) {
        self.work_ms.set(self.work_ms.get() + took_ms);
    }

    /// All of it, with the bytes that the database takes now.
    pub fn read(&self, stored_bytes: usize) -> Json {
        json!({
            "requests": self.requests.get(),
            "rows_read": self.rows_read.get(),
            "rows_written": self.rows_written.get(),
            "transactions": self.transactions.get(),
            "work_ms": self.work_ms.get(),
            "stored_bytes": stored_bytes,
        })
    }
}
