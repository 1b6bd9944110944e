//! Requests as they come in the real world, and what each is.
//!
//! `people.tsv` and `others.tsv` must be judged as they say, line by line.
//! `known_misses.tsv` holds what one request cannot tell. Precision and recall are
//! printed over all three: `cargo test -p grapevine-domain --test visits -- --nocapture`.

#![expect(clippy::panic, reason = "a corpus that cannot be read fails its tests")]

use std::collections::BTreeMap;
use std::time::Instant;

use grapevine_domain::visit::{Agent, Signs, Verdict, judge};

const PEOPLE: &str = include_str!("visits/people.tsv");
const OTHERS: &str = include_str!("visits/others.tsv");
const MISSES: &str = include_str!("visits/known_misses.tsv");

const HTML: (&str, &str) = (
    "accept",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
);
const LANGUAGE: (&str, &str) = ("accept-language", "pl-PL,pl;q=0.9,en;q=0.8");
const DOCUMENT: (&str, &str) = ("sec-fetch-dest", "document");
const NAVIGATE: (&str, &str) = ("sec-fetch-mode", "navigate");
const NO_CORS: (&str, &str) = ("sec-fetch-mode", "no-cors");
const PICTURES: (&str, &str) = ("accept", "image/avif,image/webp,image/apng,*/*;q=0.8");
const ANY: (&str, &str) = ("accept", "*/*");

/// What requests of that kind send besides the agent; whether by https.
fn headers(kind: &str) -> (bool, Vec<(&'static str, &'static str)>) {
    let navigation = vec![HTML, LANGUAGE, DOCUMENT, NAVIGATE];
    let with = |more: &[(&'static str, &'static str)]| [navigation.as_slice(), more].concat();
    let inside = |dest, mode| vec![ANY, LANGUAGE, ("sec-fetch-dest", dest), mode];
    let headers = match kind {
        "chrome" => with(&[(
            "sec-ch-ua",
            "\"Chromium\";v=\"141\", \"Not?A_Brand\";v=\"8\"",
        )]),
        "fetch" | "safari" => navigation,
        // Before Sec-Fetch, or where it was taken away.
        "early" | "plain" | "head" => vec![HTML, LANGUAGE],
        "oldest" => vec![
            ("accept", "image/gif, image/jpeg, image/pjpeg, */*"),
            LANGUAGE,
        ],
        "bare" | "silent" => vec![],
        "any" => vec![ANY],
        "scan" => vec![HTML],
        "headless" => with(&[(
            "sec-ch-ua",
            "\"HeadlessChrome\";v=\"120\", \"Chromium\";v=\"120\"",
        )]),
        "ahead" => with(&[("sec-purpose", "prefetch")]),
        "prerender" => with(&[("sec-purpose", "prefetch;prerender")]),
        "anonymous" => with(&[("sec-purpose", "prefetch;anonymous-client-ip")]),
        "purpose" => vec![HTML, LANGUAGE, ("purpose", "prefetch")],
        "topsites" => vec![HTML, LANGUAGE, ("x-purpose", "preview")],
        "feed" => vec![
            HTML,
            LANGUAGE,
            ("x-purpose", "preview"),
            ("x-fb-http-engine", "Liger"),
        ],
        "moz" => vec![HTML, LANGUAGE, ("x-moz", "prefetch")],
        "iframe" => vec![HTML, LANGUAGE, ("sec-fetch-dest", "iframe"), NAVIGATE],
        "frame" => vec![HTML, LANGUAGE, ("sec-fetch-dest", "frame"), NAVIGATE],
        "embed" => vec![HTML, LANGUAGE, ("sec-fetch-dest", "embed"), NAVIGATE],
        "object" => vec![HTML, LANGUAGE, ("sec-fetch-dest", "object"), NAVIGATE],
        "image" => vec![PICTURES, LANGUAGE, ("sec-fetch-dest", "image"), NO_CORS],
        "script" => inside("script", NO_CORS),
        "style" => inside("style", NO_CORS),
        "xhr" => inside("empty", NO_CORS),
        "old_image" => vec![PICTURES, LANGUAGE],
        other => panic!("no such kind of headers: {other}"),
    };
    (!matches!(kind, "plain" | "silent"), headers)
}

struct Line {
    expected: &'static str,
    kind: &'static str,
    agent: &'static str,
}

impl Line {
    fn verdict(&self) -> Verdict {
        let (https, headers) = headers(self.kind);
        let mut signs = Signs {
            head: self.kind == "head",
            https,
            ..Signs::default()
        };
        signs.take("user-agent", self.agent);
        for (name, value) in headers {
            signs.take(name, value);
        }
        judge(&signs, Agent::of(self.agent))
    }

    fn is_person(&self) -> bool {
        self.expected.starts_with("person")
    }
}

fn lines(file: &'static str) -> Vec<Line> {
    let lines = file
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| match line.split('\t').collect::<Vec<_>>()[..] {
            [expected, kind, agent] => Line {
                expected,
                kind,
                agent,
            },
            _ => panic!("not three columns: {line}"),
        })
        .collect()
}

/// `person`, `person:instagram`, `preview_bot:facebook`, `tool`.
fn word(verdict: &Verdict) -> String {
    let (front, name) = match verdict.dropped {
        None => ("person", verdict.app().map(|app| app.code())),
        Some(reason) => (reason.code(), verdict.previewer.map(|which| which.code())),
    };
    name.map_or(front.to_owned(), |name| format!("{front}:{name}"))
}

#[test]
fn each_request_is_what_it_is() {
    let mut wrong = Vec::new();
    let mut people = 0;
    for line in lines(PEOPLE).iter().chain(&lines(OTHERS)) {
        people += usize::from(line.is_person());
        let found = word(&line.verdict());
        if found != line.expected {
            wrong.push(format!(
                "{found} instead of {} ({}): {}",
                line.expected, line.kind, line.agent
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(people >= 130, "only {people} people");
    assert_eq!(people, lines(PEOPLE).len());
}

#[test]
fn what_is_listed_as_missed_is_missed() {
    for line in lines(MISSES) {
        let found = line.verdict();
        assert_eq!(found.dropped, None, "not missed any more: {}", line.agent);
    }
}

#[test]
fn precision_and_recall_are_printed() {
    let all: Vec<Line> = [PEOPLE, OTHERS, MISSES]
        .into_iter()
        .flat_map(lines)
        .collect();
    let mut classes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let (mut counted, mut right, mut people) = (0, 0, 0);
    for line in &all {
        let verdict = line.verdict();
        let found = word(&verdict);
        let class = classes.entry(line.expected).or_default();
        class.0 += 1;
        class.1 += usize::from(found == line.expected);
        counted += usize::from(verdict.dropped.is_none());
        people += usize::from(line.is_person());
        right += usize::from(verdict.dropped.is_none() && line.is_person());
    }
    println!("{:<28}{:>6}{:>8}", "what", "lines", "found");
    for (class, (lines, found)) in &classes {
        println!("{class:<28}{lines:>6}{found:>8}");
    }
    let percent = |part: usize, whole: usize| part * 10_000 / whole;
    let text = |n: usize| format!("{}.{:02} %", n / 100, n % 100);
    let (precision, recall) = (percent(right, counted), percent(right, people));
    println!("{} requests, {people} of them people's clicks", all.len());
    println!(
        "a person's click: precision {}, recall {}",
        text(precision),
        text(recall)
    );
    assert!(recall == 10_000, "a person was set aside");
    assert!(precision >= 9_000, "too many robots are counted");
}

/// Prints what reading an agent costs; in a debug build, many times what it should.
#[test]
fn the_cost_of_an_agent_is_printed() {
    for (name, file) in [("people", PEOPLE), ("others", OTHERS)] {
        let agents: Vec<&str> = lines(file).iter().map(|line| line.agent).collect();
        let rounds = if cfg!(debug_assertions) { 20 } else { 5_000 };
        let started = Instant::now();
        for _ in 0..rounds {
            for agent in &agents {
                std::hint::black_box(Agent::of(std::hint::black_box(agent)));
            }
        }
        let bytes: usize = agents.iter().map(|agent| agent.len()).sum();
        println!(
            "{name}: {} ns per agent of {} bytes",
            started.elapsed().as_nanos() / (rounds * agents.len()) as u128,
            bytes / agents.len()
        );
    }
}
