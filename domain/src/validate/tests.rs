use super::*;
use crate::program::{Budget, Cap, Goal, Prize};
use crate::reward::{FriendsTier, OrderTier};

fn shop(code: &str) -> Shop {
    Shop {
        currency: Currency::parse(code).unwrap(),
        average_order: None,
    }
}

fn euros(minor: i64) -> Money {
    Money {
        minor,
        currency: Currency::parse("EUR").unwrap(),
    }
}

fn credit(minor: i64) -> Offer {
    Offer::StoreCredit {
        amounts: Amounts::of(euros(minor)),
    }
}

fn starter() -> Program {
    Program::starter(euros(0).currency)
}

fn paths(findings: &[Problem]) -> Vec<&str> {
    findings
        .iter()
        .map(|problem| problem.path.as_str())
        .collect()
}

#[test]
fn the_starter_is_without_fault_in_any_currency() {
    for code in ["EUR", "JPY", "KWD"] {
        let shop = shop(code);
        assert_eq!(Program::starter(shop.currency).validate(shop).problems, []);
    }
}

#[test]
fn every_mistake_is_named_at_once() {
    let mut program = Program::starter(Currency::parse("USD").unwrap());
    let advocate = program.advocate.as_mut().unwrap();
    advocate.by_friends = [(3, 500), (3, 600)]
        .map(|(from, minor)| FriendsTier {
            from,
            offer: credit(minor),
        })
        .to_vec();
    advocate.hand_over = Some(HandOver::Pattern {
        pattern: "hello##".to_owned(),
    });
    advocate.expires_days = Some(0);
    let friend = program.friend.as_mut().unwrap();
    friend.offer = Offer::PercentOff {
        basis_points: 10_001,
        up_to: None,
    };
    friend.by_order = [(5_000, 500), (5_000, 900)]
        .map(|(from, minor)| OrderTier {
            from: Amounts::of(euros(from)),
            offer: credit(minor),
        })
        .to_vec();
    program.minimum_order = Some(Amounts::of(euros(0)));
    program.hold_days = 366;
    program.window_days = 0;
    program.caps = vec![Cap {
        per: Period::Month,
        rewards: None,
        amounts: None,
    }];
    program.budget = Some(Budget {
        per: Period::Month,
        amounts: Amounts::default(),
        low_at_percent: 101,
    });
    program.prize = Some(Prize {
        per: Period::AllTime,
        offer: credit(1),
        places: 0,
        minimum_friends: 1,
    });
    program.goal = Some(Goal {
        per: Period::Month,
        referrals: 0,
    });
    program.terms = Some(Terms::Url("javascript:alert(1)".to_owned()));
    let found = program.validate(shop("EUR"));
    assert_eq!(
        paths(&found.problems),
        [
            "minimum_order.EUR",
            "hold_days",
            "window_days",
            "terms.url",
            "friend.offer.basis_points",
            "friend.by_order[1].from",
            "advocate.offer.amounts",
            "advocate.by_friends[1].from",
            "advocate.expires_days",
            "advocate.hand_over.pattern",
            "caps[0]",
            "budget.amounts",
            "budget.low_at_percent",
            "prize.per",
            "prize.places",
            "goal.referrals",
        ]
    );
    let tier = &found.problems[7].sentence;
    assert_eq!(
        tier,
        "advocate.by_friends[1].from must be above advocate.by_friends[0].from."
    );
}

#[test]
fn a_sign_up_has_no_amount() {
    let mut program = starter();
    program.trigger = Trigger::SignUp;
    assert_eq!(program.validate(shop("EUR")).problems, []);
    program.minimum_order = Some(Amounts::of(euros(100)));
    program.friend = Some(SideRules::of(Offer::PercentOff {
        basis_points: 1_000,
        up_to: None,
    }));
    let found = program.validate(shop("EUR"));
    assert_eq!(paths(&found.problems), ["minimum_order", "friend.offer"]);
}

#[test]
fn nothing_for_nobody_is_no_programme() {
    let mut program = starter();
    (program.advocate, program.friend) = (None, None);
    assert_eq!(paths(&program.validate(shop("EUR")).problems), ["advocate"]);
}

#[test]
fn what_is_legal_but_unwise_is_said() {
    let mut program = starter();
    program.hold_days = 0;
    let at = |average: i64| Shop {
        average_order: Some(euros(average)),
        ..shop("EUR")
    };
    let dear = program.validate(at(3_000));
    assert_eq!(dear.problems, []);
    assert_eq!(
        paths(&dear.warnings),
        ["friend.offer", "advocate.offer", "hold_days", "budget"]
    );
    assert!(
        dear.warnings[0]
            .sentence
            .contains("33.33 % of a usual order")
    );
    assert!(dear.warnings[0].sentence.contains("much"));
    assert!(
        program.validate(at(20_000)).warnings[0]
            .sentence
            .contains("little")
    );
    program.hold_days = 14;
    program.caps = vec![Cap {
        per: Period::Month,
        rewards: Some(5),
        amounts: None,
    }];
    assert_eq!(program.validate(at(6_000)).warnings, [], "16.67 % is wise");
}

#[test]
fn a_currency_that_one_table_lacks_is_named() {
    let mut program = starter();
    let dollars = Money {
        minor: 1_100,
        currency: Currency::parse("USD").unwrap(),
    };
    if let Some(SideRules {
        offer: Offer::StoreCredit { amounts },
        ..
    }) = &mut program.advocate
    {
        amounts.0.insert(dollars.currency, dollars.minor);
    }
    let found = program.validate(shop("EUR"));
    assert!(
        found
            .warnings
            .iter()
            .any(|w| w.path == "friend.offer" && w.sentence.contains("USD"))
    );
}
