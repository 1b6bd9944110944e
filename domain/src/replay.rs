//! What past orders would have come to under a programme, from the first to the last,
//! with everything known: the dry run of a draft. The same rules as the books', but
//! none of their memory, so that each can be held against the other.

use std::collections::BTreeMap;

use crate::attribution::{Candidate, Decision, Moment, Source, decide};
use crate::conversion::{Circumstances, ConversionKind, Order, Ruling, Verdict, judge};
use crate::fraud::Facts;
use crate::limits::{Used, under_cap};
use crate::money::{Currency, Money};
use crate::period::Span;
use crate::program::Program;
use crate::reward::{Offer, Side, SideRules};
use crate::time::Timestamp;

/// One order as it is known.
#[derive(Clone, Debug)]
pub struct Past {
    /// The order on its own; where it stands among its friend's is worked out here.
    pub order: Order,
    /// Its number at the shop.
    pub order_id: String,
    /// When its checkout began, if told.
    pub checkout_at: Option<Timestamp>,
    /// Who could have brought it by itself.
    pub candidates: Vec<Candidate>,
    /// Positions of the same person's orders in the list, by rank, this one among them.
    pub kin: Vec<usize>,
    /// Under which key the friend is known.
    pub friend: Option<String>,
    /// What the merchant said of it.
    pub ruling: Option<Ruling>,
    /// Whether the shop stands for it.
    pub confirmed: bool,
}

/// An advocate as far as the rules look at them.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// Under which key they would be known as a friend.
    pub key: String,
    /// When they left.
    pub left_at: Option<Timestamp>,
}

/// Advocates by their identifier.
pub type People = BTreeMap<String, Person>;

/// What it came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What each order was found to be, in the order of the list.
    pub verdicts: Vec<&'static str>,
    /// Rewards that stand, by the order's position and side.
    pub rewards: BTreeMap<(usize, Side), Money>,
    /// Why rewards were refused: cap or budget.
    pub refused: BTreeMap<(usize, Side), &'static str>,
    /// What prizes come to.
    pub prizes: BTreeMap<Currency, i64>,
}

impl Outcome {
    /// Whether an order makes a referral that stands, or waits for the merchant.
    #[must_use]
    pub fn stands(&self, at: usize) -> bool {
        matches!(self.verdicts.get(at), Some(&("referred" | "flagged")))
    }

    /// What the rewards come to, prizes included, by currency.
    #[must_use]
    pub fn cost(&self) -> BTreeMap<Currency, i64> {
        let mut cost = self.prizes.clone();
        for money in self.rewards.values() {
            *cost.entry(money.currency).or_default() += money.minor;
        }
        cost
    }
}

/// Plays all orders, which are sorted by rank: the confirmed ones first, then by time,
/// then by number.
#[must_use]
pub fn replay(program: &Program, orders: &[Past], people: &People) -> Outcome {
    let rules = program.attribution_rules();
    let own: Vec<Decision> = orders
        .iter()
        .map(|past| decide(past.candidates.clone(), &rules, moment(past)))
        .collect();
    let mut outcome = Outcome::default();
    let mut winners: Vec<Option<String>> = Vec::with_capacity(orders.len());
    // Who came as whose friend: the first order that is no loop.
    let mut parents: BTreeMap<String, String> = BTreeMap::new();
    for (at, past) in orders.iter().enumerate() {
        let (order, earlier) = among_kin(at, past, orders, &own);
        let mut candidates = past.candidates.clone();
        candidates.extend(earlier);
        let decision = decide(candidates, &rules, moment(past));
        let winner = decision
            .winner
            .as_ref()
            .and_then(|winner| winner.advocate.clone());
        let person = winner.as_ref().and_then(|id| people.get(id));
        let friend = past.friend.as_ref().and_then(|key| {
            people
                .iter()
                .find(|(_, person)| person.key == *key)
                .map(|(id, _)| id.clone())
        });
        let about = Circumstances {
            facts: Facts {
                advocate_email: person.map(|person| person.key.as_str()),
                friend_email: past.friend.as_deref(),
            },
            closes_loop: leads_to(&parents, friend.as_deref(), winner.as_deref()),
            advocate_left_at: person.and_then(|person| person.left_at),
            ruling: past.ruling,
        };
        let verdict = judge(program, &order, &decision, &about);
        let code = verdict.code();
        let brought = own
            .get(at)
            .and_then(|own| own.winner.as_ref()?.advocate.clone());
        if let (Some(friend), Some(by)) = (friend, brought)
            && by != friend
            && !leads_to(&parents, Some(&friend), Some(&by))
        {
            parents.entry(friend).or_insert(by);
        }
        let stands = matches!(verdict, Verdict::Stands(_) | Verdict::Flagged(..));
        outcome.verdicts.push(code);
        winners.push(winner.filter(|_| stands));
    }
    let wanted = want(program, orders, &winners, &mut outcome);
    spend(program, orders, wanted, &mut outcome);
    give_prizes(program, orders, &winners, &mut outcome);
    outcome
}

const fn moment(past: &Past) -> Moment {
    Moment {
        ordered_at: past.order.ordered_at,
        checkout_at: past.checkout_at,
    }
}

/// An order where it stands among its friend's, and who brought them before.
fn among_kin(
    at: usize,
    past: &Past,
    orders: &[Past],
    own: &[Decision],
) -> (Order, Option<Candidate>) {
    let up_to: Vec<usize> = past.kin.iter().copied().filter(|kin| *kin <= at).collect();
    let winner = |kin: &usize| own.get(*kin).and_then(|own| own.winner.as_ref());
    let came = up_to.iter().position(|kin| winner(kin).is_some());
    let came = came.unwrap_or(up_to.len().saturating_sub(1));
    let first = up_to.get(came).copied().unwrap_or(at);
    let order_of = |kin: usize| orders.get(kin).map_or(past.order, |past| past.order);
    let of_kind = up_to
        .iter()
        .skip(came)
        .filter(|kin| order_of(**kin).kind == past.order.kind);
    let counts = |kin: &&usize| {
        order_of(**kin).kind == ConversionKind::Order || past.order.kind == ConversionKind::SignUp
    };
    let before = up_to.iter().take(came).rfind(counts);
    let earlier = winner(&first)
        .filter(|_| first != at)
        .map(|winner| Candidate {
            source: Source::EarlierOrder,
            at: order_of(first).ordered_at,
            ..winner.clone()
        });
    let order = Order {
        position: u32::try_from(of_kind.count()).unwrap_or(u32::MAX).max(1),
        came_at: order_of(first).ordered_at,
        ordered_before: before.map(|kin| order_of(*kin).ordered_at),
        said_not_new: order_of(first).said_not_new,
        ..past.order
    };
    (order, earlier)
}

/// Whether the winner was brought by the friend, straight or in a chain.
fn leads_to(
    parents: &BTreeMap<String, String>,
    friend: Option<&str>,
    winner: Option<&str>,
) -> bool {
    let (Some(friend), Some(winner)) = (friend, winner) else {
        return false;
    };
    if friend == winner {
        return false;
    }
    let mut at = winner;
    for _ in 0..64 {
        match parents.get(at) {
            Some(parent) if parent == friend => return true,
            Some(parent) => at = parent,
            None => return false,
        }
    }
    false
}

struct Wanted {
    at: usize,
    side: Side,
    money: Money,
}

/// What each order earns each side, within the caps.
fn want(
    program: &Program,
    orders: &[Past],
    winners: &[Option<String>],
    outcome: &mut Outcome,
) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    let mut friends: BTreeMap<&str, u32> = BTreeMap::new();
    let mut used: BTreeMap<(&str, Span, Option<Currency>), Used> = BTreeMap::new();
    let counts = |past: &Past| past.confirmed || program.browser_orders_pay;
    let mut by_rank: Vec<(usize, &Past)> = orders.iter().enumerate().collect();
    // Rewards go by the time of their orders, those that do not count last.
    by_rank.sort_by_key(|(_, past)| (!counts(past), past.order.ordered_at, &past.order_id));
    for (at, past) in by_rank {
        let Some(advocate) = winners.get(at).and_then(|winner| winner.as_deref()) else {
            continue;
        };
        let counts = counts(past);
        let known = friends.entry(advocate).or_default();
        let number = *known + 1;
        if counts {
            *known = number;
        }
        for (side, rules) in program.sides() {
            let Some((mut money, offer)) = earned(rules, past, number, program) else {
                continue;
            };
            if counts && side == Side::Advocate {
                let mut fits = Some(money);
                for cap in &program.caps {
                    let span = cap.per.around(past.order.ordered_at);
                    let count = used
                        .get(&(advocate, span, None))
                        .map_or(0, |used| used.rewards);
                    let sum = used.get(&(advocate, span, Some(money.currency)));
                    let so_far = Used {
                        rewards: count,
                        minor: sum.map_or(0, |used| used.minor),
                    };
                    fits = fits.and_then(|money| under_cap(cap, so_far, offer, money));
                }
                let Some(left) = fits else {
                    outcome.refused.insert((at, side), "cap_reached");
                    continue;
                };
                money = left;
                let mut spans: Vec<Span> = program
                    .caps
                    .iter()
                    .map(|cap| cap.per.around(past.order.ordered_at))
                    .collect();
                spans.sort();
                spans.dedup();
                for span in spans {
                    used.entry((advocate, span, None)).or_default().rewards += 1;
                    used.entry((advocate, span, Some(money.currency)))
                        .or_default()
                        .minor += money.minor;
                }
            }
            if counts {
                wanted.push(Wanted { at, side, money });
            } else {
                outcome.rewards.insert((at, side), money);
            }
        }
    }
    wanted
}

fn earned<'a>(
    rules: &'a SideRules,
    past: &Past,
    number: u32,
    program: &Program,
) -> Option<(Money, &'a Offer)> {
    let (amount, kept) = (past.order.amount, past.order.kept());
    let earned = rules.earned(amount, kept, number, program.partial_refund)?;
    Some((earned.worth, earned.offer))
}

/// Lets pass what the budget has room for, in the order of the list.
fn spend(program: &Program, orders: &[Past], wanted: Vec<Wanted>, outcome: &mut Outcome) {
    let mut left: BTreeMap<(Span, Currency), i64> = BTreeMap::new();
    for Wanted { at, side, money } in wanted {
        let limit = program.budget.as_ref().and_then(|budget| {
            let most = budget.amounts.get(money.currency)?;
            let at = orders.get(at)?.order.ordered_at;
            Some((budget.per.around(at), most))
        });
        if let Some((span, most)) = limit {
            let left = left.entry((span, money.currency)).or_insert(most.minor);
            if money.minor > *left {
                outcome.refused.insert((at, side), "budget_spent");
                continue;
            }
            *left -= money.minor;
        }
        outcome.rewards.insert((at, side), money);
    }
}

/// Prizes of every period of the list, as if each were over.
fn give_prizes(
    program: &Program,
    orders: &[Past],
    winners: &[Option<String>],
    outcome: &mut Outcome,
) {
    let Some(prize) = &program.prize else {
        return;
    };
    let mut friends: BTreeMap<Span, BTreeMap<&str, u32>> = BTreeMap::new();
    for (past, winner) in orders.iter().zip(winners) {
        if let Some(advocate) = winner
            && (past.confirmed || program.browser_orders_pay)
        {
            let span = prize.per.around(past.order.ordered_at);
            *friends
                .entry(span)
                .or_default()
                .entry(advocate)
                .or_default() += 1;
        }
    }
    let Some(currency) = prize
        .offer
        .amounts()
        .and_then(|all| all.0.keys().next().copied())
    else {
        return;
    };
    let Some(worth) = prize.offer.value_for(Money::zero(currency)) else {
        return;
    };
    for best in friends.values() {
        let enough = best
            .values()
            .filter(|friends| **friends >= prize.minimum_friends);
        let places = usize::try_from(prize.places).unwrap_or(usize::MAX);
        let places = i64::try_from(enough.count().min(places)).unwrap_or(0);
        *outcome.prizes.entry(currency).or_default() += places * worth.minor;
    }
}

#[cfg(test)]
mod tests;
