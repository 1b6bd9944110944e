//! Runs the program.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Outcome {
    #[track_caller]
    pub fn is_sound(&self, said: &str) {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{self:?}");
        assert_eq!(self.out.trim_end(), said);
    }

    /// Its one line begins with `place` and says all `words`.
    #[track_caller]
    pub fn is_broken(&self, place: &str, words: &str) {
        assert_eq!((self.code, self.out.as_str()), (1, ""), "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        let beginning = format!("broken: {place}: {words}");
        assert!(self.err.starts_with(&beginning), "{self:?}\n{beginning}");
    }

    #[track_caller]
    pub fn is_unknown(&self, words: &str) {
        assert_eq!((self.code, self.out.as_str()), (2, ""), "{self:?}");
        assert!(self.err.starts_with("error: "), "{self:?}");
        assert!(self.err.contains(words), "{self:?}");
    }
}

/// Runs with this on the standard input.
pub fn run(arguments: &[&str], input: impl Into<Vec<u8>>) -> Outcome {
    let input = input.into();
    let mut child = Command::new(env!("CARGO_BIN_EXE_grapevine-verify"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // It may stop reading at the first fault.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A folder of one test's own.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(test: &str) -> Self {
        let name = format!("{test}-{}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
