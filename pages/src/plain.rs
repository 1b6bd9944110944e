//! The plain page: what the panel does, without a script. The offer, a form to join,
//! link, code and buttons to pass it on. The panel takes its place where it can: its
//! content stands in an element that the tag fills.
//!
//! Guarantees: nothing is promised in a pause; the link and the address that was typed
//! are in the page alone, never in an address. Not for: numbers and rewards, which only
//! the panel shows.

use askama::Template;
use grapevine_domain::money::{Currency, Money};
use grapevine_domain::program::{Program, Terms};
use grapevine_domain::reward::Side;
use grapevine_domain::share::channels::{self, Parcel, Platform};

use crate::Brand;
use crate::talk::{Gift, Talk};
use crate::text::{fill, local_path, one_line, paragraphs, web_address};

/// Bytes of both rewards that fit the largest type, as in the panel.
const LONGEST_LARGE: usize = 48;
/// Buttons in sight; all others stand behind "More", if they are more than one.
const FIRST: usize = 6;

/// Why nothing new can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// The merchant paused the programme.
    Merchant,
    /// The budget of the period is spent.
    Budget,
    /// The programme has ended.
    Ended,
}

/// Why somebody is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// What was typed is no address.
    Address,
    /// It did not go through; another try may.
    Failed,
}

/// What the page is about.
#[derive(Clone, Debug)]
pub enum State {
    /// Asks for an address.
    Ask {
        /// What was typed before.
        email: String,
        /// Why it is asked again.
        trouble: Option<Trouble>,
    },
    /// A link was sent to the address that was typed.
    CheckMail {
        /// The address.
        email: String,
    },
    /// The link, and ways to pass it on.
    Known(Box<Known>),
    /// The shop does not want this person to take part.
    Ineligible,
    /// Nothing new can be had.
    Paused(Pause),
}

/// Somebody who has a link.
#[derive(Clone, Debug)]
pub struct Known {
    /// The link, absolute.
    pub link: String,
    /// The code.
    pub code: String,
    /// Where a message went that asks to confirm the address, if it is not confirmed.
    pub unconfirmed: Option<String>,
    /// Channels by name, the most useful first.
    pub channels: Vec<String>,
    /// The reader's device.
    pub platform: Platform,
    /// The merchant's own message.
    pub message: Option<String>,
    /// How it is said that the advocate gets something too: `None` as the language
    /// says it, empty not at all.
    pub disclosure: Option<String>,
}

/// What the programme gives, as its advocates read it.
#[derive(Clone, Debug)]
pub struct Deal {
    advocate: Option<Gift>,
    friend: Option<Gift>,
    minimum: Option<Money>,
    hold_days: u32,
    terms: Option<Terms>,
}

impl Deal {
    /// What a programme gives now, amounts in a currency.
    #[must_use]
    pub fn of(program: &Program, currency: Currency) -> Self {
        let gift = |side| {
            let rules = program.side(side)?;
            Some(Gift::of(&rules.offer, currency))
        };
        let minimum = program.minimum_order.as_ref();
        Self {
            advocate: gift(Side::Advocate),
            friend: gift(Side::Friend),
            minimum: minimum.and_then(|least| least.get(currency)),
            hold_days: program.hold_days,
            terms: program.terms.clone(),
        }
    }
}

/// The page.
#[derive(Clone, Debug)]
pub struct PlainPage {
    /// The shop. The language is [`Self::talk`]'s.
    pub brand: Brand,
    /// The reader's language.
    pub talk: Talk,
    /// What can be had.
    pub deal: Deal,
    /// What the page is about.
    pub state: State,
    /// The merchant's name in addresses.
    pub merchant: String,
    /// The path that the form posts to.
    pub action: String,
    /// The path of the stylesheet with the merchant's colours.
    pub stylesheet: String,
}

/// One side's fact: label, what, for what.
struct Fact {
    label: &'static str,
    offer: String,
    detail: String,
}

/// A way to pass the link on.
struct Way {
    label: &'static str,
    address: String,
    /// Whether it is a page, which gets a tab of its own; apps open by themselves.
    is_page: bool,
}

#[derive(Template)]
#[template(path = "plain/page.html")]
struct Html<'a> {
    view: &'a PlainPage,
    brand: &'a Brand,
    shop: String,
    heading: String,
    /// Long words stand smaller.
    long: bool,
    /// Whether the panel may take the page's place.
    live: bool,
    facts: Vec<Fact>,
    steps: Vec<String>,
    ways: Vec<Way>,
    terms: Vec<String>,
}

impl PlainPage {
    /// Writes the page.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<String, askama::Error> {
        let offers = !matches!(
            self.state,
            State::Paused(_) | State::Ineligible | State::CheckMail { .. }
        );
        let terms = match &self.deal.terms {
            Some(Terms::Text(text)) => paragraphs(text),
            _ => Vec::new(),
        };
        Html {
            view: self,
            brand: &self.brand,
            shop: self.shop(),
            long: !offers || self.length() > LONGEST_LARGE,
            heading: self.heading(),
            // In the place of an answer it would ask again.
            live: matches!(
                self.state,
                State::Ask { trouble: None, .. } | State::Paused(_)
            ),
            facts: if offers { self.facts() } else { Vec::new() },
            steps: if offers { self.steps() } else { Vec::new() },
            ways: match &self.state {
                State::Known(known) => self.ways(known),
                _ => Vec::new(),
            },
            terms,
        }
        .render()
    }

    /// The money in the largest type, or what there is to say instead.
    fn heading(&self) -> String {
        let (talk, words) = (self.talk, self.talk.words());
        let deal = &self.deal;
        match &self.state {
            State::CheckMail { .. } => return words.mail_title.to_owned(),
            State::Ineligible => return words.ineligible_title.to_owned(),
            State::Paused(Pause::Merchant) => return words.paused_title.to_owned(),
            State::Paused(Pause::Budget) => return words.spent_title.to_owned(),
            State::Paused(Pause::Ended) => return words.ended_title.to_owned(),
            State::Ask { .. } | State::Known(_) => {}
        }
        let amount = |gift: &Option<Gift>| gift.as_ref().map(|gift| talk.worth(gift));
        match (amount(&deal.friend), amount(&deal.advocate)) {
            (Some(friend), Some(you)) => {
                fill(words.offer_both, &[("friend", &friend), ("you", &you)])
            }
            (None, Some(you)) => fill(words.offer_you, &[("you", &you)]),
            (Some(friend), None) => fill(words.offer_friend, &[("friend", &friend)]),
            (None, None) => fill(words.subject_plain, &[("shop", &self.shop())]),
        }
    }

    /// Bytes of both rewards.
    fn length(&self) -> usize {
        let sides = [&self.deal.friend, &self.deal.advocate];
        let gifts = sides.into_iter().flatten();
        gifts.map(|gift| self.talk.worth(gift).len()).sum()
    }

    fn shop(&self) -> String {
        one_line(&self.brand.name)
    }

    /// A sentence or two under the heading.
    fn lead(&self) -> Option<String> {
        let words = self.talk.words();
        let shop = self.shop();
        match &self.state {
            State::CheckMail { email } => {
                let email = one_line(email);
                Some(fill(words.mail_text, &[("email", &email), ("shop", &shop)]))
            }
            State::Ineligible => Some(fill(words.ineligible_text, &[("shop", &shop)])),
            State::Paused(Pause::Merchant) => Some(words.paused_text.to_owned()),
            State::Paused(Pause::Budget) => Some(words.spent_text.to_owned()),
            State::Paused(Pause::Ended) => Some(words.ended_text.to_owned()),
            State::Ask { .. } | State::Known(_) => None,
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let (talk, words) = (self.talk, self.talk.words());
        let friend = self.deal.friend.as_ref().map(|gift| Fact {
            label: words.fact_friend,
            offer: talk.offer(gift),
            detail: match self.deal.minimum {
                Some(least) => fill(
                    words.fact_friend_minimum,
                    &[("minimum", &talk.money(least))],
                ),
                None => words.fact_friend_first.to_owned(),
            },
        });
        let you = self.deal.advocate.as_ref().map(|gift| Fact {
            label: words.fact_you,
            offer: talk.offer(gift),
            detail: words.fact_you_each.to_owned(),
        });
        friend.into_iter().chain(you).collect()
    }

    /// How it works, step by step.
    fn steps(&self) -> Vec<String> {
        let (talk, words) = (self.talk, self.talk.words());
        let mut steps = vec![words.how_share.to_owned()];
        if let Some(gift) = &self.deal.friend {
            steps.push(fill(words.how_friend, &[("friend", &talk.offer(gift))]));
        }
        if let Some(gift) = &self.deal.advocate {
            let (you, days) = (talk.offer(gift), u64::from(self.deal.hold_days));
            let number = talk.count(days);
            let form = talk.form(days, &words.how_you);
            steps.push(fill(form, &[("you", &you), ("days", &number)]));
        }
        steps
    }

    /// A button for each channel that has an address on the reader's device.
    fn ways(&self, known: &Known) -> Vec<Way> {
        let words = self.talk.words();
        let (subject, message) = (self.subject(), self.message(known));
        let way = |name: &String| {
            let link = channels::link_for(&known.link, name);
            let parcel = Parcel {
                subject: &subject,
                message: &message,
                link: &link,
            };
            let address = match name.as_str() {
                "qr" => format!("{}/qr.svg", known.link),
                "print" => format!("{}/card", known.link),
                name => channels::href(channels::find(name)?, &parcel, known.platform)?,
            };
            Some(Way {
                label: words.channel(name)?,
                is_page: address.starts_with("http"),
                address,
            })
        };
        known.channels.iter().filter_map(way).collect()
    }

    /// What goes along with the link, as the panel proposes it.
    fn message(&self, known: &Known) -> String {
        let (talk, words) = (self.talk, self.talk.words());
        let shop = self.shop();
        let mut message = match (&known.message, &self.deal.friend) {
            (Some(message), _) => message.clone(),
            (None, Some(gift)) => {
                let gift = talk.gift(gift);
                fill(words.message_offer, &[("gift", &gift), ("shop", &shop)])
            }
            (None, None) => fill(words.message_plain, &[("shop", &shop)]),
        };
        let disclosure = known.disclosure.as_deref().unwrap_or(words.disclosure);
        if self.deal.advocate.is_some() && !disclosure.is_empty() {
            message.push(' ');
            message.push_str(disclosure);
        }
        message
    }

    fn subject(&self) -> String {
        let (talk, words) = (self.talk, self.talk.words());
        let shop = self.shop();
        match &self.deal.friend {
            Some(gift) => {
                let offer = talk.offer(gift);
                fill(words.subject_offer, &[("offer", &offer), ("shop", &shop)])
            }
            None => fill(words.subject_plain, &[("shop", &shop)]),
        }
    }
}

impl Html<'_> {
    fn title(&self) -> String {
        let words = self.view.talk.words();
        fill(words.page_title, &[("shop", &self.shop)])
    }

    fn go_to_shop(&self) -> String {
        let words = self.view.talk.words();
        fill(words.page_shop, &[("shop", &self.shop)])
    }

    fn confirm(&self, address: &str) -> String {
        let words = self.view.talk.words();
        fill(words.confirm_text, &[("email", &one_line(address))])
    }

    /// An empty action posts to the page's own address: never to another host.
    fn action(&self) -> &str {
        local_path(&self.view.action).unwrap_or_default()
    }

    fn stylesheet(&self) -> &str {
        local_path(&self.view.stylesheet).unwrap_or_default()
    }

    /// Where terms are, where they are elsewhere.
    fn terms_href(&self) -> Option<&str> {
        match &self.view.deal.terms {
            Some(Terms::Url(address)) if web_address(address) == address => Some(address),
            _ => None,
        }
    }

    /// The ways in sight, and those behind "More".
    fn split(&self) -> (&[Way], &[Way]) {
        let first = if self.ways.len() > FIRST + 1 {
            FIRST
        } else {
            self.ways.len()
        };
        self.ways.split_at_checked(first).unwrap_or_default()
    }
}
