//! Everything that is counted, counted again: from the rows by the rules of the books,
//! and from the event log by rules of its own.

use std::collections::BTreeMap;

use grapevine_domain::conversion::Ruling;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::share::numbers::name_of;
use grapevine_domain::time::{DAY_MS, Timestamp};
use serde_json::Value as Json;

use super::harness::Shop;
use crate::clicks::RECORD;
use crate::command::Command;
use crate::commands::moves::tally;
use crate::reports::sketch;
use crate::sql::{Row, Sql, Value};
use crate::store::{conversions, programs, referrals, rewards};

/// Measure, dimension, day.
pub type Counted = BTreeMap<(String, String, i64), i64>;

fn rows(shop: &Shop, statement: &str) -> Vec<Row> {
    shop.sql.inner.run(statement, vec![]).unwrap()
}

/// The counters as they stand, without what came to nothing.
pub fn kept(shop: &Shop) -> Counted {
    rows(
        shop,
        "SELECT measure, dimension, day, sum(n) AS n FROM ( \
         SELECT measure, dimension, day, n FROM counters \
         UNION ALL SELECT measure, dimension, day, n FROM latest_counts) \
         GROUP BY measure, dimension, day HAVING sum(n) <> 0",
    )
    .iter()
    .map(|row| {
        let key = (
            row.text(0).unwrap(),
            row.text(1).unwrap(),
            row.int(2).unwrap(),
        );
        (key, row.int(3).unwrap())
    })
    .collect()
}

fn without_nothing(mut counted: Counted) -> Counted {
    counted.retain(|_, n| *n != 0);
    counted
}

/// What orders, referrals and rewards count for, by their rows.
pub fn by_rows(shop: &Shop) -> Counted {
    let sql = &shop.sql.inner;
    let mut counted = Counted::new();
    let mut add = |tally: crate::store::counters::Tally| {
        for ((day, measure, dimension), n) in tally {
            *counted
                .entry((measure.to_owned(), dimension, day))
                .or_default() += n;
        }
    };
    for row in rows(shop, "SELECT id FROM conversions") {
        let order = conversions::by_id(sql, &row.text(0).unwrap())
            .unwrap()
            .unwrap();
        let program = programs::version(sql, order.program_version).unwrap();
        let word = order.ruling.as_ref().map(|ruled| ruled.ruling);
        let credible = order.confirmed_at.is_some()
            || word == Some(Ruling::Approve)
            || program.browser_orders_pay;
        let all = referrals::of_conversion(sql, &order.id).unwrap();
        let mut standing = all.iter().filter(|r| r.status != ReferralStatus::Voided);
        add(tally(&order, credible, standing.next()));
        assert!(standing.next().is_none());
    }
    for row in rows(shop, "SELECT id FROM rewards") {
        let reward = rewards::by_id(sql, &row.text(0).unwrap()).unwrap().unwrap();
        add(reward.tally());
    }
    without_nothing(counted)
}

/// The states that the events tell of, by subject.
#[derive(Default)]
struct Told {
    /// By order number: facts, and what they were judged to be.
    orders: BTreeMap<String, Json>,
    judged: BTreeMap<String, Json>,
    referrals: BTreeMap<String, Json>,
    rewards: BTreeMap<String, Json>,
}

fn int(json: &Json, field: &str) -> i64 {
    json[field]
        .as_i64()
        .unwrap_or_else(|| panic!("no {field} in {json}"))
}

fn word<'a>(json: &'a Json, field: &str) -> &'a str {
    json[field]
        .as_str()
        .unwrap_or_else(|| panic!("no {field} in {json}"))
}

fn day(at: i64) -> i64 {
    at.div_euclid(DAY_MS)
}

/// What the event log, the click segments and the landings count for. Impressions and
/// what was dropped are in none of them.
pub fn by_events(shop: &Shop) -> Counted {
    let mut counted = Counted::new();
    let mut add = |measure: &str, dimension: &str, day: i64, n: i64| {
        let key = (measure.to_owned(), dimension.to_owned(), day);
        *counted.entry(key).or_default() += n;
    };
    let mut told = Told::default();
    let mut after = 0;
    loop {
        let part = shop.run(Command::Events {
            after,
            limit: 1_000,
        });
        for event in part["data"].as_array().unwrap() {
            let data: Json = serde_json::from_str(word(event, "data")).unwrap();
            let (subject, today) = (word(event, "subject").to_owned(), day(int(event, "at")));
            match word(event, "kind") {
                "advocate.joined" => add("joined", word(&data, "placement"), today, 1),
                "share.created" => {
                    add("share", word(&data, "channel"), today, 1);
                    add("share_placement", word(&data, "placement"), today, 1);
                }
                "offer.claimed" => add("claim", word(&data, "channel"), today, 1),
                "order.reported" | "order.changed" => drop(told.orders.insert(subject, data)),
                "order.judged" => drop(told.judged.insert(subject, data)),
                kind if kind.starts_with("referral.") => {
                    drop(told.referrals.insert(subject, data));
                }
                "reward.decided" => {} // the merchant's words; what came of them follows
                kind if kind.starts_with("reward.") => drop(told.rewards.insert(subject, data)),
                _ => {}
            }
        }
        match part["next"].as_i64() {
            Some(next) => after = next,
            None => break,
        }
    }
    for row in rows(shop, "SELECT bytes FROM click_segments") {
        let Some(Value::Blob(bytes)) = row.0.into_iter().next() else {
            panic!("no bytes");
        };
        for record in bytes.chunks(RECORD) {
            let mut time = [0; 8];
            time[2..].copy_from_slice(&record[..6]);
            let today = day(i64::from_be_bytes(time));
            add("click", name_of(record[22]), today, 1);
            add("click_variant", &record[23].to_string(), today, 1);
        }
    }
    for row in rows(shop, "SELECT channel, landed_at FROM landings") {
        add(
            "landing",
            &row.text(0).unwrap(),
            day(row.int(1).unwrap()),
            1,
        );
    }
    for (id, order) in &told.orders {
        let mut mine = told.referrals.values().filter(|referral| {
            word(referral, "order") == id && word(referral, "status") != "voided"
        });
        let referral = mine.next();
        assert!(mine.next().is_none(), "two referrals of {id} stand");
        count_order(order, told.judged.get(id), referral, &mut add);
    }
    for reward in told.rewards.values() {
        count_reward(reward, &mut add);
    }
    without_nothing(counted)
}

fn count_order(
    order: &Json,
    judged: Option<&Json>,
    referral: Option<&Json>,
    add: &mut dyn FnMut(&str, &str, i64, i64),
) {
    let ordered_at = int(order, "ordered_at");
    let (today, kind) = (day(ordered_at), word(order, "kind"));
    let (currency, gross) = (
        word(&order["amount"], "currency"),
        int(&order["amount"], "minor"),
    );
    let (refunded, cancelled) = (int(order, "refunded_minor"), order["cancelled"] == true);
    let kept = if cancelled {
        0
    } else {
        (gross - refunded).max(0)
    };
    if order["credible"] == false {
        if referral.is_some() {
            add("unconfirmed", "", today, 1);
            add("unconfirmed_kept", currency, today, kept);
        }
        return;
    }
    let bought = i64::from(kind == "order" || gross > 0);
    let returned = bought * i64::from(cancelled || refunded > 0);
    add("orders", kind, today, 1);
    add("gross", currency, today, gross);
    add("kept", currency, today, kept);
    add("bought", currency, today, bought);
    add("returned", "", today, returned);
    if judged.is_some_and(|judged| int(judged, "position") > 1) {
        add("again", "", today, 1);
    }
    let Some(referral) = referral else {
        if judged.is_some_and(|judged| judged["given_back"] == true) {
            add("given_back", currency, today, bought);
            add("given_back_gross", currency, today, bought * gross);
        }
        return;
    };
    let channel = word(referral, "channel");
    add("referral", channel, today, 1);
    add("referral_placement", word(referral, "placement"), today, 1);
    add(
        "referral_variant",
        &int(referral, "variant").to_string(),
        today,
        1,
    );
    add("referral_bought", currency, today, bought);
    add("referral_gross", currency, today, gross);
    add("referral_kept", currency, today, kept);
    add(
        "channel_kept",
        &format!("{channel} {currency}"),
        today,
        kept,
    );
    add("referral_returned", "", today, returned);
    if let Some(clicked_at) = referral["clicked_at"].as_i64() {
        let bucket = sketch::bucket((ordered_at - clicked_at) / 1000);
        add("convert_s", &bucket.to_string(), today, 1);
    }
}

fn count_reward(reward: &Json, add: &mut dyn FnMut(&str, &str, i64, i64)) {
    let today = Timestamp(int(reward, "ordered_at")).day();
    let (status, side) = (word(reward, "status"), word(reward, "side"));
    let (currency, worth) = (
        word(&reward["worth"], "currency"),
        int(&reward["worth"], "minor"),
    );
    let stands = status != "voided" && status != "expired";
    let credible = reward["credible"] == true;
    if stands {
        let measures = [
            ("unconfirmed_reward", "unconfirmed_cost"),
            ("reward", "cost"),
        ];
        let (count, cost) = measures[usize::from(credible)];
        add(count, side, today, 1);
        add(cost, currency, today, worth);
    }
    if credible {
        let refused = status == "voided" && reward["reason"] == "budget_spent";
        let wanted = match status {
            "pending" => int(reward, "wanted_minor"),
            _ if refused => int(reward, "wanted_minor"),
            _ if stands => worth,
            _ => 0,
        };
        add("wanted", currency, today, wanted);
    }
}
