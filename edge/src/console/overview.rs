//! `GET /console/overview`: the funnel, the money, the latest referrals.

use grapevine_domain::money::Money;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{RewardStatus, Side};
use grapevine_ledger::command::{Command, Counts};
use grapevine_ledger::iso::Iso;
use grapevine_ledger::reports::funnel::Funnel;
use grapevine_pages::console::{Figures, Overview, Period, Referral, Reward, Tally};
use grapevine_pages::{Worth, console, policy};
use serde::Deserialize;
use worker::{Env, Request, Response};

use crate::error::Error;
use crate::{auth, http, ledger_client};

#[derive(Deserialize)]
struct Found {
    funnel: Funnel,
    revenue: Money,
    reward_cost: Money,
    referrals: Vec<FoundReferral>,
}

#[derive(Deserialize)]
struct FoundReferral {
    status: ReferralStatus,
    reason: Option<String>,
    source: String,
    channel: String,
    created_at: Iso,
    order_id: String,
    amount: Money,
    advocate: Option<FoundAdvocate>,
    rewards: Vec<FoundReward>,
}

#[derive(Deserialize)]
struct FoundAdvocate {
    name: Option<String>,
    email_hint: String,
}

#[derive(Deserialize)]
struct FoundReward {
    side: Side,
    status: RewardStatus,
    money: Money,
    release_at: Iso,
}

/// How many referrals the first page shows.
const SHOWN: usize = 20;

/// The page. Sends to the sign-in page without a session.
pub async fn overview(request: &Request, env: &Env) -> Result<Response, Error> {
    let merchant = auth::console(request, env).await?;
    let answer = ledger_client::call(env, &merchant.slug, &Command::Home).await?;
    let found: Found = serde_json::from_value(answer)?;
    let page = Overview {
        shop: super::shop(&merchant, true),
        period: Period::All,
        now: Figures {
            funnel: counted(&found.funnel),
            revenue: Some(found.revenue),
            reward_cost: Some(found.reward_cost),
        },
        before: None,
        clicks_by_channel: tallies(&found.funnel.clicks_by_channel),
        dropped: tallies(&found.funnel.dropped),
        referrals: found.referrals.into_iter().take(SHOWN).map(row).collect(),
    };
    http::page(200, &page.render()?, policy::CONSOLE)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn counted(funnel: &Funnel) -> console::Funnel {
    console::Funnel {
        impressions: unsigned(funnel.impressions),
        shares: unsigned(funnel.shares),
        clicks: unsigned(funnel.clicks),
        landings: unsigned(funnel.landings),
        claims: unsigned(funnel.claims),
        orders: unsigned(funnel.conversions),
        rewards: unsigned(funnel.rewards),
    }
}

/// Most frequent first.
fn tallies(counts: &Counts) -> Vec<Tally> {
    let tally = |(name, number): (&String, &i64)| Tally {
        name: name.clone(),
        number: unsigned(*number),
    };
    let mut tallies: Vec<Tally> = counts.iter().map(tally).collect();
    tallies.sort_by_key(|tally| core::cmp::Reverse(tally.number));
    tallies
}

fn row(found: FoundReferral) -> Referral {
    let why = why(&found);
    let reward = |reward: FoundReward| Reward {
        side: reward.side,
        worth: Worth::Money(reward.money),
        status: reward.status,
        release_at: Some(reward.release_at.0),
    };
    let (advocate_name, advocate_email) = match found.advocate {
        Some(advocate) => (advocate.name, advocate.email_hint),
        None => (None, String::new()),
    };
    Referral {
        created_at: found.created_at.0,
        advocate_name,
        advocate_email,
        order_id: found.order_id,
        amount: found.amount,
        status: found.status,
        rewards: found.rewards.into_iter().map(reward).collect(),
        why,
    }
}

/// Why a referral stands as it does, in one sentence.
fn why(found: &FoundReferral) -> String {
    let by = match (found.source.as_str(), found.channel.as_str()) {
        ("coupon", "") => "The friend used the advocate's code".to_owned(),
        ("coupon", channel) => {
            format!(
                "The friend used a coupon from a link shared by {}",
                console::channel(channel)
            )
        }
        (_, "") => "The friend followed a link".to_owned(),
        (_, channel) => {
            format!(
                "The friend followed a link shared by {}",
                console::channel(channel)
            )
        }
    };
    match found.reason.as_deref() {
        None => format!("{by}."),
        Some("self_referral") => {
            format!("{by}, but the order has the advocate's own e-mail address.")
        }
        Some("refunded") => format!("{by}, but the order was refunded."),
        Some("below_minimum") => format!("{by}, but the order is below the minimum."),
        Some("not_new_customer") => format!("{by}, but had ordered before."),
        Some("other_currency") => format!("{by}, but the order is in another currency."),
        Some("outranked") => format!("{by}, but another advocate's coupon counts for this order."),
        Some(other) => format!("{by}, but it was declined ({other})."),
    }
}
