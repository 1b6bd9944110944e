//! The model takes the same steps, and has a picture of its own.

use std::collections::BTreeMap;

use grapevine_domain::conversion::Ruling;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{RewardStatus, Side};

use super::bench::{CURRENCIES, Picture};
use super::facts::{Key, MINUTE, Model, Refund};
use super::money::is_settled;
use super::step::{ADVOCATES, Act, LEAVER, Step, Typed, UNPROVED, Word};

impl Model {
    /// Takes a step that the books have taken.
    pub fn take(&mut self, step: &Step) {
        match step {
            Step::Publish(program) => {
                self.programs.push((**program).clone());
                self.work_out();
            }
            Step::Report(told) => {
                if self.hear(told) {
                    self.settle(told.order);
                }
            }
            Step::Refund(order, number, what) => {
                let known = |refund: &Refund| (refund.order, refund.number) == (*order, *number);
                if !self.refunds.iter().any(known) {
                    self.refunds.push(Refund {
                        order: *order,
                        number: *number,
                        what: *what,
                        undone: false,
                    });
                    self.settle(*order);
                }
            }
            Step::PaidAfterAll(order) => {
                let mut any = false;
                for refund in &mut self.refunds {
                    any |= refund.order == *order && !refund.undone;
                    refund.undone |= refund.order == *order;
                }
                if any {
                    self.settle(*order);
                }
            }
            Step::Claim(click) => {
                let window = i64::from(self.live().window_days) * 1_440 * MINUTE;
                let claim = (self.now, Self::clicked_at(*click) + window);
                self.claims.entry(*click).or_insert(claim);
            }
            Step::Pass(minutes) => self.now += minutes * MINUTE,
            Step::Due => self.run_due(),
            Step::Decide(order, referral, word) => {
                let named = self.orders[order].ruling.and_then(|(_, named)| named);
                let owner = match (word, referral) {
                    (Word::Assign(advocate), _) => Some(*advocate),
                    (Word::Approve | Word::Reinstate, Some(referral)) => Some(*referral),
                    _ => named,
                };
                let order_ = self.orders.get_mut(order).unwrap();
                order_.ruling = word.ruling().map(|ruling| (ruling, owner));
                self.settle(*order);
            }
            Step::Act(order, advocate, side, act) => self.act((*order, *advocate, *side), *act),
            Step::FillPool(codes) => self.fill_pool(*codes),
            Step::Leave => {
                self.now += MINUTE;
                let now = self.now;
                self.advocates[LEAVER].left_at.get_or_insert(now);
                self.judge();
                self.work_out();
            }
            Step::Prove => {
                self.advocates[UNPROVED].proved = true;
                self.work_out();
            }
        }
    }

    /// Everything anew after a word about an order.
    fn settle(&mut self, order: usize) {
        if !self.orders.contains_key(&order) {
            return;
        }
        self.judge();
        self.work_out();
        // The merchant's word ends the hold period.
        for id in self.by_rank() {
            for advocate in 0..ADVOCATES {
                let waits =
                    |status| matches!(status, ReferralStatus::Pending | ReferralStatus::Flagged);
                let known = self.referrals.get(&(id, advocate));
                if matches!(self.orders[&id].ruling, Some((Ruling::Approve, _)))
                    && known.is_some_and(|known| waits(known.status))
                {
                    self.approve_referral(id, advocate);
                }
            }
        }
        if let Some(Typed::Reward(of, advocate)) = self.orders[&order].typed
            && self.credible(order)
            && let Some(reward) = self.rewards.get_mut(&(of, advocate, Side::Advocate))
            && reward.status == RewardStatus::Issued
        {
            reward.status = RewardStatus::Redeemed;
        }
    }

    fn run_due(&mut self) {
        let now = self.now;
        let mut due: Vec<(i64, i64, usize, usize)> = self
            .referrals
            .iter()
            .filter(|(_, known)| known.status == ReferralStatus::Pending && known.release_at <= now)
            .map(|((order, advocate), known)| {
                (known.release_at, self.orders[order].at, *order, *advocate)
            })
            .filter(|(_, _, order, _)| self.credible(*order))
            .collect();
        due.sort();
        for (_, _, order, advocate) in due {
            self.approve_referral(order, advocate);
        }
        for key in self.reward_keys() {
            self.release_given(key);
        }
        for reward in self.rewards.values_mut() {
            let over = reward.expires_at.is_some_and(|at| at <= now);
            if over && matches!(reward.status, RewardStatus::Approved | RewardStatus::Issued) {
                reward.status = RewardStatus::Expired;
                reward.reason = "expired";
            }
        }
        self.work_out();
    }

    /// What the merchant gave in spite of a void referral is free when its time comes.
    fn release_given(&mut self, key: Key) {
        let reward = &self.rewards[&key];
        let void = self.referrals[&(key.0, key.1)].status == ReferralStatus::Voided;
        if reward.ruling == Some(Ruling::Stand)
            && reward.status == RewardStatus::Pending
            && reward.release_at <= self.now
            && void
            && !self.is_held(key)
        {
            self.approve(key);
        }
    }

    fn act(&mut self, key: Key, act: Act) {
        let reward = self.rewards.get_mut(&key).unwrap();
        match (act, reward.status) {
            (Act::Approve, RewardStatus::Pending) => {
                reward.ruling = Some(Ruling::Approve);
                self.approve(key);
                self.work_out();
            }
            (Act::Issue | Act::Redeem, RewardStatus::Approved) => {
                let has_code = reward.has_code;
                self.issue(key, has_code);
                if matches!(act, Act::Redeem) {
                    self.rewards.get_mut(&key).unwrap().status = RewardStatus::Redeemed;
                }
            }
            (Act::Redeem, RewardStatus::Issued) => {
                reward.status = RewardStatus::Redeemed;
                reward.reason = "";
            }
            (Act::Void, _) => {
                reward.ruling = Some(Ruling::Void);
                self.void_reward(key, "declined");
                self.work_out();
            }
            (Act::Reinstate, RewardStatus::Voided) => {
                reward.status = RewardStatus::Pending;
                reward.reason = "";
                reward.forgiven = 0;
                reward.ruling = Some(Ruling::Stand);
                reward.credible = true;
                self.work_out();
                self.release_given(key);
            }
            _ => {}
        }
    }

    /// What it came to.
    pub fn picture(&self) -> Picture {
        let mut picture = Picture::new();
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        for (id, order) in &self.orders {
            picture.insert(
                format!("order {id}"),
                format!("{} #{}", order.verdict, order.position),
            );
        }
        for ((order, advocate), known) in &self.referrals {
            picture.insert(
                format!("referral {order}/{advocate}"),
                format!("{} {}", known.status.as_str(), known.reason),
            );
        }
        for (key, reward) in &self.rewards {
            let (status, reason) = (reward.status.as_str(), reward.reason);
            let mut line = format!("{status} {reason}");
            let refused = reason == "budget_spent";
            if status != "voided" || refused {
                line += &format!(" worth {} {}", reward.worth, reward.currency);
            }
            line += &format!(
                " handed {} withheld {} forgiven {}",
                reward.handed, reward.withheld, reward.forgiven
            );
            let name = format!("reward {}/{} {}", key.0, key.1, key.2.as_str());
            picture.insert(name, line);
            let pending = reward.status == RewardStatus::Pending;
            if reward.credible && (is_settled(reward) || pending) {
                *counts
                    .entry(format!("count cost {}", reward.currency))
                    .or_default() += reward.worth;
            }
            if reward.credible && (is_settled(reward) || pending || refused) {
                *counts
                    .entry(format!("count wanted {}", reward.currency))
                    .or_default() += reward.worth;
            }
        }
        for (number, advocate) in self.advocates.iter().enumerate() {
            if let Some(by) = advocate.brought_by {
                picture.insert(format!("came {number}"), by.to_string());
            }
            for currency in CURRENCIES {
                *counts
                    .entry(format!("owed {number} {currency}"))
                    .or_default() += self.owed(number, currency);
            }
        }
        counts.retain(|_, n| *n != 0);
        picture.extend(counts.into_iter().map(|(name, n)| (name, n.to_string())));
        picture
    }
}
