//! What each reward is worth: the offer by tier, less what was returned, within the
//! caps, within the budget. Worked out anew from a rank on whenever something at that
//! rank has changed, so that the order of reports does not matter; what was approved
//! already is changed by its own order alone.

use grapevine_domain::conversion::Ruling;
use grapevine_domain::limits::{Used, under_cap};
use grapevine_domain::program::Program;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{
    Clawback, Offer, RewardStatus, Rule, Side, SideRules, Step, worth_after_refunds,
};
use grapevine_domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

use super::budget;
use super::hand_over::{clawback, program_of};
use super::moves::{change_reward, void_reward};
use crate::books::Books;
use crate::error::LedgerError;
use crate::store::conversions::{self, Conversion};
use crate::store::merchant::Merchant;
use crate::store::referrals::{self, Referral};
use crate::store::rewards::{self, BUDGET_SPENT, CAP_REACHED, Reward};

/// The offer has no amount in the order's currency.
const OTHER_CURRENCY: &str = "other_currency";

/// Where orders stand among each other: by time, then by number.
type Rank = (Timestamp, String);

/// Advocates whose rewards may have changed, each from a rank on, and the spending
/// that a budget looks at.
#[derive(Default)]
pub struct Touched {
    advocates: BTreeMap<String, Rank>,
    pub spending: BTreeSet<budget::Place>,
}

impl Touched {
    pub fn advocate(&mut self, id: &str, ordered_at: Timestamp, order_id: &str) {
        let rank = (ordered_at, order_id.to_owned());
        let known = self
            .advocates
            .entry(id.to_owned())
            .or_insert_with(|| rank.clone());
        if rank < *known {
            *known = rank;
        }
    }

    /// A settled or given reward takes its place under a cap before any open one, also
    /// those of earlier orders: when it changes, all of the cap's period is looked at.
    pub fn room(&mut self, books: &Books<'_>, reward: &Reward) -> Result<(), LedgerError> {
        let first = reward.is_settled() || reward.ruling == Some(Ruling::Stand);
        if first && reward.side == Side::Advocate {
            for cap in &program_of(books, reward)?.caps {
                let start = cap.per.around(reward.ordered_at).start;
                self.advocate(&reward.advocate_id, start, "");
            }
        }
        Ok(())
    }
}

/// Works out every reward that may have changed.
pub fn run(
    books: &Books<'_>,
    merchant: &Merchant,
    mut touched: Touched,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let mut freed = Vec::new();
    // Twice where a settled reward has changed: earlier ones have another room then.
    for _ in 0..2 {
        for (advocate, from) in core::mem::take(&mut touched.advocates) {
            of_advocate(books, &advocate, &from, &mut touched, &mut freed, now)?;
        }
    }
    budget::run(books, merchant, &touched.spending, now, &mut freed)?;
    budget::let_go(books, merchant, freed, now)
}

fn of_advocate(
    books: &Books<'_>,
    advocate: &str,
    from: &Rank,
    touched: &mut Touched,
    freed: &mut Vec<Reward>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let before = referrals::standing_before(books.sql, advocate, from)?;
    let standing = referrals::standing_from(books.sql, advocate, from)?;
    let mut friends = before;
    for referral in &standing {
        // An order that nobody has confirmed moves nobody up.
        let number = friends.saturating_add(1);
        if referral.credible {
            friends = number;
        }
        let order = conversions::by_id(books.sql, &referral.conversion_id)?
            .ok_or(LedgerError::Corrupt("a referral without its order"))?;
        let program = books.program(order.program_version)?;
        let known = rewards::of_referral(books.sql, &referral.id)?;
        for (side, rules) in program.sides() {
            let known = known.iter().find(|reward| reward.side == side);
            let one = One {
                books,
                program: &program,
                rules,
                side,
                referral,
                order: &order,
                number,
                now,
            };
            if let Some(changed) = one.work_out(known)? {
                touched.spending.insert(budget::Place::of(&changed));
                if let Some(known) = known {
                    // It may have left another period or currency.
                    touched.spending.insert(budget::Place::of(known));
                    touched.room(books, known)?;
                }
                freed.push(changed);
            }
        }
    }
    Ok(())
}

/// One side of one referral.
struct One<'a> {
    books: &'a Books<'a>,
    program: &'a Program,
    rules: &'a SideRules,
    side: Side,
    referral: &'a Referral,
    order: &'a Conversion,
    /// Which friend of the advocate it is.
    number: u32,
    now: Timestamp,
}

impl One<'_> {
    /// Brings a reward in line, or makes it; what changed.
    fn work_out(&self, known: Option<&Reward>) -> Result<Option<Reward>, LedgerError> {
        match known {
            Some(known) if known.ruling == Some(Ruling::Void) => Ok(None),
            Some(known) if !known.is_open() => self.follow_order(known),
            _ => self.anew(known),
        }
    }

    /// A reward that was approved changes only with its own order.
    fn follow_order(&self, known: &Reward) -> Result<Option<Reward>, LedgerError> {
        let refunds = self.program.partial_refund;
        let (amount, kept) = (self.order.amount, self.order.kept());
        let mut after = known.clone();
        let fixed = known.status == RewardStatus::Expired || known.ruling == Some(Ruling::Stand);
        let worth = worth_after_refunds(&known.offer, amount, kept, refunds)
            .filter(|worth| !fixed && worth.currency == known.worth.currency);
        if let Some(mut worth) = worth {
            if let Some(limit) = known.limit_minor {
                worth.minor = worth.minor.min(limit);
            }
            let mut rule = Rule::Refund;
            if worth.minor > known.worth.minor
                && let Some((by, most)) = self.room_to_grow(known)?
                && worth.minor > most
            {
                worth.minor = most;
                (rule, after.limit_minor) = (by, Some(most));
            }
            if worth == known.worth {
                after.limit_minor = known.limit_minor;
            } else {
                after.worth = worth;
                after.wanted_minor = worth.minor;
                after.withheld_minor = known.withheld_minor.min(worth.minor);
                if known.status == RewardStatus::Issued && known.coupon.is_some() {
                    // A code that nobody has used is worth what it is worth from now on.
                    after.handed_minor += after.payable_minor() - known.payable_minor();
                } else if clawback(self.books, known)? == Clawback::Forgive {
                    after.forgiven_minor = (after.handed_minor - after.payable_minor()).max(0);
                }
                after.steps.push(Step {
                    rule,
                    minor: worth.minor,
                });
            }
        }
        if after == *known {
            return Ok(None);
        }
        change_reward(self.books, Some(known), &after, "system", self.now)?;
        Ok(Some(after))
    }

    /// The most that a settled reward may be worth again when a refund is undone: what
    /// others have taken of a cap or of the budget since is theirs.
    fn room_to_grow(&self, known: &Reward) -> Result<Option<(Rule, i64)>, LedgerError> {
        let (sql, currency) = (self.books.sql, known.worth.currency);
        let mut most: Option<(Rule, i64)> = None;
        let mut limit = |rule, limit: i64, used: i64| {
            let room = known.worth.minor + (limit - used).max(0);
            if most.is_none_or(|(_, most)| room < most) {
                most = Some((rule, room));
            }
        };
        if self.side == Side::Advocate {
            // Before any open one: those yield.
            let first = (Timestamp(i64::MIN), String::new());
            for cap in &self.program.caps {
                let span = cap.per.around(known.ordered_at);
                let amount = cap.amounts.as_ref().and_then(|all| all.get(currency));
                if let Some(amount) = amount {
                    let (_, used) = rewards::used(sql, &known.advocate_id, currency, span, &first)?;
                    limit(Rule::Cap, amount.minor, used);
                }
            }
        }
        let (_, live) = self.books.live()?;
        if let Some(budget) = &live.budget
            && let Some(amount) = budget.amounts.get(currency)
        {
            let span = budget.per.around(known.ordered_at);
            let used = rewards::settled(sql, currency, span)?;
            limit(Rule::Budget, amount.minor, used);
        }
        Ok(most)
    }

    fn anew(&self, known: Option<&Reward>) -> Result<Option<Reward>, LedgerError> {
        let (amount, kept) = (self.order.amount, self.order.kept());
        let refunds = self.program.partial_refund;
        let Some(earned) = self.rules.earned(amount, kept, self.number, refunds) else {
            return match known {
                Some(known) if known.status == RewardStatus::Pending => {
                    self.void(known, OTHER_CURRENCY)
                }
                Some(known) if known.reason.as_deref() != Some(OTHER_CURRENCY) => {
                    self.give_up(known, OTHER_CURRENCY)
                }
                _ => Ok(None),
            };
        };
        let mut next = match known {
            Some(known) => known.clone(),
            None => self.blank(earned.offer, earned.worth),
        };
        next.offer = earned.offer.clone();
        next.worth = earned.worth;
        next.steps = earned.steps;
        next.limit_minor = None;
        let given = known.is_some_and(|known| known.ruling == Some(Ruling::Stand));
        // What will be theirs by the merchant's word counts from now on.
        next.credible =
            self.referral.credible || given || self.referral.status == ReferralStatus::Approved;
        next.ordered_at = self.order.ordered_at;
        next.release_at = self.referral.release_at;
        let fits = given || !next.credible || self.side == Side::Friend || self.cut(&mut next)?;
        next.wanted_minor = next.worth.minor;
        let Some(known) = known else {
            change_reward(self.books, None, &next, "system", self.now)?;
            return if fits {
                Ok(Some(next))
            } else {
                self.void(&next, CAP_REACHED)
            };
        };
        match (known.status, fits) {
            (RewardStatus::Voided, true) if known.reason.as_deref() != Some(BUDGET_SPENT) => {
                let next = next.reopened();
                change_reward(self.books, Some(known), &next, "system", self.now)?;
                Ok(Some(next))
            }
            // What the budget refused stays so until the budget is looked at.
            (RewardStatus::Voided, _) => {
                if known.reason.as_deref() == Some(BUDGET_SPENT) {
                    change_reward(self.books, Some(known), &next, "system", self.now)?;
                    return if fits {
                        Ok(Some(next))
                    } else {
                        self.give_up(&next, CAP_REACHED)
                    };
                }
                if known.reason.as_deref() == Some(CAP_REACHED) {
                    return Ok(None);
                }
                self.give_up(known, CAP_REACHED)
            }
            (_, true) => {
                if *known == next {
                    return Ok(None);
                }
                change_reward(self.books, Some(known), &next, "system", self.now)?;
                Ok(Some(next))
            }
            (_, false) => self.void(known, CAP_REACHED),
        }
    }

    /// A reward that something else had refused is refused for another reason now.
    fn give_up(&self, known: &Reward, reason: &str) -> Result<Option<Reward>, LedgerError> {
        let mut after = known.clone();
        after.reason = Some(reason.to_owned());
        change_reward(self.books, Some(known), &after, "system", self.now)?;
        Ok(Some(after))
    }

    fn void(&self, reward: &Reward, reason: &str) -> Result<Option<Reward>, LedgerError> {
        void_reward(self.books, reward, reason, "system", self.now)?;
        Ok(Some(reward.clone()))
    }

    /// Cuts a reward to what the caps let pass; `false` when that is nothing.
    fn cut(&self, reward: &mut Reward) -> Result<bool, LedgerError> {
        let rank = (self.order.ordered_at, self.order.order_id.clone());
        for cap in &self.program.caps {
            let span = cap.per.around(self.order.ordered_at);
            let (count, minor) = rewards::used(
                self.books.sql,
                &self.referral.advocate_id,
                reward.worth.currency,
                span,
                &rank,
            )?;
            let used = Used {
                rewards: u32::try_from(count).unwrap_or(u32::MAX),
                minor,
            };
            match under_cap(cap, used, &reward.offer, reward.worth) {
                None => return Ok(false),
                Some(worth) if worth != reward.worth => {
                    reward.worth = worth;
                    reward.limit_minor = Some(worth.minor);
                    reward.steps.push(Step {
                        rule: Rule::Cap,
                        minor: worth.minor,
                    });
                }
                Some(_) => {}
            }
        }
        Ok(true)
    }

    fn blank(&self, offer: &Offer, worth: grapevine_domain::money::Money) -> Reward {
        Reward {
            id: self.books.new_id("rw_"),
            referral_id: Some(self.referral.id.clone()),
            prize: None,
            advocate_id: self.referral.advocate_id.clone(),
            side: self.side,
            offer: offer.clone(),
            worth,
            wanted_minor: worth.minor,
            limit_minor: None,
            steps: Vec::new(),
            status: RewardStatus::Pending,
            reason: None,
            ruling: None,
            credible: self.referral.credible,
            coupon: None,
            reference: None,
            handed_minor: 0,
            withheld_minor: 0,
            forgiven_minor: 0,
            order_id: self.order.order_id.clone(),
            ordered_at: self.order.ordered_at,
            created_at: self.now,
            release_at: self.referral.release_at,
            changed_at: self.now,
            expires_at: None,
        }
    }
}
