//! `GET /console/overview`: how it goes, in one sentence, four figures, the
//! funnel, and the latest referrals.

use askama::Template;
use grapevine_domain::money::Money;

use super::funnel::Step;
use super::{Frame, Funnel, Referral, Shop, Tab, count, plural};
use crate::{Locale, bar, format_money};

/// Over which time the figures are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Since the beginning.
    All,
    /// The last days up to now.
    LastDays(u32),
}

/// The figures of one period.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// The funnel.
    pub funnel: Funnel,
    /// What the orders that count are worth, where it is known.
    pub revenue: Option<Money>,
    /// What their rewards cost, where it is known.
    pub reward_cost: Option<Money>,
}

/// A name and how often: channels by their stable names, reasons by their codes.
#[derive(Clone, Debug)]
pub struct Tally {
    /// The stable name.
    pub name: String,
    /// How often.
    pub number: u64,
}

/// The overview.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Whose console it is.
    pub shop: Shop,
    /// The time of the figures.
    pub period: Period,
    /// The figures.
    pub now: Figures,
    /// Those of the period before, where there was one.
    pub before: Option<Figures>,
    /// Counted clicks by channel.
    pub clicks_by_channel: Vec<Tally>,
    /// Clicks that were set aside, by reason.
    pub dropped: Vec<Tally>,
    /// The latest referrals, newest first.
    pub referrals: Vec<Referral>,
}

struct Card {
    label: &'static str,
    value: String,
    long: bool,
    change: Option<Change>,
}

struct Change {
    words: String,
    tone: &'static str,
}

struct Bar {
    label: String,
    number: String,
    width: String,
    share: Option<String>,
}

#[derive(Template)]
#[template(path = "console/overview.html")]
struct OverviewPage<'a> {
    frame: Frame<'a>,
    view: &'a Overview,
    headline: String,
    next_step: Option<&'static str>,
    empty: bool,
    cards: Vec<Card>,
    period_before: String,
    steps: Vec<Step>,
    cut: bool,
    channels: Vec<Bar>,
    dropped: Vec<Bar>,
    dropped_total: String,
}

impl Overview {
    /// Writes the page.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<String, askama::Error> {
        let steps = self.now.funnel.steps();
        OverviewPage {
            frame: Frame {
                shop: &self.shop,
                tab: Tab::Overview,
            },
            view: self,
            headline: self.headline(),
            next_step: self.next_step(),
            empty: self.now.funnel.is_empty()
                && self.referrals.is_empty()
                && self.dropped.is_empty(),
            cards: self.cards(),
            period_before: match self.period {
                Period::All => "the time before".to_owned(),
                Period::LastDays(1) => "the day before".to_owned(),
                Period::LastDays(days) => format!("the {days} days before"),
            },
            cut: steps.iter().any(|step| step.cut),
            steps,
            channels: bars(&self.clicks_by_channel, channel),
            dropped: bars(&self.dropped, dropped_reason),
            dropped_total: count(total(&self.dropped)),
        }
        .render()
    }

    /// The page's answer.
    fn headline(&self) -> String {
        let funnel = self.now.funnel;
        let when = match self.period {
            Period::All => "so far".to_owned(),
            Period::LastDays(1) => "in the last day".to_owned(),
            Period::LastDays(days) => format!("in the last {days} days"),
        };
        if funnel.orders > 0 {
            let orders = plural(funnel.orders, "order", "orders");
            return match self.now.revenue {
                Some(money) => {
                    format!(
                        "Friends placed {orders} worth {} {when}",
                        format_money(money, Locale::En)
                    )
                }
                None => format!("Friends placed {orders} {when}"),
            };
        }
        if funnel.clicks > 0 {
            let people = plural(funnel.clicks, "click", "clicks");
            return format!("{people} on shared links {when}, no order yet");
        }
        if funnel.shares > 0 {
            let shares = plural(funnel.shares, "share", "shares");
            return format!("{shares} {when}, nobody has followed a link yet");
        }
        if funnel.impressions > 0 {
            let views = plural(funnel.impressions, "view", "views");
            return format!("{views} of the panel {when}, nobody has shared yet");
        }
        "No shopper has seen the panel yet".to_owned()
    }

    fn next_step(&self) -> Option<&'static str> {
        let funnel = self.now.funnel;
        (funnel.orders == 0 && funnel.claims > 0).then_some(
            "Friends hold coupons. If one has bought already, check that your server reports orders.",
        )
    }

    fn cards(&self) -> Vec<Card> {
        let (now, before) = (self.now, self.before);
        let number = |label, now: u64, before: Option<u64>| {
            let change = before.map(|before| change(i128::from(now), i128::from(before), true));
            card(label, count(now), change)
        };
        let money = |label, now: Money, before: Option<Money>, more_is_good| {
            let change = before
                .filter(|before| before.currency == now.currency)
                .map(|before| {
                    change(
                        i128::from(now.minor),
                        i128::from(before.minor),
                        more_is_good,
                    )
                });
            card(label, format_money(now, Locale::En), change)
        };
        let mut cards = vec![
            number(
                "Orders by friends",
                now.funnel.orders,
                before.map(|then| then.funnel.orders),
            ),
            number(
                "Clicks",
                now.funnel.clicks,
                before.map(|then| then.funnel.clicks),
            ),
        ];
        if let Some(revenue) = now.revenue {
            let then = before.and_then(|before| before.revenue);
            cards.insert(1, money("Order value", revenue, then, true));
        }
        if let Some(cost) = now.reward_cost {
            let then = before.and_then(|before| before.reward_cost);
            cards.insert(cards.len() - 1, money("Reward cost", cost, then, false));
        }
        cards
    }
}

fn card(label: &'static str, value: String, change: Option<Change>) -> Card {
    Card {
        label,
        long: value.chars().count() > 10,
        value,
        change,
    }
}

/// How a figure moved. Costs have no good direction: they follow orders.
fn change(now: i128, before: i128, more_is_good: bool) -> Change {
    if before <= 0 {
        let words = if now == before {
            "as before"
        } else {
            "none before"
        };
        return Change {
            words: words.to_owned(),
            tone: "quiet",
        };
    }
    let percent = (now - before).saturating_mul(100) / before;
    let tone = match (percent.signum(), more_is_good) {
        (1, true) => "good",
        (-1, true) => "bad",
        _ => "quiet",
    };
    let words = match percent.signum() {
        1 if percent >= 1_000 => "more than tenfold".to_owned(),
        1 => format!("+{percent}%"),
        -1 => format!("\u{2212}{}%", percent.unsigned_abs()),
        _ => "as before".to_owned(),
    };
    Change { words, tone }
}

fn total(tallies: &[Tally]) -> u64 {
    tallies
        .iter()
        .fold(0, |sum, tally| sum.saturating_add(tally.number))
}

fn bars(tallies: &[Tally], label: fn(&str) -> String) -> Vec<Bar> {
    let mut sorted: Vec<_> = tallies.iter().filter(|tally| tally.number > 0).collect();
    sorted.sort_by(|one, two| {
        two.number
            .cmp(&one.number)
            .then_with(|| one.name.cmp(&two.name))
    });
    let largest = sorted.first().map(|tally| tally.number).unwrap_or_default();
    let all = total(tallies);
    let bar = |tally: &Tally| Bar {
        label: label(&tally.name),
        number: count(tally.number),
        width: bar::width(tally.number, largest),
        share: bar::share(tally.number, all),
    };
    sorted.into_iter().map(bar).collect()
}

/// A channel's name for people, by its stable name.
#[must_use]
pub fn channel(name: &str) -> String {
    let label = match name {
        "email" => "E-mail",
        "sms" => "SMS",
        "whatsapp" => "WhatsApp",
        "linkedin" => "LinkedIn",
        "vk" => "VK",
        "qr" => "QR code",
        "copy" => "Copied link",
        "native" => "Phone's own sheet",
        "print" => "Printed card",
        "" => "Not known",
        other => return sentence(other),
    };
    label.to_owned()
}

fn dropped_reason(code: &str) -> String {
    let label = match code {
        "bot" => "Previews and search engines",
        "tool" => "Programs",
        "prefetch" => "Browsers loading ahead",
        "head" => "Checks without a visit",
        "missing_agent" => "No browser named",
        "repeat" => "The same person again within minutes",
        "hidden_frame" => "Page loaded inside a hidden frame",
        "bad_code" => "Code with a typo",
        "lost" => "Clicks that could not be recorded",
        "overflow" => "Clicks beyond what could wait",
        other => return sentence(other),
    };
    label.to_owned()
}

/// A stable name that has no words here, readable all the same.
fn sentence(name: &str) -> String {
    let name = name.replace('_', " ");
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_says_its_direction() {
        assert_eq!(change(12, 10, true).words, "+20%");
        assert_eq!(change(5, 10, true).words, "\u{2212}50%");
        assert_eq!(change(5, 10, true).tone, "bad");
        assert_eq!(change(5, 10, false).tone, "quiet");
        assert_eq!(change(500, 2, true).words, "more than tenfold");
        assert_eq!(change(3, 0, true).words, "none before");
        assert_eq!(change(0, 0, true).words, "as before");
    }

    #[test]
    fn names_without_words_stay_readable() {
        assert_eq!(channel("bluesky"), "Bluesky");
        assert_eq!(dropped_reason("some_new_reason"), "Some new reason");
        assert_eq!(sentence(""), "");
    }
}
