//! The merchant's settings of the panel.

use grapevine_domain::panel::{Layout, Panel};
use serde_json::{Value as Json, json};

use super::harness::{Shop, new_merchant};
use crate::command::Command;
use crate::error::LedgerError;
use crate::sql::Sql;

fn document(json: Json) -> Panel {
    serde_json::from_value(json).unwrap()
}

fn set(panel: Panel) -> Command {
    Command::SetPanel { panel }
}

#[test]
fn a_merchant_who_said_nothing_has_the_usual_settings() {
    let shop = Shop::open();
    let shown = shop.run(Command::Panel);
    assert_eq!(shown, serde_json::to_value(Panel::default()).unwrap());
    assert_eq!(shown["asks"]["budget"], 3);
    assert_eq!(shown["channels"], Json::Null);
    // Books of before there were settings.
    shop.sql.script("UPDATE merchant SET panel = '{}'").unwrap();
    assert_eq!(shop.run(Command::Panel), shown);
}

#[test]
fn a_document_is_taken_as_a_whole_and_the_edge_learns_of_it() {
    let shop = Shop::open();
    let before = shop.run(Command::Settings);
    let first = document(json!({ "layout": "drawer", "messages": { "en": "Try it" } }));
    assert_eq!(first.layout, Layout::Drawer);
    let shown = shop.run(set(first));
    assert_eq!(shown, shop.run(Command::Panel));
    let after = shop.run(Command::Settings);
    assert_eq!(after["panel"], shown);
    assert_ne!(after["version"], before["version"], "isolates read it anew");
    let second = document(json!({ "survey": true, "asks": { "budget": 1 } }));
    let shown = shop.run(set(second));
    assert_eq!(
        shown["layout"], "dialog",
        "what is left out is as usual again"
    );
    assert_eq!(shown["messages"], json!({}));
    assert_eq!(shown["asks"]["window_days"], 30);
}

#[test]
fn the_same_again_changes_nothing_and_a_change_is_told_of() {
    let shop = Shop::open();
    let panel = || document(json!({ "radius": 8 }));
    shop.run(set(panel()));
    let once = shop.dump();
    shop.run(set(panel()));
    assert_eq!(shop.dump(), once);
    let events = shop.run(Command::Events {
        after: 1,
        limit: 10,
    });
    let told = events.to_string();
    assert!(told.contains("panel.changed"), "{told}");
    assert!(
        told.contains("radius") && !told.contains("layout"),
        "{told}"
    );
    shop.sound();
}

#[test]
fn every_mistake_is_named_and_nothing_is_kept() {
    let shop = Shop::open();
    let before = shop.dump();
    let wrong = document(json!({
        "radius": 99,
        "font": "x;}",
        "channels": ["email", "pigeon"],
        "asks": { "window_days": 0 },
    }));
    let Err(LedgerError::Refused(refusal)) = shop.attempt(set(wrong)) else {
        panic!("such settings cannot be kept");
    };
    assert_eq!(refusal.code, "invalid_panel");
    for place in ["radius", "font", "channels[1]", "asks.window_days"] {
        assert!(refusal.message.contains(place), "{}", refusal.message);
    }
    assert_eq!(shop.dump(), before);
}

#[test]
fn documents_with_unknown_fields_are_not_read() {
    for json in [
        json!({ "colour": "#fff" }),
        json!({ "asks": { "often": true } }),
        json!({ "asks": { "quiet_days": { "bored": 3 } } }),
        json!({ "layout": "sheet" }),
    ] {
        assert!(
            serde_json::from_value::<Panel>(json.clone()).is_err(),
            "{json}"
        );
    }
}

#[test]
fn only_a_test_merchants_picture_may_come_without_tls() {
    let local = || document(json!({ "picture_url": "http://shop.localhost:8788/tea.webp" }));
    Shop::open().run(set(local()));
    let real = Shop::bare();
    let mut merchant = new_merchant(None);
    merchant.test = false;
    real.run(Command::CreateMerchant(merchant));
    assert_eq!(real.refused(set(local())), "invalid_panel");
}
