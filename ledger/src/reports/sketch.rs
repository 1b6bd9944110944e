//! How long it took, as a histogram whose parts can be added and taken away: counts
//! by rounded seconds, within one percent. The rounding is `hdrhistogram`'s, and so
//! are the percentiles.

use hdrhistogram::Histogram;

/// The longest time that is told apart, in seconds: 400 days, the longest window.
const LONGEST_S: u64 = 400 * 86_400;

fn empty() -> Option<Histogram<u32>> {
    Histogram::new_with_bounds(1, LONGEST_S, 2).ok()
}

/// The seconds by which a time is counted: its lower neighbour within one percent.
#[must_use]
pub fn bucket(seconds: i64) -> u64 {
    let seconds = u64::try_from(seconds).unwrap_or(0).clamp(1, LONGEST_S);
    empty().map_or(seconds, |histogram| histogram.lowest_equivalent(seconds))
}

/// Median and 90th percentile in seconds of counts by [`bucket`]; `None` without any.
#[must_use]
pub fn percentiles(counts: impl IntoIterator<Item = (u64, i64)>) -> Option<(u64, u64)> {
    let mut histogram = empty()?;
    for (seconds, n) in counts {
        let n = u32::try_from(n).unwrap_or(0);
        histogram.saturating_record_n(seconds, n);
    }
    if histogram.is_empty() {
        return None;
    }
    Some((
        histogram.value_at_quantile(0.5),
        histogram.value_at_quantile(0.9),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_within_a_percent_of_the_sorted_times() {
        let times: Vec<i64> = (0..1_000).map(|n| (n * n * 7 + 13) % 900_000 + 1).collect();
        let mut sorted = times.clone();
        sorted.sort_unstable();
        let (median, p90) = percentiles(times.iter().map(|s| (bucket(*s), 1))).unwrap();
        for (found, exact) in [(median, sorted[499]), (p90, sorted[899])] {
            let off = (found as i64 - exact).abs();
            assert!(off * 100 <= exact, "{found} for {exact}");
        }
        assert_eq!(percentiles([]), None);
        assert_eq!(
            (bucket(-5), bucket(i64::MAX)),
            (1, bucket(LONGEST_S as i64))
        );
    }
}
