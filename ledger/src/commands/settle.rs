//! Brings the referrals and the rewards of an order in line with what is known of
//! it. Whatever reports came in whatever order, the same facts end in the same
//! books.
//!
//! 1. Who brought an order is decided from its own facts: merchant, coupon, clicks.
//! 2. Orders whose judgement rests on it are judged again, by rank: the same
//!    person's, those with the same coupon, those of a loop that it is a part of.
//! 3. The rewards of every advocate who won or lost something are worked out anew.

mod apply;

use grapevine_domain::attribution::Candidate;
use grapevine_domain::conversion::{Circumstances, ConversionKind, Order, Verdict, judge};
use grapevine_domain::fraud::Facts;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{RewardStatus, Side};
use grapevine_domain::time::Timestamp;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

use super::allocate::{self, Touched};
use super::candidates;
use super::chain::Chain;
use super::moves::{is_credible, tally, tell};
use super::{chain, hand_over};
use crate::books::Books;
use crate::error::LedgerError;
use crate::events::{self, Event};
use crate::store::advocates;
use crate::store::conversions::{self, Conversion};
use crate::store::counters::{self, Tally};
use crate::store::merchant::Merchant;
use crate::store::referrals;
use crate::store::rewards::{self, Reward};

/// Orders by their id.
type Orders = BTreeMap<String, Conversion>;

/// Judges an order again, and every order whose judgement rests on it. `before` is
/// the order as it stood, since it may have belonged to somebody else.
pub fn settle(
    books: &Books<'_>,
    merchant: &Merchant,
    before: Option<&Conversion>,
    order: &Conversion,
    actor: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let mut work = Work {
        books,
        merchant,
        actor,
        now,
        counted: BTreeMap::new(),
        touched: Touched::default(),
        chain: Chain::of(books),
        by_word: Vec::new(),
        news: Vec::new(),
    };
    work.remember(&order.id, before)?;
    let mut judged = Orders::new();
    if let Some(before) = before {
        add(&mut judged, conversions::of_same_person(books.sql, before)?);
    }
    conversions::put(books.sql, before, order)?;
    work.note_order(before, order)?;
    let mut deciding = Orders::from([(order.id.clone(), order.clone())]);
    let coupons = before.into_iter().chain([order]);
    for coupon in coupons.filter_map(|order| order.coupon.as_deref()) {
        add(&mut deciding, candidates::assign_coupon(books, coupon)?);
    }
    // Whose place in the chain may have changed: friends who are advocates.
    let mut moved = Vec::new();
    for each in deciding.values_mut() {
        let known = if each.id == order.id {
            before.cloned()
        } else {
            Some(each.clone())
        };
        let program = books.program(each.program_version)?;
        each.decision = candidates::of(books, each)?.decide(&program, each);
        conversions::put_decision(books.sql, each)?;
        let place = |order: &Conversion| {
            let by = chain::owner(order).map(str::to_owned);
            (by, order.rank(), order.friend_key.clone())
        };
        if known.as_ref().map(place) != Some(place(each)) {
            let both = known.iter().chain([&*each]);
            for order in both {
                moved.extend(chain::friend_of(books, order)?);
            }
        }
    }
    add(&mut judged, work.chain.record(moved)?);
    for each in deciding.values() {
        add(&mut judged, conversions::of_same_person(books.sql, each)?);
    }
    let mut ids: Vec<_> = judged
        .values()
        .chain(deciding.values())
        .map(|each| (each.rank(), each.id.clone()))
        .collect();
    ids.sort();
    ids.dedup();
    for (_, id) in ids {
        work.judge(&id)?;
    }
    allocate::run(books, merchant, core::mem::take(&mut work.touched), now)?;
    // Amounts first: what is approved is not worked out any more.
    for id in core::mem::take(&mut work.by_word) {
        if let Some(referral) = referrals::by_id(books.sql, &id)? {
            hand_over::approve_referral(books, merchant, &referral, actor, now)?;
        }
    }
    work.count()?;
    work.redeem(order)?;
    work.tell()
}

fn add(orders: &mut Orders, more: Vec<Conversion>) {
    for each in more {
        orders.entry(each.id.clone()).or_insert(each);
    }
}

/// What an advocate hears of at the end, when amounts are known.
enum News {
    /// A friend bought, by that referral.
    Bought(String),
    /// A reward was lost.
    Lost(Box<Reward>),
}

struct Work<'a> {
    books: &'a Books<'a>,
    merchant: &'a Merchant,
    actor: &'a str,
    now: Timestamp,
    /// What each order counted for before.
    counted: BTreeMap<String, Tally>,
    touched: Touched,
    chain: Chain<'a>,
    /// Referrals that the merchant approves before their time.
    by_word: Vec<String>,
    news: Vec<News>,
}

impl Work<'_> {
    /// Remembers what an order counts for before it changes.
    fn remember(&mut self, id: &str, order: Option<&Conversion>) -> Result<(), LedgerError> {
        if !self.counted.contains_key(id) {
            let counted = order.map_or(Ok(Tally::new()), |order| self.counts_for(order))?;
            self.counted.insert(id.to_owned(), counted);
        }
        Ok(())
    }

    fn counts_for(&self, order: &Conversion) -> Result<Tally, LedgerError> {
        let referrals = referrals::of_conversion(self.books.sql, &order.id)?;
        let standing = referrals
            .iter()
            .find(|referral| referral.status != ReferralStatus::Voided);
        Ok(tally(order, is_credible(self.books, order)?, standing))
    }

    /// Counts every order for what it is now.
    fn count(&mut self) -> Result<(), LedgerError> {
        for (id, before) in core::mem::take(&mut self.counted) {
            if let Some(order) = conversions::by_id(self.books.sql, &id)? {
                counters::replace(self.books, before, self.counts_for(&order)?);
            }
        }
        Ok(())
    }

    /// Judges one order with what is known of its friend's others.
    fn judge(&mut self, id: &str) -> Result<(), LedgerError> {
        let Some(mut order) = conversions::by_id(self.books.sql, id)? else {
            return Ok(());
        };
        self.remember(id, Some(&order))?;
        let program = self.books.program(order.program_version)?;
        let siblings = conversions::of_same_person(self.books.sql, &order)?;
        let facts = facts(&siblings, &order);
        let mut candidates = candidates::of(self.books, &order)?;
        candidates.standing.extend(facts.brought_before);
        let known = (order.verdict.clone(), order.position, order.given_back);
        let decided_before = core::mem::take(&mut order.decision);
        let decision = candidates.decide(&program, &order);
        let winner = decision
            .winner
            .as_ref()
            .and_then(|winner| winner.advocate.clone());
        let advocate = match &winner {
            Some(id) => advocates::by_id(self.books.sql, id)?,
            None => None,
        };
        let closes_loop = match &winner {
            Some(winner) => self.chain.closes_loop(&order, winner)?,
            None => false,
        };
        // Who has left is erased, but what was seen of them while they were here holds.
        let referrals = referrals::of_conversion(self.books.sql, id)?;
        let mine = referrals
            .iter()
            .find(|known| Some(&known.advocate_id) == winner.as_ref());
        let left_at = advocate.as_ref().and_then(|advocate| advocate.left_at);
        let seen = left_at.is_some()
            && mine.is_some_and(|mine| mine.reason.as_deref() == Some("self_referral"));
        let stays = mine.is_some_and(|mine| mine.status == ReferralStatus::Approved);
        let about = Circumstances {
            facts: Facts {
                advocate_email: match &advocate {
                    Some(_) if seen => order.friend_key.as_deref(),
                    known => known.as_ref().map(|known| known.email_key.as_str()),
                },
                friend_email: order.friend_key.as_deref(),
            },
            closes_loop,
            advocate_left_at: left_at.filter(|_| !stays),
            ruling: order.ruling.as_ref().map(|ruled| ruled.ruling),
        };
        let verdict = judge(&program, &facts.order, &decision, &about);
        order.verdict = verdict.code().to_owned();
        let whole = Order {
            refunded_minor: 0,
            cancelled: false,
            ..facts.order
        };
        order.given_back = !stands(&verdict)
            && (order.cancelled || order.refunded_minor > 0)
            && stands(&judge(&program, &whole, &decision, &about));
        order.position = if decision.winner.is_some() || facts.brought {
            facts.order.position
        } else {
            0
        };
        order.decision.clone_from(&decision);
        let judged = (order.verdict.clone(), order.position, order.given_back);
        if judged != known || order.decision != decided_before {
            conversions::put_decision(self.books.sql, &order)?;
        }
        if judged != known || decided_before.winner != order.decision.winner {
            self.note_judgement(&order)?;
        }
        self.apply(&order, &program, &verdict)
    }

    /// Records what is known of an order, when that has changed.
    fn note_order(
        &self,
        before: Option<&Conversion>,
        order: &Conversion,
    ) -> Result<(), LedgerError> {
        let facts = |order: &Conversion| -> Result<Json, LedgerError> {
            Ok(json!({
                "kind": order.kind.as_str(),
                "amount": order.amount,
                "refunded_minor": order.refunded_minor,
                "cancelled": order.cancelled,
                "ordered_at": order.ordered_at,
                "credible": is_credible(self.books, order)?,
            }))
        };
        let data = facts(order)?;
        let kind = match before {
            None => "order.reported",
            Some(before) if facts(before)? != data => "order.changed",
            Some(_) => return Ok(()),
        };
        let event = Event {
            kind,
            subject: &order.order_id,
            actor: self.actor,
            data,
        };
        events::append(self.books, self.now, event)
    }

    fn note_judgement(&self, order: &Conversion) -> Result<(), LedgerError> {
        let winner = order.decision.winner.as_ref();
        let data = json!({
            "verdict": order.verdict,
            "advocate": winner.and_then(|winner| winner.advocate.as_deref()),
            "source": winner.map(|winner| winner.source),
            "position": order.position,
            "given_back": order.given_back,
        });
        let event = Event {
            kind: "order.judged",
            subject: &order.order_id,
            actor: "system",
            data,
        };
        events::append(self.books, self.now, event)
    }

    /// An advocate's own reward is used when an order comes with its code.
    fn redeem(&self, order: &Conversion) -> Result<(), LedgerError> {
        let Some(typed) = &order.coupon else {
            return Ok(());
        };
        let coupon = crate::store::coupons::by_code(self.books.sql, typed)?;
        let Some(id) = coupon.and_then(|coupon| coupon.reward_id) else {
            return Ok(());
        };
        let reward = rewards::by_id(self.books.sql, &id)?;
        if let Some(reward) = reward.filter(|reward| reward.status == RewardStatus::Issued)
            && is_credible(self.books, order)?
        {
            super::moves::move_reward(
                self.books,
                &reward,
                RewardStatus::Redeemed,
                None,
                "shop",
                self.now,
            )?;
        }
        Ok(())
    }

    /// Tells people, with the amounts as they are now.
    fn tell(self) -> Result<(), LedgerError> {
        for news in self.news {
            match news {
                News::Lost(reward) => {
                    tell(
                        self.books,
                        "reward_declined",
                        self.merchant,
                        &reward,
                        self.now,
                    )?;
                }
                News::Bought(referral) => {
                    let both = rewards::of_referral(self.books.sql, &referral)?;
                    let Some(own) = both.iter().find(|reward| reward.side == Side::Advocate) else {
                        continue;
                    };
                    let template = match own.status {
                        RewardStatus::Pending => "friend_bought",
                        RewardStatus::Voided => "reward_declined",
                        _ => continue, // a mail has gone out already
                    };
                    tell(self.books, template, self.merchant, own, self.now)?;
                }
            }
        }
        Ok(())
    }
}

const fn stands(verdict: &Verdict<'_>) -> bool {
    matches!(verdict, Verdict::Stands(_) | Verdict::Flagged(..))
}

/// What an order's siblings say about it.
struct Siblings {
    order: Order,
    brought_before: Option<Candidate>,
    brought: bool,
}

/// Where an order stands among its friend's, by rank.
fn facts(siblings: &[Conversion], order: &Conversion) -> Siblings {
    let rank = order.rank();
    let up_to = siblings.iter().filter(|each| each.rank() <= rank);
    let up_to: Vec<&Conversion> = up_to.collect();
    let came = up_to.iter().position(|each| each.brought_by().is_some());
    let came = came.unwrap_or(up_to.len().saturating_sub(1));
    let first = up_to.get(came).copied().unwrap_or(order);
    let of_kind = up_to
        .iter()
        .skip(came)
        .filter(|each| each.kind == order.kind)
        .count();
    // A sign-up makes nobody a customer, but whoever has signed up cannot do so again.
    let counts = |each: &&&Conversion| {
        each.kind == ConversionKind::Order || order.kind == ConversionKind::SignUp
    };
    let before = up_to.iter().take(came).rfind(counts);
    let brought_before = (first.id != order.id)
        .then(|| candidates::earlier(first))
        .flatten();
    Siblings {
        order: Order {
            position: u32::try_from(of_kind).unwrap_or(u32::MAX).max(1),
            came_at: first.ordered_at,
            ordered_before: before.map(|each| each.ordered_at),
            said_not_new: first.said_not_new,
            ..order.as_order()
        },
        brought: brought_before.is_some(),
        brought_before,
    }
}
