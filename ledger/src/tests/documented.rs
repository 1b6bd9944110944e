//! The examples of `docs/program.md` are programmes that can be published.

use serde_json::{Value as Json, json};

use super::harness::{Shop, starter};
use crate::command::Command;

/// The JSON blocks of the page.
fn examples() -> Vec<Json> {
    let page = include_str!("../../../docs/program.md");
    let blocks = page.split("```json\n").skip(1);
    blocks
        .map(|block| serde_json::from_str(block.split("```").next().unwrap()).unwrap())
        .collect()
}

#[test]
fn every_example_is_a_programme_or_a_part_of_one() {
    let shop = Shop::open();
    let examples = examples();
    assert!(examples.len() >= 6, "{examples:?}");
    for example in examples {
        let mut program = serde_json::to_value(starter()).unwrap();
        let part = match example.get("offer") {
            Some(_) => json!({ "advocate": example }),
            None => example,
        };
        let fields = program.as_object_mut().unwrap();
        fields.extend(part.as_object().unwrap().clone());
        let program = serde_json::from_value(program).unwrap();
        let preview = shop.run(Command::PreviewProgram { program });
        assert_eq!(preview["problems"], json!([]), "{part}");
    }
}
