//! Notices edits by looking at modification times.
//!
//! Polling a few hundred files twice a second costs less than a dependency and
//! behaves the same on every file system.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::paths;

/// Folders whose files are inputs of the build, or of this program.
const FOLDERS: &[&str] = &["domain", "ledger", "pages", "edge", "widget", "www", "shop"];

/// Remembers when each source was last modified.
pub struct Watcher {
    seen: HashMap<PathBuf, SystemTime>,
}

impl Watcher {
    /// Takes the present state as the known one.
    pub fn new() -> Self {
        Self { seen: snapshot() }
    }

    /// A file that was changed, added or removed since the last call.
    pub fn changed(&mut self) -> Option<PathBuf> {
        let now = snapshot();
        let changed = difference(&self.seen, &now);
        self.seen = now;
        changed.and_then(|path| path.strip_prefix(paths::root()).map(Path::to_path_buf).ok())
    }
}

/// The demo shop is compiled into this program: it cannot be exchanged while
/// it runs.
pub fn needs_this_program_anew(changed: &Path) -> bool {
    changed.starts_with("shop")
}

fn difference(
    before: &HashMap<PathBuf, SystemTime>,
    now: &HashMap<PathBuf, SystemTime>,
) -> Option<PathBuf> {
    let newer = now
        .iter()
        .find(|(path, time)| before.get(*path) != Some(time));
    let gone = || before.keys().find(|path| !now.contains_key(*path));
    newer.map(|(path, _)| path).or_else(gone).cloned()
}

fn snapshot() -> HashMap<PathBuf, SystemTime> {
    let mut found = HashMap::new();
    let root = paths::root();
    for folder in FOLDERS {
        visit(&root.join(folder), &mut found);
    }
    found
}

fn visit(folder: &Path, found: &mut HashMap<PathBuf, SystemTime>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // Editors' swap files, and what the build itself writes.
        if name.starts_with('.') || name.ends_with('~') || path == paths::worker() {
            continue;
        }
        match entry.metadata() {
            Ok(data) if data.is_dir() => visit(&path, found),
            Ok(data) => {
                if let Ok(time) = data.modified() {
                    found.insert(path, time);
                }
            }
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn an_edit_an_addition_and_a_removal_are_noticed() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let before = HashMap::from([(PathBuf::from("a"), at(1))]);
        assert_eq!(difference(&before, &before), None);
        let edited = HashMap::from([(PathBuf::from("a"), at(2))]);
        assert_eq!(difference(&before, &edited), Some(PathBuf::from("a")));
        let added = HashMap::from([(PathBuf::from("a"), at(1)), (PathBuf::from("b"), at(1))]);
        assert_eq!(difference(&before, &added), Some(PathBuf::from("b")));
        assert_eq!(
            difference(&before, &HashMap::new()),
            Some(PathBuf::from("a"))
        );
    }
}
