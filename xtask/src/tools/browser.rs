//! Chromium and its driver for the tests: from the environment, the path, or
//! the distribution's packages.

use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::process;

/// A browser that the tests can drive.
#[derive(Debug, Clone)]
pub struct Browser {
    /// The browser itself.
    pub chromium: PathBuf,
    /// Its WebDriver server, of the same version.
    pub chromedriver: PathBuf,
}

/// Finds Chromium and chromedriver (`CHROMIUM_BIN`, `CHROMEDRIVER_BIN`, then
/// the path), installing Debian's or Ubuntu's packages when there are none and
/// this user may.
pub fn browser() -> Result<Browser> {
    if let Some(found) = find() {
        return Ok(found);
    }
    let missing = "no Chromium with chromedriver was found: install both (on Debian or Ubuntu: `apt-get install chromium chromium-driver`), or set CHROMIUM_BIN and CHROMEDRIVER_BIN";
    let Some(prefix) = apt() else {
        bail!(missing);
    };
    let apt = |arguments: &[&str]| {
        let mut words = prefix.clone();
        words.push("apt-get");
        words.extend(arguments);
        let mut words = words.into_iter();
        let mut command = process::command(words.next().unwrap_or("apt-get"));
        command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    // A stale package list makes the next step fail, a failed refresh need not.
    let _ = process::long_step(
        "refreshing the package list",
        "10 seconds",
        &mut apt(&["update", "-qq"]),
    );
    process::long_step(
        "installing Chromium for the tests",
        "1 to 2 minutes, once per machine",
        &mut apt(&[
            "install",
            "-y",
            "-qq",
            "--no-install-recommends",
            "chromium",
            "chromium-driver",
        ]),
    )?;
    match find() {
        Some(found) => Ok(found),
        None => bail!(missing),
    }
}

fn find() -> Option<Browser> {
    Some(Browser {
        chromium: program(
            "CHROMIUM_BIN",
            &[
                "chromium",
                "chromium-browser",
                "google-chrome-stable",
                "google-chrome",
            ],
        )?,
        chromedriver: program("CHROMEDRIVER_BIN", &["chromedriver"])?,
    })
}

fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(path) = env::var_os(variable).filter(|value| !value.is_empty()) {
        return Some(PathBuf::from(path));
    }
    let path = env::var_os("PATH")?;
    names.iter().find_map(|name| {
        env::split_paths(&path)
            .map(|folder| folder.join(name))
            .find(|candidate| candidate.is_file())
    })
}

/// The words before `apt-get` if it may be run: none for root, `sudo -n` where
/// that asks for no password; `None` where there is no apt or no right to it.
fn apt() -> Option<Vec<&'static str>> {
    process::command("apt-get").arg("--version").output().ok()?;
    if rustix::process::geteuid().is_root() {
        return Some(Vec::new());
    }
    let sudo = process::command("sudo")
        .args(["-n", "true"])
        .output()
        .ok()?;
    sudo.status.success().then(|| vec!["sudo", "-n"])
}
