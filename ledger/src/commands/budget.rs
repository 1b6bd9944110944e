//! The budget: the most that the live programme spends in a period. While what is
//! wanted fits, nobody is refused; when it does not, rewards are let pass by the order
//! of their orders, the friend's before the advocate's, and the rest is refused until
//! there is more.

use grapevine_domain::conversion::Ruling;
use grapevine_domain::money::{Currency, Money};
use grapevine_domain::period::{Period, Span};
use grapevine_domain::program::{Budget, Program};
use grapevine_domain::reward::{Clawback, RewardStatus, Rule, Side, Step};
use grapevine_domain::time::Timestamp;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

use super::hand_over::{approve_if_free, clawback};
use super::moves::change_reward;
use crate::books::Books;
use crate::error::LedgerError;
use crate::events::{self, Event};
use crate::store::counters;
use crate::store::merchant::{self, Merchant};
use crate::store::rewards::{self, BUDGET_SPENT, Reward, in_sql};

/// Spending in a currency on the day of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    currency: Currency,
    ordered_at: Timestamp,
}

impl Place {
    pub const fn of(reward: &Reward) -> Self {
        Self {
            currency: reward.worth.currency,
            ordered_at: reward.ordered_at,
        }
    }
}

/// Looks at the budgets of all spending that has changed; `freed` gets what may pass
/// after all.
pub fn run(
    books: &Books<'_>,
    merchant: &Merchant,
    places: &BTreeSet<Place>,
    now: Timestamp,
    freed: &mut Vec<Reward>,
) -> Result<(), LedgerError> {
    if places.is_empty() {
        return Ok(());
    }
    let (_, program) = books.live()?;
    let Some(budget) = &program.budget else {
        return Ok(());
    };
    let spans: BTreeSet<(Currency, Span)> = places
        .iter()
        .map(|place| (place.currency, budget.per.around(place.ordered_at)))
        .collect();
    for (currency, span) in spans {
        settle(books, budget, currency, span, now, freed)?;
    }
    say(books, merchant, &program, now)
}

/// The live programme has another budget than before: everything that it can still
/// refuse, or refused, is looked at again.
pub fn changed(books: &Books<'_>, merchant: &Merchant, now: Timestamp) -> Result<(), LedgerError> {
    let (_, program) = books.live()?;
    let per = program
        .budget
        .as_ref()
        .map_or(Period::AllTime, |budget| budget.per);
    let mut spans: BTreeSet<(Currency, Span)> = BTreeSet::new();
    let mut freed = Vec::new();
    for (currency, ordered_at) in rewards::open_places(books.sql)? {
        spans.insert((currency, per.around(ordered_at)));
    }
    match &program.budget {
        Some(budget) => {
            for (currency, span) in spans {
                settle(books, budget, currency, span, now, &mut freed)?;
            }
        }
        None => {
            for (currency, span) in spans {
                pass_all(books, currency, span, now, &mut freed)?;
            }
        }
    }
    let_go(books, merchant, freed, now)?;
    say(books, merchant, &program, now)
}

fn settle(
    books: &Books<'_>,
    budget: &Budget,
    currency: Currency,
    span: Span,
    now: Timestamp,
    freed: &mut Vec<Reward>,
) -> Result<(), LedgerError> {
    let Some(limit) = budget.amounts.get(currency) else {
        return pass_all(books, currency, span, now, freed); // no limit in it any more
    };
    let wanted = wanted(books, currency, span)?;
    if wanted <= limit.minor && !rewards::any_over_budget(books.sql, currency, span)? {
        return Ok(());
    }
    let open = rewards::open_by_rank(books.sql, currency, span)?;
    let given = |reward: &Reward| reward.ruling == Some(Ruling::Stand);
    // What the merchant gave counts first, like what is settled.
    let mut left = limit.minor - rewards::settled(books.sql, currency, span)?;
    left -= open
        .iter()
        .filter(|reward| given(reward))
        .map(|reward| reward.wanted_minor)
        .sum::<i64>();
    for reward in open {
        if given(&reward) {
            let_pass(books, &reward, now, freed)?;
        } else if reward.wanted_minor <= left {
            left -= reward.wanted_minor;
            let_pass(books, &reward, now, freed)?;
        } else if reward.status == RewardStatus::Pending {
            let mut after = reward.clone();
            after.status = RewardStatus::Voided;
            after.reason = Some(BUDGET_SPENT.to_owned());
            if clawback(books, &reward)? == Clawback::Forgive {
                after.forgiven_minor = after.handed_minor;
            }
            after.steps.push(Step {
                rule: Rule::Budget,
                minor: 0,
            });
            change_reward(books, Some(&reward), &after, "system", now)?;
        }
    }
    Ok(())
}

/// Lets everything of a span pass.
fn pass_all(
    books: &Books<'_>,
    currency: Currency,
    span: Span,
    now: Timestamp,
    freed: &mut Vec<Reward>,
) -> Result<(), LedgerError> {
    if rewards::any_over_budget(books.sql, currency, span)? {
        for reward in rewards::open_by_rank(books.sql, currency, span)? {
            let_pass(books, &reward, now, freed)?;
        }
    }
    Ok(())
}

fn let_pass(
    books: &Books<'_>,
    reward: &Reward,
    now: Timestamp,
    freed: &mut Vec<Reward>,
) -> Result<(), LedgerError> {
    if reward.status == RewardStatus::Pending {
        return Ok(());
    }
    let after = reward.reopened();
    change_reward(books, Some(reward), &after, "system", now)?;
    freed.push(after);
    Ok(())
}

/// Approves what waits for nothing any more, by rank, as it is now.
pub fn let_go(
    books: &Books<'_>,
    merchant: &Merchant,
    mut freed: Vec<Reward>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    freed.sort_by(|a, b| {
        let rank = |reward: &Reward| (reward.ordered_at, reward.side == Side::Advocate);
        (rank(a).0, &a.order_id, rank(a).1).cmp(&(rank(b).0, &b.order_id, rank(b).1))
    });
    for reward in freed {
        if let Some(reward) = rewards::by_id(books.sql, &reward.id)? {
            approve_if_free(books, merchant, &reward, now)?;
        }
    }
    Ok(())
}

/// What rewards of a span would come to if all of them were let pass.
fn wanted(books: &Books<'_>, currency: Currency, span: Span) -> Result<i64, LedgerError> {
    let (from, to) = (in_sql(span.start).day(), in_sql(span.end).day());
    counters::sum(books, "wanted", currency.as_str(), from, to)
}

/// Where the budget of the present period stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is enough, or no budget at all.
    Ample,
    /// No more than the low mark is left.
    Low,
    /// Nothing is left, or not enough for what was wanted: the programme pauses.
    Spent,
}

impl State {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ample => "ample",
            Self::Low => "low",
            Self::Spent => "spent",
        }
    }
}

/// Where the budget of the present period stands, and what is left of it by currency.
pub fn state(
    books: &Books<'_>,
    program: &Program,
    now: Timestamp,
) -> Result<(State, Vec<Json>), LedgerError> {
    let mut state = State::Ample;
    let mut left = Vec::new();
    let Some(budget) = &program.budget else {
        return Ok((state, left));
    };
    let span = budget.per.around(now);
    let (from, to) = (in_sql(span.start).day(), in_sql(span.end).day());
    for limit in budget.amounts.iter() {
        let currency = limit.currency.as_str();
        let wanted = wanted(books, limit.currency, span)?;
        let spent = counters::sum(books, "cost", currency, from, to)?;
        let rest = limit.minor - spent;
        if rest <= 0 || wanted > limit.minor {
            state = State::Spent;
        } else if i128::from(rest) * 100
            <= i128::from(limit.minor) * i128::from(budget.low_at_percent)
            && state == State::Ample
        {
            state = State::Low;
        }
        left.push(json!({
            "limit": limit,
            "spent": Money { minor: spent, ..limit },
            "left": Money { minor: rest.max(0), ..limit },
        }));
    }
    Ok((state, left))
}

/// Tells of a budget that has become low or spent, or ample again, once a period.
pub fn say(
    books: &Books<'_>,
    merchant: &Merchant,
    program: &Program,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let (state, left) = state(books, program, now)?;
    let said = match (&program.budget, state) {
        (None, _) | (_, State::Ample) => String::new(),
        (Some(budget), state) => {
            format!(
                "{}@{}",
                state.name(),
                in_sql(budget.per.around(now).start).0
            )
        }
    };
    let known = books.merchant()?.budget_state;
    if known == said {
        return Ok(());
    }
    merchant::set_budget_state(books.sql, &said)?;
    books.forget();
    let kind = match state {
        State::Low => "program.budget_low",
        State::Spent => "program.paused",
        State::Ample if known.starts_with("spent") => "program.resumed",
        State::Ample => return Ok(()),
    };
    let event = Event {
        kind,
        subject: &merchant.slug,
        actor: "system",
        data: json!({ "why": "budget", "budget": left }),
    };
    events::append(books, now, event)
}
