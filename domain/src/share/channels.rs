//! The table of share channels: one row a channel, and the pure function that
//! turns a row, a message and a link into the address of the channel's button.
//!
//! Guarantees: every part of an address that comes from a person is
//! percent-encoded by RFC 3986 (a space is `%20`, never `+`), so that no text
//! can add a parameter or end the address early; the link reaches every channel
//! whole. Each recipe follows the vendor's documented format, which is named
//! beside it.
//!
//! Not for: which channels a merchant chose or how a button looks.

extern crate alloc;

use alloc::string::String;

/// The device that will open the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// iPhone and iPad.
    Ios,
    /// Android phones and tablets.
    Android,
    /// Everything else.
    Desktop,
}

/// What is shared. `message` does not contain the link.
#[derive(Clone, Copy, Debug)]
pub struct Parcel<'a> {
    /// Subject line, for channels that have one.
    pub subject: &'a str,
    /// The advocate's words.
    pub message: &'a str,
    /// The advocate's link, absolute.
    pub link: &'a str,
}

/// One way to pass a link on.
#[derive(Debug)]
pub struct Channel {
    /// The stable name: in links (`?c=`), in counters, as icon and label key.
    pub name: &'static str,
    recipe: Recipe,
}

/// How a channel's address is made.
#[derive(Debug)]
enum Recipe {
    /// The same address everywhere.
    Everywhere(&'static str, &'static [Part]),
    /// Apps that have no address on a desktop.
    TouchOnly(&'static str, &'static [Part]),
    /// Apple's Messages reads `sms:&body=`, all others `sms:?body=` (RFC 5724).
    Messages,
    /// Not an address: something that the panel, a printer or a pen does.
    Act,
}

/// A parameter of an address: its literal beginning and what follows it.
type Part = (&'static str, Filling);

#[derive(Clone, Copy, Debug)]
enum Filling {
    Link,
    Message,
    Subject,
    /// Message, a space, the link: for channels with a single text.
    Both,
    /// Message, a blank line, the link; line ends as RFC 6068 wants them.
    Letter,
}

use Filling::{Both, Letter, Link, Message, Subject};
use Recipe::{Act, Everywhere, Messages, TouchOnly};

const fn channel(name: &'static str, recipe: Recipe) -> Channel {
    Channel { name, recipe }
}

/// Every channel that the product knows, the generally most useful first.
pub static CHANNELS: [Channel; 20] = [
    // The device's own sheet (Web Share API).
    channel("native", Act),
    // WhatsApp "click to chat" without a number.
    channel(
        "whatsapp",
        Everywhere("https://wa.me/", &[("?text=", Both)]),
    ),
    // RFC 6068.
    channel(
        "email",
        Everywhere("mailto:", &[("?subject=", Subject), ("&body=", Letter)]),
    ),
    channel("sms", Messages),
    // Facebook's share dialogue takes the address alone; words were dropped by it.
    channel(
        "facebook",
        Everywhere(
            "https://www.facebook.com/sharer/sharer.php",
            &[("?u=", Link)],
        ),
    ),
    // X web intent, docs.x.com "Web intent".
    channel(
        "x",
        Everywhere(
            "https://x.com/intent/tweet",
            &[("?text=", Message), ("&url=", Link)],
        ),
    ),
    channel("copy", Act),
    // Messenger's app; its desktop dialogue needs an application id of the merchant.
    channel(
        "messenger",
        TouchOnly("fb-messenger://share/", &[("?link=", Link)]),
    ),
    // core.telegram.org "Share button".
    channel(
        "telegram",
        Everywhere(
            "https://t.me/share/url",
            &[("?url=", Link), ("&text=", Message)],
        ),
    ),
    // LinkedIn "share offsite" takes the address alone.
    channel(
        "linkedin",
        Everywhere(
            "https://www.linkedin.com/sharing/share-offsite/",
            &[("?url=", Link)],
        ),
    ),
    // Pinterest "Save button".
    channel(
        "pinterest",
        Everywhere(
            "https://www.pinterest.com/pin/create/button/",
            &[("?url=", Link), ("&description=", Message)],
        ),
    ),
    // Reddit "Submit link", reddit.com/submit: address and title.
    channel(
        "reddit",
        Everywhere(
            "https://www.reddit.com/submit",
            &[("?url=", Link), ("&title=", Message)],
        ),
    ),
    // Meta "Threads web intents".
    channel(
        "threads",
        Everywhere(
            "https://www.threads.net/intent/post",
            &[("?text=", Message), ("&url=", Link)],
        ),
    ),
    // docs.bsky.app "Action intent links": one text.
    channel(
        "bluesky",
        Everywhere("https://bsky.app/intent/compose", &[("?text=", Both)]),
    ),
    // developers.viber.com "Share button".
    channel("viber", Everywhere("viber://forward", &[("?text=", Both)])),
    // dev.vk.com "Share widget": the page's own title unless one is given.
    channel(
        "vk",
        Everywhere(
            "https://vk.com/share.php",
            &[("?url=", Link), ("&title=", Message)],
        ),
    ),
    // tumblr.com/docs "Share button"; the path's words are Tumblr's.
    channel(
        "tumblr",
        Everywhere(
            "https://www.tumblr.com/widgets/share/tool",
            &[
                ("?posttype=link&canonicalUrl=", Link),
                ("&caption=", Message),
            ],
        ),
    ),
    // LINE "URL scheme", send a text.
    channel(
        "line",
        Everywhere("https://line.me/R/share", &[("?text=", Both)]),
    ),
    channel("qr", Act),
    channel("print", Act),
];

/// The channel of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Channel> {
    CHANNELS.iter().find(|channel| channel.name == name)
}

/// The address of the channel's button, or `None` where the channel is no
/// address at all or has none on this platform.
#[must_use]
pub fn href(channel: &Channel, parcel: &Parcel<'_>, platform: Platform) -> Option<String> {
    let (base, parts): (&str, &[Part]) = match channel.recipe {
        Everywhere(base, parts) => (base, parts),
        TouchOnly(base, parts) if platform != Platform::Desktop => (base, parts),
        Messages if platform == Platform::Ios => ("sms:", &[("&body=", Both)]),
        Messages => ("sms:", &[("?body=", Both)]),
        TouchOnly(..) | Act => return None,
    };
    let mut out = String::from(base);
    for (start, filling) in parts {
        out.push_str(start);
        let (before, gap, after) = match filling {
            Link => ("", "", parcel.link),
            Message => (parcel.message, "", ""),
            Subject => (parcel.subject, "", ""),
            Both => (parcel.message, " ", parcel.link),
            Letter => (parcel.message, "\n\n", parcel.link),
        };
        encode(before, &mut out);
        if !before.is_empty() {
            encode(gap, &mut out);
        }
        encode(after, &mut out);
    }
    Some(out)
}

/// The link as one channel passes it on, so that its clicks are told apart.
#[must_use]
pub fn link_for(link: &str, channel: &str) -> String {
    let mut out = String::from(link);
    out.push_str(if link.contains('?') { "&c=" } else { "?c=" });
    out.push_str(channel);
    out
}

/// Percent-encodes all but RFC 3986's unreserved characters; line ends become
/// CR LF, as RFC 6068 asks of a mail body and others accept.
fn encode(text: &str, out: &mut String) {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let mut after_return = false;
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            b'\r' => out.push_str("%0D%0A"),
            b'\n' if after_return => {}
            b'\n' => out.push_str("%0D%0A"),
            _ => {
                out.push('%');
                for digit in [byte >> 4, byte & 15] {
                    out.extend(HEX.get(usize::from(digit)));
                }
            }
        }
        after_return = byte == b'\r';
    }
}

#[cfg(test)]
#[path = "channels_tests.rs"]
mod tests;
