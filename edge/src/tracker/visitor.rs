//! Who was here a moment ago, in the isolate's memory.

use grapevine_domain::time::{DAY_MS, Timestamp};
use grapevine_domain::visit::Agent;
use grapevine_ledger::keyring::{Key, hash};
use siphasher::sip::SipHasher24;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::Hasher;

/// Two visits within this time are one click.
pub const REPEAT_MS: i64 = 30 * 60 * 1000;
/// Visits in one of the two halves of the memory.
const HALF: usize = 50_000;
/// Most agents in mind.
const MOST_AGENTS: usize = 4_000;
/// Longer agents are judged, but not kept in mind.
const LONGEST_AGENT: usize = 400;

/// A merchant's daily keys for the names of visitors.
pub struct Salts {
    secret: Key,
    /// The last day and its key.
    today: Cell<(i64, [u8; 16])>,
}

impl Salts {
    /// Derives all of them from a secret.
    pub const fn new(secret: Key) -> Self {
        Self {
            secret,
            today: Cell::new((i64::MIN, [0; 16])),
        }
    }

    fn of_day(&self, day: i64) -> [u8; 16] {
        let (known, salt) = self.today.get();
        if known == day {
            return salt;
        }
        let mut salt = [0; 16];
        let hashed = hash(&self.secret, &[b"visitors/", &day.to_be_bytes()]);
        for (slot, byte) in salt.iter_mut().zip(hashed) {
            *slot = byte;
        }
        self.today.set((day, salt));
        salt
    }

    /// A visitor as 64 bits that tell nothing tomorrow: address and agent under a key
    /// that holds for one day.
    pub fn name(&self, at: Timestamp, address: &str, agent: &str) -> [u8; 8] {
        let mut hasher = SipHasher24::new_with_key(&self.of_day(at.day()));
        hasher.write(address.as_bytes());
        hasher.write(b"\n");
        hasher.write(agent.as_bytes());
        hasher.finish().to_be_bytes()
    }
}

/// Visits by visitor and link with their time: a younger half that grows, and an older
/// one that is forgotten all at once, so that no request pays for tidying up.
struct Seen {
    young: HashMap<u64, i64>,
    old: HashMap<u64, i64>,
    since: i64,
}

thread_local! {
    static SEEN: RefCell<Option<Seen>> = const { RefCell::new(None) };
    static AGENTS: RefCell<HashMap<String, Agent>> = RefCell::new(HashMap::new());
}

/// Whether this visitor followed this link a moment ago, as far as this isolate
/// knows; and from now on it does.
pub fn is_repeat(visitor: [u8; 8], merchant: &str, code: &str, at: Timestamp) -> bool {
    let mut mixed = u64::from_be_bytes(visitor);
    // FNV-1a over the link: the visitor's bits are unpredictable already.
    for byte in merchant.bytes().chain([b'/']).chain(code.bytes()) {
        mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    SEEN.with_borrow_mut(|seen| {
        let seen = seen.get_or_insert_with(|| Seen {
            young: HashMap::with_capacity(HALF),
            old: HashMap::new(),
            since: at.0,
        });
        if seen.young.len() >= HALF || at.0 - seen.since >= REPEAT_MS {
            let fresh = HashMap::with_capacity(HALF);
            seen.old = core::mem::replace(&mut seen.young, fresh);
            seen.since = at.0;
        }
        let last = seen.young.insert(mixed, at.0);
        let last = last.or_else(|| seen.old.get(&mixed).copied());
        last.is_some_and(|last| (0..REPEAT_MS).contains(&(at.0 - last)))
    })
}

/// What an agent says, judged once for each text.
pub fn agent(text: &str) -> Agent {
    AGENTS.with_borrow_mut(|agents| {
        if let Some(known) = agents.get(text) {
            return *known;
        }
        let agent = Agent::of(text);
        if text.len() <= LONGEST_AGENT {
            if agents.len() >= MOST_AGENTS {
                agents.clear(); // simple, rare, and every entry can be had again
            }
            agents.insert(text.to_owned(), agent);
        }
        agent
    })
}

const _: () = assert!(REPEAT_MS < DAY_MS, "a visitor's name holds for a day");

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36";

    #[test]
    fn a_second_visit_within_half_an_hour_is_a_repeat() {
        let at = Timestamp(1_795_000_000_000);
        let salts = Salts::new([1; 32]);
        let visitor = salts.name(at, "192.0.2.1", CHROME);
        assert!(!is_repeat(visitor, "acme", "code", at));
        assert!(is_repeat(visitor, "acme", "code", at.plus_ms(1_000)));
        assert!(
            !is_repeat(visitor, "acme", "other", at),
            "another link is another click"
        );
        // Long enough for the memory to have turned over once.
        let later = at.plus_ms(REPEAT_MS - 1_000);
        assert!(is_repeat(visitor, "acme", "code", later));
        assert!(!is_repeat(
            visitor,
            "acme",
            "code",
            later.plus_ms(REPEAT_MS + 1_000)
        ));
        assert_ne!(visitor, salts.name(at.plus_days(1), "192.0.2.1", CHROME));
        assert_eq!(visitor, salts.name(at, "192.0.2.1", CHROME));
        assert_ne!(visitor, Salts::new([2; 32]).name(at, "192.0.2.1", CHROME));
    }

    #[test]
    fn a_flood_makes_it_forget_the_oldest_only() {
        let at = Timestamp(1_795_100_000_000);
        let first = 7u64.to_be_bytes();
        is_repeat(first, "acme", "code", at);
        for n in 0..HALF as u64 - 1 {
            is_repeat((1_000 + n).to_be_bytes(), "acme", "code", at);
        }
        assert!(is_repeat(first, "acme", "code", at));
    }
}
