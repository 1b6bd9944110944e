//! The same facts in any order end in the same books.

use std::collections::BTreeMap;

use grapevine_domain::money::Amounts;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::harness::{Shop, browser, euros, refund_of, server, share, starter, text};
use crate::command::{Command, Report};

/// Everything that must not depend on the order of reports: per order its facts
/// and verdict, its referral as long as it stands, its rewards. Identifiers, the
/// history and what was voided on the way may differ.
fn state(shop: &Shop) -> BTreeMap<String, Json> {
    let orders = &shop.dump()["conversions"];
    orders
        .iter()
        .map(|row| {
            let id = row.text(1).unwrap();
            let mut order = shop.order(&id);
            let mut referral = order["referral"].take();
            let verdict = text(&order, "/conversion/verdict");
            if verdict == "referred" {
                referral["id"].take();
                for reward in referral["rewards"].as_array_mut().unwrap() {
                    reward["id"].take();
                    reward["referral_id"].take();
                }
            } else {
                assert_ne!(referral["status"], "pending");
                referral = Json::Null;
            }
            order["conversion"]["id"].take();
            (id, json!([order, referral]))
        })
        .collect()
}

/// Coupons with their order.
fn coupons(shop: &Shop) -> Vec<crate::sql::Value> {
    let coupons = &shop.dump()["coupons"];
    coupons.iter().map(|row| row.0[6].clone()).collect()
}

/// A shop with two advocates, and what happens there.
fn scene(facts: fn(&Shop, &str, &str) -> Vec<Command>) -> (Shop, Vec<Command>) {
    let mut program = starter();
    program.minimum_order = Some(Amounts::of(euros(2_000)));
    program.advocate = Some(share(1_000));
    let shop = Shop::with(program);
    let [ada, bea] = ["ada@mail.example", "bea@mail.example"].map(|email| shop.advocate(email));
    let facts = facts(&shop, &ada, &bea);
    (shop, facts)
}

fn played(facts: fn(&Shop, &str, &str) -> Vec<Command>, order: &[usize]) -> Shop {
    let (shop, commands) = scene(facts);
    for at in order {
        shop.run(commands[*at].clone());
    }
    shop.sound();
    shop
}

fn permutations(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![vec![]];
    }
    let shorter = permutations(n - 1);
    let with_last = |order: &Vec<usize>| {
        (0..n).map({
            let order = order.clone();
            move |at| {
                let mut longer = order.clone();
                longer.insert(at, n - 1);
                longer
            }
        })
    };
    shorter.iter().flat_map(with_last).collect()
}

fn every_order_ends_alike(facts: fn(&Shop, &str, &str) -> Vec<Command>) {
    let n = scene(facts).1.len();
    let mut orders = permutations(n).into_iter();
    let first = played(facts, &orders.next().unwrap());
    for order in orders {
        let shop = played(facts, &order);
        assert_eq!(state(&shop), state(&first), "{order:?}");
        assert_eq!(coupons(&shop), coupons(&first), "{order:?}");
    }
}

fn all(reports: impl IntoIterator<Item = Report>) -> Vec<Command> {
    reports.into_iter().map(Command::ReportConversion).collect()
}

/// One order: the browser brings the click, the server the person, a webhook the
/// coupon of another advocate and the time; part of it is given back.
fn one_order_in_pieces(shop: &Shop, ada: &str, bea: &str) -> Vec<Command> {
    let token = shop.click_of("acme", bea, "x", shop.now().plus_ms(-86_400_000));
    let mut commands = all([
        browser("1").token(&token),
        server("1").email("bob@mail.example"),
        server("1").coupon(ada).days_ago(0),
    ]);
    commands.extend([refund_of("1", "r1", 700), refund_of("1", "r2", 800)]);
    commands
}

/// One friend orders three times; the first order was not referred.
fn three_orders_of_one_friend(shop: &Shop, ada: &str, bea: &str) -> Vec<Command> {
    let early = shop.click_of("acme", ada, "x", shop.now().plus_ms(-3 * 86_400_000));
    let late = shop.click_of("acme", bea, "email", shop.now().plus_ms(-86_400_000));
    let bob = |report: Report| report.email("bob@mail.example");
    all([
        bob(server("c").token(&late)),
        bob(server("b").token(&early).days_ago(2)),
        bob(server("a").days_ago(1)),
        browser("d").token(&late),
        server("d").email("cem@mail.example"),
    ])
}

/// Two orders with one coupon, and a browser that names a third.
fn one_coupon_in_three_orders(shop: &Shop, ada: &str, bea: &str) -> Vec<Command> {
    shop.pass_days(-2);
    let coupon = shop.claim(&shop.click(ada, "email"));
    shop.pass_days(2);
    let token = shop.click(bea, "x");
    let mut commands = all([
        server("2").coupon(&coupon).token(&token),
        server("1").coupon(&coupon).days_ago(1),
        browser("0").coupon(&coupon),
    ]);
    commands.push(refund_of("1", "r1", 5_000));
    commands
}

/// An order's amount is not what the browser said, but the person is.
fn a_browser_that_counts_otherwise(shop: &Shop, ada: &str, bea: &str) -> Vec<Command> {
    let token = shop.click(ada, "x");
    let mut commands = all([
        browser("1")
            .token(&token)
            .amount(100)
            .email("bob@mail.example"),
        server("1").email("bob@mail.example"),
        server("2").token(&shop.click(bea, "x")),
        server("2").email("bob@mail.example"),
    ]);
    commands.push(refund_of("1", "r1", 1_000));
    commands
}

#[test]
fn the_pieces_of_one_order() {
    every_order_ends_alike(one_order_in_pieces);
}

#[test]
fn the_orders_of_one_friend() {
    every_order_ends_alike(three_orders_of_one_friend);
}

#[test]
fn the_orders_with_one_coupon() {
    every_order_ends_alike(one_coupon_in_three_orders);
}

#[test]
fn a_browser_that_counts_differently_from_the_shop() {
    every_order_ends_alike(a_browser_that_counts_otherwise);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn repeating_any_report_at_any_moment_changes_nothing(
        order in Just((0..5usize).collect::<Vec<_>>()).prop_shuffle(),
        repeats in proptest::collection::vec((0..5usize, 0..6usize), 0..6),
    ) {
        let plain = played(three_orders_of_one_friend, &order);
        let mut noisy = order.clone();
        for (what, at) in repeats {
            // Again, and never before its first time.
            let first = noisy.iter().position(|each| *each == what).unwrap();
            noisy.insert((first + 1 + at).min(noisy.len()), what);
        }
        let repeated = played(three_orders_of_one_friend, &noisy);
        prop_assert_eq!(state(&repeated), state(&plain));
    }
}
