//! Whether a request for a link is a person's click, from that request alone.
//!
//! Nobody is turned away: what is not counted is answered all the same. A robot that
//! lies well is counted as a person, since a person taken for a robot costs an
//! advocate a reward, and what such a robot cannot do is buy. Not here: what needs
//! memory (repeats, limits) or the books.

mod agent;
mod bots;
mod names;
mod table;

pub use agent::{Agent, Browser, Engine, System};
pub use names::{App, Dropped, Previewer};

/// What one request shows. Fill it by [`Signs::take`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Signs<'a> {
    /// Whether the method is HEAD: X and others look so before they show a link, with
    /// the agent of a browser.
    pub head: bool,
    /// Whether the visitor came by https. Only then do browsers send `Sec-Fetch-*`, and
    /// only then is a header missed.
    pub https: bool,
    /// `Sec-Purpose`, or one of the older headers: loaded ahead.
    pub purpose: Option<&'a str>,
    /// `User-Agent`.
    pub agent: Option<&'a str>,
    /// `Accept`: a navigation asks for html, a hidden picture for pictures.
    pub accept: Option<&'a str>,
    /// `Accept-Language`: all browsers send it, libraries do not.
    pub accept_language: Option<&'a str>,
    /// `Sec-Fetch-Dest`: a frame, a picture, a script is nobody's click.
    pub fetch_dest: Option<&'a str>,
    /// `Sec-Fetch-Mode`: tells a navigation from what a script asks for.
    pub fetch_mode: Option<&'a str>,
    /// `Sec-CH-UA`: automation that changes its agent forgets this one.
    pub brands: Option<&'a str>,
}

impl<'a> Signs<'a> {
    /// Takes a header, its name in lower case, if it is one that tells something.
    pub fn take(&mut self, name: &str, value: &'a str) {
        let slot = match name {
            "user-agent" => &mut self.agent,
            "accept" => &mut self.accept,
            "accept-language" => &mut self.accept_language,
            "sec-fetch-dest" => &mut self.fetch_dest,
            "sec-fetch-mode" => &mut self.fetch_mode,
            "sec-ch-ua" => &mut self.brands,
            "sec-purpose" | "purpose" | "x-purpose" | "x-moz" => &mut self.purpose,
            _ => return,
        };
        *slot = Some(value);
    }
}

/// What a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Why it is not counted; `None` for a person's click.
    pub dropped: Option<Dropped>,
    /// Who wants the page with the picture in place of the redirect, also for HEAD.
    pub previewer: Option<Previewer>,
    /// The browser, where it is one, counted or not: which app, which system.
    pub browser: Option<Browser>,
}

impl Verdict {
    /// The app in which a counted person is.
    #[must_use]
    pub fn app(&self) -> Option<App> {
        match self.dropped {
            None => self.browser?.app,
            Some(_) => None,
        }
    }
}

/// Judges a request. `agent` is [`Agent::of`] of `signs.agent`, or of an empty text.
#[must_use]
pub fn judge(signs: &Signs<'_>, agent: Agent) -> Verdict {
    Verdict {
        dropped: reason(signs, agent),
        previewer: match agent {
            Agent::Previewer(which) => Some(which),
            _ => None,
        },
        browser: match agent {
            Agent::Browser(browser) => Some(browser),
            _ => None,
        },
    }
}

fn reason(signs: &Signs<'_>, agent: Agent) -> Option<Dropped> {
    if signs.head {
        return Some(Dropped::Head);
    }
    if signs.purpose.is_some_and(is_ahead) {
        return Some(Dropped::Prefetch);
    }
    if signs.agent.is_none_or(|agent| agent.trim().is_empty()) {
        return Some(Dropped::MissingAgent);
    }
    match agent {
        Agent::Previewer(_) => Some(Dropped::PreviewBot),
        Agent::SearchEngine => Some(Dropped::SearchBot),
        Agent::Tool => Some(Dropped::Tool),
        Agent::OtherBot => Some(Dropped::OtherBot),
        _ if is_hidden(signs, agent) => Some(Dropped::HiddenFrame),
        Agent::Browser(browser) => contradicts(signs, browser).then_some(Dropped::Tool),
        // An app that replaced its web view's agent still sends its headers.
        Agent::Unknown => {
            let is_person = asks_for_html(signs) && signs.accept_language.is_some();
            (!is_person).then_some(Dropped::Tool)
        }
    }
}

/// `prefetch`, `prefetch;prerender`, `preview`, `instant`.
fn is_ahead(purpose: &str) -> bool {
    let first = purpose.split([';', ',']).next().unwrap_or_default().trim();
    ["prefetch", "prerender", "preview", "instant"]
        .iter()
        .any(|known| first.eq_ignore_ascii_case(known))
}

fn asks_for_html(signs: &Signs<'_>) -> bool {
    signs
        .accept
        .is_some_and(|accept| accept.contains("text/html"))
}

/// Whether a page asked for it rather than a person.
fn is_hidden(signs: &Signs<'_>, agent: Agent) -> bool {
    match signs.fetch_dest {
        Some("document") => false,
        // A script's request, unless it passes on a navigation.
        Some("empty" | "") => matches!(signs.fetch_mode, Some("cors" | "no-cors" | "same-origin")),
        Some(_) => true,
        // Browsers without that header show it by what they accept. The oldest named
        // pictures for pages too.
        None => {
            matches!(agent, Agent::Browser(browser) if browser.engine != Engine::Old)
                && !asks_for_html(signs)
                && signs.accept.is_some_and(|accept| {
                    ["image/", "text/css"]
                        .iter()
                        .any(|kind| accept.starts_with(kind))
                })
        }
    }
}

/// Whether the headers are not those of the browser that the agent names. One that is
/// missing may have been taken away on the way; two are a program's.
fn contradicts(signs: &Signs<'_>, browser: Browser) -> bool {
    if signs
        .brands
        .is_some_and(|brands| brands.contains("Headless"))
    {
        return true;
    }
    let missing = [
        signs.fetch_dest.is_none() && signs.fetch_mode.is_none(),
        signs.accept_language.is_none(),
        !asks_for_html(signs),
    ];
    signs.https && browser.is_modern && missing.into_iter().filter(|is| *is).count() >= 2
}
