use super::*;
use crate::money::Amounts;
use crate::period::Period;
use crate::program::{Budget, Cap, Trigger};
use crate::time::DAY_MS;

const NOW: Timestamp = Timestamp(1_795_000_000_000);

fn euros(minor: i64) -> Money {
    Money {
        minor,
        currency: Currency::parse("EUR").unwrap(),
    }
}

/// The n-th order of a friend, a day after the one before, brought by `advocate`.
fn order(n: usize, advocate: &str, minor: i64) -> Past {
    let ordered_at = NOW.plus_ms(i64::try_from(n).unwrap() * DAY_MS);
    Past {
        order: Order {
            kind: ConversionKind::Order,
            amount: euros(minor),
            refunded_minor: 0,
            cancelled: false,
            ordered_at,
            position: 1,
            came_at: ordered_at,
            ordered_before: None,
            said_not_new: false,
        },
        order_id: n.to_string(),
        checkout_at: None,
        candidates: vec![Candidate {
            source: Source::Click,
            advocate: Some(advocate.to_owned()),
            at: ordered_at.plus_ms(-3_600_000),
            click: Some(n.to_string()),
            channel: None,
        }],
        kin: vec![n],
        friend: None,
        ruling: None,
        confirmed: true,
    }
}

fn people() -> People {
    let person = |key: &str| Person {
        key: key.to_owned(),
        left_at: None,
    };
    [("ada", "a"), ("bea", "b"), ("cem", "c")]
        .map(|(id, key)| (id.to_owned(), person(key)))
        .into()
}

fn program() -> Program {
    Program::starter(euros(0).currency)
}

fn play(program: &Program, orders: &[Past]) -> Outcome {
    replay(program, orders, &people())
}

#[test]
fn each_friend_earns_both_sides() {
    let orders: Vec<Past> = (0..3).map(|n| order(n, "ada", 5_000)).collect();
    let outcome = play(&program(), &orders);
    assert_eq!(outcome.verdicts, ["referred"; 3]);
    assert_eq!(outcome.cost(), BTreeMap::from([(euros(0).currency, 6_000)]));
}

#[test]
fn caps_and_budgets_are_kept() {
    let orders: Vec<Past> = (0..4).map(|n| order(n, "ada", 5_000)).collect();
    let mut program = program();
    program.caps = vec![Cap {
        per: Period::AllTime,
        rewards: Some(3),
        amounts: Some(Amounts::of(euros(2_500))),
    }];
    let outcome = play(&program, &orders);
    let own = |at| {
        outcome
            .rewards
            .get(&(at, Side::Advocate))
            .map(|money| money.minor)
    };
    assert_eq!(
        [own(0), own(1), own(2), own(3)],
        [Some(1_000), Some(1_000), Some(500), None]
    );
    assert_eq!(outcome.refused[&(3, Side::Advocate)], "cap_reached");
    program.budget = Some(Budget {
        per: Period::AllTime,
        amounts: Amounts::of(euros(3_500)),
        low_at_percent: 20,
    });
    let outcome = play(&program, &orders);
    assert_eq!(outcome.cost()[&euros(0).currency], 3_500);
    assert_eq!(outcome.refused[&(1, Side::Advocate)], "budget_spent");
}

#[test]
fn a_loop_is_refused_where_it_closes() {
    let mut orders = vec![
        order(0, "ada", 5_000),
        order(1, "bea", 5_000),
        order(2, "cem", 5_000),
    ];
    for (past, friend) in orders.iter_mut().zip(["b", "c", "a"]) {
        past.friend = Some(friend.to_owned());
    }
    let outcome = play(&program(), &orders);
    assert_eq!(outcome.verdicts, ["referred", "referred", "referral_loop"]);
}

#[test]
fn a_friend_of_many_orders_counts_by_the_trigger() {
    let mut orders: Vec<Past> = (0..3).map(|n| order(n, "ada", 5_000)).collect();
    for (at, past) in orders.iter_mut().enumerate() {
        past.kin = vec![0, 1, 2];
        if at > 0 {
            past.candidates.clear();
        }
    }
    assert_eq!(
        play(&program(), &orders).verdicts,
        ["referred", "not_new_customer", "not_new_customer"]
    );
    let mut program = program();
    program.trigger = Trigger::EveryOrder;
    assert_eq!(play(&program, &orders).verdicts, ["referred"; 3]);
    program.trigger = Trigger::NthOrder { n: 3 };
    assert_eq!(
        play(&program, &orders).verdicts,
        ["not_nth_order", "not_nth_order", "referred"]
    );
}
