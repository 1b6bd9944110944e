//! Every channel against its vendor's documented format, with kind and hostile text.

use super::*;

const LINK: &str = "https://refer.shop.example/r/demo/k7m2p9x4?c=x";
const LINK_ENCODED: &str = "https%3A%2F%2Frefer.shop.example%2Fr%2Fdemo%2Fk7m2p9x4%3Fc%3Dx";

const PLATFORMS: [Platform; 3] = [Platform::Ios, Platform::Android, Platform::Desktop];

fn parcel(message: &str) -> Parcel<'_> {
    Parcel {
        subject: "A gift & more",
        message,
        link: LINK,
    }
}

fn address(name: &str, message: &str, platform: Platform) -> Option<String> {
    href(find(name).unwrap(), &parcel(message), platform)
}

/// What a receiver reads out of an address, by the URL standard's form rules
/// without `+` for a space.
fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let hex = std::str::from_utf8(&tail[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_channel_follows_its_documented_format() {
    let both = format!("Hi%20you%20{LINK_ENCODED}");
    for (name, expected) in [
        ("whatsapp", format!("https://wa.me/?text={both}")),
        (
            "email",
            format!(
                "mailto:?subject=A%20gift%20%26%20more&body=Hi%20you%0D%0A%0D%0A{LINK_ENCODED}"
            ),
        ),
        (
            "facebook",
            format!("https://www.facebook.com/sharer/sharer.php?u={LINK_ENCODED}"),
        ),
        (
            "x",
            format!("https://x.com/intent/tweet?text=Hi%20you&url={LINK_ENCODED}"),
        ),
        (
            "messenger",
            format!("fb-messenger://share/?link={LINK_ENCODED}"),
        ),
        (
            "telegram",
            format!("https://t.me/share/url?url={LINK_ENCODED}&text=Hi%20you"),
        ),
        (
            "linkedin",
            format!("https://www.linkedin.com/sharing/share-offsite/?url={LINK_ENCODED}"),
        ),
        (
            "pinterest",
            format!(
                "https://www.pinterest.com/pin/create/button/?url={LINK_ENCODED}&description=Hi%20you"
            ),
        ),
        (
            "reddit",
            format!("https://www.reddit.com/submit?url={LINK_ENCODED}&title=Hi%20you"),
        ),
        (
            "threads",
            format!("https://www.threads.net/intent/post?text=Hi%20you&url={LINK_ENCODED}"),
        ),
        (
            "bluesky",
            format!("https://bsky.app/intent/compose?text={both}"),
        ),
        ("viber", format!("viber://forward?text={both}")),
        (
            "vk",
            format!("https://vk.com/share.php?url={LINK_ENCODED}&title=Hi%20you"),
        ),
        (
            "tumblr",
            format!(
                "https://www.tumblr.com/widgets/share/tool?posttype=link&canonicalUrl={LINK_ENCODED}&caption=Hi%20you"
            ),
        ),
        ("line", format!("https://line.me/R/share?text={both}")),
    ] {
        for platform in PLATFORMS {
            let app_only = name == "messenger" && platform == Platform::Desktop;
            assert_eq!(
                address(name, "Hi you", platform),
                (!app_only).then(|| expected.clone()),
                "{name} {platform:?}"
            );
        }
    }
}

#[test]
fn messages_differ_between_apple_and_the_rest() {
    let body = format!("body=Hi%20{LINK_ENCODED}");
    for (platform, start) in [
        (Platform::Ios, "sms:&"),
        (Platform::Android, "sms:?"),
        (Platform::Desktop, "sms:?"),
    ] {
        assert_eq!(
            address("sms", "Hi", platform),
            Some(format!("{start}{body}"))
        );
    }
}

#[test]
fn acts_have_no_address_and_apps_none_on_a_desktop() {
    for name in ["native", "copy", "qr", "print"] {
        assert_eq!(address(name, "Hi", Platform::Ios), None, "{name}");
    }
    assert_eq!(address("messenger", "Hi", Platform::Desktop), None);
}

/// What people write, and what they should not be able to do by it.
fn hostile_texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        r#"She said "yes" & 'no' #1 + 100% ?a=b;c <script>alert(1)</script>"#,
        "\"",
        "'",
        "&",
        "#",
        "+",
        "%",
        "=",
        "?",
        "1+1=2 & more #tea",
        "one\ntwo",
        "\u{202e}שלום مرحبا\u{200f} 🎁🎉 e\u{301}",
        "👩‍👩‍👧‍👦 🇵🇱",
        "back\\slash javascript:alert(1) //evil.example @me",
        "%20 %0d%0a already & encoded",
        "&body=evil&subject=evil&url=https://evil.example",
        "\r\nBcc: everybody@evil.example",
        "\u{0}\u{7f}\t",
    ]
    .map(str::to_owned)
    .into();
    // 2,000 characters of one, two, three and four bytes.
    texts.extend(["x", "ü", "界", "\u{1f381}"].map(|letter| letter.repeat(2_000)));
    texts.push("\"&#+🎁שa".chars().cycle().take(2_000).collect());
    texts
}

#[test]
fn hostile_text_arrives_whole_and_adds_no_parameter() {
    let texts = hostile_texts();
    for (channel, platform) in CHANNELS
        .iter()
        .flat_map(|channel| PLATFORMS.map(|platform| (channel, platform)))
    {
        let name = channel.name;
        let Some(plain) = href(channel, &parcel("x"), platform) else {
            continue;
        };
        let takes_words = Some(&plain) != href(channel, &parcel("y"), platform).as_ref();
        for text in &texts {
            let hostile = Parcel {
                subject: text,
                ..parcel(text)
            };
            let address = href(channel, &hostile, platform).unwrap();
            assert!(
                address
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b":/?&=.%-_~".contains(&b)),
                "{name}: {address}"
            );
            for mark in ['&', '=', '?', ':', '/'] {
                let count = |address: &str| address.matches(mark).count();
                assert_eq!(count(&address), count(&plain), "{name}: {mark}");
            }
            assert!(address.contains(LINK_ENCODED), "{name}");
            if takes_words {
                let arrives = text.replace("\r\n", "\n").replace('\n', "\r\n");
                assert!(decode(&address).contains(&arrives), "{name}: {text}");
            }
        }
    }
}

#[test]
fn line_ends_are_carriage_return_and_line_feed_once() {
    for text in ["a\nb", "a\r\nb", "a\rb"] {
        assert_eq!(
            address("line", text, Platform::Ios),
            Some(format!(
                "https://line.me/R/share?text=a%0D%0Ab%20{LINK_ENCODED}"
            ))
        );
    }
}

#[test]
fn an_empty_message_leaves_the_link_alone() {
    assert_eq!(
        address("whatsapp", "", Platform::Ios),
        Some(format!("https://wa.me/?text={LINK_ENCODED}"))
    );
}

#[test]
fn each_channel_has_its_own_link_and_name() {
    assert_eq!(
        link_for("https://e.example/r/demo/abc", "sms"),
        "https://e.example/r/demo/abc?c=sms"
    );
    assert_eq!(
        link_for("https://e.example/r/demo/abc?to=tea", "sms"),
        "https://e.example/r/demo/abc?to=tea&c=sms"
    );
    let mut names: Vec<_> = CHANNELS.iter().map(|channel| channel.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 20);
}
