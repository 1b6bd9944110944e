//! One file a table; SQL stands here (and in `reports/`) and nowhere else.

pub mod advocates;
pub mod answers;
pub mod appeals;
pub mod asks;
pub mod barred;
pub mod conversions;
pub mod counters;
pub mod coupons;
pub mod idempotency;
pub mod landings;
pub mod merchant;
pub mod outbox;
pub mod pools;
pub mod prizes;
pub mod programs;
pub mod referrals;
pub mod refunds;
pub mod rewards;
pub mod shares;

/// A statement that writes a whole row, new or changed; its key comes first. Any
/// other clash is an error: it must not take another row away.
fn upsert(table: &str, columns: &str) -> String {
    let names: Vec<&str> = columns.split(',').map(str::trim).collect();
    let marks = vec!["?"; names.len()].join(", ");
    let key = names.first().copied().unwrap_or_default();
    let set: Vec<String> = names
        .iter()
        .skip(1)
        .map(|name| format!("{name} = excluded.{name}"))
        .collect();
    let set = set.join(", ");
    format!(
        "INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {set}"
    )
}
pub mod vanity;
