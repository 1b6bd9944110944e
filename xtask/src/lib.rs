//! Building, serving, checking, measuring and deploying Grapevine.
//!
//! The library half of `cargo xtask`: the black-box tests start the same
//! Worker by the same code as `dev` does. Everything external is pinned in
//! [`tools`]; nothing outside the checkout and the user's cache is written.

pub mod bench;
pub mod bots;
pub mod build;
pub mod ci;
pub mod client;
pub mod deploy;
pub mod dev;
pub mod fuzz;
pub mod keys;
pub mod paths;
pub mod process;
pub mod schema;
pub mod seed;
pub mod size;
pub mod testing;
pub mod tools;
pub mod workerd;
