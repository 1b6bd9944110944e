//! What came of it: the numbers and the rewards, each with what happens next.

use web_sys::Element;

use super::Panel;
use crate::dom::find;
use crate::talk::word;
use crate::view;
use crate::wire::{Me, Reward};

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
        if me.rewards.is_empty() {
            self.add(&section, view::NONE, &[]);
            return;
        }
        let sums = self.add(&section, view::SUMS, &[]);
        for (sum, word) in [(&me.pending, word::PENDING), (&me.earned, word::EARNED)] {
            if sum.minor > 0.0 {
                let places = [("sum", word.0), ("amount", &talk.money(sum))];
                self.add(&sums, view::SUM, &places);
            }
        }
        let rewards = self.add(&section, view::REWARDS, &[]);
        for reward in &me.rewards {
            self.draw_reward(&rewards, me, reward);
        }
    }

    fn draw_reward(&self, rewards: &Element, me: &Me, reward: &Reward) {
        let talk = &self.talk;
        let waits_for = |what: &str| reward.awaits.iter().any(|awaited| awaited == what);
        let has_date = reward.release_at.is_some() && !waits_for("shop_confirmation");
        let (tone, state, sentence) = match reward.status.as_str() {
            "pending" if waits_for("address_confirmation") => {
                ("warn", word::STATUS_HELD, word::REWARD_HELD)
            }
            "pending" if waits_for("review") => ("warn", word::STATUS_HELD, word::REWARD_REVIEW),
            "pending" if has_date => ("", word::STATUS_PENDING, word::REWARD_PENDING_DATE),
            "pending" => ("", word::STATUS_PENDING, word::REWARD_PENDING),
            "approved" => ("good", word::STATUS_READY, word::REWARD_READY),
            "issued" => ("good", word::STATUS_PAID, word::REWARD_PAID),
            "redeemed" => ("good", word::STATUS_USED, word::REWARD_USED),
            "expired" => ("", word::STATUS_EXPIRED, word::REWARD_EXPIRED),
            _ => ("bad", word::STATUS_DECLINED, word::REWARD_DECLINED),
        };
        let minimum = self.start.minimum_order.as_ref();
        let minimum = minimum
            .map(|minimum| talk.money(minimum))
            .unwrap_or_default();
        let reason = match reward.reason.as_deref() {
            Some("self_referral") => word::REASON_SELF_REFERRAL,
            Some("not_new_customer") => word::REASON_NOT_NEW_CUSTOMER,
            Some("refunded") => word::REASON_REFUNDED,
            Some("below_minimum") if !minimum.is_empty() => word::REASON_BELOW_MINIMUM,
            _ => word::REASON_OTHER,
        };
        let release = reward.release_at.as_deref();
        let release = release
            .map(|time| talk.date(time, &me.now))
            .unwrap_or_default();
        let created = talk.date(&reward.created_at, &me.now);
        let places = [
            ("id", reward.id.as_str()),
            ("status", &reward.status),
            ("tone", tone),
            ("state", state.0),
            ("sentence", sentence.0),
            ("amount", &talk.worth(&reward.worth)),
            ("date", &release),
            ("since", &talk.fill(word::SINCE, &[("date", &created)])),
            ("reason", &talk.fill(reason, &[("minimum", &minimum)])),
            ("shop", &self.start.name),
        ];
        self.add(rewards, view::REWARD, &places);
    }
}
