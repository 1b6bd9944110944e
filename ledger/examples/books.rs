//! Fills a merchant's books with a year of business and says how fast that went: the
//! native half of `cargo xtask bench ledger`, and a small example of how the crate is
//! used.
//!
//! `books <sqlite file> <master keys> <merchant> <clicks> <orders> <advocates>` prints
//! one JSON object. The file is that of a merchant who was opened before, or none:
//! then one is opened.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::cell::Cell;
use std::time::Instant;

use grapevine_domain::code::Code;
use grapevine_domain::conversion::{ConversionKind, Reporter};
use grapevine_domain::money::{Currency, Money};
use grapevine_domain::program::Program;
use grapevine_domain::share::numbers::number_of;
use grapevine_domain::time::{DAY_MS, Timestamp};
use grapevine_domain::token::ClickToken;
use grapevine_ledger::books::Books;
use grapevine_ledger::clicks::{Batch, pack};
use grapevine_ledger::command::{Command, NewMerchant, Report, execute};
use grapevine_ledger::events::Part;
use grapevine_ledger::iso::Iso;
use grapevine_ledger::keyring::{Keyring, Purpose, mac16};
use grapevine_ledger::native::NativeSql;
use serde_json::{Value, json};

const CHANNELS: [&str; 10] = [
    "email",
    "sms",
    "whatsapp",
    "facebook",
    "x",
    "telegram",
    "copy",
    "native",
    "qr",
    "messenger",
];
/// Clicks of one batch, as a busy isolate sends them.
const BATCH: usize = 500;

struct Shop {
    sql: NativeSql,
    ring: Keyring,
    slug: String,
    clock: Cell<Timestamp>,
    chance: Cell<u64>,
}

impl Shop {
    fn random(&self) -> u64 {
        // xorshift64: the same books every time.
        let mut x = self.chance.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.chance.set(x);
        x
    }

    fn below(&self, n: usize) -> usize {
        usize::try_from(self.random() % n as u64).unwrap()
    }

    fn run(&self, command: Command) -> Value {
        let random = |bytes: &mut [u8]| {
            for byte in bytes {
                *byte = (self.random() >> 24) as u8;
            }
        };
        let books = Books::new(&self.sql, &self.ring, self.clock.get(), &random);
        let name = format!("{command:.60?}");
        match execute(&books, command) {
            Ok(answer) => answer.body,
            Err(error) => panic!("{name}: {error}"),
        }
    }

    fn token(&self, code: &str, channel: &str, at: Timestamp) -> String {
        let token = ClickToken {
            key: self.ring.current(),
            at,
            click_id: self.random(),
            channel: number_of(channel),
            variant: 0,
            code: Code::parse(code).unwrap(),
        };
        let key = self
            .ring
            .derive(token.key, Purpose::Click, &self.slug)
            .unwrap();
        token.seal(|bytes| mac16(&key, bytes))
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments[at].parse::<usize>().expect("a number");
    let (clicks, orders, advocates) = (number(3), number(4), number(5));
    let ring = Keyring::parse(&arguments[1]).expect("master keys");
    let sql = NativeSql::open(arguments[0].as_ref()).expect("a file");
    let now = Timestamp(
        i64::try_from(
            std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap()
                .as_millis(),
        )
        .unwrap(),
    );
    let year_ago = now.plus_ms(-365 * DAY_MS);
    let shop = Shop {
        sql,
        ring,
        slug: arguments[2].clone(),
        clock: Cell::new(year_ago),
        chance: Cell::new(0x9e37_79b9_7f4a_7c15),
    };
    if grapevine_ledger::schema::version(&shop.sql).unwrap() == 0 {
        shop.run(Command::CreateMerchant(NewMerchant {
            slug: shop.slug.clone(),
            name: "Bench".to_owned(),
            shop_url: "https://shop.example/".to_owned(),
            email: "owner@shop.example".to_owned(),
            currency: "EUR".to_owned(),
            locale: "en".to_owned(),
            test: true,
            clock_offset_seconds: 0,
            accent: None,
            consent_required: false,
            destinations: Vec::new(),
            hosts: Vec::new(),
            logo_url: None,
            picture_url: None,
            program: Some(Program::starter(Currency::parse("EUR").unwrap())),
        }));
    }
    let mut rates = serde_json::Map::new();
    let mut note = |name: &str, count: usize, seconds: f64| {
        rates.insert(name.to_owned(), json!((count as f64 / seconds).round()));
    };

    let began = Instant::now();
    let codes: Vec<(String, String)> = (0..advocates)
        .map(|n| {
            let answer = shop.run(Command::AddAdvocate {
                email: format!("advocate{n}@mail.example"),
                name: None,
                origin: "https://refer.shop.example".to_owned(),
            });
            let text = |name: &str| answer[name].as_str().unwrap().to_owned();
            (text("id"), text("code"))
        })
        .collect();
    note("advocates", advocates, began.elapsed().as_secs_f64());

    // Clicks and orders of each day in turn, as they came.
    let (mut click_time, mut order_time) = (0.0, 0.0);
    let (mut clicked, mut ordered) = (0, 0);
    for day in 0..365usize {
        shop.clock
            .set(year_ago.plus_ms(i64::try_from(day).unwrap() * DAY_MS));
        let began = Instant::now();
        while clicked < clicks * (day + 1) / 365 {
            let n = BATCH.min(clicks * (day + 1) / 365 - clicked);
            let mut records = Vec::with_capacity(n * 32);
            for _ in 0..n {
                let code = Code::parse(&codes[shop.below(codes.len())].1).unwrap();
                let channel = number_of(CHANNELS[shop.below(CHANNELS.len())]);
                let at = shop
                    .clock
                    .get()
                    .plus_ms(i64::try_from(shop.below(80_000_000)).unwrap());
                let visitor = shop.random().to_be_bytes();
                records.extend(pack(at, shop.random(), visitor, channel, 0, code, 0));
            }
            shop.run(Command::RecordClicks(Batch {
                name: shop.random(),
                records,
                dropped: std::collections::BTreeMap::from([("bot".to_owned(), 3)]),
                ..Batch::default()
            }));
            clicked += n;
        }
        click_time += began.elapsed().as_secs_f64();
        let began = Instant::now();
        while ordered < orders * (day + 1) / 365 {
            let at = shop
                .clock
                .get()
                .plus_ms(i64::try_from(shop.below(80_000_000)).unwrap());
            let (_, code) = &codes[shop.below(codes.len())];
            let channel = CHANNELS[shop.below(CHANNELS.len())];
            // Half of the orders are brought by somebody; a tenth come back.
            let referred = ordered % 2 == 0;
            let buyer = if ordered % 10 == 9 {
                ordered - 9
            } else {
                ordered
            };
            let clicked_at = at.plus_ms(-i64::try_from(shop.below(9 * 86_400_000)).unwrap());
            shop.run(Command::ReportConversion(Report {
                reporter: Reporter::Server,
                kind: ConversionKind::Order,
                order_id: format!("o{ordered}"),
                amount: Some(Money {
                    minor: i64::try_from(2_000 + shop.below(9_000)).unwrap(),
                    currency: Currency::parse("EUR").unwrap(),
                }),
                email: Some(format!("buyer{buyer}@mail.example")),
                email_consent: false,
                new_customer: None,
                checkout_started_at: None,
                click_token: referred.then(|| shop.token(code, channel, clicked_at)),
                click_tokens: Vec::new(),
                coupon: None,
                ordered_at: Some(Iso(at.plus_ms(0))),
                idempotency_key: None,
            }));
            if ordered % 20 == 19 {
                shop.run(Command::ReportRefund {
                    order_id: format!("o{}", ordered - 5),
                    refund_id: "r".to_owned(),
                    amount: None,
                });
            }
            ordered += 1;
        }
        order_time += began.elapsed().as_secs_f64();
        shop.run(Command::RunDue);
    }
    note("clicks", clicks, click_time);
    note("orders", orders, order_time);
    shop.clock.set(now);
    loop {
        let done = shop.run(Command::RunDue);
        if done["approved"] == 0 {
            break;
        }
    }

    let began = Instant::now();
    let reads = 2_000.min(advocates);
    for (id, _) in codes.iter().take(reads) {
        shop.run(Command::Advocate {
            id: id.clone(),
            origin: String::new(),
        });
    }
    note("panel_numbers", reads, began.elapsed().as_secs_f64());
    let began = Instant::now();
    for _ in 0..20 {
        shop.run(Command::Overview {
            from: None,
            to: None,
        });
    }
    note("overviews", 20, began.elapsed().as_secs_f64());
    let began = Instant::now();
    let chain = shop.run(Command::VerifyEvents(Part::default()));
    let events = chain["sound"].as_u64().expect("a sound chain");
    note(
        "events_verified",
        usize::try_from(events).unwrap(),
        began.elapsed().as_secs_f64(),
    );

    let count = |statement: &str| -> i64 {
        use grapevine_ledger::sql::Sql;
        shop.sql.run(statement, vec![]).unwrap()[0].int(0).unwrap()
    };
    let pages = "SELECT sum(pgsize) FROM dbstat WHERE name ";
    let click_bytes = count(&format!(
        "{pages} IN ('click_segments', 'click_days', 'code_clicks')"
    ));
    let all_bytes = count(&format!("{pages} NOT NULL"));
    println!(
        "{}",
        json!({
            "per_second": rates,
            "events": events,
            "bytes": all_bytes,
            "bytes_per_click": (click_bytes as f64 / clicks as f64 * 10.0).round() / 10.0,
            "advocate": codes[0].0,
        })
    );
}
