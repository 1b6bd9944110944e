//! The plain page, in every language.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use grapevine_domain::money::{Amounts, Currency, Money};
use grapevine_domain::program::{Program, Terms};
use grapevine_domain::reward::{Offer, SideRules, TimeUnit};
use grapevine_domain::share::channels::{CHANNELS, Platform};
use grapevine_pages::plain::{Deal, Known, Pause, PlainPage, State, Trouble};
use grapevine_pages::{Accent, Brand, Locale, Talk};

const EVIL: &str =
    "x\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}{shop}\u{202e}\n&";
const LINK: &str = "https://refer.shop.example/r/acme/k7m2p9x4";

fn euros(minor: i64) -> Money {
    Money {
        minor,
        currency: Currency::parse("EUR").unwrap(),
    }
}

fn known(platform: Platform) -> State {
    State::Known(Box::new(Known {
        link: LINK.to_owned(),
        code: "k7m2p9x4".to_owned(),
        unconfirmed: Some("a•••@mail.example".to_owned()),
        channels: CHANNELS
            .iter()
            .map(|channel| channel.name.to_owned())
            .collect(),
        platform,
        message: None,
        disclosure: None,
    }))
}

fn ask(email: &str, trouble: Option<Trouble>) -> State {
    State::Ask {
        email: email.to_owned(),
        trouble,
    }
}

fn page(talk: Talk, program: &Program, state: State) -> PlainPage {
    PlainPage {
        brand: Brand {
            name: "Kettle & Leaf".to_owned(),
            shop_url: "https://shop.example/".to_owned(),
            logo_url: None,
            accent: Accent::default(),
            locale: Locale::from_tag(talk.tag()),
        },
        talk,
        deal: Deal::of(program, euros(0).currency),
        state,
        merchant: "acme".to_owned(),
        action: "/p/acme?lang=en".to_owned(),
        stylesheet: "/p/acme/look.css".to_owned(),
    }
}

fn states() -> Vec<State> {
    let email = || "ann@mail.example".to_owned();
    let mut states = vec![
        ask("", None),
        ask("ann@", Some(Trouble::Address)),
        ask(&email(), Some(Trouble::Failed)),
        State::CheckMail { email: email() },
        known(Platform::Desktop),
        known(Platform::Ios),
        State::Ineligible,
    ];
    let pauses = [Pause::Merchant, Pause::Budget, Pause::Ended];
    states.extend(pauses.map(State::Paused));
    states
}

fn starter() -> Program {
    let mut program = Program::starter(euros(0).currency);
    program.minimum_order = Some(Amounts::of(euros(2_500)));
    program.terms = Some(Terms::Url("https://shop.example/terms".to_owned()));
    program
}

fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

#[test]
fn every_language_says_all_of_it() {
    for talk in Talk::ALL {
        for state in states() {
            let html = page(talk, &starter(), state.clone()).render().unwrap();
            let tag = talk.tag();
            let direction = if tag == "ar" { "rtl" } else { "ltr" };
            let start = format!("<html lang=\"{tag}\" dir=\"{direction}\">");
            assert!(html.contains(&start), "{html}");
            assert!(
                !html.contains('{') && !html.contains('}'),
                "{state:?}: {html}"
            );
            assert!(html.contains("Kettle &#38; Leaf"), "{html}");
            assert!(html.contains("href=\"https://shop.example/terms\""));
            for forbidden in [" style=", "<style", " onclick="] {
                assert!(!html.contains(forbidden), "{html}");
            }
        }
    }
}

#[test]
fn the_offer_stands_first_and_the_form_needs_no_script() {
    let html = page(Talk::of("en"), &starter(), ask("", None))
        .render()
        .unwrap();
    let html = plain(&html);
    for part in [
        "<h2>Give €10, get €10</h2>",
        "<dt>Your friend gets</dt><dd><bdi>€10 off</bdi></dd><dd class=\"hint\">on a first order over €25</dd>",
        "<dt>You get</dt><dd><bdi>€10 in store credit</bdi></dd>",
        "<form method=\"post\" action=\"/p/acme?lang=en\">",
        "<label for=\"email\">Your e-mail address</label>",
        "<li>You get €10 in store credit 14 days after the order, once returns are over.</li>",
        "data-merchant=\"acme\" data-placement=\"page\" data-locale=\"en\"></script>",
        "<div data-grapevine=\"page\">",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(!html.contains("aria-invalid"), "{html}");
    let wrong = page(
        Talk::of("en"),
        &starter(),
        ask("ann@", Some(Trouble::Address)),
    );
    let html = wrong.render().unwrap();
    for part in [
        "value=\"ann@\"",
        "aria-describedby=\"note wrong\" aria-invalid=\"true\"",
        "id=\"wrong\" role=\"alert\">Check the address.",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
}

#[test]
fn an_answer_is_not_replaced_by_the_panel() {
    for state in states() {
        let html = page(Talk::of("en"), &starter(), state.clone())
            .render()
            .unwrap();
        let live = matches!(state, State::Ask { trouble: None, .. } | State::Paused(_));
        assert_eq!(html.contains("<script"), live, "{state:?}");
        assert_eq!(html.contains("data-grapevine"), live, "{state:?}");
    }
}

#[test]
fn every_channel_with_an_address_has_a_button_with_its_own_link() {
    let html = |platform| {
        let page = page(Talk::of("en"), &starter(), known(platform));
        page.render().unwrap()
    };
    let desktop = html(Platform::Desktop);
    let ios = html(Platform::Ios);
    for part in [
        ">WhatsApp</a>",
        "target=\"_blank\" rel=\"noopener\">Facebook</a>",
        "mailto:?subject=%E2%82%AC10%20off%20at%20Kettle%20%26%20Leaf&#38;body=Here%27s%20%E2%82%AC10%20off%20your%20first%20order",
        "%28I%20get%20a%20reward%20too.%29",
        "k7m2p9x4%3Fc%3Dwhatsapp",
        "href=\"https://refer.shop.example/r/acme/k7m2p9x4/qr.svg\"",
        "href=\"https://refer.shop.example/r/acme/k7m2p9x4/card\"",
        "<p class=\"copy\" dir=\"ltr\" translate=\"no\">k7m2p9x4</p>",
        "<summary>More</summary>",
        "a•••@mail.example",
    ] {
        assert!(desktop.contains(part), "{part} in {desktop}");
    }
    assert!(!desktop.contains("Messenger") && ios.contains(">Messenger</a>"));
    assert!(desktop.contains("\"sms:?body=") && ios.contains("\"sms:&#38;body="));
    for act in ["Copy", "\"\""] {
        assert!(!desktop.contains(&format!(">{act}</a>")), "{desktop}");
    }
}

#[test]
fn the_market_says_how_it_is_disclosed() {
    let html = |message: Option<&str>, disclosure: Option<&str>| {
        let State::Known(mut known) = known(Platform::Desktop) else {
            panic!("somebody is known")
        };
        known.message = message.map(str::to_owned);
        known.disclosure = disclosure.map(str::to_owned);
        known.channels = vec!["whatsapp".to_owned()];
        let state = State::Known(known);
        page(Talk::of("en"), &starter(), state).render().unwrap()
    };
    assert!(
        html(Some("Try & see"), Some("Werbung")).contains("text=Try%20%26%20see%20Werbung%20https")
    );
    assert!(html(Some("Try"), Some("")).contains("text=Try%20https"));
    assert!(html(None, None).contains("reward%20too.%29%20https"));
}

#[test]
fn a_pause_promises_nothing() {
    for pause in [Pause::Merchant, Pause::Budget, Pause::Ended] {
        for talk in Talk::ALL {
            let html = page(talk, &starter(), State::Paused(pause))
                .render()
                .unwrap();
            let html = plain(&html);
            assert!(!html.contains("€") && !html.contains("<form"), "{html}");
        }
    }
}

#[test]
fn every_kind_of_offer_has_its_words() {
    let ten = || Amounts::of(euros(1_000));
    for offer in [
        Offer::PercentOff {
            basis_points: 1_250,
            up_to: None,
        },
        Offer::Cash { amounts: ten() },
        Offer::GiftCard { amounts: ten() },
        Offer::Points {
            points: 22,
            cost: ten(),
        },
        Offer::FreePeriod {
            count: 3,
            unit: TimeUnit::Months,
            cost: ten(),
        },
        Offer::Donation {
            amounts: ten(),
            recipient: "Clean Rivers".to_owned(),
        },
        Offer::FreeProduct {
            sku: "x".to_owned(),
            name: "Tea box".to_owned(),
            cost: ten(),
        },
    ] {
        for (friend, advocate) in [(true, true), (true, false), (false, true), (false, false)] {
            let mut program = starter();
            program.friend = friend.then(|| SideRules::of(offer.clone()));
            program.advocate = advocate.then(|| SideRules::of(offer.clone()));
            for talk in Talk::ALL {
                for state in [ask("", None), known(Platform::Android)] {
                    let html = page(talk, &program, state).render().unwrap();
                    assert!(!html.contains('{'), "{offer:?} {talk:?}: {html}");
                    let facts = usize::from(friend) + usize::from(advocate);
                    assert_eq!(html.matches("<dt>").count(), facts, "{html}");
                }
            }
        }
    }
}

#[test]
fn hostile_values_stay_text() {
    let mut program = starter();
    program.friend = Some(SideRules::of(Offer::FreeProduct {
        sku: "x".to_owned(),
        name: EVIL.to_owned(),
        cost: Amounts::of(euros(1)),
    }));
    for terms in [
        Terms::Text(EVIL.repeat(3)),
        Terms::Url("javascript:alert('\"><script>')".to_owned()),
    ] {
        program.terms = Some(terms);
        for talk in Talk::ALL {
            let mut all = states();
            all.push(ask(EVIL, Some(Trouble::Address)));
            all.push(State::CheckMail {
                email: EVIL.to_owned(),
            });
            for state in all {
                let state = match state {
                    State::Known(mut known) => {
                        known.code = EVIL.to_owned();
                        known.message = Some(EVIL.to_owned());
                        known.disclosure = Some(EVIL.to_owned());
                        known.unconfirmed = Some(EVIL.to_owned());
                        known.channels.push(EVIL.to_owned());
                        State::Known(known)
                    }
                    state => state,
                };
                let mut page = page(talk, &program, state);
                page.brand.name = EVIL.to_owned();
                page.brand.shop_url = "javascript:alert(1)".to_owned();
                page.brand.logo_url = Some("javascript:alert(1)".to_owned());
                page.merchant = EVIL.to_owned();
                page.action = "//evil.example/p".to_owned();
                page.stylesheet = "https://evil.example/x.css".to_owned();
                let html = page.render().unwrap();
                let scripts = html.matches("<script").count();
                let own = html.matches("<script async src=\"/gv.js\"").count();
                assert_eq!(scripts, own, "{html}");
                for evil in [
                    "<img src=x",
                    "\"javascript:",
                    "x\"'",
                    "//evil.example",
                    "49",
                ] {
                    assert!(!html.contains(evil), "{evil} in {html}");
                }
            }
        }
    }
}
