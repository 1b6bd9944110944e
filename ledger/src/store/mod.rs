//! One file a table; SQL stands here (and in `reports/`) and nowhere else.

pub mod advocates;
pub mod conversions;
pub mod counters;
pub mod coupons;
pub mod idempotency;
pub mod landings;
pub mod merchant;
pub mod outbox;
pub mod programs;
pub mod referrals;
pub mod refunds;
pub mod rewards;
pub mod shares;
