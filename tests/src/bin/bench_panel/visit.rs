//! One visit of one page by somebody who has none of its files yet.
//!
//! Guarantees: caches, storage and cookies are empty, and the page gets a renderer of
//! its own, since the browser was on another site before; so no script is compiled
//! already. How visible buttons are recognised is the same for all pages (`watch.js`).

use anyhow::{Context, Result, bail};
use grapevine_tests::browser::Browser;
use serde_json::{Value, json};

use crate::site::{PAGES, Page};
use crate::traffic::Traffic;

/// How long a page is watched after its buttons are there.
const SETTLE_MS: u32 = 500;
/// A loop whose time says how fast the page's thread is.
const WORK: &str = "(() => {
    const began = performance.now();
    let sum = 0;
    for (let at = 0; at < 2e6; at++) sum = (sum + at * at) % 1013;
    return performance.now() - began + sum * 0;
})()";

/// What a visit showed; times in milliseconds.
#[derive(Debug, Clone, Default)]
pub struct Visit {
    /// From the start of the navigation until the frame with the buttons was painted.
    pub visible: f64,
    /// In scripts, and in all tasks of the page's thread.
    pub script: f64,
    pub task: f64,
    /// Tasks over 50 ms, and the longest of them.
    pub long: f64,
    pub longest: f64,
    /// Cumulative layout shift.
    pub shift: f64,
    /// Of a loop that is always the same.
    pub work: f64,
    pub traffic: Traffic,
}

/// A browser that visits.
pub struct Visitor {
    browser: Browser,
    shop: String,
    away: String,
    origins: [String; 2],
}

impl Visitor {
    /// `session` is what the browser of a known shopper keeps; `away` a page of another
    /// site.
    pub async fn new(
        browser: Browser,
        shop: &str,
        edge: &str,
        away: &str,
        session: &str,
    ) -> Result<Self> {
        let wanted: serde_json::Map<String, Value> = PAGES
            .iter()
            .map(|page| (page.path.to_owned(), wanted(page, session)))
            .collect();
        let script = include_str!("watch.js")
            .replace("__WANTED__", &Value::Object(wanted).to_string())
            .replace("__SETTLE__", &SETTLE_MS.to_string());
        browser.tools("Page.enable", json!({})).await?;
        let script = json!({ "source": script });
        browser
            .tools("Page.addScriptToEvaluateOnNewDocument", script)
            .await?;
        Ok(Self {
            browser,
            shop: shop.to_owned(),
            away: away.to_owned(),
            origins: [shop.to_owned(), edge.to_owned()],
        })
    }

    /// Lets every request take so many milliseconds longer from now on.
    pub async fn slow_network(&self, latency: u32) -> Result<()> {
        self.browser.tools("Network.enable", json!({})).await?;
        let conditions = json!({
            "offline": false, "latency": latency,
            "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.browser
            .tools("Network.emulateNetworkConditions", conditions)
            .await?;
        Ok(())
    }

    /// Visits `page` on a processor so many times slower.
    pub async fn visit(&self, page: &Page, slower: u32) -> Result<Visit> {
        self.leave().await?;
        self.browser
            .tools("Emulation.setCPUThrottlingRate", json!({ "rate": slower }))
            .await?;
        self.browser
            .tools("Performance.enable", json!({ "timeDomain": "timeTicks" }))
            .await?;
        let address = format!("{}{}", self.shop, page.path);
        self.browser
            .tools("Page.navigate", json!({ "url": address }))
            .await?;
        let seen = self
            .value("self.measured")
            .await
            .with_context(|| format!("{}: its buttons were not seen", page.name))?;
        let (script, task) = self.spent().await?;
        let traffic = Traffic::read(&self.events().await?, page.path);
        let work = self.value(WORK).await?.as_f64().unwrap_or_default();
        let number = |name: &str| seen.get(name).and_then(Value::as_f64).unwrap_or_default();
        let tasks = seen.get("tasks").and_then(Value::as_array);
        let tasks: Vec<f64> = tasks
            .into_iter()
            .flatten()
            .filter_map(Value::as_f64)
            .collect();
        Ok(Visit {
            visible: number("visible"),
            script,
            task,
            long: tasks.iter().fold(0.0, |count, _| count + 1.0),
            longest: tasks.iter().copied().fold(0.0, f64::max),
            shift: number("shifts"),
            work,
            traffic,
        })
    }

    /// Ends the browser.
    pub async fn close(self) -> Result<()> {
        self.browser.close().await
    }

    /// Goes to another site with full speed and forgets everything.
    async fn leave(&self) -> Result<()> {
        self.browser
            .tools("Emulation.setCPUThrottlingRate", json!({ "rate": 1 }))
            .await?;
        self.browser.goto(&self.away).await?;
        self.browser
            .tools("Network.clearBrowserCache", json!({}))
            .await?;
        self.browser
            .tools("Network.clearBrowserCookies", json!({}))
            .await?;
        for origin in &self.origins {
            let everything = json!({ "origin": origin, "storageTypes": "all" });
            self.browser
                .tools("Storage.clearDataForOrigin", everything)
                .await?;
        }
        self.events().await?;
        Ok(())
    }

    /// The value of an expression in the page, or of the promise that it is.
    async fn value(&self, expression: &str) -> Result<Value> {
        let asked = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true,
        });
        let answer = self.browser.tools("Runtime.evaluate", asked).await?;
        match answer.pointer("/result/value") {
            Some(value) => Ok(value.clone()),
            None => bail!("{expression} has no value: {answer}"),
        }
    }

    /// Milliseconds in scripts and in all tasks of the page's thread.
    async fn spent(&self) -> Result<(f64, f64)> {
        let answer = self
            .browser
            .tools("Performance.getMetrics", json!({}))
            .await?;
        let metrics = answer.get("metrics").and_then(Value::as_array);
        let metrics = metrics.context("metrics")?;
        let seconds = |wanted: &str| {
            metrics
                .iter()
                .find(|metric| metric.get("name").and_then(Value::as_str) == Some(wanted))
                .and_then(|metric| metric.get("value"))
                .and_then(Value::as_f64)
                .unwrap_or_default()
        };
        Ok((
            seconds("ScriptDuration") * 1e3,
            seconds("TaskDuration") * 1e3,
        ))
    }

    /// What happened since this was asked last.
    async fn events(&self) -> Result<Vec<Value>> {
        let entries = self.browser.driver().get_log("performance").await?;
        Ok(entries
            .into_iter()
            .filter_map(|entry| serde_json::from_str::<Value>(&entry.message).ok())
            .filter_map(|mut entry| entry.get_mut("message").map(Value::take))
            .collect())
    }
}

/// What `watch.js` looks for in a page.
fn wanted(page: &Page, session: &str) -> Value {
    let kept = if page.known {
        json!({ "gv_me": session })
    } else {
        json!({})
    };
    json!({ "host": page.host, "css": page.css, "count": page.count, "kept": kept })
}
