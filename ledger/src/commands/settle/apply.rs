//! What a verdict makes of an order's referrals: one that stands, and what was voided
//! on the way.

use grapevine_domain::attribution::Candidate;
use grapevine_domain::conversion::{Ruling, Verdict};
use grapevine_domain::program::Program;
use grapevine_domain::referral::ReferralStatus;

use super::super::budget::Place;
use super::super::moves::{
    change_referral, is_credible, move_referral, reinstate, void, void_rewards,
};
use super::{News, Work};
use crate::error::LedgerError;
use crate::store::conversions::Conversion;
use crate::store::referrals::{self, Referral};
use crate::store::rewards;
use crate::store::shares;

#[derive(Clone, Copy)]
enum Target {
    Stands,
    Flagged(&'static str),
    Void(&'static str),
}

fn approves(order: &Conversion) -> bool {
    let word = order.ruling.as_ref().map(|ruled| ruled.ruling);
    word == Some(Ruling::Approve)
}

impl Work<'_> {
    /// Brings the referrals of an order in line with its verdict.
    pub(super) fn apply(
        &mut self,
        order: &Conversion,
        program: &Program,
        verdict: &Verdict<'_>,
    ) -> Result<(), LedgerError> {
        let (winner, target) = match verdict {
            Verdict::Stands(winner) => (Some(*winner), Target::Stands),
            Verdict::Flagged(winner, signal) => (Some(*winner), Target::Flagged(signal)),
            Verdict::Void(winner, no) => (Some(*winner), Target::Void(no.code())),
            Verdict::Nothing(no) => (None, Target::Void(no.code())),
        };
        let credible = is_credible(self.books, order)?;
        let known = referrals::of_conversion(self.books.sql, &order.id)?;
        let advocate = winner.and_then(|winner| winner.advocate.as_deref());
        // Whoever lost the order loses the referral, before anyone else gets it.
        for other in known.iter().filter(|known| {
            known.status != ReferralStatus::Voided && Some(known.advocate_id.as_str()) != advocate
        }) {
            let reason = match target {
                Target::Void(reason) => reason,
                _ => "outranked",
            };
            self.void(other, reason, credible)?;
        }
        let (Some(winner), Some(advocate)) = (winner, advocate) else {
            return Ok(());
        };
        let described = self.describe(order, program, winner, advocate, credible)?;
        let mine = known.iter().find(|known| known.advocate_id == advocate);
        let Some(mine) = mine else {
            return self.open(described, order, target);
        };
        let newly_credible = credible && !mine.credible;
        let mine = self.redescribe(mine, &described)?;
        let stands = match (target, mine.status) {
            (Target::Void(reason), ReferralStatus::Voided) => {
                if mine.reason.as_deref() != Some(reason) {
                    let after = Referral {
                        reason: Some(reason.to_owned()),
                        ..mine.clone()
                    };
                    change_referral(self.books, Some(&mine), &after, self.actor, self.now)?;
                    void_rewards(self.books, &mine, reason, self.actor, self.now)?;
                }
                return Ok(());
            }
            (Target::Void(reason), _) => return self.void(&mine, reason, credible),
            (_, ReferralStatus::Voided) => {
                let back = reinstate(self.books, &mine, self.actor, self.now)?;
                for reward in rewards::of_referral(self.books.sql, &back.id)? {
                    self.touched.spending.insert(Place::of(&reward));
                }
                back
            }
            // Suspicion is lifted by the facts: out, and in again.
            (Target::Stands, ReferralStatus::Flagged) if !approves(order) => {
                let out = move_referral(
                    self.books,
                    &mine,
                    ReferralStatus::Voided,
                    Some("facts_changed"),
                    self.actor,
                    self.now,
                )?;
                move_referral(
                    self.books,
                    &out,
                    ReferralStatus::Pending,
                    None,
                    self.actor,
                    self.now,
                )?
            }
            _ => mine,
        };
        let stands = self.flag_or_free(stands, target)?;
        self.touch(order, &stands);
        self.note_word(order, &stands);
        if newly_credible && stands.status != ReferralStatus::Approved {
            self.news.push(News::Bought(stands.id));
        }
        Ok(())
    }

    fn flag_or_free(&self, referral: Referral, target: Target) -> Result<Referral, LedgerError> {
        match (target, referral.status) {
            (Target::Flagged(signal), ReferralStatus::Pending) => move_referral(
                self.books,
                &referral,
                ReferralStatus::Flagged,
                Some(signal),
                "system",
                self.now,
            ),
            _ => Ok(referral),
        }
    }

    /// The merchant can say that a referral is approved before its time.
    fn note_word(&mut self, order: &Conversion, referral: &Referral) {
        let waits = matches!(
            referral.status,
            ReferralStatus::Pending | ReferralStatus::Flagged
        );
        if approves(order) && waits {
            self.by_word.push(referral.id.clone());
        }
    }

    fn open(
        &mut self,
        described: Referral,
        order: &Conversion,
        target: Target,
    ) -> Result<(), LedgerError> {
        let mut referral = described;
        if let Target::Void(reason) = target {
            referral.status = ReferralStatus::Voided;
            referral.reason = Some(reason.to_owned());
        }
        change_referral(self.books, None, &referral, "system", self.now)?;
        if referral.status == ReferralStatus::Voided {
            return Ok(());
        }
        let referral = self.flag_or_free(referral, target)?;
        self.touch(order, &referral);
        self.note_word(order, &referral);
        if referral.credible {
            self.news.push(News::Bought(referral.id));
        }
        Ok(())
    }

    fn void(
        &mut self,
        referral: &Referral,
        reason: &str,
        credible: bool,
    ) -> Result<(), LedgerError> {
        self.touched.advocate(
            &referral.advocate_id,
            referral.ordered_at,
            &referral.order_id,
        );
        for reward in rewards::of_referral(self.books.sql, &referral.id)? {
            self.touched.spending.insert(Place::of(&reward));
            self.touched.room(self.books, &reward)?;
        }
        let lost = void(self.books, referral, reason, self.actor, self.now)?;
        if let Some(reward) = lost.filter(|_| credible) {
            self.news.push(News::Lost(Box::new(reward)));
        }
        Ok(())
    }

    fn touch(&mut self, order: &Conversion, referral: &Referral) {
        self.touched
            .advocate(&referral.advocate_id, order.ordered_at, &order.order_id);
    }

    /// A new referral as the facts describe it.
    fn describe(
        &self,
        order: &Conversion,
        program: &Program,
        winner: &Candidate,
        advocate: &str,
        credible: bool,
    ) -> Result<Referral, LedgerError> {
        let channel = winner.channel.clone().unwrap_or_default();
        let click = order
            .clicks
            .iter()
            .find(|click| winner.click.as_deref() == Some(&click.id));
        // A coupon's own time is when it was given out.
        let clicked_at = winner.click.as_ref();
        let clicked_at = clicked_at.map(|_| click.map_or(winner.at, |click| click.at));
        let share = match clicked_at {
            Some(at) => shares::before(self.books.sql, advocate, &channel, at)?,
            None => None,
        };
        let (shared_at, placement) = match share {
            Some((at, placement)) => (Some(at), placement),
            None => (None, String::new()),
        };
        Ok(Referral {
            id: self.books.new_id("ref_"),
            conversion_id: order.id.clone(),
            advocate_id: advocate.to_owned(),
            source: winner.source.as_str().to_owned(),
            channel,
            status: ReferralStatus::Pending,
            reason: None,
            created_at: self.now,
            release_at: order.ordered_at.plus_days(program.hold_days),
            credible,
            order_id: order.order_id.clone(),
            ordered_at: order.ordered_at,
            clicked_at,
            shared_at,
            placement,
            variant: click.map_or(0, |click| click.variant),
        })
    }

    /// Brings what describes a known referral in line with its order.
    fn redescribe(&mut self, known: &Referral, facts: &Referral) -> Result<Referral, LedgerError> {
        let held = matches!(
            known.status,
            ReferralStatus::Pending | ReferralStatus::Flagged | ReferralStatus::Voided
        );
        let after = Referral {
            id: known.id.clone(),
            status: known.status,
            reason: known.reason.clone(),
            created_at: known.created_at,
            release_at: if held {
                facts.release_at
            } else {
                known.release_at
            },
            ..facts.clone()
        };
        if after.ordered_at != known.ordered_at {
            // Where it stood before, others move up.
            self.touched
                .advocate(&known.advocate_id, known.ordered_at, &known.order_id);
        }
        change_referral(self.books, Some(known), &after, self.actor, self.now)?;
        Ok(after)
    }
}
