//! A command that fails halfway leaves no trace, and can be repeated.

use super::harness::{
    ORIGIN, Shop, batch, browser, new_merchant, publish, refund_of, server, starter, text,
};
use crate::clicks::pack;
use crate::command::{Command, Join};
use crate::error::LedgerError;
use grapevine_domain::code::Code;

/// Runs a command with its first, second, third … statement failing, until it gets
/// through; the books must be as before each time, and in the end as `twin`'s,
/// where nothing failed.
pub(super) fn survives(shop: &Shop, twin: &Shop, command: &Command) {
    let expected = twin.run(command.clone());
    let before = shop.dump();
    for n in 0.. {
        match shop.run_failing_at(n, command.clone()) {
            Ok(answer) => {
                assert!(n > 0, "{command:?} asked the books nothing");
                assert_eq!(answer, expected, "{command:?}");
                break;
            }
            Err(LedgerError::Sql(_)) => {}
            Err(other) => panic!("{command:?}, statement {n}: {other}"),
        }
        assert_eq!(
            shop.dump(),
            before,
            "{command:?} left a trace at statement {n}"
        );
    }
    assert_eq!(shop.dump(), twin.dump(), "{command:?}");
    shop.sound();
}

#[test]
fn every_statement_of_every_command_of_the_path_may_fail() {
    let [shop, twin] = [Shop::bare(), Shop::bare()];
    let both = |command: Command| survives(&shop, &twin, &command);
    // Tables may come first, on their own: an empty set of books is no merchant.
    for each in [&shop, &twin] {
        crate::schema::migrate(&each.sql).unwrap();
    }
    both(Command::CreateMerchant(new_merchant(Some(starter()))));
    both(Command::Join(Join {
        email: Some("ada@mail.example".to_owned()),
        locale: "en".to_owned(),
        placement: "floating".to_owned(),
        origin: ORIGIN.to_owned(),
        ..Join::default()
    }));
    both(Command::AddAdvocate {
        email: "bea@mail.example".to_owned(),
        name: None,
        origin: ORIGIN.to_owned(),
    });
    let [ada, bea] = ["ada@mail.example", "bea@mail.example"].map(|email| {
        let code = shop.advocate(email);
        assert_eq!(twin.advocate(email), code);
        code
    });
    let mut program = starter();
    program.hold_days = 7;
    both(publish(program));
    both(Command::RecordImpression {
        placement: "inline".to_owned(),
    });
    let id = text(&shop.mail_to("ada@mail.example").unwrap(), "/advocate_id");
    let until = shop.now().plus_days(1);
    let session = crate::signed::seal(
        &shop.ring,
        crate::keyring::Purpose::Session,
        "acme",
        &id,
        until,
    );
    both(Command::RecordShare {
        session,
        channel: "email".to_owned(),
        placement: "inline".to_owned(),
        press_id: "p1".to_owned(),
    });
    let click = pack(shop.now(), 1, [0; 8], 1, 0, Code::parse(&ada).unwrap(), 0);
    let mut clicks = batch("b1", &[click, click]);
    clicks.dropped.insert("preview".to_owned(), 3);
    both(Command::RecordClicks(clicks));
    let token = shop.click(&ada, "email");
    let page = "/".to_owned();
    both(Command::RecordLanding {
        token: token.clone(),
        page,
        hidden: false,
    });
    both(Command::ClaimCoupon {
        token: token.clone(),
    });
    let coupon = shop.claim(&token);
    let other = shop.click(&bea, "x");
    both(Command::ReportConversion(browser("1").token(&other)));
    both(Command::ReportConversion(
        server("1")
            .coupon(&coupon)
            .email("cem@mail.example")
            .key("k1"),
    ));
    both(Command::ReportConversion(
        server("2").token(&token).email("dan@mail.example"),
    ));
    both(Command::ReportConversion(
        server("0").email("dan@mail.example").days_ago(1),
    ));
    both(refund_of("2", "r1", 1_000));
    both(Command::AdvanceClock {
        seconds: 8 * 86_400,
    });
    assert_eq!(shop.statuses("1"), "approved approved redeemed");
    both(refund_of("1", "r2", 5_000));
    assert_eq!(shop.statuses("1"), "voided voided voided");
}

#[test]
fn proving_a_mailbox_releases_all_or_nothing() {
    let [shop, twin] = [Shop::open(), Shop::open()];
    for each in [&shop, &twin] {
        let (_, code) = each.join("ada@mail.example");
        each.report(server("1").token(&each.click(&code, "x")));
        each.after_hold();
    }
    let token = shop.mailbox_link("ada@mail.example");
    survives(&shop, &twin, &Command::ProveMailbox { token });
    assert_eq!(shop.statuses("1"), "approved approved approved");
}

#[test]
fn what_is_due_is_approved_all_or_nothing() {
    let [shop, twin] = [Shop::open(), Shop::open()];
    for each in [&shop, &twin] {
        let code = each.advocate("ada@mail.example");
        for order in ["1", "2"] {
            each.report(server(order).token(&each.click(&code, "x")));
        }
        each.pass_days(14);
    }
    survives(&shop, &twin, &Command::RunDue);
}

#[test]
fn a_migration_that_fails_halfway_can_be_repeated() {
    for n in 0.. {
        let shop = Shop::bare();
        let create = Command::CreateMerchant(new_merchant(None));
        let outcome = shop.run_failing_at(n, create.clone());
        if outcome.is_ok() {
            assert!(n > 5);
            break;
        }
        if !shop.dump().contains_key("merchant") {
            assert!(shop.dump().is_empty(), "statement {n}");
        } else if shop.dump()["merchant"].is_empty() {
            shop.run(create);
        }
    }
}
