use super::*;
use crate::attribution::Source;
use crate::money::{Amounts, Currency};

const NOW: Timestamp = Timestamp(1_795_000_000_000);

fn euros(minor: i64) -> Money {
    Money {
        minor,
        currency: Currency::parse("EUR").unwrap(),
    }
}

fn program() -> Program {
    let mut program = Program::starter(euros(0).currency);
    program.minimum_order = Some(Amounts::of(euros(2_500)));
    program
}

fn referred() -> Decision {
    let winner = Candidate {
        source: Source::Click,
        advocate: Some("adv".into()),
        at: Timestamp(0),
        click: None,
        channel: None,
    };
    Decision {
        winner: Some(winner),
        losers: vec![],
    }
}

fn order(minor: i64) -> Order {
    Order {
        kind: ConversionKind::Order,
        amount: euros(minor),
        refunded_minor: 0,
        cancelled: false,
        ordered_at: NOW,
        position: 1,
        came_at: NOW,
        ordered_before: None,
        said_not_new: false,
    }
}

fn under(program: &Program, order: &Order, about: &Circumstances<'_>) -> &'static str {
    judge(program, order, &referred(), about).code()
}

fn verdict(order: &Order) -> &'static str {
    under(&program(), order, &Circumstances::default())
}

#[test]
fn a_new_friend_with_a_large_enough_order_stands() {
    assert_eq!(verdict(&order(2_500)), "referred");
    assert_eq!(verdict(&order(2_499)), "below_minimum");
}

#[test]
fn refunds_count_against_the_minimum_and_all_of_it_voids() {
    let partly = Order {
        refunded_minor: 1,
        ..order(2_500)
    };
    assert_eq!(verdict(&partly), "below_minimum");
    let beyond = Order {
        refunded_minor: 9_999,
        ..order(2_500)
    };
    assert_eq!(verdict(&beyond), "refunded");
    assert_eq!(beyond.kept(), euros(0));
    let cancelled = Order {
        cancelled: true,
        ..order(0)
    };
    let mut program = program();
    program.minimum_order = None;
    let about = Circumstances::default();
    assert_eq!(under(&program, &cancelled, &about), "refunded");
    assert_eq!(
        under(&program, &order(0), &about),
        "referred",
        "a free order was not returned"
    );
    program.partial_refund = PartialRefund::Void;
    let partly = Order {
        refunded_minor: 1,
        ..order(5_000)
    };
    assert_eq!(under(&program, &partly, &about), "partly_refunded");
}

#[test]
fn who_counts_as_new_is_the_programme_s_to_say() {
    let old = Order {
        ordered_before: Some(NOW.plus_days(0).plus_ms(-90 * DAY_MS)),
        ..order(5_000)
    };
    assert_eq!(verdict(&old), "not_new_customer");
    let told = Order {
        said_not_new: true,
        ..order(5_000)
    };
    assert_eq!(verdict(&told), "not_new_customer");
    let mut program = program();
    let about = Circumstances::default();
    for (days, expected) in [(90, "referred"), (91, "not_new_customer")] {
        program.new_customer = NewCustomer::NotWithinDays { days };
        assert_eq!(under(&program, &old, &about), expected, "{days} days");
    }
    program.new_customer = NewCustomer::Anyone;
    assert_eq!(under(&program, &old, &about), "referred");
}

#[test]
fn the_trigger_says_which_order_counts() {
    let mut program = program();
    program.new_customer = NewCustomer::Anyone;
    let about = Circumstances::default();
    let at = |position| Order {
        position,
        ..order(5_000)
    };
    let verdicts = |program: &Program| [1, 2, 3].map(|n| under(program, &at(n), &about));
    assert_eq!(
        verdicts(&program),
        ["referred", "not_first_order", "not_first_order"]
    );
    program.trigger = Trigger::EveryOrder;
    assert_eq!(verdicts(&program), ["referred"; 3]);
    program.trigger = Trigger::NthOrder { n: 2 };
    assert_eq!(
        verdicts(&program),
        ["not_nth_order", "referred", "not_nth_order"]
    );
    program.trigger = Trigger::SignUp;
    assert_eq!(verdicts(&program), ["other_trigger"; 3]);
    program.minimum_order = None;
    let sign_up = Order {
        kind: ConversionKind::SignUp,
        ..order(0)
    };
    assert_eq!(under(&program, &sign_up, &about), "referred");
}

#[test]
fn nobody_refers_himself_unless_the_programme_allows_it() {
    let about = Circumstances {
        facts: Facts {
            advocate_email: Some("h"),
            friend_email: Some("h"),
        },
        ..Circumstances::default()
    };
    let mut program = program();
    assert_eq!(under(&program, &order(5_000), &about), "self_referral");
    program.self_referral = SelfReferral::Flag;
    assert_eq!(under(&program, &order(5_000), &about), "flagged");
    assert_eq!(under(&program, &order(1), &about), "below_minimum");
    program.self_referral = SelfReferral::Allow;
    assert_eq!(under(&program, &order(5_000), &about), "referred");
}

#[test]
fn a_loop_is_refused_and_who_left_earns_no_more() {
    let loops = Circumstances {
        closes_loop: true,
        ..Circumstances::default()
    };
    assert_eq!(under(&program(), &order(5_000), &loops), "referral_loop");
    for (days, expected) in [(13, "advocate_left"), (14, "referred")] {
        let left = Circumstances {
            advocate_left_at: Some(NOW.plus_days(days)),
            ..Circumstances::default()
        };
        assert_eq!(
            under(&program(), &order(5_000), &left),
            expected,
            "{days} days"
        );
    }
}

#[test]
fn the_merchant_s_word_stands_above_the_rules_but_not_above_a_refund() {
    let said = |ruling| Circumstances {
        ruling: Some(ruling),
        closes_loop: true,
        ..Circumstances::default()
    };
    assert_eq!(
        under(&program(), &order(1), &said(Ruling::Stand)),
        "referred"
    );
    assert_eq!(
        under(&program(), &order(1), &said(Ruling::Approve)),
        "referred"
    );
    assert_eq!(
        under(&program(), &order(5_000), &said(Ruling::Void)),
        "declined"
    );
    let gone = Order {
        refunded_minor: 5_000,
        ..order(5_000)
    };
    assert_eq!(under(&program(), &gone, &said(Ruling::Stand)), "refunded");
}

#[test]
fn an_order_in_a_currency_without_amounts_is_not_rewarded() {
    let dollars = Money {
        minor: 9_000,
        currency: Currency::parse("USD").unwrap(),
    };
    let order = Order {
        amount: dollars,
        ..order(0)
    };
    assert_eq!(verdict(&order), "other_currency");
}
