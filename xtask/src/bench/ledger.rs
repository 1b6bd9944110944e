//! `cargo xtask bench ledger`: a merchant's books with a year of business in them,
//! natively and inside workerd.
//!
//! A merchant is opened in workerd, the server stops, and the native half
//! (`ledger/examples/books.rs`) fills the very same SQLite file by the same commands,
//! saying how fast that went. Then workerd serves it again, and questions are asked over
//! HTTP, one after the other. `health` is a request that asks no books: the floor of
//! everything beside it; `clock` asks the books for next to nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use hdrhistogram::Histogram;
use serde::Serialize;
use serde_json::{Value, json};

use crate::client::Client;
use crate::paths;
use crate::process::{self, print, say};

/// How much business the books hold.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Size {
    /// Clicks of a year.
    pub clicks: usize,
    /// Orders of a year, half of them brought by somebody.
    pub orders: usize,
    /// Advocates.
    pub advocates: usize,
}

/// How often each question is asked.
const ASKED: usize = 300;
/// Orders that are reported to workerd, one after the other and sixteen at once.
const REPORTED: usize = 1_000;
const AT_ONCE: usize = 16;

/// What a question cost, in milliseconds.
#[derive(Debug, Serialize)]
struct Times {
    what: &'static str,
    p50_ms: f64,
    p99_ms: f64,
}

#[derive(Debug, Serialize)]
struct Figures {
    size: Size,
    /// Of the native half: commands a second, bytes.
    native: Value,
    file_megabytes: f64,
    questions: Vec<Times>,
    orders_per_second: f64,
    orders_per_second_at_once: f64,
    /// Events checked inside workerd, and in how many seconds.
    chain: Value,
}

/// Fills, asks and prints a table, or one JSON object.
pub async fn ledger(json: bool, size: Size) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("grapevine-books-{}", std::process::id()));
    fs::create_dir_all(&folder).with_context(|| format!("cannot write to {}", folder.display()))?;
    let figures = tokio::select! {
        figures = measure(&folder, size) => figures,
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
    };
    let _ = fs::remove_dir_all(&folder);
    let figures = figures?;
    if json {
        print(&format!("{}\n", serde_json::to_string_pretty(&figures)?));
    } else {
        print(&table(&figures));
    }
    Ok(())
}

async fn measure(folder: &Path, size: Size) -> Result<Figures> {
    let super::Opened {
        mut server,
        api,
        master_keys,
        ..
    } = super::open_edge(folder).await?;
    server.stop();
    let books = books(folder)?;
    let native = fill(&books, &master_keys, size)?;
    let file_megabytes = megabytes(&books)?;
    server.restart().await?;
    let advocate = native
        .get("advocate")
        .and_then(Value::as_str)
        .context("no advocate in the native half's answer")?;
    let mut questions = Vec::new();
    for (what, path) in [
        ("health", "/v1/health".to_string()),
        ("clock", "/v1/test/clock".to_string()),
        ("panel numbers", format!("/v1/advocates/{advocate}")),
        ("overview, 30 days", "/v1/reports/overview".to_string()),
        ("overview, a year", year(&api).await?),
        ("funnel", "/v1/reports/funnel".to_string()),
        ("50 referrals", "/v1/referrals".to_string()),
    ] {
        questions.push(ask(&api, what, &path).await?);
    }
    let (orders_per_second, orders_per_second_at_once) = report(&api).await?;
    Ok(Figures {
        size,
        native,
        file_megabytes,
        questions,
        orders_per_second,
        orders_per_second_at_once,
        chain: verify(&api).await?,
    })
}

/// The SQLite file of the only merchant.
fn books(folder: &Path) -> Result<PathBuf> {
    let folder = folder.join("workerd/grapevine-ledger");
    for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".sqlite") && name != "metadata.sqlite" {
            return Ok(path);
        }
    }
    bail!("no merchant's books in {}", folder.display())
}

fn megabytes(file: &Path) -> Result<f64> {
    #[allow(clippy::cast_precision_loss)]
    let bytes = fs::metadata(file)?.len() as f64;
    Ok((bytes / 1e5).round() / 10.0)
}

/// Runs the native half on the file.
fn fill(books: &Path, master_keys: &str, size: Size) -> Result<Value> {
    let native = |verb: &str| {
        let mut command = process::cargo();
        command
            .current_dir(paths::root())
            .args([verb, "--quiet", "--release"]);
        command.args(["--package", "grapevine-ledger", "--features", "rusqlite"]);
        command.args(["--example", "books"]);
        command
    };
    process::long_step(
        "building the native half",
        "about a minute",
        &mut native("build"),
    )?;
    say(&format!(
        "filling the books: {} clicks, {} orders, {} advocates",
        size.clicks, size.orders, size.advocates
    ));
    let text = process::capture(
        "the native half",
        native("run")
            .arg("--")
            .arg(books)
            .args([master_keys, "bench"])
            .args([size.clicks, size.orders, size.advocates].map(|number| number.to_string())),
    )?;
    serde_json::from_str(&text).context("the native half's answer")
}

/// The overview of the last year, from the first of a month on.
async fn year(api: &Client) -> Result<String> {
    let clock = api.get("/v1/test/clock").await?;
    let now = clock.get("now").and_then(Value::as_str).unwrap_or_default();
    let (year, rest) = now.split_once('-').context("the merchant's time")?;
    let month = rest.get(..2).context("the merchant's time")?;
    let year = year.parse::<u32>()?.saturating_sub(1);
    Ok(format!("/v1/reports/overview?from={year}-{month}-01"))
}

async fn ask(api: &Client, what: &'static str, path: &str) -> Result<Times> {
    say(&format!("asking {ASKED} times: {what}"));
    let mut times = Histogram::<u64>::new_with_bounds(1, 60_000_000, 3)?;
    for number in 0..ASKED + 5 {
        let began = Instant::now();
        api.get(path).await.with_context(|| path.to_string())?;
        if number >= 5 {
            times.saturating_record(micros(began.elapsed()));
        }
    }
    #[allow(clippy::cast_precision_loss)]
    let millis = |quantile| times.value_at_quantile(quantile) as f64 / 1000.0;
    Ok(Times {
        what,
        p50_ms: millis(0.5),
        p99_ms: millis(0.99),
    })
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Orders a second that workerd takes, one after the other and several at once.
async fn report(api: &Client) -> Result<(f64, f64)> {
    say(&format!("reporting {REPORTED} orders, twice"));
    let order = |number: usize| {
        json!({
            "order_id": format!("bench-{number}"),
            "amount": 4_200,
            "currency": "EUR",
            "email": format!("late{number}@mail.example"),
        })
    };
    let began = Instant::now();
    for number in 0..REPORTED {
        api.post("/v1/conversions", &order(number)).await?;
    }
    let one_by_one = rate(REPORTED, began.elapsed());
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for lane in 0..AT_ONCE {
        let api = api.clone();
        let orders: Vec<Value> = (0..REPORTED)
            .filter(|number| number % AT_ONCE == lane)
            .map(|number| order(REPORTED + number))
            .collect();
        tasks.spawn(async move {
            for order in orders {
                api.post("/v1/conversions", &order).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok((one_by_one, rate(REPORTED, began.elapsed())))
}

#[allow(clippy::cast_precision_loss)]
fn rate(count: usize, time: Duration) -> f64 {
    (count as f64 / time.as_secs_f64()).round()
}

/// Checks the chain inside workerd, a part at a time.
async fn verify(api: &Client) -> Result<Value> {
    say("checking the event chain");
    let began = Instant::now();
    let mut after = 0;
    loop {
        let path = format!("/v1/events/verify?after={after}&limit=50000");
        let part = api.get(&path).await?;
        let Some(sound) = part.get("sound").and_then(Value::as_i64) else {
            bail!("the chain is broken: {part}");
        };
        after = sound;
        if part.get("complete") == Some(&Value::Bool(true)) {
            break;
        }
    }
    let seconds = (began.elapsed().as_secs_f64() * 100.0).round() / 100.0;
    Ok(json!({ "events": after, "seconds": seconds }))
}

fn table(figures: &Figures) -> String {
    let Size {
        clicks,
        orders,
        advocates,
    } = figures.size;
    let mut text = format!("{clicks} clicks, {orders} orders, {advocates} advocates\n\n");
    let number = |value: &Value, name: &str| value.get(name).cloned().unwrap_or_default();
    let rates = number(&figures.native, "per_second");
    text.push_str("native, a second:\n");
    for (name, rate) in rates.as_object().into_iter().flatten() {
        text.push_str(&format!("  {name:<20}{rate:>12}\n"));
    }
    text.push_str(&format!(
        "\non disk: {} MB, {} bytes a click, {} events\n",
        figures.file_megabytes,
        number(&figures.native, "bytes_per_click"),
        number(&figures.native, "events"),
    ));
    text.push_str(&format!(
        "\n{:<24}{:>10}{:>10}\n",
        "inside workerd", "p50 ms", "p99 ms"
    ));
    for times in &figures.questions {
        text.push_str(&format!(
            "{:<24}{:>10.2}{:>10.2}\n",
            times.what, times.p50_ms, times.p99_ms
        ));
    }
    text.push_str(&format!(
        "\norders a second: {} one by one, {} over {AT_ONCE} connections\n",
        figures.orders_per_second, figures.orders_per_second_at_once
    ));
    text.push_str(&format!(
        "chain: {} events in {} s\n",
        number(&figures.chain, "events"),
        number(&figures.chain, "seconds")
    ));
    text
}
