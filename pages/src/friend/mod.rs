//! The pages around a link: what a previewer, a friend and a printer are told of
//! the offer behind it.
//!
//! Guarantees: nothing is said that the programme does not give now; a link that
//! cannot be one, a pause and an end are said as they are. Not for: who shared the
//! link. An advocate's name is shown to nobody without consent, and the books hold
//! none.

mod card;
mod page;
mod preview;

use grapevine_domain::code;
use grapevine_domain::money::{Currency, Money};
use grapevine_domain::program::{NewCustomer, Program, Terms, Trigger};
use grapevine_domain::reward::Offer;

pub use card::{CARDS, Cards};
pub use page::{FriendPage, TermsPage};
pub use preview::{PICTURE_HEIGHT, PICTURE_WIDTH, Preview};

use crate::text::web_address;
use crate::{Brand, Locale, Worth, amount};

/// Longest terms that stand on a page with other things, in bytes; longer ones have
/// a page of their own.
pub const LONGEST_INLINE_TERMS: usize = 2_000;

/// Whether the offer behind a link can be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It can.
    #[default]
    Open,
    /// Not at the moment.
    Paused,
    /// No more.
    Ended,
    /// The link cannot be one.
    UnknownCode,
}

/// What a friend must do for the offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Occasion {
    SignUp,
    First,
    Next,
    Every,
    Nth(u32),
}

/// The offer behind a link, as its friend reads it.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The shop and the reader's language.
    pub brand: Brand,
    /// Whether the offer can be had.
    pub standing: Standing,
    gift: Option<Worth>,
    up_to: Option<Money>,
    occasion: Occasion,
    minimum: Option<Money>,
    /// Whether whoever shared the link gets something, too.
    thanked: bool,
    terms: Option<Terms>,
}

impl Invitation {
    /// What a programme gives a friend now, amounts in a currency.
    #[must_use]
    pub fn new(brand: Brand, program: &Program, currency: Currency, standing: Standing) -> Self {
        let offer = program.friend.as_ref().map(|rules| &rules.offer);
        let up_to = match offer {
            Some(Offer::PercentOff { up_to, .. }) => up_to.as_ref(),
            _ => None,
        };
        Self {
            brand,
            standing,
            gift: offer.map(|offer| Worth::of(offer, currency)),
            up_to: up_to.and_then(|most| most.get(currency)),
            occasion: match (program.trigger, program.new_customer) {
                (Trigger::SignUp, _) => Occasion::SignUp,
                (Trigger::FirstOrder, NewCustomer::NeverOrdered) => Occasion::First,
                (Trigger::FirstOrder, _) => Occasion::Next,
                (Trigger::EveryOrder, _) => Occasion::Every,
                (Trigger::NthOrder { n }, _) => Occasion::Nth(n),
            },
            minimum: program
                .minimum_order
                .as_ref()
                .and_then(|least| least.get(currency)),
            thanked: program.advocate.is_some(),
            terms: program.terms.clone(),
        }
    }

    const fn words(&self) -> Locale {
        self.brand.locale
    }

    /// What the friend gets, if it can be had.
    #[must_use]
    pub fn gift(&self) -> Option<String> {
        let gift = self.gift.as_ref()?;
        (self.standing == Standing::Open).then(|| gift.format(self.words()))
    }

    /// One line: the money first.
    #[must_use]
    pub fn title(&self) -> String {
        let (words, shop) = (self.words(), self.brand.shop());
        match (self.gift(), &self.gift) {
            (Some(gift), Some(Worth::Donation(..))) => words.friend_title_donation(&shop, &gift),
            (Some(gift), _) => words.friend_title(&gift, &shop),
            (None, _) if self.standing == Standing::UnknownCode => words.friend_welcome(&shop),
            (None, _) => words.friend_recommends(&shop),
        }
    }

    /// The offer alone, where the shop's name stands above it.
    fn heading(&self) -> String {
        match (self.gift(), &self.gift) {
            (Some(gift), Some(worth)) if !matches!(worth, Worth::Donation(..)) => {
                self.words().friend_offer(&gift)
            }
            _ => self.title(),
        }
    }

    /// One or two sentences: who sends it, and what it is for.
    #[must_use]
    pub fn description(&self) -> String {
        let words = self.words();
        match (self.standing, self.condition()) {
            (Standing::Paused, _) => words.friend_paused().to_owned(),
            (Standing::Ended, _) => words.friend_ended().to_owned(),
            (Standing::UnknownCode, _) => words.friend_unknown().to_owned(),
            (Standing::Open, Some(condition)) => format!("{} {condition}", words.friend_sent()),
            (Standing::Open, None) if self.thanked => {
                format!("{} {}", words.friend_sent_link(), words.friend_thanked())
            }
            (Standing::Open, None) => words.friend_sent_link().to_owned(),
        }
    }

    /// What the gift is for; `None` where there is none.
    fn condition(&self) -> Option<String> {
        self.gift()?;
        let words = self.words();
        let minimum = self.minimum.map(|least| amount::format_money(least, words));
        let number = |n: u32| amount::format_count(u64::from(n), words);
        let text = match (self.occasion, minimum) {
            (Occasion::SignUp, _) => words.occasion_sign_up().to_owned(),
            (Occasion::First, None) => words.occasion_first().to_owned(),
            (Occasion::First, Some(least)) => words.occasion_first_from(&least),
            (Occasion::Next, None) => words.occasion_next().to_owned(),
            (Occasion::Next, Some(least)) => words.occasion_next_from(&least),
            (Occasion::Every, None) => words.occasion_every().to_owned(),
            (Occasion::Every, Some(least)) => words.occasion_every_from(&least),
            (Occasion::Nth(n), None) => words.occasion_nth(&number(n)),
            (Occasion::Nth(n), Some(least)) => words.occasion_nth_from(&number(n), &least),
        };
        Some(match self.up_to {
            Some(most) => {
                let most = words.up_to(&amount::format_money(most, words));
                format!("{text} {most}")
            }
            None => text,
        })
    }

    /// Terms as a text, where they are one.
    fn terms_text(&self) -> Option<&str> {
        match &self.terms {
            Some(Terms::Text(text)) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }

    /// Where terms are, where they are elsewhere.
    fn terms_href(&self) -> Option<&str> {
        match &self.terms {
            Some(Terms::Url(address)) if web_address(address) == address => Some(address),
            _ => None,
        }
    }
}

/// A code in groups of four, as one says it aloud. One that a person chose stays as
/// it is.
fn groups(code: &str) -> Vec<&str> {
    match (is_generated(code), code.split_at_checked(4)) {
        (true, Some((head, tail))) => vec![head, tail],
        _ => vec![code],
    }
}

/// Whether a code was made by us, without look-alikes.
fn is_generated(code: &str) -> bool {
    code.len() == code::LENGTH && code.bytes().all(|byte| code::ALPHABET.contains(&byte))
}

/// Where a language's pages say they are written, for `og:locale`: Facebook knows
/// languages with a territory only.
fn territory(locale: Locale, merchant_tag: &str) -> String {
    let (language, region) = merchant_tag
        .split_once(['-', '_'])
        .unwrap_or((merchant_tag, ""));
    let plain = region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_alphabetic());
    if plain && language.eq_ignore_ascii_case(locale.tag()) {
        return format!("{}_{}", locale.tag(), region.to_ascii_uppercase());
    }
    match locale {
        Locale::En => "en_US",
        Locale::Pl => "pl_PL",
    }
    .to_owned()
}
