//! The whole path, and what an address that is not confirmed holds back.

use serde_json::json;

use super::harness::{ORIGIN, SLUG, START, Shop, batch, browser, euros, server, starter, text};
use crate::clicks::pack;
use crate::command::Command;
use crate::iso::Iso;
use grapevine_domain::code::Code;
use grapevine_domain::share::numbers::number_of;

#[test]
fn from_a_new_merchant_to_two_approved_rewards() {
    let shop = Shop::open();
    let (session, code) = shop.join("ada@mail.example");
    assert_eq!(shop.mails("confirm", "ada@mail.example"), 1);
    let link = shop.mailbox_link("ada@mail.example");
    let token = link.clone();
    assert_eq!(shop.run(Command::PeekMailbox { token })["verified"], false);
    let proved = shop.run(Command::ProveMailbox { token: link });
    assert_eq!(proved["shop_url"], "https://shop.example/");
    let typed = session;
    let session = text(&proved, "/session");
    let me = shop.me(&session);
    assert_eq!(me["verified"], true);
    assert_eq!(me["link"], format!("{ORIGIN}/r/{SLUG}/{code}"));

    shop.run(Command::RecordImpression {
        placement: "floating".to_owned(),
    });
    shop.run(Command::RecordShare {
        session: typed, // still shares, and sees nothing
        channel: "whatsapp".to_owned(),
        placement: "floating".to_owned(),
        press_id: "p1".to_owned(),
    });
    let whatsapp = number_of("whatsapp");
    let personal = Code::parse(&code).unwrap();
    let click = pack(START, 1, [1; 8], whatsapp, 0, personal, 0);
    shop.run(Command::RecordClicks(batch("b1", &[click])));
    let token = shop.click(&code, "whatsapp");
    let landing = shop.run(Command::RecordLanding {
        token: token.clone(),
        page: "/products/teapot?utm_source=x".to_owned(),
        hidden: false,
    });
    assert_eq!(landing["coupon"], json!(null));
    assert_eq!(landing["friend_reward"]["money"], json!(euros(1_000)));
    let coupon = shop.claim(&token);
    let report = server("1001").token(&token).coupon(&coupon);
    let answer = shop.report(report.email("bob@mail.example"));

    let release_at = Iso(START.plus_days(14)).text();
    assert_eq!(answer["conversion"]["verdict"], "referred");
    assert_eq!(answer["referral"]["release_at"], json!(release_at));
    assert_eq!(answer["referral"]["channel"], "whatsapp");
    assert_eq!(answer["why"][0]["reason"], "won");
    assert_eq!(shop.statuses("1001"), "pending pending pending");
    assert_eq!(shop.mails("friend_bought", "ada@mail.example"), 1);
    let me = shop.me(&session);
    assert_eq!(me["pending"], json!(euros(1_000)));
    assert_eq!(me["rewards"][0]["awaits"], json!(["return_period"]));

    let almost = shop.run(Command::AdvanceClock {
        seconds: 14 * 86_400 - 1,
    });
    assert_eq!(almost["approved"], 0);
    let there = shop.run(Command::AdvanceClock { seconds: 1 });
    assert_eq!(there["approved"], 1);
    assert_eq!(there["now"], json!(release_at));
    assert_eq!(shop.statuses("1001"), "approved approved redeemed");
    assert_eq!(shop.mails("reward_ready", "ada@mail.example"), 1);

    let me = shop.me(&session);
    assert_eq!(me["pending"], json!(euros(0)));
    assert_eq!(me["earned"], json!(euros(1_000)));
    assert_eq!(
        me["numbers"],
        json!({ "shares": 1, "clicks": 1, "friends": 1 })
    );
    let funnel = shop.run(Command::Funnel);
    for step in [
        "impressions",
        "shares",
        "clicks",
        "landings",
        "claims",
        "conversions",
    ] {
        assert_eq!(funnel[step], 1, "{step}");
    }
    assert_eq!(funnel["rewards"], 2);
    assert_eq!(funnel["clicks_by_channel"], json!({ "whatsapp": 1 }));
    let overview = shop.run(Command::Home);
    assert_eq!(overview["revenue"], json!(euros(5_000)));
    assert_eq!(overview["reward_cost"], json!(euros(2_000)));
    let id = text(&answer, "/referral/id");
    let one = shop.run(Command::Referral { id });
    let kinds: Vec<_> = one["events"].as_array().unwrap().iter().collect();
    assert_eq!(kinds.len(), 10, "{kinds:?}");
    shop.sound();
}

#[test]
fn an_unconfirmed_address_holds_back_the_advocates_reward_only() {
    let shop = Shop::open();
    let (session, code) = shop.join("ada@mail.example");
    shop.report(server("1").token(&shop.click(&code, "email")));
    assert_eq!(
        shop.me(&session)["rewards"][0]["awaits"],
        json!(["return_period", "address_confirmation"])
    );
    shop.after_hold();
    assert_eq!(shop.statuses("1"), "approved pending approved");
    let waiting = shop.me(&session);
    assert_eq!(
        waiting["rewards"][0]["awaits"],
        json!(["address_confirmation"])
    );
    let token = shop.mailbox_link("ada@mail.example");
    let proved = shop.run(Command::ProveMailbox {
        token: token.clone(),
    });
    assert_eq!(shop.statuses("1"), "approved approved approved");
    let before = shop.dump();
    shop.run(Command::ProveMailbox { token });
    assert_eq!(shop.dump(), before, "a second use changes nothing");
    let session = text(&proved, "/session");
    assert_eq!(shop.me(&session)["earned"], json!(euros(1_000)));
    assert_eq!(shop.mails("reward_ready", "ada@mail.example"), 1);
    shop.sound();
}

#[test]
fn a_browsers_word_alone_never_pays() {
    let shop = Shop::open();
    let (session, code) = shop.join("ada@mail.example");
    let token = shop.click(&code, "email");
    shop.report(browser("1").token(&token));
    shop.after_hold();
    shop.pass_days(100);
    shop.run(Command::RunDue);
    assert_eq!(shop.statuses("1"), "pending pending pending");
    assert_eq!(
        shop.me(&session)["rewards"][0]["awaits"],
        json!(["shop_confirmation", "address_confirmation"])
    );
    assert_eq!(shop.mails("friend_bought", "ada@mail.example"), 0);
    shop.report(server("1"));
    assert_eq!(shop.mails("friend_bought", "ada@mail.example"), 1);
    shop.run(Command::RunDue);
    assert_eq!(shop.statuses("1"), "approved pending approved");
}

#[test]
fn a_browsers_word_pays_where_the_merchant_wants_it() {
    let mut program = starter();
    program.browser_orders_pay = true;
    let shop = Shop::with(program);
    let code = shop.advocate("ada@mail.example");
    shop.report(browser("1").token(&shop.click(&code, "email")));
    shop.after_hold();
    assert_eq!(shop.statuses("1"), "approved approved approved");
}

#[test]
fn the_books_ask_to_be_woken_when_the_hold_ends() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.run(Command::AdvanceClock { seconds: 1_000 });
    let token = shop.click_of(SLUG, &code, "email", START.plus_ms(1_000_000));
    let answer = shop.answer(Command::ReportConversion(server("1").token(&token)));
    assert_eq!(answer.wake_at, Some(START.plus_days(14)), "in real time");
    shop.pass_days(15);
    let late = shop.answer(Command::Clock);
    assert_eq!(late.wake_at, Some(shop.now()), "at once when it is due");
    shop.run(Command::RunDue);
    assert_eq!(shop.answer(Command::Clock).wake_at, None);
}

#[test]
fn the_hold_period_ends_to_the_millisecond() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    shop.report(server("1").token(&shop.click(&code, "email")));
    shop.pass_days(14);
    shop.pass_ms(-1);
    assert_eq!(shop.run(Command::RunDue)["approved"], 0);
    shop.pass_ms(1);
    assert_eq!(shop.run(Command::RunDue)["approved"], 1);
    assert_eq!(shop.run(Command::RunDue)["approved"], 0);
}

#[test]
fn more_than_a_hundred_due_referrals_are_all_approved() {
    let shop = Shop::open();
    let code = shop.advocate("ada@mail.example");
    for order in 0..205 {
        shop.report(server(&order.to_string()).token(&shop.click(&code, "x")));
    }
    shop.pass_days(14);
    assert_eq!(shop.run(Command::RunDue)["approved"], 205);
}

#[test]
fn only_a_test_merchants_clock_moves_and_only_forward() {
    let shop = Shop::bare();
    let mut live = super::harness::new_merchant(None);
    live.test = false;
    shop.run(Command::CreateMerchant(live));
    let step = |seconds| Command::AdvanceClock { seconds };
    assert_eq!(shop.refused(step(1)), "not_a_test_merchant");
    let shop = Shop::open();
    assert_eq!(shop.refused(step(-1)), "invalid_step");
    let ten_years = 10 * 366 * 86_400;
    shop.run(step(ten_years));
    assert_eq!(shop.refused(step(1)), "invalid_step");
}

#[test]
fn a_merchant_is_created_once() {
    let shop = Shop::open();
    let before = shop.dump();
    let again = Command::CreateMerchant(super::harness::new_merchant(None));
    assert_eq!(shop.refused(again), "merchant_exists");
    assert_eq!(shop.dump(), before);
}

#[test]
fn whoever_asked_for_silence_gets_no_more_news() {
    let shop = Shop::open();
    let (session, code) = shop.join("ada@mail.example");
    let id = text(&shop.mail_to("ada@mail.example").unwrap(), "/advocate_id");
    let until = shop.now().plus_days(365);
    let purpose = crate::keyring::Purpose::Unsubscribe;
    let token = crate::signed::seal(&shop.ring, purpose, SLUG, &id, until);
    let unsubscribe = |peek| Command::Unsubscribe {
        token: token.clone(),
        peek,
    };
    assert_eq!(shop.run(unsubscribe(true))["done"], false);
    assert_eq!(shop.run(unsubscribe(false))["done"], true);
    assert_eq!(shop.run(unsubscribe(true))["done"], true);
    shop.report(server("1").token(&shop.click(&code, "email")));
    assert_eq!(shop.mails("friend_bought", "ada@mail.example"), 0);
    let forged = Command::Unsubscribe {
        token: session,
        peek: false,
    };
    assert_eq!(shop.refused(forged), "link_broken");
}
