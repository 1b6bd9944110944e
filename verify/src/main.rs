//! The command line of `grapevine-verify`; the work is in the library.

use std::env;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use grapevine_verify::arguments::{self, HELP, Input, Options, Request};
use grapevine_verify::chain::Chain;
use grapevine_verify::check::{Verdict, check};
use grapevine_verify::lines::{Lines, Source};

/// Something is wrong with the chain.
const BROKEN: u8 = 1;
/// Nothing can be said about the chain.
const UNKNOWN: u8 = 2;

fn main() -> ExitCode {
    match arguments::read(env::args_os().skip(1)) {
        Ok(Request::Help) => print(HELP),
        Ok(Request::Version) => print(concat!(env!("CARGO_PKG_VERSION"), "\n")),
        Ok(Request::Check(options)) => run(options),
        Err(problem) => fail(UNKNOWN, format_args!("error: {problem}; see --help")),
    }
}

fn run(options: Options) -> ExitCode {
    let source = |input| match input {
        Input::Stdin => Source::stdin(),
        Input::File(path) => Source::file(path),
    };
    let mut lines = Lines::new(options.inputs.into_iter().map(source).collect());
    let mut chain = Chain::new(options.after, options.expected);
    match check(&mut lines, &mut chain) {
        Ok(Verdict::Sound) if options.quiet => ExitCode::SUCCESS,
        Ok(Verdict::Sound) => print(&sound(&chain)),
        Ok(Verdict::Broken { place, seq, fault }) => match seq {
            Some(seq) => fail(
                BROKEN,
                format_args!("broken: {place}: event {seq}: {fault}"),
            ),
            None => fail(BROKEN, format_args!("broken: {place}: {fault}")),
        },
        Err(unreadable) => fail(
            UNKNOWN,
            format_args!(
                "error: cannot read {}: {}",
                unreadable.source, unreadable.error
            ),
        ),
    }
}

fn sound(chain: &Chain) -> String {
    let count = match chain.count() {
        1 => "1 event".to_owned(),
        count => format!("{count} events"),
    };
    match chain.last() {
        last if last.seq > 0 => format!("sound: {count}, last {last}\n"),
        _ => format!("sound: {count}\n"),
    }
}

/// Whoever reads the exit code must have got the text, too.
fn print(text: &str) -> ExitCode {
    let mut out = io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => fail(UNKNOWN, format_args!("error: cannot write: {problem}")),
    }
}

fn fail(code: u8, text: impl Display) -> ExitCode {
    // With nowhere to write to, the code says it alone.
    let _ = writeln!(io::stderr(), "{text}");
    ExitCode::from(code)
}
