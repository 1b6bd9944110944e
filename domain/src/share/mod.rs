//! Sharing: the channels by which an advocate can pass a link on.

pub mod channels;
pub mod numbers;
pub mod order;
