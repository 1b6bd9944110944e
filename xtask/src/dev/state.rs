//! The state folder of `dev`: one run at a time.
//!
//! Guarantees that nothing in the folder is read, removed or served before this
//! run holds its lock, nor while a server of a killed run still writes there.
//! Not for what the files in it mean.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Everything that `dev` writes into the folder but the lock; `--fresh` removes
/// these names and nothing else.
const NAMES: &[&str] = &[
    "workerd",
    "wrangler",
    "keys.json",
    "seed.json",
    "shop.json",
    "dev.json",
];

/// A folder that belongs to this run for as long as the value lives.
#[derive(Debug)]
pub struct State {
    folder: PathBuf,
    /// Let go by the system when this process ends, however it ends.
    _lock: File,
}

impl State {
    /// Makes the folder and takes its lock.
    pub fn lock(folder: &Path) -> Result<Self> {
        let refused = || refused(folder);
        fs::create_dir_all(folder).with_context(refused)?;
        // One name for one folder: servers of earlier runs are known by it.
        let folder = fs::canonicalize(folder).with_context(refused)?;
        let lock = File::options()
            .create(true)
            .write(true)
            .truncate(false)
            .open(folder.join("lock"))
            .with_context(refused)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!(
                "another `cargo xtask dev` uses {}: end it, or choose another folder with --state",
                folder.display()
            ),
            Err(TryLockError::Error(error)) => {
                return Err(error)
                    .with_context(|| format!("cannot lock {}", folder.join("lock").display()));
            }
        }
        let orphans = orphans(&folder);
        if !orphans.is_empty() {
            bail!(
                "the server of an earlier, killed run still uses {} and its port (process {orphans}): end it with `kill {orphans}` and run this again",
                folder.display()
            );
        }
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    /// The folder, by its absolute name.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Empties the folder if asked to, and proves that it can be written.
    pub fn prepare(&self, fresh: bool) -> Result<()> {
        let refused = || refused(&self.folder);
        if fresh {
            for name in NAMES {
                let path = self.folder.join(name);
                let removed = if path.is_dir() {
                    fs::remove_dir_all(&path)
                } else if path.exists() {
                    fs::remove_file(&path)
                } else {
                    Ok(())
                };
                removed.with_context(refused)?;
            }
        }
        let probe = self.folder.join(".probe");
        fs::write(&probe, b"").with_context(refused)?;
        let _ = fs::remove_file(&probe);
        // A script must not read the address of a run that is over.
        self.forget_addresses();
        Ok(())
    }

    /// Removes `dev.json`, which is ours: the lock is.
    pub fn forget_addresses(&self) {
        let _ = fs::remove_file(self.folder.join("dev.json"));
    }
}

fn refused(folder: &Path) -> String {
    format!(
        "cannot write to the state folder {}: choose another with --state, or change its owner",
        folder.display()
    )
}

/// Ids of the servers that an earlier run left behind on this folder, with
/// spaces between; none where the system has no `/proc`.
fn orphans(folder: &Path) -> String {
    let Ok(processes) = fs::read_dir("/proc") else {
        return String::new();
    };
    let found: Vec<String> = processes
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        .filter(|pid| {
            fs::read(Path::new("/proc").join(pid).join("cmdline"))
                .is_ok_and(|arguments| serves(&arguments, folder))
        })
        .collect();
    found.join(" ")
}

/// Whether these arguments, a zero byte after each, are those of `workerd` or
/// `wrangler` on this folder.
fn serves(arguments: &[u8], folder: &Path) -> bool {
    let workerd = format!(
        "--directory-path=state={}",
        folder.join("workerd").display()
    );
    let wrangler = folder.join("wrangler/data").display().to_string();
    let arguments: Vec<&[u8]> = arguments.split(|byte| *byte == 0).collect();
    arguments.contains(&workerd.as_bytes())
        || arguments
            .windows(2)
            .any(|pair| matches!(pair, [b"--persist-to", data] if *data == wrangler.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("state-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn one_run_at_a_time_has_the_folder() {
        let folder = folder("lock");
        let first = State::lock(&folder).unwrap();
        let error = State::lock(&folder).unwrap_err().to_string();
        assert!(error.contains("another `cargo xtask dev`"), "{error}");
        assert!(error.contains("--state"), "{error}");
        drop(first);
        State::lock(&folder).unwrap();
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn fresh_removes_our_files_but_the_lock() {
        let folder = folder("fresh");
        let state = State::lock(&folder).unwrap();
        fs::create_dir(folder.join("workerd")).unwrap();
        fs::write(folder.join("keys.json"), b"{}").unwrap();
        fs::write(folder.join("notes.txt"), b"mine").unwrap();
        state.prepare(true).unwrap();
        assert!(!folder.join("workerd").exists());
        assert!(!folder.join("keys.json").exists());
        assert!(folder.join("notes.txt").exists());
        assert!(State::lock(&folder).is_err());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_server_is_known_by_its_folder() {
        let folder = Path::new("/a/state");
        let workerd = b"/x/workerd\0serve\0--directory-path=state=/a/state/workerd\0";
        assert!(serves(workerd, folder));
        assert!(!serves(workerd, Path::new("/a/other")));
        let wrangler = b"node\0wrangler\0dev\0--persist-to\0/a/state/wrangler/data\0";
        assert!(serves(wrangler, folder));
        assert!(!serves(b"vi\0/a/state/dev.json\0", folder));
    }
}
