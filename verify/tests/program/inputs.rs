//! Where the lines come from, and what they may look like.

use crate::program::{Folder, run};
use crate::sealer::{chain, export, seal};

const MEBIBYTE: usize = 1024 * 1024;

#[test]
fn several_files_are_one_chain() {
    let folder = Folder::new("several");
    let events = chain(6);
    let first = folder.write("first", &export(&events[..2]));
    // Without the end of its last line.
    let second = folder.write("second", export(&events[2..4]).trim_end());
    let said = format!("sound: 6 events, last {}", events[5].anchor());
    run(&[&first, &second, "-"], export(&events[4..])).is_sound(&said);

    let place = format!("{second} line 1: event 3");
    let words = format!("out of order: event 1 comes later, at {first} line 1");
    run(&[&second, &first], "").is_broken(&place, &words);

    let mut changed = events[3].clone();
    changed.at = 0;
    let other = folder.write("other", &export(&[events[2].clone(), changed]));
    let place = format!("{other} line 2: event 4");
    run(&[&first, &other], "").is_broken(&place, "changed: ");

    let place = second.clone() + " line 2";
    run(&["--expect", &events[5].anchor(), &first, &second], "").is_broken(&place, "anchor: ");
}

#[test]
fn the_standard_input_is_read_with_a_dash_or_without() {
    let events = chain(3);
    let said = format!("sound: 3 events, last {}", events[2].anchor());
    run(&["-"], export(&events)).is_sound(&said);
    run(&[], export(&events).trim_end()).is_sound(&said);
}

#[test]
fn empty_lines_are_skipped() {
    let events = chain(2);
    let text = format!("\n{}\r\n \n\n{}\n\n", events[0].line(), events[1].line());
    let said = format!("sound: 2 events, last {}", events[1].anchor());
    run(&[], text.as_str()).is_sound(&said);
    let broken = text.replace("order-2", "order-3");
    run(&[], broken).is_broken("standard input line 5: event 2", "changed: ");
}

#[test]
fn a_quiet_run_speaks_only_of_faults() {
    let mut events = chain(2);
    run(&["--quiet"], export(&events)).is_sound("");
    events[1].at = 0;
    run(&["--quiet"], export(&events)).is_broken("standard input line 2: event 2", "changed: ");
}

#[test]
fn a_line_has_at_most_a_mebibyte() {
    let mut events = chain(2);
    let spare = MEBIBYTE - events[1].line().len();
    events[1].subject.push_str(&"x".repeat(spare));
    seal(&mut events);
    assert_eq!(events[1].line().len(), MEBIBYTE);
    let said = format!("sound: 2 events, last {}", events[1].anchor());
    run(&[], export(&events)).is_sound(&said);

    events[1].subject.push('x');
    seal(&mut events);
    run(&[], export(&events)).is_broken("standard input line 2", "too long: ");
    run(&[], vec![b'x'; 8 * MEBIBYTE]).is_broken("standard input line 1", "too long: ");
}

#[test]
fn many_events_are_read_in_one_go() {
    let events = chain(20_000);
    let said = format!("sound: 20000 events, last {}", events[19_999].anchor());
    run(&[], export(&events)).is_sound(&said);
}

#[test]
fn without_an_answer_the_code_is_two() {
    let folder = Folder::new("unreadable");
    let absent = folder.path("absent");
    run(&[&absent], "").is_unknown("cannot read");
    run(&[&folder.path("")], "").is_unknown("cannot read");
    // What is missing may be in the file that cannot be read.
    let second = folder.write("second", &export(&chain(2)[1..]));
    run(&[&second, &absent], "").is_unknown("cannot read");
    run(&["--wrong"], "").is_unknown("no option `--wrong`");
    run(&["--expect", "5"], "").is_unknown("SEQ:HASH");
}

#[test]
fn help_and_version_are_answers() {
    let help = run(&["--help"], "");
    assert_eq!(help.code, 0);
    assert!(help.out.contains("--expect SEQ:HASH"));
    run(&["--version"], "").is_sound(env!("CARGO_PKG_VERSION"));
}
