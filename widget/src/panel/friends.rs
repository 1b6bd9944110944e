//! What came of it: the numbers and the rewards, each with what happens next.

use web_sys::Element;

use super::Panel;
use crate::dom::{add, el, text};
use crate::talk::word;
use crate::wire::{Me, Reward};

impl Panel {
    pub(super) fn draw_friends(&self, me: &Me) -> Element {
        let talk = &self.talk;
        let section = el(
            "section",
            &[("class", "friends"), ("aria-labelledby", "friends")],
            &[],
        );
        add(
            &section,
            &[&text(
                "h3",
                &[("id", "friends")],
                &talk.say(word::FRIENDS_TITLE),
            )],
        );

        let numbers = el("ul", &[("class", "numbers")], &[]);
        for (number, plural) in [
            (me.shares, word::SHARES),
            (me.clicks, word::CLICKS),
            (me.friends, word::FRIENDS),
        ] {
            let figure = text("strong", &[], &talk.number(number));
            let unit = text("span", &[], &talk.count(plural, number, &[]));
            add(&numbers, &[&el("li", &[], &[&figure, &unit])]);
        }
        add(&section, &[&numbers]);

        if me.rewards.is_empty() {
            add(
                &section,
                &[&text(
                    "p",
                    &[("class", "small")],
                    &talk.say(word::FRIENDS_NONE),
                )],
            );
            return section;
        }
        let sums = el("p", &[("class", "sums")], &[]);
        for (sum, word) in [(&me.pending, word::PENDING), (&me.earned, word::EARNED)] {
            if sum.minor > 0.0 {
                add(
                    &sums,
                    &[&text(
                        "span",
                        &[],
                        &talk.fill(word, &[("amount", &talk.money(sum))]),
                    )],
                );
            }
        }
        let rewards = el("ul", &[("class", "rewards")], &[]);
        for reward in &me.rewards {
            add(&rewards, &[&self.draw_reward(me, reward)]);
        }
        add(&section, &[&sums, &rewards]);
        section
    }

    fn draw_reward(&self, me: &Me, reward: &Reward) -> Element {
        let talk = &self.talk;
        let amount = talk.worth(&reward.worth);
        let waits_for = |what: &str| reward.awaits.iter().any(|awaited| awaited == what);
        let (tone, status, sentence) = match reward.status.as_str() {
            "pending" if waits_for("address_confirmation") => {
                ("warn", word::STATUS_HELD, word::REWARD_HELD)
            }
            "pending" if waits_for("review") => ("warn", word::STATUS_HELD, word::REWARD_REVIEW),
            "pending" if reward.release_at.is_some() && !waits_for("shop_confirmation") => {
                ("", word::STATUS_PENDING, word::REWARD_PENDING_DATE)
            }
            "pending" => ("", word::STATUS_PENDING, word::REWARD_PENDING),
            "approved" => ("good", word::STATUS_READY, word::REWARD_READY),
            "issued" => ("good", word::STATUS_PAID, word::REWARD_PAID),
            "redeemed" => ("good", word::STATUS_USED, word::REWARD_USED),
            "expired" => ("", word::STATUS_EXPIRED, word::REWARD_EXPIRED),
            _ => ("bad", word::STATUS_DECLINED, word::REWARD_DECLINED),
        };
        let minimum = self
            .start
            .minimum_order
            .as_ref()
            .map(|minimum| talk.money(minimum));
        let reason = match reward.reason.as_deref() {
            Some("self_referral") => talk.say(word::REASON_SELF_REFERRAL),
            Some("not_new_customer") => talk.say(word::REASON_NOT_NEW_CUSTOMER),
            Some("refunded") => talk.say(word::REASON_REFUNDED),
            Some("below_minimum") if minimum.is_some() => talk.fill(
                word::REASON_BELOW_MINIMUM,
                &[("minimum", &minimum.unwrap_or_default())],
            ),
            _ => talk.say(word::REASON_OTHER),
        };
        let date = reward
            .release_at
            .as_deref()
            .map(|time| talk.date(time, &me.now))
            .unwrap_or_default();
        let since = talk.fill(
            word::SINCE,
            &[("date", &talk.date(&reward.created_at, &me.now))],
        );
        let places = [
            ("amount", amount.as_str()),
            ("date", date.as_str()),
            ("reason", reason.as_str()),
            ("shop", self.start.name.as_str()),
        ];
        let head = el(
            "div",
            &[("class", "head")],
            &[
                &text("strong", &[], &amount),
                &text("span", &[("class", "small")], &since),
                &text(
                    "span",
                    &[("class", "tag"), ("data-tone", tone)],
                    &talk.say(status),
                ),
            ],
        );
        let row = [
            ("data-gv-reward", reward.id.as_str()),
            ("data-gv-status", reward.status.as_str()),
        ];
        el(
            "li",
            &row,
            &[&head, &text("p", &[], &talk.fill(sentence, &places))],
        )
    }
}
