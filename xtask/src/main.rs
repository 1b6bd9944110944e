//! The command line of `cargo xtask`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use xtask::{bench, bots, build, ci, deploy, dev, fuzz, keys, process, schema, size, testing};

/// Grapevine's build entry point.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything, start edge and demo shop, seed them, print addresses.
    Dev {
        /// Where data and keys are kept between runs.
        #[arg(long, default_value = ".state/dev")]
        state: PathBuf,
        /// Start with an empty state.
        #[arg(long)]
        fresh: bool,
        /// Port of the edge; the demo shop has the next one.
        #[arg(long, default_value_t = 8787, value_parser = dev::port)]
        port: u16,
        /// Rebuild and restart when a source file changes.
        #[arg(long)]
        watch: bool,
        /// Serve by `wrangler dev` instead of plain workerd.
        #[arg(long)]
        wrangler: bool,
    },
    /// Build widget, edge and static files.
    Build {
        /// Only the Worker.
        #[arg(long, conflicts_with = "widget")]
        edge: bool,
        /// Only what a browser loads.
        #[arg(long)]
        widget: bool,
    },
    /// Install what is missing, build, run all tests.
    Test {
        /// Only tests whose name contains this.
        filter: Option<String>,
        /// Keep the pictures of this run as those to compare with.
        #[arg(long)]
        bless: bool,
    },
    /// Every check that a change must pass.
    Ci,
    /// Bytes of each file that a storefront loads.
    Size {
        /// One JSON object instead of a table.
        #[arg(long)]
        json: bool,
        /// Fail above the budgets.
        #[arg(long)]
        check: bool,
    },
    /// Measure against a floor.
    #[command(subcommand)]
    Bench(Bench),
    /// Build and deploy to Cloudflare.
    Deploy,
    /// Run the pinned wrangler, on a Node that is new enough for it.
    Wrangler {
        /// Passed on as they are.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Print fresh values for the Worker's secrets.
    Keys,
    /// Write the checksums of migrations that have none yet.
    Migrations,
    /// Write the JSON Schema of a programme from its types.
    Schema,
    /// Write the list of robots and apps from the npm package and our own table.
    Bots,
    /// Run the fuzz targets for a bounded time.
    Fuzz {
        /// How long each of them runs.
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
}

#[derive(Subcommand)]
enum Bench {
    /// The referral redirect against a Worker that only redirects.
    Redirect {
        /// One JSON object instead of a table.
        #[arg(long)]
        json: bool,
        /// Length of one round of load.
        #[arg(long, default_value_t = 4)]
        seconds: u64,
    },
    /// One merchant's visitors while another merchant is flooded.
    Neighbours {
        /// One JSON object instead of a table.
        #[arg(long)]
        json: bool,
        /// Length of one round of load.
        #[arg(long, default_value_t = 5)]
        seconds: u64,
    },
    /// What the first visitor of a fresh process waits for.
    Cold {
        /// One JSON object instead of a table.
        #[arg(long)]
        json: bool,
    },
    /// What a million clicks cost on Cloudflare, by its public prices.
    Cost {
        /// One JSON object instead of a table.
        #[arg(long)]
        json: bool,
        /// How long a click waits for company in its isolate.
        #[arg(long, default_value_t = bench::cost::LINGER_MS)]
        linger_ms: u64,
        /// How long the object gathers batches.
        #[arg(long, default_value_t = bench::cost::GATHER_MS)]
        gather_ms: u64,
        /// Isolates ask for settings by requests of their own.
        #[arg(long)]
        ask_settings: bool,
        /// Rows that a commit writes, instead of what is measured.
        #[arg(long)]
        rows: Option<f64>,
    },
    /// The panel beside other share buttons on the same page, in a real browser.
    Panel {
        /// One JSON object instead of tables.
        #[arg(long)]
        json: bool,
        /// Visits of each page at each speed; odd, so that a median is one of them.
        #[arg(long, default_value_t = 11)]
        rounds: u32,
        /// What each request takes longer than on this machine.
        #[arg(long, default_value_t = 0)]
        latency_ms: u32,
    },
    /// A merchant's books with a year of business, natively and inside workerd.
    Ledger {
        /// One JSON object instead of a table.
        #[arg(long)]
        json: bool,
        /// Clicks in the books.
        #[arg(long, default_value_t = 1_000_000)]
        clicks: usize,
        /// Orders in the books.
        #[arg(long, default_value_t = 100_000)]
        orders: usize,
        /// Advocates in the books.
        #[arg(long, default_value_t = 20_000)]
        advocates: usize,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Dev {
            state,
            fresh,
            port,
            watch,
            wrangler,
        } => block_on(dev::run(dev::Options {
            state,
            fresh,
            port,
            watch,
            wrangler,
        })),
        Command::Build { edge: true, .. } => build::edge_only(),
        Command::Build { widget: true, .. } => build::widget_only(),
        Command::Build { .. } => build::all(),
        Command::Test { filter, bless } => testing::run(filter.as_deref(), bless),
        Command::Ci => ci::run(),
        Command::Size { json, check } => {
            build::widget_only()?;
            size::run(json, check)
        }
        Command::Bench(Bench::Redirect { json, seconds }) => {
            build::all()?;
            block_on(bench::redirect(json, seconds))
        }
        Command::Bench(Bench::Cold { json }) => {
            build::all()?;
            block_on(bench::cold::cold(json))
        }
        Command::Bench(Bench::Panel {
            json,
            rounds,
            latency_ms,
        }) => bench::panel::panel(json, rounds, latency_ms),
        Command::Bench(Bench::Neighbours { json, seconds }) => {
            build::all()?;
            block_on(bench::neighbours::neighbours(json, seconds))
        }
        Command::Bench(Bench::Cost {
            json,
            linger_ms,
            gather_ms,
            ask_settings,
            rows,
        }) => {
            build::edge_only()?;
            let options = bench::cost::Options {
                linger_ms,
                gather_ms,
                ask_settings,
                rows,
            };
            block_on(bench::cost::cost(json, options))
        }
        Command::Bench(Bench::Ledger {
            json,
            clicks,
            orders,
            advocates,
        }) => {
            build::edge_only()?;
            let size = bench::ledger::Size {
                clicks,
                orders,
                advocates,
            };
            block_on(bench::ledger::ledger(json, size))
        }
        Command::Deploy => deploy::run(),
        Command::Wrangler { arguments } => deploy::pass_on(&arguments),
        Command::Keys => {
            let keys = keys::Keys::generate()?;
            println!("MASTER_KEYS={}", keys.master_keys);
            println!("OPERATOR_KEY={}", keys.operator_key);
            Ok(())
        }
        Command::Migrations => {
            let added = ci::migrations::write_missing()?;
            process::say(&format!("{added} migrations added to CHECKSUMS"));
            Ok(())
        }
        Command::Schema => schema::write(),
        Command::Bots => bots::write(),
        Command::Fuzz { seconds } => fuzz::run(seconds, None),
    }
}

/// Runs a server command; work left in the background does not delay the end.
fn block_on(work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}
