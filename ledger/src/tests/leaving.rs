//! Who leaves, who is removed, who may come back; who wants no mails.

use serde_json::json;

use super::harness::{ORIGIN, Shop, text};
use super::joining::identity;
use crate::command::{Command, Join};

const EMAIL: &str = "ada@mail.example";

fn join(email: &str, customer: Option<String>) -> Command {
    Command::Join(Join {
        email: Some(email.to_owned()),
        customer,
        locale: "en".to_owned(),
        placement: "page".to_owned(),
        origin: ORIGIN.to_owned(),
    })
}

#[test]
fn who_left_in_the_panel_may_come_back() {
    let shop = Shop::open();
    let (session, code) = shop.join(EMAIL);
    let leave = || Command::Leave {
        session: session.clone(),
    };
    assert_eq!(shop.run(leave()), json!({ "left": true }));
    assert_eq!(shop.refused(leave()), "session_expired");
    let again = shop.run(join(EMAIL, None));
    assert_ne!(text(&again, "/me/code"), code, "as somebody new");
    shop.sound();
}

#[test]
fn whom_the_merchant_removed_for_good_may_not_unless_it_says_so() {
    let shop = Shop::open();
    shop.join(EMAIL);
    let id = shop.advocate_id(EMAIL);
    shop.run(Command::RemoveAdvocate {
        id: id.clone(),
        may_return: false,
    });
    assert_eq!(shop.refused(join(EMAIL, None)), "not_eligible");
    // The same mailbox, written otherwise; and vouched for by the shop.
    assert_eq!(shop.refused(join("ADA@mail.example", None)), "not_eligible");
    let vouched = join(EMAIL, Some(identity(&shop, EMAIL)));
    assert_eq!(shop.refused(vouched), "not_eligible");
    shop.run(join("bea@mail.example", None));
    let kept = format!("{:?}", shop.dump()["barred"]);
    assert!(!kept.contains("ada"), "no address is kept: {kept}");
    shop.advocate(EMAIL);
    assert_eq!(shop.run(join(EMAIL, None)), json!({ "check_mail": true }));
    let added = shop.advocate_id(EMAIL);
    shop.run(Command::RemoveAdvocate {
        id: added,
        may_return: true,
    });
    shop.run(join(EMAIL, None));
}

#[test]
fn mails_end_and_come_again() {
    let shop = Shop::open();
    let (session, _) = shop.join(EMAIL);
    let set = |on| {
        shop.run(Command::SetMails {
            session: session.clone(),
            on,
        })
    };
    assert_eq!(shop.me(&session)["mails"], true);
    assert_eq!(set(false), json!({ "mails": false }));
    assert_eq!(shop.me(&session)["mails"], false);
    let once = shop.dump();
    set(false);
    assert_eq!(shop.dump(), once);
    assert_eq!(set(true), json!({ "mails": true }));
    assert_eq!(shop.me(&session)["mails"], true);
    shop.sound();
}
