//! What came of it: the numbers and the rewards, each with what happens next.

use web_sys::Element;

use super::Panel;
use crate::dom::find;
use crate::memory::digits;
use crate::talk::word;
use crate::view;
use crate::wire::{Me, Milestone, Money, Reward};

impl Panel {
    pub(super) fn draw_friends(&self, me: &Me) {
        let talk = &self.talk;
        let section = self.show(view::FRIENDS, &[]);
        if let Some(numbers) = find(&section, ".numbers") {
            for (number, plural) in [
                (me.shares, word::SHARES),
                (me.clicks, word::CLICKS),
                (me.friends, word::FRIENDS),
            ] {
                let (figure, unit) = (talk.number(number), talk.count(plural, number, &[]));
                let places = [("number", figure.as_str()), ("unit", &unit)];
                self.add(&numbers, view::NUMBER, &places);
            }
        }
        if let Some(milestone) = &me.milestone {
            self.draw_milestone(&section, milestone);
        }
        if let Some(rank) = &me.rank {
            let day = rank.until.as_ref().map(|time| talk.date(time, &me.now));
            let word = if day.is_some() {
                word::RANK_UNTIL
            } else {
                word::RANK
            };
            let places = [
                ("line", word.0),
                ("place", &talk.number(rank.place)),
                ("of", &talk.number(rank.of)),
                ("date", &day.unwrap_or_default()),
            ];
            self.add(&section, view::LINE, &places);
        }
        if me.rewards.is_empty() {
            if !self.start.paused {
                self.add(&section, view::NONE, &[]);
            }
            return;
        }
        let sums = self.add(&section, view::SUMS, &[]);
        // A sum says something only where every reward is an amount.
        let amounts = |reward: &Reward| {
            let offer = &reward.offer;
            offer.money.is_some() && offer.basis_points.is_none()
        };
        let known = me.rewards.iter().all(amounts);
        for (sum, word) in [
            (Some(&me.pending).filter(|_| known), word::PENDING),
            (Some(&me.earned).filter(|_| known), word::EARNED),
            (me.owed.as_ref(), word::OWED),
        ] {
            if let Some(sum) = sum.filter(|sum| sum.minor > 0.0) {
                let places = [("sum", word.0), ("amount", &talk.money(sum))];
                self.add(&sums, view::SUM, &places);
            }
        }
        let rewards = self.add(&section, view::REWARDS, &[]);
        for reward in &me.rewards {
            self.draw_reward(&rewards, me, reward);
        }
    }

    /// How far it is to the next step, or that there is none.
    fn draw_milestone(&self, section: &Element, milestone: &Milestone) {
        let talk = &self.talk;
        let Some((at, offer)) = &milestone.next else {
            self.add(section, view::LINE, &[("line", word::MILESTONE_DONE.0)]);
            return;
        };
        let left = at - milestone.friends;
        let (number, reward) = (talk.number(left), talk.offer(offer));
        let places = [("number", number.as_str()), ("reward", &reward)];
        let words = talk.count(word::MILESTONE, left, &places);
        let (friends, at) = (digits(milestone.friends), digits(*at));
        let places = [
            ("words", words.as_str()),
            ("friends", &friends),
            ("at", &at),
        ];
        self.add(section, view::MILESTONE, &places);
    }

    fn draw_reward(&self, rewards: &Element, me: &Me, reward: &Reward) {
        let talk = &self.talk;
        let waits_for = |what: &str| reward.awaits.iter().any(|awaited| awaited == what);
        let has_date = reward.release_at.is_some() && !waits_for("shop_confirmation");
        // A code is worth showing while it can be used.
        let coupon = reward.coupon.as_deref();
        let coupon = coupon.filter(|_| reward.status == "issued");
        let (tone, state, sentence) = match reward.status.as_str() {
            "pending" if waits_for("address_confirmation") => {
                ("warn", word::STATUS_HELD, word::REWARD_HELD)
            }
            "pending" if waits_for("review") => ("warn", word::STATUS_HELD, word::REWARD_REVIEW),
            "pending" if has_date => ("", word::STATUS_PENDING, word::REWARD_PENDING_DATE),
            "pending" => ("", word::STATUS_PENDING, word::REWARD_PENDING),
            "approved" => ("good", word::STATUS_READY, word::REWARD_READY),
            "issued" if coupon.is_none() => ("good", word::STATUS_GIVEN, word::REWARD_GIVEN),
            "issued" if reward.expires_at.is_some() => {
                ("good", word::STATUS_READY, word::REWARD_CODE_UNTIL)
            }
            "issued" => ("good", word::STATUS_READY, word::REWARD_CODE),
            "redeemed" => ("good", word::STATUS_USED, word::REWARD_USED),
            "expired" => ("", word::STATUS_EXPIRED, word::REWARD_EXPIRED),
            _ => ("bad", word::STATUS_DECLINED, word::REWARD_DECLINED),
        };
        // A day that is over tells when it ran out.
        let day = reward
            .release_at
            .as_ref()
            .filter(|_| reward.status == "pending");
        let day = day.or(reward.expires_at.as_ref());
        let day = day.map(|time| talk.date(time, &me.now)).unwrap_or_default();
        let created = talk.date(&reward.created_at, &me.now);
        let places = [
            ("id", reward.id.as_str()),
            ("status", &reward.status),
            ("tone", tone),
            ("state", state.0),
            ("sentence", sentence.0),
            ("amount", &talk.amount(&reward.offer)),
            ("date", &day),
            ("since", &talk.fill(word::SINCE, &[("date", &created)])),
            (
                "reason",
                &talk.reason(reward.reason.as_deref().unwrap_or_default()),
            ),
            ("shop", &self.start.name),
        ];
        let row = self.add(rewards, view::REWARD, &places);
        if let Some(money) = reward
            .offer
            .money
            .as_ref()
            .filter(|_| reward.withheld > 0.0)
        {
            let withheld = Money {
                minor: reward.withheld,
                currency: money.currency.clone(),
            };
            self.add(&row, view::WITHHELD, &[("amount", &talk.money(&withheld))]);
        }
        if let Some(coupon) = coupon {
            self.add(&row, view::REWARD_CODE, &[("coupon", coupon)]);
        }
        if let Some(url) = &reward.receipt_url {
            self.add(&row, view::RECEIPT, &[("url", url)]);
        }
    }
}
