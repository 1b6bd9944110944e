//! How a state is reached: what the edge answers, what the page does, what is pressed.
//! Bodies are the fixtures that both sides of the wire are tested with, with changes.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::stage::{MERCHANT, Reply, Scene};

/// Where the look of the merchant comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shop {
    /// A merchant who chose an accent alone.
    Usual,
    /// One with colours, corners and a font of their own, at the other side.
    Own,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Panel,
    Inline,
    Banner,
    Strip,
    Launcher,
}

impl Part {
    /// The host element.
    pub const fn host(self) -> &'static str {
        match self {
            Self::Panel => "[data-gv=panel]",
            Self::Inline => "[data-gv=inline]",
            Self::Banner | Self::Strip => "[data-gv=banner]",
            Self::Launcher => "[data-gv=launcher]",
        }
    }
}

/// Something that is done to get there.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// Waits until it can be seen.
    See(&'static str),
    Press(&'static str),
    Fill(&'static str, &'static str),
    /// Whatever comes by itself later, comes now.
    Later,
}

/// One state of one part.
#[derive(Debug, Clone)]
pub struct State {
    pub name: &'static str,
    pub part: Part,
    pub shop: Shop,
    /// Also looked at in dark and on desktops.
    pub main: bool,
    pub steps: Vec<Step>,
    start: Value,
    replies: Vec<(&'static str, Reply)>,
    /// A call of the page, beside the tag.
    call: &'static str,
    known: bool,
}

fn fixture(name: &str) -> Result<Value> {
    let file = xtask::paths::root().join("edge/fixtures/browser");
    let file = file.join(name).with_extension("json");
    let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    Ok(serde_json::from_str(&text)?)
}

/// RFC 7396, without removal: what a fixture has stays.
fn merge(to: &mut Value, changes: &Value) {
    match (to, changes) {
        (Value::Object(to), Value::Object(changes)) => {
            for (name, value) in changes {
                merge(to.entry(name).or_insert(Value::Null), value);
            }
        }
        (to, changes) => *to = changes.clone(),
    }
}

/// A fixture with changes.
fn with(name: &str, changes: &Value) -> Value {
    let mut body = fixture(name).unwrap_or_else(|error| json!(format!("{error:#}")));
    merge(&mut body, changes);
    body
}

impl State {
    /// The panel, opened by somebody unknown.
    pub fn join(name: &'static str) -> Self {
        Self {
            name,
            part: Part::Panel,
            shop: Shop::Usual,
            main: false,
            steps: vec![Step::See("[data-gv-state=join]")],
            start: json!({}),
            replies: Vec::new(),
            call: "grapevine('open')",
            known: false,
        }
    }

    /// The panel, opened by somebody known, with changes of what is known.
    pub fn known(name: &'static str, changes: &Value) -> Self {
        let mut me = with(
            "me",
            &json!({"link": "https://refer.shop.example/r/k7m2p9x4"}),
        );
        merge(&mut me, changes);
        let me = Reply::Json(200, me);
        Self {
            known: true,
            ..Self::join(name).reply("me", me)
        }
        .only(&[Step::See("[data-gv-state=known]")])
    }

    /// The friend's banner.
    pub fn banner(name: &'static str, changes: &Value) -> Self {
        let landing = Reply::Json(200, with("landing", changes));
        Self {
            part: Part::Banner,
            call: "",
            ..Self::join(name).reply("landings", landing)
        }
        .only(&[Step::See(".banner")])
    }

    /// The launcher.
    pub fn launcher(name: &'static str) -> Self {
        Self {
            part: Part::Launcher,
            call: "",
            ..Self::join(name)
        }
        .only(&[Step::See("a")])
    }

    /// The panel with the survey.
    pub fn survey(name: &'static str) -> Self {
        let ask = json!({"ask": true, "survey": true, "why": null, "quiet_ms": 86_400_000});
        Self {
            call: "grapevine('convert', { orderId: '7', amount: 6400, currency: 'EUR' })",
            ..Self::join(name).reply("asks", Reply::Json(200, ask))
        }
        .start(&json!({"asks": {"post_purchase": true}}))
        .only(&[Step::See("[data-gv-state=survey]")])
    }

    pub fn main(self) -> Self {
        Self { main: true, ..self }
    }

    pub fn of(self, part: Part) -> Self {
        Self { part, ..self }
    }

    pub fn at(self, shop: Shop) -> Self {
        Self { shop, ..self }
    }

    pub fn call(self, call: &'static str) -> Self {
        Self { call, ..self }
    }

    /// Over what the edge tells first.
    pub fn start(mut self, changes: &Value) -> Self {
        merge(&mut self.start, changes);
        self
    }

    pub fn reply(mut self, action: &'static str, reply: Reply) -> Self {
        self.replies.retain(|(name, _)| *name != action);
        self.replies.push((action, reply));
        self
    }

    pub fn then(mut self, steps: &[Step]) -> Self {
        self.steps.extend(steps);
        self
    }

    pub fn only(self, steps: &[Step]) -> Self {
        Self {
            steps: steps.to_vec(),
            ..self
        }
    }

    /// The language of page and panel.
    pub fn locale(&self) -> &str {
        self.start
            .get("locale")
            .and_then(Value::as_str)
            .unwrap_or("en")
    }

    /// Everything that the stage needs; `told` is what a real edge says first of such a
    /// merchant, for the parts that no fixture holds.
    pub fn scene(&self, told: &Value) -> Result<Scene> {
        let mut start = fixture("start")?;
        let launcher = told.get("launcher").context("a launcher")?;
        let css = told.pointer("/theme/css").context("a theme")?;
        merge(
            &mut start,
            &json!({
                "launcher": launcher,
                "theme": {"css": css},
                // Nobody is asked but where that is what is looked at.
                "asks": {"exit_intent": false, "post_purchase": false},
            }),
        );
        merge(&mut start, &self.start);
        Ok(Scene {
            html: self.page(),
            start,
            replies: self.replies.clone(),
        })
    }

    fn page(&self) -> String {
        let (locale, call) = (self.locale(), self.call);
        let dir = if locale == "ar" { "rtl" } else { "ltr" };
        let session = if self.known {
            "localStorage.gv_me = 'somebody';"
        } else {
            ""
        };
        let greeted = matches!(self.part, Part::Banner | Part::Strip);
        let click = if greeted {
            "localStorage.gv_click = 'click';"
        } else {
            ""
        };
        let place = match self.part {
            Part::Inline => "<div data-grapevine=inline></div>",
            Part::Strip => "<div data-grapevine=welcome></div>",
            _ => "",
        };
        let floating = if self.part == Part::Launcher {
            "floating"
        } else {
            "none"
        };
        format!(
            "<!doctype html>
<html lang={locale} dir={dir}><head><meta charset=utf-8><title>Kettle &amp; Leaf</title>
<meta name=viewport content='width=device-width'>
<style>
@font-face {{ font-family: Stage; font-weight: 100 900; src: url(/fonts/inter/files/inter-latin-wght-normal.woff2); }}
@font-face {{ font-family: Stage; font-weight: 100 900; src: url(/fonts/inter/files/inter-latin-ext-wght-normal.woff2); unicode-range: U+0100-02BA, U+1E00-1E9F, U+20A0-20AB, U+20AD-20C0; }}
@font-face {{ font-family: Stage; font-weight: 100 900; src: url(/fonts/inter/files/inter-cyrillic-wght-normal.woff2); unicode-range: U+0301, U+0400-045F, U+0490-0491, U+04B0-04B1, U+2116; }}
@font-face {{ font-family: Stage; font-weight: 100 900; src: url(/fonts/noto-sans-arabic/files/noto-sans-arabic-arabic-wght-normal.woff2); unicode-range: U+0600-06FF, U+200C-200E; }}
body {{ margin: 0; font: 16px/1.5 Stage, sans-serif; color-scheme: light dark; }}
main {{ padding: 16px; }}
</style>
<script>
localStorage.clear(); {session} {click}
navigator.share ??= async () => {{}};
addEventListener('click', event => event.composedPath()[0].closest('a[data-gv-channel]') && event.preventDefault());
window.grapevine = function () {{ (grapevine.q = grapevine.q || []).push(arguments) }};
{call}
</script>
<script async src=/gv.js data-merchant={MERCHANT} data-placement={floating}></script></head>
<body><main>{place}<h1>Tea and coffee</h1></main></body></html>"
        )
    }
}
