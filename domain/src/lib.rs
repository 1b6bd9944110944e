//! The rules of a referral programme: who gets what, when and why.
//!
//! Everything here is pure: time, randomness, keys and identity come in as
//! arguments, nothing is read or written. A business "no" is a value with a
//! reason; an error is a broken contract.

pub mod share;
