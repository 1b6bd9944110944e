//! What must hold when things go wrong: after power cuts whatever was answered is
//! there, once; strangers leave nothing behind.

mod clicks;
mod kill_nine;
mod strangers;
mod swarm;
mod two_isolates;
