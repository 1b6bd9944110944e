//! What the edge says to a browser, read field by field. The bodies are pinned
//! in `edge/fixtures/browser/`, which the tests of both sides read.
//!
//! Guarantees: a body that lacks what the panel needs reads as `None`, never as
//! half a body; a field that we don't know does no harm.
//!
//! Amounts are whole minor units. They are `f64` here since that is how they
//! arrive and leave: from JSON in JavaScript, to `Intl`; nothing is added up.
//!
//! Why by hand: a derived reader through `serde-wasm-bindgen` brings its error
//! texts and, with them, the printing of floats; it doubled the panel.

use alloc::string::String;
use alloc::vec::Vec;

/// A JSON value, in the browser a `JsValue`, in tests one of `serde_json`.
pub trait Json: Sized {
    /// A member; a missing one is a value that reads as nothing.
    fn member(&self, name: &str) -> Self;
    fn text(&self) -> Option<String>;
    fn number(&self) -> Option<f64>;
    fn flag(&self) -> Option<bool>;
    fn list(&self) -> Vec<Self>;

    /// A member that is a text.
    fn text_of(&self, name: &str) -> Option<String> {
        self.member(name).text()
    }
}

/// Something that can be read from JSON.
pub trait Read: Sized {
    fn read(json: &impl Json) -> Option<Self>;
}

/// An amount in the smallest unit of its currency.
#[derive(Clone)]
pub struct Money {
    pub minor: f64,
    pub currency: String,
}

impl Read for Money {
    fn read(json: &impl Json) -> Option<Self> {
        Some(Self {
            minor: json.member("minor").number()?,
            currency: json.text_of("currency")?,
        })
    }
}

/// What one side is offered.
pub struct Offer {
    pub kind: String,
    pub worth: Worth,
}

/// How much a reward is: an amount, or a share of an order in basis points.
pub struct Worth {
    pub money: Option<Money>,
    pub basis_points: Option<f64>,
}

impl Worth {
    fn read(json: &impl Json) -> Self {
        Self {
            money: Money::read(&json.member("money")),
            basis_points: json.member("basis_points").number(),
        }
    }
}

impl Read for Offer {
    fn read(json: &impl Json) -> Option<Self> {
        Some(Self {
            kind: json.text_of("kind")?,
            worth: Worth::read(json),
        })
    }
}

/// `GET /b/{merchant}/start`, as far as the panel needs it.
pub struct Start {
    pub name: String,
    pub locale: String,
    pub advocate_reward: Option<Offer>,
    pub friend_reward: Option<Offer>,
    pub minimum_order: Option<Money>,
    pub hold_days: f64,
    pub radius: Option<String>,
    pub logo_url: Option<String>,
    pub channels: Vec<String>,
    pub terms_url: Option<String>,
}

impl Read for Start {
    fn read(json: &impl Json) -> Option<Self> {
        let theme = json.member("theme");
        Some(Self {
            name: json.text_of("name")?,
            locale: json.text_of("locale")?,
            advocate_reward: Offer::read(&json.member("advocate_reward")),
            friend_reward: Offer::read(&json.member("friend_reward")),
            minimum_order: Money::read(&json.member("minimum_order")),
            hold_days: json.member("hold_days").number()?,
            radius: theme.text_of("radius"),
            logo_url: theme.text_of("logo_url"),
            channels: texts(&json.member("channels")),
            terms_url: json.text_of("terms_url"),
        })
    }
}

/// `POST /b/{merchant}/landings`.
pub struct Landing {
    pub friend_reward: Offer,
    pub minimum_order: Option<Money>,
    pub coupon: Option<String>,
}

impl Read for Landing {
    fn read(json: &impl Json) -> Option<Self> {
        Some(Self {
            friend_reward: Offer::read(&json.member("friend_reward"))?,
            minimum_order: Money::read(&json.member("minimum_order")),
            coupon: json.text_of("coupon"),
        })
    }
}

/// `POST /b/{merchant}/me`, and `me` in the answer to a join.
pub struct Me {
    pub code: String,
    pub link: String,
    pub verified: bool,
    pub email_hint: String,
    pub shares: f64,
    pub clicks: f64,
    pub friends: f64,
    pub earned: Money,
    pub pending: Money,
    pub rewards: Vec<Reward>,
    pub now: String,
}

impl Read for Me {
    fn read(json: &impl Json) -> Option<Self> {
        let numbers = json.member("numbers");
        Some(Self {
            code: json.text_of("code")?,
            link: json.text_of("link")?,
            verified: json.member("verified").flag()?,
            email_hint: json.text_of("email_hint")?,
            shares: numbers.member("shares").number()?,
            clicks: numbers.member("clicks").number()?,
            friends: numbers.member("friends").number()?,
            earned: Money::read(&json.member("earned"))?,
            pending: Money::read(&json.member("pending"))?,
            rewards: json
                .member("rewards")
                .list()
                .iter()
                .filter_map(Reward::read)
                .collect(),
            now: json.text_of("now")?,
        })
    }
}

/// One reward of an advocate.
pub struct Reward {
    pub id: String,
    pub status: String,
    pub worth: Worth,
    pub created_at: String,
    pub release_at: Option<String>,
    pub awaits: Vec<String>,
    pub reason: Option<String>,
}

impl Read for Reward {
    fn read(json: &impl Json) -> Option<Self> {
        Some(Self {
            id: json.text_of("id")?,
            status: json.text_of("status")?,
            worth: Worth::read(json),
            created_at: json.text_of("created_at")?,
            release_at: json.text_of("release_at"),
            awaits: texts(&json.member("awaits")),
            reason: json.text_of("reason"),
        })
    }
}

fn texts(json: &impl Json) -> Vec<String> {
    json.list().iter().filter_map(Json::text).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    impl Json for Value {
        fn member(&self, name: &str) -> Self {
            self.get(name).cloned().unwrap_or(Self::Null)
        }
        fn text(&self) -> Option<String> {
            self.as_str().map(String::from)
        }
        fn number(&self) -> Option<f64> {
            self.as_f64()
        }
        fn flag(&self) -> Option<bool> {
            self.as_bool()
        }
        fn list(&self) -> Vec<Self> {
            self.as_array().cloned().unwrap_or_default()
        }
    }

    fn json(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn start_is_read() {
        let start = Start::read(&json(include_str!(
            "../../edge/fixtures/browser/start.json"
        )))
        .unwrap();
        assert_eq!(start.name, "Kettle & Leaf");
        assert_eq!(start.locale, "en");
        assert_eq!(start.advocate_reward.unwrap().kind, "store_credit");
        assert_eq!(start.minimum_order.unwrap().currency, "EUR");
        assert!(start.channels.iter().any(|channel| channel == "whatsapp"));
        assert_eq!(start.terms_url, None);
    }

    #[test]
    fn landing_and_claim_are_read() {
        let landing = Landing::read(&json(include_str!(
            "../../edge/fixtures/browser/landing.json"
        )))
        .unwrap();
        assert_eq!(landing.coupon, None);
        assert!(landing.friend_reward.worth.money.is_some());
        let claim = json(include_str!("../../edge/fixtures/browser/claim.json"));
        assert_eq!(claim.text_of("coupon").unwrap(), "HELLO-7KQ4-M2XW");
    }

    #[test]
    fn an_advocate_is_read_on_joining_and_on_coming_back() {
        let join = json(include_str!("../../edge/fixtures/browser/join.json"));
        assert!(join.text_of("session").is_some());
        assert!(!Me::read(&join.member("me")).unwrap().verified);
        let me = Me::read(&json(include_str!("../../edge/fixtures/browser/me.json"))).unwrap();
        assert!(me.verified);
        let reward = me.rewards.first().unwrap();
        assert_eq!(reward.status, "pending");
        assert_eq!(reward.awaits, ["return_period"]);
        assert!(reward.release_at.is_some());
    }

    #[test]
    fn a_body_that_lacks_something_reads_as_none() {
        let mut me = json(include_str!("../../edge/fixtures/browser/me.json"));
        me.as_object_mut().unwrap().remove("link");
        assert!(Me::read(&me).is_none());
        assert!(Start::read(&Value::Null).is_none());
    }
}
