//! From approval to the hand: what is kept back, what is handed over, what is owed
//! when it is taken back.

use grapevine_domain::conversion::Ruling;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{Clawback, HandOver, RewardStatus, Side};

use super::facts::{Key, MINUTE, Model, Reward};
use super::step::Typed;

impl Model {
    /// What an advocate owes in a currency: everything that was handed over and is
    /// not theirs, less what was kept back.
    pub fn owed(&self, advocate: usize, currency: &str) -> i64 {
        let mut owed = 0;
        for (key, reward) in &self.rewards {
            let theirs = key.1 == advocate && key.2 == Side::Advocate;
            if !theirs || reward.currency != currency || !reward.offer.is_money() {
                continue;
            }
            let had = reward.handed - reward.forgiven;
            owed += match reward.status {
                RewardStatus::Voided | RewardStatus::Pending => had,
                RewardStatus::Approved => had - reward.withheld,
                RewardStatus::Issued | RewardStatus::Redeemed => had - reward.worth,
                // Whatever it was: it was theirs to use.
                RewardStatus::Expired => -reward.withheld,
            };
        }
        owed
    }

    /// The budget has room for it after all.
    pub fn let_pass(&mut self, key: Key) {
        let reward = self.rewards.get_mut(&key).unwrap();
        if reward.status == RewardStatus::Voided {
            reward.status = RewardStatus::Pending;
            reward.reason = "";
            reward.forgiven = 0;
        }
    }

    /// Approves what waits for nothing any more.
    pub fn let_go(&mut self) {
        for key in self.reward_keys() {
            let approved = self.referrals[&(key.0, key.1)].status == ReferralStatus::Approved;
            if approved && self.rewards[&key].status == RewardStatus::Pending && !self.is_held(key)
            {
                self.approve(key);
            }
        }
    }

    pub fn is_held(&self, key: Key) -> bool {
        key.2 == Side::Advocate && !self.advocates[key.1].proved
    }

    pub fn approve_referral(&mut self, order: usize, advocate: usize) {
        let referral = self.referrals.get_mut(&(order, advocate)).unwrap();
        referral.status = ReferralStatus::Approved;
        referral.reason = "";
        for side in [Side::Advocate, Side::Friend] {
            let key = (order, advocate, side);
            let pending = |reward: &Reward| reward.status == RewardStatus::Pending;
            if self.rewards.get(&key).is_some_and(pending) && !self.is_held(key) {
                self.approve(key);
            }
        }
    }

    pub fn approve(&mut self, key: Key) {
        let (order, advocate, side) = key;
        let owed = self.owed(advocate, self.rewards[&key].currency);
        let program = self.program(order);
        let rules = program.side(side).cloned();
        let now = self.now;
        let reward = self.rewards.get_mut(&key).unwrap();
        reward.status = RewardStatus::Approved;
        reward.reason = "";
        reward.credible = true;
        if side == Side::Advocate && reward.offer.is_money() {
            reward.withheld = owed.min(reward.worth);
        }
        let days = rules.as_ref().and_then(|rules| rules.expires_days);
        reward.expires_at = days.map(|days| now + i64::from(days) * 1_440 * MINUTE);
        self.hand_over(key);
    }

    fn hand_over(&mut self, key: Key) {
        let (order, _, side) = key;
        let reward = &self.rewards[&key];
        if reward.offer.is_money() && reward.worth <= reward.withheld {
            return self.issue(key, reward.has_code);
        }
        let used = match self.orders[&order].typed {
            None | Some(Typed::Reward(..)) => false,
            Some(Typed::Claimed(_)) => {
                let typed = self.orders[&order].typed;
                let mut all = self.by_rank().into_iter();
                all.find(|other| self.orders[other].typed == typed) == Some(order)
            }
            Some(_) => true,
        };
        if side == Side::Friend {
            if reward.offer.is_coupon() && used {
                self.issue(key, true);
                self.rewards.get_mut(&key).unwrap().status = RewardStatus::Redeemed;
            } else if reward.has_code {
                self.issue(key, true);
            }
            return;
        }
        if reward.has_code {
            return self.issue(key, true);
        }
        let rules = self.program(order).side(side).unwrap();
        match rules.handed_over_by(side, &self.rewards[&key].offer) {
            HandOver::Merchant => {}
            HandOver::Pattern { .. } => self.issue(key, true),
            HandOver::Pool { .. } if self.pool > 0 => {
                self.pool -= 1;
                self.issue(key, true);
            }
            HandOver::Pool { .. } => {}
        }
    }

    pub fn issue(&mut self, key: Key, has_code: bool) {
        let reward = self.rewards.get_mut(&key).unwrap();
        reward.status = RewardStatus::Issued;
        reward.has_code = has_code;
        reward.handed += reward.worth - reward.withheld;
    }

    /// Codes have come: who waited longest gets them.
    pub fn fill_pool(&mut self, codes: usize) {
        self.pool += codes;
        let mut waiting: Vec<Key> = self.reward_keys();
        waiting.sort_by_key(|key| self.rewards[key].release_at);
        for key in waiting {
            let reward = &self.rewards[&key];
            let by = self.program(key.0).side(key.2);
            let by = by.map(|rules| rules.handed_over_by(key.2, &reward.offer));
            if reward.status == RewardStatus::Approved
                && !reward.has_code
                && matches!(by, Some(HandOver::Pool { .. }))
            {
                self.hand_over(key);
            }
        }
    }

    pub fn void_reward(&mut self, key: Key, reason: &'static str) -> bool {
        let clawback = self.program(key.0).clawback;
        let reward = self.rewards.get_mut(&key).unwrap();
        match reward.status {
            RewardStatus::Expired => return false,
            RewardStatus::Voided => {
                reward.reason = reason;
                return true;
            }
            RewardStatus::Issued if reward.has_code => {
                reward.handed -= reward.worth - reward.withheld; // nobody has used it
            }
            _ => {}
        }
        reward.status = RewardStatus::Voided;
        reward.reason = reason;
        reward.withheld = 0;
        reward.expires_at = None;
        let owes = key.2 == Side::Advocate && reward.offer.is_money();
        reward.forgiven = if owes && clawback == Clawback::Debt {
            0
        } else {
            reward.handed
        };
        true
    }

    pub fn void_referral(&mut self, order: usize, advocate: usize, reason: &'static str) {
        let referral = self.referrals.get_mut(&(order, advocate)).unwrap();
        referral.status = ReferralStatus::Voided;
        referral.reason = reason;
        for side in [Side::Advocate, Side::Friend] {
            let key = (order, advocate, side);
            let by_hand = |reward: &Reward| {
                reward.ruling == Some(Ruling::Stand)
                    || (reward.ruling == Some(Ruling::Void)
                        && reward.status == RewardStatus::Voided)
            };
            if self
                .rewards
                .get(&key)
                .is_some_and(|reward| !by_hand(reward))
            {
                self.void_reward(key, reason);
            }
        }
    }

    /// What went with its referral comes back with it.
    pub fn give_back_with_referral(&mut self, key: Key) {
        if let Some(reward) = self.rewards.get_mut(&key)
            && reward.status == RewardStatus::Voided
            && reward.ruling != Some(Ruling::Void)
        {
            reward.status = RewardStatus::Pending;
            reward.reason = "";
            reward.forgiven = 0;
        }
    }
}
