//! `cargo xtask dev`: the edge under `workerd` and the demo shop, seeded.
//!
//! Responsible for the addresses and a clean end: Ctrl-C and SIGTERM are caught,
//! so that every child process is ended before this one. The state folder is in
//! [`state`], rebuilding on edits in [`watch`], `wrangler dev` in [`wrangler`].

mod state;
mod watch;
mod wrangler;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::client::Client;
use crate::keys::{Keys, MerchantKeys};
use crate::workerd::{self, Edge, Log, Workerd};
use crate::{build, process, seed};

/// The edge's host name: a sub-domain of the shop's, as in production.
pub const EDGE_HOST: &str = "refer.shop.localhost";
/// The demo shop's host name.
pub const SHOP_HOST: &str = "shop.localhost";

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// Kept between runs.
    pub state: PathBuf,
    /// Forget the state first.
    pub fresh: bool,
    /// Of the edge; the shop has the next one.
    pub port: u16,
    /// Rebuild and restart on edits.
    pub watch: bool,
    /// `wrangler dev` instead of plain `workerd`.
    pub wrangler: bool,
}

/// The server behind the edge's address.
enum Server {
    Workerd(Box<Workerd>),
    Wrangler(wrangler::Wrangler),
}

impl Server {
    fn pid(&self) -> Option<u32> {
        match self {
            Self::Workerd(server) => server.pid(),
            Self::Wrangler(server) => server.pid(),
        }
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        match self {
            Self::Workerd(server) => server.ended(),
            Self::Wrangler(server) => server.ended(),
        }
    }
}

/// Reads `--port`: it stands in addresses that are kept, and the shop has the
/// one after it.
pub fn port(text: &str) -> Result<u16, String> {
    match text.parse::<u16>() {
        Ok(port) if (1..u16::MAX).contains(&port) => Ok(port),
        _ => Err(
            "`dev` needs a fixed port from 1 to 65534: N for the edge and N + 1 for the shop"
                .to_string(),
        ),
    }
}

/// Builds, starts, seeds, announces, and serves until a signal ends it.
pub async fn run(options: Options) -> Result<()> {
    let held = state::State::lock(&options.state)?;
    // Taken at once, so that a busy port is reported before a long build.
    let edge_port = workerd::bind(options.port)?;
    let shop_port = options
        .port
        .checked_add(1)
        .context("--port must be below 65535")?;
    let shop_listener = workerd::bind(shop_port)?;
    held.prepare(options.fresh)?;
    let state = held.folder();
    build::all()?;

    // From here on children exist: a signal must unwind through their `drop`.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    drop(edge_port);
    let ended = tokio::select! {
        ended = serve(&options, state, shop_listener) => ended,
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
        _ = hang_up.recv() => Ok(()),
    };
    held.forget_addresses();
    process::say("stopped");
    ended
}

async fn serve(
    options: &Options,
    state: &Path,
    shop_listener: std::net::TcpListener,
) -> Result<()> {
    // The two servers keep separate books, so each has keys of its own.
    let books = if options.wrangler {
        state.join("wrangler")
    } else {
        state.to_path_buf()
    };
    fs::create_dir_all(&books).with_context(|| format!("cannot write to {}", books.display()))?;
    let keys_file = books.join("keys.json");
    let mut keys = Keys::load_or_generate(&keys_file)?;
    let mut server = start(options, state, &keys).await?;
    let edge = Client::new(EDGE_HOST, options.port)?;
    let shop_origin = format!("http://{SHOP_HOST}:{}", options.port + 1);
    let merchant = seed::merchant(&edge, &mut keys, &keys_file, &shop_origin).await?;
    shop_listener.set_nonblocking(true)?;
    let mut shop = tokio::spawn(grapevine_shop::serve(
        grapevine_shop::Config {
            edge_public_origin: edge.origin().to_string(),
            edge_internal_origin: format!("http://127.0.0.1:{}", options.port),
            merchant: seed::MERCHANT.to_string(),
            secret_key: merchant.secret_key.clone(),
            publishable_key: merchant.publishable_key.clone(),
            state_file: Some(books.join("shop.json")),
        },
        TcpListener::from_std(shop_listener)?,
    ));
    let seeded = seed::story(&edge, &merchant, &books.join("seed.json")).await?;
    let addresses = Addresses {
        edge: edge.origin().to_string(),
        shop: shop_origin,
    };
    announce(state, &addresses, &merchant, &seeded, &server)?;

    let mut watcher = options.watch.then(watch::Watcher::new);
    loop {
        tokio::select! {
            ended = &mut shop => {
                ended.context("the demo shop")?.context("the demo shop")?;
                bail!("the demo shop ended");
            }
            () = tokio::time::sleep(Duration::from_millis(300)) => {}
        }
        if let Some(status) = server.ended() {
            let again = if options.fresh {
                "without --fresh"
            } else {
                "again"
            };
            bail!(
                "the edge's server ended by itself ({status}), its last words are above; its data in {} is kept: run the same command {again} to start it",
                state.display()
            );
        }
        if let Some(watcher) = &mut watcher
            && let Some(changed) = watcher.changed()
        {
            if watch::needs_this_program_anew(&changed) {
                process::say("the demo shop or xtask itself changed: start `dev` again to see it");
            }
            process::say(&format!("{} changed", changed.display()));
            match tokio::task::spawn_blocking(build::all).await? {
                Ok(()) => {
                    if let Server::Workerd(server) = &mut server {
                        server.restart().await?;
                    }
                    announce(state, &addresses, &merchant, &seeded, &server)?;
                }
                // The last good build goes on serving.
                Err(error) => process::say(&format!("{error:#}")),
            }
        }
    }
}

async fn start(options: &Options, state: &Path, keys: &Keys) -> Result<Server> {
    if options.wrangler {
        let server = wrangler::Wrangler::start(state, options.port, keys).await?;
        return Ok(Server::Wrangler(server));
    }
    let server = Workerd::edge(Edge {
        state: state.to_path_buf(),
        port: options.port,
        keys: keys.clone(),
        host: EDGE_HOST.to_string(),
        environment: Vec::new(),
        log: Log::Inherit,
    })
    .await?;
    Ok(Server::Workerd(Box::new(server)))
}

struct Addresses {
    edge: String,
    shop: String,
}

/// Writes `dev.json`, prints the addresses, and the `ready` line last.
fn announce(
    state: &Path,
    addresses: &Addresses,
    merchant: &MerchantKeys,
    seeded: &seed::Seeded,
    server: &Server,
) -> Result<()> {
    let Addresses { edge, shop } = addresses;
    let console = format!("{edge}/console");
    let outbox = format!("{edge}/outbox/{}", seed::MERCHANT);
    let dev = json!({
        "edge": edge,
        "shop": shop,
        "placements": format!("{shop}/demo"),
        "console": console,
        "outbox": outbox,
        "merchant": seed::MERCHANT,
        "secret_key": merchant.secret_key,
        "publishable_key": merchant.publishable_key,
        "sample_link": seeded.sample_link,
        "pid": server.pid(),
    });
    let file = state.join("dev.json");
    let part = state.join("dev.json.part");
    fs::write(&part, serde_json::to_vec_pretty(&dev)?)
        .and_then(|()| fs::rename(&part, &file))
        .with_context(|| format!("cannot write {}", file.display()))?;
    println!();
    println!("  shop             {shop}");
    println!("  placements       {shop}/demo");
    println!("  edge             {edge}");
    println!("  console          {console}");
    println!("  outbox           {outbox}");
    println!("  sample link      {}", seeded.sample_link);
    println!("  merchant         {}", seed::MERCHANT);
    println!("  secret key       {}", merchant.secret_key);
    println!("  publishable key  {}", merchant.publishable_key);
    println!("  state            {}", state.display());
    println!();
    println!("ready {edge}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_leaves_room_for_the_shop() {
        assert_eq!(port("8787"), Ok(8787));
        assert_eq!(port("65534"), Ok(65534));
        for text in ["0", "65535", "70000", "-1", "x"] {
            assert!(port(text).unwrap_err().contains("N + 1"), "{text}");
        }
    }
}
