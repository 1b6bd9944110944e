//! Turns a message of the books into the mail that a person reads. Links are
//! signed here, at the last moment: no secret lies in the books.

use grapevine_domain::money::{Currency, Money};
use grapevine_domain::reward::{Side, TimeUnit};
use grapevine_domain::time::{DAY_MS, Timestamp};
use grapevine_ledger::command::{Command, Message, Settings};
use grapevine_ledger::iso::Iso;
use grapevine_ledger::keyring::Purpose;
use grapevine_ledger::reports::receipt;
use grapevine_ledger::signed;
use grapevine_pages::mail::{
    Appeal, Confirm, FriendBought, Letter, RewardDeclined, RewardReady, SignIn,
};
use grapevine_pages::{Accent, Brand, Locale, Worth};
use serde_json::{Value as Json, json};
use worker::Env;

use crate::error::Error;
use crate::{bindings, ledger_client};

/// How long the link in a mail opens the reader's page, where the message does
/// not say.
const LINK_MS: i64 = 7 * DAY_MS;
/// How long the link that ends mails works.
const UNSUBSCRIBE_MS: i64 = 400 * DAY_MS;

/// A mail with the links in it.
pub struct Rendered {
    /// Subject, HTML and text.
    pub letter: Letter,
    /// The reader's page, then the unsubscribe page, then the receipt if there is one.
    /// To a merchant: the console.
    pub links: Vec<String>,
}

/// The shop as its shoppers know it.
pub fn brand(merchant: &Settings, locale: Locale) -> Brand {
    Brand {
        name: merchant.name.clone(),
        shop_url: merchant.shop_url.clone(),
        logo_url: merchant.logo_url.clone(),
        accent: merchant
            .accent
            .as_deref()
            .map_or_else(Accent::default, |accent| Accent::new(accent, None)),
        locale,
    }
}

/// Writes one mail.
///
/// # Errors
/// [`Error::Internal`] for a message of no known kind.
pub fn render(env: &Env, merchant: &Settings, message: &Message) -> Result<Rendered, Error> {
    let known = bindings::settings(env)?;
    let at = message.created_at;
    let link_to = |path: &str, purpose, expires| {
        let sealed = signed::seal(
            &known.ring,
            purpose,
            &merchant.slug,
            &message.advocate_id,
            expires,
        );
        format!("{}/{path}/{}.{sealed}", known.public_origin, merchant.slug)
    };
    let data = &message.data;
    let stamp = |key: &str| data.get(key).and_then(Json::as_i64).map(Timestamp);
    let iso = |key: &str| {
        data.get(key)
            .and_then(Json::as_str)
            .and_then(Iso::parse)
            .map(|iso| iso.0)
    };
    let expires_at = stamp("expires_at").unwrap_or(at.plus_ms(LINK_MS));
    let link = link_to("m", Purpose::Mailbox, expires_at);
    let unsubscribe_url = link_to("u", Purpose::Unsubscribe, at.plus_ms(UNSUBSCRIBE_MS));
    let brand = brand(merchant, Locale::from_tag(&message.locale));
    let program = &merchant.program;
    let currency =
        Currency::parse(&merchant.currency).map_err(|error| Error::Internal(error.to_string()))?;
    let offer = |side| {
        program
            .side(side)
            .map(|rules| Worth::of(&rules.offer, currency))
    };
    let reward = data
        .get("reward")
        .and_then(worth)
        .or_else(|| offer(Side::Advocate))
        .unwrap_or(Worth::Money(Money::zero(currency)));
    let named = |key: &str| data.get(key).and_then(Json::as_str).unwrap_or_default();
    let receipt = Some(named("reward_id"))
        .filter(|id| !id.is_empty())
        .map(|id| receipt::path(&known.ring, &merchant.slug, id))
        .map(|path| format!("{}{path}", known.public_origin));
    if message.template == "appeal" {
        let link = format!("{}/console", known.public_origin);
        let letter = Appeal {
            brand,
            link: link.clone(),
            reward,
            reward_id: named("reward_id").to_owned(),
            order_id: named("order_id").to_owned(),
            ordered_at: iso("ordered_at").unwrap_or(at),
            text: named("text").to_owned(),
        }
        .render()?;
        let links = vec![link];
        return Ok(Rendered { letter, links });
    }
    let links = [link.clone(), unsubscribe_url.clone()];
    let links: Vec<String> = links.into_iter().chain(receipt.clone()).collect();
    let letter = match message.template.as_str() {
        "confirm" => Confirm {
            brand,
            unsubscribe_url,
            link,
            expires_at,
            friend_reward: offer(Side::Friend),
            advocate_reward: offer(Side::Advocate),
        }
        .render()?,
        "sign_in" => SignIn {
            brand,
            unsubscribe_url,
            link,
            expires_at,
        }
        .render()?,
        "friend_bought" => FriendBought {
            brand,
            unsubscribe_url,
            link,
            friend_first_name: None,
            reward,
            release_at: iso("release_at").unwrap_or(at),
        }
        .render()?,
        "reward_ready" => RewardReady {
            brand,
            unsubscribe_url,
            link,
            reward,
            coupon: data.get("coupon").and_then(Json::as_str).map(str::to_owned),
            use_by: iso("expires_at"),
            receipt: receipt.clone(),
        }
        .render()?,
        "reward_declined" => RewardDeclined {
            brand,
            unsubscribe_url,
            link,
            reward,
            ordered_at: iso("ordered_at").unwrap_or(at),
            reason_code: data
                .get("reason")
                .and_then(Json::as_str)
                .unwrap_or_default()
                .to_owned(),
            contact: None,
            receipt: receipt.clone(),
        }
        .render()?,
        other => {
            return Err(Error::Internal(format!(
                "a message of the unknown kind {other}"
            )));
        }
    };
    Ok(Rendered { letter, links })
}

/// What a reward gives, as the books describe it.
pub fn worth(reward: &Json) -> Option<Worth> {
    let number = |name: &str| u32::try_from(reward.get(name)?.as_u64()?).ok();
    if let Some(points) = number("basis_points") {
        return Some(Worth::Percent(points));
    }
    match reward.get("kind").and_then(Json::as_str)? {
        "points" => Some(Worth::Points(number("quantity")?)),
        "free_period" => {
            let days = reward.get("unit").and_then(Json::as_str) == Some("days");
            let unit = if days {
                TimeUnit::Days
            } else {
                TimeUnit::Months
            };
            Some(Worth::Period(number("quantity")?, unit))
        }
        "free_product" => Some(Worth::Thing(reward.get("name")?.as_str()?.to_owned())),
        kind => {
            let money: Money = serde_json::from_value(reward.get("money")?.clone()).ok()?;
            Some(match (kind, reward.get("name").and_then(Json::as_str)) {
                ("donation", Some(name)) => Worth::Donation(money, name.to_owned()),
                _ => Worth::Money(money),
            })
        }
    }
}

/// The merchant's newest messages, as the books keep them.
///
/// # Errors
/// As [`ledger_client::call`].
pub async fn stored(env: &Env, merchant: &Settings) -> Result<Vec<Message>, Error> {
    Ok(serde_json::from_value(
        ledger_client::call(env, &merchant.slug, &Command::Mails).await?,
    )?)
}

/// The merchant's newest messages as they read, newest first.
///
/// # Errors
/// As [`ledger_client::call`].
pub async fn newest(env: &Env, merchant: &Settings) -> Result<Json, Error> {
    let mut mails = Vec::new();
    for message in stored(env, merchant).await? {
        let Rendered { letter, links } = render(env, merchant, &message)?;
        mails.push(json!({
            "id": message.id,
            "to": message.recipient,
            "template": message.template,
            "locale": message.locale,
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
            "links": links,
            "created_at": Iso(message.created_at),
        }));
    }
    Ok(Json::Array(mails))
}

#[cfg(test)]
mod tests {
    use grapevine_domain::money::Amounts;
    use grapevine_domain::reward::Offer;
    use grapevine_ledger::reports::offered;

    use super::*;

    #[test]
    fn what_the_books_say_of_an_offer_is_understood_for_every_kind() {
        let currency = Currency::parse("EUR").unwrap();
        let amounts = || {
            Amounts::of(Money {
                minor: 500,
                currency,
            })
        };
        let (name, cost) = ("Tea box".to_owned(), amounts());
        for offer in [
            Offer::PercentOff {
                basis_points: 1_500,
                up_to: None,
            },
            Offer::AmountOff { amounts: amounts() },
            Offer::StoreCredit { amounts: amounts() },
            Offer::Cash { amounts: amounts() },
            Offer::GiftCard { amounts: amounts() },
            Offer::FreeProduct {
                sku: "tb".to_owned(),
                name: name.clone(),
                cost: cost.clone(),
            },
            Offer::Points {
                points: 500,
                cost: cost.clone(),
            },
            Offer::FreePeriod {
                count: 3,
                unit: TimeUnit::Days,
                cost,
            },
            Offer::Donation {
                amounts: amounts(),
                recipient: name,
            },
        ] {
            let told = worth(&offered(&offer, currency));
            assert_eq!(told, Some(Worth::of(&offer, currency)), "{}", offer.kind());
        }
    }
}
