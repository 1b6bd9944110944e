//! Power cuts: whatever was answered is there afterwards, once.

mod kill_nine;
