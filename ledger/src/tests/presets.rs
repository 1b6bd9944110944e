//! Every preset as a merchant would use it: from the first share to a reward that is
//! used, with a refund, with the limit that is its own, and with the books checked to
//! the cent after each.

mod by_order;
mod codes;
mod credit;
mod documents;
mod prizes;
mod sign_ups;
mod words;

use std::cell::Cell;
use std::collections::BTreeMap;

use grapevine_domain::code::Code;
use grapevine_domain::conversion::ConversionKind;
use grapevine_domain::money::Money;
use grapevine_domain::reward::{RewardStatus, Rule, Side};
use grapevine_domain::share::numbers::number_of;
use serde_json::{Value as Json, json};

use super::harness::{Shop, batch, eur, euros, server, text};
use crate::clicks::pack;
use crate::command::{Command, Report, RewardAct};
use crate::sql::Sql;
use crate::store::advocates;
use crate::store::rewards::{self, Reward};

/// A shop that started from a preset, with an advocate whose address is proved.
struct Walk {
    shop: Shop,
    session: String,
    code: String,
    friends: Cell<u64>,
}

/// The money in the books, minor units of both sides together.
#[derive(Debug, PartialEq, Eq)]
struct Money4 {
    /// What referred orders brought, after refunds.
    revenue: i64,
    /// What standing rewards are worth.
    cost: i64,
    /// What was handed over and not forgiven.
    handed: i64,
    /// What advocates owe.
    owed: i64,
}

const fn sums(revenue: i64, cost: i64, handed: i64, owed: i64) -> Money4 {
    Money4 {
        revenue,
        cost,
        handed,
        owed,
    }
}

impl Walk {
    /// Ada joins from the panel and proves her address.
    fn start(preset: &str) -> Self {
        let shop = Shop::open();
        shop.run(Command::PublishPreset {
            preset: preset.to_owned(),
            base_version: Some(1),
        });
        let (_, code) = shop.join("ada@mail.example");
        let token = shop.mailbox_link("ada@mail.example");
        let proved = shop.run(Command::ProveMailbox { token });
        Self {
            session: text(&proved, "/session"),
            code,
            shop,
            friends: Cell::new(0),
        }
    }

    /// Ada shares; somebody clicks and lands: the click token.
    fn lands(&self) -> String {
        let n = self.friends.get() + 1;
        self.friends.set(n);
        self.shop.run(Command::RecordShare {
            session: self.session.clone(),
            channel: "whatsapp".to_owned(),
            placement: "inline".to_owned(),
            press_id: format!("press-{n}"),
        });
        let code = Code::parse(&self.code).unwrap();
        let visitor = n.to_be_bytes();
        let click = pack(
            self.shop.now(),
            n,
            visitor,
            number_of("whatsapp"),
            0,
            code,
            0,
        );
        self.shop
            .run(Command::RecordClicks(batch(&format!("b{n}"), &[click])));
        let token = self.shop.click(&self.code, "whatsapp");
        self.shop.run(Command::RecordLanding {
            token: token.clone(),
            page: "/".to_owned(),
            hidden: false,
        });
        token
    }

    /// A new friend takes the offer and orders.
    fn buys(&self, order: &str, minor: i64) -> Json {
        let token = self.lands();
        let coupon = self.shop.claim(&token);
        let email = format!("friend-{order}@mail.example");
        let report = server(order).token(&token).coupon(&coupon).amount(minor);
        self.shop.report(report.email(&email))
    }

    /// A new friend takes the offer and opens an account.
    fn signs_up(&self, name: &str) -> Json {
        let token = self.lands();
        let coupon = self.shop.claim(&token);
        let email = format!("{name}@mail.example");
        self.shop
            .report(account(name).token(&token).coupon(&coupon).email(&email))
    }

    fn after(&self, days: i64) {
        self.shop.pass_days(days);
        self.shop.run(Command::RunDue);
    }

    fn all(&self) -> Vec<Reward> {
        rewards::newest(&self.shop.sql, None, None, None, 10_000).unwrap()
    }

    fn reward(&self, order: &str, side: Side) -> Reward {
        let mut all = self.all().into_iter();
        all.find(|reward| reward.order_id == order && reward.side == side)
            .unwrap()
    }

    fn own(&self, order: &str) -> Reward {
        self.reward(order, Side::Advocate)
    }

    fn friends(&self, order: &str) -> Reward {
        self.reward(order, Side::Friend)
    }

    /// The shop does something with a reward, by hand.
    fn act(&self, reward: &Reward, act: RewardAct, reason: &str) -> Json {
        self.shop.run(Command::ActOnReward {
            id: reward.id.clone(),
            act,
            reason: Some(reason.to_owned()),
        })
    }

    fn cancel(&self, order: &str) {
        self.shop.run(Command::ReportRefund {
            order_id: order.to_owned(),
            refund_id: format!("cancel-{order}"),
            amount: None,
        });
    }

    /// Somebody orders with a code of an advocate's reward.
    fn spends(&self, order: &str, code: &str) {
        let report = server(order).coupon(code).email("ada@mail.example");
        self.shop.report(report);
    }

    /// The books are sound, and come to these sums.
    fn books(&self, expected: Money4) {
        assert_eq!(audit(&self.shop), expected);
    }
}

/// A sign-up as the shop's server reports it.
fn account(name: &str) -> Report {
    Report {
        kind: ConversionKind::SignUp,
        amount: None,
        ..server(name)
    }
}

/// What a reward's arithmetic says, rule by rule.
fn arithmetic(reward: &Reward) -> Vec<(Rule, i64)> {
    let steps = reward.steps.iter();
    steps.map(|step| (step.rule, step.minor)).collect()
}

/// Checks everything that must hold in any books, and adds them up anew.
fn audit(shop: &Shop) -> Money4 {
    shop.sound();
    let all = rewards::newest(&shop.sql, None, None, None, 10_000).unwrap();
    let (mut cost, mut handed, mut stands, mut kept_back) = (0, 0, 0, 0);
    let mut counted: BTreeMap<(i64, String, String), i64> = BTreeMap::new();
    for reward in &all {
        let last = reward.steps.last().unwrap().minor;
        let (worth, payable) = (reward.worth.minor, reward.payable_minor());
        if reward.stands() {
            assert!(last == worth || last == payable, "{reward:?}");
            cost += worth;
        }
        assert!((0..=worth).contains(&reward.withheld_minor), "{reward:?}");
        assert!(reward.handed_minor >= reward.forgiven_minor, "{reward:?}");
        let net = reward.handed_minor - reward.forgiven_minor;
        handed += net;
        match reward.status {
            RewardStatus::Issued | RewardStatus::Redeemed => stands += worth,
            RewardStatus::Approved => kept_back += reward.withheld_minor,
            RewardStatus::Expired => stands += net + reward.withheld_minor,
            RewardStatus::Pending | RewardStatus::Voided => {}
        }
        for ((day, measure, dimension), n) in reward.tally() {
            *counted
                .entry((day, measure.to_owned(), dimension))
                .or_default() += n;
        }
    }
    counted.retain(|_, n| *n != 0);
    assert_eq!(counters(shop), counted, "counters are the sums of rewards");
    let mut owed = 0;
    let advocates = shop
        .sql
        .inner
        .run("SELECT id FROM advocates", vec![])
        .unwrap();
    for row in advocates {
        let id = row.text(0).unwrap();
        assert!(advocates::by_id(&shop.sql, &id).unwrap().is_some());
        owed += rewards::owed(&shop.sql, &id, eur()).unwrap();
    }
    assert_eq!(
        handed - owed,
        stands + kept_back,
        "handed over less owed is what stands"
    );
    let home = shop.run(Command::Home);
    assert_eq!(home["reward_cost"], json!(euros(cost)));
    let revenue: Money = serde_json::from_value(home["revenue"].clone()).unwrap();
    sums(revenue.minor, cost, handed, owed)
}

/// What the daily counters say of rewards.
fn counters(shop: &Shop) -> BTreeMap<(i64, String, String), i64> {
    let rows = shop.sql.inner.run(
        "SELECT day, measure, dimension, n FROM counters \
         WHERE measure IN ('reward', 'cost', 'wanted') AND n <> 0",
        vec![],
    );
    rows.unwrap()
        .iter()
        .map(|row| {
            let key = (
                row.int(0).unwrap(),
                row.text(1).unwrap(),
                row.text(2).unwrap(),
            );
            (key, row.int(3).unwrap())
        })
        .collect()
}
