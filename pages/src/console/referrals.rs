//! The latest referrals: who, which order, how it stands, and why.

use grapevine_domain::money::Money;
use grapevine_domain::referral::ReferralStatus;
use grapevine_domain::reward::{RewardStatus, Side};
use grapevine_domain::time::Timestamp;

use crate::{Locale, Worth, date, format_money, mask_email};

/// What one side gets for a referral.
#[derive(Clone, Debug)]
pub struct Reward {
    /// Whose.
    pub side: Side,
    /// How much.
    pub worth: Worth,
    /// What that comes to for this order, where it is no amount by itself.
    pub value: Option<Money>,
    /// How it stands.
    pub status: RewardStatus,
    /// When it will be ready, while it is pending.
    pub release_at: Option<Timestamp>,
    /// Until when it must be used, if it must.
    pub expires_at: Option<Timestamp>,
}

/// A row of the table.
#[derive(Clone, Debug)]
pub struct Referral {
    /// When the order was reported.
    pub created_at: Timestamp,
    /// The advocate's name, where it is known.
    pub advocate_name: Option<String>,
    /// The advocate's address in full: it is masked here.
    pub advocate_email: String,
    /// The shop's order id.
    pub order_id: String,
    /// The order's amount.
    pub amount: Money,
    /// How it stands.
    pub status: ReferralStatus,
    /// Both sides' rewards.
    pub rewards: Vec<Reward>,
    /// Why it stands so, one sentence.
    pub why: String,
}

/// A status as word and colour; the classes are in `www/assets/ui/console.css`.
pub struct Badge {
    pub word: &'static str,
    pub tone: &'static str,
}

impl Referral {
    pub fn when(&self) -> String {
        date::compact(self.created_at)
    }

    pub fn when_machine(&self) -> String {
        date::machine(self.created_at)
    }

    pub fn advocate_hint(&self) -> String {
        mask_email(&self.advocate_email)
    }

    pub fn amount(&self) -> String {
        format_money(self.amount, Locale::En)
    }

    pub fn badge(&self) -> Badge {
        match self.status {
            ReferralStatus::Pending => Badge {
                word: "Pending",
                tone: "wait",
            },
            ReferralStatus::Flagged => Badge {
                word: "Flagged",
                tone: "warn",
            },
            ReferralStatus::Approved => Badge {
                word: "Approved",
                tone: "good",
            },
            ReferralStatus::Voided => Badge {
                word: "Voided",
                tone: "bad",
            },
        }
    }
}

impl Reward {
    pub fn side(&self) -> &'static str {
        match self.side {
            Side::Advocate => "Advocate",
            Side::Friend => "Friend",
        }
    }

    pub fn worth(&self) -> String {
        let worth = self.worth.format(Locale::En);
        match self.value {
            Some(value) => format!("{worth} ({})", format_money(value, Locale::En)),
            None => worth,
        }
    }

    /// `pending until 6 December 2026`
    pub fn state(&self) -> String {
        let word = self.status.as_str();
        let by = |at| date::date(at, Locale::En);
        match (self.status, self.release_at, self.expires_at) {
            (RewardStatus::Pending, Some(at), _) => format!("{word} until {}", by(at)),
            (RewardStatus::Approved, ..) => format!("{word}, to be handed over"),
            (RewardStatus::Issued, _, Some(at)) => format!("{word}, to be used by {}", by(at)),
            (RewardStatus::Expired, _, Some(at)) => format!("{word} on {}", by(at)),
            _ => word.to_owned(),
        }
    }

    pub fn tone(&self) -> &'static str {
        match self.status {
            RewardStatus::Pending => "wait",
            RewardStatus::Approved | RewardStatus::Issued | RewardStatus::Redeemed => "good",
            RewardStatus::Expired => "warn",
            RewardStatus::Voided => "bad",
        }
    }
}

#[cfg(test)]
mod tests {
    use grapevine_domain::money::Currency;

    use super::*;

    #[test]
    fn a_reward_tells_its_worth_and_what_happens_next() {
        let euros = |minor| Money {
            minor,
            currency: Currency::parse("EUR").unwrap(),
        };
        let day = Timestamp(1_795_428_000_000);
        let mut reward = Reward {
            side: Side::Advocate,
            worth: Worth::Percent(1_500),
            value: Some(euros(638)),
            status: RewardStatus::Pending,
            release_at: Some(day),
            expires_at: None,
        };
        assert_eq!(reward.worth(), "15% off (€6.38)");
        assert_eq!(reward.state(), "pending until 23 November 2026");
        reward.release_at = None;
        assert_eq!(reward.state(), "pending", "nobody knows until when");
        reward.expires_at = Some(day);
        for (status, state, tone) in [
            (
                RewardStatus::Approved,
                "approved, to be handed over",
                "good",
            ),
            (
                RewardStatus::Issued,
                "issued, to be used by 23 November 2026",
                "good",
            ),
            (RewardStatus::Redeemed, "redeemed", "good"),
            (RewardStatus::Expired, "expired on 23 November 2026", "warn"),
            (RewardStatus::Voided, "voided", "bad"),
        ] {
            reward.status = status;
            assert_eq!((reward.state().as_str(), reward.tone()), (state, tone));
        }
    }
}
