//! What a page goes through while the panel is about: errors that reach it, what moves,
//! how long it is held up.

use anyhow::Result;
use serde_json::{Value, json};

use super::Browser;

/// Runs in every page before anything of the page's own does.
const RECORD: &str = "
Object.defineProperty(window, 'witness', { value: { errors: [], shifts: [], tasks: [], scripts: [] } });
addEventListener('error', event => witness.errors.push('error: ' + event.message));
addEventListener('unhandledrejection', event => witness.errors.push('rejection: ' + event.reason));
const record = (type, note) => new PerformanceObserver(list => {
    for (const entry of list.getEntries()) note(entry);
}).observe({ type, buffered: true });
record('layout-shift', entry => entry.hadRecentInput || witness.shifts.push({
    value: entry.value,
    nodes: entry.sources.map(({ node }) => node?.dataset?.gv ?? node?.className ?? node?.nodeName ?? ''),
}));
record('longtask', entry => witness.tasks.push(Math.round(entry.duration)));
record('long-animation-frame', entry => {
    for (const script of entry.scripts) {
        witness.scripts.push({
            source: script.sourceURL, by: script.invoker, milliseconds: Math.round(script.duration),
            layout: Math.round(script.forcedStyleAndLayoutDuration), start: Math.round(script.startTime),
        });
    }
});
";

/// What was seen so far.
#[derive(Debug)]
pub struct Seen {
    /// Errors and rejections that nobody caught.
    pub errors: Vec<String>,
    /// The sum of all layout shifts that no press caused.
    pub shift: f64,
    /// What moved, for reading.
    pub shifts: Value,
    /// Every task over 50 ms, in milliseconds.
    pub tasks: Vec<i64>,
    /// Scripts in long frames: `{source, by, milliseconds, layout, start}`.
    pub scripts: Vec<Value>,
}

impl Browser {
    /// Watches every page that is opened from now on.
    ///
    /// # Errors
    /// When the browser says no.
    pub async fn witness(&self) -> Result<()> {
        let source = json!({ "source": format!("(() => {{ {RECORD} }})()") });
        self.tools("Page.addScriptToEvaluateOnNewDocument", source)
            .await?;
        Ok(())
    }

    /// What the page in hand went through so far.
    ///
    /// # Errors
    /// When it is not watched.
    pub async fn seen(&self) -> Result<Seen> {
        // What was noticed is told after the frame that it belongs to.
        let script = "const done = arguments[0];
            requestAnimationFrame(() => setTimeout(() => done(JSON.stringify(witness)), 50));";
        let seen = self.driver().execute_async(script, Vec::new()).await?;
        let seen: Value = serde_json::from_str(seen.json().as_str().unwrap_or_default())?;
        let list = |name: &str| {
            let list = seen.get(name).and_then(Value::as_array);
            list.cloned().unwrap_or_default()
        };
        Ok(Seen {
            errors: list("errors").iter().map(ToString::to_string).collect(),
            shift: list("shifts")
                .iter()
                .filter_map(|shift| shift.get("value")?.as_f64())
                .fold(0.0, |sum, shift| sum + shift),
            shifts: seen.get("shifts").cloned().unwrap_or_default(),
            tasks: list("tasks").iter().filter_map(Value::as_i64).collect(),
            scripts: list("scripts"),
        })
    }
}
