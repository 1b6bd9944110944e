//! Values from outside stay values, in every view.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use grapevine_domain::money::{Currency, Money};
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{RewardStatus, Side};
use grapevine_domain::time::Timestamp;
use grapevine_pages::console::{
    self, Figures, Funnel, Install, MailPage, MailRow, Outbox, Overview, Period, Referral, Reward,
    Shop, TagSeen, Tally,
};
use grapevine_pages::mail::{
    Appeal, Confirm, FriendBought, Letter, RewardDeclined, RewardReady, SignIn,
};
use grapevine_pages::shopper::{
    Appealed, Mailbox, MailboxState, Receipt, Trouble, TroubleKind, Unsubscribe, UnsubscribeState,
};
use grapevine_pages::{Accent, Brand, Locale, Worth, home::Home};

const EVIL: &str = "x\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}\u{202e}\n&";
const EVIL_LINK: &str = "javascript:alert('\"><script>')";
const NOW: Timestamp = Timestamp(1_795_428_000_000);

fn evil() -> String {
    EVIL.to_owned()
}

fn evil_link() -> String {
    EVIL_LINK.to_owned()
}

fn money() -> Money {
    Money {
        minor: i64::MIN,
        currency: Currency::parse("EUR").unwrap(),
    }
}

fn brand(locale: Locale) -> Brand {
    Brand {
        name: evil(),
        shop_url: evil_link(),
        logo_url: Some(evil_link()),
        accent: Accent::new(EVIL, Some(EVIL)),
        locale,
    }
}

fn shop() -> Shop {
    Shop {
        slug: evil(),
        name: evil(),
        test: true,
        signed_in: true,
    }
}

fn letters(locale: Locale) -> Vec<Letter> {
    let (brand, link, worth) = (|| brand(locale), evil_link, Worth::Money(money()));
    let confirm = Confirm {
        brand: brand(),
        unsubscribe_url: link(),
        link: link(),
        expires_at: NOW,
        friend_reward: Some(worth.clone()),
        advocate_reward: Some(Worth::Percent(u32::MAX)),
    };
    let sign_in = SignIn {
        brand: brand(),
        unsubscribe_url: link(),
        link: link(),
        expires_at: NOW,
    };
    let friend_bought = FriendBought {
        brand: brand(),
        unsubscribe_url: link(),
        link: link(),
        friend_first_name: Some(evil()),
        reward: worth.clone(),
        release_at: NOW,
    };
    let reward_ready = RewardReady {
        brand: brand(),
        unsubscribe_url: link(),
        link: link(),
        reward: worth.clone(),
        coupon: Some(evil()),
        use_by: Some(NOW),
        receipt: Some(evil_link()),
    };
    let reward_declined = RewardDeclined {
        brand: brand(),
        unsubscribe_url: link(),
        link: link(),
        reward: worth.clone(),
        ordered_at: NOW,
        reason_code: evil(),
        contact: Some(evil()),
        receipt: Some(evil_link()),
    };
    let appeal = Appeal {
        brand: brand(),
        link: link(),
        reward: worth.clone(),
        reward_id: evil(),
        order_id: evil(),
        ordered_at: NOW,
        text: evil(),
    };
    vec![
        appeal.render().unwrap(),
        confirm.render().unwrap(),
        sign_in.render().unwrap(),
        friend_bought.render().unwrap(),
        reward_ready.render().unwrap(),
        reward_declined.render().unwrap(),
    ]
}

fn shopper_pages(locale: Locale) -> Vec<String> {
    let mut pages = Vec::new();
    for state in [
        MailboxState::Confirm,
        MailboxState::Open,
        MailboxState::Used,
        MailboxState::Expired,
    ] {
        let page = Mailbox {
            brand: brand(locale),
            state,
            action: evil_link(),
        };
        pages.push(page.render().unwrap());
    }
    for state in [UnsubscribeState::Ask, UnsubscribeState::Done] {
        let address_hint = Some(evil());
        let page = Unsubscribe {
            brand: brand(locale),
            state,
            address_hint,
            action: evil(),
        };
        pages.push(page.render().unwrap());
    }
    for kind in [
        TroubleKind::NotFound,
        TroubleKind::UnknownShop,
        TroubleKind::TooMany,
        TroubleKind::Unavailable,
    ] {
        let brand = Some(brand(locale));
        pages.push(
            Trouble {
                kind,
                brand,
                locale,
            }
            .render()
            .unwrap(),
        );
    }
    for side in [Side::Advocate, Side::Friend] {
        for may_appeal in [true, false] {
            let receipt = Receipt {
                brand: brand(locale),
                reward: Worth::Thing(evil()),
                side,
                prize: false,
                status: RewardStatus::Voided,
                reason: Some(evil()),
                source: Some(evil()),
                channel: Some(evil()),
                clicked_at: Some(NOW),
                sign_up: false,
                ordered_at: NOW,
                release_at: NOW,
                expires_at: Some(NOW),
                awaits: vec![evil()],
                history: vec![(NOW, RewardStatus::Voided)],
                appeal: Some(Appealed {
                    text: evil(),
                    filed_at: NOW,
                    answer: Some((NOW, evil())),
                }),
                may_appeal,
                draft: Some(format!("</textarea>{EVIL}")),
                action: evil_link(),
            };
            let html = receipt.render().unwrap();
            assert!(html.matches("</textarea>").count() <= 1, "{html}");
            pages.push(html);
        }
    }
    pages
}

fn overview() -> Overview {
    let tally = || {
        vec![
            Tally {
                name: evil(),
                number: u64::MAX,
            },
            Tally {
                name: evil(),
                number: 1,
            },
        ]
    };
    let funnel = Funnel {
        impressions: u64::MAX,
        orders: 1,
        ..Funnel::default()
    };
    let figures = Figures {
        funnel,
        revenue: Some(money()),
        reward_cost: Some(money()),
    };
    let reward = Reward {
        side: Side::Advocate,
        worth: Worth::Donation(money(), evil()),
        value: Some(money()),
        status: RewardStatus::Pending,
        release_at: Some(Timestamp(i64::MAX)),
        expires_at: None,
    };
    Overview {
        shop: shop(),
        period: Period::LastDays(30),
        now: figures,
        before: Some(figures),
        clicks_by_channel: tally(),
        dropped: tally(),
        referrals: vec![Referral {
            created_at: Timestamp(i64::MIN),
            advocate_name: Some(evil()),
            advocate_email: evil(),
            order_id: evil(),
            amount: money(),
            status: ReferralStatus::Flagged,
            rewards: vec![reward],
            why: evil(),
        }],
    }
}

fn console_pages() -> Vec<String> {
    let row = || MailRow {
        id: evil(),
        to: evil(),
        subject: evil(),
        template: evil(),
        created_at: NOW,
    };
    let install = Install {
        shop: shop(),
        edge_origin: evil(),
        currency: evil(),
        tag_seen: TagSeen::At(NOW),
    };
    let mail = MailPage {
        shop: shop(),
        mail: row(),
        text: evil(),
        links: vec![evil(), evil_link()],
    };
    let sign_in = console::SignIn {
        slug: evil(),
        error: Some(evil()),
        next: evil(),
    };
    let trouble = console::Trouble {
        title: evil(),
        lead: evil(),
        detail: Some(evil()),
    };
    vec![
        overview().render().unwrap(),
        install.render().unwrap(),
        Outbox {
            shop: shop(),
            mails: vec![row()],
        }
        .render()
        .unwrap(),
        mail.render().unwrap(),
        sign_in.render().unwrap(),
        trouble.render().unwrap(),
        Home {
            host: evil(),
            version: evil(),
        }
        .render()
        .unwrap(),
    ]
}

/// No element, attribute or address was made of a hostile value.
fn assert_tame(html: &str) {
    assert!(!html.contains("<script"), "{html}");
    assert!(!html.contains("<img src=x"), "{html}");
    assert!(!html.contains("x\"'"), "{html}");
    assert!(!html.contains("\"javascript:"), "{html}");
    assert!(
        html.contains("&#60;script&#62;") || !html.contains("alert(1)"),
        "{html}"
    );
}

/// Nothing that a policy without `unsafe-inline` would refuse.
fn assert_fits_the_policy(html: &str) {
    for forbidden in [
        " style=",
        "<style",
        "<script",
        " onclick=",
        " onload=",
        "javascript:alert('\"",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}: {html}");
    }
}

#[test]
fn console_pages_escape_every_value() {
    for html in console_pages() {
        assert!(
            html.contains("&#60;script&#62;"),
            "the value should be shown: {html}"
        );
        assert_tame(&html);
        assert_fits_the_policy(&html);
    }
}

#[test]
fn shopper_pages_escape_every_value() {
    for locale in Locale::ALL {
        for html in shopper_pages(locale) {
            assert_tame(&html);
            assert_fits_the_policy(&html);
            assert!(html.contains(&format!("<html lang=\"{}\"", locale.tag())));
        }
    }
}

#[test]
fn mails_escape_every_value() {
    for locale in Locale::ALL {
        for letter in letters(locale) {
            assert_tame(&letter.html);
            assert!(letter.html.contains("&#60;script&#62;"), "{}", letter.html);
            assert!(
                !letter.subject.contains(['\n', '\r', '\u{202e}']),
                "{:?}",
                letter.subject
            );
            assert!(!letter.html.contains('\u{202e}') && !letter.text.contains('\u{202e}'));
            assert!(
                letter.html.contains("#5b2a86"),
                "an unreadable accent becomes the default"
            );
        }
    }
}

#[test]
fn forms_post_to_this_host_only() {
    let page = Mailbox {
        brand: brand(Locale::En),
        state: MailboxState::Confirm,
        action: "//evil.example/m".to_owned(),
    };
    assert!(
        page.render()
            .unwrap()
            .contains("<form method=\"post\" action=\"\">")
    );
}
