//! What is known of a shopper's past: a browser's own text, and how it is put together
//! with what the books know.
//!
//! The text is a list of deeds joined by full stops, newest first, each a letter and the
//! seconds since 1970 by the browser's clock: `d1795000001.a1795000000`.

use crate::time::Timestamp;

/// Most deeds of a text that are looked at.
pub const MOST_DEEDS: usize = 40;

/// What browser and books tell apart at most, in milliseconds: both write down the same
/// ask, one when it allows it, the other when it hears of it.
const SAME_MS: i64 = 60_000;

/// Something that a shopper did, or that was done to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Was asked.
    Asked,
    /// Closed what had opened unasked.
    Dismissed,
    /// Shared.
    Shared,
    /// Sent something back.
    Refunded,
    /// Answered the survey with 0 to 6.
    PoorAnswer,
    /// Answered the survey otherwise.
    Answered,
    /// Bought.
    Bought,
}

/// A deed and when it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What.
    pub deed: Deed,
    /// When, by our clock.
    pub at: Timestamp,
}

/// Reads a browser's text. `browser_now` is what the browser takes for the present, in
/// seconds: only ages are taken from it, so that a wrong clock does no harm. What cannot
/// be read is passed over.
#[must_use]
pub fn read(text: &str, browser_now: i64, now: Timestamp) -> Vec<Moment> {
    let moment = |item: &str| {
        let mut letters = item.chars();
        let deed = match letters.next()? {
            'a' => Deed::Asked,
            'd' => Deed::Dismissed,
            's' => Deed::Shared,
            'p' => Deed::PoorAnswer,
            'v' => Deed::Answered,
            'b' => Deed::Bought,
            _ => return None,
        };
        let digits = letters.as_str();
        // `parse` would take a sign.
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let seconds: i64 = digits.parse().ok().filter(|_| plain)?;
        let age_ms = browser_now
            .saturating_sub(seconds)
            .max(0)
            .saturating_mul(1000);
        Some(Moment {
            deed,
            at: now.plus_ms(-age_ms),
        })
    };
    text.split('.')
        .take(MOST_DEEDS)
        .filter_map(moment)
        .collect()
}

/// What browser and books know together. Of a deed that both know, the browser's is left
/// out, so that it counts once.
#[must_use]
pub fn together(browser: &[Moment], books: &[Moment]) -> Vec<Moment> {
    let mut free: Vec<&Moment> = books.iter().collect();
    let mut all = books.to_vec();
    for moment in browser {
        let same = free.iter().position(|known| {
            known.deed == moment.deed && known.at.0.abs_diff(moment.at.0) <= SAME_MS.unsigned_abs()
        });
        match same {
            Some(place) => {
                free.swap_remove(place);
            }
            None => all.push(*moment),
        }
    }
    all
}
