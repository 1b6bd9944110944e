//! The event log shows every change that was made to it.

use super::harness::{Shop, server};
use crate::events::{Chain, Part, verify};
use crate::sql::{Sql, Value};

fn shop() -> Shop {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.report(server("1").token(&shop.click(&code, "email")));
    shop.refund("1", "r1", 5_000);
    shop
}

fn broken(broken_at: i64) -> Chain {
    Chain::Broken { broken_at }
}

fn change(shop: &Shop, statement: &str, seq: i64) -> Chain {
    shop.sql.run(statement, vec![Value::Integer(seq)]).unwrap();
    verify(&shop.sql, &Part::default()).unwrap()
}

#[test]
fn any_changed_row_is_found_with_its_position() {
    let last = shop().sound();
    assert!(last > 5);
    for seq in 1..=last {
        for statement in [
            "UPDATE events SET at = at + 1 WHERE seq = ?",
            "UPDATE events SET at = 'noon' WHERE seq = ?",
            "UPDATE events SET kind = kind || 'x' WHERE seq = ?",
            "UPDATE events SET subject = '' WHERE seq = ?",
            "UPDATE events SET actor = x'00' WHERE seq = ?",
            "UPDATE events SET data = '{}  ' WHERE seq = ?",
            "UPDATE events SET hash = upper(hash) || '' WHERE seq = ?",
        ] {
            let found = change(&shop(), statement, seq);
            assert_eq!(found, broken(seq), "{statement}");
        }
    }
}

#[test]
fn a_missing_row_shows_at_the_one_behind_it() {
    let last = shop().sound();
    for seq in 1..last {
        let found = change(&shop(), "DELETE FROM events WHERE seq = ?", seq);
        assert_eq!(found, broken(seq + 1));
    }
    let moved = "UPDATE events SET seq = seq + 100 WHERE seq = ?";
    assert_eq!(change(&shop(), moved, last), broken(last + 100));
}

#[test]
fn a_row_between_or_behind_is_found() {
    let shop = shop();
    let last = shop.sound();
    let forged = "INSERT INTO events SELECT ?1 + 1, at, kind, subject, actor, data, hash FROM events WHERE seq = ?1";
    assert_eq!(change(&shop, forged, last), broken(last + 1));
}

#[test]
fn every_change_of_status_has_its_event() {
    let shop = shop();
    let kinds = shop.sql.run("SELECT kind FROM events", vec![]).unwrap();
    let kinds: Vec<_> = kinds.iter().map(|row| row.text(0).unwrap()).collect();
    let expected = [
        "merchant.created",
        "advocate.joined",
        "order.reported",
        "order.judged",
        "referral.created",
        "reward.pending",
        "reward.pending",
        "order.refunded",
        "order.changed",
        "order.judged",
        "referral.voided",
        "reward.voided",
        "reward.voided",
    ];
    assert_eq!(kinds, expected);
}
