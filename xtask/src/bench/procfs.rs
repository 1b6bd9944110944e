//! What a process has cost, by Linux's `/proc`.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// CPU time of all threads of a process, user and system together.
pub fn cpu(pid: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))
        .with_context(|| format!("process {pid}: benches need Linux's /proc"))?;
    let ticks = ticks_of(&stat).context("/proc/<pid>/stat has another form than expected")?;
    let a_second = rustix::param::clock_ticks_per_second().max(1);
    Ok(Duration::from_micros(
        ticks.saturating_mul(1_000_000) / a_second,
    ))
}

/// Bytes of memory that the process holds at this moment.
pub fn resident_bytes(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))
        .with_context(|| format!("process {pid}"))?;
    resident_of(&status).context("/proc/<pid>/status has no VmRSS")
}

/// `utime` + `stime`: fields 14 and 15, counted after the name, which may hold
/// spaces and parentheses.
fn ticks_of(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn resident_of(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_found_behind_any_process_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 9 0 1 2 3";
        assert_eq!(ticks_of(stat), Some(300));
    }

    #[test]
    fn resident_memory_is_in_bytes() {
        assert_eq!(resident_of("Name:\tx\nVmRSS:\t  12 kB\n"), Some(12 * 1024));
    }

    #[test]
    fn this_process_has_a_cost() {
        assert!(resident_bytes(std::process::id()).unwrap() > 0);
        cpu(std::process::id()).unwrap();
    }
}
