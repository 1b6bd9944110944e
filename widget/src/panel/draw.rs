//! The screens: the offer, joining, waiting, trouble. Their parts are in
//! `views/panel.view`; here is which part stands where, and with what.

use web_sys::Element;

use super::Panel;
use crate::ask;
use crate::dom::find;
use crate::talk::{Places, Word, word};
use crate::view::{self, draw};

/// Bytes of both rewards that fit the largest type.
const LONG: usize = 48;

impl Panel {
    /// Puts a part at the end of `parent`.
    pub(super) fn add(&self, parent: &Element, part: &str, places: Places<'_>) -> Element {
        draw(&self.talk, parent, part, places)
    }

    /// Puts a part at the end of what is shown.
    pub(super) fn show(&self, part: &str, places: Places<'_>) -> Element {
        self.add(&self.body, part, places)
    }

    /// The money in the largest type, and who gets what; or that there is a pause.
    pub(super) fn draw_offer(&self) {
        let talk = &self.talk;
        if self.start.paused {
            let part = match self.start.pause.as_deref() {
                Some("budget") => view::SPENT,
                Some("ended") => view::ENDED,
                _ => view::PAUSED,
            };
            self.show(part, &[]);
            return;
        }
        let placement = self.placement();
        if ask::is_unasked(&placement) {
            let context = if placement == ask::EXIT_INTENT {
                word::CONTEXT_EXIT
            } else {
                word::CONTEXT_BOUGHT
            };
            let places = [("context", context.0), ("shop", &self.start.name)];
            self.show(view::CONTEXT, &places);
        }
        let (friend, you) = (&self.start.friend_reward, &self.start.advocate_reward);
        let friend_amount = friend
            .as_ref()
            .map(|offer| talk.amount(offer))
            .unwrap_or_default();
        let you_amount = you
            .as_ref()
            .map(|offer| talk.amount(offer))
            .unwrap_or_default();
        let title = match (friend, you) {
            (Some(_), Some(_)) => word::OFFER_BOTH,
            (None, Some(_)) => word::OFFER_YOU,
            _ => word::OFFER_FRIEND,
        };
        // What has a long name is told in smaller type.
        let long = friend_amount.len() + you_amount.len() > LONG;
        let facts = self.show(
            view::OFFER,
            &[
                ("class", if long { "title" } else { "offer" }),
                ("title", title.0),
                ("friend", &friend_amount),
                ("you", &you_amount),
            ],
        );
        if let Some(offer) = friend {
            let minimum = self
                .start
                .minimum_order
                .as_ref()
                .map(|minimum| talk.money(minimum));
            let detail = if minimum.is_some() {
                word::FACT_FRIEND_MINIMUM
            } else {
                word::FACT_FRIEND_FIRST
            };
            let minimum = minimum.unwrap_or_default();
            self.draw_fact(
                &facts,
                word::FACT_FRIEND,
                &talk.offer(offer),
                detail,
                &minimum,
            );
        }
        if let Some(offer) = you {
            self.draw_fact(
                &facts,
                word::FACT_YOU,
                &talk.offer(offer),
                word::FACT_YOU_EACH,
                "",
            );
        }
    }

    fn draw_fact(&self, facts: &Element, label: Word, offer: &str, detail: Word, minimum: &str) {
        let places = [
            ("label", label.0),
            ("offer", offer),
            ("detail", detail.0),
            ("minimum", minimum),
        ];
        self.add(facts, view::FACT, &places);
    }

    pub(super) fn draw_join(&self, why: Option<Word>) {
        self.draw_offer();
        if let Some(why) = why {
            self.show(view::WHY, &[("why", why.0)]);
        }
        let email = self.email.get().unwrap_or_default();
        let button = if self.start.paused {
            word::JOIN_PAUSED
        } else {
            word::JOIN_BUTTON
        };
        self.show(view::JOIN, &[("email", &email), ("button", button.0)]);
        self.draw_foot();
    }

    /// What needs no more than a name or an address.
    pub(super) fn draw_part(&self, part: &str) {
        let email = self.email.get().unwrap_or_default();
        self.show(
            part,
            &[
                ("email", &email),
                ("shop", &self.start.name),
                ("url", &self.start.page_url),
            ],
        );
        if let Some(scores) = find(&self.body, ".scores") {
            self.draw_scores(&scores);
        }
    }

    pub(super) fn draw_known(&self) {
        self.draw_offer();
        let Some(me) = self.me.get() else { return };
        let email = [("email", me.email_hint.as_str())];
        if !me.verified {
            self.show(view::CONFIRM, &email);
        }
        if !self.start.paused {
            self.draw_passing(&me);
        }
        self.draw_friends(&me);
        let foot = self.draw_foot();
        self.add(&foot, view::SETTINGS, &[]);
        self.add(&foot, view::NOT_YOU, &email);
    }

    /// How it works, unless there is a pause, and the terms.
    fn draw_foot(&self) -> Element {
        let talk = &self.talk;
        let foot = self.show(view::FOOT, &[]);
        if !self.start.paused {
            self.add(&foot, view::HOW, &[]);
        }
        if let Some(steps) = find(&foot, "ol") {
            if let Some(offer) = &self.start.friend_reward {
                self.add(&steps, view::STEP_FRIEND, &[("friend", &talk.offer(offer))]);
            }
            if let Some(offer) = &self.start.advocate_reward {
                let days = self.start.hold_days;
                let (you, number) = (talk.offer(offer), talk.number(days));
                let step = talk.count(word::HOW_YOU, days, &[("you", &you), ("days", &number)]);
                self.add(&steps, view::STEP_YOU, &[("step", &step)]);
            }
        }
        if let Some(url) = &self.start.terms_url {
            self.add(&foot, view::TERMS, &[("url", url)]);
        }
        foot
    }
}
