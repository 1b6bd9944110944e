//! What is wrong with a draft, all of it at once, and what is legal but unwise.

use std::collections::BTreeSet;

use crate::link::is_destination;
use crate::money::{Amounts, Currency, LARGEST_MINOR, Money};
use crate::period::Period;
use crate::program::{
    LONGEST_CHECKOUT_MINUTES, LONGEST_EXPIRY_DAYS, LONGEST_HOLD_DAYS, LONGEST_WINDOW_DAYS,
    NewCustomer, Program, ProgramKind, Terms, Trigger,
};
use crate::reward::{HandOver, Offer, Side, SideRules};

/// Longest text of terms, in characters.
pub const LONGEST_TERMS: usize = 20_000;
/// Longest name of a programme, a thing or a pool, in characters.
pub const LONGEST_NAME: usize = 100;
/// Most tiers of a side, caps of a programme and currencies of a table.
pub const MOST_ENTRIES: usize = 20;

/// One finding about a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Problem {
    /// Where, as a path into the document: `advocate.by_friends[2].from`.
    pub path: String,
    /// What it is, in a sentence for the merchant.
    pub sentence: String,
}

/// All that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Findings {
    /// Mistakes: with any of them a programme cannot go live.
    pub problems: Vec<Problem>,
    /// What may cost the merchant dearly, or do little.
    pub warnings: Vec<Problem>,
}

impl Findings {
    fn wrong(&mut self, holds: bool, path: &str, sentence: impl Into<String>) {
        if !holds {
            self.problems.push(Problem {
                path: path.to_owned(),
                sentence: sentence.into(),
            });
        }
    }

    fn unwise(&mut self, path: &str, sentence: impl Into<String>) {
        self.warnings.push(Problem {
            path: path.to_owned(),
            sentence: sentence.into(),
        });
    }
}

/// What a draft is measured against.
#[derive(Clone, Copy, Debug)]
pub struct Shop {
    /// The currency that every table must have.
    pub currency: Currency,
    /// What a usual order comes to, where it is known.
    pub average_order: Option<Money>,
}

impl Program {
    /// Every mistake at once, and every warning.
    #[must_use]
    pub fn validate(&self, shop: Shop) -> Findings {
        let mut found = Findings::default();
        check_frame(self, shop, &mut found);
        for (side, rules) in self.sides() {
            check_side(self, side, rules, shop, &mut found);
        }
        check_limits(self, shop, &mut found);
        warn(self, shop, &mut found);
        found
    }

    /// The sides that get something, the friend's first: what a friend was promised
    /// comes before what the advocate gets for it.
    pub fn sides(&self) -> impl Iterator<Item = (Side, &SideRules)> {
        let friend = self.friend.as_ref().map(|rules| (Side::Friend, rules));
        let advocate = self.advocate.as_ref().map(|rules| (Side::Advocate, rules));
        friend.into_iter().chain(advocate)
    }

    /// The rules of a side, where it gets something.
    #[must_use]
    pub const fn side(&self, side: Side) -> Option<&SideRules> {
        match side {
            Side::Advocate => self.advocate.as_ref(),
            Side::Friend => self.friend.as_ref(),
        }
    }
}

fn check_frame(program: &Program, shop: Shop, found: &mut Findings) {
    found.wrong(
        program.name.chars().count() <= LONGEST_NAME,
        "name",
        "name must have at most 100 characters.",
    );
    found.wrong(
        program.advocate.is_some() || program.friend.is_some(),
        "advocate",
        "A programme must give something to the advocate, to the friend or to both.",
    );
    if let Some(minimum) = &program.minimum_order {
        check_amounts(minimum, "minimum_order", shop, found);
        found.wrong(
            program.trigger != Trigger::SignUp,
            "minimum_order",
            "A sign-up has no amount: leave minimum_order out.",
        );
    }
    if let NewCustomer::NotWithinDays { days } = program.new_customer {
        found.wrong(
            (1..=3_660).contains(&days),
            "new_customer.days",
            "new_customer.days must be 1 to 3,660.",
        );
    }
    if let Trigger::NthOrder { n } = program.trigger {
        found.wrong(
            (1..=1_000).contains(&n),
            "trigger.n",
            "trigger.n must be 1 to 1,000.",
        );
    }
    found.wrong(
        program.hold_days <= LONGEST_HOLD_DAYS,
        "hold_days",
        "hold_days can be at most 365.",
    );
    found.wrong(
        (1..=LONGEST_WINDOW_DAYS).contains(&program.window_days),
        "window_days",
        "window_days must be 1 to 400.",
    );
    found.wrong(
        program.late_click_minutes <= LONGEST_CHECKOUT_MINUTES,
        "late_click_minutes",
        "late_click_minutes can be at most 1,440, a day.",
    );
    found.wrong(
        program.fallback_url.as_deref().is_none_or(is_destination),
        "fallback_url",
        "fallback_url must be a plain web address such as https://shop.example/sale, with other \
         than English letters percent-encoded.",
    );
    match &program.terms {
        Some(Terms::Text(text)) => found.wrong(
            (1..=LONGEST_TERMS).contains(&text.chars().count()),
            "terms.text",
            "terms.text must have 1 to 20,000 characters.",
        ),
        Some(Terms::Url(url)) => found.wrong(
            url.starts_with("https://") && (9..=500).contains(&url.len()) && url.is_ascii(),
            "terms.url",
            "terms.url must be an address that begins with https://.",
        ),
        None => {}
    }
}

fn check_amounts(amounts: &Amounts, path: &str, shop: Shop, found: &mut Findings) {
    for money in amounts.iter() {
        found.wrong(
            (1..=LARGEST_MINOR).contains(&money.minor),
            &format!("{path}.{}", money.currency.as_str()),
            format!(
                "{path}.{} must be 1 to 1,000,000,000,000 minor units.",
                money.currency.as_str()
            ),
        );
    }
    found.wrong(
        amounts.0.len() <= MOST_ENTRIES,
        path,
        format!("{path} can have at most 20 currencies."),
    );
    found.wrong(
        amounts.0.contains_key(&shop.currency),
        path,
        format!(
            "{path} must have an amount in {}, the shop's currency.",
            shop.currency.as_str()
        ),
    );
}

fn check_name(name: &str, path: &str, found: &mut Findings) {
    let plain = !name.trim().is_empty() && !name.chars().any(char::is_control);
    found.wrong(
        plain && name.chars().count() <= LONGEST_NAME,
        path,
        format!("{path} must have 1 to 100 printable characters."),
    );
}

fn check_offer(program: &Program, offer: &Offer, path: &str, shop: Shop, found: &mut Findings) {
    let table = if offer.is_money() { "amounts" } else { "cost" };
    if let Some(amounts) = offer.amounts() {
        check_amounts(amounts, &format!("{path}.{table}"), shop, found);
    }
    match offer {
        Offer::PercentOff {
            basis_points,
            up_to,
        } => {
            found.wrong(
                (1..=10_000).contains(basis_points),
                &format!("{path}.basis_points"),
                format!("{path}.basis_points must be 1 to 10,000, which is 100 %."),
            );
            if let Some(most) = up_to {
                check_amounts(most, &format!("{path}.up_to"), shop, found);
            }
            found.wrong(
                program.trigger != Trigger::SignUp,
                path,
                format!("{path}: a sign-up has no amount of which a share could be given."),
            );
        }
        Offer::FreeProduct { sku, name, .. } => {
            check_name(sku, &format!("{path}.sku"), found);
            check_name(name, &format!("{path}.name"), found);
        }
        Offer::Donation { recipient, .. } => {
            check_name(recipient, &format!("{path}.recipient"), found);
        }
        Offer::Points { points: number, .. } | Offer::FreePeriod { count: number, .. } => {
            found.wrong(
                (1..=1_000_000).contains(number),
                path,
                format!("{path}: the number must be 1 to 1,000,000."),
            );
        }
        _ => {}
    }
}

fn check_side(program: &Program, side: Side, rules: &SideRules, shop: Shop, found: &mut Findings) {
    let at = side.as_str();
    check_offer(program, &rules.offer, &format!("{at}.offer"), shop, found);
    found.wrong(
        rules.by_friends.is_empty() || side == Side::Advocate,
        "friend.by_friends",
        "Only the advocate's reward can grow with the number of friends.",
    );
    found.wrong(
        rules.by_friends.is_empty() || rules.by_order.is_empty(),
        &format!("{at}.by_order"),
        format!("{at} can have tiers by friends or by order, not both."),
    );
    for (list, length) in [
        ("by_friends", rules.by_friends.len()),
        ("by_order", rules.by_order.len()),
    ] {
        found.wrong(
            length <= MOST_ENTRIES,
            &format!("{at}.{list}"),
            format!("{at}.{list} can have at most 20 tiers."),
        );
    }
    let mut before = 0;
    for (number, tier) in rules.by_friends.iter().enumerate() {
        let path = format!("{at}.by_friends[{number}]");
        check_offer(program, &tier.offer, &format!("{path}.offer"), shop, found);
        let sentence = match number.checked_sub(1) {
            None => format!("{path}.from must be at least 1."),
            Some(last) => format!("{path}.from must be above {at}.by_friends[{last}].from."),
        };
        found.wrong(tier.from > before, &format!("{path}.from"), sentence);
        before = tier.from;
    }
    let mut lower: Option<&Amounts> = None;
    for (number, tier) in rules.by_order.iter().enumerate() {
        let path = format!("{at}.by_order[{number}]");
        check_offer(program, &tier.offer, &format!("{path}.offer"), shop, found);
        check_amounts(&tier.from, &format!("{path}.from"), shop, found);
        if let (Some(lower), Some(last)) = (lower, number.checked_sub(1)) {
            for from in tier.from.iter() {
                let rises = lower
                    .get(from.currency)
                    .is_none_or(|low| low.minor < from.minor);
                let currency = from.currency.as_str();
                found.wrong(
                    rises,
                    &format!("{path}.from"),
                    format!("{path}.from.{currency} must be above {at}.by_order[{last}].from.{currency}."),
                );
            }
        }
        lower = Some(&tier.from);
    }
    found.wrong(
        rules.by_order.is_empty() || program.trigger != Trigger::SignUp,
        &format!("{at}.by_order"),
        "A sign-up has no amount: tiers by order never apply.",
    );
    if let Some(days) = rules.expires_days {
        found.wrong(
            (1..=LONGEST_EXPIRY_DAYS).contains(&days),
            &format!("{at}.expires_days"),
            format!("{at}.expires_days must be 1 to 1,826, five years."),
        );
    }
    check_hand_over(side, rules, found);
}

fn check_hand_over(side: Side, rules: &SideRules, found: &mut Findings) {
    let path = format!("{}.hand_over", side.as_str());
    match &rules.hand_over {
        None | Some(HandOver::Merchant) => {}
        Some(HandOver::Pattern { pattern }) => {
            let plain = |byte: u8| {
                byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'#')
            };
            let blanks = pattern.bytes().filter(|byte| *byte == b'#').count();
            found.wrong(
                pattern.bytes().all(plain) && pattern.len() <= 30 && blanks >= 6,
                &format!("{path}.pattern"),
                format!(
                    "{path}.pattern must have capital letters, digits, hyphens and at least six #, \
                     30 characters at most, such as HELLO-####-####."
                ),
            );
        }
        Some(HandOver::Pool { pool }) => check_name(pool, &format!("{path}.pool"), found),
    }
}

fn check_limits(program: &Program, shop: Shop, found: &mut Findings) {
    found.wrong(
        program.caps.len() <= MOST_ENTRIES,
        "caps",
        "A programme can have at most 20 caps.",
    );
    for (number, cap) in program.caps.iter().enumerate() {
        let path = format!("caps[{number}]");
        found.wrong(
            cap.rewards.is_some() || cap.amounts.is_some(),
            &path,
            format!("{path} must limit rewards, amounts or both."),
        );
        found.wrong(
            cap.rewards != Some(0),
            &format!("{path}.rewards"),
            format!("{path}.rewards must be at least 1."),
        );
        if let Some(amounts) = &cap.amounts {
            check_amounts(amounts, &format!("{path}.amounts"), shop, found);
        }
    }
    if let Some(budget) = &program.budget {
        check_amounts(&budget.amounts, "budget.amounts", shop, found);
        found.wrong(
            budget.low_at_percent <= 100,
            "budget.low_at_percent",
            "budget.low_at_percent must be 0 to 100.",
        );
    }
    if let Some(prize) = &program.prize {
        check_offer(program, &prize.offer, "prize.offer", shop, found);
        found.wrong(
            prize.per != Period::AllTime,
            "prize.per",
            "A prize needs a period that ends.",
        );
        found.wrong(
            !matches!(prize.offer, Offer::PercentOff { .. }),
            "prize.offer",
            "A prize belongs to no order of which it could be a share.",
        );
        found.wrong(
            (1..=100).contains(&prize.places),
            "prize.places",
            "prize.places must be 1 to 100.",
        );
        found.wrong(
            prize.minimum_friends >= 1,
            "prize.minimum_friends",
            "prize.minimum_friends must be at least 1.",
        );
    }
    if let Some(goal) = &program.goal {
        found.wrong(
            goal.referrals >= 1,
            "goal.referrals",
            "goal.referrals must be at least 1.",
        );
    }
}

/// The share of a usual order that a reward should be, in basis points: less moves
/// nobody, more is rarely earned back.
const WISE_SHARE: core::ops::RangeInclusive<i64> = 1_000..=2_500;

fn warn(program: &Program, shop: Shop, found: &mut Findings) {
    for (side, rules) in program.sides() {
        let share = match (&rules.offer, shop.average_order) {
            (Offer::PercentOff { basis_points, .. }, _) => Some(i64::from(*basis_points)),
            (offer, Some(order)) if order.minor > 0 && offer.is_money() => offer
                .value_for(order)
                .and_then(|worth| {
                    Money {
                        minor: 10_000,
                        ..worth
                    }
                    .share(worth.minor, order.minor)
                })
                .map(|share| share.minor),
            _ => None,
        };
        // Nothing and less is a mistake, which is named elsewhere.
        let unwise = |share: &i64| *share > 0 && !WISE_SHARE.contains(share);
        if let Some(share) = share.filter(unwise) {
            let word = if share < *WISE_SHARE.start() {
                "little"
            } else {
                "much"
            };
            found.unwise(
                &format!("{}.offer", side.as_str()),
                format!(
                    "The {}'s reward is {}.{:02} % of a usual order, which is {word}: 10 to 25 % \
                     is what usually pays.",
                    side.as_str(),
                    share / 100,
                    share % 100
                ),
            );
        }
    }
    if program.hold_days == 0 {
        found.unwise(
            "hold_days",
            "Without a hold period a reward is given before the order can be returned.",
        );
    }
    if program.caps.is_empty() && program.budget.is_none() {
        found.unwise(
            "budget",
            "With no cap and no budget there is no end to what the programme can cost.",
        );
    }
    if program.browser_orders_pay {
        found.unwise(
            "browser_orders_pay",
            "Anybody can report an order from a browser: let the shop's server confirm them.",
        );
    }
    if program.self_referral == crate::program::SelfReferral::Allow {
        found.unwise(
            "self_referral",
            "Whoever refers themselves gets a discount on everything.",
        );
    }
    let gives =
        |wanted: fn(&Offer) -> bool| program.sides().any(|(_, rules)| rules.offers().any(wanted));
    match program.kind {
        ProgramKind::TangibleGift if !gives(|o| matches!(o, Offer::FreeProduct { .. })) => {
            found.unwise(
                "kind",
                "A programme with a tangible gift usually gives a free product.",
            );
        }
        ProgramKind::Community if !gives(|o| matches!(o, Offer::Donation { .. })) => {
            found.unwise("kind", "A community programme usually gives to a cause.");
        }
        _ => {}
    }
    warn_of_currencies(program, found);
}

/// Names currencies that one table has and another lacks: an order in them earns
/// nothing on one side, or cannot be measured.
fn warn_of_currencies(program: &Program, found: &mut Findings) {
    let mut tables: Vec<(String, &Amounts)> = Vec::new();
    for (side, rules) in program.sides() {
        if let Some(amounts) = rules.offer.amounts() {
            tables.push((format!("{}.offer", side.as_str()), amounts));
        }
    }
    if let Some(minimum) = &program.minimum_order {
        tables.push(("minimum_order".to_owned(), minimum));
    }
    let all: BTreeSet<Currency> = tables
        .iter()
        .flat_map(|(_, amounts)| amounts.0.keys().copied())
        .collect();
    for (path, amounts) in tables {
        for currency in all
            .iter()
            .filter(|currency| !amounts.0.contains_key(currency))
        {
            found.unwise(
                &path,
                format!(
                    "{path} has no amount in {}, which other amounts have: an order in it earns \
                     nothing there.",
                    currency.as_str()
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests;
