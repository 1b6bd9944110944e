//! The rules of a referral programme: who gets what, when and why.
//!
//! Everything here is pure: time, randomness, keys and identity come in as
//! arguments, nothing is read or written. A business "no" is a value with a
//! reason that has a stable `code()`; an error is a broken contract.
#![deny(clippy::float_arithmetic)]

pub mod ask;
pub mod attribution;
pub mod code;
pub mod conversion;
pub mod fraud;
pub mod limits;
pub mod link;
pub mod money;
pub mod panel;
pub mod period;
pub mod program;
pub mod rate;
pub mod referral;
pub mod replay;
pub mod reward;
pub mod share;
pub mod time;
pub mod token;
pub mod validate;
pub mod visit;
