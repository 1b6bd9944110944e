//! Who brought an order, and what it is found to be: all of it anew, from the first
//! order to the last, as the rules say it in words.

use std::collections::BTreeMap;

use grapevine_domain::attribution::Model as Clicks;
use grapevine_domain::conversion::Ruling;
use grapevine_domain::program::{NewCustomer, SelfReferral, Trigger};
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{Offer, PartialRefund, Side};

use super::facts::{MINUTE, Model, Order, Referral};
use super::step::{ADVOCATES, CLICKS, Typed};

const DAY: i64 = 24 * 60 * MINUTE;
/// Clocks differ by that much.
const SLACK: i64 = 5 * MINUTE;

/// What an order was found to be: whose it is where it is somebody's, and what it is
/// called.
struct Finding {
    whose: Option<usize>,
    word: &'static str,
}

impl Model {
    fn here(&self, advocate: usize, at: i64) -> Option<usize> {
        let left = self.advocates[advocate].left_at;
        left.is_none_or(|left| at < left).then_some(advocate)
    }

    /// Who brought an order by itself: the merchant's word, else a coupon, else a click.
    fn own(&self, id: usize) -> Option<usize> {
        let order = &self.orders[&id];
        if let Some((_, Some(named))) = order.ruling {
            return Some(named);
        }
        match order.typed {
            Some(Typed::Personal(advocate)) if self.here(advocate, order.at).is_some() => {
                return Some(advocate);
            }
            Some(Typed::Claimed(click)) => {
                let (from, until) = self.claims[&click];
                let first = self
                    .by_rank()
                    .into_iter()
                    .find(|other| self.orders[other].typed == order.typed);
                let in_time = until + SLACK >= order.at && from <= order.at + SLACK;
                let owner = self.here(CLICKS[click].0, order.at);
                if first == Some(id) && in_time && owner.is_some() {
                    return owner;
                }
            }
            _ => {}
        }
        let rules = self.program(id);
        let window = i64::from(rules.window_days) * DAY;
        let good = |click: &usize| {
            let at = Self::clicked_at(*click);
            (order.at - window..=order.at + SLACK).contains(&at)
                && self.here(CLICKS[*click].0, order.at).is_some()
        };
        let mut clicks: Vec<usize> = order.clicks.iter().copied().filter(good).collect();
        if rules.late_click_minutes > 0 {
            let usual = order.at - i64::from(rules.late_click_minutes) * MINUTE;
            let checkout = order.checkout_at.unwrap_or(usual);
            let early = |click: &usize| Self::clicked_at(*click) < checkout;
            if clicks.iter().any(early) {
                clicks.retain(early);
            }
        }
        clicks.sort_by_key(|click| match rules.attribution {
            Clicks::LastClick => (-Self::clicked_at(*click), *click),
            Clicks::FirstClick => (Self::clicked_at(*click), *click),
        });
        clicks.first().map(|click| CLICKS[*click].0)
    }

    /// Orders of the same person up to this one, by rank.
    fn kin(&self, id: usize) -> Vec<usize> {
        let order = &self.orders[&id];
        let same = |other: &Order| {
            (order.person.is_some() && order.person == other.person)
                || !order.clicks.is_disjoint(&other.clicks)
        };
        let mut kin = Vec::new();
        for other in self.by_rank() {
            if other == id || same(&self.orders[&other]) {
                kin.push(other);
            }
            if other == id {
                break;
            }
        }
        kin
    }

    /// Judges every order, and moves every referral to where it belongs.
    pub fn judge(&mut self) {
        let own: BTreeMap<usize, Option<usize>> =
            self.orders.keys().map(|id| (*id, self.own(*id))).collect();
        // Who came as whose friend.
        let mut parents: BTreeMap<usize, usize> = BTreeMap::new();
        for id in self.by_rank() {
            let finding = self.find(id, &own, &parents);
            let friend = self.orders[&id].person.filter(|person| *person < ADVOCATES);
            if let (Some(friend), Some(by)) = (friend, own[&id])
                && friend != by
                && !closes_loop(&parents, friend, by)
            {
                parents.entry(friend).or_insert(by);
            }
            let order = self.orders.get_mut(&id).unwrap();
            order.verdict = finding.word;
            self.follow(id, &finding);
        }
        for (number, advocate) in self.advocates.iter_mut().enumerate() {
            advocate.brought_by = parents.get(&number).copied();
        }
    }

    fn find(
        &mut self,
        id: usize,
        own: &BTreeMap<usize, Option<usize>>,
        parents: &BTreeMap<usize, usize>,
    ) -> Finding {
        let nothing = |word| Finding { whose: None, word };
        let order = self.orders[&id].clone();
        let program = self.program(id).clone();
        let kin = self.kin(id);
        let first = kin.iter().copied().find(|other| own[other].is_some());
        let first = first.unwrap_or(id);
        let came = self.orders[&first].clone();
        // Whoever brought the friend with an earlier order.
        let earlier = own[&first].filter(|_| first != id && came.at <= order.at + SLACK);
        let manual = order.ruling.and_then(|(_, named)| named);
        let winner = if program.new_customer == NewCustomer::Anyone {
            own[&id].or(earlier)
        } else {
            manual.or(earlier).or(own[&id])
        };
        let since = kin.iter().skip_while(|other| **other != first);
        let position = since
            .filter(|other| self.orders[other].sign_up == order.sign_up)
            .count()
            .max(1);
        let brought = own[&first].is_some();
        self.orders.get_mut(&id).unwrap().position = if brought { position } else { 0 };
        if order.sign_up != (program.trigger == Trigger::SignUp) {
            return nothing("other_trigger");
        }
        let Some(winner) = winner else {
            return nothing("not_referred");
        };
        let void = |word| Finding {
            whose: Some(winner),
            word,
        };
        let kept = self.kept(id);
        if self.cancelled(id) || (order.minor > 0 && kept == 0) {
            return void("refunded");
        }
        let pays = |offer: &Offer| super::money::value(offer, order.minor, order.currency);
        let sides = [&program.advocate, &program.friend];
        if !sides
            .into_iter()
            .flatten()
            .any(|side| pays(&side.offer).is_some())
        {
            return void("other_currency");
        }
        match order.ruling {
            Some((Ruling::Void, _)) => return void("declined"),
            Some(_) => return void("referred"),
            None => {}
        }
        let before = kin.iter().take_while(|other| **other != first);
        let before = before
            .filter(|other| order.sign_up || !self.orders[other].sign_up)
            .last();
        let before = before.map(|other| self.orders[other].at);
        let new = match program.new_customer {
            NewCustomer::Anyone => true,
            NewCustomer::NeverOrdered => before.is_none() && !came.not_new,
            NewCustomer::NotWithinDays { days } => {
                before.is_none_or(|before| came.at - before >= i64::from(days) * DAY)
            }
        };
        if !new {
            return nothing("not_new_customer");
        }
        let never = program.new_customer == NewCustomer::NeverOrdered;
        match program.trigger {
            Trigger::FirstOrder if position > 1 && never => return nothing("not_new_customer"),
            Trigger::FirstOrder if position > 1 => return nothing("not_first_order"),
            Trigger::SignUp if position > 1 => return nothing("not_new_customer"),
            Trigger::NthOrder { n } if position != n as usize => return nothing("not_nth_order"),
            _ => {}
        }
        let themselves = order.person == Some(winner);
        if themselves && program.self_referral == SelfReferral::Void {
            return void("self_referral");
        }
        if !themselves
            && order
                .person
                .is_some_and(|friend| closes_loop(parents, friend, winner))
        {
            return void("referral_loop");
        }
        let held_until = order.at + i64::from(program.hold_days) * DAY;
        let approved = |known: &Referral| known.status == ReferralStatus::Approved;
        if self.advocates[winner]
            .left_at
            .is_some_and(|left| left < held_until)
            && !self.referrals.get(&(id, winner)).is_some_and(approved)
        {
            return void("advocate_left");
        }
        if program.partial_refund == PartialRefund::Void && kept != order.minor {
            return void("partly_refunded");
        }
        if let Some(minimum) = &program.minimum_order {
            match super::money::of(minimum, order.currency) {
                None => return void("other_currency"),
                Some(least) if kept < least => return void("below_minimum"),
                Some(_) => {}
            }
        }
        if themselves && program.self_referral == SelfReferral::Flag {
            return void("flagged");
        }
        void("referred")
    }

    /// Moves the referrals of an order to where they belong.
    fn follow(&mut self, id: usize, finding: &Finding) {
        let stands = matches!(finding.word, "referred" | "flagged");
        for advocate in 0..ADVOCATES {
            let known = self.referrals.get(&(id, advocate));
            if Some(advocate) != finding.whose
                && known.is_some_and(|known| known.status != ReferralStatus::Voided)
            {
                self.void_referral(
                    id,
                    advocate,
                    if stands { "outranked" } else { finding.word },
                );
            }
        }
        let Some(advocate) = finding.whose else {
            return;
        };
        let release_at = self.orders[&id].at + i64::from(self.program(id).hold_days) * DAY;
        let ruling = self.orders[&id].ruling.map(|(ruling, _)| ruling);
        let new = Referral {
            status: if stands {
                ReferralStatus::Pending
            } else {
                ReferralStatus::Voided
            },
            reason: if stands { "" } else { finding.word },
            release_at,
        };
        let known = self.referrals.entry((id, advocate)).or_insert(new);
        if known.status != ReferralStatus::Approved {
            known.release_at = release_at;
        }
        if !stands {
            self.void_referral(id, advocate, finding.word);
            return;
        }
        if known.status == ReferralStatus::Voided {
            for side in [Side::Advocate, Side::Friend] {
                self.give_back_with_referral((id, advocate, side));
            }
        }
        let known = self.referrals.get_mut(&(id, advocate)).unwrap();
        let by_word = ruling == Some(Ruling::Approve);
        known.status = match (known.status, finding.word) {
            (ReferralStatus::Approved, _) => return,
            (ReferralStatus::Flagged, "referred") if by_word => return,
            (_, "flagged") => ReferralStatus::Flagged,
            _ => ReferralStatus::Pending,
        };
        known.reason = match known.status {
            ReferralStatus::Flagged => "self_referral",
            _ => "",
        };
    }
}

/// Whether the friend had brought the winner, straight or in a chain.
fn closes_loop(parents: &BTreeMap<usize, usize>, friend: usize, winner: usize) -> bool {
    let mut at = winner;
    for _ in 0..ADVOCATES {
        match parents.get(&at) {
            Some(parent) if *parent == friend => return true,
            Some(parent) => at = *parent,
            None => return false,
        }
    }
    false
}
