//! The pages around a link: what they say, what they weigh, that their pictures can be
//! read by what reads them.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use grapevine_domain::money::{Amounts, Currency, Money};
use grapevine_domain::program::{NewCustomer, Program, Terms, Trigger};
use grapevine_domain::reward::{Offer, SideRules};
use grapevine_pages::friend::{
    Cards, FriendPage, Invitation, LONGEST_INLINE_TERMS, Preview, Standing, TermsPage,
};
use grapevine_pages::picture::Picture;
use grapevine_pages::qr::{QUIET, Qr};
use grapevine_pages::{Accent, Brand, Locale};

const EVIL: &str = "x\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}\u{202e}\n&";
const LINK: &str = "https://refer.shop.example/r/acme/k7m2p9x4";

fn euros(minor: i64) -> Money {
    Money {
        minor,
        currency: Currency::parse("EUR").unwrap(),
    }
}

fn starter() -> Program {
    Program::starter(euros(0).currency)
}

fn brand(name: &str, locale: Locale) -> Brand {
    Brand {
        name: name.to_owned(),
        shop_url: "https://shop.example/".to_owned(),
        logo_url: None,
        accent: Accent::new("#1f5c4d", None),
        locale,
    }
}

fn invite(name: &str, locale: Locale, program: &Program, standing: Standing) -> Invitation {
    Invitation::new(brand(name, locale), program, euros(0).currency, standing)
}

fn page(invitation: Invitation) -> FriendPage {
    FriendPage {
        invitation,
        button: LINK.to_owned(),
        code: Some("k7m2p9x4".to_owned()),
        qr: Some("/r/acme/k7m2p9x4/qr.svg".to_owned()),
        terms_path: "/r/acme/k7m2p9x4/terms".to_owned(),
        in_app: true,
    }
}

fn preview(invitation: Invitation) -> Preview {
    Preview {
        invitation,
        link: format!("{LINK}?c=whatsapp"),
        picture: format!("{LINK}/picture.png?v=1"),
        picture_type: Some("image/png"),
        merchant_locale: "en-GB".to_owned(),
    }
}

fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

#[test]
fn every_offer_says_what_the_friend_gets_and_for_what() {
    let program = |offer, change: fn(&mut Program)| {
        let mut program = starter();
        program.friend = Some(SideRules::of(offer));
        change(&mut program);
        program
    };
    let ten = || Amounts::of(euros(1_000));
    let table = [
        (
            program(Offer::AmountOff { amounts: ten() }, |_| {}),
            "€10 for you at Tea",
            "A friend sent you this. For your first order.",
            "10 € dla Ciebie w sklepie Tea",
        ),
        (
            program(
                Offer::PercentOff {
                    basis_points: 1_500,
                    up_to: Some(ten()),
                },
                |program| program.new_customer = NewCustomer::Anyone,
            ),
            "15% off for you at Tea",
            "A friend sent you this. For your next order. Up to €10.",
            "15% rabatu dla Ciebie w sklepie Tea",
        ),
        (
            program(
                Offer::Donation {
                    amounts: ten(),
                    recipient: "Clean Rivers".to_owned(),
                },
                |program| program.trigger = Trigger::SignUp,
            ),
            "Tea gives €10 for Clean Rivers",
            "A friend sent you this. For signing up.",
            "Tea przekazuje 10 € na cel „Clean Rivers”",
        ),
        (
            program(Offer::StoreCredit { amounts: ten() }, |program| {
                program.trigger = Trigger::NthOrder { n: 3 };
                program.minimum_order = Some(Amounts::of(euros(3_000)));
            }),
            "€10 for you at Tea",
            "A friend sent you this. For your order number 3, from €30.",
            "10 € dla Ciebie w sklepie Tea",
        ),
    ];
    for (program, title, description, polish) in table {
        let english = invite("Tea", Locale::En, &program, Standing::Open);
        assert_eq!(plain(&english.title()), title);
        assert_eq!(plain(&english.description()), description);
        let other = invite("Tea", Locale::Pl, &program, Standing::Open);
        assert_eq!(plain(&other.title()), polish);
    }
}

#[test]
fn what_cannot_be_had_is_not_promised() {
    let program = starter();
    for standing in [Standing::Paused, Standing::Ended, Standing::UnknownCode] {
        for locale in Locale::ALL {
            let invitation = invite("Tea", locale, &program, standing);
            let html = [
                page(invitation.clone()).render().unwrap(),
                preview(invitation.clone()).render().unwrap(),
                Picture::of(&invitation).unwrap().svg(),
            ];
            for html in html {
                let html = plain(&html);
                let promised = html.contains("€10") || html.contains("10 €");
                assert!(!promised, "{standing:?} {locale:?}: {html}");
                assert!(!html.contains("k7m2</span>"), "{standing:?}: {html}");
            }
        }
    }
    let mut one_sided = starter();
    one_sided.friend = None;
    let invitation = invite("Tea", Locale::En, &one_sided, Standing::Open);
    assert_eq!(invitation.title(), "A friend recommends Tea");
    assert!(invitation.description().contains("thanks your friend"));
    one_sided.advocate = None;
    let invitation = invite("Tea", Locale::En, &one_sided, Standing::Open);
    assert_eq!(invitation.description(), "A friend sent you this link.");
}

#[test]
fn a_preview_has_what_each_previewer_asks_for() {
    let html = preview(invite("Tea", Locale::En, &starter(), Standing::Open))
        .render()
        .unwrap();
    for tag in [
        "<title>€10 for you at Tea</title>",
        "<meta property=\"og:title\" content=\"€10 for you at Tea\">",
        "<meta property=\"og:url\" content=\"https://refer.shop.example/r/acme/k7m2p9x4?c=whatsapp\">",
        "<meta property=\"og:image\" content=\"https://refer.shop.example/r/acme/k7m2p9x4/picture.png?v=1\">",
        "<meta property=\"og:image:width\" content=\"1200\">",
        "<meta property=\"og:image:height\" content=\"630\">",
        "<meta property=\"og:image:type\" content=\"image/png\">",
        "<meta property=\"og:locale\" content=\"en_GB\">",
        "<meta name=\"twitter:card\" content=\"summary_large_image\">",
        "<meta name=\"robots\" content=\"noindex\">",
    ] {
        assert!(html.contains(tag), "{tag} in {html}");
    }
    // WhatsApp and Telegram read no more than the beginning of a page.
    assert!(html.len() < 4_096, "{}", html.len());
    let polish = preview(invite("Tea", Locale::Pl, &starter(), Standing::Open));
    let html = polish.render().unwrap();
    assert!(html.contains("og:locale\" content=\"pl_PL\""), "{html}");
}

#[test]
fn hostile_names_and_terms_stay_text() {
    let mut program = starter();
    program.friend = Some(SideRules::of(Offer::FreeProduct {
        sku: "x".to_owned(),
        name: EVIL.to_owned(),
        cost: Amounts::of(euros(1)),
    }));
    let links = [
        Terms::Text(EVIL.repeat(3)),
        Terms::Text(EVIL.repeat(300)),
        Terms::Url("javascript:alert(1)".to_owned()),
    ];
    for terms in links {
        program.terms = Some(terms);
        for locale in Locale::ALL {
            let mut invitation = invite(EVIL, locale, &program, Standing::Open);
            invitation.brand.shop_url = "javascript:alert('\"><script>')".to_owned();
            let mut friend = page(invitation.clone());
            friend.button = "javascript:alert(1)".to_owned();
            friend.code = Some(EVIL.to_owned());
            let terms = TermsPage {
                invitation: invitation.clone(),
                back: "/r/acme/k7m2p9x4/page".to_owned(),
            };
            let cards = Cards {
                invitation: invitation.clone(),
                code: EVIL.to_owned(),
                qr: (10, String::new()),
            };
            let picture = Picture::of(&invitation).unwrap();
            for html in [
                friend.render().unwrap(),
                preview(invitation.clone()).render().unwrap(),
                terms.render().unwrap().unwrap_or_default(),
                cards.render().unwrap(),
                picture.svg(),
            ] {
                assert!(!html.contains("<script"), "{html}");
                assert!(!html.contains("<img src=x"), "{html}");
                assert!(!html.contains("javascript:"), "{html}");
                assert!(
                    !html.contains('\u{202e}') || html.contains("<bdi>"),
                    "{html}"
                );
            }
        }
    }
}

/// Bytes of the friend page with all that it loads, uncompressed.
const BUDGET: usize = 20 * 1024;

#[test]
fn the_friend_page_weighs_no_more_than_twenty_kilobytes_with_all_that_it_loads() {
    let mut program = starter();
    program.minimum_order = Some(Amounts::of(euros(3_000)));
    program.terms = Some(Terms::Text("A long line of terms. ".repeat(90)));
    let words = "Herbaciarnia i Palarnia Kawy Pod Starym Platanem, Kowalczyk i Synowie";
    program.friend = Some(SideRules::of(Offer::FreeProduct {
        sku: "x".to_owned(),
        name: "ą".repeat(100),
        cost: Amounts::of(euros(1)),
    }));
    let accent = Accent::stylesheet("1f5c4d-ffffff").unwrap();
    let styles = include_str!("../../www/assets/ui/page.css").len()
        + include_str!("../../www/assets/ui/friend.css").len()
        + accent.len();
    let link = format!(
        "https://{}.example/r/{}/k7m2p9x4?c=qr",
        "a".repeat(60),
        "b".repeat(40)
    );
    let qr = Qr::of(&link).unwrap().svg().len();
    for locale in Locale::ALL {
        let html = page(invite(words, locale, &program, Standing::Open))
            .render()
            .unwrap();
        assert!(html.contains("<details>"), "{html}");
        let all = html.len() + styles + qr;
        println!(
            "{}: page {}, styles {styles}, QR code {qr}, in all {all}",
            locale.tag(),
            html.len()
        );
        assert!(all <= BUDGET, "{all} in {}", locale.tag());
    }
}

#[test]
fn terms_that_are_too_long_have_a_page_of_their_own() {
    let mut program = starter();
    program.terms = Some(Terms::Text("word ".repeat(LONGEST_INLINE_TERMS)));
    let invitation = invite("Tea", Locale::En, &program, Standing::Open);
    let html = page(invitation.clone()).render().unwrap();
    assert!(html.contains("href=\"/r/acme/k7m2p9x4/terms\""), "{html}");
    assert!(!html.contains("<details>"), "{html}");
    let back = "/r/acme/k7m2p9x4/page".to_owned();
    let terms = TermsPage { invitation, back }.render().unwrap().unwrap();
    assert!(terms.contains("word word") && terms.contains("/r/acme/k7m2p9x4/page"));
    program.terms = Some(Terms::Url("https://shop.example/terms".to_owned()));
    let invitation = invite("Tea", Locale::En, &program, Standing::Open);
    let html = page(invitation).render().unwrap();
    assert!(
        html.contains("href=\"https://shop.example/terms\""),
        "{html}"
    );
}

/// Grey pixels of a PNG, one byte each, and its width.
fn pixels(png: &[u8]) -> (usize, Vec<u8>) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    let step = bytes.len() / usize::try_from(info.width * info.height).unwrap();
    let grey = bytes.chunks(step).map(|pixel| pixel[0]).collect();
    (usize::try_from(info.width).unwrap(), grey)
}

fn read_back(width: usize, grey: &[u8]) -> String {
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(width, grey.len() / width, |x, y| {
            grey[y * width + x]
        });
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1);
    grids[0].decode().unwrap().1
}

/// The modules of an SVG of ours, drawn by following its path.
fn drawn(svg: &str, side: usize, scale: usize) -> Vec<u8> {
    let path = svg
        .rsplit_once("d=\"")
        .unwrap()
        .1
        .split('"')
        .next()
        .unwrap();
    let width = side * scale;
    let mut grey = vec![255; width * width];
    let (mut x, mut y) = (0_i64, 0_i64);
    for bar in path.split('m').skip(1) {
        let (offset, bar) = bar.split_once('h').unwrap();
        let (dx, dy) = offset.split_once(' ').unwrap();
        let run: usize = bar.split('v').next().unwrap().parse().unwrap();
        assert_eq!(bar, format!("{run}v1h-{run}"));
        x += dx.parse::<i64>().unwrap();
        y += dy.parse::<i64>().unwrap();
        let (left, top) = (usize::try_from(x).unwrap(), usize::try_from(y).unwrap());
        for line in top * scale..(top + 1) * scale {
            grey[line * width + left * scale..line * width + (left + run) * scale].fill(0);
        }
        y += 1;
    }
    grey
}

#[test]
fn a_reader_finds_the_link_in_the_qr_code() {
    for link in [
        format!("{LINK}?c=qr"),
        format!(
            "http://refer.shop.localhost:8787/r/{}/k7m2p9x4?c=print",
            "a".repeat(40)
        ),
    ] {
        let qr = Qr::of(&link).unwrap();
        let png = qr.png().unwrap();
        let (width, grey) = pixels(&png);
        assert!(width >= 512, "{width}");
        assert_eq!(width % qr.side(), 0);
        assert!(png.len() < 4_096, "{}", png.len());
        assert_eq!(&png[24..26], [1, 0], "one bit a pixel, grey");
        assert_eq!(read_back(width, &grey), link);
        let quiet = QUIET * (width / qr.side());
        assert!(grey[..width * quiet].iter().all(|pixel| *pixel == 255));
        assert_eq!(grey[width * quiet + quiet], 0, "then the finder begins");

        let svg = qr.svg();
        assert!(svg.len() < 8_192, "{}", svg.len());
        let grey = drawn(&svg, qr.side(), 8);
        assert_eq!(read_back(qr.side() * 8, &grey), link);
    }
    assert!(Qr::of(&"a".repeat(4_000)).is_none());
}

#[test]
fn the_picture_is_small_and_of_the_size_that_it_says() {
    for (name, accent) in [
        ("Kettle & Leaf", "#1f5c4d"),
        ("Чайна хата", "#ffe066"),
        ("بيت الشاي", "#111111"),
        ("茶 🍵", "#5b2a86"),
        ("", "#ffffff"),
        (&"W".repeat(200), "#7f7f7f"),
    ] {
        for standing in [Standing::Open, Standing::Paused] {
            let mut invitation = invite(name, Locale::En, &starter(), standing);
            invitation.brand.accent = Accent::new(accent, None);
            let png = Picture::of(&invitation).unwrap().png().unwrap();
            // WhatsApp shows none above 600 KB, older ones none above 300.
            assert!(png.len() < 60_000, "{name}: {}", png.len());
            let (width, grey) = pixels(&png);
            assert_eq!((width, grey.len() / width), (1200, 630), "{name}");
            let ground = grey[0];
            let ink = grey.iter().filter(|pixel| **pixel != ground).count();
            assert!(ink > 5_000, "{name}: something is drawn");
            // All of it within the margin.
            for line in grey.chunks(width) {
                assert!(line[..60].iter().chain(&line[1140..]).all(|p| *p == ground));
            }
        }
    }
}

#[test]
fn what_the_font_cannot_write_is_left_out() {
    let picture = |name: &str| {
        let invitation = invite(name, Locale::En, &starter(), Standing::Open);
        Picture::of(&invitation).unwrap().svg()
    };
    assert!(picture("Tea & Co").contains(">Tea &amp; Co</text>"));
    for name in ["بيت الشاي", "茶", "Tea 🍵"] {
        let svg = picture(name);
        assert!(!svg.contains(name) && svg.contains(">€10</text>"), "{svg}");
    }
}
