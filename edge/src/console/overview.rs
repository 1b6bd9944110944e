//! `GET /console/overview`: the funnel, the money, the latest referrals.

use grapevine_domain::money::Money;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{RewardStatus, Side};
use grapevine_ledger::command::{Command, Counts};
use grapevine_ledger::iso::Iso;
use grapevine_ledger::reports::funnel::Funnel;
use grapevine_pages::console::{Figures, Overview, Period, Referral, Reward, Tally};
use grapevine_pages::why::{Language, Loser, RewardLine, Why};
use grapevine_pages::{Worth, console, policy};
use serde::Deserialize;
use serde_json::Value as Json;
use worker::{Env, Request, Response};

use crate::error::Error;
use crate::{auth, http, ledger_client, mail};

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
    /// What it is worth for this order.
    money: Money,
    offer: Json,
    release_at: Iso,
    expires_at: Option<Iso>,
    reason: Option<String>,
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
    let flagged = found.status == ReferralStatus::Flagged;
    let reward = |reward: FoundReward| {
        let worth = mail::worth(&reward.offer).unwrap_or(Worth::Money(reward.money));
        let says_it = matches!(worth, Worth::Money(_) | Worth::Donation(..));
        Reward {
            side: reward.side,
            // A refund or a cap may have made it less than was offered.
            worth: match worth {
                Worth::Money(_) => Worth::Money(reward.money),
                Worth::Donation(_, name) => Worth::Donation(reward.money, name),
                other => other,
            },
            value: (!says_it).then_some(reward.money),
            status: reward.status,
            // While the merchant looks at it, no date can be given.
            release_at: Some(reward.release_at.0).filter(|_| !flagged),
            expires_at: reward.expires_at.map(|at| at.0),
        }
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

/// Why a referral stands as it does, in a sentence or two.
fn why(found: &FoundReferral) -> String {
    let name = found.advocate.as_ref().and_then(|it| it.name.as_deref());
    let reason = found.reason.as_deref();
    if reason == Some("outranked") {
        // The credit is somebody else's: what there is to tell is why not theirs.
        let lost = Loser {
            advocate: name,
            source: &found.source,
            reason: "outranked",
        };
        let told = Why {
            losers: vec![lost],
            ..Why::default()
        };
        let sentences = told.sentences(Language::default());
        return sentences.into_iter().next_back().unwrap_or_default();
    }
    let verdict = match (found.status, reason) {
        (ReferralStatus::Flagged, _) => "flagged",
        (ReferralStatus::Voided, Some(reason)) => reason,
        _ => "referred",
    };
    let rewards = found.rewards.iter().map(|reward| RewardLine {
        side: reward.side.as_str(),
        status: reward.status.as_str(),
        // Said of the whole order already.
        reason: reward.reason.as_deref().filter(|own| *own != verdict),
    });
    Why {
        source: Some(&found.source),
        advocate: name,
        channel: Some(&found.channel),
        verdict,
        losers: Vec::new(),
        rewards: rewards.collect(),
    }
    .text(Language::default())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::{FoundReferral, row};

    fn referral(status: &str, reason: Option<&str>, reward: &Json) -> FoundReferral {
        let euros = |minor: i64| json!({ "minor": minor, "currency": "EUR" });
        let mut first = json!({
            "side": "advocate",
            "status": "pending",
            "money": euros(500),
            "offer": { "kind": "store_credit", "money": euros(1_000) },
            "release_at": "2026-12-06T10:00:00.000Z",
            "expires_at": null,
            "reason": null,
        });
        for (key, value) in reward.as_object().unwrap() {
            first[key] = value.clone();
        }
        serde_json::from_value(json!({
            "status": status,
            "reason": reason,
            "source": "click",
            "channel": "whatsapp",
            "created_at": "2026-11-23T10:00:00.000Z",
            "order_id": "1042",
            "amount": euros(4_250),
            "advocate": { "name": "Ada", "email_hint": "a•••@mail.example" },
            "rewards": [first],
        }))
        .unwrap()
    }

    #[test]
    fn every_reward_is_told_by_its_kind_and_state() {
        let told = |reward: Json| {
            let row = row(referral("approved", None, &reward));
            let [reward] = row.rewards.as_slice() else {
                panic!("one reward");
            };
            (reward.worth.clone(), reward.value.map(|value| value.minor))
        };
        use grapevine_pages::{Locale, Worth};
        let (worth, value) = told(json!({}));
        assert_eq!((worth.format(Locale::En).as_str(), value), ("€5", None));
        let thing = json!({ "kind": "free_product", "name": "Tea box", "money": null });
        let (worth, value) = told(json!({ "offer": thing }));
        assert_eq!(
            (worth, value),
            (Worth::Thing("Tea box".to_owned()), Some(500))
        );
    }

    #[test]
    fn why_is_told_in_words() {
        let why = |status, reason, reward| row(referral(status, reason, &reward)).why;
        let credit = "The credit goes to Ada: the friend followed their link, shared on WhatsApp.";
        assert_eq!(why("pending", None, json!({})), credit);
        assert_eq!(
            why(
                "voided",
                Some("refunded"),
                json!({ "status": "voided", "reason": "refunded" })
            ),
            format!("{credit} There is no reward: the order was cancelled or refunded in full.")
        );
        assert_eq!(
            why("flagged", None, json!({})),
            format!("{credit} The reward has to wait: the shop wants to look at the order first.")
        );
        assert!(
            why(
                "approved",
                None,
                json!({ "status": "voided", "reason": "cap_reached" })
            )
            .ends_with("the advocate has reached the limit of rewards for this period.")
        );
        assert_eq!(
            why("voided", Some("outranked"), json!({})),
            "A click on a link from Ada does not count: another person gets the credit for this order."
        );
    }
}
