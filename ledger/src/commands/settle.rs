//! Brings the referral and the rewards of an order in line with what is known of
//! it. Whatever reports came in whatever order, the same facts end in the same
//! books.

use grapevine_domain::attribution::{Candidate, Decision, decide};
use grapevine_domain::conversion::{No, Order, Verdict, judge};
use grapevine_domain::fraud::Facts;
use grapevine_domain::money::Money;
use grapevine_domain::program::Program;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{Offer, RewardStatus, Side};
use grapevine_domain::time::Timestamp;
use serde_json::json;
use std::collections::BTreeMap;

use super::candidates::{self, Candidates};
use super::moves::{reinstate, tell, void};
use crate::books::Books;
use crate::error::LedgerError;
use crate::events::{self, Event};
use crate::store::conversions::{self, Conversion};
use crate::store::merchant::Merchant;
use crate::store::referrals::{self, Referral};
use crate::store::rewards::{self, Reward};
use crate::store::{advocates, programs};

/// Judges an order again, and every order whose judgement rests on it: the same
/// person's (a first order that arrives late makes a later one the second) and
/// those with the same coupon. `before` is the order as it stood, since it may
/// have belonged to somebody else.
pub fn settle(
    books: &Books<'_>,
    merchant: &Merchant,
    before: Option<&Conversion>,
    order: &mut Conversion,
    now: Timestamp,
) -> Result<(), LedgerError> {
    conversions::put(books.sql, order)?;
    let mut others = BTreeMap::new();
    for state in before.into_iter().chain([&*order]) {
        let mut related = conversions::of_same_person(books.sql, state)?;
        if let Some(coupon) = &state.coupon {
            related.extend(candidates::assign_coupon(books, coupon)?);
        }
        others.extend(related.into_iter().map(|each| (each.id.clone(), each)));
    }
    others.remove(&order.id);
    for each in others.values_mut() {
        settle_one(books, merchant, each, false, now)?;
    }
    let was_confirmed = before.is_none_or(|before| before.confirmed_at.is_some());
    let newly_confirmed = order.confirmed_at.is_some() && !was_confirmed;
    settle_one(books, merchant, order, newly_confirmed, now)
}

fn settle_one(
    books: &Books<'_>,
    merchant: &Merchant,
    order: &mut Conversion,
    newly_confirmed: bool,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let program = programs::version(books.sql, order.program_version)?;
    let Candidates { standing, lost } = candidates::of(books, order)?;
    let (model, window) = (program.attribution, program.window_days);
    order.decision = decide(standing, model, window, order.ordered_at);
    order.decision.losers.extend(lost);
    let siblings = conversions::of_same_person(books.sql, order)?;
    let is_repeat = siblings.first().is_some_and(|first| first.id != order.id);
    let advocate_key = advocate_email_key(books, &order.decision)?;
    let identity = Facts {
        advocate_email: advocate_key.as_deref(),
        friend_email: order.friend_key.as_deref(),
    };
    let facts = facts_of(order, is_repeat);
    let verdict = judge(&program, &facts, &order.decision, &identity);
    order.verdict = match &verdict {
        Verdict::Stands(_) => "referred".to_owned(),
        Verdict::Void(_, no) | Verdict::Nothing(no) => no.code().to_owned(),
    };
    conversions::put(books.sql, order)?;

    let known = referrals::of_conversion(books.sql, &order.id)?;
    let (winner, no) = match verdict {
        Verdict::Stands(winner) => (Some(winner), None),
        Verdict::Void(winner, no) => (Some(winner), Some(no)),
        Verdict::Nothing(no) => (None, Some(no)),
    };
    let credible = credible(order, &program);
    // Whoever lost the order loses the referral, before anyone else gets it.
    for other in known.iter().filter(|known| {
        known.status != ReferralStatus::Voided
            && winner.and_then(|winner| winner.advocate.as_deref()) != Some(&known.advocate_id)
    }) {
        let reason = no.map_or("outranked", No::code);
        void(books, merchant, other, reason, credible, now)?;
    }
    let Some(winner) = winner else { return Ok(()) };
    let mine = known
        .iter()
        .find(|known| Some(&known.advocate_id) == winner.advocate.as_ref());
    let Some(mine) = mine else {
        return open(books, merchant, order, winner, &program, no, now);
    };
    match (no, mine.status) {
        (Some(no), ReferralStatus::Voided) => {
            if mine.reason.as_deref() != Some(no.code()) {
                referrals::set_reason(books.sql, &mine.id, no.code())?;
            }
            Ok(())
        }
        (Some(no), _) => void(books, merchant, mine, no.code(), credible, now),
        (None, status) => {
            if status == ReferralStatus::Voided {
                reinstate(books, mine, now)?;
                promise_missing(books, order, mine, &program, now)?;
            }
            let mine = &Referral {
                status: if status == ReferralStatus::Voided {
                    ReferralStatus::Pending
                } else {
                    status
                },
                ..mine.clone()
            };
            align(books, order, mine, winner, &program, now)?;
            if newly_confirmed && mine.status == ReferralStatus::Pending {
                tell_bought(books, merchant, mine, &program, now)?;
            }
            Ok(())
        }
    }
}

fn advocate_email_key(
    books: &Books<'_>,
    decision: &Decision,
) -> Result<Option<String>, LedgerError> {
    let id = decision
        .winner
        .as_ref()
        .and_then(|winner| winner.advocate.as_deref());
    let advocate = id
        .map(|id| advocates::by_id(books.sql, id))
        .transpose()?
        .flatten();
    Ok(advocate.map(|advocate| advocate.email_key))
}

fn open(
    books: &Books<'_>,
    merchant: &Merchant,
    order: &Conversion,
    winner: &Candidate,
    program: &Program,
    no: Option<No>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let Some(advocate_id) = &winner.advocate else {
        return Ok(());
    };
    let referral = Referral {
        id: books.new_id("ref_"),
        conversion_id: order.id.clone(),
        advocate_id: advocate_id.clone(),
        source: winner.source.as_str().to_owned(),
        channel: winner.channel.clone().unwrap_or_default(),
        status: if no.is_some() {
            ReferralStatus::Voided
        } else {
            ReferralStatus::Pending
        },
        reason: no.map(|no| no.code().to_owned()),
        created_at: now,
        release_at: order.ordered_at.plus_days(program.hold_days),
    };
    referrals::insert(books.sql, &referral)?;
    let data =
        json!({ "order": order.order_id, "source": referral.source, "reason": referral.reason });
    let event = Event {
        kind: "referral.created",
        subject: &referral.id,
        actor: "system",
        data,
    };
    events::append(books, now, event)?;
    if no.is_some() {
        return Ok(());
    }
    promise_missing(books, order, &referral, program, now)?;
    if credible(order, program) {
        tell_bought(books, merchant, &referral, program, now)?;
    }
    Ok(())
}

fn tell_bought(
    books: &Books<'_>,
    merchant: &Merchant,
    referral: &Referral,
    program: &Program,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let (id, offer) = (&referral.advocate_id, &program.advocate);
    tell(books, id, "friend_bought", merchant, offer, referral, now)
}

/// Whether people hear of an order: the shop stands for it, or the merchant takes
/// a browser's word.
const fn credible(order: &Conversion, program: &Program) -> bool {
    order.confirmed_at.is_some() || program.browser_orders_pay
}

/// What an offer is worth for what the buyer kept of the order.
fn worth_of(offer: &Offer, order: &Conversion) -> Result<Money, LedgerError> {
    let kept = facts_of(order, false).kept();
    offer
        .value_for(kept)
        .ok_or(LedgerError::Corrupt("an amount beyond counting"))
}

const fn facts_of(order: &Conversion, is_repeat: bool) -> Order {
    Order {
        amount: order.amount,
        refunded_minor: order.refunded_minor,
        is_repeat,
    }
}

/// Brings a referral that stands, and its rewards that were not handed over yet,
/// in line with what is known of the order now.
fn align(
    books: &Books<'_>,
    order: &Conversion,
    referral: &Referral,
    winner: &Candidate,
    program: &Program,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let held = referral.status == ReferralStatus::Pending;
    let release_at = if held {
        order.ordered_at.plus_days(program.hold_days)
    } else {
        referral.release_at
    };
    let source = winner.source.as_str();
    let channel = winner.channel.as_deref().unwrap_or_default();
    if (source, channel, release_at) != (&referral.source, &referral.channel, referral.release_at) {
        referrals::describe(books.sql, &referral.id, source, channel, release_at)?;
    }
    for reward in rewards::of_referral(books.sql, &referral.id)? {
        if !matches!(
            reward.status,
            RewardStatus::Pending | RewardStatus::Approved
        ) {
            continue;
        }
        let offer = match reward.side {
            Side::Advocate => &program.advocate,
            Side::Friend => &program.friend,
        };
        let worth = worth_of(offer, order)?;
        if worth == reward.worth && release_at == reward.release_at {
            continue;
        }
        rewards::set_terms(books.sql, &reward.id, worth, release_at, now)?;
        if worth != reward.worth {
            let event = Event {
                kind: "reward.changed",
                subject: &reward.id,
                actor: "system",
                data: json!({ "from": reward.worth, "worth": worth }),
            };
            events::append(books, now, event)?;
        }
    }
    Ok(())
}

/// Promises each side its reward, unless it was promised before: a referral that
/// was void from the start has none yet.
fn promise_missing(
    books: &Books<'_>,
    order: &Conversion,
    referral: &Referral,
    program: &Program,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let known = rewards::of_referral(books.sql, &referral.id)?;
    for (side, offer) in [
        (Side::Advocate, program.advocate),
        (Side::Friend, program.friend),
    ] {
        if known.iter().all(|reward| reward.side != side) {
            promise(books, order, referral, side, &offer, now)?;
        }
    }
    Ok(())
}

fn promise(
    books: &Books<'_>,
    order: &Conversion,
    referral: &Referral,
    side: Side,
    offer: &Offer,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let worth = worth_of(offer, order)?;
    let reward = Reward {
        id: books.new_id("rw_"),
        referral_id: referral.id.clone(),
        advocate_id: referral.advocate_id.clone(),
        side,
        kind: offer.kind().to_owned(),
        worth,
        basis_points: offer.basis_points(),
        status: RewardStatus::Pending,
        reason: None,
        created_at: now,
        release_at: referral.release_at,
        changed_at: now,
    };
    rewards::insert(books.sql, &reward)?;
    let data = json!({ "referral": referral.id, "side": side.as_str(), "worth": worth });
    events::append(
        books,
        now,
        Event {
            kind: "reward.pending",
            subject: &reward.id,
            actor: "system",
            data,
        },
    )
}
