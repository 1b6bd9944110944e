//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::anchor::Anchor;

/// What `--help` prints.
pub const HELP: &str = "\
Checks an exported event chain: grapevine-verify [OPTIONS] [FILES…]

Several files are read one after the other as one chain; none, or `-`, is the
standard input.

  --after SEQ:HASH   the export begins after this event
  --expect SEQ:HASH  the chain must hold this event, which was noted earlier;
                     can be given several times
  --quiet            print nothing when the chain is sound
  --help             print this
  --version          print the version

Ends with 0 when the chain is sound, 1 when it is broken, 2 when nothing can be
said: a wrong argument, a file that cannot be read. A sound chain's last event is
printed as SEQ:HASH: keep it where the exporter cannot write, and expect it next
time. Without that, nobody notices when the newest events are cut off or the whole
chain is written anew.
";

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// [`HELP`].
    Help,
    /// The version.
    Version,
    /// A check.
    Check(Options),
}

/// How to check, and what.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The event before the first of the export.
    pub after: Option<Anchor>,
    /// Events that must be there.
    pub expected: Vec<Anchor>,
    /// Say nothing of a sound chain.
    pub quiet: bool,
    /// What to read.
    pub inputs: Vec<Input>,
}

/// Something to read.
#[derive(Debug, PartialEq, Eq)]
pub enum Input {
    /// The standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// Reads the arguments, without the program's name.
///
/// # Errors
/// A sentence about the first that is wrong.
pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, String> {
    let mut arguments = arguments.into_iter();
    let mut options = Options::default();
    let mut only_files = false;
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        if only_files || !text.starts_with('-') {
            options.inputs.push(Input::File(argument.into()));
            continue;
        }
        let (name, given) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (&*text, None),
        };
        match (name, &given) {
            ("-", None) => options.inputs.push(Input::Stdin),
            ("--", None) => only_files = true,
            ("-h" | "--help", None) => return Ok(Request::Help),
            ("--version", None) => return Ok(Request::Version),
            ("--quiet", None) => options.quiet = true,
            ("--expect", _) => options.expected.push(anchor(name, given, &mut arguments)?),
            ("--after", _) => {
                let after = anchor(name, given, &mut arguments)?;
                if options.after.replace(after).is_some() {
                    return Err("--after can be given once".to_owned());
                }
            }
            _ => return Err(format!("there is no option `{text}`")),
        }
    }
    if options.inputs.is_empty() {
        options.inputs.push(Input::Stdin);
    }
    match earlier_than_the_start(&options) {
        Some(problem) => Err(problem),
        None => Ok(Request::Check(options)),
    }
}

/// The value after `=`, or else the next argument.
fn anchor(
    name: &str,
    given: Option<String>,
    arguments: &mut impl Iterator<Item = OsString>,
) -> Result<Anchor, String> {
    let next = || arguments.next().map(|next| next.to_string_lossy().into());
    let value: String = given
        .or_else(next)
        .ok_or_else(|| format!("{name} needs SEQ:HASH"))?;
    value
        .parse()
        .map_err(|problem| format!("{name}: {problem}"))
}

/// An expected event that the export cannot hold.
fn earlier_than_the_start(options: &Options) -> Option<String> {
    let after = options.after.as_ref()?.seq;
    let early = options.expected.iter().find(|one| one.seq < after)?.seq;
    Some(format!(
        "event {early} cannot be expected after event {after}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(arguments: &[&str]) -> Result<Request, String> {
        read(arguments.iter().map(OsString::from))
    }

    fn options(arguments: &[&str]) -> Options {
        match read_all(arguments) {
            Ok(Request::Check(options)) => options,
            other => panic!("{other:?}"),
        }
    }

    fn noted(seq: u64) -> String {
        format!("{seq}:{}", "0f".repeat(32))
    }

    #[test]
    fn no_input_is_the_standard_input() {
        assert_eq!(options(&[]).inputs, [Input::Stdin]);
        assert_eq!(options(&["--quiet", "-"]).inputs, [Input::Stdin]);
    }

    #[test]
    fn files_keep_their_order() {
        let file = |name: &str| Input::File(name.into());
        let found = options(&["b", "-", "a=1", "--", "--after", "-"]);
        let expected = [
            file("b"),
            Input::Stdin,
            file("a=1"),
            file("--after"),
            file("-"),
        ];
        assert_eq!(found.inputs, expected);
    }

    #[test]
    fn a_value_stands_behind_its_option_or_in_it() {
        let (three, five) = (noted(3), noted(5));
        let found = options(&[
            "--after",
            &three,
            "--expect",
            &three,
            &format!("--expect={five}"),
        ]);
        assert_eq!(found.after, three.parse().ok());
        assert_eq!(
            found.expected,
            [three.parse().unwrap(), five.parse().unwrap()]
        );
    }

    #[test]
    fn help_comes_before_everything() {
        assert_eq!(read_all(&["a", "--help"]), Ok(Request::Help));
        assert_eq!(read_all(&["-h"]), Ok(Request::Help));
        assert_eq!(read_all(&["--version"]), Ok(Request::Version));
    }

    #[test]
    fn mistakes_are_named() {
        let (three, five) = (noted(3), noted(5));
        for (arguments, words) in [
            (vec!["--afer", &three], "no option `--afer`"),
            (vec!["-q"], "no option `-q`"),
            (vec!["--quiet=yes"], "no option `--quiet=yes`"),
            (vec!["--after"], "--after needs SEQ:HASH"),
            (vec!["--expect", "3"], "--expect: `3` is not SEQ:HASH"),
            (vec!["--after", &three, "--after", &three], "once"),
            (vec!["--expect", &three, "--after", &five], "event 3 cannot"),
        ] {
            let problem = read_all(&arguments).unwrap_err();
            assert!(problem.contains(words), "{problem}");
        }
    }
}
