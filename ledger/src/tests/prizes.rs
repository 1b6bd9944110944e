//! A prize for the best of a period.

use serde_json::json;

use super::harness::{Shop, credit, eur, starter};
use crate::command::Command;
use grapevine_domain::period::Period;
use grapevine_domain::program::{Prize, Program};

fn program() -> Program {
    let mut program = starter();
    program.prize = Some(Prize {
        per: Period::Month,
        offer: credit(5_000).offer,
        places: 1,
        minimum_friends: 2,
    });
    assert_eq!(
        program
            .validate(grapevine_domain::validate::Shop {
                currency: eur(),
                average_order: None
            })
            .problems,
        []
    );
    program
}

#[test]
fn the_best_of_a_month_gets_it_when_the_last_hold_is_over() {
    let shop = Shop::with(program());
    let [ada, bea] = ["ada@mail.example", "bea@mail.example"].map(|email| shop.advocate(email));
    for (order, code) in [
        ("1", &ada),
        ("2", &bea),
        ("3", &bea),
        ("4", &ada),
        ("5", &bea),
    ] {
        shop.pass_ms(1_000);
        shop.bring(order, code, 5_000);
    }
    shop.refund("5", "r1", 5_000);
    // It is the 18th of November: 12 days to the end of the month, 14 of hold.
    shop.pass_days(25);
    shop.run(Command::RunDue);
    let prizes = || {
        let rewards = shop.run(Command::Rewards(Default::default()));
        let rewards = rewards["data"].as_array().unwrap().clone();
        let prizes = rewards
            .into_iter()
            .filter(|reward| !reward["prize"].is_null());
        prizes.collect::<Vec<_>>()
    };
    assert_eq!(prizes(), Vec::<serde_json::Value>::new());
    let wake = shop.answer(Command::Clock).wake_at.unwrap();
    shop.pass_ms(wake.0 - shop.now().0);
    shop.run(Command::RunDue);
    let given = prizes();
    assert_eq!(given.len(), 1);
    assert_eq!(given[0]["prize"], "2026-11-01/2026-11-30");
    assert_eq!(given[0]["status"], "approved");
    // Two each: Bea had her second before Ada had hers.
    let bea_id = shop.order("2")["referral"]["advocate"]["id"].clone();
    assert_eq!(given[0]["advocate_id"], bea_id);
    assert_eq!(
        given[0]["steps"],
        json!([{ "rule": "prize", "minor": 5_000 }])
    );
    shop.run(Command::RunDue);
    assert_eq!(prizes().len(), 1, "once");
    shop.pass_days(60);
    shop.run(Command::RunDue);
    assert_eq!(prizes().len(), 1, "nobody brought two in December");
    shop.sound();
}
