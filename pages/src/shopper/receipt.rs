//! `GET /s/{token}`: how a reward came about and what comes next, as a timeline; why it
//! was declined, and a small form to ask the shop to look again.

use askama::Template;
use grapevine_domain::reward::{RewardStatus, Side};
use grapevine_domain::time::Timestamp;

use crate::mail::declined_reason;
use crate::text::{local_path, one_line};
use crate::why::Language;
use crate::{Brand, Worth, date};

/// Longest appeal, in characters.
pub const LONGEST_APPEAL: usize = 1_000;

/// An appeal, as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appealed {
    /// What was written.
    pub text: String,
    /// When.
    pub filed_at: Timestamp,
    /// The shop's answer, and when.
    pub answer: Option<(Timestamp, String)>,
}

/// A receipt. Names and orders are not in it: the link may be passed on by mistake.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The shop and the reader's language.
    pub brand: Brand,
    /// What the reward is worth.
    pub reward: Worth,
    /// Whose it is.
    pub side: Side,
    /// Whether it is the prize of a period.
    pub prize: bool,
    /// Where it stands.
    pub status: RewardStatus,
    /// The code of why it was declined.
    pub reason: Option<String>,
    /// What counted: `click`, `coupon`, `earlier_order`, `manual`.
    pub source: Option<String>,
    /// The stable name of the channel.
    pub channel: Option<String>,
    /// When the link was followed.
    pub clicked_at: Option<Timestamp>,
    /// Whether it was a sign-up rather than an order.
    pub sign_up: bool,
    /// When that was.
    pub ordered_at: Timestamp,
    /// Until when the return period lasts.
    pub release_at: Timestamp,
    /// Until when it can be used.
    pub expires_at: Option<Timestamp>,
    /// What a pending one still waits for, by stable names.
    pub awaits: Vec<String>,
    /// Where it has been, the oldest first.
    pub history: Vec<(Timestamp, RewardStatus)>,
    /// The last appeal.
    pub appeal: Option<Appealed>,
    /// Whether the reader can appeal now.
    pub may_appeal: bool,
    /// What was written before and cannot be taken, to be put right.
    pub draft: Option<String>,
    /// The path that the form posts to.
    pub action: String,
}

/// One place on the timeline.
struct Step {
    at: Option<Timestamp>,
    text: String,
    detail: Option<String>,
    /// A class of the stylesheet: `past`, `bad` or `next`.
    kind: &'static str,
}

impl Step {
    fn past(at: Timestamp, text: impl Into<String>) -> Self {
        Self {
            at: Some(at),
            text: text.into(),
            detail: None,
            kind: "past",
        }
    }

    fn next(at: Option<Timestamp>, text: &str) -> Self {
        Self {
            at,
            text: text.to_owned(),
            detail: None,
            kind: "next",
        }
    }
}

#[derive(Template)]
#[template(path = "shopper/receipt.html")]
struct Page<'a> {
    view: &'a Receipt,
    brand: &'a Brand,
    standing: String,
    bad: bool,
    steps: Vec<Step>,
}

impl Page<'_> {
    // Templates hand over references.
    fn date_of(&self, at: &Timestamp) -> String {
        date::date_time(*at, self.brand.locale)
    }

    fn day_of(&self, at: &Timestamp) -> String {
        date::date(*at, self.brand.locale)
    }

    fn machine(&self, at: &Timestamp) -> String {
        date::machine(*at)
    }
}

impl Receipt {
    /// Writes the page.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<String, askama::Error> {
        Page {
            view: self,
            brand: &self.brand,
            standing: self.standing(),
            bad: matches!(self.status, RewardStatus::Voided | RewardStatus::Expired),
            steps: self.steps(),
        }
        .render()
    }

    fn standing(&self) -> String {
        let words = self.brand.locale;
        let only_time = self.awaits.iter().all(|what| what == "return_period");
        match self.status {
            RewardStatus::Pending if only_time => {
                words.receipt_waiting_until(&date::date(self.release_at, words))
            }
            RewardStatus::Pending => words.receipt_waiting().to_owned(),
            RewardStatus::Approved => words.receipt_ready().to_owned(),
            RewardStatus::Issued => words.receipt_issued().to_owned(),
            RewardStatus::Redeemed => words.receipt_redeemed().to_owned(),
            RewardStatus::Expired => words.receipt_expired().to_owned(),
            RewardStatus::Voided => words.receipt_declined().to_owned(),
        }
    }

    fn steps(&self) -> Vec<Step> {
        let mut steps = self.beginning();
        let times_declined =
            |(_, status): &(Timestamp, RewardStatus)| *status == RewardStatus::Voided;
        let last_declined = self.history.iter().rposition(times_declined);
        for (index, (at, status)) in self.history.iter().enumerate() {
            let is_first = index == 0;
            let Some(mut step) = self.was(*at, *status, is_first) else {
                continue;
            };
            if self.status == RewardStatus::Voided && Some(index) == last_declined {
                step.detail = self.why();
            }
            steps.push(step);
        }
        steps.extend(self.coming());
        steps
    }

    /// The link and the order, or the prize.
    fn beginning(&self) -> Vec<Step> {
        let words = self.brand.locale;
        if self.prize {
            return vec![Step::past(self.ordered_at, words.receipt_prize())];
        }
        let own = self.side == Side::Advocate;
        let mut steps = Vec::new();
        if let Some(at) = self.clicked_at {
            let language = Language::from_tag(words.tag());
            let channel = self.channel.as_deref();
            let text = match (channel.map(|name| language.channel(name)), own) {
                (Some(channel), true) => words.receipt_clicked_via(&channel),
                (None, true) => words.receipt_clicked().to_owned(),
                (Some(channel), false) => words.receipt_clicked_friend_via(&channel),
                (None, false) => words.receipt_clicked_friend().to_owned(),
            };
            steps.push(Step::past(at, text));
        }
        let text = match (self.sign_up, own) {
            (false, true) => words.receipt_ordered(),
            (false, false) => words.receipt_ordered_friend(),
            (true, true) => words.receipt_signed_up(),
            (true, false) => words.receipt_signed_up_friend(),
        };
        let mut order = Step::past(self.ordered_at, text);
        order.detail = match self.source.as_deref() {
            Some("click") => Some(words.receipt_by_click()),
            Some("coupon") => Some(words.receipt_by_code()),
            Some("earlier_order") => Some(words.receipt_by_earlier()),
            Some("manual") => Some(words.receipt_by_shop()),
            _ => None,
        }
        .map(str::to_owned);
        steps.push(order);
        steps
    }

    /// A status that it took. That it was promised goes without saying.
    fn was(&self, at: Timestamp, status: RewardStatus, is_first: bool) -> Option<Step> {
        let words = self.brand.locale;
        let text = match status {
            RewardStatus::Pending if is_first => return None,
            RewardStatus::Pending => words.receipt_again(),
            RewardStatus::Approved => words.receipt_was_approved(),
            RewardStatus::Issued => words.receipt_was_issued(),
            RewardStatus::Redeemed => words.receipt_was_redeemed(),
            RewardStatus::Expired => words.receipt_was_expired(),
            RewardStatus::Voided => words.receipt_was_declined(),
        };
        let mut step = Step::past(at, text);
        if matches!(status, RewardStatus::Voided | RewardStatus::Expired) {
            step.kind = "bad";
        }
        Some(step)
    }

    /// Why it was declined. The advocate is spoken to; the friend reads what the
    /// merchant reads.
    fn why(&self) -> Option<String> {
        let (words, code) = (self.brand.locale, self.reason.as_deref()?);
        Some(match self.side {
            Side::Advocate => declined_reason(code, words).to_owned(),
            Side::Friend => {
                words.receipt_reason(&Language::from_tag(words.tag()).reason(&one_line(code)))
            }
        })
    }

    /// What is still to come.
    fn coming(&self) -> Vec<Step> {
        let words = self.brand.locale;
        let next = Step::next;
        match self.status {
            RewardStatus::Pending => {
                let mut steps: Vec<Step> = self
                    .awaits
                    .iter()
                    .filter_map(|what| match what.as_str() {
                        "review" => Some(next(None, words.receipt_then_review())),
                        "shop_confirmation" => Some(next(None, words.receipt_then_confirmation())),
                        "address_confirmation" => Some(next(None, words.receipt_then_address())),
                        _ => None,
                    })
                    .collect();
                let waits = self.awaits.iter().any(|what| what == "return_period");
                steps.push(if waits || steps.is_empty() {
                    next(Some(self.release_at), words.receipt_then_return_period())
                } else {
                    next(None, words.receipt_then_ready())
                });
                steps
            }
            RewardStatus::Approved => {
                let expires = self
                    .expires_at
                    .map(|at| next(Some(at), words.receipt_then_expires()));
                let issued = next(None, words.receipt_then_issued());
                core::iter::once(issued).chain(expires).collect()
            }
            RewardStatus::Issued => self
                .expires_at
                .map(|at| next(Some(at), words.receipt_then_expires()))
                .into_iter()
                .collect(),
            RewardStatus::Redeemed | RewardStatus::Expired | RewardStatus::Voided => Vec::new(),
        }
    }

    fn form_path(&self) -> &str {
        // An empty action posts to the page's own address: never to another host.
        local_path(&self.action).unwrap_or_default()
    }
}
