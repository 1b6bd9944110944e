//! Events that are missing, moved, repeated or slipped in.

use crate::program::{Outcome, run};
use crate::sealer::{Event, chain, event, export};

fn check(events: &[Event]) -> Outcome {
    run(&[], export(events))
}

#[test]
fn a_removed_event_is_missing() {
    let mut events = chain(5);
    events.remove(2);
    check(&events).is_broken(
        "standard input line 3: event 4",
        "missing: there is no event 3 before it",
    );
    events.remove(2);
    check(&events).is_broken(
        "standard input line 3: event 5",
        "missing: there are no events 3 to 4 before it",
    );
    check(&chain(3)[1..]).is_broken(
        "standard input line 1: event 2",
        "missing: there is no event 1 before it",
    );
}

/// Numbers without a gap do not hide it.
#[test]
fn a_removed_event_is_noticed_when_the_rest_is_renumbered() {
    let mut events = chain(5);
    events.remove(2);
    events[2].seq = 3;
    events[3].seq = 4;
    check(&events).is_broken("standard input line 3: event 3", "changed: ");
}

#[test]
fn swapped_events_are_out_of_order() {
    for position in 0..3 {
        let mut events = chain(4);
        events.swap(position, position + 1);
        let (first, second) = (position + 1, position + 2);
        let place = format!("standard input line {first}: event {second}");
        let words =
            format!("out of order: event {first} comes later, at standard input line {second}");
        check(&events).is_broken(&place, &words);
    }
}

/// The search for a missing event passes over what cannot be read.
#[test]
fn a_moved_event_is_found_behind_other_faults() {
    let events = chain(4);
    let filler = "x".repeat(1024 * 1024 + 1);
    let [first, moved, third, fourth] = [0, 1, 2, 3].map(|position| events[position].line());
    let text = [&first, &third, "{", &filler, &fourth, &moved].join("\n");
    run(&[], text).is_broken(
        "standard input line 2: event 3",
        "out of order: event 2 comes later, at standard input line 6",
    );
}

#[test]
fn a_repeated_event_is_named() {
    let mut events = chain(4);
    events.insert(3, events[2].clone());
    check(&events).is_broken("standard input line 4: event 3", "repeated: ");
    let mut events = chain(4);
    events.push(events[0].clone());
    check(&events).is_broken("standard input line 5: event 1", "repeated: ");
}

#[test]
fn an_inserted_event_does_not_fit() {
    let mut inserted = event(3);
    inserted.subject = "forged".to_owned();
    let sound = chain(4);
    inserted.seal(&sound[1].hash);

    // In place of the third, which now stands behind it.
    let mut events = sound.clone();
    events.insert(2, inserted.clone());
    check(&events).is_broken("standard input line 4: event 3", "repeated: ");

    // With the others renumbered.
    for event in &mut events[3..] {
        event.seq += 1;
    }
    check(&events).is_broken("standard input line 4: event 4", "changed: ");

    // With a number that none has.
    inserted.seq = 0;
    let mut events = sound;
    events.insert(0, inserted);
    check(&events).is_broken(
        "standard input line 1: event 0",
        "out of order: the first event must be 1",
    );
}
