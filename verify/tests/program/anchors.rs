//! Events that somebody noted earlier.

use crate::program::run;
use crate::sealer::{chain, export};

#[test]
fn a_cut_tail_is_noticed_only_by_an_anchor() {
    let events = chain(6);
    let cut = export(&events[..4]);
    let said = format!("sound: 4 events, last {}", events[3].anchor());
    run(&[], cut.clone()).is_sound(&said);

    let noted = events[5].anchor();
    let words = format!("anchor: the chain ends before the expected {noted}");
    run(&["--expect", &noted], cut.clone()).is_broken("standard input line 4", &words);
    run(&["--expect", &events[2].anchor(), "--expect", &noted], cut)
        .is_broken("standard input line 4", &words);

    let said = format!("sound: 6 events, last {noted}");
    run(&["--expect", &noted], export(&events)).is_sound(&said);
}

#[test]
fn every_anchor_counts() {
    let events = chain(6);
    let (second, fourth) = (events[1].anchor(), events[3].anchor());
    let other = format!("4:{}", events[4].hash);
    let said = format!("sound: 6 events, last {}", events[5].anchor());
    let both = ["--expect", &fourth, "--expect", &second];
    run(&both, export(&events)).is_sound(&said);
    let other = ["--expect", &second, "--expect", &fourth, "--expect", &other];
    run(&other, export(&events))
        .is_broken("standard input line 4: event 4", "anchor: another event");
}

#[test]
fn an_export_can_begin_after_a_known_event() {
    let events = chain(6);
    let (known, last) = (events[2].anchor(), events[5].anchor());
    let said = format!("sound: 3 events, last {last}");
    let arguments = ["--after", &known, "--expect", &last];
    run(&arguments, export(&events[3..])).is_sound(&said);
    run(&arguments, export(&events[4..])).is_broken(
        "standard input line 1: event 5",
        "missing: there is no event 4 before it",
    );
    run(&arguments, export(&events[2..])).is_broken(
        "standard input line 1: event 3",
        "out of order: the first event must be 4",
    );
    let other = format!("3:{}", events[3].hash);
    run(&["--after", &other], export(&events[3..]))
        .is_broken("standard input line 1: event 4", "changed: ");
}

#[test]
fn nothing_is_sound_unless_something_is_expected() {
    let known = chain(2)[1].anchor();
    run(&[], "").is_sound("sound: 0 events");
    run(&["--expect", &known], "").is_broken("standard input", "anchor: the chain ends before");
    let said = format!("sound: 0 events, last {known}");
    run(&["--after", &known], "").is_sound(&said);
    run(&["--after", &known, "--expect", &known], "").is_sound(&said);
}
