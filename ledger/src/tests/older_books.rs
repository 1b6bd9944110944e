//! Books that were kept before there were programmes of every kind: what they hold is
//! counted as if these rules had kept them.

use grapevine_domain::program::Program;
use serde_json::{Value as Json, json};

use super::harness::{START, Shop, refund_of, server, text};
use super::recount::{by_rows, kept};
use crate::schema::{MIGRATIONS, migrate};
use crate::sql::{Sql, Value};
use crate::store::programs;
use crate::values;

const DAY_MS: i64 = 86_400_000;

/// A programme as it was written then.
fn document(advocate: &str, friend: &str, minimum: Option<i64>, browser_orders_pay: bool) -> Json {
    let offer = |kind: &str| match kind {
        "percent_off" => json!({ "kind": kind, "basis_points": 1_500 }),
        _ => json!({ "kind": kind, "money": { "minor": 1_000, "currency": "EUR" } }),
    };
    json!({
        "advocate": offer(advocate),
        "friend": offer(friend),
        "minimum_order": minimum.map(|minor| json!({ "minor": minor, "currency": "EUR" })),
        "hold_days": 14,
        "window_days": 30,
        "attribution": "last_click",
        "new_customers_only": true,
        "browser_orders_pay": browser_orders_pay,
    })
}

/// Books of the third schema, with a merchant and programmes.
fn older(documents: &[Json]) -> Shop {
    let shop = Shop::bare();
    let sql = &shop.sql.inner;
    sql.script("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)")
        .unwrap();
    for (number, migration) in (1i64..).zip(&MIGRATIONS[..3]) {
        sql.script(migration).unwrap();
        sql.run("INSERT INTO schema_version VALUES (?)", values![number])
            .unwrap();
    }
    put(
        &shop,
        "merchant",
        values![
            1i64,
            "acme",
            "Acme",
            "https://shop.example/",
            "owner@shop.example",
            "EUR",
            "en",
            Value::Null,
            false,
            true,
            0i64,
            1i64,
            u32::from(shop.ring.current()),
            START,
        ],
    );
    for (version, document) in (1i64..).zip(documents) {
        put(
            &shop,
            "programs",
            values![version, document.to_string(), START],
        );
    }
    shop
}

fn put(shop: &Shop, table: &str, values: Vec<Value>) {
    let marks = vec!["?"; values.len()].join(", ");
    let statement = format!("INSERT INTO {table} VALUES ({marks})");
    shop.sql.inner.run(&statement, values).unwrap();
}

/// One order of then, with its referral and rewards.
struct Order {
    number: i64,
    version: i64,
    minor: i64,
    refunded: i64,
    currency: &'static str,
    confirmed: bool,
    ordered_at: i64,
    /// How long before it the friend clicked; none: a code that was told aloud.
    click_ms: Option<i64>,
    /// `None`: nobody brought it.
    status: Option<&'static str>,
    verdict: &'static str,
}

fn write(shop: &Shop, order: &Order) {
    let n = order.number;
    let (id, at) = (format!("cnv_{n}"), order.ordered_at);
    let click = order.click_ms.map(|_| format!("{n:016x}"));
    let clicked_at = order.click_ms.map_or(at, |ago| at - ago);
    let channel = click.as_ref().map(|_| ["email", "x"][n as usize % 2]);
    let winner = order.status.map(|_| {
        json!({ "source": "click", "advocate": "adv_1", "at": clicked_at, "click": click, "channel": channel })
    });
    let proved = click.as_ref().map(|id| {
        let channel = channel.unwrap_or_default();
        json!({ "id": id, "code": "abcdefgh", "channel": channel, "at": clicked_at }).to_string()
    });
    put(
        shop,
        "conversions",
        values![
            id.as_str(),
            format!("o{n}"),
            order.minor,
            order.currency,
            order.refunded,
            Value::Null,
            proved,
            click,
            Value::Null,
            at,
            at,
            Some(at).filter(|_| order.confirmed),
            order.version,
            json!({ "winner": winner, "losers": [] }).to_string(),
            order.verdict,
        ],
    );
    if order.refunded > 0 {
        put(
            shop,
            "refunds",
            values![format!("o{n}"), "r1", order.refunded, order.currency, at],
        );
    }
    let Some(status) = order.status else { return };
    let referral = format!("ref_{n}");
    put(
        shop,
        "referrals",
        values![
            referral.as_str(),
            id,
            "adv_1",
            "click",
            channel.unwrap_or_default(),
            status,
            Some(order.verdict).filter(|_| status == "voided"),
            at,
            at + 14 * DAY_MS,
        ],
    );
    for (side, kind) in [("advocate", "store_credit"), ("friend", "percent_off")] {
        put(
            shop,
            "rewards",
            values![
                format!("rw_{n}_{side}"),
                referral.as_str(),
                "adv_1",
                side,
                kind,
                1_000 + n,
                order.currency,
                Some(1_500i64).filter(|_| kind == "percent_off"),
                status,
                Value::Null,
                at,
                at + 14 * DAY_MS,
                at,
            ],
        );
    }
}

#[test]
fn older_programmes_can_be_read() {
    let kinds = ["store_credit", "amount_off", "percent_off"];
    let documents: Vec<Json> = kinds
        .iter()
        .flat_map(|advocate| kinds.iter().map(move |friend| (advocate, friend)))
        .flat_map(|(advocate, friend)| {
            [None, Some(2_500)].map(|minimum| document(advocate, friend, minimum, false))
        })
        .collect();
    let shop = older(&documents);
    migrate(&shop.sql).unwrap();
    for (version, old) in (1u32..).zip(&documents) {
        let program = programs::version(&shop.sql, version).unwrap();
        let again: Program = serde_json::from_value(json!(program)).unwrap();
        assert_eq!(again, program);
        let advocate = program.advocate.unwrap().offer;
        assert_eq!(advocate.kind(), old["advocate"]["kind"]);
        assert_eq!(
            json!(advocate.basis_points()),
            old["advocate"]["basis_points"]
        );
        let friend = program.friend.unwrap().offer;
        let eur = super::harness::eur();
        assert_eq!(json!(friend.money(eur)), old["friend"]["money"]);
        let minimum = program.minimum_order.and_then(|minimum| minimum.get(eur));
        assert_eq!(json!(minimum), old["minimum_order"]);
        assert_eq!((program.hold_days, program.window_days), (14, 30));
        assert!(!program.browser_orders_pay);
    }
    assert_eq!(documents.len(), 18);
}

#[test]
fn counters_of_older_books_are_those_of_the_rules() {
    let shop = older(&[
        document("store_credit", "amount_off", None, false),
        document("store_credit", "percent_off", Some(2_500), true),
        document("percent_off", "percent_off", Some(2_500), false),
    ]);
    let mut number = 0;
    let mut lost = 0;
    // Before 1970, a midnight, and other days.
    for at in [
        -5,
        20_000 * DAY_MS,
        20_001 * DAY_MS - 1,
        20_400 * DAY_MS + 7_654_321,
    ] {
        for version in 1..=3i64 {
            for (minor, refunded) in [
                (5_000, 0),
                (5_000, 1_200),
                (5_000, 5_000),
                (2_000, 2_500),
                (0, 0),
            ] {
                for confirmed in [true, false] {
                    for referred in [true, false] {
                        number += 1;
                        let gone = minor > 0 && refunded >= minor;
                        let small = version > 1 && minor - refunded < 2_500;
                        let (status, verdict) = match (referred, gone, small) {
                            (false, ..) => (None, "not_referred"),
                            (_, true, _) => (Some("voided"), "refunded"),
                            (_, _, true) => (Some("voided"), "below_minimum"),
                            _ => (
                                Some(["pending", "approved"][number as usize % 2]),
                                "referred",
                            ),
                        };
                        let pays = confirmed || version == 2;
                        let large = version == 1 || minor >= 2_500;
                        lost += i64::from(pays && gone && referred && large);
                        let ago = [
                            None,
                            Some(0),
                            Some(255_999),
                            Some(257_000),
                            Some(9_999_999),
                            Some(40 * DAY_MS + 5),
                        ];
                        write(
                            &shop,
                            &Order {
                                number,
                                version,
                                minor,
                                refunded,
                                currency: if version == 1 && number % 3 == 0 {
                                    "USD"
                                } else {
                                    "EUR"
                                },
                                confirmed,
                                ordered_at: at + number,
                                click_ms: ago[number as usize / 4 % 6],
                                status,
                                verdict,
                            },
                        );
                    }
                }
            }
        }
    }
    let joined = json!({ "code": "abcdefgh", "placement": "floating", "verified": false });
    for seq in 1..=2i64 {
        put(
            &shop,
            "events",
            values![
                seq,
                START,
                "advocate.joined",
                "adv_1",
                "shopper",
                joined.to_string(),
                "h"
            ],
        );
        put(
            &shop,
            "shares",
            values![format!("p{seq}"), "adv_1", "x", "page", START],
        );
    }
    for (channel, n) in [("email", 3i64), ("x", 4)] {
        put(&shop, "counters", values![START.day(), "click", channel, n]);
    }
    migrate(&shop.sql).unwrap();

    let mut counters = kept(&shop);
    let mut take = |measure: &str, dimension: &str| {
        counters.remove(&(measure.to_owned(), dimension.to_owned(), START.day()))
    };
    assert_eq!(take("joined", "floating"), Some(2));
    assert_eq!(take("share_placement", "page"), Some(2));
    assert_eq!(take("click_variant", "0"), Some(7));
    assert_eq!(
        (take("click", "email"), take("click", "x")),
        (Some(3), Some(4))
    );
    assert_eq!(counters, by_rows(&shop));
    let measure = |name: &str| -> i64 {
        let counters = counters.iter().filter(|((measure, ..), _)| measure == name);
        counters.map(|(_, n)| n).sum()
    };
    assert_eq!(measure("given_back"), lost);
    for name in [
        "unconfirmed_cost",
        "returned",
        "wanted",
        "convert_s",
        "channel_kept",
    ] {
        assert!(measure(name) > 0, "{name}");
    }

    // And they can be gone on with.
    let adv = "INSERT INTO advocates (id, email, email_key, locale, code, created_at) VALUES (?, ?, ?, ?, ?, ?)";
    let ada = values!["adv_1", "ada@mail.example", "k", "en", "abcdefgh", START];
    shop.sql.inner.run(adv, ada).unwrap();
    shop.run(refund_of("o5", "r2", 700));
    shop.report(server("o7"));
    shop.report(server("new"));
    assert_eq!(text(&shop.order("o5"), "/conversion/verdict"), "referred");
    let mut counters = kept(&shop);
    counters.retain(|(measure, ..), _| {
        !matches!(
            measure.as_str(),
            "joined" | "share_placement" | "click_variant" | "click"
        )
    });
    assert_eq!(counters, by_rows(&shop));
}
