//! `wrangler dev`: the same Worker behind Cloudflare's own tool.
//!
//! For checking `wrangler.toml` before a deployment. It puts a Node proxy
//! before the Worker, so it is never used for load figures.

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::keys::Keys;
use crate::{client, deploy, process};

const START: Duration = Duration::from_secs(90);

/// A running `wrangler dev` and the processes it started.
pub struct Wrangler {
    child: Child,
}

impl Wrangler {
    /// Starts it on `port` with its data under `state`, and waits until it
    /// answers.
    pub async fn start(state: &Path, port: u16, keys: &Keys) -> Result<Self> {
        let folder = state.join("wrangler");
        fs::create_dir_all(&folder)?;
        let secrets = folder.join("secrets.env");
        write_secrets(&secrets, port, keys)?;
        process::say("starting wrangler dev (usually 10 seconds)");
        let child = deploy::wrangler()
            .args([
                "dev",
                "--local",
                "--ip",
                "127.0.0.1",
                "--show-interactive-dev-session=false",
            ])
            .arg(format!("--port={port}"))
            // Its debugger's default port would clash between two runs.
            .arg("--inspector-port=0")
            .arg("--persist-to")
            .arg(folder.join("data"))
            .arg("--env-file")
            .arg(&secrets)
            .stdin(std::process::Stdio::null())
            // A group of its own, so that all it starts can be ended.
            .process_group(0)
            .spawn()
            .context("could not start wrangler")?;
        let mut wrangler = Self { child };
        let http = client::http(None)?;
        let started = Instant::now();
        loop {
            if let Some(status) = wrangler.ended() {
                bail!("wrangler dev ended at once ({status}); its last words are above");
            }
            let health = format!("http://127.0.0.1:{port}/v1/health");
            let answer = http
                .get(health)
                .timeout(Duration::from_secs(5))
                .send()
                .await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(wrangler);
            }
            if started.elapsed() > START {
                bail!("wrangler dev does not answer after {} s", START.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    pub fn pid(&self) -> Option<u32> {
        Some(self.child.id())
    }

    /// How it ended, `None` while it runs.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

impl Drop for Wrangler {
    fn drop(&mut self) {
        let group = rustix::process::Pid::from_raw(self.child.id().cast_signed());
        let end = |signal| {
            if let Some(group) = group {
                let _ = rustix::process::kill_process_group(group, signal);
            }
        };
        end(rustix::process::Signal::TERM);
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(5) && self.ended().is_none() {
            std::thread::sleep(Duration::from_millis(20));
        }
        end(rustix::process::Signal::KILL);
        let _ = self.child.wait();
    }
}

fn write_secrets(file: &Path, port: u16, keys: &Keys) -> Result<()> {
    use std::io::Write;
    let text = format!(
        "MASTER_KEYS={}\nOPERATOR_KEY={}\nPUBLIC_ORIGIN=http://{}:{port}\nDEV_MODE=1\nTRUSTED_ADDRESS_HEADER={}\n",
        keys.master_keys,
        keys.operator_key,
        super::EDGE_HOST,
        crate::workerd::ADDRESS_HEADER,
    );
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut out| out.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write {}", file.display()))
}
