//! Migrations, strangers, and the directory.

use serde_json::json;

use super::harness::{START, Shop, new_merchant};
use crate::command::Command;
use crate::directory::{Question, answer};
use crate::error::LedgerError;
use crate::schema::{MIGRATIONS, migrate};
use crate::sql::Sql;
use crate::values;

fn definitions(shop: &Shop) -> Vec<crate::sql::Row> {
    let statement = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name";
    shop.sql.run(statement, vec![]).unwrap()
}

#[test]
fn fresh_books_equal_migrated_ones() {
    let fresh = Shop::bare();
    migrate(&fresh.sql).unwrap();
    for stop in 1..MIGRATIONS.len() {
        let old = Shop::bare();
        let sql = &old.sql;
        sql.script("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)")
            .unwrap();
        for (number, migration) in (1i64..).zip(&MIGRATIONS[..stop]) {
            sql.script(migration).unwrap();
            sql.run("INSERT INTO schema_version VALUES (?)", values![number])
                .unwrap();
        }
        migrate(sql).unwrap();
        assert_eq!(definitions(&old), definitions(&fresh));
    }
    let before = fresh.dump();
    migrate(&fresh.sql).unwrap();
    assert_eq!(fresh.dump(), before);
}

#[test]
fn books_of_a_newer_program_are_not_touched() {
    let shop = Shop::open();
    let newer = values![99i64];
    shop.sql
        .run("INSERT INTO schema_version VALUES (?)", newer)
        .unwrap();
    let before = shop.dump();
    let join = Command::RecordImpression {
        placement: "page".to_owned(),
    };
    for command in [
        join,
        Command::Funnel,
        Command::CreateMerchant(new_merchant(None)),
    ] {
        let outcome = shop.attempt(command);
        assert!(matches!(
            outcome,
            Err(LedgerError::NewerSchema { found: 99, .. })
        ));
    }
    assert_eq!(shop.dump(), before);
}

#[test]
fn asking_for_a_merchant_that_is_not_there_creates_nothing() {
    let shop = Shop::bare();
    let questions = [
        Command::Settings,
        Command::RunDue,
        Command::Funnel,
        Command::ReportConversion(super::harness::server("1")),
        Command::RecordClicks(super::harness::batch("b", &[])),
    ];
    for question in questions {
        assert_eq!(shop.refused(question), "unknown_merchant");
    }
    assert!(definitions(&shop).is_empty());
}

#[test]
fn a_merchant_that_makes_no_sense_is_refused() {
    let shop = Shop::bare();
    let create = |change: fn(&mut crate::command::NewMerchant)| {
        let mut merchant = new_merchant(None);
        change(&mut merchant);
        shop.refused(Command::CreateMerchant(merchant))
    };
    assert_eq!(create(|m| m.slug = "A/b".to_owned()), "invalid_slug");
    assert_eq!(create(|m| m.name = "  ".to_owned()), "invalid_name");
    assert_eq!(
        create(|m| m.currency = "EUX".to_owned()),
        "invalid_currency"
    );
    assert_eq!(create(|m| m.email = "x".to_owned()), "invalid_email");
    assert_eq!(create(|m| m.locale = "e n".to_owned()), "invalid_locale");
    assert_eq!(
        create(|m| m.accent = Some("red".to_owned())),
        "invalid_accent"
    );
    let script = |m: &mut crate::command::NewMerchant| m.shop_url = "javascript:1".to_owned();
    assert_eq!(create(script), "invalid_shop_url");
    let letters = |m: &mut crate::command::NewMerchant| m.shop_url = "https://a.b/żółw".to_owned();
    assert_eq!(create(letters), "invalid_shop_url");
    assert_eq!(shop.refused(Command::Settings), "unknown_merchant");
}

#[test]
fn the_directory_knows_each_merchant_once() {
    let shop = Shop::bare();
    let ask = |question: &Question| answer(&shop.sql, question, START);
    assert_eq!(ask(&Question::List).unwrap(), json!([]));
    for slug in ["tea", "acme", "tea"] {
        let slug = slug.to_owned();
        ask(&Question::Enter { slug }).unwrap();
    }
    assert_eq!(ask(&Question::List).unwrap(), json!(["acme", "tea"]));
    let has = |slug: &str| {
        let slug = slug.to_owned();
        ask(&Question::Has { slug }).unwrap()
    };
    assert_eq!((has("tea"), has("tee")), (json!(true), json!(false)));
    let slug = "Tea shop".to_owned();
    assert!(matches!(
        ask(&Question::Enter { slug }),
        Err(LedgerError::Refused(_))
    ));
}
