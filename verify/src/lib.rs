//! Checks an exported event chain offline. The format is in `docs/events.md`.
//!
//! Shares no code with the rest of the workspace, so that a mistake of the writer
//! is not repeated by its checker. Holds one line at a time, however long the
//! chain is.

pub mod anchor;
pub mod arguments;
pub mod chain;
pub mod check;
pub mod event;
pub mod fault;
pub mod lines;
