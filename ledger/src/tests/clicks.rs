//! Batches of clicks.

use grapevine_domain::code::Code;
use grapevine_domain::share::numbers::number_of;
use grapevine_domain::time::DAY_MS;
use serde_json::json;

use super::harness::{START, Shop, batch};
use crate::clicks::{LARGEST_BATCH, RECORD, pack};
use crate::command::Command;

fn click(code: &str, id: u64, channel: &str, days: i64) -> [u8; RECORD] {
    let at = START.plus_ms(days * DAY_MS);
    let code = Code::parse(code).unwrap();
    pack(at, id, [3; 8], number_of(channel), 0, code)
}

#[test]
fn a_batch_sent_twice_counts_once() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let mut clicks = batch("b1", &[click(&code, 1, "email", 0)]);
    clicks.dropped.insert("prefetch".to_owned(), 2);
    let send = || shop.run(Command::RecordClicks(clicks.clone()));
    assert_eq!(send()["recorded"], 1);
    let before = shop.dump();
    assert_eq!(send()["recorded"], 0);
    assert_eq!(shop.dump(), before);
    let funnel = shop.run(Command::Funnel);
    assert_eq!(funnel["clicks"], 1);
    assert_eq!(funnel["dropped"], json!({ "prefetch": 2 }));
}

#[test]
fn a_thousand_clicks_are_counted_by_day_channel_and_code() {
    let shop = Shop::open();
    let [ada, bea] = ["ada@mail.example", "bea@mail.example"].map(|email| shop.advocate(email));
    let channels = ["email", "x", "whatsapp", ""];
    let clicks: Vec<_> = (0..LARGEST_BATCH)
        .map(|n| {
            let code = if n % 5 == 0 { &bea } else { &ada };
            let day = i64::try_from(n % 2).unwrap();
            click(code, n as u64, channels[n % 4], day)
        })
        .collect();
    let answer = shop.run(Command::RecordClicks(batch("b1", &clicks)));
    assert_eq!(answer["recorded"], LARGEST_BATCH);
    let funnel = shop.run(Command::Funnel);
    assert_eq!(funnel["clicks"], LARGEST_BATCH);
    let by_channel = json!({ "": 250, "email": 250, "whatsapp": 250, "x": 250 });
    assert_eq!(funnel["clicks_by_channel"], by_channel);
    let dump = shop.dump();
    let sum = |table: &str, column: usize| -> i64 {
        let rows = dump[table].iter();
        rows.map(|row| row.int(column).unwrap()).sum()
    };
    assert_eq!(sum("code_clicks", 1), 1_000);
    assert_eq!(sum("click_segments", 2), 1_000);
    let of = |measure: &str| -> i64 {
        let rows = dump["counters"].iter();
        let rows = rows.filter(|row| row.text(0).unwrap() == measure);
        rows.map(|row| row.int(3).unwrap()).sum()
    };
    assert_eq!((of("click"), of("click_variant")), (1_000, 1_000));
    let of_bea = dump["code_clicks"]
        .iter()
        .find(|row| row.text(0).unwrap() == bea);
    assert_eq!(of_bea.unwrap().int(1).unwrap(), 200);
}

#[test]
fn what_is_no_batch_is_refused_whole() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let good = click(&code, 1, "email", 0);
    let mut odd = good;
    odd[31] = 0xff;
    let mut negative = batch("b", &[good]);
    negative.dropped.insert("x".to_owned(), -1);
    let mut cut = batch("b", &[good]);
    cut.records.truncate(8);
    let mut text = batch("b", &[good]);
    text.records = "not base64!".to_owned();
    let before = shop.dump();
    for wrong in [
        batch("b", &[good, odd]),
        batch("b", &vec![good; LARGEST_BATCH + 1]),
        batch("", &[good]),
        batch(&"n".repeat(65), &[good]),
        negative,
        cut,
        text,
    ] {
        assert_eq!(shop.refused(Command::RecordClicks(wrong)), "invalid_batch");
    }
    assert_eq!(shop.dump(), before);
}

#[test]
fn a_batch_of_nothing_but_dropped_ones_is_kept_too() {
    let shop = Shop::open();
    let mut none = batch("b1", &[]);
    none.dropped.insert("preview".to_owned(), 7);
    assert_eq!(shop.run(Command::RecordClicks(none))["recorded"], 0);
    let funnel = shop.run(Command::Funnel);
    assert_eq!(funnel["dropped"], json!({ "preview": 7 }));
    assert_eq!(funnel["clicks"], 0);
}
