//! What the model knows: every fact as it was told, and what has happened for good.

use std::collections::{BTreeMap, BTreeSet};

use grapevine_domain::conversion::Ruling;
use grapevine_domain::program::Program;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{Offer, RewardStatus, Side};

use super::step::{ADVOCATES, CLICKS, Told, Typed};
use crate::tests::harness::START;

pub const MINUTE: i64 = 60_000;

#[derive(Clone, Debug)]
pub struct Order {
    pub confirmed: bool,
    pub sign_up: bool,
    pub minor: i64,
    pub currency: &'static str,
    pub person: Option<usize>,
    pub clicks: BTreeSet<usize>,
    pub typed: Option<Typed>,
    pub at: i64,
    pub told_at: i64,
    pub checkout_at: Option<i64>,
    pub not_new: bool,
    pub version: usize,
    pub ruling: Option<(Ruling, Option<usize>)>,
    pub verdict: &'static str,
    pub position: usize,
}

#[derive(Clone, Copy, Debug)]
pub struct Refund {
    pub order: usize,
    pub number: usize,
    pub what: Option<(i64, &'static str)>,
    pub undone: bool,
}

#[derive(Clone, Debug)]
pub struct Advocate {
    pub proved: bool,
    pub left_at: Option<i64>,
    pub brought_by: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Referral {
    pub status: ReferralStatus,
    pub reason: &'static str,
    pub release_at: i64,
}

#[derive(Clone, Debug)]
pub struct Reward {
    pub status: RewardStatus,
    pub reason: &'static str,
    pub ruling: Option<Ruling>,
    pub offer: Offer,
    pub currency: &'static str,
    pub worth: i64,
    pub limit: Option<i64>,
    pub credible: bool,
    pub has_code: bool,
    pub handed: i64,
    pub withheld: i64,
    pub forgiven: i64,
    pub at: i64,
    pub release_at: i64,
    pub expires_at: Option<i64>,
}

/// Order, advocate, side.
pub type Key = (usize, usize, Side);

#[derive(Clone, Debug)]
pub struct Model {
    pub now: i64,
    pub programs: Vec<Program>,
    pub advocates: Vec<Advocate>,
    pub orders: BTreeMap<usize, Order>,
    pub refunds: Vec<Refund>,
    /// Claimed coupons by click: when, until when.
    pub claims: BTreeMap<usize, (i64, i64)>,
    pub referrals: BTreeMap<(usize, usize), Referral>,
    pub rewards: BTreeMap<Key, Reward>,
    pub pool: usize,
}

impl Model {
    pub fn new() -> Self {
        let advocate = |number| Advocate {
            proved: number != super::step::UNPROVED,
            left_at: None,
            brought_by: None,
        };
        Self {
            now: START.0,
            programs: Vec::new(),
            advocates: (0..ADVOCATES).map(advocate).collect(),
            orders: BTreeMap::new(),
            refunds: Vec::new(),
            claims: BTreeMap::new(),
            referrals: BTreeMap::new(),
            rewards: BTreeMap::new(),
            pool: 0,
        }
    }

    pub fn live(&self) -> &Program {
        self.programs.last().unwrap()
    }

    pub fn program(&self, order: usize) -> &Program {
        &self.programs[self.orders[&order].version]
    }

    /// The shop stands for an order, or the merchant does, or takes a browser's word.
    pub fn credible(&self, order: usize) -> bool {
        let known = &self.orders[&order];
        known.confirmed
            || matches!(known.ruling, Some((Ruling::Approve, _)))
            || self.program(order).browser_orders_pay
    }

    /// What is left of an order.
    pub fn kept(&self, order: usize) -> i64 {
        let known = &self.orders[&order];
        let back = |refund: &&Refund| refund.order == order && !refund.undone;
        let mut left = known.minor;
        for refund in self.refunds.iter().filter(back) {
            match refund.what {
                None => return 0,
                Some((minor, currency)) if currency == known.currency => left -= minor,
                Some(_) => {}
            }
        }
        left.max(0)
    }

    pub fn cancelled(&self, order: usize) -> bool {
        let whole =
            |refund: &Refund| refund.order == order && !refund.undone && refund.what.is_none();
        self.refunds.iter().any(whole)
    }

    pub fn clicked_at(click: usize) -> i64 {
        START.0 - CLICKS[click].1 * MINUTE
    }

    /// Orders by rank: the confirmed ones first, then by time, then by number.
    pub fn by_rank(&self) -> Vec<usize> {
        let mut all: Vec<usize> = self.orders.keys().copied().collect();
        all.sort_by_key(|id| (!self.orders[id].confirmed, self.orders[id].at, *id));
        all
    }

    /// Somebody tells of an order. `false` when that changes nothing.
    pub fn hear(&mut self, told: &Told) -> bool {
        let now = self.now;
        let at = told.ago.filter(|_| told.server);
        let at = at.map(|ago| now - ago * MINUTE);
        let checkout_at = told.checkout_ago.filter(|_| told.server);
        let checkout_at = checkout_at.map(|ago| now - ago * MINUTE);
        let version = self.programs.len() - 1;
        let Some(known) = self.orders.get_mut(&told.order) else {
            let order = Order {
                confirmed: told.server,
                sign_up: told.sign_up,
                minor: told.minor,
                currency: told.currency,
                person: told.person,
                clicks: told.clicks.iter().copied().collect(),
                typed: told.typed,
                at: at.unwrap_or(now),
                told_at: now,
                checkout_at,
                not_new: told.server && told.not_new,
                version,
                ruling: None,
                verdict: "",
                position: 0,
            };
            self.orders.insert(told.order, order);
            return true;
        };
        let before = format!("{known:?}");
        let same_sum = (told.minor, told.currency) == (known.minor, known.currency);
        let same_person = told.person.is_some() && told.person == known.person;
        if told.server {
            known.at = at.map_or(known.at, |at| at.min(known.at));
            known.checkout_at = match (known.checkout_at, checkout_at) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
            known.not_new |= told.not_new;
            if !known.confirmed {
                // A browser that knew neither the sum nor the person meant nothing.
                if !same_sum && !same_person {
                    known.person = None;
                    known.typed = None;
                    known.clicks.clear();
                }
                known.confirmed = true;
                known.minor = told.minor;
                known.currency = told.currency;
                known.person = told.person.or(known.person);
                known.typed = told.typed.or(known.typed);
            }
        } else if now - known.told_at > 30 * MINUTE || !(same_sum || same_person) {
            return false;
        }
        known.person = known.person.or(told.person);
        known.typed = known.typed.or(told.typed);
        known.clicks.extend(&told.clicks);
        before != format!("{known:?}")
    }
}
