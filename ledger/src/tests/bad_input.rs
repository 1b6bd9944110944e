//! What makes no sense has a defined answer, and nothing is lost for it.

use serde_json::json;

use super::harness::{Shop, euros, publish, refund_of, server, starter};
use crate::command::Command;
use grapevine_domain::money::{Currency, Money};

#[test]
fn a_refund_above_the_order_is_all_of_it_and_stays_as_told() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.bring("1", &code, 5_000);
    shop.refund("1", "r1", 9_000);
    let order = shop.order("1");
    assert_eq!(order["conversion"]["refunded"], json!(euros(9_000)));
    assert_eq!(order["conversion"]["kept"], json!(euros(0)));
    assert_eq!(shop.statuses("1"), "voided voided voided");
}

#[test]
fn a_cancelled_order_that_is_paid_after_all_stands_again() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.bring("1", &code, 5_000);
    let cancel = Command::ReportRefund {
        order_id: "1".to_owned(),
        refund_id: "cancelled".to_owned(),
        amount: None,
    };
    shop.run(cancel.clone());
    assert_eq!(shop.verdict("1"), "refunded");
    let again = Command::ReinstateOrder {
        order_id: "1".to_owned(),
    };
    shop.run(again.clone());
    assert_eq!(shop.statuses("1"), "pending pending pending");
    let before = shop.dump();
    shop.run(again);
    assert_eq!(shop.dump(), before, "twice is once");
    shop.run(cancel);
    assert_eq!(
        shop.verdict("1"),
        "referred",
        "the same refund again was undone"
    );
    assert_eq!(
        shop.refused(refund_of("1", "cancelled", 1)),
        "refund_id_reused"
    );
    let unknown = Command::ReinstateOrder {
        order_id: "9".to_owned(),
    };
    assert_eq!(shop.refused(unknown), "unknown_order");
}

#[test]
fn a_clock_that_goes_backwards_releases_nothing_early_and_breaks_nothing() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.pass_days(3);
    shop.bring("1", &code, 5_000);
    shop.pass_days(-10);
    shop.bring("2", &code, 5_000);
    shop.run(Command::RunDue);
    assert_eq!(shop.statuses("1"), "pending pending pending");
    shop.pass_days(10 + 13);
    shop.run(Command::RunDue);
    assert_eq!(shop.statuses("1"), "pending pending pending");
    assert_eq!(shop.statuses("2"), "approved approved approved");
    shop.pass_days(1);
    shop.run(Command::RunDue);
    assert_eq!(shop.statuses("1"), "approved approved approved");
    shop.sound();
}

#[test]
fn an_order_in_a_currency_without_a_rate_earns_nothing_and_is_kept() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    let mut report = server("1").token(&shop.click(&code, "x"));
    report.amount = Some(Money {
        minor: 5_000,
        currency: Currency::parse("USD").unwrap(),
    });
    shop.report(report);
    assert_eq!(shop.verdict("1"), "other_currency");
    assert_eq!(shop.statuses("1"), "voided");
}

#[test]
fn of_two_who_publish_at_once_the_second_is_told() {
    let shop = Shop::open();
    let mut mine = starter();
    mine.hold_days = 7;
    let mut theirs = starter();
    theirs.hold_days = 21;
    let on_top_of_1 = |program| Command::PublishProgram {
        program: Some(program),
        base_version: Some(1),
    };
    assert_eq!(shop.run(on_top_of_1(mine.clone()))["version"], 2);
    assert_eq!(shop.refused(on_top_of_1(theirs.clone())), "program_changed");
    assert_eq!(shop.run(Command::Program)["program"]["hold_days"], 7);
    assert_eq!(
        shop.run(publish(theirs))["version"],
        3,
        "who does not ask is not told"
    );
    let no_draft = Command::PublishProgram {
        program: None,
        base_version: None,
    };
    assert_eq!(shop.refused(no_draft.clone()), "no_draft");
    shop.run(Command::SaveDraft { program: mine });
    assert_eq!(shop.run(no_draft.clone())["version"], 4);
    assert_eq!(shop.refused(no_draft), "no_draft", "it is live now");
}

#[test]
fn who_has_left_earns_nothing_any_more_and_is_not_known() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.bring("1", &code, 5_000);
    shop.after_hold();
    shop.pass_days(1);
    shop.bring("2", &code, 5_000);
    let token = shop.click(&code, "x");
    shop.pass_ms(1);
    let id = super::harness::text(&shop.order("1"), "/referral/advocate/id");
    shop.run(Command::RemoveAdvocate {
        id: id.clone(),
        may_return: true,
    });
    assert_eq!(
        shop.statuses("1"),
        "approved approved approved",
        "what was earned stays"
    );
    assert_eq!(shop.verdict("2"), "advocate_left");
    assert_eq!(
        shop.refused(Command::ClaimCoupon {
            token: token.clone()
        }),
        "unknown_code"
    );
    shop.pass_ms(1);
    shop.report(server("3").token(&token).email("dan@mail.example"));
    assert_eq!(shop.verdict("3"), "not_referred");
    assert_eq!(shop.order("3")["why"][0]["reason"], "unknown_code");
    let gone = shop.run(Command::Advocate {
        id: id.clone(),
        origin: String::new(),
    });
    assert_eq!(
        (&gone["email"], &gone["name"]),
        (&json!(null), &json!(null))
    );
    let traces = format!("{:?}", shop.dump());
    assert!(
        !traces.contains("ada@mail.example"),
        "the address is erased"
    );
    let before = shop.dump();
    shop.run(Command::RemoveAdvocate {
        id,
        may_return: true,
    });
    assert_eq!(shop.dump(), before, "who has left has left");
    assert_ne!(
        shop.advocate("ada@mail.example"),
        code,
        "and can come again"
    );
}

#[test]
fn a_programme_with_mistakes_stays_a_draft() {
    let shop = Shop::open();
    let mut program = starter();
    program.window_days = 0;
    program.hold_days = 999;
    let told = shop.run(Command::SaveDraft {
        program: program.clone(),
    });
    assert_eq!(told["problems"].as_array().unwrap().len(), 2);
    assert_eq!(shop.refused(publish(program)), "invalid_program");
    assert_eq!(shop.run(Command::Program)["version"], 1);
    let unknown = Command::PublishPreset {
        preset: "nonsense".to_owned(),
        base_version: None,
    };
    assert_eq!(shop.refused(unknown), "unknown_preset");
}
