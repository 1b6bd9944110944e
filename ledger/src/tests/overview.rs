//! The overview against figures worked out by hand.

use grapevine_domain::code::Code;
use grapevine_domain::conversion::ConversionKind;
use grapevine_domain::money::{Amounts, Currency, Money};
use grapevine_domain::period::Period;
use grapevine_domain::program::{Budget, Goal, Program};
use grapevine_domain::reward::{HandOver, Offer, SideRules};
use grapevine_domain::share::numbers::number_of;
use serde_json::{Value as Json, json};

use super::harness::{Shop, batch, browser, euros, refund_of, server, starter};
use crate::clicks::pack;
use crate::command::Command;
use crate::sql::Sql;

fn dollars(minor: i64) -> Money {
    let currency = Currency::parse("USD").unwrap();
    Money { minor, currency }
}

fn both(eur: i64, usd: i64) -> Amounts {
    let money = [euros(eur), dollars(usd)];
    Amounts(money.map(|money| (money.currency, money.minor)).into())
}

/// A goal, a budget and a pool with one code.
fn program() -> Program {
    let mut friend = SideRules::of(Offer::AmountOff {
        amounts: both(500, 600),
    });
    friend.hand_over = Some(HandOver::Pool {
        pool: "spring".to_owned(),
    });
    Program {
        advocate: Some(SideRules::of(Offer::StoreCredit {
            amounts: both(1_000, 1_100),
        })),
        friend: Some(friend),
        goal: Some(Goal {
            per: Period::Month,
            referrals: 12,
        }),
        budget: Some(Budget {
            per: Period::Month,
            amounts: both(5_000, 2_000),
            low_at_percent: 20,
        }),
        ..starter()
    }
}

fn overview(shop: &Shop, from: &str, to: &str) -> Json {
    let day = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    shop.run(Command::Overview {
        from: day(from),
        to: day(to),
    })
}

/// 18 November 2026: two advocates, one of whom shares twice. 19 November: seven orders
/// of other people, four of them brought, and what else there can be.
pub fn november() -> Shop {
    let shop = Shop::with(program());
    let ada = shop.advocate("ada@mail.example");
    let (session, bea) = shop.join("bea@mail.example");
    for _ in 0..3 {
        shop.run(Command::RecordImpression {
            placement: "floating".to_owned(),
        });
    }
    for channel in ["email", "whatsapp"] {
        shop.run(Command::RecordShare {
            session: session.clone(),
            channel: channel.to_owned(),
            placement: "floating".to_owned(),
            press_id: channel.to_owned(),
        });
    }
    shop.pass_days(1);
    let click = |id, code: &str, channel| {
        let code = Code::parse(code).unwrap();
        pack(shop.now(), id, [1; 8], number_of(channel), 0, code, 0)
    };
    let clicks = [
        click(1, &ada, "email"),
        click(2, &ada, "email"),
        click(3, &ada, "email"),
        click(4, &ada, "email"),
        click(5, &bea, "whatsapp"),
    ];
    let mut clicks = batch("b1", &clicks);
    clicks.dropped.insert("bot".to_owned(), 7);
    shop.run(Command::RecordClicks(clicks));
    let token = |code: &str, channel, seconds: i64| {
        shop.click_of("acme", code, channel, shop.now().plus_ms(-seconds * 1_000))
    };
    let bob = token(&ada, "email", 3_600);
    shop.run(Command::RecordLanding {
        token: bob.clone(),
        page: "/".to_owned(),
        hidden: false,
    });
    let report = |id: &str, amount: Money| {
        let mut report = server(id);
        report.amount = Some(amount);
        report
    };
    shop.report(
        report("1", euros(5_000))
            .token(&bob)
            .email("bob@mail.example"),
    );
    shop.report(report("2", euros(3_000)).token(&token(&bea, "whatsapp", 7_200)));
    shop.report(report("3", dollars(4_000)).token(&token(&ada, "email", 36_000)));
    shop.report(report("4", euros(6_000)).token(&token(&ada, "email", 60)));
    shop.report(report("5", euros(2_000)));
    shop.report(report("6", euros(4_000)));
    shop.report(report("7", dollars(1_000)));
    shop.report(report("8", euros(1_500)).email("bob@mail.example"));
    shop.report(browser("9").amount(9_999).token(&token(&ada, "x", 60)));
    let mut sign_up = server("10");
    (sign_up.kind, sign_up.amount) = (ConversionKind::SignUp, None);
    shop.report(sign_up);
    shop.run(refund_of("2", "r", 1_000));
    shop.run(Command::ReportRefund {
        order_id: "4".to_owned(),
        refund_id: "r".to_owned(),
        amount: None,
    });
    shop.run(refund_of("6", "r", 500));
    shop
}

#[test]
fn figures_are_those_that_are_worked_out_by_hand() {
    let shop = november();
    let found = overview(&shop, "", "");
    assert_eq!(found["from"], "2026-10-21");
    assert_eq!(found["to"], "2026-11-19");
    assert_eq!(found["currency"], "EUR");
    assert_eq!(
        found["funnel"],
        json!({ "impressions": 3, "shares": 2, "clicks": 5, "landings": 1, "claims": 0,
                "conversions": 3, "rewards": 6, "dropped": { "bot": 7 } })
    );
    assert_eq!(found["advocates"], json!({ "joined": 2, "total": 2 }));
    assert_eq!(
        found["orders"],
        json!({ "referred": 3, "given_back": 1, "other": 4, "sign_ups": 1 })
    );
    assert_eq!(
        found["money"],
        json!([
            {
                "currency": "EUR",
                "revenue": {
                    "referred": { "gross": euros(8_000), "kept": euros(7_000) },
                    "all": { "gross": euros(21_500), "kept": euros(14_000) },
                },
                "reward_cost": euros(3_000),
                "roi_basis_points": 13_333, // (7,000 - 3,000) / 3,000
                "average_order": { "referred": euros(4_000), "other": euros(2_500) },
            },
            {
                "currency": "USD",
                "revenue": {
                    "referred": { "gross": dollars(4_000), "kept": dollars(4_000) },
                    "all": { "gross": dollars(5_000), "kept": dollars(5_000) },
                },
                "reward_cost": dollars(1_700),
                "roi_basis_points": 13_529, // (4,000 - 1,700) / 1,700
                "average_order": { "referred": dollars(4_000), "other": dollars(1_000) },
            },
        ])
    );
    assert_eq!(
        found["refund_rate_basis_points"],
        json!({ "referred": 5_000, "other": 2_500 }) // orders 2 and 4 of 4, order 6 of 4
    );
    assert_eq!(found["repeat_rate_basis_points"], 3_333); // order 8 ÷ 3
    assert_eq!(found["k_factor_thousandths"], 1_500); // 3 referrals ÷ 2 advocates
    assert_eq!(found["invitations_per_advocate_thousandths"], 1_000);
    assert_eq!(found["referrals_per_invitation_thousandths"], 1_500);
    assert_eq!(
        found["unconfirmed"],
        json!({ "referrals": 1, "revenue": [euros(9_999)] })
    );
    for (name, exact) in [("median_s", 7_200), ("p90_s", 36_000)] {
        let off = (found["time_to_convert"][name].as_i64().unwrap() - exact).abs();
        assert!(off * 100 <= exact, "{name}");
    }
    assert_eq!(
        found["per_channel"],
        json!([
            { "channel": "email", "shares": 1, "clicks": 4, "landings": 1, "claims": 0,
              "referrals": 2, "revenue": [euros(5_000), dollars(4_000)],
              "order_rate_basis_points": 5_000 },
            { "channel": "whatsapp", "shares": 1, "clicks": 1, "landings": 0, "claims": 0,
              "referrals": 1, "revenue": [euros(2_000)], "order_rate_basis_points": 10_000 },
        ])
    );
    assert_eq!(
        found["per_placement"],
        json!([
            { "placement": "", "impressions": 0, "joins": 0, "shares": 0, "referrals": 2 },
            { "placement": "floating", "impressions": 3, "joins": 1, "shares": 2, "referrals": 1 },
            { "placement": "api", "impressions": 0, "joins": 1, "shares": 0, "referrals": 0 },
        ])
    );
    assert_eq!(
        found["per_variant"],
        json!([{ "variant": 0, "clicks": 5, "referrals": 3, "order_rate_basis_points": 6_000 }])
    );
    let days = found["per_day"].as_array().unwrap();
    assert_eq!(days.len(), 30);
    assert_eq!(
        days[28..],
        [
            json!({ "day": "2026-11-18", "clicks": 0, "shares": 2, "referrals": 0,
                    "revenue": [], "cost": [] }),
            json!({ "day": "2026-11-19", "clicks": 5, "shares": 0, "referrals": 3,
                    "revenue": [euros(7_000), dollars(4_000)],
                    "cost": [euros(3_000), dollars(1_700)] }),
        ]
    );
    assert_eq!(
        found["goal"],
        json!({ "per": "month", "wanted": 12, "actual": 3, "basis_points": 2_500 })
    );
    assert_eq!(
        found["budget"],
        json!({ "per": "month", "state": "low", "amounts": [
            { "limit": euros(5_000), "spent": euros(3_000), "left": euros(2_000) },
            { "limit": dollars(2_000), "spent": dollars(1_700), "left": dollars(300) },
        ] })
    );
    assert_eq!(found["low_pools"], json!([{ "pool": "spring", "left": 0 }]));
    assert_eq!(found["before"]["from"], "2026-09-21");
    assert_eq!(found["before"]["funnel"]["conversions"], 0);
    shop.sound();
}

#[test]
fn a_span_holds_both_of_its_days_and_is_compared_with_the_one_before() {
    let shop = november();
    let day = overview(&shop, "2026-11-19", "2026-11-19");
    assert_eq!(day["funnel"]["conversions"], 3);
    assert_eq!(day["funnel"]["shares"], 0);
    assert_eq!(day["advocates"], json!({ "joined": 0, "total": 2 }));
    assert_eq!(day["referrals_per_invitation_thousandths"], json!(null));
    assert_eq!(day["before"]["from"], "2026-11-18");
    assert_eq!(day["before"]["to"], "2026-11-18");
    assert_eq!(day["before"]["funnel"]["shares"], 2);
    shop.pass_days(40);
    let later = overview(&shop, "", "");
    assert_eq!(later["from"], "2026-11-30");
    assert_eq!(later["funnel"]["conversions"], 0);
    assert_eq!(later["goal"]["actual"], 0);
    let before = &later["before"];
    for same in [
        "money",
        "funnel",
        "orders",
        "refund_rate_basis_points",
        "k_factor_thousandths",
    ] {
        let then = overview(&shop, "2026-11-01", "2026-11-30");
        assert_eq!(before[same], then[same], "{same}");
    }
}

#[test]
fn a_refund_after_the_span_changes_what_the_span_came_to() {
    let shop = november();
    shop.pass_days(60);
    shop.run(refund_of("1", "late", 2_000));
    shop.run(Command::ReportRefund {
        order_id: "3".to_owned(),
        refund_id: "late".to_owned(),
        amount: None,
    });
    let then = overview(&shop, "2026-11-01", "2026-11-30");
    assert_eq!(
        then["orders"],
        json!({ "referred": 2, "given_back": 2, "other": 4, "sign_ups": 1 })
    );
    let kept = |at: usize| &then["money"][at]["revenue"]["referred"]["kept"];
    assert_eq!(
        (kept(0), kept(1)),
        (&json!(euros(5_000)), &json!(dollars(0)))
    );
    assert_eq!(then["money"][1]["reward_cost"], json!(dollars(0)));
    assert_eq!(then["money"][1]["roi_basis_points"], json!(null));
    assert_eq!(then["refund_rate_basis_points"]["referred"], 10_000);
    let now = overview(&shop, "", "");
    assert_eq!(now["money"], overview(&Shop::open(), "", "")["money"]);
}

#[test]
fn a_shop_in_which_nothing_happened_divides_by_nothing() {
    let found = overview(&Shop::open(), "2026-01-01", "2026-12-31");
    for ratio in [
        "/refund_rate_basis_points/referred",
        "/refund_rate_basis_points/other",
        "/repeat_rate_basis_points",
        "/k_factor_thousandths",
        "/money/0/roi_basis_points",
        "/money/0/average_order/referred",
        "/money/0/average_order/other",
        "/time_to_convert/median_s",
        "/before/money/0/roi_basis_points",
        "/goal",
        "/budget",
    ] {
        assert_eq!(found.pointer(ratio), Some(&Json::Null), "{ratio}");
    }
    assert_eq!(found["per_channel"], json!([]));
    assert_eq!(found["low_pools"], json!([]));
    assert_eq!(found["per_day"].as_array().unwrap().len(), 365);
    assert_eq!(found["money"].as_array().unwrap().len(), 1);
}

#[test]
fn a_span_that_makes_no_sense_is_refused() {
    let shop = Shop::open();
    for (from, to) in [
        ("2026-11-20", "2026-11-19"),
        ("2026-02-30", "2026-03-01"),
        ("2026-11-1", "2026-11-19"),
        ("26-11-01", ""),
        ("2026-11-01T00", "2026-11-19"),
        ("yesterday", "today"),
        ("", "+026-01-01"),
        ("2026-11-19", "tomorrow"),
        ("2027-01-01", ""),
        ("2020-01-01", "2023-01-05"),
    ] {
        let day = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let (from, to) = (day(from), day(to));
        assert_eq!(
            shop.refused(Command::Overview { from, to }),
            "invalid_period"
        );
    }
    let longest = overview(&shop, "2020-01-01", "2023-01-04");
    assert_eq!(longest["per_day"].as_array().unwrap().len(), 1_100);
    assert_eq!(overview(&shop, "", "2026-03-01")["from"], "2026-01-31");
}

#[test]
fn home_and_funnel_count_what_the_tables_hold() {
    let shop = november();
    let one = |statement: &str| {
        let rows = shop.sql.run(statement, vec![]).unwrap();
        rows[0].int(0).unwrap()
    };
    let home = shop.run(Command::Home);
    let referrals = one("SELECT count(*) FROM referrals WHERE status <> 'voided'");
    assert_eq!((referrals, &home["funnel"]["conversions"]), (4, &json!(4)));
    let rewards = one("SELECT count(*) FROM rewards WHERE status NOT IN ('voided', 'expired')");
    assert_eq!((rewards, &home["funnel"]["rewards"]), (8, &json!(8)));
    let revenue = one(
        "SELECT sum(c.amount_minor - c.refunded_minor) FROM conversions c \
         JOIN referrals r ON r.conversion_id = c.id \
         WHERE r.status <> 'voided' AND c.currency = 'EUR'",
    );
    assert_eq!(home["revenue"], json!(euros(revenue)));
    let cost = one(
        "SELECT sum(amount_minor) FROM rewards WHERE currency = 'EUR' \
         AND status NOT IN ('voided', 'expired')",
    );
    assert_eq!(home["reward_cost"], json!(euros(cost)));
    assert_eq!(home["funnel"], shop.run(Command::Funnel));
}
