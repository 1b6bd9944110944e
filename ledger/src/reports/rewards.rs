//! Rewards with their arithmetic.

use grapevine_domain::money::Money;
use grapevine_domain::reward::RewardStatus;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::offered;
use super::referrals::{Page, page};
use crate::books::Books;
use crate::error::LedgerError;
use crate::iso::Iso;
use crate::store::appeals;
use crate::store::rewards::{self as store, Reward};

/// Which rewards are asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Filter {
    /// Only of this status.
    pub status: Option<String>,
    /// Only of this advocate's referrals.
    pub advocate_id: Option<String>,
    /// Where to go on, from the answer before.
    pub page: Page,
}

/// One reward as the outside sees it.
pub(crate) fn show(reward: &Reward) -> Json {
    let minor = |minor| Money {
        minor,
        ..reward.worth
    };
    json!({
        "id": reward.id,
        "referral_id": reward.referral_id,
        "prize": reward.prize,
        "advocate_id": reward.advocate_id,
        "order_id": Some(&reward.order_id).filter(|order| !order.is_empty()),
        "side": reward.side.as_str(),
        "kind": reward.offer.kind(),
        "offer": offered(&reward.offer, reward.worth.currency),
        "status": reward.status.as_str(),
        "money": reward.worth,
        "payable": minor(reward.payable_minor()),
        "withheld": minor(reward.withheld_minor),
        "basis_points": reward.offer.basis_points(),
        "steps": reward.steps,
        "coupon": reward.coupon,
        "reference": reward.reference,
        "ruling": reward.ruling,
        "reason": reward.reason,
        "created_at": Iso(reward.created_at),
        "release_at": Iso(reward.release_at),
        "expires_at": reward.expires_at.map(Iso),
    })
}

/// One reward, with its last appeal and the path of its receipt.
pub fn one(books: &Books<'_>, id: &str) -> Result<Json, LedgerError> {
    let reward = store::by_id(books.sql, id)?
        .ok_or_else(|| LedgerError::not_found("unknown_reward", "There is no such reward."))?;
    let mut json = show(&reward);
    if let Some(fields) = json.as_object_mut() {
        let last = appeals::last(books.sql, id)?;
        let appeal = last.as_ref().map(super::receipt::appeal_json);
        fields.insert("appeal".to_owned(), json!(appeal));
        let slug = books.merchant()?.slug;
        let receipt = super::receipt::path(books.ring, &slug, id);
        fields.insert("receipt_path".to_owned(), json!(receipt));
    }
    Ok(json)
}

/// Rewards of both sides, newest first: `{data, next}`.
pub fn list(books: &Books<'_>, filter: &Filter) -> Result<Json, LedgerError> {
    if let Some(status) = &filter.status
        && RewardStatus::parse(status).is_none()
    {
        let message = "status must be pending, approved, issued, redeemed, expired or voided.";
        return Err(LedgerError::invalid("invalid_status", message));
    }
    let found = store::newest(
        books.sql,
        filter.status.as_deref(),
        filter.advocate_id.as_deref(),
        filter.page.after()?,
        filter.page.limit() + 1,
    )?;
    let rows = found
        .iter()
        .map(|reward| (reward.created_at, reward.id.clone(), show(reward)))
        .collect();
    Ok(page(rows, filter.page.limit()))
}
