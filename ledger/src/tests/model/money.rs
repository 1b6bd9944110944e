//! What rewards are worth, in the simplest way: every open one anew, whenever anything
//! has happened.

use grapevine_domain::conversion::Ruling;
use grapevine_domain::money::{Amounts, Currency};
use grapevine_domain::period::Span;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{Offer, PartialRefund, RewardStatus, Side, SideRules};
use grapevine_domain::time::Timestamp;

use super::facts::{Key, Model, Reward};
use super::step::ADVOCATES;

/// The amount in a currency.
pub fn of(amounts: &Amounts, currency: &str) -> Option<i64> {
    amounts.0.get(&Currency::parse(currency).unwrap()).copied()
}

/// `part` of `whole` of it, half to even.
fn share(minor: i64, part: i64, whole: i64) -> i64 {
    let (floor, rest) = (minor * part / whole, minor * part % whole);
    match (2 * rest).cmp(&whole) {
        std::cmp::Ordering::Less => floor,
        std::cmp::Ordering::Greater => floor + 1,
        std::cmp::Ordering::Equal => floor + floor % 2,
    }
}

/// What an offer comes to for an order.
pub fn value(offer: &Offer, minor: i64, currency: &str) -> Option<i64> {
    match offer {
        Offer::PercentOff {
            basis_points,
            up_to: None,
        } => Some(share(minor, i64::from(*basis_points), 10_000)),
        Offer::PercentOff {
            basis_points,
            up_to: Some(most),
        } => Some(share(minor, i64::from(*basis_points), 10_000).min(of(most, currency)?)),
        Offer::AmountOff { amounts }
        | Offer::StoreCredit { amounts }
        | Offer::Cash { amounts }
        | Offer::GiftCard { amounts }
        | Offer::Donation { amounts, .. } => of(amounts, currency),
        Offer::FreeProduct { cost, .. }
        | Offer::Points { cost, .. }
        | Offer::FreePeriod { cost, .. } => of(cost, currency),
    }
}

/// The same when only a part of the order was kept.
fn value_kept(
    offer: &Offer,
    minor: i64,
    kept: i64,
    currency: &str,
    rule: PartialRefund,
) -> Option<i64> {
    let full = value(offer, minor, currency)?;
    Some(match offer {
        _ if kept == minor => full,
        Offer::PercentOff { .. } => value(offer, kept, currency)?,
        _ if rule == PartialRefund::Scale && offer.is_money() => share(full, kept, minor),
        _ => full,
    })
}

/// The offer for the `friends`-th friend with an order of that size.
fn offer(rules: &SideRules, kept: i64, currency: &str, friends: usize) -> Offer {
    let mut offer = &rules.offer;
    for tier in &rules.by_friends {
        if tier.from as usize <= friends {
            offer = &tier.offer;
        }
    }
    for tier in &rules.by_order {
        if of(&tier.from, currency).is_some_and(|from| from <= kept) {
            offer = &tier.offer;
        }
    }
    offer.clone()
}

pub const fn is_settled(reward: &Reward) -> bool {
    matches!(
        reward.status,
        RewardStatus::Approved | RewardStatus::Issued | RewardStatus::Redeemed
    )
}

fn is_given(reward: &Reward) -> bool {
    reward.ruling == Some(Ruling::Stand)
}

/// Refused by the budget: it keeps its place under a cap until there is more.
fn is_refused(reward: &Reward) -> bool {
    reward.status == RewardStatus::Voided && reward.reason == "budget_spent"
}

impl Model {
    /// Works out everything, and lets go what waits for nothing any more.
    pub fn work_out(&mut self) {
        for advocate in 0..ADVOCATES {
            let mut theirs: Vec<usize> = self
                .referrals
                .iter()
                .filter(|((_, whose), known)| {
                    *whose == advocate && known.status != ReferralStatus::Voided
                })
                .map(|((order, _), _)| *order)
                .collect();
            theirs.sort_by_key(|order| (!self.credible(*order), self.orders[order].at, *order));
            let mut friends = 0;
            for order in theirs {
                if self.credible(order) {
                    friends += 1;
                    self.work_out_one(order, advocate, friends);
                } else {
                    self.work_out_one(order, advocate, friends + 1);
                }
            }
        }
        self.spend();
        self.let_go();
    }

    fn work_out_one(&mut self, order: usize, advocate: usize, friends: usize) {
        let program = self.program(order).clone();
        let (minor, kept) = (self.orders[&order].minor, self.kept(order));
        let currency = self.orders[&order].currency;
        let sides = [
            (Side::Friend, &program.friend),
            (Side::Advocate, &program.advocate),
        ];
        for (side, rules) in sides {
            let Some(rules) = rules else { continue };
            let key = (order, advocate, side);
            let known = self.rewards.get(&key).cloned();
            if known
                .as_ref()
                .is_some_and(|known| known.ruling == Some(Ruling::Void))
            {
                continue;
            }
            if let Some(known) = &known
                && (is_settled(known) || known.status == RewardStatus::Expired)
            {
                self.follow_order(key, minor, kept, currency, program.partial_refund);
                continue;
            }
            let offer = offer(rules, kept, currency, friends);
            let worth = value_kept(&offer, minor, kept, currency, program.partial_refund);
            let Some(worth) = worth else {
                if known.is_some_and(|known| known.status == RewardStatus::Pending) {
                    self.void_reward(key, "other_currency");
                }
                continue;
            };
            let release_at = self.referrals[&(order, advocate)].release_at;
            let blank = Reward {
                status: RewardStatus::Pending,
                reason: "",
                ruling: None,
                offer: offer.clone(),
                currency,
                worth,
                limit: None,
                credible: false,
                has_code: false,
                handed: 0,
                withheld: 0,
                forgiven: 0,
                at: 0,
                release_at,
                expires_at: None,
            };
            let referral = &self.referrals[&(order, advocate)];
            let vouched =
                known.as_ref().is_some_and(is_given) || referral.status == ReferralStatus::Approved;
            let mut next = Reward {
                offer,
                currency,
                worth,
                limit: None,
                credible: self.credible(order) || vouched,
                at: self.orders[&order].at,
                release_at,
                ..known.unwrap_or(blank)
            };
            let free = side == Side::Friend || !next.credible || is_given(&next);
            let fits = free || self.cut(key, &mut next);
            let new = !self.rewards.contains_key(&key);
            match (next.status, fits) {
                (RewardStatus::Voided, true) if next.reason != "budget_spent" => {
                    next.status = RewardStatus::Pending;
                    next.reason = "";
                    next.forgiven = 0;
                }
                (RewardStatus::Voided, false) => next.reason = "cap_reached",
                _ => {}
            }
            self.rewards.insert(key, next);
            if !fits && (new || self.rewards[&key].status == RewardStatus::Pending) {
                self.void_reward(key, "cap_reached");
            }
        }
    }

    /// What was approved changes with its own order alone.
    fn follow_order(
        &mut self,
        key: Key,
        minor: i64,
        kept: i64,
        currency: &str,
        rule: PartialRefund,
    ) {
        let room = self.room_to_grow(key);
        let known = self.rewards.get_mut(&key).unwrap();
        if known.status == RewardStatus::Expired || is_given(known) || known.currency != currency {
            return;
        }
        let Some(worth) = value_kept(&known.offer, minor, kept, currency, rule) else {
            return;
        };
        let mut worth = known.limit.map_or(worth, |limit| worth.min(limit));
        if worth > known.worth + room {
            worth = known.worth + room;
            if worth != known.worth {
                known.limit = Some(worth);
            }
        }
        let payable = known.worth - known.withheld;
        if worth == known.worth {
            return;
        }
        known.worth = worth;
        known.withheld = known.withheld.min(worth);
        if known.status == RewardStatus::Issued && known.has_code {
            // Nobody has used the code: it is worth what it is worth.
            known.handed += known.worth - known.withheld - payable;
        }
    }

    /// How much more a settled reward may be worth when a refund is undone: what others
    /// have had of a cap or the budget since is theirs.
    fn room_to_grow(&self, key: Key) -> i64 {
        let own = &self.rewards[&key];
        let mut room = i64::MAX / 2;
        let mut limit = |span: Span, most: i64, counts: &dyn Fn(&Key, &Reward) -> bool| {
            let mut left = most;
            for (other, had) in &self.rewards {
                let here = span.holds(Timestamp(had.at)) && had.currency == own.currency;
                if here && had.credible && counts(other, had) {
                    left -= had.worth;
                }
            }
            room = room.min(left.max(0));
        };
        for cap in &self.program(key.0).caps {
            let most = cap.amounts.as_ref().and_then(|most| of(most, own.currency));
            if let Some(most) = most.filter(|_| key.2 == Side::Advocate) {
                limit(cap.per.around(Timestamp(own.at)), most, &|other, had| {
                    let open = had.status == RewardStatus::Pending || is_refused(had);
                    (other.1, other.2) == (key.1, key.2)
                        && (is_settled(had)
                            || had.status == RewardStatus::Expired
                            || (open && is_given(had)))
                });
            }
        }
        if let Some(budget) = &self.live().budget
            && let Some(most) = of(&budget.amounts, own.currency)
        {
            let span = budget.per.around(Timestamp(own.at));
            limit(span, most, &|_, had| is_settled(had));
        }
        room
    }

    /// Cuts a reward to what the caps let pass.
    fn cut(&self, key: Key, next: &mut Reward) -> bool {
        let program = self.program(key.0);
        for cap in &program.caps {
            let span = cap.per.around(Timestamp(next.at));
            let mut count = 0;
            let mut sum = 0;
            for (other, had) in &self.rewards {
                let first = is_given(had) || (had.at, other.0) < (next.at, key.0);
                let counts = is_settled(had)
                    || had.status == RewardStatus::Expired
                    || ((had.status == RewardStatus::Pending || is_refused(had)) && first);
                if other.1 == key.1
                    && other.2 == Side::Advocate
                    && *other != key
                    && had.credible
                    && span.holds(Timestamp(had.at))
                    && counts
                {
                    count += 1;
                    if had.currency == next.currency {
                        sum += had.worth;
                    }
                }
            }
            if cap.rewards.is_some_and(|most| count >= most) {
                return false;
            }
            let most = cap.amounts.as_ref();
            if let Some(most) = most.and_then(|most| of(most, next.currency))
                && sum + next.worth > most
            {
                if !next.offer.is_money() || most <= sum {
                    return false;
                }
                next.worth = most - sum;
                next.limit = Some(next.worth);
            }
        }
        true
    }

    /// Keys by rank: by the time of the order, its number, the friend's side first.
    pub fn reward_keys(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.rewards.keys().copied().collect();
        keys.sort_by_key(|key| (self.rewards[key].at, key.0, key.2 == Side::Advocate, key.1));
        keys
    }

    /// The budget of every period: what is settled or given counts first, then who
    /// comes first.
    fn spend(&mut self) {
        let budget = self.live().budget.clone();
        let mut done: Vec<(&str, Span)> = Vec::new();
        for key in self.reward_keys() {
            let (currency, at) = (self.rewards[&key].currency, self.rewards[&key].at);
            let limit = budget.as_ref().and_then(|budget| {
                let most = of(&budget.amounts, currency)?;
                Some((budget.per.around(Timestamp(at)), most))
            });
            let Some((span, most)) = limit else {
                if is_refused(&self.rewards[&key]) {
                    self.let_pass(key);
                }
                continue;
            };
            if done.contains(&(currency, span)) {
                continue;
            }
            done.push((currency, span));
            let here: Vec<Key> = self
                .reward_keys()
                .into_iter()
                .filter(|key| {
                    let reward = &self.rewards[key];
                    reward.credible
                        && reward.currency == currency
                        && span.holds(Timestamp(reward.at))
                })
                .collect();
            let mut left = most;
            for key in &here {
                let reward = &self.rewards[key];
                let open = reward.status == RewardStatus::Pending || is_refused(reward);
                if is_settled(reward) || (open && is_given(reward)) {
                    left -= reward.worth;
                }
            }
            for key in here {
                let reward = &self.rewards[&key];
                if is_given(reward) && is_refused(reward) {
                    self.let_pass(key);
                } else if is_given(reward) {
                } else if reward.status == RewardStatus::Pending || is_refused(reward) {
                    if reward.worth <= left {
                        left -= reward.worth;
                        self.let_pass(key);
                    } else if reward.status == RewardStatus::Pending {
                        self.void_reward(key, "budget_spent");
                    }
                }
            }
        }
    }
}
