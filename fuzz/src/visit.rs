//! Whatever a stranger sends as headers and as a code: a verdict, never a panic, and
//! the same one however the headers are read.
#![no_main]

use grapevine_domain::code::Code;
use grapevine_domain::visit::{Agent, Signs, judge};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 8] = [
    "user-agent",
    "accept",
    "accept-language",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-ch-ua",
    "sec-purpose",
    "x-other",
];

fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let agent = lines.next().unwrap_or_default();
    if let Ok(code) = Code::parse(agent) {
        assert_eq!(Code::parse(code.as_str()), Ok(code));
    }
    let of = Agent::of(agent);
    let mut signs = Signs {
        https: text.len() % 2 == 0,
        ..Signs::default()
    };
    for (name, value) in NAMES.into_iter().zip([agent].into_iter().chain(lines)) {
        signs.take(name, value);
    }
    let verdict = judge(&signs, of);
    assert_eq!(
        verdict.previewer.is_some(),
        matches!(of, Agent::Previewer(_))
    );
    assert!(verdict.app().is_none() || verdict.dropped.is_none());
    signs.head = true;
    assert!(judge(&signs, of).dropped.is_some());
});
