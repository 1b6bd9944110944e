//! Every change of a referral or a reward goes through here: its row, its event and
//! its counts are written together. Statuses move along their arrows only.

use grapevine_domain::conversion::{ConversionKind, Ruling};
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{Clawback, RewardStatus, Side};
use grapevine_domain::time::Timestamp;
use serde_json::{Value as Json, json};

use super::hand_over;
use crate::books::Books;
use crate::error::LedgerError;
use crate::events::{self, Event};
use crate::iso::Iso;
use crate::reports::{handed, sketch};
use crate::store::conversions::Conversion;
use crate::store::counters::{self, Tally};
use crate::store::merchant::Merchant;
use crate::store::referrals::{self, Referral};
use crate::store::rewards::{self, Reward};
use crate::store::{advocates, appeals, outbox};

/// Writes to the advocate about a reward, unless they asked for silence or left.
pub fn tell(
    books: &Books<'_>,
    template: &str,
    merchant: &Merchant,
    reward: &Reward,
    now: Timestamp,
) -> Result<(), LedgerError> {
    let Some(advocate) = advocates::by_id(books.sql, &reward.advocate_id)? else {
        return Ok(());
    };
    if advocate.unsubscribed_at.is_some() || advocate.left_at.is_some() {
        return Ok(());
    }
    let data = json!({
        "reward": handed(reward),
        "release_at": Iso(reward.release_at),
        "ordered_at": Iso(reward.ordered_at),
        "reason": reward.reason,
        "coupon": reward.coupon,
        "expires_at": reward.expires_at.map(Iso),
        "merchant": merchant.name,
        "reward_id": reward.id,
    });
    outbox::insert(books.sql, template, &advocate, &data, now)
}

/// Writes a referral as it is now.
pub fn change_referral(
    books: &Books<'_>,
    before: Option<&Referral>,
    after: &Referral,
    actor: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    if before == Some(after) {
        return Ok(());
    }
    let moved = before.map(|before| before.status) != Some(after.status);
    if let Some(before) = before
        && moved
        && !before.status.can_become(after.status)
    {
        return Err(LedgerError::Corrupt("a referral against its arrows"));
    }
    referrals::put(books.sql, after)?;
    let kind = match (before, after.status) {
        (None, _) => "referral.created",
        (Some(_), _) if !moved => "referral.changed",
        (Some(_), ReferralStatus::Pending) => "referral.reinstated",
        (Some(_), ReferralStatus::Flagged) => "referral.flagged",
        (Some(_), ReferralStatus::Approved) => "referral.approved",
        (Some(_), ReferralStatus::Voided) => "referral.voided",
    };
    let data = json!({
        "order": after.order_id,
        "advocate": after.advocate_id,
        "status": after.status.as_str(),
        "from": before.map(|before| before.status.as_str()),
        "reason": after.reason,
        "source": after.source,
        "channel": after.channel,
        "placement": after.placement,
        "variant": after.variant,
        "credible": after.credible,
        "clicked_at": after.clicked_at,
    });
    let subject = &after.id;
    events::append(
        books,
        now,
        Event {
            kind,
            subject,
            actor,
            data,
        },
    )
}

/// Moves a referral along one of its arrows.
pub fn move_referral(
    books: &Books<'_>,
    referral: &Referral,
    to: ReferralStatus,
    reason: Option<&str>,
    actor: &str,
    now: Timestamp,
) -> Result<Referral, LedgerError> {
    let after = Referral {
        status: to,
        reason: reason.map(str::to_owned),
        ..referral.clone()
    };
    change_referral(books, Some(referral), &after, actor, now)?;
    Ok(after)
}

/// Writes a reward as it is now.
pub fn change_reward(
    books: &Books<'_>,
    before: Option<&Reward>,
    after: &Reward,
    actor: &str,
    now: Timestamp,
) -> Result<(), LedgerError> {
    if before == Some(after) {
        return Ok(());
    }
    let moved = before.map(|before| before.status) != Some(after.status);
    if let Some(before) = before
        && moved
        && !before.status.can_become(after.status)
    {
        return Err(LedgerError::Corrupt("a reward against its arrows"));
    }
    let mut after = after.clone();
    after.changed_at = now;
    rewards::put(books.sql, &after)?;
    if moved && before.is_some_and(|before| before.status == RewardStatus::Voided) {
        appeals::close(books.sql, &after.id, now)?;
    }
    let tallied = before.map(Reward::tally).unwrap_or_default();
    counters::replace(books, tallied, after.tally());
    let kind = match (before, after.status) {
        (Some(_), _) if !moved => "reward.changed",
        (None, RewardStatus::Pending) => "reward.pending",
        (_, RewardStatus::Pending) => "reward.reinstated",
        (_, RewardStatus::Approved) => "reward.approved",
        (_, RewardStatus::Issued) => "reward.issued",
        (_, RewardStatus::Redeemed) => "reward.redeemed",
        (_, RewardStatus::Expired) => "reward.expired",
        (_, RewardStatus::Voided) => "reward.voided",
    };
    let mut data = json!({
        "referral": after.referral_id,
        "advocate": after.advocate_id,
        "side": after.side.as_str(),
        "kind": after.offer.kind(),
        "status": after.status.as_str(),
        "worth": after.worth,
        "wanted_minor": after.wanted_minor,
        "withheld_minor": after.withheld_minor,
        "credible": after.credible,
        "ordered_at": after.ordered_at,
        "steps": after.steps,
    });
    if let Some(fields) = data.as_object_mut() {
        let mut note = |name: &str, value: Option<Json>| {
            value.map(|value| fields.insert(name.to_owned(), value))
        };
        note("prize", after.prize.as_ref().map(|prize| json!(prize)));
        note("reason", after.reason.as_ref().map(|reason| json!(reason)));
        note("from", before.map(|before| json!(before.status.as_str())));
        let was = before.filter(|before| before.worth != after.worth);
        note("was_minor", was.map(|before| json!(before.worth.minor)));
    }
    let subject = &after.id;
    events::append(
        books,
        now,
        Event {
            kind,
            subject,
            actor,
            data,
        },
    )
}

/// Moves a reward along one of its arrows.
pub fn move_reward(
    books: &Books<'_>,
    reward: &Reward,
    to: RewardStatus,
    reason: Option<&str>,
    actor: &str,
    now: Timestamp,
) -> Result<Reward, LedgerError> {
    let mut after = reward.clone();
    after.status = to;
    after.reason = reason.map(str::to_owned);
    change_reward(books, Some(reward), &after, actor, now)?;
    Ok(after)
}

/// Voids a reward. What was handed over is owed or forgiven, by the programme; a code
/// that nobody has used is simply worth nothing any more. `false` when it cannot be.
pub fn void_reward(
    books: &Books<'_>,
    reward: &Reward,
    reason: &str,
    actor: &str,
    now: Timestamp,
) -> Result<bool, LedgerError> {
    if !reward.status.can_become(RewardStatus::Voided) {
        return Ok(false);
    }
    let mut after = reward.clone();
    after.status = RewardStatus::Voided;
    after.reason = Some(reason.to_owned());
    after.expires_at = None;
    let unused = reward.status == RewardStatus::Issued && reward.coupon.is_some();
    if unused {
        after.handed_minor -= reward.payable_minor();
    }
    after.withheld_minor = 0;
    if hand_over::clawback(books, reward)? == Clawback::Forgive {
        after.forgiven_minor = after.handed_minor;
    }
    change_reward(books, Some(reward), &after, actor, now)?;
    Ok(true)
}

/// Voids a referral and what of its rewards can be. Returns the advocate's reward as
/// it was lost, so that they can be told.
pub fn void(
    books: &Books<'_>,
    referral: &Referral,
    reason: &str,
    actor: &str,
    now: Timestamp,
) -> Result<Option<Reward>, LedgerError> {
    move_referral(
        books,
        referral,
        ReferralStatus::Voided,
        Some(reason),
        actor,
        now,
    )?;
    void_rewards(books, referral, reason, actor, now)
}

/// Voids what can be voided of a referral's rewards, and says why of what is void
/// already. Returns as [`void`].
pub fn void_rewards(
    books: &Books<'_>,
    referral: &Referral,
    reason: &str,
    actor: &str,
    now: Timestamp,
) -> Result<Option<Reward>, LedgerError> {
    let mut lost = None;
    for reward in rewards::of_referral(books.sql, &referral.id)? {
        if reward.ruling == Some(Ruling::Stand) {
            continue; // the merchant gave it whatever became of the order
        }
        if reward.status == RewardStatus::Voided && reward.ruling != Some(Ruling::Void) {
            // A cap or the budget had refused it: now it is the referral itself.
            let mut after = reward.clone();
            after.reason = Some(reason.to_owned());
            change_reward(books, Some(&reward), &after, actor, now)?;
        } else if void_reward(books, &reward, reason, actor, now)? && reward.side == Side::Advocate
        {
            lost = Some(Reward {
                reason: Some(reason.to_owned()),
                ..reward
            });
        }
    }
    Ok(lost)
}

/// What was voided stands again, except what the merchant voided by hand.
pub fn reinstate(
    books: &Books<'_>,
    referral: &Referral,
    actor: &str,
    now: Timestamp,
) -> Result<Referral, LedgerError> {
    let after = move_referral(books, referral, ReferralStatus::Pending, None, actor, now)?;
    for reward in rewards::of_referral(books.sql, &referral.id)? {
        if reward.status == RewardStatus::Voided && reward.ruling != Some(Ruling::Void) {
            change_reward(books, Some(&reward), &reward.reopened(), actor, now)?;
        }
    }
    Ok(after)
}

/// Whether people hear of an order, and whether it counts against caps and budgets:
/// the shop stands for it, the merchant approved it, or takes any browser's word.
pub fn is_credible(books: &Books<'_>, order: &Conversion) -> Result<bool, LedgerError> {
    let ruling = order.ruling.as_ref().map(|ruled| ruled.ruling);
    Ok(order.confirmed_at.is_some()
        || ruling == Some(Ruling::Approve)
        || books.program(order.program_version)?.browser_orders_pay)
}

/// What an order counts for, with the referral that stands for it; see
/// [`crate::store::counters`].
pub fn tally(order: &Conversion, credible: bool, standing: Option<&Referral>) -> Tally {
    let mut tally = Tally::new();
    let (day, currency) = (order.ordered_at.day(), order.amount.currency.as_str());
    let mut count = |measure, dimension: &str, n: i64| {
        *tally
            .entry((day, measure, dimension.to_owned()))
            .or_default() += n;
    };
    let kept = order.kept().minor;
    if !credible {
        if standing.is_some() {
            count("unconfirmed", "", 1);
            count("unconfirmed_kept", currency, kept);
        }
        return tally;
    }
    let bought = order.kind == ConversionKind::Order || order.amount.minor > 0;
    let returned = bought && (order.cancelled || order.refunded_minor > 0);
    count("orders", order.kind.as_str(), 1);
    count("gross", currency, order.amount.minor);
    count("kept", currency, kept);
    if bought {
        count("bought", currency, 1);
    }
    if returned {
        count("returned", "", 1);
    }
    if order.position > 1 {
        count("again", "", 1);
    }
    let Some(referral) = standing else {
        if order.given_back && bought {
            count("given_back", currency, 1);
            count("given_back_gross", currency, order.amount.minor);
        }
        return tally;
    };
    count("referral", &referral.channel, 1);
    if bought {
        count("referral_bought", currency, 1);
    }
    count("referral_placement", &referral.placement, 1);
    count("referral_variant", &referral.variant.to_string(), 1);
    count("referral_gross", currency, order.amount.minor);
    count("referral_kept", currency, kept);
    count(
        "channel_kept",
        &format!("{} {currency}", referral.channel),
        kept,
    );
    if returned {
        count("referral_returned", "", 1);
    }
    if let Some(clicked_at) = referral.clicked_at {
        let seconds = (order.ordered_at.0 - clicked_at.0) / 1000;
        count("convert_s", &sketch::bucket(seconds).to_string(), 1);
    }
    tally
}
