//! Renders every view with sample data into a folder, to be looked at:
//! `cargo run -p grapevine-pages --example render -- FOLDER`. The folder can be
//! served as it is, with `www/assets/ui` copied or linked to `FOLDER/ui`.

use std::error::Error;
use std::fs;
use std::path::Path;

use grapevine_domain::money::{Amounts, Currency, Money};
use grapevine_domain::panel::Panel;
use grapevine_domain::program::{Program, Terms};
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{Offer, RewardStatus, Side, SideRules, TimeUnit};
use grapevine_domain::share::channels::Platform;
use grapevine_domain::share::order::{Device, most_useful};
use grapevine_domain::time::{DAY_MS, Timestamp};
use grapevine_pages::console::{
    self, Figures, Funnel, Install, MailPage, MailRow, Outbox, Overview, Period, Referral, Reward,
    Shop, TagSeen, Tally,
};
use grapevine_pages::friend::{Cards, FriendPage, Invitation, Preview, Standing};
use grapevine_pages::mail::{
    Appeal, Confirm, FriendBought, Letter, RewardDeclined, RewardReady, SignIn,
};
use grapevine_pages::picture::Picture;
use grapevine_pages::plain::{self, Deal, Known, Pause, PlainPage, State};
use grapevine_pages::qr::Qr;
use grapevine_pages::shopper::{
    Appealed, Mailbox, MailboxState, Receipt, Trouble, TroubleKind, Unsubscribe, UnsubscribeState,
};
use grapevine_pages::{
    Accent, Brand, Locale, Look, Talk, Worth, close_label, home::Home, launcher_text,
};

/// 23 November 2026, 10:00 UTC.
const NOW: Timestamp = Timestamp(1_795_428_000_000);

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "build/views".to_owned());
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("ui/accent"))?;
    let save = |name: &str, text: &str| fs::write(folder.join(name), text);
    for accent in ["#1f5c4d", "#ffe066", "#111111", "#5b2a86"] {
        let path = Accent::new(accent, None).stylesheet_path();
        let name = path
            .trim_start_matches("/ui/accent/")
            .trim_end_matches(".css");
        save(
            path.trim_start_matches('/'),
            &Accent::stylesheet(name).unwrap_or_default(),
        )?;
    }
    console_pages(&save)?;
    shopper_pages(&save)?;
    friend_pages(&save, folder)?;
    plain_pages(&save)?;
    receipts(&save)?;
    for locale in Locale::ALL {
        for (name, letter) in letters(&kettle_and_leaf(locale))? {
            let tag = locale.tag();
            save(&format!("mail-{name}-{tag}.html"), &letter.html)?;
            let text = format!("Subject: {}\n\n{}", letter.subject, letter.text);
            save(&format!("mail-{name}-{tag}.txt"), &text)?;
        }
        for (name, letter) in letters_by_kind(&kettle_and_leaf(locale))? {
            let tag = locale.tag();
            save(&format!("mail-ready-{name}-{tag}.html"), &letter.html)?;
            let text = format!("Subject: {}\n\n{}", letter.subject, letter.text);
            save(&format!("mail-ready-{name}-{tag}.txt"), &text)?;
        }
    }
    Ok(())
}

fn console_pages(save: &dyn Fn(&str, &str) -> std::io::Result<()>) -> Result<(), Box<dyn Error>> {
    let home = Home {
        host: "refer.shop.localhost".to_owned(),
        version: "0.1.0".to_owned(),
    };
    save("home.html", &home.render()?)?;
    save("sign-in.html", &console::SignIn::default().render()?)?;
    let error = "This key does not belong to that shop. Check both, then try again.".to_owned();
    let failed = console::SignIn {
        slug: "demo".to_owned(),
        error: Some(error),
        next: String::new(),
    };
    save("sign-in-error.html", &failed.render()?)?;
    save("overview.html", &overview()?.render()?)?;
    save("overview-empty.html", &empty_overview().render()?)?;
    save("overview-extreme.html", &extreme_overview()?.render()?)?;
    for (name, tag_seen) in [
        ("install", TagSeen::Never),
        ("install-seen", TagSeen::At(NOW)),
    ] {
        let install = Install {
            shop: shop(),
            edge_origin: "https://refer.shop.example".to_owned(),
            currency: "EUR".to_owned(),
            tag_seen,
        };
        save(&format!("{name}.html"), &install.render()?)?;
    }
    let letters = letters(&kettle_and_leaf(Locale::En))?;
    let mails: Vec<_> = letters
        .iter()
        .map(|(name, letter)| mail_row(name, letter))
        .collect();
    save(
        "outbox.html",
        &Outbox {
            shop: shop(),
            mails,
        }
        .render()?,
    )?;
    save(
        "outbox-empty.html",
        &Outbox {
            shop: shop(),
            mails: Vec::new(),
        }
        .render()?,
    )?;
    if let Some((name, letter)) = letters.first() {
        let page = MailPage {
            shop: shop(),
            mail: mail_row(name, letter),
            text: letter.text.clone(),
            links: vec![LINK.to_owned(), UNSUBSCRIBE.to_owned()],
        };
        let html = page
            .render()?
            .replace("/outbox/demo/confirm/html", "/mail-confirm-en.html");
        save("outbox-mail.html", &html)?;
    }
    save(
        "trouble-console.html",
        &console::Trouble::not_found().render()?,
    )?;
    Ok(())
}

fn shopper_pages(save: &dyn Fn(&str, &str) -> std::io::Result<()>) -> Result<(), Box<dyn Error>> {
    let states = [
        ("confirm", MailboxState::Confirm),
        ("open", MailboxState::Open),
        ("used", MailboxState::Used),
        ("expired", MailboxState::Expired),
    ];
    for (name, state) in states {
        let page = Mailbox {
            brand: kettle_and_leaf(Locale::En),
            state,
            action: "/m/t0k3n".to_owned(),
        };
        save(&format!("mailbox-{name}.html"), &page.render()?)?;
    }
    let mut long = kettle_and_leaf(Locale::Pl);
    long.name = "Herbaciarnia i Palarnia Kawy Pod Starym Platanem, Kowalczyk i Synowie".to_owned();
    long.accent = Accent::new("#ffe066", None);
    let page = Mailbox {
        brand: long,
        state: MailboxState::Confirm,
        action: "/m/t0k3n".to_owned(),
    };
    save("mailbox-long-pl.html", &page.render()?)?;
    for (name, state) in [
        ("ask", UnsubscribeState::Ask),
        ("done", UnsubscribeState::Done),
    ] {
        let page = Unsubscribe {
            brand: kettle_and_leaf(Locale::En),
            state,
            address_hint: Some("a•••@mail.example".to_owned()),
            action: "/u/t0k3n".to_owned(),
        };
        save(&format!("unsubscribe-{name}.html"), &page.render()?)?;
    }
    let kinds = [
        ("not-found", TroubleKind::NotFound, true),
        ("unknown-shop", TroubleKind::UnknownShop, false),
        ("too-many", TroubleKind::TooMany, true),
        ("unavailable", TroubleKind::Unavailable, false),
    ];
    for (name, kind, known) in kinds {
        let brand = known.then(|| kettle_and_leaf(Locale::En));
        let page = Trouble {
            kind,
            brand,
            locale: Locale::En,
        };
        save(&format!("trouble-{name}.html"), &page.render()?)?;
    }
    Ok(())
}

fn receipts(save: &dyn Fn(&str, &str) -> std::io::Result<()>) -> Result<(), Box<dyn Error>> {
    let pending = Receipt {
        brand: kettle_and_leaf(Locale::En),
        reward: Worth::Money(euros(1_000)?),
        side: Side::Advocate,
        prize: false,
        status: RewardStatus::Pending,
        reason: None,
        source: Some("click".to_owned()),
        channel: Some("whatsapp".to_owned()),
        clicked_at: Some(NOW.plus_ms(-3 * DAY_MS)),
        sign_up: false,
        ordered_at: NOW.plus_ms(-2 * DAY_MS),
        release_at: NOW.plus_days(12),
        expires_at: None,
        awaits: vec!["return_period".to_owned()],
        history: vec![(NOW.plus_ms(-2 * DAY_MS), RewardStatus::Pending)],
        appeal: None,
        may_appeal: false,
        draft: None,
        action: "/s/acme.t0k3n".to_owned(),
    };
    let held = Receipt {
        awaits: ["shop_confirmation", "address_confirmation"]
            .map(str::to_owned)
            .to_vec(),
        brand: kettle_and_leaf(Locale::Pl),
        source: Some("coupon".to_owned()),
        clicked_at: None,
        ..pending.clone()
    };
    let declined = Receipt {
        status: RewardStatus::Voided,
        reason: Some("self_referral".to_owned()),
        awaits: Vec::new(),
        history: vec![
            (NOW.plus_ms(-2 * DAY_MS), RewardStatus::Pending),
            (NOW.plus_ms(-DAY_MS), RewardStatus::Voided),
        ],
        may_appeal: true,
        ..pending.clone()
    };
    let wrong = Receipt {
        draft: Some(String::new()),
        brand: kettle_and_leaf(Locale::Pl),
        ..declined.clone()
    };
    let asked = Receipt {
        may_appeal: false,
        appeal: Some(Appealed {
            text: "It was my sister.\nWe live at one address.".to_owned(),
            filed_at: NOW,
            answer: None,
        }),
        ..declined.clone()
    };
    let answered = Receipt {
        appeal: Some(Appealed {
            text: "It was my sister.\nWe live at one address.".to_owned(),
            filed_at: NOW,
            answer: Some((
                NOW.plus_days(1),
                "Both orders were paid with one card.".to_owned(),
            )),
        }),
        ..asked.clone()
    };
    let ready = Receipt {
        status: RewardStatus::Issued,
        awaits: Vec::new(),
        expires_at: Some(NOW.plus_days(365)),
        history: vec![
            (NOW.plus_ms(-2 * DAY_MS), RewardStatus::Pending),
            (NOW, RewardStatus::Approved),
            (NOW, RewardStatus::Issued),
        ],
        ..pending.clone()
    };
    for (name, receipt) in [
        ("pending", pending),
        ("held-pl", held),
        ("declined", declined),
        ("wrong-pl", wrong),
        ("asked", asked),
        ("answered", answered),
        ("ready", ready),
    ] {
        save(&format!("receipt-{name}.html"), &receipt.render()?)?;
    }
    let appeal = Appeal {
        brand: kettle_and_leaf(Locale::En),
        link: "https://refer.shop.example/console".to_owned(),
        reward: Worth::Money(euros(1_000)?),
        reward_id: "rw_3f9c2a71d04b88e6a1c5".to_owned(),
        order_id: "1042".to_owned(),
        ordered_at: NOW,
        text: "It was my sister.\nWe live at one address.".to_owned(),
    };
    let letter = appeal.render()?;
    save("mail-appeal-en.html", &letter.html)?;
    save("mail-appeal-en.txt", &letter.text)?;
    Ok(())
}

const SHORT_TERMS: &str = "One discount for each new customer. Not for gift cards.\n\
    It cannot be added to other offers.";

/// The page that does what the panel does, in every language and state.
fn plain_pages(save: &dyn Fn(&str, &str) -> std::io::Result<()>) -> Result<(), Box<dyn Error>> {
    let euro = euros(0)?.currency;
    let mut program = Program::starter(euro);
    program.minimum_order = Some(Amounts::of(euros(25_00)?));
    program.terms = Some(Terms::Text(SHORT_TERMS.to_owned()));
    let link = "https://refer.shop.example/r/demo/k7m2p9x4";
    let known = Known {
        link: link.to_owned(),
        code: "k7m2p9x4".to_owned(),
        unconfirmed: Some("a•••@mail.example".to_owned()),
        channels: most_useful(None, Device::Desktop)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        platform: Platform::Desktop,
        message: None,
        disclosure: None,
    };
    let ask = |trouble| State::Ask {
        email: "ann@mail".to_owned(),
        trouble,
    };
    let email = || "ann@mail.example".to_owned();
    let look = Look::of(Some("#1f5c4d"), &Panel::default());
    save("look.css", &look.page_css())?;
    for talk in Talk::ALL {
        let ten = || euros(10_00).map(Worth::Money);
        let text = launcher_text(talk.tag(), Some(ten()?), None).unwrap_or_default();
        let (theme, css) = (look.theme_css(), look.launcher_css());
        let close = close_label(talk.tag());
        let html = format!(
            "<!doctype html><html lang=\"{}\" dir=\"{}\"><meta charset=utf-8>\
             <meta name=viewport content=\"width=device-width\"><body><div>\
             <template shadowrootmode=open><style>{theme}{css}</style><aside>\
             <a href=\"#\">{text}</a><button aria-label=\"{close}\">×</button></aside>",
            talk.tag(),
            talk.direction(),
        );
        save(&format!("launcher-{}.html", talk.tag()), &html)?;
    }
    for talk in Talk::ALL {
        for (name, state) in [
            ("ask", ask(None)),
            ("wrong", ask(Some(plain::Trouble::Address))),
            ("known", State::Known(Box::new(known.clone()))),
            ("mail", State::CheckMail { email: email() }),
            ("paused", State::Paused(Pause::Merchant)),
            ("ineligible", State::Ineligible),
        ] {
            let page = PlainPage {
                brand: kettle_and_leaf(Locale::En),
                talk,
                deal: Deal::of(&program, euro),
                state,
                merchant: "demo".to_owned(),
                action: "/p/demo".to_owned(),
                stylesheet: "/look.css".to_owned(),
            };
            save(
                &format!("plain-{name}-{}.html", talk.tag()),
                &page.render()?,
            )?;
        }
    }
    Ok(())
}

fn friend_pages(
    save: &dyn Fn(&str, &str) -> std::io::Result<()>,
    folder: &Path,
) -> Result<(), Box<dyn Error>> {
    let euro = euros(0)?.currency;
    let mut starter = Program::starter(euro);
    starter.terms = Some(Terms::Text(SHORT_TERMS.to_owned()));
    let mut minimum = starter.clone();
    minimum.minimum_order = Some(Amounts::of(euros(30_00)?));
    minimum.friend = Some(SideRules::of(Offer::FreeProduct {
        sku: "tb".to_owned(),
        name: "Tea box with six kinds of tea from small gardens in Assam and Darjeeling".to_owned(),
        cost: Amounts::of(euros(500)?),
    }));
    let mut percent = starter.clone();
    percent.friend = Some(SideRules::of(Offer::PercentOff {
        basis_points: 1_500,
        up_to: Some(Amounts::of(euros(20_00)?)),
    }));
    percent.terms = Some(Terms::Url("https://shop.example/terms".to_owned()));
    let mut one_sided = starter.clone();
    one_sided.friend = None;
    let mut long = kettle_and_leaf(Locale::Pl);
    long.name = "Herbaciarnia i Palarnia Kawy Pod Starym Platanem, Kowalczyk i Synowie".to_owned();
    long.accent = Accent::new("#ffe066", None);
    let mut cyrillic = kettle_and_leaf(Locale::En);
    cyrillic.name = "Чайна хата".to_owned();
    cyrillic.accent = Accent::new("#111111", None);
    let mut arabic = kettle_and_leaf(Locale::En);
    arabic.name = "بيت الشاي".to_owned();
    let kettle = || kettle_and_leaf(Locale::En);
    for (name, brand, program, standing) in [
        ("open", kettle(), &starter, Standing::Open),
        ("long-pl", long, &minimum, Standing::Open),
        ("percent", cyrillic, &percent, Standing::Open),
        ("arabic", arabic, &starter, Standing::Open),
        ("one-sided", kettle(), &one_sided, Standing::Open),
        ("paused", kettle(), &starter, Standing::Paused),
        ("unknown", kettle(), &starter, Standing::UnknownCode),
    ] {
        let invitation = Invitation::new(brand, program, euro, standing);
        let known = standing != Standing::UnknownCode;
        let qr = Qr::of("https://refer.shop.example/r/demo/k7m2p9x4?c=qr").ok_or("a QR code")?;
        save("qr.svg", &qr.svg())?;
        fs::write(folder.join("qr.png"), qr.png()?)?;
        let page = FriendPage {
            invitation: invitation.clone(),
            button: "https://shop.example/".to_owned(),
            code: known.then(|| "k7m2p9x4".to_owned()),
            qr: known.then(|| "/qr.svg".to_owned()),
            terms_path: "/terms.html".to_owned(),
            in_app: name == "open",
        };
        save(&format!("friend-{name}.html"), &page.render()?)?;
        let preview = Preview {
            invitation: invitation.clone(),
            link: "https://refer.shop.example/r/demo/k7m2p9x4".to_owned(),
            picture: "https://refer.shop.example/r/demo/k7m2p9x4/picture.png".to_owned(),
            picture_type: Some("image/png"),
            merchant_locale: "en-GB".to_owned(),
        };
        save(&format!("preview-{name}.html"), &preview.render()?)?;
        let cards = Cards {
            invitation: invitation.clone(),
            code: "k7m2p9x4".to_owned(),
            qr: (qr.side(), qr.path()),
        };
        save(&format!("card-{name}.html"), &cards.render()?)?;
        let picture = Picture::of(&invitation).ok_or("a picture")?;
        save(&format!("picture-{name}.svg"), &picture.svg())?;
        fs::write(folder.join(format!("picture-{name}.png")), picture.png()?)?;
    }
    Ok(())
}

const LINK: &str = "https://refer.shop.example/m/Q0hFQ0stdGhpcy1pcy1hLXNhbXBsZS10b2tlbg";
const RECEIPT: &str = "https://refer.shop.example/s/acme.Q0hFQ0stdGhpcy1pcy1hLXNhbXBsZS";
const UNSUBSCRIBE: &str = "https://refer.shop.example/u/Q0hFQ0stdGhpcy1pcy1hLXNhbXBsZQ";

fn letters(brand: &Brand) -> Result<Vec<(&'static str, Letter)>, Box<dyn Error>> {
    let ten = Worth::Money(euros(1_000)?);
    let brand = || brand.clone();
    let (link, unsubscribe_url) = (|| LINK.to_owned(), || UNSUBSCRIBE.to_owned());
    let release_at = NOW.plus_days(14);
    Ok(vec![
        (
            "confirm",
            Confirm {
                brand: brand(),
                unsubscribe_url: unsubscribe_url(),
                link: link(),
                expires_at: NOW.plus_days(7),
                friend_reward: Some(ten.clone()),
                advocate_reward: Some(ten.clone()),
            }
            .render()?,
        ),
        (
            "sign_in",
            SignIn {
                brand: brand(),
                unsubscribe_url: unsubscribe_url(),
                link: link(),
                expires_at: NOW.plus_ms(1_800_000),
            }
            .render()?,
        ),
        (
            "friend_bought",
            FriendBought {
                brand: brand(),
                unsubscribe_url: unsubscribe_url(),
                link: link(),
                friend_first_name: None,
                reward: ten.clone(),
                release_at,
            }
            .render()?,
        ),
        (
            "reward_ready",
            RewardReady {
                brand: brand(),
                unsubscribe_url: unsubscribe_url(),
                link: link(),
                reward: ten.clone(),
                coupon: Some("THANKS-7KQ4-M2XW".to_owned()),
                use_by: Some(NOW.plus_days(365)),
                receipt: Some(RECEIPT.to_owned()),
            }
            .render()?,
        ),
        (
            "reward_declined",
            RewardDeclined {
                brand: brand(),
                unsubscribe_url: unsubscribe_url(),
                link: link(),
                reward: ten.clone(),
                ordered_at: NOW,
                reason_code: "refunded".to_owned(),
                contact: Some("hello@kettleandleaf.example".to_owned()),
                receipt: Some(RECEIPT.to_owned()),
            }
            .render()?,
        ),
    ])
}

/// The mail about a reward of each kind that is no plain amount.
fn letters_by_kind(brand: &Brand) -> Result<Vec<(&'static str, Letter)>, Box<dyn Error>> {
    let kinds = [
        ("percent", Worth::Percent(1_500), Some("THANKS-7KQ4-M2XW")),
        (
            "thing",
            Worth::Thing("Tea box “Four Seasons”, 12 × 20 g".to_owned()),
            Some("THANKS-9RTD-P4WC"),
        ),
        ("points", Worth::Points(1_500), None),
        ("period", Worth::Period(3, TimeUnit::Months), None),
        (
            "donation",
            Worth::Donation(euros(500)?, "Clean Rivers".to_owned()),
            None,
        ),
    ];
    kinds
        .into_iter()
        .map(|(name, reward, coupon)| {
            let letter = RewardReady {
                brand: brand.clone(),
                unsubscribe_url: UNSUBSCRIBE.to_owned(),
                link: LINK.to_owned(),
                reward,
                coupon: coupon.map(str::to_owned),
                use_by: coupon.map(|_| NOW.plus_days(365)),
                receipt: Some(RECEIPT.to_owned()),
            };
            Ok((name, letter.render()?))
        })
        .collect()
}

fn mail_row(name: &str, letter: &Letter) -> MailRow {
    MailRow {
        id: name.to_owned(),
        to: "anna@mail.example".to_owned(),
        subject: letter.subject.clone(),
        template: name.to_owned(),
        created_at: NOW,
    }
}

fn shop() -> Shop {
    let (slug, name) = ("demo".to_owned(), "Kettle & Leaf".to_owned());
    Shop {
        slug,
        name,
        test: true,
        signed_in: true,
    }
}

fn kettle_and_leaf(locale: Locale) -> Brand {
    Brand {
        name: "Kettle & Leaf".to_owned(),
        shop_url: "https://shop.example/".to_owned(),
        logo_url: None,
        accent: Accent::new("#1f5c4d", None),
        locale,
    }
}

fn euros(minor: i64) -> Result<Money, Box<dyn Error>> {
    let currency = Currency::parse("EUR").map_err(|error| error.to_string())?;
    Ok(Money { minor, currency })
}

fn tallies(list: &[(&str, u64)]) -> Vec<Tally> {
    list.iter()
        .map(|(name, number)| Tally {
            name: (*name).to_owned(),
            number: *number,
        })
        .collect()
}

fn overview() -> Result<Overview, Box<dyn Error>> {
    let (ten, value) = (Worth::Money(euros(1_000)?), euros(638)?);
    let reward = |side, status| {
        let (worth, value) = match status {
            RewardStatus::Issued => (Worth::Percent(1_500), Some(value)),
            RewardStatus::Redeemed => (Worth::Thing("Tea box".to_owned()), Some(value)),
            RewardStatus::Expired => (Worth::Period(3, TimeUnit::Months), Some(value)),
            RewardStatus::Approved => (Worth::Points(1_500), Some(value)),
            _ => (ten.clone(), None),
        };
        Reward {
            side,
            worth,
            value,
            status,
            release_at: Some(Timestamp(NOW.0 + 13 * DAY_MS)),
            expires_at: Some(Timestamp(NOW.0 + 30 * DAY_MS)),
        }
    };
    let referral = |hours: i64,
                    name: Option<&str>,
                    email: &str,
                    order: &str,
                    minor,
                    status,
                    reward_status,
                    why: &str| {
        Ok::<_, Box<dyn Error>>(Referral {
            created_at: NOW.plus_ms(-hours * 3_600_000),
            advocate_name: name.map(str::to_owned),
            advocate_email: email.to_owned(),
            order_id: order.to_owned(),
            amount: euros(minor)?,
            status,
            rewards: vec![
                reward(Side::Advocate, reward_status),
                reward(Side::Friend, RewardStatus::Issued),
            ],
            why: why.to_owned(),
        })
    };
    let click = "The friend clicked the link in WhatsApp 2 hours before the order; no later click and no coupon.";
    Ok(Overview {
        shop: shop(),
        period: Period::LastDays(30),
        now: Figures {
            funnel: Funnel {
                impressions: 18_420,
                shares: 612,
                clicks: 431,
                landings: 402,
                claims: 118,
                orders: 37,
                rewards: 74,
            },
            revenue: Some(euros(178_240)?),
            reward_cost: Some(euros(74_000)?),
        },
        before: Some(Figures {
            funnel: Funnel {
                orders: 29,
                clicks: 468,
                ..Funnel::default()
            },
            revenue: Some(euros(120_000)?),
            reward_cost: Some(euros(58_000)?),
        }),
        clicks_by_channel: tallies(&[
            ("email", 96),
            ("whatsapp", 188),
            ("sms", 12),
            ("copy", 74),
            ("facebook", 49),
            ("x", 9),
            ("", 3),
        ]),
        dropped: tallies(&[
            ("preview", 204),
            ("bot", 61),
            ("repeat", 33),
            ("prefetch", 8),
        ]),
        referrals: vec![
            referral(
                2,
                Some("Anna Nowak"),
                "anna@mail.example",
                "1042",
                4_250,
                ReferralStatus::Pending,
                RewardStatus::Pending,
                click,
            )?,
            referral(
                30,
                None,
                "m.fischer@post.example",
                "1039",
                12_990,
                ReferralStatus::Approved,
                RewardStatus::Approved,
                "The buyer entered the coupon HELLO-7KQ4-M2XW, which beats a click.",
            )?,
            referral(
                44,
                Some("Li Wei"),
                "li@mail.example",
                "1035",
                5_400,
                ReferralStatus::Approved,
                RewardStatus::Redeemed,
                "The credit goes to Li Wei: the friend followed their link, shared by email.",
            )?,
            referral(
                48,
                Some("Bea"),
                "bea@mail.example",
                "1033",
                4_100,
                ReferralStatus::Approved,
                RewardStatus::Expired,
                "The credit goes to Bea: the friend used their code.",
            )?,
            referral(
                52,
                Some("Jo"),
                "jo@mail.example",
                "1031",
                3_100,
                ReferralStatus::Flagged,
                RewardStatus::Pending,
                "Advocate and buyer share a network and a browser: please look at it.",
            )?,
            referral(
                80,
                Some("Ewa"),
                "ewa@mail.example",
                "1027",
                2_890,
                ReferralStatus::Voided,
                RewardStatus::Voided,
                "The order was refunded in full on 22 November.",
            )?,
        ],
    })
}

fn empty_overview() -> Overview {
    Overview {
        shop: shop(),
        period: Period::All,
        now: Figures::default(),
        before: None,
        clicks_by_channel: Vec::new(),
        dropped: Vec::new(),
        referrals: Vec::new(),
    }
}

fn extreme_overview() -> Result<Overview, Box<dyn Error>> {
    let mut view = overview()?;
    view.shop.name =
        "Herbaciarnia i Palarnia Kawy Pod Starym Platanem, Kowalczyk i Synowie".to_owned();
    view.now.funnel = Funnel {
        impressions: 9_812_345_678,
        shares: 41_234_567,
        clicks: 128_345_678,
        landings: 120_000_001,
        claims: 4_000_000,
        orders: 1_234_567,
        rewards: 2_469_134,
    };
    view.now.revenue = Some(euros(999_999_999_999)?);
    view.clicks_by_channel.push(Tally {
        name: "a_channel_with_a_rather_long_name_that_nobody_expected".to_owned(),
        number: 12_345_678,
    });
    for referral in &mut view.referrals {
        referral.advocate_name =
            Some("Maximiliane-Wolfeschlegelsteinhausenbergerdorff von und zu Hohenfels".to_owned());
        referral.advocate_email =
            "x@a-very-long-host-name-for-mail.of.some.department.university.example".to_owned();
        referral.order_id = "gid://shop/Order/5123456789012345678901234567890".to_owned();
        referral.amount = euros(123_456_789_012)?;
    }
    Ok(view)
}
