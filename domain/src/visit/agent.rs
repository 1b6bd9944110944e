//! What the `User-Agent` alone says. Costly enough to be kept by its text; the rest
//! of a judgement is cheap.

use super::names::{App, Previewer};
use super::table::{Mark, Part, scan};

/// Who asks, by its own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agent {
    /// A browser, and so most likely a person.
    Browser(Browser),
    /// Makes a card of the link.
    Previewer(Previewer),
    /// A search engine.
    SearchEngine,
    /// A library, a command line, automation, a watcher, a scanner, an AI.
    Tool,
    /// Another robot.
    OtherBot,
    /// Neither: the other headers decide.
    Unknown,
}

/// A person's browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Browser {
    /// The app that it is a part of.
    pub app: Option<App>,
    /// The system, as far as advice on opening another browser needs it.
    pub system: System,
    /// Which engine draws the page.
    pub engine: Engine,
    /// Whether it is one that sends `Sec-Fetch-*` with every navigation over https.
    /// Never said of apps and of browsers that change headers.
    pub is_modern: bool,
}

/// The systems that differ in how one leaves an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// iPhone and iPad, as far as the latter says so.
    Ios,
    /// Android.
    Android,
    /// Desktops, consoles, televisions.
    Other,
}

/// The engines that differ in what they send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chrome and its kin.
    Chromium,
    /// Safari, and all on iOS.
    Webkit,
    /// Firefox.
    Gecko,
    /// Those of before: their `Accept` may name no html.
    Old,
}

/// Since when a navigation over https always has `Sec-Fetch-*`.
const CHROMIUM_SINCE: (u32, u32) = (80, 0);
const FIREFOX_SINCE: (u32, u32) = (90, 0);
const SAFARI_SINCE: (u32, u32) = (16, 4);

impl Agent {
    /// Reads an agent.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut seen = Seen::default();
        scan(text, |at, mark| seen.note(text, at, mark));
        seen.conclude(text)
    }
}

/// What was found in an agent.
#[derive(Default)]
struct Seen {
    /// The robot, and its rank: the lower, the surer.
    robot: Option<(u8, Agent)>,
    app: Option<App>,
    is_browser: bool,
    parts: u16,
    chromium: Option<(u32, u32)>,
    firefox: Option<(u32, u32)>,
    safari: Option<(u32, u32)>,
}

impl Seen {
    fn note(&mut self, text: &str, at: usize, mark: Mark) {
        let robot = match mark {
            Mark::Is(part) => {
                self.parts |= 1 << part as u16;
                let number = || Some(version(text.get(at..)?));
                match part {
                    Part::Chromium => self.chromium = self.chromium.or_else(number),
                    Part::Firefox => self.firefox = self.firefox.or_else(number),
                    Part::Version => self.safari = self.safari.or_else(number),
                    _ => {}
                }
                return;
            }
            Mark::App(app) => {
                self.app = self.app.or(Some(app));
                return;
            }
            Mark::Browser => {
                self.is_browser = true;
                return;
            }
            Mark::Previewer(which) => (0, Agent::Previewer(which)),
            Mark::Search => (1, Agent::SearchEngine),
            Mark::Tool => (2, Agent::Tool),
            Mark::Bot => (3, Agent::OtherBot),
        };
        let is_surer = self.robot.is_none_or(|(rank, _)| robot.0 < rank);
        if is_surer && !is_device(text, at) {
            self.robot = Some(robot);
        }
    }

    fn has(&self, part: Part) -> bool {
        self.parts >> part as u16 & 1 == 1
    }

    fn conclude(&self, text: &str) -> Agent {
        if let Some((_, robot)) = self.robot {
            return robot;
        }
        let engine = if self.has(Part::Old) {
            Engine::Old
        } else if self.has(Part::Compatible) {
            // Only browsers of before said so, to be served like Netscape.
            return Agent::OtherBot;
        } else if self.has(Part::Gecko) {
            Engine::Gecko
        } else if self.has(Part::Chromium) {
            Engine::Chromium
        } else if self.has(Part::Webkit) {
            Engine::Webkit
        } else {
            return Agent::Unknown;
        };
        if engine != Engine::Old && !text.starts_with("Mozilla/") {
            return Agent::Unknown;
        }
        let system = if self.has(Part::Android) {
            System::Android
        } else if self.has(Part::Ios) && engine != Engine::Old {
            System::Ios
        } else {
            System::Other
        };
        // A web view of iOS is known by what it lacks.
        let is_view = self.has(Part::Webview)
            || system == System::Ios && engine == Engine::Webkit && !self.has(Part::Safari);
        let app = match self.app {
            None if is_view && !self.is_browser => Some(App::Other),
            app => app,
        };
        let since = |version: Option<_>, since| version.is_some_and(|version| version >= since);
        let is_modern = app.is_none()
            && !self.is_browser
            && match engine {
                Engine::Chromium => since(self.chromium, CHROMIUM_SINCE),
                Engine::Gecko => since(self.firefox, FIREFOX_SINCE),
                Engine::Webkit => {
                    self.has(Part::Safari)
                        && system != System::Android
                        && since(self.safari, SAFARI_SINCE)
                }
                Engine::Old => false,
            };
        Agent::Browser(Browser {
            app,
            system,
            engine,
            is_modern,
        })
    }
}

/// The first two numbers after the slash: `Chrome/149.0.0.0` is 149 and 0.
fn version(text: &str) -> (u32, u32) {
    let numbers = text.split_once('/').map_or("", |(_, rest)| rest);
    let end = numbers
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(numbers.len());
    let mut numbers = numbers.get(..end).unwrap_or_default().split('.');
    let mut next = || numbers.next().and_then(|number| number.parse().ok());
    (next().unwrap_or(0), next().unwrap_or(0))
}

/// Whether the position is inside the name of an Android device, where makers write
/// what they like: `(Linux; Android 13; NAME Build/…)`.
fn is_device(text: &str, at: usize) -> bool {
    let Some(android) = text.find("; Android ") else {
        return false;
    };
    let mut from = android + "; Android ".len();
    let mut parts = text.get(from..).unwrap_or_default().split([';', ')']);
    from += parts.next().map_or(0, str::len) + 1;
    for part in parts {
        let is_language = matches!(
            part.trim().as_bytes(),
            [b'a'..=b'z', b'a'..=b'z'] | [b'a'..=b'z', b'a'..=b'z', b'-' | b'_', _, _]
        );
        let name = part.split(" Build/").next().unwrap_or_default();
        if !is_language {
            return (from..from + name.len()).contains(&at)
                && !part.contains("://")
                && !part.starts_with(" compatible");
        }
        from += part.len() + 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn browser(text: &str) -> Browser {
        match Agent::of(text) {
            Agent::Browser(browser) => browser,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_browser_says_since_when_it_sends_what() {
        let chrome = |number: &str| {
            browser(&format!(
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{number} Safari/537.36"
            ))
        };
        assert!(chrome("80.0.1.2").is_modern);
        assert!(chrome("149.0.0.0").is_modern);
        assert!(!chrome("79.0.1.2").is_modern);
        assert!(!chrome("8").is_modern);
        let safari = |number: &str| {
            browser(&format!(
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{number} Safari/605.1.15"
            ))
        };
        assert!(safari("16.4").is_modern);
        assert!(safari("26.0.1").is_modern);
        assert!(!safari("16.3.1").is_modern);
        let firefox = |number: &str| {
            browser(&format!(
                "Mozilla/5.0 (X11; Linux x86_64; rv:{number}) Gecko/20100101 Firefox/{number}"
            ))
        };
        assert!(firefox("90.0").is_modern);
        assert!(!firefox("78.0").is_modern);
    }

    #[test]
    fn a_device_may_be_called_like_a_robot() {
        let on = |device: &str| {
            Agent::of(&format!(
                "Mozilla/5.0 (Linux; {device}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"
            ))
        };
        for person in [
            "Android 11; CUBOT X30",
            "Android 9; MyBot",
            "Android 9; Spider Phone Build/PPR1",
            "U; Android 4.4.2; de-de; Robot Build/KOT49H",
        ] {
            assert!(matches!(on(person), Agent::Browser(_)), "{person}");
        }
        for robot in [
            "Android 11; Pixel) (compatible; Xybot/1",
            "Android 11; Pixel Build/Xybot",
            "Android 11; compatible; Xybot/1",
            "Android 11; Xybot +http://xy.example",
        ] {
            assert_eq!(on(robot), Agent::OtherBot, "{robot}");
        }
    }

    #[test]
    fn only_browsers_of_before_may_say_that_they_are_compatible() {
        assert_eq!(
            Agent::of("Mozilla/5.0 (compatible; Something/1.0) AppleWebKit/537.36"),
            Agent::OtherBot
        );
        let old = browser("Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; Trident/6.0)");
        assert_eq!(old.engine, Engine::Old);
    }
}
