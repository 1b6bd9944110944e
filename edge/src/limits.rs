//! How much one network, code or key may ask for in a minute.
//!
//! Each isolate counts for itself, in bounded memory; where the platform has its
//! rate-limit bindings (`wrangler.toml`) it counts with us, for all isolates of a
//! place. A network is an IPv4 address or an IPv6 /64; without an address no rule
//! that needs one applies. Nothing here waits but [`ask_platform`] and [`act`], and the redirect never
//! asks before it has answered.

use grapevine_domain::rate::{Count, Counts};
use grapevine_domain::time::Timestamp;
use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use worker::{Env, Request, Response};

use crate::bindings::{self, Settings};
use crate::clock;
use crate::error::Error;
use crate::http::header;
use crate::tracker::hot::{self, Job};

/// The span of every limit, in seconds. The platform's bindings have the same.
const SPAN_S: u32 = 60;
/// Counts that an isolate keeps of networks' clicks, of codes, of other acts: 16
/// bytes each.
const NETWORKS: usize = 65_536;
const CODES: usize = 16_384;
const ACTS: usize = 32_768;

/// Most events a minute; 0 is no limit. `LIMITS` names those that differ:
/// `click_soft=120,click_hard=0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Clicks of one network on one merchant; what is above is not counted.
    pub click_soft: u32,
    /// The same; what is above is refused.
    pub click_hard: u32,
    /// Clicks on one code, in an isolate; what is above is not counted. A code that
    /// television shows has to pass.
    pub code: u32,
    /// What a person does rarely and a program could do a lot of harm with.
    pub few: u32,
    /// What a person does a few times on a visit.
    pub some: u32,
    /// What a page does by itself.
    pub many: u32,
    /// Requests with one API key.
    pub keys: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            click_soft: 60,
            click_hard: 600,
            code: 120_000,
            few: 20,
            some: 60,
            many: 600,
            keys: 60_000,
        }
    }
}

impl Limits {
    /// Reads `name=number,…`; what is not named stays as it is.
    ///
    /// # Errors
    /// A sentence that names what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut limits = Self::default();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let wrong = |what: &str| format!("LIMITS: {part}: {what}");
            let (name, number) = part
                .split_once('=')
                .ok_or_else(|| wrong("is not name=number"))?;
            let limit = match name.trim() {
                "click_soft" => &mut limits.click_soft,
                "click_hard" => &mut limits.click_hard,
                "code" => &mut limits.code,
                "few" => &mut limits.few,
                "some" => &mut limits.some,
                "many" => &mut limits.many,
                "keys" => &mut limits.keys,
                _ => return Err(wrong("there is no such limit")),
            };
            let number = number.trim().parse();
            *limit = number.map_err(|_| wrong("is not a whole number"))?;
        }
        Ok(limits)
    }
}

struct Memory {
    /// Makes the hashes of this isolate unlike those of any other.
    secret: u64,
    networks: Counts,
    codes: Counts,
    acts: Counts,
}

thread_local! {
    static MEMORY: RefCell<Option<Memory>> = const { RefCell::new(None) };
}

fn with_memory<T>(work: impl FnOnce(&mut Memory) -> T) -> T {
    MEMORY.with_borrow_mut(|memory| {
        // Not before the first request: only then the platform gives chance.
        work(memory.get_or_insert_with(|| Memory {
            secret: clock::random_u64(),
            networks: Counts::new(NETWORKS, SPAN_S),
            codes: Counts::new(CODES, SPAN_S),
            acts: Counts::new(ACTS, SPAN_S),
        }))
    })
}

impl Memory {
    fn key(&self, parts: impl Hash) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.secret.hash(&mut hasher);
        parts.hash(&mut hasher);
        hasher.finish()
    }
}

/// The network of an address: all of IPv4, the first half of IPv6, which is what one
/// household or host gets. Something else that a proxy wrote stands for itself.
#[derive(Clone, Copy, Hash, PartialEq, Eq, Debug)]
enum Network<'a> {
    V4([u8; 4]),
    V6([u16; 4]),
    Other(&'a str),
}

impl<'a> Network<'a> {
    fn of(address: &'a str) -> Self {
        match address
            .parse::<IpAddr>()
            .map(|address| address.to_canonical())
        {
            Ok(IpAddr::V4(address)) => Self::V4(address.octets()),
            Ok(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                Self::V6([a, b, c, d])
            }
            Err(_) => Self::Other(address),
        }
    }

    /// As a key of the platform's.
    fn name(self) -> String {
        match self {
            Self::V4([a, b, c, d]) => format!("{a}.{b}.{c}.{d}"),
            Self::V6([a, b, c, d]) => format!("{a:x}:{b:x}:{c:x}:{d:x}"),
            Self::Other(text) => text.chars().take(64).collect(),
        }
    }
}

/// What a click may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Click {
    /// It is redirected and counted.
    Counted,
    /// It is redirected, and kept as `rate_limit` among what was not counted.
    NotCounted,
    /// It is answered with [`too_many`].
    Refused {
        /// Seconds until it is worth another try.
        retry_after_s: u32,
    },
}

/// A network of which the platform is asked whether it goes too far.
pub struct Question {
    /// As the platform keeps it.
    name: String,
    /// As the isolate does.
    key: u64,
    /// Counted for it at least when it does.
    soft: u32,
}

/// Counts a click and judges it by the merchant's network and code, from memory. From
/// half of the soft limit on the platform is asked too, after the answer, and what it
/// says holds for the next click.
pub fn click(
    known: &Settings,
    merchant: &str,
    code: &str,
    address: Option<&str>,
    now: Timestamp,
) -> Click {
    let network = address.map(Network::of);
    let (counted, verdict) = count_click(&known.limits, merchant, code, network, now);
    let soft = known.limits.click_soft;
    if let (Some(network), Some(counted)) = (network, counted)
        && counted.n > soft / 2
        && !counted.is_above(soft)
        && soft > 0
    {
        hot::leave(Job::AskPlatform(Question {
            name: format!("{merchant} {}", network.name()),
            key: with_memory(|memory| memory.key((merchant, network))),
            soft,
        }));
    }
    verdict
}

/// Asks the platform, where it has a limiter.
pub async fn ask_platform(env: &Env, question: Question) {
    let Some(limiter) = bindings::rate_limiter(env, bindings::CLICK_LIMIT) else {
        return;
    };
    // When the platform fails, our own count still stands.
    let answer = limiter.limit(question.name).await;
    if answer.is_ok_and(|answer| !answer.success) {
        with_memory(|memory| {
            memory
                .networks
                .at_least(question.key, question.soft, clock::now());
        });
    }
}

fn count_click(
    limits: &Limits,
    merchant: &str,
    code: &str,
    network: Option<Network<'_>>,
    now: Timestamp,
) -> (Option<Count>, Click) {
    with_memory(|memory| {
        let counted = network.map(|network| {
            let key = memory.key((merchant, network));
            memory.networks.add(key, now)
        });
        if let Some(count) = counted {
            if count.is_above(limits.click_hard) {
                let retry_after_s = count.left_s;
                return (counted, Click::Refused { retry_after_s });
            }
            if count.is_above(limits.click_soft) {
                return (counted, Click::NotCounted);
            }
        }
        let key = memory.key((merchant, code));
        let verdict = if memory.codes.add(key, now).is_above(limits.code) {
            Click::NotCounted
        } else {
            Click::Counted
        };
        (counted, verdict)
    })
}

/// What a network is told that asks without end: a few plain words, since many are
/// asked for.
pub const TOO_MANY: &str = "Too many requests from your network. Please try again in a minute.\n";

/// The answer to a refused click: 429.
///
/// # Errors
/// When it cannot be made.
pub fn too_many(retry_after_s: u32) -> worker::Result<Response> {
    let response = Response::ok(TOO_MANY)?.with_status(429);
    let headers = response.headers();
    headers.set("Retry-After", &retry_after_s.to_string())?;
    headers.set("Cache-Control", "private, no-store")?;
    Ok(response)
}

/// How often something may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Joining, signing in.
    Few,
    /// Claims, orders, presses in mails.
    Some,
    /// Landings, shares, views, numbers of a panel.
    Many,
    /// Requests with one merchant's key.
    Keys,
}

impl Class {
    const fn limit(self, limits: &Limits) -> u32 {
        match self {
            Self::Few => limits.few,
            Self::Some => limits.some,
            Self::Many => limits.many,
            Self::Keys => limits.keys,
        }
    }

    const fn binding(self) -> &'static str {
        match self {
            Self::Few => bindings::FEW_LIMIT,
            Self::Some => bindings::SOME_LIMIT,
            Self::Many => bindings::MANY_LIMIT,
            Self::Keys => bindings::KEY_LIMIT,
        }
    }
}

/// Counts an act of the visitor's network, for one merchant (or another `scope`) and
/// one kind of act.
///
/// # Errors
/// [`Error::RateLimited`] above the limit.
pub async fn act(
    request: &Request,
    env: &Env,
    scope: &str,
    kind: &str,
    class: Class,
) -> Result<(), Error> {
    let known = bindings::settings(env)?;
    let name = known.address_header.as_str();
    let address = Some(name).filter(|name| !name.is_empty());
    let Some(address) = address.and_then(|name| header(request, name)) else {
        return Ok(());
    };
    let network = Network::of(&address);
    let count = with_memory(|memory| {
        let key = memory.key((scope, kind, network));
        memory.acts.add(key, clock::now())
    });
    let name = || format!("{scope} {kind} {}", network.name());
    ask(&known.limits, env, class, count, name).await
}

/// Counts a request with a key of a merchant, who has proved it: a stranger cannot
/// use up what others may ask.
///
/// # Errors
/// [`Error::RateLimited`] above the limit.
pub async fn key(env: &Env, merchant: &str) -> Result<(), Error> {
    let known = bindings::settings(env)?;
    let count = with_memory(|memory| {
        let key = memory.key(("key", merchant));
        memory.acts.add(key, clock::now())
    });
    ask(&known.limits, env, Class::Keys, count, || {
        merchant.to_owned()
    })
    .await
}

/// Our own count first, which costs nothing; then the platform's, where there is one.
async fn ask(
    limits: &Limits,
    env: &Env,
    class: Class,
    count: Count,
    name: impl FnOnce() -> String,
) -> Result<(), Error> {
    let limit = class.limit(limits);
    if count.is_above(limit) {
        return Err(Error::RateLimited {
            retry_after_s: count.left_s,
        });
    }
    if limit == 0 {
        return Ok(());
    }
    let Some(limiter) = bindings::rate_limiter(env, class.binding()) else {
        return Ok(());
    };
    match limiter.limit(name()).await {
        Ok(answer) if !answer.success => Err(Error::RateLimited {
            retry_after_s: SPAN_S,
        }),
        Ok(_) => Ok(()),
        Err(error) => {
            worker::console_error!("the platform's limit {}: {error}", class.binding());
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_795_000_000_000);

    fn clicks(limits: &Limits, merchant: &str, code: &str, address: Option<&str>) -> Click {
        let network = address.map(Network::of);
        count_click(limits, merchant, code, network, NOON).1
    }

    #[test]
    fn a_network_is_counted_then_only_redirected_then_refused() {
        let limits = Limits::default();
        let click = |address| clicks(&limits, "acme", "k7m2p9x4", Some(address));
        for _ in 0..60 {
            assert_eq!(click("192.0.2.1"), Click::Counted);
        }
        for _ in 60..600 {
            assert_eq!(click("192.0.2.1"), Click::NotCounted);
        }
        assert_eq!(click("192.0.2.1"), Click::Refused { retry_after_s: 60 });
        assert_eq!(click("192.0.2.2"), Click::Counted, "another network");
        let other = clicks(&limits, "other", "k7m2p9x4", Some("192.0.2.1"));
        assert_eq!(other, Click::Counted, "another merchant");
    }

    #[test]
    fn without_an_address_only_the_code_is_limited() {
        let limits = Limits {
            code: 1_000,
            ..Limits::default()
        };
        let click = || clicks(&limits, "television", "k7m2p9x4", None);
        for _ in 0..1_000 {
            assert_eq!(click(), Click::Counted);
        }
        assert_eq!(click(), Click::NotCounted);
        let other = clicks(&limits, "television", "other", None);
        assert_eq!(other, Click::Counted);
    }

    #[test]
    fn no_limit_refuses_nobody() {
        let limits = Limits::parse("click_soft=0, click_hard=0,code=0").unwrap();
        for _ in 0..2_000 {
            let click = clicks(&limits, "free", "code", Some("192.0.2.1"));
            assert_eq!(click, Click::Counted);
        }
    }

    #[test]
    fn a_household_is_one_network_however_it_writes_its_address() {
        for (one, other) in [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
            ("192.0.2.1", "::ffff:192.0.2.1"),
            ("2001:DB8:1:2::1", "2001:0db8:0001:0002::5"),
        ] {
            assert_eq!(Network::of(one), Network::of(other), "{one} {other}");
        }
        for (one, other) in [
            ("2001:db8:1:2::1", "2001:db8:1:3::1"),
            ("192.0.2.1", "192.0.2.2"),
            ("unknown", "elsewhere"),
        ] {
            assert_ne!(Network::of(one), Network::of(other), "{one} {other}");
        }
        assert_eq!(Network::of("2001:db8:1:2::1").name(), "2001:db8:1:2");
        assert_eq!(Network::of("::ffff:192.0.2.1").name(), "192.0.2.1");
    }

    #[test]
    fn limits_are_read_or_named_as_wrong() {
        assert_eq!(Limits::parse(""), Ok(Limits::default()));
        let read = Limits::parse(" click_soft=120, keys = 7,").unwrap();
        assert_eq!((read.click_soft, read.keys, read.few), (120, 7, 20));
        for (text, part) in [
            ("clicks=1", "clicks=1"),
            ("few", "few"),
            ("few=-1", "few=-1"),
            ("few=1,many=lots", "many=lots"),
        ] {
            let error = Limits::parse(text).unwrap_err();
            assert!(error.starts_with(&format!("LIMITS: {part}: ")), "{error}");
        }
    }
}
