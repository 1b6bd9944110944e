//! The schema against what it describes, by as much of JSON Schema as it uses: a
//! keyword that is not known here fails the test.

use super::*;
use serde_json::{Value as Json, json};

/// Why a value is not as a schema says; empty when it is.
fn wrong(root: &Json, schema: &Json, value: &Json, at: &str) -> Vec<String> {
    let Some(rules) = schema.as_object() else {
        return match schema {
            Json::Bool(true) => Vec::new(),
            _ => vec![format!("{at}: nothing may be here")],
        };
    };
    let mut found = Vec::new();
    for (keyword, rule) in rules {
        let holds = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "default" | "format" => true,
            "$ref" => {
                let pointer = rule.as_str().unwrap().strip_prefix('#').unwrap();
                found.extend(wrong(root, root.pointer(pointer).unwrap(), value, at));
                true
            }
            "type" => match rule {
                Json::Array(any) => any.iter().any(|one| is(one, value)),
                one => is(one, value),
            },
            "const" => rule == value,
            "enum" => rule.as_array().unwrap().contains(value),
            "oneOf" | "anyOf" => {
                let fits = |one: &&Json| wrong(root, one, value, at).is_empty();
                let fitting = rule.as_array().unwrap().iter().filter(fits).count();
                fitting == 1 || (keyword == "anyOf" && fitting > 1)
            }
            "required" => {
                let names = rule.as_array().unwrap();
                names
                    .iter()
                    .all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "properties" => {
                for (name, one) in rule.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        found.extend(wrong(root, one, value, &format!("{at}.{name}")));
                    }
                }
                true
            }
            "patternProperties" => {
                for (pattern, one) in rule.as_object().unwrap() {
                    let entries = value.as_object().into_iter().flatten();
                    for (name, value) in entries.filter(|(name, _)| matches(pattern, name)) {
                        found.extend(wrong(root, one, value, &format!("{at}.{name}")));
                    }
                }
                true
            }
            "additionalProperties" => {
                assert_eq!(rule, &json!(false));
                let named = |name: &String| {
                    rules
                        .get("properties")
                        .is_some_and(|known| known.get(name).is_some())
                        || rules
                            .get("patternProperties")
                            .and_then(Json::as_object)
                            .is_some_and(|known| known.keys().any(|one| matches(one, name)))
                };
                value.as_object().is_none_or(|map| map.keys().all(named))
            }
            "items" => {
                for (number, one) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(wrong(root, rule, one, &format!("{at}[{number}]")));
                }
                true
            }
            "minimum" => value.as_i64().is_none_or(|n| n >= rule.as_i64().unwrap()),
            "maximum" => value.as_i64().is_none_or(|n| n <= rule.as_i64().unwrap()),
            "minLength" | "minItems" | "minProperties" => {
                size(value).is_none_or(|size| size >= rule.as_u64().unwrap())
            }
            "maxLength" | "maxItems" | "maxProperties" => {
                size(value).is_none_or(|size| size <= rule.as_u64().unwrap())
            }
            "pattern" => value
                .as_str()
                .is_none_or(|text| matches(rule.as_str().unwrap(), text)),
            other => panic!("the test does not know `{other}`"),
        };
        if !holds {
            found.push(format!("{at}: {keyword} {rule}"));
        }
    }
    found
}

fn is(kind: &Json, value: &Json) -> bool {
    match kind.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the test does not know the type `{other}`"),
    }
}

fn size(value: &Json) -> Option<u64> {
    let size = match value {
        Json::String(text) => text.chars().count(),
        Json::Array(list) => list.len(),
        Json::Object(map) => map.len(),
        _ => return None,
    };
    u64::try_from(size).ok()
}

/// The patterns of the schema, each as a function.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern {
        "^[A-Z]{3}$" => text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()),
        "^[A-Z0-9#-]+$" => text.bytes().all(|byte| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'#')
        }),
        "^https://." => text.len() > 8 && text.starts_with("https://"),
        other => panic!("the test does not know the pattern {other}"),
    }
}

fn check_program(program: &Json) -> Vec<String> {
    let schema: Json = serde_json::from_str(&text().unwrap()).unwrap();
    wrong(&schema, &schema, program, "program")
}

#[test]
fn the_file_is_what_the_types_give() {
    check().unwrap();
}

#[test]
fn every_preset_is_as_the_schema_says() {
    let mut seen = 0;
    for entry in fs::read_dir(paths::root().join("presets")).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let text = fs::read_to_string(&path).unwrap();
            let preset: Json = serde_json::from_str(&text).unwrap();
            let found = check_program(&preset["program"]);
            assert_eq!(found, Vec::<String>::new(), "{}", path.display());
            // With every default written out, as the API answers it.
            let program: Program = serde_json::from_value(preset["program"].clone()).unwrap();
            let found = check_program(&serde_json::to_value(program).unwrap());
            assert_eq!(found, Vec::<String>::new(), "{}", path.display());
            seen += 1;
        }
    }
    assert_eq!(seen, 14);
}

#[test]
fn what_the_types_refuse_the_schema_refuses() {
    let friend = |offer: Json| json!({ "friend": { "offer": offer } });
    let credit = |amounts: Json| friend(json!({ "kind": "store_credit", "amounts": amounts }));
    assert!(check_program(&credit(json!({ "EUR": 1_000 }))).is_empty());
    for bad in [
        credit(json!({ "EUR": 0 })),
        credit(json!({ "EUR": 9.5 })),
        credit(json!({ "euro": 1_000 })),
        credit(json!({})),
        friend(json!({ "kind": "percent_off", "basis_points": 10_001 })),
        friend(json!({ "kind": "percent_off", "basis_points": 500, "amounts": { "EUR": 1 } })),
        friend(json!({ "kind": "gold" })),
        json!({ "hold_days": 366 }),
        json!({ "window_days": 0 }),
        json!({ "trigger": { "on": "nth_order" } }),
        json!({ "trigger": { "on": "nth_order", "n": 0 } }),
        json!({ "approval": "by_nobody" }),
        json!({ "terms": { "url": "http://shop.example/" } }),
        json!({ "holding_days": 3 }),
    ] {
        assert!(!check_program(&bad).is_empty(), "{bad}");
    }
}

#[test]
fn descriptions_are_the_types_own() {
    let schema: Json = serde_json::from_str(&text().unwrap()).unwrap();
    let hold = &schema["properties"]["hold_days"];
    assert_eq!(hold["default"], 14);
    assert!(
        hold["description"]
            .as_str()
            .unwrap()
            .starts_with("Days between an order")
    );
}
