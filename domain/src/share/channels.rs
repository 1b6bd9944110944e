//! The table of share channels.
