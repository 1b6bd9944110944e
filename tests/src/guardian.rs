//! Ends a process when the test that started it is gone, however it went.
//!
//! Statics are never dropped and a killed test drops nothing at all. A guardian
//! is a shell that waits on a pipe: the pipe's end comes with the end of this
//! process, and then the shell ends the process that it watches, by its id.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// `$1` is the process, `$2` a folder to remove after it, or nothing.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
read -r done && exit 0
kill -9 "$1" 2>/dev/null
for pause in 0 1 2; do
    # Its children may still be writing for a moment.
    [ -n "$2" ] && [ -e "$2" ] && sleep "$pause" && rm -rf -- "$2" 2>/dev/null
done
"#;

/// Watches one process for as long as this value lives, and acts only when this
/// program ends before it is dropped.
#[derive(Debug)]
pub struct Guardian(Child);

impl Guardian {
    /// Watches `pid`; removes `folder` after it, where one is given.
    ///
    /// # Errors
    /// When there is no shell.
    pub fn watch(pid: u32, folder: Option<&Path>) -> Result<Self> {
        let child = Command::new("sh")
            .args(["-c", SCRIPT, "sh", &pid.to_string()])
            .args(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting a shell that watches over a process")?;
        Ok(Self(child))
    }
}

impl Guardian {
    /// Ends the process now, and its folder.
    pub fn strike(mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

impl Drop for Guardian {
    fn drop(&mut self) {
        if let Some(mut pipe) = self.0.stdin.take() {
            let _ = pipe.write_all(b"done\n");
        }
        let _ = self.0.wait();
    }
}
