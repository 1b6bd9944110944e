//! The panel beside its neighbours: what `cargo xtask bench panel` runs.
//!
//! One page of a shop in seven variants, served by this program as compressed as the
//! edge serves ours. Each round visits every variant once, with one and with four times
//! the time for everything, in one real Chromium; medians of the rounds are compared.
//! Nothing is asserted of the clock: other programs share the machine.

mod report;
mod site;
mod traffic;
mod visit;

use std::time::Instant;

use anyhow::{Context, Result, bail};
use grapevine_tests::browser::{Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::{World, text};
use xtask::process::{print, say};

use report::Report;
use site::{PAGES, Place};
use visit::Visitor;

/// How many times slower the processor is made.
const SLOWER: [u32; 2] = [1, 4];
/// As many requests of one network as the bench needs.
const NO_LIMITS: (&str, &str) = ("LIMITS", "few=0,some=0,many=0");

#[tokio::main]
async fn main() -> Result<()> {
    let mut json = false;
    let mut rounds = 11;
    let mut latency = 0;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => json = true,
            "--rounds" => rounds = arguments.next().context("how many rounds?")?.parse()?,
            "--latency-ms" => latency = arguments.next().context("how long?")?.parse()?,
            other => bail!("{other} is no option: --json, --rounds N, --latency-ms N"),
        }
    }
    let report = measure(rounds, latency).await?;
    if json {
        print(&format!(
            "{}\n",
            serde_json::to_string_pretty(&report.json())?
        ));
    } else {
        print(&report.text());
    }
    Ok(())
}

async fn measure(rounds: usize, latency: u32) -> Result<Report> {
    let edge = Edge::start_with(&[NO_LIMITS]).await?;
    let place = Place::take().await?;
    let (shop, away) = (
        place.origin("shop.localhost"),
        place.origin("away.localhost"),
    );
    let world = World::at(&edge, &shop).await?;
    let _site = place.open(&edge.origin(), &world.slug)?;
    let joined = world.join("ada@mail.example").await?;
    let session = text(&joined, "/session");

    let browser = Browser::open(&Profile::default()).await?;
    let away = format!("{away}/away");
    let visitor = Visitor::new(browser, &shop, &edge.origin(), &away, session).await?;
    visitor.slow_network(latency).await?;
    say("warming up: every page once");
    for page in &PAGES {
        visitor.visit(page, 1).await?;
    }
    let mut report = Report::new(rounds, latency);
    let began = Instant::now();
    for round in 0..rounds {
        say(&format!(
            "round {} of {rounds}, {} s so far",
            round + 1,
            began.elapsed().as_secs()
        ));
        for slower in SLOWER {
            for page in &PAGES {
                report.add(page, slower, visitor.visit(page, slower).await?);
            }
        }
    }
    visitor.close().await?;
    Ok(report)
}
