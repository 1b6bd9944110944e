//! The demo merchant and its first story, told through the real HTTP API.
//!
//! Guarantees that a second start finds what the first made: keys are kept in
//! `keys.json`, the rest is noted in `seed.json` once it is complete, and every
//! order has a fixed id, so that an interrupted seeding can be repeated. The
//! story begins in the past, so that at its end the merchant's clock is right.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::{self, Client, NewMerchant, Order};
use crate::keys::{Keys, KnownMerchant, MerchantKeys};

/// The demo merchant's name in addresses.
pub const MERCHANT: &str = "demo";

const MARIA: &str = "maria@advocate.example";

/// How long before the present the story begins: a day more than the hold
/// period of the default programme, so that its first rewards are released.
const STORY_SECONDS: u32 = (14 + 1) * 24 * 60 * 60;

/// What the first start noted down.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seeded {
    /// Referral link of the first advocate, who has no history yet.
    pub sample_link: String,
}

impl Seeded {
    /// The same under the edge's present address, whose port may have changed.
    fn at(&self, origin: &str) -> Self {
        Self {
            sample_link: format!("{origin}{}", client::path_of(&self.sample_link)),
        }
    }
}

/// The merchant's keys; the merchant is created on the first start.
///
/// The shop's address has a port in it: where that is another one than before,
/// the merchant is moved.
pub async fn merchant(
    edge: &Client,
    keys: &mut Keys,
    keys_file: &Path,
    shop_origin: &str,
) -> Result<MerchantKeys> {
    let operator = edge.with_key(&keys.operator_key);
    if let Some(merchant) = &mut keys.merchant {
        let known = merchant.keys.clone();
        if merchant.shop != shop_origin {
            operator
                .move_shop(MERCHANT, &format!("{shop_origin}/"))
                .await
                .context("moving the demo merchant to the new port")?;
            merchant.shop = shop_origin.to_string();
            keys.save(keys_file)?;
        }
        return Ok(known);
    }
    let shop = NewMerchant {
        accent: Some("#1f5c4d".to_string()),
        clock_offset_seconds: -i64::from(STORY_SECONDS),
        ..NewMerchant::test(MERCHANT, "Kettle & Leaf", shop_origin)
    };
    let created = operator.create_merchant(&shop).await.context(
        "creating the demo merchant (if this state folder was damaged, --fresh starts anew)",
    )?;
    keys.merchant = Some(KnownMerchant {
        shop: shop_origin.to_string(),
        keys: created.clone(),
    });
    keys.save(keys_file)?;
    Ok(created)
}

/// Two advocates: one for the reader to try, one with friends who have bought.
///
/// `note` is the file that says that this was done.
pub async fn story(edge: &Client, merchant: &MerchantKeys, note: &Path) -> Result<Seeded> {
    if let Ok(text) = fs::read(note)
        && let Ok(seeded) = serde_json::from_slice::<Seeded>(&text)
    {
        return Ok(seeded.at(edge.origin()));
    }
    let api = edge.with_key(&merchant.secret_key);
    share(edge).await?;
    let history = api.create_advocate(MARIA, "Maria").await?;
    friends(edge, &api, &text(&history, "link")?).await?;
    let sample = api.create_advocate("sam@advocate.example", "Sam").await?;
    let seeded = Seeded {
        sample_link: text(&sample, "link")?,
    };
    fs::write(note, serde_json::to_vec_pretty(&seeded)?)
        .with_context(|| format!("cannot write {}", note.display()))?;
    Ok(seeded)
}

/// Shoppers see the panel; one joins and passes her link on. In a state that was
/// seeded halfway she is known already, and her presses were made.
async fn share(edge: &Client) -> Result<()> {
    for _ in 0..14 {
        tell(edge, "views", &json!({ "placement": "floating" })).await?;
    }
    let body = json!({ "email": MARIA, "locale": "en", "placement": "floating" });
    let joined = tell(edge, "advocates", &body).await?;
    let Some(session) = joined.get("session").cloned() else {
        return Ok(());
    };
    let presses = ["whatsapp", "email", "copy", "facebook", "whatsapp"];
    for (number, channel) in presses.iter().enumerate() {
        let body = json!({
            "session": session,
            "channel": channel,
            "placement": "floating",
            "press_id": format!("seed-{number}"),
        });
        tell(edge, "presses", &body).await?;
    }
    Ok(())
}

/// What a page of the shop would send.
async fn tell(edge: &Client, action: &str, body: &Value) -> Result<Value> {
    edge.post(&format!("/b/{MERCHANT}/{action}"), body).await
}

/// Friends of one advocate: some only look, some buy; the rewards of the first
/// are released, those of the last still wait.
async fn friends(edge: &Client, api: &Client, link: &str) -> Result<()> {
    let early = [
        ("whatsapp", Some(4_890)),
        ("email", None),
        ("copy", Some(3_200)),
        ("whatsapp", None),
    ];
    let late = [("facebook", None), ("email", Some(6_450))];
    visit(edge, api, link, 1, &early).await?;
    // In a state that was seeded halfway this may have been done.
    let first = api.conversion("KL-1001").await?;
    if first.pointer("/referral/status").and_then(Value::as_str) == Some("pending") {
        api.advance_clock(u64::from(STORY_SECONDS)).await?;
    }
    visit(edge, api, link, 1 + early.len(), &late).await
}

async fn visit(
    edge: &Client,
    api: &Client,
    link: &str,
    first: usize,
    visits: &[(&str, Option<i64>)],
) -> Result<()> {
    for (number, (channel, order)) in (first..).zip(visits) {
        let order_id = format!("KL-{}", 1000 + number);
        if order.is_some() && api.conversion(&order_id).await.is_ok() {
            continue; // a state that was seeded halfway knows it, with another click
        }
        let path = format!("{}?c={channel}", client::path_of(link));
        let (_, token) = edge
            .click(&path, &format!("2001:db8:5eed:{number:x}::1"))
            .await?;
        if *channel == "facebook" {
            continue; // pressed a link and closed the page before it was there
        }
        let landing = json!({ "token": token, "page": "/", "hidden": false });
        tell(edge, "landings", &landing).await?;
        let Some(amount) = order else { continue };
        let claim = tell(edge, "claims", &json!({ "token": token })).await?;
        api.report_order(&Order {
            order_id,
            amount: *amount,
            currency: "EUR".to_string(),
            email: Some(format!("friend{number}@friend.example")),
            click_token: Some(token),
            coupon: Some(text(&claim, "coupon")?),
        })
        .await?;
    }
    Ok(())
}

fn text(value: &Value, field: &str) -> Result<String> {
    value
        .get(field)
        .and_then(Value::as_str)
        .map(str::to_string)
        .with_context(|| format!("an answer without `{field}`: {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noted_link_follows_the_port() {
        let noted = Seeded {
            sample_link: "http://refer.shop.localhost:8787/r/demo/abc".to_string(),
        };
        assert_eq!(
            noted.at("http://refer.shop.localhost:9150").sample_link,
            "http://refer.shop.localhost:9150/r/demo/abc"
        );
    }
}
