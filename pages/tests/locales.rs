//! The build refuses a locale that is not complete, and names what is wrong.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

#[path = "../build/words.rs"]
mod words;

use std::path::Path;

fn outcome(name: &str, second: &str) -> Result<String, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(
        folder.join("en.json"),
        r#"{"hello": "Hello {name}", "bye": "Bye"}"#,
    )
    .unwrap();
    std::fs::write(folder.join("pl.json"), second).unwrap();
    words::generate(&folder).map_err(|error| error.to_string())
}

#[test]
fn a_complete_locale_becomes_methods() {
    let code = outcome("complete", r#"{"hello": "Cześć, {name}", "bye": "Pa"}"#).unwrap();
    assert!(
        code.contains("fn hello(self, name: &str) -> String"),
        "{code}"
    );
    assert!(code.contains("fn bye(self) -> &'static str"), "{code}");
}

#[test]
fn an_incomplete_locale_stops_the_build() {
    for (name, second, complaint) in [
        (
            "missing",
            r#"{"hello": "Cześć, {name}"}"#,
            "`bye` is missing",
        ),
        (
            "empty",
            r#"{"hello": "Cześć, {name}", "bye": " "}"#,
            "`bye` is empty",
        ),
        (
            "surplus",
            r#"{"hello": "{name}", "bye": "Pa", "more": "x"}"#,
            "`more` is not in en.json",
        ),
        (
            "placeholder",
            r#"{"hello": "Cześć, {imie}", "bye": "Pa"}"#,
            "`hello` has [\"imie\"]",
        ),
        (
            "unclosed",
            r#"{"hello": "Cześć, {name", "bye": "Pa"}"#,
            "unclosed brace",
        ),
        ("broken", "{", "pl.json"),
    ] {
        let error = outcome(name, second).unwrap_err();
        assert!(error.contains(complaint), "{name}: {error}");
    }
}

#[test]
fn the_locales_in_the_repository_are_complete() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    words::generate(&folder).unwrap();
}
