//! What time brings: hold periods that end, rewards that expire, prizes. Also the test
//! clock.

use grapevine_domain::period::Span;
use grapevine_domain::program::Prize;
use grapevine_domain::reward::{HandOver, RewardStatus, Rule, Side, Step};
use grapevine_domain::time::{DAY_MS, Timestamp};
use serde_json::{Value as Json, json};

use super::allocate::{self, Touched};
use super::budget::{self, Place};
use super::hand_over;
use super::moves::{change_reward, move_reward};
use crate::books::Books;
use crate::error::{LedgerError, RefusalKind};
use crate::events::{self, Event};
use crate::iso::Iso;
use crate::store::merchant::{self, Merchant};
use crate::store::rewards::Reward;
use crate::store::{prizes, programs, referrals, rewards};

/// How much is done in one transaction: the next one follows at once.
const AT_ONCE: u32 = 250;
/// The furthest that a clock is moved, all steps together: ten years.
const FURTHEST_S: i64 = 10 * 366 * DAY_MS / 1000;

/// Does what is due, a part at a time. Answers `{approved}`, the number of referrals.
///
/// Atomicity: one transaction. Idempotency: what is done is no longer due.
pub fn run(books: &Books<'_>) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let now = books.now(&merchant);
    let (approved, _) = some(books, &merchant, now)?;
    Ok(json!({ "approved": approved }))
}

/// Does a part of what is due: referrals that were approved, and whether that was all.
fn some(
    books: &Books<'_>,
    merchant: &Merchant,
    now: Timestamp,
) -> Result<(usize, bool), LedgerError> {
    let due = referrals::due(books.sql, now, AT_ONCE)?;
    for referral in &due {
        hand_over::approve_referral(books, merchant, referral, "system", now)?;
    }
    let given_back = rewards::due_by_word(books.sql, now, AT_ONCE)?;
    for reward in &given_back {
        hand_over::approve_if_free(books, merchant, reward, now)?;
    }
    let expired = rewards::expired(books.sql, now, AT_ONCE)?;
    let mut touched = Touched::default();
    for reward in &expired {
        move_reward(
            books,
            reward,
            RewardStatus::Expired,
            Some("expired"),
            "system",
            now,
        )?;
        touched.spending.insert(Place::of(reward));
    }
    allocate::run(books, merchant, touched, now)?;
    if due.len() < AT_ONCE as usize {
        decide_prizes(books, merchant, now)?; // when every friend is counted
    }
    let (_, program) = books.live()?;
    if program.budget.is_some() {
        budget::say(books, merchant, &program, now)?; // a new period has its own
    }
    let all = [due.len(), given_back.len(), expired.len()]
        .iter()
        .all(|done| *done < AT_ONCE as usize);
    Ok((due.len(), all))
}

/// Gives prizes for every period that is over, its hold period too.
fn decide_prizes(
    books: &Books<'_>,
    merchant: &Merchant,
    now: Timestamp,
) -> Result<(), LedgerError> {
    while let Some(next) = next_prize(books)? {
        let Contest {
            name,
            span: Span { start, end },
            prize,
            ..
        } = &next;
        let (start, end) = (*start, *end);
        if next.decided_at() > now {
            return Ok(());
        }
        let best = referrals::best(books.sql, start, end, prize.minimum_friends, prize.places)?;
        prizes::insert(books.sql, name, end, now)?;
        let mut given = Vec::new();
        for (advocate, friends) in &best {
            given.push(json!({ "advocate": advocate, "friends": friends }));
            give_prize(books, merchant, prize, name, end, advocate, now)?;
        }
        let event = Event {
            kind: "prize.decided",
            subject: name,
            actor: "system",
            data: json!({ "best": given }),
        };
        events::append(books, now, event)?;
    }
    Ok(())
}

/// A period whose prize is to be decided.
struct Contest {
    name: String,
    span: Span,
    prize: Prize,
    hold_days: u32,
}

impl Contest {
    /// When the hold period of its last order is over.
    fn decided_at(&self) -> Timestamp {
        self.span.end.plus_days(self.hold_days)
    }
}

/// The period whose prize is to be decided next, by the rules that were live at its
/// end: whoever publishes others afterwards takes nothing away from it.
fn next_prize(books: &Books<'_>) -> Result<Option<Contest>, LedgerError> {
    let (_, live) = books.live()?;
    let Some(prize) = &live.prize else {
        return Ok(None);
    };
    let since = programs::prize_since(books.sql, prize.per)?;
    let from = match prizes::last_end(books.sql)? {
        Some(end) => end.max(prize.per.around(since).start),
        None => since,
    };
    let span = prize.per.around(from);
    if span.end.0 == i64::MAX {
        return Ok(None);
    }
    let then = books.program(programs::version_at(books.sql, span.end.plus_ms(-1))?)?;
    let day = |at: Timestamp| Iso(at).text().get(..10).unwrap_or_default().to_owned();
    Ok(Some(Contest {
        name: format!("{}/{}", day(span.start), day(span.end.plus_ms(-1))),
        span,
        prize: then.prize.as_ref().unwrap_or(prize).clone(),
        hold_days: then.hold_days,
    }))
}

fn give_prize(
    books: &Books<'_>,
    merchant: &Merchant,
    prize: &Prize,
    name: &str,
    end: Timestamp,
    advocate: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let Some(worth) = prize
        .offer
        .value_for(grapevine_domain::money::Money::zero(merchant.currency))
    else {
        return Ok(());
    };
    let reward = Reward {
        id: books.new_id("rw_"),
        referral_id: None,
        prize: Some(name.to_owned()),
        advocate_id: advocate.to_owned(),
        side: Side::Advocate,
        offer: prize.offer.clone(),
        worth,
        wanted_minor: worth.minor,
        limit_minor: None,
        steps: vec![Step {
            rule: Rule::Prize,
            minor: worth.minor,
        }],
        status: RewardStatus::Pending,
        reason: None,
        ruling: None,
        credible: true,
        coupon: None,
        reference: None,
        handed_minor: 0,
        withheld_minor: 0,
        forgiven_minor: 0,
        order_id: String::new(),
        // It belongs to the period that it is for.
        ordered_at: end.plus_ms(-1),
        created_at: now,
        release_at: now,
        changed_at: now,
        expires_at: None,
    };
    change_reward(books, None, &reward, "system", now)?;
    let mut touched = Touched::default();
    touched.spending.insert(Place::of(&reward));
    allocate::run(books, merchant, touched, now)?;
    let reward = rewards::by_id(books.sql, &reward.id)?
        .ok_or(LedgerError::Corrupt("a prize that has gone"))?;
    hand_over::approve_if_free(books, merchant, &reward, now)
}

/// The merchant's time at which something becomes due; the past when it is already.
pub fn next(books: &Books<'_>) -> Result<Option<Timestamp>, LedgerError> {
    let prize = next_prize(books)?.map(|next| next.decided_at());
    let times = [
        referrals::next_release(books.sql)?,
        rewards::next_by_word(books.sql)?,
        rewards::next_expiry(books.sql)?,
        prize,
    ];
    Ok(times.into_iter().flatten().min())
}

/// Hands over what waited for a code, now that a pool has some.
pub(crate) fn hand_over_waiting(books: &Books<'_>, now: Timestamp) -> Result<(), LedgerError> {
    let mut after = (Timestamp(i64::MIN), String::new(), String::new());
    loop {
        // Others wait there for the shop itself, so that one part may hold none of ours.
        let some = rewards::waiting_for_a_code(books.sql, &after, AT_ONCE)?;
        let Some(last) = some.last() else {
            return Ok(());
        };
        after = (last.release_at, last.order_id.clone(), last.id.clone());
        for reward in &some {
            let program = hand_over::program_of(books, reward)?;
            let by = program
                .side(reward.side)
                .map(|rules| rules.handed_over_by(reward.side, &reward.offer));
            if matches!(by, Some(HandOver::Pool { .. })) {
                hand_over::hand_over(books, &program, reward, now)?;
            }
        }
    }
}

/// Answers `{now, test}`: the merchant's time.
pub fn clock(books: &Books<'_>) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    Ok(json!({ "now": Iso(books.now(&merchant)), "test": merchant.test }))
}

/// Moves a test merchant's clock forward and does what is then due. Answers
/// `{now, test, approved}`.
///
/// Atomicity: one transaction, so that a repeated call after a failure moves the
/// clock once. Idempotency: none; each answered call moves the clock.
pub fn advance(books: &Books<'_>, seconds: i64) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    if !merchant.test {
        let message = "Only a test merchant's clock can be moved.";
        return Err(LedgerError::refused(
            RefusalKind::Forbidden,
            "not_a_test_merchant",
            message,
        ));
    }
    let room_s = FURTHEST_S - merchant.clock_offset_ms / 1000;
    if !(0..=room_s).contains(&seconds) {
        let message = "advance_seconds must not be negative, and all steps together at most \
                       316,224,000 (ten years).";
        return Err(LedgerError::invalid("invalid_step", message));
    }
    let moved = Merchant {
        clock_offset_ms: merchant.clock_offset_ms + seconds * 1000,
        ..merchant
    };
    let now = books.now(&moved);
    merchant::set_clock_offset(books.sql, moved.clock_offset_ms)?;
    books.forget();
    let data = json!({ "seconds": seconds });
    let event = Event {
        kind: "clock.moved",
        subject: &moved.slug,
        actor: "merchant",
        data,
    };
    events::append(books, now, event)?;
    let mut approved = 0;
    loop {
        let (some, all) = some(books, &moved, now)?;
        approved += some;
        if all {
            break;
        }
    }
    Ok(json!({ "now": Iso(now), "test": moved.test, "approved": approved }))
}
