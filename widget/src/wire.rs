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

    /// A member that is a number.
    fn number_of(&self, name: &str) -> Option<f64> {
        self.member(name).number()
    }

    /// A member that is a text; empty where it is none.
    fn text_or_empty(&self, name: &str) -> String {
        self.text_of(name).unwrap_or_default()
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
            minor: json.number_of("minor")?,
            currency: json.text_of("currency")?,
        })
    }
}

/// What one side is offered, or what a reward gives.
pub struct Offer {
    pub kind: String,
    /// An amount.
    pub money: Option<Money>,
    /// A share of an order.
    pub basis_points: Option<f64>,
    /// Of a thing, or of who receives a donation.
    pub name: String,
    /// How many points, days or months.
    pub quantity: f64,
    /// `days` or `months`, of a free period.
    pub unit: String,
}

impl Read for Offer {
    fn read(json: &impl Json) -> Option<Self> {
        Some(Self {
            kind: json.text_of("kind")?,
            money: Money::read(&json.member("money")),
            basis_points: json.number_of("basis_points"),
            name: json.text_or_empty("name"),
            quantity: json.number_of("quantity").unwrap_or_default(),
            unit: json.text_or_empty("unit"),
        })
    }
}

/// `GET /b/{merchant}/start`, as far as the panel needs it.
pub struct Start {
    pub name: String,
    pub locale: String,
    /// Nothing new is promised for now.
    pub paused: bool,
    /// Why: `merchant`, `budget` or `ended`.
    pub pause: Option<String>,
    /// None where that side gets nothing.
    pub advocate_reward: Option<Offer>,
    pub friend_reward: Option<Offer>,
    pub minimum_order: Option<Money>,
    pub hold_days: f64,
    pub logo_url: Option<String>,
    /// Stands above the offer.
    pub picture_url: Option<String>,
    /// `dialog` or `drawer`.
    pub layout: String,
    pub channels: Vec<String>,
    pub terms_url: Option<String>,
    /// The edge's own page, for where the panel can't be had.
    pub page_url: String,
    /// The merchant's own message; none: the panel proposes one.
    pub message: Option<String>,
    /// How this market wants it said that the advocate gets something too; empty: not
    /// at all, none: as the language says it.
    pub disclosure: Option<String>,
}

impl Read for Start {
    fn read(json: &impl Json) -> Option<Self> {
        // What may fail stands first, here and below: little is to be undone then.
        let hold_days = json.number_of("hold_days")?;
        let name = json.text_of("name")?;
        let locale = json.text_of("locale")?;
        let theme = json.member("theme");
        Some(Self {
            name,
            locale,
            hold_days,
            paused: json.member("paused").flag().unwrap_or_default(),
            pause: json.text_of("pause"),
            advocate_reward: Offer::read(&json.member("advocate_reward")),
            friend_reward: Offer::read(&json.member("friend_reward")),
            minimum_order: Money::read(&json.member("minimum_order")),
            logo_url: theme.text_of("logo_url"),
            picture_url: theme.text_of("picture_url"),
            layout: theme.text_of("layout").unwrap_or_default(),
            channels: texts(&json.member("channels")),
            terms_url: json.text_of("terms_url"),
            page_url: json.text_or_empty("page_url"),
            message: json.text_of("message"),
            disclosure: json.text_of("disclosure"),
        })
    }
}

/// `POST /b/{merchant}/landings`. Reads as `None` where the friend gets nothing:
/// then there is nothing to greet with.
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
    /// What the next rewards settle.
    pub owed: Option<Money>,
    pub rewards: Vec<Reward>,
    /// Where the programme has steps by the number of friends.
    pub milestone: Option<Milestone>,
    /// Where the merchant shows the leaderboard.
    pub rank: Option<Rank>,
    pub now: String,
}

impl Read for Me {
    fn read(json: &impl Json) -> Option<Self> {
        let numbers = json.member("numbers");
        let shares = numbers.number_of("shares")?;
        let clicks = numbers.number_of("clicks")?;
        let friends = numbers.number_of("friends")?;
        let verified = json.member("verified").flag()?;
        let earned = Money::read(&json.member("earned"))?;
        let pending = Money::read(&json.member("pending"))?;
        let mut rewards = Vec::new();
        for reward in json.member("rewards").list() {
            rewards.extend(Reward::read(&reward));
        }
        let me = Self {
            code: json.text_or_empty("code"),
            link: json.text_or_empty("link"),
            email_hint: json.text_or_empty("email_hint"),
            now: json.text_or_empty("now"),
            verified,
            shares,
            clicks,
            friends,
            earned,
            pending,
            owed: Money::read(&json.member("owed")),
            rewards,
            milestone: Milestone::read(&json.member("milestone")),
            rank: Rank::read(&json.member("rank")),
        };
        let whole = !me.code.is_empty() && !me.link.is_empty() && !me.now.is_empty();
        whole.then_some(me)
    }
}

/// How far it is to the next step.
pub struct Milestone {
    pub friends: f64,
    /// At how many friends, and what it brings; none where all are reached.
    pub next: Option<(f64, Offer)>,
}

impl Read for Milestone {
    fn read(json: &impl Json) -> Option<Self> {
        Some(Self {
            friends: json.number_of("friends")?,
            next: json
                .number_of("at")
                .zip(Offer::read(&json.member("reward"))),
        })
    }
}

/// A place on the leaderboard.
pub struct Rank {
    pub place: f64,
    pub of: f64,
    pub until: Option<String>,
}

impl Read for Rank {
    fn read(json: &impl Json) -> Option<Self> {
        Some(Self {
            place: json.number_of("place")?,
            of: json.number_of("of")?,
            until: json.text_of("until"),
        })
    }
}

/// One reward of an advocate.
pub struct Reward {
    pub id: String,
    pub status: String,
    pub offer: Offer,
    pub created_at: String,
    pub release_at: Option<String>,
    /// The last moment to use it, where there is one.
    pub expires_at: Option<String>,
    pub awaits: Vec<String>,
    pub reason: Option<String>,
    /// What to enter at checkout, once it is handed over by a code.
    pub coupon: Option<String>,
    /// Where its whole story stands.
    pub receipt_url: Option<String>,
    /// Minor units of it that settled what was owed.
    pub withheld: f64,
}

impl Read for Reward {
    fn read(json: &impl Json) -> Option<Self> {
        let offer = Offer::read(json)?;
        let status = json.text_of("status")?;
        Some(Self {
            id: json.text_or_empty("id"),
            status,
            offer,
            created_at: json.text_or_empty("created_at"),
            release_at: json.text_of("release_at"),
            expires_at: json.text_of("expires_at"),
            awaits: texts(&json.member("awaits")),
            reason: json.text_of("reason"),
            coupon: json.text_of("coupon"),
            receipt_url: json.text_of("receipt_url"),
            withheld: json.number_of("withheld_minor").unwrap_or_default(),
        })
    }
}

fn texts(json: &impl Json) -> Vec<String> {
    let mut out = Vec::new();
    for item in json.list() {
        out.extend(item.text());
    }
    out
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
        assert!(!start.paused);
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
        assert!(landing.friend_reward.money.is_some());
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
        assert_eq!(reward.withheld, 0.0);
        let issued = me.rewards.get(1).unwrap();
        assert_eq!((issued.status.as_str(), issued.withheld), ("issued", 0.0));
        assert_eq!(issued.coupon.as_deref(), Some("THANKS-7KQ4-M2XW"));
        assert_eq!(issued.offer.name, "Tea box");
        assert!(issued.expires_at.is_some() && issued.offer.money.is_none());
        assert_eq!(me.owed.unwrap().minor, 0.0);
    }

    #[test]
    fn a_programme_for_one_side_is_read_and_greets_nobody_who_gets_nothing() {
        let mut start = json(include_str!("../../edge/fixtures/browser/start.json"));
        start["friend_reward"] = Value::Null;
        start["paused"] = Value::Bool(true);
        let start = Start::read(&start).unwrap();
        assert!(start.friend_reward.is_none() && start.advocate_reward.is_some() && start.paused);
        let mut landing = json(include_str!("../../edge/fixtures/browser/landing.json"));
        landing["friend_reward"] = Value::Null;
        assert!(Landing::read(&landing).is_none());
    }

    #[test]
    fn a_pause_says_why() {
        let mut start = json(include_str!("../../edge/fixtures/browser/start.json"));
        start["paused"] = Value::Bool(true);
        start["pause"] = Value::from("budget");
        let start = Start::read(&start).unwrap();
        assert_eq!(start.pause.as_deref(), Some("budget"));
        assert!(start.page_url.contains("/p/"));
    }

    #[test]
    fn steps_and_places_are_read_where_there_are_some() {
        let mut me = json(include_str!("../../edge/fixtures/browser/me.json"));
        for (step, at) in [
            (
                r#"{"friends":3,"at":5,"reward":{"kind":"points","quantity":500}}"#,
                Some(5.0),
            ),
            (r#"{"friends":12,"at":null,"reward":null}"#, None),
        ] {
            me["milestone"] = json(step);
            let milestone = Me::read(&me).unwrap().milestone.unwrap();
            assert_eq!(milestone.next.map(|(at, _)| at), at);
        }
        me["milestone"] = Value::Null;
        me["rank"] = json(r#"{"place":2,"of":14,"until":null}"#);
        let me = Me::read(&me).unwrap();
        assert!(me.milestone.is_none());
        assert_eq!(me.rank.unwrap().of, 14.0);
        me.rewards
            .iter()
            .for_each(|reward| assert!(reward.receipt_url.is_some()));
    }

    #[test]
    fn every_kind_is_read() {
        let offer = |text| Offer::read(&json(text)).unwrap();
        let points = offer(
            r#"{"kind":"points","money":null,"basis_points":null,"name":"","quantity":500,"unit":null}"#,
        );
        assert_eq!((points.quantity, points.unit.as_str()), (500.0, ""));
        let period = offer(
            r#"{"kind":"free_period","money":null,"basis_points":null,"name":"","quantity":3,"unit":"months"}"#,
        );
        assert_eq!((period.quantity, period.unit.as_str()), (3.0, "months"));
        assert!(Offer::read(&Value::Null).is_none());
    }

    #[test]
    fn a_body_that_lacks_something_reads_as_none() {
        let mut me = json(include_str!("../../edge/fixtures/browser/me.json"));
        me.as_object_mut().unwrap().remove("link");
        assert!(Me::read(&me).is_none());
        assert!(Start::read(&Value::Null).is_none());
    }
}
