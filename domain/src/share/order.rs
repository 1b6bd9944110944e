//! Which channels are the most useful first, by country and device, where a merchant has
//! chosen none: people pass a link on where they talk anyway.
//!
//! Guarantees: every order holds every channel once. Not for: whether a channel works on
//! a device at all, which [`super::channels::href`] knows.

use super::channels::CHANNELS;

/// How many channels there are.
pub const COUNT: usize = CHANNELS.len();

/// The device as far as the order goes by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// A phone or a tablet: it has the shopper's own apps.
    Touch,
    /// Everything else.
    Desktop,
}

/// Where people of a country write to each other, the most usual first.
const TALK: [(&[&str], &[&str]); 12] = [
    // LINE: Japan, Taiwan, Thailand.
    (&["JP", "TW"], &["line", "x", "facebook"]),
    (&["TH"], &["line", "facebook", "messenger", "x"]),
    (&["RU"], &["telegram", "whatsapp", "vk", "viber"]),
    (&["BY", "MD"], &["telegram", "viber", "vk", "facebook"]),
    (
        &["KZ", "KG", "UZ", "AM", "AZ", "GE"],
        &["telegram", "whatsapp", "facebook"],
    ),
    (&["UA"], &["telegram", "viber", "facebook", "whatsapp"]),
    (
        &["BG", "GR", "RS", "MK", "ME", "BA"],
        &["viber", "facebook", "messenger", "whatsapp"],
    ),
    (
        &["HU", "LT", "VN", "PH"],
        &["messenger", "facebook", "viber", "whatsapp"],
    ),
    (
        &["PL", "DK", "NO", "SE", "MT", "CY", "MN"],
        &["messenger", "whatsapp", "facebook", "sms"],
    ),
    (
        &["US", "CA", "AU", "NZ"],
        &["sms", "messenger", "facebook", "whatsapp"],
    ),
    // Their own messengers have no address that a page can open.
    (&["KR", "CN"], &["sms", "facebook", "x"]),
    (&["IR", "ET"], &["telegram", "whatsapp", "sms"]),
];

/// Nearly everywhere else it is WhatsApp.
const TALK_ELSEWHERE: &[&str] = &["whatsapp", "messenger", "facebook", "sms"];

/// First on a device, whatever the country: its own share sheet holds all apps of a
/// phone; at a desk people write mails.
const FIRST: [(Device, &[&str]); 2] = [
    (Device::Touch, &["native"]),
    (Device::Desktop, &["email", "copy"]),
];

/// The rest, after the country's own.
const REST: [(Device, [&str; COUNT]); 2] = [
    (
        Device::Touch,
        [
            "native",
            "copy",
            "email",
            "sms",
            "whatsapp",
            "facebook",
            "messenger",
            "telegram",
            "x",
            "qr",
            "threads",
            "pinterest",
            "reddit",
            "linkedin",
            "viber",
            "bluesky",
            "line",
            "tumblr",
            "vk",
            "print",
        ],
    ),
    (
        Device::Desktop,
        [
            "email",
            "copy",
            "whatsapp",
            "facebook",
            "x",
            "telegram",
            "linkedin",
            "reddit",
            "qr",
            "pinterest",
            "threads",
            "bluesky",
            "tumblr",
            "line",
            "viber",
            "vk",
            "print",
            "sms",
            "messenger",
            "native",
        ],
    ),
];

/// On a desktop these need an app or lead nowhere: they keep their place at the end.
const TOUCH_ONLY: [&str; 4] = ["sms", "messenger", "viber", "native"];

/// All channels, the most useful first. `country` by ISO 3166-1 alpha-2 in capitals;
/// anything else is a country of which nothing is known.
#[must_use]
pub fn most_useful(country: Option<&str>, device: Device) -> Vec<&'static str> {
    let known = TALK
        .iter()
        .find(|(countries, _)| country.is_some_and(|country| countries.contains(&country)));
    let talk = known.map_or(TALK_ELSEWHERE, |(_, talk)| talk);
    let first = FIRST.iter().find(|(of, _)| *of == device);
    let rest = REST.iter().find(|(of, _)| *of == device);
    let fits = |name: &&&str| device == Device::Touch || !TOUCH_ONLY.contains(*name);
    let all = first
        .map_or(&[][..], |(_, first)| first)
        .iter()
        .chain(talk.iter().filter(fits))
        .chain(rest.map_or(&[][..], |(_, rest)| rest));
    let mut order = Vec::with_capacity(COUNT);
    for name in all {
        if !order.contains(name) {
            order.push(*name);
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_holds_every_channel_once() {
        let mut names: Vec<&str> = CHANNELS.iter().map(|channel| channel.name).collect();
        names.sort_unstable();
        let countries = TALK.iter().flat_map(|(countries, _)| *countries).copied();
        for country in countries.map(Some).chain([None, Some("XX"), Some("DE")]) {
            for device in [Device::Touch, Device::Desktop] {
                let mut order = most_useful(country, device);
                order.sort_unstable();
                assert_eq!(order, names, "{country:?} {device:?}");
            }
        }
    }

    #[test]
    fn no_country_stands_twice() {
        let all = TALK.iter().flat_map(|(countries, _)| *countries);
        let mut all: Vec<&str> = all.copied().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn people_are_met_where_they_talk() {
        for (country, device, start) in [
            (
                Some("PL"),
                Device::Touch,
                ["native", "messenger", "whatsapp"],
            ),
            (Some("BG"), Device::Touch, ["native", "viber", "facebook"]),
            (
                Some("DE"),
                Device::Touch,
                ["native", "whatsapp", "messenger"],
            ),
            (Some("US"), Device::Touch, ["native", "sms", "messenger"]),
            (Some("JP"), Device::Touch, ["native", "line", "x"]),
            (None, Device::Touch, ["native", "whatsapp", "messenger"]),
            (Some("DE"), Device::Desktop, ["email", "copy", "whatsapp"]),
            (Some("RU"), Device::Desktop, ["email", "copy", "telegram"]),
            // What a desktop cannot open does not stand first there.
            (Some("US"), Device::Desktop, ["email", "copy", "facebook"]),
            (Some("BG"), Device::Desktop, ["email", "copy", "facebook"]),
        ] {
            let order = most_useful(country, device);
            assert_eq!(order[..3], start, "{country:?} {device:?}");
        }
    }
}
