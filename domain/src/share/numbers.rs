//! Numbers of the channels, for click tokens and packed click records. They are
//! written down for years, so the list only ever grows at its end, whatever the
//! order in which the panel shows them.

/// Names by number; number 0 is "unknown".
const NUMBERED: [&str; 21] = [
    "",
    "email",
    "sms",
    "whatsapp",
    "facebook",
    "messenger",
    "x",
    "telegram",
    "linkedin",
    "pinterest",
    "reddit",
    "threads",
    "bluesky",
    "viber",
    "vk",
    "tumblr",
    "line",
    "copy",
    "qr",
    "native",
    "print",
];

/// The number of a channel's stable name; 0 for any other text.
#[must_use]
pub fn number_of(name: &str) -> u8 {
    let position = NUMBERED.iter().position(|known| *known == name);
    position.and_then(|at| u8::try_from(at).ok()).unwrap_or(0)
}

/// The stable name; empty for 0 and for numbers not given yet.
#[must_use]
pub fn name_of(number: u8) -> &'static str {
    NUMBERED.get(usize::from(number)).copied().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::share::channels::CHANNELS;

    #[test]
    fn every_channel_has_one_number_for_good() {
        for channel in &CHANNELS {
            assert_eq!(name_of(number_of(channel.name)), channel.name);
            assert_ne!(number_of(channel.name), 0, "{}", channel.name);
        }
        assert_eq!(
            (number_of("email"), number_of("print")),
            (1, 20),
            "numbers never change"
        );
        assert_eq!((number_of("carrier pigeon"), name_of(255)), (0, ""));
    }
}
