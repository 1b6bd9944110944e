//! Brings the referral and the rewards of an order in line with what is known of
//! it. Whatever reports came in whatever order, the same facts end in the same
//! books.

use grapevine_domain::attribution::{Candidate, Decision, Source, decide};
use grapevine_domain::code::Code;
use grapevine_domain::conversion::{No, Order, Verdict, judge};
use grapevine_domain::fraud::Facts;
use grapevine_domain::program::Program;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{Offer, RewardStatus, Side};
use grapevine_domain::time::Timestamp;
use serde_json::json;

use crate::books::Books;
use crate::error::LedgerError;
use crate::events::{self, Event};
use crate::iso::Iso;
use crate::store::conversions::{self, Conversion};
use crate::store::coupons;
use crate::store::merchant::Merchant;
use crate::store::referrals::{self, Referral};
use crate::store::rewards::{self, Reward};
use crate::store::{advocates, outbox, programs};

/// Judges an order again, and after it the person's other orders: a first order
/// that arrives late makes a later one the second.
pub fn settle(
    books: &Books<'_>,
    merchant: &Merchant,
    order: &mut Conversion,
    now: Timestamp,
) -> Result<(), LedgerError> {
    conversions::put(books.sql, order)?;
    for mut each in conversions::of_same_person(books.sql, order)? {
        if each.id != order.id {
            settle_one(books, merchant, &mut each, now)?;
        }
    }
    settle_one(books, merchant, order, now)
}

fn settle_one(
    books: &Books<'_>,
    merchant: &Merchant,
    order: &mut Conversion,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let program = programs::version(books.sql, order.program_version)?;
    let found = candidates(books, order)?;
    order.decision = decide(
        found,
        program.attribution,
        program.window_days,
        order.ordered_at,
    );
    let siblings = conversions::of_same_person(books.sql, order)?;
    let is_repeat = siblings.first().is_some_and(|first| first.id != order.id);
    let facts = Order {
        amount: order.amount,
        refunded_minor: order.refunded_minor,
        is_repeat,
    };
    let advocate_key = advocate_email_key(books, &order.decision)?;
    let identity = Facts {
        advocate_email: advocate_key.as_deref(),
        friend_email: order.friend_key.as_deref(),
    };
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
    // Whoever lost the order loses the referral, before anyone else gets it.
    for other in known.iter().filter(|known| {
        known.status != ReferralStatus::Voided
            && winner.and_then(|winner| winner.advocate.as_deref()) != Some(&known.advocate_id)
    }) {
        let reason = no.map_or("outranked", No::code);
        void(books, merchant, other, reason, now)?;
    }
    let Some(winner) = winner else { return Ok(()) };
    let mine = known
        .iter()
        .find(|known| Some(&known.advocate_id) == winner.advocate.as_ref());
    match (mine, no) {
        (Some(mine), Some(no)) if mine.status != ReferralStatus::Voided => {
            void(books, merchant, mine, no.code(), now)
        }
        (Some(mine), None) if mine.status == ReferralStatus::Voided => reinstate(books, mine, now),
        (Some(_), _) => Ok(()),
        (None, no) => open(books, merchant, order, winner, &program, no, now),
    }
}

/// Everything that could have brought the order.
fn candidates(books: &Books<'_>, order: &Conversion) -> Result<Vec<Candidate>, LedgerError> {
    let mut found = Vec::new();
    if let Some(typed) = &order.coupon {
        found.extend(coupon_candidate(books, order, typed)?);
    }
    if let Some(click) = &order.click {
        found.push(Candidate {
            source: Source::Click,
            advocate: advocates::by_code(books.sql, &click.code)?.map(|advocate| advocate.id),
            at: click.at,
            click: Some(click.id.clone()),
            channel: Some(click.channel.clone()).filter(|channel| !channel.is_empty()),
        });
    }
    Ok(found)
}

/// The shop's own coupons are nobody's and no candidates; ours, and personal
/// codes, are.
fn coupon_candidate(
    books: &Books<'_>,
    order: &Conversion,
    typed: &str,
) -> Result<Option<Candidate>, LedgerError> {
    if let Some(coupon) = super::claim_coupon::find(books, typed)? {
        coupons::use_for(books.sql, &coupon.code, &order.order_id)?;
        // A coupon works once: a second order with it was not brought by it.
        let mine = coupon
            .order_id
            .is_none_or(|used_by| used_by == order.order_id);
        return Ok(mine.then_some(Candidate {
            source: Source::Coupon,
            advocate: Some(coupon.advocate_id),
            at: coupon.created_at,
            click: Some(coupon.click_id),
            channel: Some(coupon.channel).filter(|channel| !channel.is_empty()),
        }));
    }
    let Ok(code) = Code::parse(typed) else {
        return Ok(None);
    };
    let Some(advocate) = advocates::by_code(books.sql, code.as_str())? else {
        return Ok(None);
    };
    Ok(Some(Candidate {
        source: Source::Coupon,
        advocate: Some(advocate.id),
        at: order.ordered_at,
        click: None,
        channel: None,
    }))
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
    let release_at = now.plus_days(program.hold_days);
    let referral = Referral {
        id: books.new_id("ref_"),
        conversion_id: order.id.clone(),
        advocate_id: advocate_id.clone(),
        source: match winner.source {
            Source::Coupon => "coupon",
            Source::Click => "click",
        }
        .to_owned(),
        channel: winner.channel.clone().unwrap_or_default(),
        status: if no.is_some() {
            ReferralStatus::Voided
        } else {
            ReferralStatus::Pending
        },
        reason: no.map(|no| no.code().to_owned()),
        created_at: now,
        release_at,
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
    for (side, offer) in [
        (Side::Advocate, program.advocate),
        (Side::Friend, program.friend),
    ] {
        promise(books, order, &referral, side, &offer, now)?;
    }
    tell(
        books,
        advocate_id,
        "friend_bought",
        merchant,
        &program.advocate,
        &referral,
        now,
    )
}

fn promise(
    books: &Books<'_>,
    order: &Conversion,
    referral: &Referral,
    side: Side,
    offer: &Offer,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let worth = offer
        .value_for(order.amount)
        .ok_or(LedgerError::Corrupt("an amount beyond counting"))?;
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

/// Writes to the advocate, unless they asked for silence.
fn tell(
    books: &Books<'_>,
    advocate_id: &str,
    template: &str,
    merchant: &Merchant,
    offer: &Offer,
    referral: &Referral,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let Some(advocate) = advocates::by_id(books.sql, advocate_id)? else {
        return Ok(());
    };
    if advocate.unsubscribed_at.is_some() {
        return Ok(());
    }
    let data = json!({
        "reward": crate::reports::offered(offer),
        "release_at": Iso(referral.release_at),
        "reason": referral.reason,
        "merchant": merchant.name,
    });
    outbox::insert(books.sql, template, &advocate, &data, now)
}

/// Moves a referral along one of its arrows and records it.
pub fn move_referral(
    books: &Books<'_>,
    referral: &Referral,
    to: ReferralStatus,
    reason: Option<&str>,
    actor: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    if !referral.status.can_become(to) {
        return Err(LedgerError::Corrupt("a referral against its arrows"));
    }
    referrals::set_status(books.sql, &referral.id, to, reason)?;
    let kind = match to {
        ReferralStatus::Pending => "referral.reinstated",
        ReferralStatus::Flagged => "referral.flagged",
        ReferralStatus::Approved => "referral.approved",
        ReferralStatus::Voided => "referral.voided",
    };
    let data = json!({ "from": referral.status.as_str(), "reason": reason });
    events::append(
        books,
        now,
        Event {
            kind,
            subject: &referral.id,
            actor,
            data,
        },
    )
}

/// Moves a reward along one of its arrows and records it.
pub fn move_reward(
    books: &Books<'_>,
    reward: &Reward,
    to: RewardStatus,
    reason: Option<&str>,
    actor: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    if !reward.status.can_become(to) {
        return Err(LedgerError::Corrupt("a reward against its arrows"));
    }
    rewards::set_status(books.sql, &reward.id, to, reason, now)?;
    let kind = match to {
        RewardStatus::Pending => "reward.reinstated",
        RewardStatus::Approved => "reward.approved",
        RewardStatus::Issued => "reward.issued",
        RewardStatus::Redeemed => "reward.redeemed",
        RewardStatus::Expired => "reward.expired",
        RewardStatus::Voided => "reward.voided",
    };
    let data = json!({ "from": reward.status.as_str(), "reason": reason });
    events::append(
        books,
        now,
        Event {
            kind,
            subject: &reward.id,
            actor,
            data,
        },
    )
}

fn void(
    books: &Books<'_>,
    merchant: &Merchant,
    referral: &Referral,
    reason: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    move_referral(
        books,
        referral,
        ReferralStatus::Voided,
        Some(reason),
        "system",
        now,
    )?;
    for reward in rewards::of_referral(books.sql, &referral.id)? {
        if reward.status.can_become(RewardStatus::Voided) {
            move_reward(
                books,
                &reward,
                RewardStatus::Voided,
                Some(reason),
                "system",
                now,
            )?;
            if reward.side == Side::Advocate {
                let offer = Offer::StoreCredit {
                    money: reward.worth,
                };
                let told = Referral {
                    reason: Some(reason.to_owned()),
                    ..referral.clone()
                };
                tell(
                    books,
                    &referral.advocate_id,
                    "reward_declined",
                    merchant,
                    &offer,
                    &told,
                    now,
                )?;
            }
        }
    }
    Ok(())
}

/// What was voided by the facts stands again by the facts.
fn reinstate(books: &Books<'_>, referral: &Referral, now: Timestamp) -> Result<(), LedgerError> {
    move_referral(
        books,
        referral,
        ReferralStatus::Pending,
        None,
        "system",
        now,
    )?;
    for reward in rewards::of_referral(books.sql, &referral.id)? {
        if reward.status == RewardStatus::Voided {
            move_reward(books, &reward, RewardStatus::Pending, None, "system", now)?;
        }
    }
    Ok(())
}
