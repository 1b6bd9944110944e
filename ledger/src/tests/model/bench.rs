//! The books on the bench: the same steps as commands, and a picture of what they
//! came to. One database serves all histories, since opening one takes longer than
//! playing a history.

use std::collections::BTreeMap;

use grapevine_domain::conversion::ConversionKind;
use grapevine_domain::money::{Currency, Money};
use grapevine_domain::reward::Side;
use serde_json::Value as Json;

use super::facts::{MINUTE, Model};
use super::step::{ADVOCATES, Act, CLICKS, Step, Told, Typed, UNPROVED, Word};
use crate::command::{Command, Decision, Report, RewardAct};
use crate::error::LedgerError;
use crate::iso::Iso;
use crate::sql::Sql;
use crate::store::rewards;
use crate::tests::harness::{ORIGIN, START, Shop, browser, publish, server, text};

/// What is compared: a name, and what is known under it.
pub type Picture = BTreeMap<String, String>;

pub struct Bench {
    pub shop: Shop,
    ids: Vec<String>,
    codes: Vec<String>,
    tokens: Vec<String>,
    coupons: BTreeMap<usize, String>,
    pool_codes: usize,
    tables: Vec<String>,
}

pub fn email(person: usize) -> String {
    format!("person{person}@mail.example")
}

pub const CURRENCIES: [&str; 2] = ["EUR", "USD"];

impl Bench {
    pub fn new() -> Self {
        let shop = Shop::open();
        let mut codes = Vec::new();
        for number in 0..ADVOCATES {
            codes.push(match number {
                UNPROVED => shop.join(&email(number)).1,
                _ => shop.advocate(&email(number)),
            });
        }
        let id = |code: &String| {
            let found = shop.sql.run(
                "SELECT id FROM advocates WHERE code = ?",
                vec![code.as_str().into()],
            );
            found.unwrap()[0].text(0).unwrap()
        };
        let ids = codes.iter().map(id).collect();
        let tokens = (0..CLICKS.len())
            .map(|click| {
                let at = START.plus_ms(Model::clicked_at(click) - START.0);
                shop.click_of("acme", &codes[CLICKS[click].0], "x", at)
            })
            .collect();
        let tables: Vec<String> = shop.dump().into_keys().collect();
        shop.sql.script("ATTACH ':memory:' AS blank").unwrap();
        for table in &tables {
            let copy = format!("CREATE TABLE blank.{table} AS SELECT * FROM main.{table}");
            shop.sql.script(&copy).unwrap();
        }
        Self {
            shop,
            ids,
            codes,
            tokens,
            coupons: BTreeMap::new(),
            pool_codes: 0,
            tables,
        }
    }

    /// The books as they were at the beginning.
    pub fn clear(&mut self) {
        self.shop.pass_ms(START.0 - self.shop.now().0);
        self.coupons.clear();
        let sql = &self.shop.sql;
        sql.transaction(&mut || {
            for table in &self.tables {
                sql.run(&format!("DELETE FROM main.{table}"), vec![])?;
                let copy = format!("INSERT INTO main.{table} SELECT * FROM blank.{table}");
                sql.run(&copy, vec![])?;
            }
            Ok(())
        })
        .unwrap();
    }

    /// The first column of the first row for an id.
    pub fn one(&self, statement: &str, id: &str) -> Option<String> {
        let rows = self.shop.sql.run(statement, vec![id.into()]).unwrap();
        rows.first().and_then(|row| row.maybe_text(0))
    }

    /// A column of what an order and an advocate have in a table.
    fn of(&self, table: &str, column: &str, order: usize, advocate: usize) -> Option<String> {
        let statement = format!(
            "SELECT {column} FROM {table} AND advocate_id = '{}'",
            self.ids[advocate]
        );
        self.one(&statement, &order.to_string())
    }

    fn reward(&self, column: &str, order: usize, advocate: usize, side: Side) -> Option<String> {
        let table = format!("rewards WHERE order_id = ? AND side = '{}'", side.as_str());
        self.of(&table, column, order, advocate)
    }

    fn report(&self, told: &Told) -> Option<Report> {
        let id = told.order.to_string();
        let mut report = if told.server {
            server(&id)
        } else {
            browser(&id)
        };
        if told.sign_up {
            report.kind = ConversionKind::SignUp;
        }
        report.amount = Some(Money {
            minor: told.minor,
            currency: Currency::parse(told.currency).unwrap(),
        });
        report.email = told.person.map(email);
        let token = |click: &usize| self.tokens[*click].clone();
        report.click_tokens = told.clicks.iter().map(token).collect();
        report.coupon = match told.typed {
            None => None,
            Some(Typed::Claimed(click)) => Some(self.coupons.get(&click)?.clone()),
            Some(Typed::Personal(advocate)) => Some(self.codes[advocate].clone()),
            Some(Typed::Shops) => Some("SUMMER".to_owned()),
            Some(Typed::Reward(order, advocate)) => {
                Some(self.reward("coupon", order, advocate, Side::Advocate)?)
            }
        };
        let before = |minutes: i64| Iso(self.shop.now().plus_ms(-minutes * MINUTE));
        report.ordered_at = told.ago.map(before);
        report.checkout_started_at = told.checkout_ago.map(before);
        report.new_customer = told.not_new.then_some(false);
        Some(report)
    }

    /// The command of a step; `None` where it makes none.
    pub fn command(&mut self, step: &Step) -> Option<Command> {
        Some(match step {
            Step::Publish(program) => publish((**program).clone()),
            Step::Report(told) => Command::ReportConversion(self.report(told)?),
            Step::Refund(order, number, what) => Command::ReportRefund {
                order_id: order.to_string(),
                refund_id: number.to_string(),
                amount: what.map(|(minor, currency)| Money {
                    minor,
                    currency: Currency::parse(currency).unwrap(),
                }),
            },
            Step::PaidAfterAll(order) => Command::ReinstateOrder {
                order_id: order.to_string(),
            },
            Step::Claim(click) => Command::ClaimCoupon {
                token: self.tokens[*click].clone(),
            },
            Step::Pass(minutes) => {
                self.shop.pass_ms(minutes * MINUTE);
                return None;
            }
            Step::Due => Command::RunDue,
            Step::Decide(order, advocate, word) => {
                let decision = self.decision(*word);
                match advocate {
                    None => Command::DecideOrder {
                        order_id: order.to_string(),
                        decision,
                    },
                    Some(advocate) => Command::DecideReferral {
                        id: self.of("referrals WHERE order_id = ?", "id", *order, *advocate)?,
                        decision,
                    },
                }
            }
            Step::Act(order, advocate, side, act) => Command::ActOnReward {
                id: self.reward("id", *order, *advocate, *side)?,
                act: match act {
                    Act::Approve => RewardAct::Approve,
                    Act::Issue => RewardAct::Issue,
                    Act::Redeem => RewardAct::Redeem,
                    Act::Void => RewardAct::Void,
                    Act::Reinstate => RewardAct::Reinstate,
                },
                reason: None,
            },
            Step::FillPool(codes) => {
                let from = self.pool_codes;
                self.pool_codes += codes;
                Command::AddCoupons {
                    pool: "P".to_owned(),
                    codes: (from..from + codes).map(|n| format!("POOL{n}")).collect(),
                }
            }
            Step::Leave => {
                self.shop.pass_ms(MINUTE);
                Command::RemoveAdvocate {
                    id: self.ids[super::step::LEAVER].clone(),
                    may_return: true,
                }
            }
            Step::Prove => Command::AddAdvocate {
                email: email(UNPROVED),
                name: None,
                origin: ORIGIN.to_owned(),
            },
        })
    }

    fn decision(&self, word: Word) -> Decision {
        let reason = None;
        match word {
            Word::Approve => Decision::Approve { reason },
            Word::Void => Decision::Void { reason },
            Word::Reinstate => Decision::Reinstate { reason },
            Word::Assign(advocate) => Decision::Assign {
                advocate_id: self.ids[advocate].clone(),
                reason,
            },
            Word::Undo => Decision::Undo { reason },
        }
    }

    /// Takes a step; `false` when the books refuse it or there is nothing to do.
    pub fn take(&mut self, step: &Step) -> Result<bool, String> {
        let Some(command) = self.command(step) else {
            return Ok(matches!(step, Step::Pass(_)));
        };
        match self.shop.attempt(command) {
            Ok(answer) => {
                if let Step::Claim(click) = step {
                    self.note_coupon(*click, &answer);
                }
                Ok(true)
            }
            Err(LedgerError::Refused(_)) => Ok(false),
            Err(other) => Err(other.to_string()),
        }
    }

    fn note_coupon(&mut self, click: usize, answer: &Json) {
        if answer["coupon"].is_string() {
            self.coupons.insert(click, text(answer, "/coupon"));
        }
    }

    /// What the books came to.
    pub fn picture(&self) -> Picture {
        let mut picture = Picture::new();
        let number = |id: &str| self.ids.iter().position(|known| known == id).unwrap();
        let sql = &self.shop.sql;
        let all = |statement: &str| sql.run(statement, vec![]).unwrap();
        for row in all("SELECT order_id, verdict, position FROM conversions") {
            picture.insert(
                format!("order {}", row.text(0).unwrap()),
                format!("{} #{}", row.text(1).unwrap(), row.int(2).unwrap()),
            );
        }
        for row in all("SELECT order_id, advocate_id, status, coalesce(reason, '') FROM referrals")
        {
            picture.insert(
                format!(
                    "referral {}/{}",
                    row.text(0).unwrap(),
                    number(&row.text(1).unwrap())
                ),
                format!("{} {}", row.text(2).unwrap(), row.text(3).unwrap()),
            );
        }
        for row in all(
            "SELECT order_id, advocate_id, side, status, coalesce(reason, ''), amount_minor, currency, \
             handed_minor, withheld_minor, forgiven_minor FROM rewards",
        ) {
            let (status, reason) = (row.text(3).unwrap(), row.text(4).unwrap());
            let mut line = format!("{status} {reason}");
            if status != "voided" || reason == "budget_spent" {
                line += &format!(" worth {} {}", row.int(5).unwrap(), row.text(6).unwrap());
            }
            let [handed, withheld, forgiven] = [7, 8, 9].map(|at| row.int(at).unwrap());
            line += &format!(" handed {handed} withheld {withheld} forgiven {forgiven}");
            picture.insert(
                format!(
                    "reward {}/{} {}",
                    row.text(0).unwrap(),
                    number(&row.text(1).unwrap()),
                    row.text(2).unwrap()
                ),
                line,
            );
        }
        for row in all("SELECT id, referred_by FROM advocates WHERE referred_by IS NOT NULL") {
            picture.insert(
                format!("came {}", number(&row.text(0).unwrap())),
                number(&row.text(1).unwrap()).to_string(),
            );
        }
        for row in all("SELECT DISTINCT advocate_id, currency FROM rewards \
             WHERE side = 'advocate' AND (handed_minor <> 0 OR withheld_minor <> 0)")
        {
            let (id, currency) = (row.text(0).unwrap(), row.text(1).unwrap());
            let owed = rewards::owed(sql, &id, Currency::parse(&currency).unwrap()).unwrap();
            if owed != 0 {
                picture.insert(format!("owed {} {currency}", number(&id)), owed.to_string());
            }
        }
        for row in all(
            "SELECT measure, dimension, sum(n) FROM counters WHERE measure IN ('cost', 'wanted') \
             GROUP BY 1, 2 HAVING sum(n) <> 0",
        ) {
            picture.insert(
                format!("count {} {}", row.text(0).unwrap(), row.text(1).unwrap()),
                row.int(2).unwrap().to_string(),
            );
        }
        picture
    }
}
