//! The platform's public prices: the one table of them, and what stands where.
//!
//! Prices beyond what a plan includes, so that a figure does not depend on how much
//! else an account does. `cargo xtask bench cost` prints their date beside what it
//! worked out; whoever looks them up anew changes the date too.

use serde::Serialize;

/// When the pages were last looked up.
pub const AS_OF: &str = "2026-11-25";
/// Where the prices stand.
pub const SOURCES: [&str; 2] = [
    "https://developers.cloudflare.com/workers/platform/pricing/",
    "https://developers.cloudflare.com/durable-objects/platform/pricing/",
];

/// Dollars of the paid plan.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Prices {
    /// A million requests to the Worker.
    pub worker_requests: f64,
    /// A million milliseconds of the Worker's CPU time.
    pub worker_cpu_ms: f64,
    /// A million requests to objects, alarms among them.
    pub object_requests: f64,
    /// A million GB-s during which an object has a request under way.
    pub object_gb_s: f64,
    /// A million rows that SQL has looked at.
    pub rows_read: f64,
    /// A million rows written, each entry of an index and each alarm that is set being one.
    pub rows_written: f64,
    /// A gigabyte stored for a month.
    pub stored_gb_month: f64,
}

/// The table.
pub const PRICES: Prices = Prices {
    worker_requests: 0.30,
    worker_cpu_ms: 0.02,
    object_requests: 0.15,
    object_gb_s: 12.50,
    rows_read: 0.001,
    rows_written: 1.00,
    stored_gb_month: 0.20,
};

/// What an object is billed for while it works, however little it uses: 128 MB.
pub const OBJECT_GB: f64 = 0.128;
