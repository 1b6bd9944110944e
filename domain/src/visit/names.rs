//! The closed sets of names: who previews a link, in whose app a person is.

/// A set of names: the enum, its stable texts and the list of all.
macro_rules! names {
    ($(#[$about:meta])* $set:ident { $($(#[$doc:meta])* $name:ident = $code:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $set { $($(#[$doc])* $name,)* }

        impl $set {
            /// Each once, in the order of reports.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable name.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

names! {
    /// Why a request was answered but not counted as a click. A closed set; each is
    /// counted by day.
    Dropped {
        /// Asks for the head only.
        Head = "head",
        /// A browser or an app loads ahead of its person.
        Prefetch = "prefetch",
        /// Makes the card of a link in a chat or a feed.
        PreviewBot = "preview_bot",
        /// Fills the index of a search engine.
        SearchBot = "search_bot",
        /// A library, a command line, automation, a watcher, a scanner, an AI.
        Tool = "tool",
        /// A robot of another kind: advertising, feeds, archives, links counted. Apart
        /// from tools, since it says by itself that it is one.
        OtherBot = "other_bot",
        /// Says nothing of itself.
        MissingAgent = "missing_agent",
        /// The same visitor and link a moment ago.
        Repeat = "repeat",
        /// Asked for by a page as a frame, a picture or a script: nobody saw it.
        HiddenFrame = "hidden_frame",
        /// Too many from one network or on one code.
        RateLimit = "rate_limit",
        /// A code that nobody has.
        UnknownCode = "unknown_code",
        /// A code with a typo.
        BadCode = "bad_code",
        /// The campaign is over.
        Ended = "ended",
        /// More clicks waited than an isolate keeps.
        Overflow = "overflow",
        /// The books refused the batch.
        Lost = "lost",
    }
}

names! {
    /// Who makes a card of a link.
    Previewer {
        /// Facebook, Instagram, Threads, Messenger.
        Facebook = "facebook",
        /// WhatsApp, and Signal in its name.
        Whatsapp = "whatsapp",
        /// Messages on Apple's systems.
        Imessage = "imessage",
        /// Telegram.
        Telegram = "telegram",
        /// X.
        X = "x",
        /// LinkedIn.
        Linkedin = "linkedin",
        /// Slack.
        Slack = "slack",
        /// Discord.
        Discord = "discord",
        /// Viber.
        Viber = "viber",
        /// Skype and Teams.
        Skype = "skype",
        /// Pinterest.
        Pinterest = "pinterest",
        /// Reddit.
        Reddit = "reddit",
        /// The servers of Mastodon and its kin.
        Mastodon = "mastodon",
        /// Bluesky.
        Bluesky = "bluesky",
        /// VK and Odnoklassniki.
        Vk = "vk",
        /// Line.
        Line = "line",
        /// KakaoTalk.
        Kakaotalk = "kakaotalk",
        /// Snapchat.
        Snapchat = "snapchat",
        /// Any other.
        Other = "other",
    }
}

names! {
    /// The app in whose own browser a person is: it shares no cookies with the
    /// browser in which the person will buy.
    App {
        /// Instagram.
        Instagram = "instagram",
        /// Threads.
        Threads = "threads",
        /// Facebook.
        Facebook = "facebook",
        /// Messenger.
        Messenger = "messenger",
        /// TikTok.
        Tiktok = "tiktok",
        /// WeChat.
        Wechat = "wechat",
        /// Line.
        Line = "line",
        /// Snapchat.
        Snapchat = "snapchat",
        /// Pinterest.
        Pinterest = "pinterest",
        /// LinkedIn.
        Linkedin = "linkedin",
        /// X.
        X = "x",
        /// Telegram.
        Telegram = "telegram",
        /// KakaoTalk.
        Kakaotalk = "kakaotalk",
        /// Naver.
        Naver = "naver",
        /// Daum.
        Daum = "daum",
        /// WhatsApp.
        Whatsapp = "whatsapp",
        /// Viber.
        Viber = "viber",
        /// Reddit.
        Reddit = "reddit",
        /// Discord.
        Discord = "discord",
        /// Slack.
        Slack = "slack",
        /// Teams.
        Teams = "teams",
        /// VK.
        Vk = "vk",
        /// Weibo.
        Weibo = "weibo",
        /// QQ.
        Qq = "qq",
        /// Alipay.
        Alipay = "alipay",
        /// Baidu.
        Baidu = "baidu",
        /// Zalo.
        Zalo = "zalo",
        /// Google's app.
        Google = "google",
        /// Bing's app.
        Bing = "bing",
        /// Outlook.
        Outlook = "outlook",
        /// Yahoo's mail and news.
        Yahoo = "yahoo",
        /// Tumblr.
        Tumblr = "tumblr",
        /// A web view of an app that does not say its name.
        Other = "other",
    }
}
