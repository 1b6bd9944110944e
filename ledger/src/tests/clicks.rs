//! Batches of clicks.

use grapevine_domain::code::Code;
use grapevine_domain::share::numbers::number_of;
use grapevine_domain::time::DAY_MS;
use serde_json::json;

use super::harness::{START, Shop, batch};
use crate::books::Memory;
use crate::clicks::{LARGEST_BATCH, RECORD, pack};
use crate::command::Command;
use std::rc::Rc;

fn click(code: &str, id: u64, channel: &str, days: i64) -> [u8; RECORD] {
    let at = START.plus_ms(days * DAY_MS);
    let code = Code::parse(code).unwrap();
    pack(at, id, [3; 8], number_of(channel), 0, code, 0)
}

fn clicks_of(shop: &Shop, email: &str) -> i64 {
    let me = shop.run(Command::Advocate {
        id: shop.advocate_id(email),
        origin: "https://refer.shop.example".to_owned(),
    });
    me["numbers"]["clicks"].as_i64().unwrap()
}

#[test]
fn a_batch_sent_twice_counts_once() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let mut clicks = batch("b1", &[click(&code, 1, "email", 0)]);
    clicks.dropped.insert("prefetch".to_owned(), 2);
    let send = || shop.run(Command::RecordClicks(clicks.clone()));
    assert_eq!(send(), json!({ "recorded": 1, "new": true }));
    let before = shop.dump();
    assert_eq!(send(), json!({ "recorded": 0, "new": false }));
    assert_eq!(shop.dump(), before);
    let funnel = shop.run(Command::Funnel);
    assert_eq!(funnel["clicks"], 1);
    assert_eq!(funnel["dropped"], json!({ "prefetch": 2 }));
}

#[test]
fn many_clicks_are_counted_by_day_channel_and_code() {
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
    let each = LARGEST_BATCH / 4;
    let by_channel = json!({ "": each, "email": each, "whatsapp": each, "x": each });
    assert_eq!(funnel["clicks_by_channel"], by_channel);
    let days = shop.dump()["click_days"].len();
    assert_eq!((days, shop.dump()["click_segments"].len()), (2, 1));
    assert_eq!(clicks_of(&shop, "bea@mail.example"), 2_000);
    assert_eq!(clicks_of(&shop, "ada@mail.example"), 8_000);
}

#[test]
fn batches_of_many_isolates_are_one_segment_and_one_row_of_counts() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let memory = Rc::new(Memory::default());
    let commit = |names: &[&str]| {
        let batches: Vec<_> = names
            .iter()
            .enumerate()
            .map(|(n, name)| batch(name, &[click(&code, n as u64, "sms", 0)]))
            .collect();
        let before = shop.sql.count.get();
        let receipts = shop.commit(&memory, &batches).unwrap();
        let recorded: Vec<_> = receipts
            .into_iter()
            .map(|one| one.unwrap().recorded)
            .collect();
        (recorded, shop.sql.count.get() - before)
    };
    // An object that has just woken looks around first.
    assert_eq!(commit(&["a", "b", "a"]).0, [1, 1, 0]);
    // From then on a commit is one statement, however many batches it holds.
    assert_eq!(commit(&["c", "d", "e", "b"]), (vec![1, 1, 1, 0], 1));
    let dump = shop.dump();
    assert_eq!(
        (dump["click_segments"].len(), dump["click_days"].len()),
        (2, 1)
    );
    assert_eq!(shop.run(Command::Funnel)["clicks"], 5);
    // Whoever is refused does not make it look around again.
    let stranger = Command::Me {
        session: "forged".to_owned(),
        origin: "https://refer.shop.example".to_owned(),
    };
    shop.attempt_remembering(&memory, stranger).unwrap_err();
    let (recorded, statements) = commit(&["f"]);
    assert_eq!(recorded, [1]);
    assert!(
        statements <= 2,
        "the merchant is read again, no more: {statements}"
    );
    // Another life of the object knows what the last one did.
    let receipts = shop.commit(&Rc::default(), &[batch("e", &[click(&code, 9, "sms", 0)])]);
    assert!(!receipts.unwrap()[0].as_ref().unwrap().new);
}

#[test]
fn a_batch_that_is_none_does_not_hold_the_others_up() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let good = click(&code, 1, "sms", 0);
    let mut odd = good;
    odd[31] = 0xff;
    let batches = [
        batch("a", &[good]),
        batch("b", &[good, odd]),
        batch("c", &[good]),
    ];
    let receipts = shop.commit(&Rc::default(), &batches).unwrap();
    let recorded: Vec<_> = receipts
        .iter()
        .map(|one| one.as_ref().map(|one| one.recorded).ok())
        .collect();
    assert_eq!(recorded, [Some(1), None, Some(1)]);
    assert_eq!(shop.run(Command::Funnel)["clicks"], 2);
}

#[test]
fn the_clicks_of_codes_are_written_rarely_and_always_known() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let memory = Rc::new(Memory::default());
    let rolled = || -> i64 {
        let rows = &shop.dump()["code_clicks"];
        rows.iter().map(|row| row.int(1).unwrap()).sum()
    };
    let records = vec![click(&code, 1, "sms", 0); 600];
    shop.commit(&memory, &[batch("a", &records)]).unwrap();
    assert_eq!((rolled(), clicks_of(&shop, "ada@mail.example")), (0, 600));
    shop.commit(&memory, &[batch("b", &records)]).unwrap();
    assert_eq!(
        (rolled(), clicks_of(&shop, "ada@mail.example")),
        (1_200, 1_200)
    );
    // A few clicks go in when they are a day old, and days that are over are taken apart.
    shop.commit(&memory, &[batch("c", &records[..1])]).unwrap();
    shop.pass_days(3);
    shop.commit(&memory, &[batch("d", &records[..1])]).unwrap();
    assert_eq!(
        (rolled(), clicks_of(&shop, "ada@mail.example")),
        (1_202, 1_202)
    );
    assert_eq!(shop.dump()["click_days"].len(), 0, "of the first day");
    assert_eq!(shop.run(Command::Funnel)["clicks"], 1_202);
}

#[test]
fn a_chosen_code_counts_for_its_owner_and_nobodys_for_nobody() {
    let shop = Shop::open();
    let given = shop.advocate("ada@mail.example");
    let choose = |code: &str| {
        shop.run(Command::ChooseCode {
            session: None,
            advocate: Some(shop.advocate_id("ada@mail.example")),
            code: code.to_owned(),
            origin: "https://refer.shop.example".to_owned(),
        })
    };
    choose("ada-tea");
    let code = |text: &str| Code::parse(text).unwrap();
    let chosen = [code("nobody"), code("ada-tea")];
    let record = |code, place| pack(START, 1, [0; 8], 1, 0, code, place);
    let mut sent = batch(
        "b1",
        &[
            record(chosen[0], 0),
            record(chosen[1], 1),
            record(code(&given), 0),
            record(Code::from_random([8; 7]), 0),
        ],
    );
    sent.chosen = chosen.to_vec();
    let answer = shop.run(Command::RecordClicks(sent));
    assert_eq!(answer["recorded"], 2);
    assert_eq!(clicks_of(&shop, "ada@mail.example"), 2);
    let funnel = shop.run(Command::Funnel);
    assert_eq!(funnel["dropped"], json!({ "unknown_code": 2 }));

    // Who has left is nobody.
    shop.run(Command::RemoveAdvocate {
        id: shop.advocate_id("ada@mail.example"),
        may_return: true,
    });
    let late = batch("b2", &[click(&given, 7, "sms", 0)]);
    assert_eq!(shop.run(Command::RecordClicks(late))["recorded"], 0);
}

#[test]
fn what_is_no_batch_is_refused_whole() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let good = click(&code, 1, "email", 0);
    let mut odd = good;
    odd[31] = 0xff;
    let chosen = pack(START, 1, [0; 8], 1, 0, Code::parse("anna").unwrap(), 0);
    let mut negative = batch("b", &[good]);
    negative.dropped.insert("x".to_owned(), -1);
    let mut wordy = batch("b", &[good]);
    wordy.dropped.insert("x".repeat(33), 1);
    let mut cut = batch("b", &[good]);
    cut.records.truncate(8);
    let before = shop.dump();
    for wrong in [
        batch("b", &[good, odd]),
        batch("b", &[good, chosen]),
        batch("b", &vec![good; LARGEST_BATCH + 1]),
        negative,
        wordy,
        cut,
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
