//! The example of `docs/events.md` is what the program says of it.

use crate::program::run;
use crate::sealer::hash;

const DOCUMENT: &str = include_str!("../../../docs/events.md");

fn block(language: &str) -> &'static str {
    let (_, rest) = DOCUMENT.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0
}

#[test]
fn the_example_is_sound() {
    let export = block("ndjson");
    let said = block("text");
    assert_eq!(export.lines().count(), 3);
    run(&[], export).is_sound(said.trim_end());
}

#[test]
fn the_arrays_of_the_example_have_its_hashes() {
    let sealed = block("json").lines();
    let events = block("ndjson").lines();
    assert_eq!(sealed.clone().count(), 3);
    for (sealed, event) in sealed.zip(events) {
        let hash = hash(sealed);
        assert!(
            event.ends_with(&format!(r#""hash":"{hash}"}}"#)),
            "{sealed}"
        );
    }
}
