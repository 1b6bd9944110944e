//! What every mail owes its reader, in every language.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use grapevine_domain::money::{Currency, Money};
use grapevine_domain::time::Timestamp;
use grapevine_pages::mail::{Confirm, FriendBought, Letter, RewardDeclined, RewardReady, SignIn};
use grapevine_pages::{Accent, Brand, Locale, Worth};

const LINK: &str = "https://refer.shop.example/m/t0k3n?a=1&b=2";
const UNSUBSCRIBE: &str = "https://refer.shop.example/u/t0k3n";
const NOW: Timestamp = Timestamp(1_795_428_000_000);

fn brand(locale: Locale) -> Brand {
    Brand {
        name: "Kettle & Leaf".to_owned(),
        shop_url: "https://shop.example/".to_owned(),
        logo_url: None,
        accent: Accent::new("#1f5c4d", None),
        locale,
    }
}

fn ten() -> Worth {
    Worth::Money(Money {
        minor: 1_000,
        currency: Currency::parse("EUR").unwrap(),
    })
}

fn confirm(locale: Locale) -> Letter {
    let mail = Confirm {
        brand: brand(locale),
        unsubscribe_url: UNSUBSCRIBE.to_owned(),
        link: LINK.to_owned(),
        expires_at: NOW,
        friend_reward: Some(ten()),
        advocate_reward: Some(Worth::Percent(1_500)),
    };
    mail.render().unwrap()
}

fn sign_in(locale: Locale) -> Letter {
    let (unsubscribe_url, link) = (UNSUBSCRIBE.to_owned(), LINK.to_owned());
    SignIn {
        brand: brand(locale),
        unsubscribe_url,
        link,
        expires_at: NOW,
    }
    .render()
    .unwrap()
}

fn friend_bought(locale: Locale, friend: Option<&str>) -> Letter {
    let mail = FriendBought {
        brand: brand(locale),
        unsubscribe_url: UNSUBSCRIBE.to_owned(),
        link: LINK.to_owned(),
        friend_first_name: friend.map(str::to_owned),
        reward: ten(),
        release_at: NOW.plus_days(13),
    };
    mail.render().unwrap()
}

fn reward_ready(locale: Locale, coupon: Option<&str>) -> Letter {
    let mail = RewardReady {
        brand: brand(locale),
        unsubscribe_url: UNSUBSCRIBE.to_owned(),
        link: LINK.to_owned(),
        reward: ten(),
        coupon: coupon.map(str::to_owned),
        use_by: None,
    };
    mail.render().unwrap()
}

fn reward_declined(locale: Locale, reason_code: &str) -> Letter {
    let mail = RewardDeclined {
        brand: brand(locale),
        unsubscribe_url: UNSUBSCRIBE.to_owned(),
        link: LINK.to_owned(),
        reward: ten(),
        ordered_at: NOW,
        reason_code: reason_code.to_owned(),
        contact: None,
    };
    mail.render().unwrap()
}

fn every_mail() -> Vec<Letter> {
    let of_locale = |locale| {
        [
            confirm(locale),
            sign_in(locale),
            friend_bought(locale, None),
            reward_ready(locale, Some("THANKS-7KQ4")),
            reward_declined(locale, "refunded"),
        ]
    };
    Locale::ALL.into_iter().flat_map(of_locale).collect()
}

#[test]
fn every_mail_has_one_button_a_text_version_and_a_way_out() {
    for letter in every_mail() {
        let Letter {
            subject,
            html,
            text,
        } = &letter;
        assert!(!subject.is_empty() && !subject.contains('{') && !subject.contains('!'));
        assert_eq!(html.matches("class=\"button\"").count(), 1, "{subject}");
        assert!(
            html.contains("href=\"https://refer.shop.example/m/t0k3n?a=1&#38;b=2\""),
            "{html}"
        );
        assert!(html.contains(&format!("<a href=\"{UNSUBSCRIBE}\" class=\"unsubscribe\"")));
        assert!(text.contains(LINK) && text.contains(UNSUBSCRIBE), "{text}");
        for leftover in ["{{", "{%", "<mj-"] {
            assert!(
                !html.contains(leftover) && !text.contains(leftover),
                "{leftover} in {subject}"
            );
        }
        assert!(html.contains("prefers-color-scheme: dark") && html.contains("color-scheme"));
        assert!(
            !html.contains("fonts.googleapis"),
            "a mail must not call home"
        );
    }
}

#[test]
fn both_versions_say_the_same() {
    let letter = confirm(Locale::En);
    for words in ["Give €10, get 15%", "until 23 November 2026, 10:00 UTC"] {
        assert!(
            letter.html.contains(words) && letter.text.contains(words),
            "{words}"
        );
    }
    let letter = reward_ready(Locale::Pl, Some("THANKS-7KQ4"));
    for words in ["THANKS-7KQ4", "Wpisz go przy płatności."] {
        assert!(
            letter.html.contains(words) && letter.text.contains(words),
            "{words}"
        );
    }
    assert!(
        letter.text.contains("Kettle & Leaf"),
        "plain text is not escaped"
    );
}

#[test]
fn a_friend_is_named_only_with_leave() {
    assert!(
        friend_bought(Locale::En, Some("Jo"))
            .text
            .starts_with("Jo has bought")
    );
    assert!(
        friend_bought(Locale::En, None)
            .text
            .starts_with("A friend has bought")
    );
    assert!(
        friend_bought(Locale::En, Some(" \u{202e}"))
            .text
            .starts_with("A friend has bought")
    );
}

#[test]
fn a_reward_without_a_code_shows_no_empty_box() {
    let letter = reward_ready(Locale::En, None);
    assert!(!letter.html.contains("Your code") && !letter.text.contains("Your code"));
    assert!(letter.text.contains("You find it on your page."));
}

#[test]
fn a_no_gives_its_reason_and_a_way_to_ask() {
    let letter = reward_declined(Locale::En, "refunded");
    assert!(
        letter
            .text
            .contains("Why: The order was returned and refunded."),
        "{}",
        letter.text
    );
    assert!(letter.text.contains("Reply to this mail"));
    let unknown = reward_declined(Locale::En, "some_new_code");
    assert!(
        !unknown.text.contains("some_new_code"),
        "codes are not for readers"
    );
}
