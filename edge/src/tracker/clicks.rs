//! Group commit, the isolate's half: clicks gather for a moment and leave together; the
//! object commits the batches of all isolates together (`object.rs`).
//!
//! Guarantees: a click whose redirect was answered is in the books within two seconds,
//! unless the process dies before; a batch that fails is sent again until the books
//! have it; what cannot be kept is counted and shown.

use grapevine_domain::code::Code;
use grapevine_domain::time::Timestamp;
use grapevine_domain::visit::Dropped;
use grapevine_ledger::clicks::{Batch, LARGEST_BATCH, RECORD, pack};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::time::Duration;
use worker::{Delay, Env};

use super::hot::{self, Job};
use super::settings;
use crate::error::Error;
use crate::{clock, ledger_client};

/// How long the first click waits for company. With what the object gathers
/// (`GATHER_MS`) and the way there it must stay below two seconds.
pub const LINGER_MS: u64 = 1_000;
/// Counts alone can wait for longer than clicks: nobody looks for them at once, and
/// programs that come by must not cost a call to the books each.
const DROPS_LINGER_MS: i64 = 4_000;
/// Wait before a batch that failed is sent again; doubles each time.
const RETRY_MS: u64 = 250;
/// Longest time for which the books can ask to be left alone, and longest wait
/// before a batch that failed is sent again.
const LONGEST_PAUSE_MS: u64 = 5_000;
/// A batch that cannot be delivered for so long is given up: the books know the names
/// of batches for about twice the time.
const GIVE_UP_MS: i64 = 300_000;
/// A request's background work may last 30 seconds after its answer on
/// Cloudflare; well before that the next request takes over.
const SHIFT_MS: i64 = 15_000;
/// Most clicks of one merchant that wait in an isolate.
const MOST_WAITING: usize = 100_000;

/// A person's click.
pub struct Click {
    pub at: Timestamp,
    pub id: u64,
    pub visitor: [u8; 8],
    pub channel: u8,
    pub variant: u8,
    pub code: Code,
}

#[derive(Default)]
struct Waiting {
    records: Vec<u8>,
    chosen: Vec<Code>,
    /// By reason, in the order of `Dropped::ALL`.
    dropped: BTreeMap<Dropped, i64>,
    /// When the oldest of them came.
    since: Option<Timestamp>,
    /// The batch that was sent, until the books have it: the request that carries it
    /// can be cut off, and then the next one sends it again.
    under_way: Option<Rc<Sent>>,
    /// When the request that carries them to the books began; `None` when none does.
    carried_since: Option<Timestamp>,
}

/// A batch on its way.
struct Sent {
    batch: Batch,
    since: Timestamp,
}

thread_local! {
    static WAITING: RefCell<HashMap<String, Waiting>> = RefCell::new(HashMap::new());
    static CHANCE: RefCell<Chance> = const { RefCell::new(Chance { bytes: [0; 512], used: 512 }) };
}

/// Chance in stock: asking the platform for eight bytes costs as much as for hundreds.
struct Chance {
    bytes: [u8; 512],
    used: usize,
}

/// A random name for a click.
pub fn random_id() -> u64 {
    CHANCE.with_borrow_mut(|chance| {
        if chance.used >= chance.bytes.len() {
            clock::random(&mut chance.bytes);
            chance.used = 0;
        }
        let rest = chance.bytes.get(chance.used..).unwrap_or_default();
        chance.used += 8;
        rest.first_chunk().map_or(0, |id| u64::from_be_bytes(*id))
    })
}

/// Records what became of a request, without keeping its answer waiting.
pub fn record(merchant: &str, click: Result<Click, Dropped>, now: Timestamp) {
    WAITING.with_borrow_mut(|all| {
        let waiting = match all.get_mut(merchant) {
            Some(waiting) => waiting,
            None => all.entry(merchant.to_owned()).or_default(),
        };
        waiting.since.get_or_insert(now);
        let click = click.and_then(|click| waiting.place(click));
        match click {
            Ok(record) => waiting.records.extend(record),
            Err(reason) => *waiting.dropped.entry(reason).or_default() += 1,
        }
        // A clock that was set back ends a shift too.
        let carried = waiting
            .carried_since
            .is_some_and(|since| (0..SHIFT_MS).contains(&(now.0 - since.0)));
        if !carried {
            waiting.carried_since = Some(now);
            hot::leave(Job::Carry(merchant.to_owned()));
        }
    });
}

impl Waiting {
    /// The record of a click, if there is room for it.
    fn place(&mut self, click: Click) -> Result<[u8; RECORD], Dropped> {
        if self.records.len() >= MOST_WAITING * RECORD {
            return Err(Dropped::Overflow);
        }
        let mut place = 0;
        if click.code.is_vanity() {
            let known = self.chosen.iter().rposition(|known| *known == click.code);
            place = known.unwrap_or(self.chosen.len());
            if known.is_none() {
                self.chosen.push(click.code);
            }
        }
        let place = u16::try_from(place).map_err(|_| Dropped::Overflow)?;
        let Click {
            at,
            id,
            visitor,
            channel,
            variant,
            code,
        } = click;
        Ok(pack(at, id, visitor, channel, variant, code, place))
    }

    fn is_empty(&self) -> bool {
        self.records.is_empty() && self.dropped.is_empty()
    }

    /// The next batch, from what has gathered.
    fn next(&mut self, now: Timestamp) -> Sent {
        let length = self.records.len().min(LARGEST_BATCH * RECORD);
        let rest = self.records.split_off(length);
        let records = core::mem::replace(&mut self.records, rest);
        // Records that stay point to the same list.
        let chosen = if self.records.is_empty() {
            core::mem::take(&mut self.chosen)
        } else {
            self.chosen.clone()
        };
        let dropped = core::mem::take(&mut self.dropped);
        self.since = (!self.records.is_empty()).then_some(now);
        let batch = Batch {
            name: clock::random_u64(),
            records,
            chosen,
            dropped: dropped
                .iter()
                .map(|(reason, n)| (reason.code().to_owned(), *n))
                .collect(),
        };
        Sent { batch, since: now }
    }
}

/// What a carrier does next.
enum Next {
    /// Nothing waits, or another request has taken over.
    End,
    /// Wait for company.
    Wait,
    Send(Rc<Sent>),
}

/// The batch to send: the one that did not arrive yet, else what has gathered since.
fn next(merchant: &str, shift: Timestamp, now: Timestamp) -> Next {
    WAITING.with_borrow_mut(|all| {
        let Some(waiting) = all.get_mut(merchant) else {
            return Next::End;
        };
        if waiting.carried_since != Some(shift) {
            return Next::End;
        }
        if let Some(sent) = &waiting.under_way {
            return Next::Send(sent.clone());
        }
        if waiting.is_empty() {
            all.remove(merchant);
            return Next::End;
        }
        let since = waiting.since.unwrap_or(now);
        if waiting.records.is_empty() && (0..DROPS_LINGER_MS).contains(&(now.0 - since.0)) {
            return Next::Wait;
        }
        let sent = Rc::new(waiting.next(now));
        waiting.under_way = Some(sent.clone());
        Next::Send(sent)
    })
}

/// Takes a batch off the list, since there is an answer about it, or since it was on
/// its way for too long. What is not recorded is at least counted, and shown with the
/// next batch. Whether so much waits that the next one should not.
fn settle(merchant: &str, sent: &Rc<Sent>, is_recorded: bool) -> bool {
    WAITING.with_borrow_mut(|all| {
        let Some(waiting) = all.get_mut(merchant) else {
            return false;
        };
        let mine = waiting
            .under_way
            .take_if(|under_way| Rc::ptr_eq(under_way, sent));
        if let (Some(sent), false) = (mine, is_recorded) {
            let lost = i64::try_from(sent.batch.clicks()).unwrap_or(0);
            if lost > 0 {
                waiting.since.get_or_insert(sent.since);
                *waiting.dropped.entry(Dropped::Lost).or_default() += lost;
            }
        }
        waiting.records.len() >= LARGEST_BATCH * RECORD
    })
}

/// Sends batch after batch, each until the books have it. A batch has a name, so one
/// whose answer was lost, or that two requests send, counts once.
pub async fn carry(merchant: &str, env: &Env) {
    let shift = WAITING.with_borrow(|all| all.get(merchant)?.carried_since);
    let Some(shift) = shift else { return };
    let mut failures = 0;
    let mut pause_ms = LINGER_MS;
    loop {
        Delay::from(Duration::from_millis(pause_ms)).await;
        let now = clock::now();
        let sent = match next(merchant, shift, now) {
            Next::End => return,
            Next::Wait => {
                pause_ms = LINGER_MS;
                continue;
            }
            Next::Send(sent) => sent,
        };
        pause_ms = match ledger_client::record_clicks(env, merchant, &sent.batch).await {
            Ok(answer) => {
                failures = 0;
                let crowded = settle(merchant, &sent, true);
                settings::confirm(env, merchant, &answer.settings, now).await;
                let asked = answer.pause_ms.min(LONGEST_PAUSE_MS);
                if crowded { asked } else { asked.max(LINGER_MS) }
            }
            // A "no" stays one, however often it is asked.
            Err(Error::Refused(refusal)) => {
                settle(merchant, &sent, false);
                worker::console_error!("clicks of {merchant} were refused: {}", refusal.code);
                LINGER_MS
            }
            Err(error) => {
                error.log();
                if now.0 - sent.since.0 > GIVE_UP_MS {
                    settle(merchant, &sent, false);
                }
                failures += 1;
                (RETRY_MS << failures.min(5)).min(LONGEST_PAUSE_MS)
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIFT: Timestamp = Timestamp(1);

    fn click(code: &str) -> Click {
        Click {
            at: Timestamp(1_795_000_000_000),
            id: 1,
            visitor: [0; 8],
            channel: 1,
            variant: 0,
            code: Code::parse(code).unwrap(),
        }
    }

    fn gathered(merchant: &str, shift: Timestamp) {
        WAITING.with_borrow_mut(|all| {
            let waiting = all.entry(merchant.to_owned()).or_default();
            waiting.records.extend([0; 2 * RECORD]);
            waiting.carried_since = Some(shift);
        });
    }

    fn take(merchant: &str, shift: Timestamp) -> Option<Rc<Sent>> {
        match next(merchant, shift, Timestamp(100_000)) {
            Next::Send(sent) => Some(sent),
            Next::End | Next::Wait => None,
        }
    }

    fn takes_over(merchant: &str, shift: Timestamp) {
        WAITING.with_borrow_mut(|all| all.get_mut(merchant).unwrap().carried_since = Some(shift));
    }

    #[test]
    fn a_batch_stays_until_the_books_have_it_whoever_carries_it() {
        let second = Timestamp(2);
        gathered("acme", SHIFT);
        let batch = take("acme", SHIFT).unwrap();
        takes_over("acme", second);
        assert!(take("acme", SHIFT).is_none(), "its shift is over");
        let again = take("acme", second).unwrap();
        assert!(Rc::ptr_eq(&batch, &again));
        settle("acme", &again, true);
        assert!(take("acme", second).is_none(), "nothing waits");
    }

    #[test]
    fn refused_clicks_are_counted() {
        gathered("acme", SHIFT);
        let sent = take("acme", SHIFT).unwrap();
        settle("acme", &sent, false);
        let Next::Send(sent) = next("acme", SHIFT, Timestamp(100_000 + DROPS_LINGER_MS)) else {
            panic!("the count is sent, a little later")
        };
        assert_eq!(sent.batch.records.len(), 0);
        assert_eq!(sent.batch.dropped.get("lost"), Some(&2));
        settle("acme", &sent, false);
        assert!(take("acme", SHIFT).is_none(), "a count is not counted");
    }

    #[test]
    fn counts_alone_wait_for_longer_than_clicks() {
        let at = |ms: i64| Timestamp(1_000 + ms);
        record("quiet", Err(Dropped::Head), at(0));
        let shift = at(0);
        assert!(matches!(next("quiet", shift, at(1_000)), Next::Wait));
        record("quiet", Ok(click("k7m2p9-anna")), at(1_100));
        assert!(matches!(next("quiet", shift, at(2_100)), Next::Send(_)));
        record("silent", Err(Dropped::Head), at(0));
        assert!(matches!(next("silent", shift, at(4_000)), Next::Send(_)));
    }

    #[test]
    fn chosen_codes_are_named_once_in_a_batch() {
        for code in ["anna-tea", "bea", "anna-tea"] {
            record("names", Ok(click(code)), SHIFT);
        }
        let sent = take("names", SHIFT).unwrap();
        let names: Vec<_> = sent
            .batch
            .chosen
            .iter()
            .map(|code| code.as_str().to_owned())
            .collect();
        assert_eq!(names, ["anna-tea", "bea"]);
        assert_eq!(sent.batch.clicks(), 3);
    }

    #[test]
    fn what_is_too_much_is_counted() {
        WAITING.with_borrow_mut(|all| {
            let full = Waiting {
                records: vec![0; MOST_WAITING * RECORD],
                ..Waiting::default()
            };
            all.insert("full".to_owned(), full);
        });
        record("full", Ok(click("bea")), SHIFT);
        let sent = take("full", SHIFT).unwrap();
        assert_eq!(sent.batch.clicks(), LARGEST_BATCH);
        assert_eq!(sent.batch.dropped.get("overflow"), Some(&1));
        assert!(settle("full", &sent, true), "the rest should not wait");
    }

    #[test]
    fn names_are_random_also_beyond_the_stock() {
        let mut names: Vec<u64> = (0..200).map(|_| random_id()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 200);
    }
}
