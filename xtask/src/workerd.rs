//! A Worker under plain `workerd` as a child process.
//!
//! Responsible for starting it on a state folder and a port, waiting until it
//! answers, ending it (gently or by SIGKILL) and starting it again on the same
//! state. The process id is the server's own: no wrapper stands between.
//! Dropping a [`Workerd`] ends the process. A caller that dies by a signal must
//! have caught that signal to drop it: see [`crate::dev`].

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::keys::Keys;
use crate::{build, client, paths, tools};

/// The header by which `workerd`, tests and benches name a visitor's address.
pub const ADDRESS_HEADER: &str = "CF-Connecting-IP";

/// How long a start may take: a cold one compiles the wasm module.
const START: Duration = Duration::from_secs(30);

/// How long a port may be busy when a server starts again on it.
const BUSY: Duration = Duration::from_secs(5);

/// Where the server's own words go.
#[derive(Debug, Clone)]
pub enum Log {
    /// To the terminal.
    Inherit,
    /// To the end of a file.
    File(PathBuf),
}

/// What to serve and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The Cap'n Proto file.
    pub config: PathBuf,
    /// The constant in it, `None` for the only one.
    pub constant: Option<String>,
    /// `--directory-path` pairs: name in the configuration, folder.
    pub directories: Vec<(String, PathBuf)>,
    /// The whole environment of the process.
    pub environment: Vec<(String, String)>,
    /// The port on 127.0.0.1; 0 chooses a free one.
    pub port: u16,
    /// The path that answers below 400 once the server is ready.
    pub health: String,
    /// Where its words go.
    pub log: Log,
}

/// How one edge differs from another.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Kept between runs: `<state>/workerd`.
    pub state: PathBuf,
    /// The port on 127.0.0.1; 0 chooses a free one.
    pub port: u16,
    /// Master and operator keys.
    pub keys: Keys,
    /// Host name in `PUBLIC_ORIGIN`, such as `refer.shop.localhost`.
    pub host: String,
    /// Further environment, such as a binding that a test switches on.
    pub environment: Vec<(String, String)>,
    /// Where its words go.
    pub log: Log,
}

/// A running server.
#[derive(Debug)]
pub struct Workerd {
    options: Options,
    port: u16,
    /// Taken before the first start, so that nobody else takes it meanwhile.
    listener: Option<TcpListener>,
    child: Option<Child>,
}

impl Workerd {
    /// Starts the built edge in development mode and waits until it answers.
    pub async fn edge(edge: Edge) -> Result<Self> {
        build::check_present()?;
        let state = edge.state.join("workerd");
        fs::create_dir_all(&state).with_context(|| {
            format!(
                "cannot write to {}: choose another folder with --state",
                state.display()
            )
        })?;
        // The address is part of the environment, so the port is settled first.
        let listener = bind(edge.port)?;
        let port = listener.local_addr()?.port();
        let mut environment = vec![
            ("MASTER_KEYS".to_string(), edge.keys.master_keys),
            ("OPERATOR_KEY".to_string(), edge.keys.operator_key),
            (
                "PUBLIC_ORIGIN".to_string(),
                format!("http://{}:{port}", edge.host),
            ),
            ("DEV_MODE".to_string(), "1".to_string()),
            (
                "TRUSTED_ADDRESS_HEADER".to_string(),
                ADDRESS_HEADER.to_string(),
            ),
        ];
        environment.extend(edge.environment);
        let options = Options {
            config: paths::root().join("edge/workerd.capnp"),
            constant: Some("development".to_string()),
            directories: vec![
                ("state".to_string(), state),
                ("assets".to_string(), paths::local_assets()),
            ],
            environment,
            port,
            health: "/v1/health".to_string(),
            log: edge.log,
        };
        Self::start_on(options, listener).await
    }

    /// Starts any server and waits until it answers.
    pub async fn start(options: Options) -> Result<Self> {
        let listener = bind(options.port)?;
        Self::start_on(options, listener).await
    }

    async fn start_on(options: Options, listener: TcpListener) -> Result<Self> {
        let mut server = Self {
            options,
            port: listener.local_addr()?.port(),
            listener: Some(listener),
            child: None,
        };
        server.spawn_and_wait().await?;
        Ok(server)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `http://127.0.0.1:<port>`, for those who cannot resolve `*.localhost`.
    pub fn internal_origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The process id of the server, `None` once it was ended.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// How the process ended, `None` while it runs or after we have ended it.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.as_mut()?.try_wait().ok().flatten()
    }

    /// Ends it as a power cut would: SIGKILL, nothing is flushed.
    pub fn kill_hard(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks it to end, and insists after three seconds.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        if let Some(pid) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(3) {
            match child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(10)),
                _ => return,
            }
        }
        let _ = child.kill();
        let _ = child.wait();
    }

    /// Starts it again on the same state and port, ending it first if need be.
    pub async fn restart(&mut self) -> Result<()> {
        self.stop();
        self.spawn_and_wait().await
    }

    /// Changes one name of its environment; counts from the next start.
    pub fn set_environment(&mut self, name: &str, value: &str) {
        let environment = &mut self.options.environment;
        environment.retain(|(known, _)| known != name);
        environment.push((name.to_string(), value.to_string()));
    }

    /// Starts it again without waiting until it answers: for who measures that.
    pub fn launch(&mut self) -> Result<()> {
        self.stop();
        self.child = Some(self.spawn()?);
        Ok(())
    }

    async fn spawn_and_wait(&mut self) -> Result<()> {
        self.child = Some(self.spawn()?);
        let health = format!("{}{}", self.internal_origin(), self.options.health);
        let http = client::http(None)?;
        let started = Instant::now();
        loop {
            if let Some(Ok(Some(status))) = self.child.as_mut().map(Child::try_wait) {
                self.child = None;
                bail!("workerd ended at once ({status}){}", self.last_words());
            }
            let answer = http
                .get(&health)
                .timeout(Duration::from_secs(5))
                .send()
                .await;
            match answer {
                Ok(answer) if answer.status().as_u16() < 400 => return Ok(()),
                answer if started.elapsed() > START => {
                    let seen = match answer {
                        Ok(answer) => format!("answers {}", answer.status()),
                        Err(_) => "does not answer".to_string(),
                    };
                    self.kill_hard();
                    bail!(
                        "{health} {seen} after {} s{}",
                        START.as_secs(),
                        self.last_words()
                    );
                }
                _ => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// The socket is bound here and handed over as the child's standard input:
    /// a busy port is a clear error, and no other process can take the port in
    /// between.
    fn spawn(&mut self) -> Result<Child> {
        let listener = match self.listener.take() {
            Some(listener) => listener,
            None => bind_again(self.port)?,
        };
        let mut command = Command::new(tools::workerd()?);
        command
            .env_clear()
            .envs(
                self.options
                    .environment
                    .iter()
                    .map(|(name, value)| (name, value)),
            )
            .arg("serve")
            .arg(&self.options.config)
            .args(&self.options.constant)
            .arg("--socket-fd=http=0")
            .stdin(Stdio::from(OwnedFd::from(listener)));
        for (name, folder) in &self.options.directories {
            command.arg(directory_argument(name, folder));
        }
        if let Log::File(path) = &self.options.log {
            let log = File::options()
                .create(true)
                .append(true)
                .open(path)
                .with_context(|| format!("cannot write {}", path.display()))?;
            command.stdout(log.try_clone()?).stderr(log);
        }
        command.spawn().context("could not start workerd")
    }

    fn last_words(&self) -> String {
        let Log::File(path) = &self.options.log else {
            return "; its last words are above".to_string();
        };
        let text = fs::read_to_string(path).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let tail = lines
            .get(lines.len().saturating_sub(15)..)
            .unwrap_or_default();
        format!("; the end of {}:\n{}", path.display(), tail.join("\n"))
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        self.stop();
    }
}

fn directory_argument(name: &str, folder: &Path) -> String {
    // workerd resolves relative folders against its own working folder.
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    format!("--directory-path={name}={}", folder.display())
}

/// Listens on 127.0.0.1, or says which port is busy and what to do.
pub fn bind(port: u16) -> Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).map_err(|error| {
        match error.kind() {
            std::io::ErrorKind::AddrInUse => anyhow::anyhow!(
                "port {port} is busy: end the program that uses it, or choose another with --port"
            ),
            std::io::ErrorKind::PermissionDenied => {
                anyhow::anyhow!(
                    "port {port} may not be used by this user: choose one above 1023 with --port"
                )
            }
            _ => anyhow::anyhow!("cannot listen on 127.0.0.1:{port}: {error}"),
        }
    })
}

/// Listens on a port that was ours a moment ago: connections that somebody opens may
/// have it for a while.
fn bind_again(port: u16) -> Result<TcpListener> {
    let began = Instant::now();
    loop {
        match bind(port) {
            Err(_) if began.elapsed() < BUSY => std::thread::sleep(Duration::from_millis(50)),
            other => return other,
        }
    }
}

/// A port that is free at this moment.
pub fn free_port() -> Result<u16> {
    Ok(bind(0)?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_port_is_named_with_the_way_out() {
        let taken = bind(0).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = bind(port).unwrap_err().to_string();
        assert!(error.contains(&format!("port {port} is busy")));
        assert!(error.contains("--port"));
    }

    #[test]
    fn folders_are_handed_over_absolute() {
        let argument = directory_argument("state", Path::new("some/where"));
        assert!(argument.starts_with("--directory-path=state=/"));
    }
}
