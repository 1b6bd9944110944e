//! What every mail owes its reader, in every language.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use grapevine_domain::money::{Currency, Money};
use grapevine_domain::reward::TimeUnit;
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
        receipt: Some("https://refer.shop.example/s/acme.AAAA".to_owned()),
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
        receipt: Some("https://refer.shop.example/s/acme.AAAA".to_owned()),
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
    for words in ["Give €10, get 15% off", "until 23 November 2026, 10:00 UTC"] {
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
fn every_kind_of_reward_reads_well() {
    let euros = |minor| Money {
        minor,
        currency: Currency::parse("EUR").unwrap(),
    };
    for (worth, english, polish) in [
        (ten(), "€10", "10\u{a0}€"),
        (Worth::Percent(1_500), "15% off", "15% rabatu"),
        (Worth::Thing("Tea box".to_owned()), "Tea box", "Tea box"),
        (Worth::Points(500), "500 points", "500 punktów"),
        (
            Worth::Period(3, TimeUnit::Months),
            "3 free months",
            "3 miesiące gratis",
        ),
        (
            Worth::Donation(euros(500), "Clean Rivers".to_owned()),
            "€5 for Clean Rivers",
            "5\u{a0}€ na cel „Clean Rivers”",
        ),
    ] {
        for (locale, amount, ready, bought, declined) in [
            (
                Locale::En,
                english,
                "Your reward is ready: ",
                "A friend bought with your link. Your reward: ",
                "Your reward was declined: ",
            ),
            (
                Locale::Pl,
                polish,
                "Twoja nagroda jest gotowa: ",
                "Zakup z Twojego linku. Twoja nagroda: ",
                "Nagroda nie została przyznana: ",
            ),
        ] {
            let said = RewardReady {
                brand: brand(locale),
                unsubscribe_url: UNSUBSCRIBE.to_owned(),
                link: LINK.to_owned(),
                reward: worth.clone(),
                coupon: None,
                use_by: None,
                receipt: Some("https://refer.shop.example/s/acme.AAAA".to_owned()),
            }
            .render()
            .unwrap();
            assert_eq!(said.subject, format!("{ready}{amount}"));
            assert!(said.html.contains(amount) && said.text.contains(amount));
            let said = FriendBought {
                brand: brand(locale),
                unsubscribe_url: UNSUBSCRIBE.to_owned(),
                link: LINK.to_owned(),
                friend_first_name: None,
                reward: worth.clone(),
                release_at: NOW,
            }
            .render()
            .unwrap();
            assert_eq!(said.subject, format!("{bought}{amount}"));
            let said = RewardDeclined {
                brand: brand(locale),
                unsubscribe_url: UNSUBSCRIBE.to_owned(),
                link: LINK.to_owned(),
                reward: worth.clone(),
                ordered_at: NOW,
                reason_code: "cap_reached".to_owned(),
                contact: None,
                receipt: Some("https://refer.shop.example/s/acme.AAAA".to_owned()),
            }
            .render()
            .unwrap();
            assert!(said.text.starts_with(&format!("{declined}{amount}\n")));
        }
    }
}

#[test]
fn an_offer_for_one_side_promises_nothing_to_the_other() {
    let mail = |friend_reward, advocate_reward| {
        Confirm {
            brand: brand(Locale::En),
            unsubscribe_url: UNSUBSCRIBE.to_owned(),
            link: LINK.to_owned(),
            expires_at: NOW,
            friend_reward,
            advocate_reward,
        }
        .render()
        .unwrap()
        .text
    };
    assert!(mail(Some(ten()), None).contains("Give €10 to a friend\n"));
    assert!(mail(None, Some(ten())).contains("Get €10 for a friend\n"));
}

#[test]
fn a_code_comes_with_its_last_day() {
    let letter = RewardReady {
        brand: brand(Locale::En),
        unsubscribe_url: UNSUBSCRIBE.to_owned(),
        link: LINK.to_owned(),
        reward: Worth::Thing("Tea box".to_owned()),
        coupon: Some("THANKS-7KQ4".to_owned()),
        use_by: Some(NOW),
        receipt: Some("https://refer.shop.example/s/acme.AAAA".to_owned()),
    }
    .render()
    .unwrap();
    for words in ["THANKS-7KQ4", "Enter it at checkout, by 23 November 2026."] {
        assert!(letter.html.contains(words) && letter.text.contains(words));
    }
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
    assert!(letter.text.contains("Kettle & Leaf hands it over."));
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
    for code in [
        "not_new_customer",
        "not_first_order",
        "not_nth_order",
        "other_trigger",
        "below_minimum",
        "other_currency",
        "refunded",
        "partly_refunded",
        "self_referral",
        "referral_loop",
        "advocate_left",
        "outranked",
        "cap_reached",
        "budget_spent",
        "expired",
    ] {
        for locale in Locale::ALL {
            let (said, other) = (
                reward_declined(locale, code).text,
                reward_declined(locale, "declined").text,
            );
            assert_ne!(said, other, "{code} has words of its own");
        }
    }
    let unknown = reward_declined(Locale::En, "some_new_code");
    assert!(
        !unknown.text.contains("some_new_code"),
        "codes are not for readers"
    );
}
