//! What the black-box tests stand on: the real Worker under `workerd`, the demo
//! shop, a real Chromium, and a look into the outbox.
//!
//! Responsible for starting these, for giving every test a merchant of its own,
//! and for ending every process that was started, also when a test panics or is
//! killed. Tests run in any order and side by side; nothing here sleeps for a
//! fixed time.
//! Not for building: `cargo xtask test` does that before it runs the tests.

pub mod browser;
pub mod edge;
pub mod guardian;
pub mod identity;
pub mod inbox;
pub mod page;
pub mod relay;
pub mod shop;
pub mod wait;
pub mod wire;
pub mod world;
