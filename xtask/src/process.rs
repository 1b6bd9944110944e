//! Running other programs with a clear sentence when one fails.
//!
//! Responsible for a clean environment for them, for telling the reader what a
//! long step is and how long it usually takes, and for turning a failure into
//! one sentence. Not for long-lived servers: see [`crate::workerd`].

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A command that does not inherit what `cargo run` sets for this program.
///
/// Those variables differ between `cargo xtask` and a direct call of cargo, and
/// build scripts that watch them would be run again each time.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let Some(name) = name.to_str() else { continue };
        let set_by_cargo = name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || name.starts_with("CARGO_BIN_")
            || matches!(name, "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE");
        if set_by_cargo {
            command.env_remove(name);
        }
    }
    command
}

/// The cargo that runs this program, or the one on the path.
pub fn cargo() -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

/// A command run with the pinned Node and npm programs first on its path.
pub fn node_command(program: &Path) -> Command {
    let mut command = command(program);
    command.env("PATH", path_with_node());
    command
}

/// `PATH` with `node_modules/.bin` in front: its `node` is the pinned one.
pub fn path_with_node() -> OsString {
    let mut paths = vec![crate::paths::root().join("node_modules").join(".bin")];
    if let Some(path) = env::var_os("PATH") {
        paths.extend(env::split_paths(&path));
    }
    env::join_paths(paths).unwrap_or_default()
}

/// Runs `command` with its output going to ours; `what` names it in the error.
pub fn run(what: &str, command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{what}: could not start {:?}", command.get_program()))?;
    if status.success() {
        return Ok(());
    }
    bail!("{what} failed ({status})")
}

/// Runs `command` quietly and returns what it wrote; on failure its output is
/// in the error.
pub fn capture(what: &str, command: &mut Command) -> Result<String> {
    let output = output(what, command)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    bail!(
        "{what} failed ({})\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn output(what: &str, command: &mut Command) -> Result<Output> {
    command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{what}: could not start {:?}", command.get_program()))
}

/// Runs a long step: says what it is and how long it usually takes, shows the
/// program's own output, and a line every 15 seconds in which it is silent.
///
/// A failure that looks like a missing network says so in one sentence.
pub fn long_step(what: &str, usually: &str, command: &mut Command) -> Result<()> {
    say(&format!("{what} (usually {usually})"));
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{what}: could not start {:?}", command.get_program()))?;
    let (lines, received) = mpsc::channel::<String>();
    let readers: Vec<_> = [
        child.stdout.take().map(|out| reader(out, lines.clone())),
        child.stderr.take().map(|out| reader(out, lines.clone())),
    ]
    .into_iter()
    .flatten()
    .collect();
    drop(lines);
    let mut tail: Vec<String> = Vec::new();
    loop {
        match received.recv_timeout(Duration::from_secs(15)) {
            Ok(line) => {
                eprintln!("    {line}");
                tail.push(line);
                if tail.len() > 60 {
                    tail.remove(0);
                }
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                eprintln!("    … {what}: {} s so far", started.elapsed().as_secs());
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    for reader in readers {
        let _ = reader.join();
    }
    let status = child.wait().with_context(|| what.to_string())?;
    if status.success() {
        eprintln!("    done in {} s", started.elapsed().as_secs());
        return Ok(());
    }
    if looks_offline(&tail.join("\n")) {
        bail!(
            "{what}: the network cannot be reached; connect this machine (or set its proxy) and run the same command again"
        );
    }
    bail!("{what} failed ({status}); its last lines are above")
}

fn reader(
    stream: impl std::io::Read + Send + 'static,
    lines: mpsc::Sender<String>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if lines.send(line).is_err() {
                break;
            }
        }
    })
}

/// Whether the last lines of a failed installation speak of a missing network.
fn looks_offline(tail: &str) -> bool {
    let tail = tail.to_lowercase();
    [
        "could not resolve host",
        "couldn't resolve host",
        "enotfound",
        "eai_again",
        "econnrefused",
        "etimedout",
        "network is unreachable",
        "temporary failure resolving",
        "temporary failure in name resolution",
        "failed to connect",
        "error sending request",
        "spurious network error",
        "failed to download from",
        "could not download",
    ]
    .iter()
    .any(|sign| tail.contains(sign))
}

/// Writes a command's result. A reader that has seen enough, such as `head`,
/// is no error.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// One line about what is happening.
pub fn say(line: &str) {
    eprintln!("==> {line}");
}

/// Shows that a step is still going on: elapsed seconds, on a terminal only.
pub fn while_ticking<T>(what: &str, work: impl FnOnce() -> T) -> T {
    if !std::io::stderr().is_terminal() {
        return work();
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let started = Instant::now();
            let mut shown = false;
            while !done.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(100));
                if started.elapsed() > Duration::from_secs(2) {
                    eprint!("\r    {what} … {} s", started.elapsed().as_secs());
                    let _ = std::io::stderr().flush();
                    shown = true;
                }
            }
            if shown {
                eprintln!();
            }
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_network_is_told_from_other_failures() {
        assert!(looks_offline("npm error code EAI_AGAIN"));
        assert!(looks_offline("warning: spurious network error (3 tries)"));
        assert!(!looks_offline("error[E0308]: mismatched types"));
    }

    #[test]
    fn a_failure_is_one_sentence_with_the_step_in_it() {
        let error = run("the step", &mut command("false")).unwrap_err();
        assert!(error.to_string().starts_with("the step failed"));
    }
}
