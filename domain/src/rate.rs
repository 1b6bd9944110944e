//! How often something happened within a time: counts in bounded memory.
//!
//! Fixed windows, each of which begins with its first event, so that a limit of 60 a
//! minute lets exactly 60 pass at once. The memory holds a fixed number of counts.
//! When it is full the one that says least gives way: a window that is over, else
//! the lowest count. A stranger with very many names therefore drives out other
//! strangers who came once, and nobody who has come often.

use crate::time::Timestamp;

/// Counts that share a place: as many as fit into one line of a processor's cache.
const PLACES: usize = 4;

/// What an event brings a count to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Events of this window, this one among them.
    pub n: u32,
    /// Seconds until the window is over, at least one.
    pub left_s: u32,
}

impl Count {
    /// Whether it is above a limit; a limit of 0 is none.
    #[must_use]
    pub const fn is_above(self, limit: u32) -> bool {
        limit > 0 && self.n > limit
    }
}

/// One count: whose, since when, how many.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    key: u64,
    since_s: u32,
    n: u32,
}

/// A memory of counts by key. Keys are hashes that a stranger cannot predict, or
/// somebody could choose names that share a place.
#[derive(Clone, Debug)]
pub struct Counts {
    span_s: u32,
    places: Vec<Place>,
}

impl Counts {
    /// A memory of at least so many counts (a power of two), for windows of `span_s`
    /// seconds.
    #[must_use]
    pub fn new(most: usize, span_s: u32) -> Self {
        let most = most.next_power_of_two().max(PLACES);
        Self {
            span_s: span_s.max(1),
            places: vec![Place::default(); most],
        }
    }

    /// Counts one more event of `key`.
    pub fn add(&mut self, key: u64, now: Timestamp) -> Count {
        self.raise(key, 1, 0, now)
    }

    /// Somebody else has counted too: the count is at least `least` now.
    pub fn at_least(&mut self, key: u64, least: u32, now: Timestamp) -> Count {
        self.raise(key, 0, least, now)
    }

    fn raise(&mut self, key: u64, by: u32, least: u32, now: Timestamp) -> Count {
        let now_s = now.seconds();
        let span_s = self.span_s;
        // A clock that was set back ends a window too, or it could last for ever.
        let is_over = |place: &Place| {
            place.n == 0 || now_s < place.since_s || now_s - place.since_s >= span_s
        };
        let groups = self.places.len() / PLACES;
        let group = usize::try_from(key % groups.max(1) as u64).unwrap_or(0);
        let group = self.places.chunks_exact_mut(PLACES).nth(group);
        let group = group.unwrap_or_default();
        let found = match group.iter().position(|place| place.key == key) {
            Some(at) => group.get_mut(at),
            None => group
                .iter_mut()
                .min_by_key(|place| if is_over(place) { 0 } else { place.n }),
        };
        let Some(place) = found else {
            return Count { n: by, left_s: 1 }; // no memory has no places
        };
        if place.key != key || is_over(place) {
            *place = Place {
                key,
                since_s: now_s,
                n: 0,
            };
        }
        place.n = place.n.saturating_add(by).max(least);
        Count {
            n: place.n,
            left_s: (span_s - (now_s - place.since_s)).max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_795_000_000_000);

    fn minute() -> Counts {
        Counts::new(64, 60)
    }

    #[test]
    fn a_window_begins_with_its_first_event_and_ends_after_its_span() {
        let mut counts = minute();
        for n in 1..=60 {
            let count = counts.add(7, NOON.plus_ms(i64::from(n) * 900));
            assert_eq!(count.n, n);
            assert!(!count.is_above(60));
        }
        let late = counts.add(7, NOON.plus_ms(59_900));
        assert_eq!(late, Count { n: 61, left_s: 1 });
        assert!(late.is_above(60));
        let next = counts.add(7, NOON.plus_ms(60_900));
        assert_eq!(next, Count { n: 1, left_s: 60 });
    }

    #[test]
    fn two_keys_do_not_disturb_each_other() {
        let mut counts = minute();
        for _ in 0..1_000 {
            counts.add(1, NOON);
        }
        assert_eq!(counts.add(2, NOON).n, 1);
        assert_eq!(counts.add(1, NOON).n, 1_001);
    }

    #[test]
    fn a_clock_that_goes_back_begins_anew() {
        let mut counts = minute();
        counts.add(1, NOON);
        counts.add(1, NOON);
        assert_eq!(
            counts.add(1, NOON.plus_ms(-5_000)),
            Count { n: 1, left_s: 60 }
        );
        assert_eq!(counts.add(1, Timestamp(-1)).n, 1, "before 1970");
    }

    #[test]
    fn what_others_counted_is_remembered_for_the_window() {
        let mut counts = minute();
        counts.add(1, NOON);
        assert_eq!(counts.at_least(1, 61, NOON).n, 61);
        assert_eq!(counts.at_least(1, 5, NOON).n, 61, "never less");
        assert_eq!(counts.add(1, NOON).n, 62);
        assert_eq!(counts.add(1, NOON.plus_ms(60_000)).n, 1);
    }

    #[test]
    fn many_strangers_drive_out_nobody_who_comes_often() {
        let mut counts = Counts::new(1_024, 60);
        let spread = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for _ in 0..10 {
            counts.add(spread(1), NOON);
        }
        for stranger in 2..1_000_000 {
            counts.add(spread(stranger), NOON);
        }
        assert_eq!(counts.add(spread(1), NOON).n, 11);
        assert_eq!(counts.places.len(), 1_024);
    }

    #[test]
    fn a_window_that_is_over_gives_way_before_one_that_is_not() {
        let mut counts = Counts::new(PLACES, 60);
        for _ in 0..100 {
            counts.add(1, NOON);
        }
        for key in 2..=4 {
            counts.add(key, NOON.plus_ms(50_000));
        }
        let now = NOON.plus_ms(70_000);
        assert_eq!(counts.add(5, now).n, 1);
        assert_eq!(counts.add(2, now).n, 2);
        assert_eq!(counts.add(1, now).n, 1);
    }

    #[test]
    fn no_limit_is_never_passed() {
        let count = Count { n: 9, left_s: 1 };
        assert!(!count.is_above(0));
        assert!(!count.is_above(9));
        assert!(count.is_above(8));
    }
}
