//! Whatever is changed in an event is noticed at that event.

use crate::program::run;
use crate::sealer::{Event, chain, export, seal};

type Change = fn(&mut Event);

const CHANGES: [(&str, Change); 6] = [
    ("at", |event| event.at += 1),
    ("kind", |event| event.kind.push('x')),
    ("subject", |event| event.subject.push(' ')),
    ("actor", |event| event.actor = "Shop".to_owned()),
    ("data", |event| event.data = event.data.replace(':', ": ")),
    ("hash", |event| {
        let other = if event.hash.ends_with('0') { "1" } else { "0" };
        event.hash.replace_range(63.., other);
    }),
];

#[test]
fn a_sound_chain_is_named_by_its_last_event() {
    let events = chain(5);
    let said = format!("sound: 5 events, last {}", events[4].anchor());
    run(&[], export(&events)).is_sound(&said);
    let said = format!("sound: 1 event, last {}", events[0].anchor());
    run(&[], export(&events[..1])).is_sound(&said);
}

#[test]
fn every_field_at_every_position_counts() {
    for position in 0..4 {
        for (field, change) in CHANGES {
            let mut events = chain(4);
            change(&mut events[position]);
            let number = position + 1;
            let place = format!("standard input line {number}: event {number}");
            println!("{field} of {place}");
            run(&[], export(&events)).is_broken(&place, "changed: ");
        }
    }
}

#[test]
fn a_changed_number_leaves_a_gap_or_comes_twice() {
    for position in 0..4 {
        let mut events = chain(4);
        events[position].seq += 1;
        let number = position + 1;
        let place = format!("standard input line {number}: event {}", number + 1);
        // The next event stands there as well, but none with the old number.
        let words = format!("missing: there is no event {number} ");
        run(&[], export(&events)).is_broken(&place, &words);

        let mut events = chain(4);
        events[position].seq -= 1;
        let place = format!("standard input line {number}: event {position}");
        let words = ["out of order: ", "repeated: "][position.min(1)];
        run(&[], export(&events)).is_broken(&place, words);
    }
}

/// Hiding a change by a new seal only moves it to the next event.
#[test]
fn an_event_sealed_anew_does_not_fit_the_next() {
    let mut events = chain(4);
    events[1].subject.push('x');
    let previous = events[0].hash.clone();
    events[1].seal(&previous);
    run(&[], export(&events)).is_broken("standard input line 3: event 3", "changed: ");
}

/// Only somebody who noted an event can tell.
#[test]
fn a_chain_sealed_anew_is_sound_but_not_the_noted_one() {
    let noted = chain(4);
    let mut events = noted.clone();
    events[1].subject.push('x');
    seal(&mut events);
    let said = format!("sound: 4 events, last {}", events[3].anchor());
    run(&[], export(&events)).is_sound(&said);
    run(&["--expect", &noted[3].anchor()], export(&events))
        .is_broken("standard input line 4: event 4", "anchor: another event");
}

#[test]
fn a_line_that_is_no_event_is_named() {
    let events = chain(3);
    let second = events[1].line();
    let replaced = |line: String| export(&events).replace(&second, &line);
    for (line, words) in [
        (
            second.replace("\"at\"", "\"when\""),
            "fields: unknown field `when`",
        ),
        (
            second.replace("\"actor\":\"shop\",", ""),
            "fields: missing field `actor`",
        ),
        (
            second.replace("\"seq\":2", "\"seq\":2,\"seq\":2"),
            "fields: duplicate",
        ),
        (
            second.replace("\"seq\":2", "\"seq\":2.0"),
            "fields: invalid type",
        ),
        (second.replace(&events[1].hash, "short"), "fields: `hash`"),
        (second.replace('}', ""), "not JSON: "),
        ("[]".to_owned(), "not JSON: "),
        ("null".to_owned(), "not JSON: "),
        (second.clone() + &second, "not JSON: "),
    ] {
        run(&[], replaced(line)).is_broken("standard input line 2", words);
    }
    let mut bytes = export(&events).into_bytes();
    let start = events[0].line().len() + 1;
    bytes[start + 2] = 0xff;
    run(&[], bytes).is_broken("standard input line 2", "not UTF-8");
}

#[test]
fn every_character_is_sealed_as_written() {
    let controls: String = ('\0'..='\u{9f}').collect();
    let mut events = chain(3);
    events[0].subject = "Zażółć gęślą jaźń 🍇 \u{202e}\u{feff}".to_owned();
    events[1].actor = controls.clone();
    events[1].kind = "a/b\u{2028}\u{2029}\\u0041".to_owned();
    events[2].data = format!("{{\"name\":{}}}", crate::sealer::quoted(&controls));
    seal(&mut events);
    let said = format!("sound: 3 events, last {}", events[2].anchor());
    run(&[], export(&events)).is_sound(&said);

    // Composed and decomposed letters look alike and are not.
    events[0].subject = events[0].subject.replace('ż', "z\u{307}");
    run(&[], export(&events)).is_broken("standard input line 1: event 1", "changed: ");
}

/// Only what the line says is sealed, not how: an escape or a space more is the
/// same event.
#[test]
fn another_spelling_of_the_line_is_the_same_event() {
    let mut events = chain(1);
    events[0].subject = "Ż/🍇".to_owned();
    seal(&mut events);
    let line = events[0].line();
    let spelled = line
        .replace("Ż/🍇", r"\u017B\/\ud83c\udf47")
        .replace("\"at\":", " \"at\" :\t");
    assert_ne!(spelled, line);
    let said = format!("sound: 1 event, last {}", events[0].anchor());
    run(&[], format!("{spelled}\r\n")).is_sound(&said);
}
