//! Whether a request for a link is a person's click.
//!
//! Nobody is turned away: what is not counted is redirected all the same, and
//! how many were filtered, by reason, is kept.

use grapevine_ledger::keyring::{Key, hash};
use std::cell::RefCell;
use std::collections::HashMap;

use grapevine_domain::time::{DAY_MS, Timestamp};

/// Why a request is not counted. A closed set; each is counted by day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// Asks for the head only.
    Head,
    /// A browser that loads ahead.
    Prefetch,
    /// Says nothing of itself.
    MissingAgent,
    /// A preview or a search engine, by its own word.
    Bot,
    /// A programming library or a command-line tool.
    Tool,
    /// The same visitor and link a moment ago.
    Repeat,
    /// More than one network, or one code, is counted for at once.
    RateLimit,
    /// The code has a typo; the visitor goes to the shop.
    BadCode,
}

impl Dropped {
    /// The stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Prefetch => "prefetch",
            Self::MissingAgent => "missing_agent",
            Self::Bot => "bot",
            Self::Tool => "tool",
            Self::Repeat => "repeat",
            Self::RateLimit => "rate_limit",
            Self::BadCode => "bad_code",
        }
    }
}

/// What a request says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Signs<'a> {
    /// Whether the method is HEAD.
    pub head: bool,
    /// `Sec-Purpose`, or the older `Purpose`.
    pub purpose: Option<&'a str>,
    /// `User-Agent`.
    pub agent: Option<&'a str>,
}

/// Words in the agents of previews and search engines, lower case. Makers of honest
/// programs put one of them, or their own name, into it.
const BOTS: &[&str] = &[
    "bot",
    "crawl",
    "spider",
    "slurp",
    "preview",
    "facebookexternalhit",
    "facebookcatalog",
    "whatsapp/",
    "embedly",
    "pingdom",
    "uptime",
    "scanner",
    "vkshare",
    "google-read-aloud",
    "viber/",
    "skypeuri",
    "feedfetcher",
];

/// How the agents of programming libraries begin, lower case.
const TOOLS: &[&str] = &[
    "curl/",
    "wget/",
    "python-",
    "go-http-client",
    "java/",
    "okhttp",
    "axios/",
    "node",
    "libwww",
    "apache-httpclient",
];

/// What a single request shows of itself; repeats are another matter.
pub fn judge(signs: Signs<'_>) -> Option<Dropped> {
    if signs.head {
        return Some(Dropped::Head);
    }
    if signs
        .purpose
        .is_some_and(|purpose| purpose.contains("prefetch") || purpose.contains("preview"))
    {
        return Some(Dropped::Prefetch);
    }
    let Some(agent) = signs.agent.filter(|agent| !agent.is_empty()) else {
        return Some(Dropped::MissingAgent);
    };
    let agent = agent.to_ascii_lowercase();
    if BOTS.iter().any(|word| agent.contains(word)) {
        Some(Dropped::Bot)
    } else if TOOLS.iter().any(|word| agent.starts_with(word)) {
        Some(Dropped::Tool)
    } else {
        None
    }
}

/// Two visits within this time are one click.
pub const REPEAT_MS: i64 = 30 * 60 * 1000;
/// Most visits that an isolate keeps in mind.
const MOST: usize = 100_000;

thread_local! {
    static SEEN: RefCell<HashMap<u64, i64>> = RefCell::new(HashMap::new());
}

/// A visitor as 64 bits that tell nothing tomorrow: address and agent under a
/// key that holds for one day.
pub fn name(key: &Key, at: Timestamp, address: &str, agent: &str) -> [u8; 8] {
    let day = at.day().to_be_bytes();
    let hashed = hash(
        key,
        &[
            b"visitor/",
            &day,
            address.as_bytes(),
            b"/",
            agent.as_bytes(),
        ],
    );
    let mut short = [0; 8];
    for (slot, byte) in short.iter_mut().zip(hashed) {
        *slot = byte;
    }
    short
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
        if seen.len() >= MOST {
            seen.retain(|_, last| at.0 - *last < REPEAT_MS);
            if seen.len() >= MOST {
                seen.clear();
            }
        }
        let last = seen.insert(mixed, at.0);
        last.is_some_and(|last| (0..REPEAT_MS).contains(&(at.0 - last)))
    })
}

const _: () = assert!(REPEAT_MS < DAY_MS, "a visitor's name holds for a day");

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36";

    fn verdict(agent: &str) -> Option<Dropped> {
        judge(Signs {
            agent: Some(agent),
            ..Signs::default()
        })
    }

    #[test]
    fn people_count_also_in_apps() {
        for person in [
            CHROME,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22A Instagram 400.0.0",
            "Mozilla/5.0 (Linux; Android 15; Pixel 9; wv) AppleWebKit/537.36 Chrome/149.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/500.0;]",
        ] {
            assert_eq!(verdict(person), None, "{person}");
        }
    }

    #[test]
    fn programs_do_not() {
        for program in [
            "facebookexternalhit/1.1",
            "WhatsApp/2.24 A",
            "TelegramBot (like TwitterBot)",
            "Slackbot-LinkExpanding 1.0",
            "Mozilla/5.0 (compatible; Googlebot/2.1)",
            "Twitterbot/1.0",
        ] {
            assert_eq!(verdict(program), Some(Dropped::Bot), "{program}");
        }
        assert_eq!(verdict("curl/8.5.0"), Some(Dropped::Tool));
        assert_eq!(verdict(""), Some(Dropped::MissingAgent));
        assert_eq!(
            judge(Signs {
                head: true,
                agent: Some(CHROME),
                purpose: None
            }),
            Some(Dropped::Head)
        );
        let ahead = Signs {
            purpose: Some("prefetch;prerender"),
            agent: Some(CHROME),
            head: false,
        };
        assert_eq!(judge(ahead), Some(Dropped::Prefetch));
    }

    #[test]
    fn a_second_visit_within_half_an_hour_is_a_repeat() {
        let at = Timestamp(1_795_000_000_000);
        let visitor = name(&[1; 32], at, "192.0.2.1", CHROME);
        assert!(!is_repeat(visitor, "acme", "code", at));
        assert!(is_repeat(visitor, "acme", "code", at.plus_ms(1_000)));
        assert!(
            !is_repeat(visitor, "acme", "other", at),
            "another link is another click"
        );
        assert!(!is_repeat(
            visitor,
            "acme",
            "code",
            at.plus_ms(REPEAT_MS + 1_000)
        ));
        assert_ne!(
            visitor,
            name(&[1; 32], at.plus_days(1), "192.0.2.1", CHROME),
            "another name each day"
        );
    }
}
