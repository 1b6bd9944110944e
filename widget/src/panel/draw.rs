//! How the screens look: the offer, joining, waiting, trouble.

use alloc::vec;
use alloc::vec::Vec;

use web_sys::Element;

use super::Panel;
use crate::dom::{add, el, icon, set, text};
use crate::talk::{Word, word};

impl Panel {
    /// Boxes where the text will be, so that nothing jumps.
    pub(super) fn draw_loading(&self) -> Vec<Element> {
        let title = text(
            "h2",
            &[("class", "unseen"), ("id", "title"), ("tabindex", "-1")],
            &self.talk.say(word::LOADING),
        );
        let mut parts = vec![title];
        for class in ["bone tall", "bone high", "bone", "bone high"] {
            parts.push(el("div", &[("class", class)], &[]));
        }
        parts
    }

    /// The money in the largest type, and who gets what.
    fn draw_offer(&self) -> Vec<Element> {
        let talk = &self.talk;
        let (friend, you) = (&self.start.friend_reward, &self.start.advocate_reward);
        let friend_amount = friend
            .as_ref()
            .map(|offer| talk.amount(offer))
            .unwrap_or_default();
        let you_amount = you
            .as_ref()
            .map(|offer| talk.amount(offer))
            .unwrap_or_default();
        let places = [
            ("friend", friend_amount.as_str()),
            ("you", you_amount.as_str()),
        ];
        let title = match (friend, you) {
            (Some(_), Some(_)) => word::OFFER_BOTH,
            (None, Some(_)) => word::OFFER_YOU,
            _ => word::OFFER_FRIEND,
        };
        let facts = el("dl", &[("class", "facts")], &[]);
        if let Some(offer) = friend {
            let detail = match &self.start.minimum_order {
                Some(minimum) => talk.fill(
                    word::FACT_FRIEND_MINIMUM,
                    &[("minimum", &talk.money(minimum))],
                ),
                None => talk.say(word::FACT_FRIEND_FIRST),
            };
            add(
                &facts,
                &[&fact(
                    &talk.say(word::FACT_FRIEND),
                    &talk.offer(offer),
                    &detail,
                )],
            );
        }
        if let Some(offer) = you {
            let each = talk.say(word::FACT_YOU_EACH);
            add(
                &facts,
                &[&fact(&talk.say(word::FACT_YOU), &talk.offer(offer), &each)],
            );
        }
        vec![self.draw_title(&talk.fill(title, &places), "offer"), facts]
    }

    pub(super) fn draw_title(&self, words: &str, class: &str) -> Element {
        text(
            "h2",
            &[("class", class), ("id", "title"), ("tabindex", "-1")],
            words,
        )
    }

    pub(super) fn draw_join(&self, why: Option<Word>) -> Vec<Element> {
        let talk = &self.talk;
        let mut parts = self.draw_offer();
        if let Some(why) = why {
            parts.push(note("wait", &[&text("p", &[], &talk.say(why))]));
        }
        let label = text("label", &[("for", "email")], &talk.say(word::JOIN_LABEL));
        let input = el(
            "input",
            &[
                ("id", "email"),
                ("data-gv-field", "email"),
                ("type", "email"),
                ("name", "email"),
                ("autocomplete", "email"),
                ("required", ""),
                ("maxlength", "254"),
                ("aria-describedby", "email-error email-note"),
                ("value", &self.email.get().unwrap_or_default()),
            ],
            &[],
        );
        let error = el(
            "p",
            &[("id", "email-error"), ("class", "error"), ("role", "alert")],
            &[],
        );
        let button = text(
            "button",
            &[("class", "on wide"), ("data-gv-action", "join")],
            &talk.say(word::JOIN_BUTTON),
        );
        let promise = text(
            "p",
            &[("id", "email-note"), ("class", "small")],
            &talk.say(word::JOIN_NOTE),
        );
        parts.push(el(
            "form",
            &[("novalidate", "")],
            &[&label, &input, &error, &button, &promise],
        ));
        parts.push(self.draw_foot());
        parts
    }

    pub(super) fn draw_check_mail(&self) -> Vec<Element> {
        let talk = &self.talk;
        let email = self.email.get().unwrap_or_default();
        let places = [
            ("email", email.as_str()),
            ("shop", self.start.name.as_str()),
        ];
        let other = text(
            "button",
            &[("class", "plain"), ("data-gv-action", "other")],
            &talk.say(word::MAIL_OTHER),
        );
        vec![
            el("div", &[("class", "badge")], &[&icon("email")]),
            self.draw_title(&talk.say(word::MAIL_TITLE), "title"),
            text("p", &[], &talk.fill(word::MAIL_TEXT, &places)),
            el("p", &[], &[&other]),
        ]
    }

    pub(super) fn draw_trouble(&self, title: Word, words: Word) -> Vec<Element> {
        let talk = &self.talk;
        let retry = text(
            "button",
            &[("class", "on"), ("data-gv-action", "retry")],
            &talk.say(word::RETRY),
        );
        vec![
            el("div", &[("class", "badge")], &[&icon("notice")]),
            self.draw_title(&talk.say(title), "title"),
            text("p", &[], &talk.say(words)),
            el("p", &[], &[&retry]),
        ]
    }

    pub(super) fn draw_known(&self) -> Vec<Element> {
        let mut parts = self.draw_offer();
        let me = self.me.get();
        if let Some(me) = &me {
            if !me.verified {
                let talk = &self.talk;
                parts.push(note(
                    "email",
                    &[
                        &text("strong", &[], &talk.say(word::CONFIRM_TITLE)),
                        &text(
                            "p",
                            &[],
                            &talk.fill(word::CONFIRM_TEXT, &[("email", &me.email_hint)]),
                        ),
                    ],
                ));
            }
            parts.extend(self.draw_passing(me, self.message.get()));
            parts.push(self.draw_friends(me));
        }
        parts.push(self.draw_foot());
        if let (Some(foot), Some(me)) = (parts.last(), &me) {
            let not_you = self.talk.fill(word::NOT_YOU, &[("email", &me.email_hint)]);
            add(
                foot,
                &[&text(
                    "button",
                    &[("class", "plain small"), ("data-gv-action", "other")],
                    &not_you,
                )],
            );
        }
        parts
    }

    /// How it works, and the terms.
    fn draw_foot(&self) -> Element {
        let talk = &self.talk;
        let steps = el("ol", &[], &[&text("li", &[], &talk.say(word::HOW_SHARE))]);
        if let Some(offer) = &self.start.friend_reward {
            add(
                &steps,
                &[&text(
                    "li",
                    &[],
                    &talk.fill(word::HOW_FRIEND, &[("friend", &talk.offer(offer))]),
                )],
            );
        }
        if let Some(offer) = &self.start.advocate_reward {
            let days = self.start.hold_days;
            let places = [("you", talk.offer(offer)), ("days", talk.number(days))];
            let places = [
                ("you", places[0].1.as_str()),
                ("days", places[1].1.as_str()),
            ];
            add(
                &steps,
                &[&text("li", &[], &talk.count(word::HOW_YOU, days, &places))],
            );
        }
        let how = el(
            "details",
            &[],
            &[&text("summary", &[], &talk.say(word::HOW_TITLE)), &steps],
        );
        let foot = el("div", &[("class", "foot")], &[&how]);
        if let Some(url) = &self.start.terms_url {
            let terms = text(
                "a",
                &[("target", "_blank"), ("rel", "noopener")],
                &talk.say(word::TERMS),
            );
            set(&terms, &[("href", url)]);
            add(&foot, &[&terms]);
        }
        foot
    }
}

fn fact(label: &str, offer: &str, detail: &str) -> Element {
    let offer = text("dd", &[("class", "strong")], offer);
    el(
        "div",
        &[],
        &[&text("dt", &[], label), &offer, &text("dd", &[], detail)],
    )
}

/// A box with an icon and something to know.
fn note(name: &str, children: &[&Element]) -> Element {
    el(
        "div",
        &[("class", "note")],
        &[&icon(name), &el("div", &[], children)],
    )
}
