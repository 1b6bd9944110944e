//! Finds the texts of the list in an agent, in one pass that allocates nothing.
//!
//! At each position four bytes are looked up in a table of bits that the compiler
//! made from the list. In an agent of a person nearly all of them are unknown, and
//! that is all that happens. What may be known is searched for in the sorted list.

use super::bots::ROWS;
use super::names::{App, Previewer};

/// What a text in an agent says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Makes cards of links.
    Previewer(Previewer),
    /// A search engine.
    Search,
    /// A library, automation, a scanner, an AI.
    Tool,
    /// Another robot.
    Bot,
    /// A person in an app.
    App(App),
    /// A browser that is no app though it is built like one, or whose headers are
    /// not those of its engine.
    Browser,
    /// A part of people's agents.
    Is(Part),
}

/// What people's agents are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Chromium,
    Firefox,
    Version,
    Safari,
    Webkit,
    Gecko,
    Old,
    Android,
    Ios,
    Webview,
    Compatible,
}

/// Bytes of an agent that are looked at; apps add up to 400 to their engine's 150.
const LONGEST: usize = 1_024;
/// Stands before and after the agent, so that a text can be tied to its ends.
const BEGIN: u8 = b'^';
const END: u8 = b'$';

/// Calls `found` for each text of the list with its position in the agent; of several
/// at one position, for the longest.
pub(super) fn scan(agent: &str, mut found: impl FnMut(usize, Mark)) {
    let mut buffer = [0; LONGEST];
    let shown = agent.len().min(LONGEST - 5);
    let text = [BEGIN].into_iter().chain(agent.bytes().take(shown));
    for (slot, byte) in buffer.iter_mut().zip(text.chain([END])) {
        *slot = byte;
    }
    // Three zero bytes follow, so that the last character begins a window too.
    let text = buffer.get(..shown + 5).unwrap_or_default();
    for (at, window) in text.windows(4).enumerate() {
        let Some(quad) = window.first_chunk().copied().map(u32::from_be_bytes) else {
            continue;
        };
        let is_known = FILTER
            .get(usize::from(slot(quad) / 64))
            .is_some_and(|bits| bits >> (slot(quad) % 64) & 1 == 1);
        if is_known && let Some(mark) = longest(quad, text.get(at..).unwrap_or_default()) {
            found(at.saturating_sub(1), mark);
        }
        if is_robots_word(quad, at, text) {
            found(at.saturating_sub(1), Mark::Bot);
        }
    }
}

/// The longest text of the list with which `rest` begins.
fn longest(quad: u32, rest: &[u8]) -> Option<Mark> {
    let first = QUADS.partition_point(|known| *known < quad);
    let same = QUADS.iter().skip(first).take_while(|known| **known == quad);
    let rows = ROWS.iter().skip(first).take(same.count());
    // In a sorted list the longest one of them is the last.
    rows.rev()
        .find(|(text, _)| rest.starts_with(text.as_bytes()))
        .map(|(_, mark)| *mark)
}

/// Whether a word for robots begins here.
fn is_robots_word(quad: u32, at: usize, text: &[u8]) -> bool {
    const BOT: u32 = u32::from_be_bytes(*b"\0bot");
    const CRAWL: u32 = u32::from_be_bytes(*b"craw");
    const SPIDER: u32 = u32::from_be_bytes(*b"spid");
    const SCRAPE: u32 = u32::from_be_bytes(*b"scra");
    const FETCHER: u32 = u32::from_be_bytes(*b"fetc");
    let folded = quad | 0x2020_2020;
    if folded >> 8 == BOT {
        // A word's end, and not the name of a maker of phones.
        let maker = at.checked_sub(2).and_then(|from| text.get(from..at));
        let [.., next] = quad.to_be_bytes();
        return !next.is_ascii_alphabetic()
            && !maker.is_some_and(|maker| maker.eq_ignore_ascii_case(b"cu"));
    }
    let rest: &[u8] = match folded {
        CRAWL => b"l",
        SPIDER => b"er",
        SCRAPE => b"pe",
        FETCHER => b"her",
        _ => return false,
    };
    text.get(at + 4..at + 4 + rest.len())
        .is_some_and(|here| here.eq_ignore_ascii_case(rest))
}

/// Where four bytes stand in the table of bits: 16 bits of a multiplicative hash.
const fn slot(quad: u32) -> u16 {
    (quad.wrapping_mul(0x9e37_79b1) >> 16) as u16
}

/// The first four bytes of each row, for the search.
static QUADS: [u32; ROWS.len()] = quads();
/// One bit for each value of [`slot`]: 8 KB, of which about one in fifty is set.
static FILTER: [u64; 1_024] = filter();

#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler, where a wrong index is an error"
)]
const fn quads() -> [u32; ROWS.len()] {
    let mut quads = [0; ROWS.len()];
    let mut n = 0;
    while n < ROWS.len() {
        // A row of less than four bytes does not get in: the generator sees to it.
        if let Some(first) = ROWS[n].0.as_bytes().first_chunk() {
            quads[n] = u32::from_be_bytes(*first);
        }
        n += 1;
    }
    quads
}

#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler, where a wrong index is an error"
)]
const fn filter() -> [u64; 1_024] {
    let quads = quads();
    let mut filter = [0; 1_024];
    let mut n = 0;
    while n < quads.len() {
        let slot = slot(quads[n]);
        filter[(slot / 64) as usize] |= 1 << (slot % 64);
        n += 1;
    }
    filter
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(agent: &str) -> Vec<(usize, Mark)> {
        let mut marks = Vec::new();
        scan(agent, |at, mark| marks.push((at, mark)));
        marks
    }

    #[test]
    fn the_list_is_sorted_and_its_texts_are_long_enough() {
        assert!(ROWS.is_sorted_by(|a, b| a.0.as_bytes() < b.0.as_bytes()));
        assert!(ROWS.iter().all(|(text, _)| text.len() >= 4));
        let set: u32 = FILTER.iter().map(|bits| bits.count_ones()).sum();
        assert!(set < 65_536 / 40, "{set} bits slow people down");
    }

    #[test]
    fn each_text_is_found_wherever_it_stands() {
        for (text, mark) in ROWS {
            let tied = text.starts_with('^');
            let bare = text.trim_start_matches('^').trim_end_matches('$');
            let agent = if tied {
                bare.to_owned()
            } else {
                format!("Mo {bare}")
            };
            let at = if tied { 0 } else { 3 };
            assert!(
                marks(&agent).contains(&(at, *mark)),
                "{text}: {:?}",
                marks(&agent)
            );
        }
    }

    #[test]
    fn a_text_tied_to_an_end_is_not_found_elsewhere() {
        assert_eq!(marks("curl/8"), [(0, Mark::Tool)]);
        assert_eq!(marks("a curl/8"), []);
    }

    #[test]
    fn a_robot_on_no_list_is_known_by_its_word() {
        for agent in [
            "Xybot",
            "XyBot/1",
            "XYBOT 1",
            "xy-crawler",
            "XySpider",
            "xyFetcher",
        ] {
            assert_eq!(marks(agent).len(), 1, "{agent}");
        }
        for agent in ["bottle", "Bothnia", "CUBOT X30", "cubot", "botanic"] {
            assert_eq!(marks(agent), [], "{agent}");
        }
    }

    #[test]
    fn an_agent_of_any_length_and_alphabet_is_read() {
        for length in [0, 1, 2, 3, 4, LONGEST - 6, LONGEST - 5, LONGEST, 9_000] {
            marks(&"ż".repeat(length));
            marks(&"b".repeat(length));
        }
    }
}
