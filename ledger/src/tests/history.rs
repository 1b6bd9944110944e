//! A long, varied history of a shop, by chance that repeats itself.

use std::cell::Cell;
use std::collections::BTreeMap;

use grapevine_domain::code::Code;
use grapevine_domain::conversion::ConversionKind;
use grapevine_domain::money::{Currency, Money};
use grapevine_domain::share::numbers::number_of;
use grapevine_domain::time::DAY_MS;
use serde_json::Value as Json;

use super::harness::{ORIGIN, Shop, batch, browser, publish, server};
use super::programmes::programs;
use crate::clicks::pack;
use crate::command::{Command, Decision, RewardAct};
use crate::error::LedgerError;
use crate::iso::Iso;
use crate::sql::Sql;

const CHANNELS: [&str; 5] = ["email", "whatsapp", "x", "qr", ""];
const PLACEMENTS: [&str; 4] = ["floating", "page", "post-purchase", "somewhere"];
const PEOPLE: usize = 14;

/// Chance that repeats itself.
struct Dice(Cell<u64>);

impl Dice {
    fn below(&self, n: usize) -> usize {
        let mut next = self.0.get();
        next ^= next << 13;
        next ^= next >> 7;
        next ^= next << 17;
        self.0.set(next);
        (next % n as u64) as usize
    }
    fn one<T: Clone>(&self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
    fn once_in(&self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// A history in the making.
pub struct History {
    pub shop: Shop,
    dice: Dice,
    sessions: Vec<String>,
    tokens: Vec<String>,
    coupons: Vec<String>,
    /// Counted by nothing but their counters: what was done.
    pub seen: BTreeMap<String, i64>,
    pub dropped: BTreeMap<String, i64>,
    clicks: u64,
}

impl History {
    pub fn begin(seed: u64) -> Self {
        let shop = Shop::with(programs().remove(seed as usize % 5));
        Self {
            shop,
            dice: Dice(Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)),
            sessions: Vec::new(),
            tokens: Vec::new(),
            coupons: Vec::new(),
            seen: BTreeMap::new(),
            dropped: BTreeMap::new(),
            clicks: 1_000_000,
        }
    }

    /// A "no" is an answer; a fault is a failure.
    fn attempt(&self, command: Command) -> Option<Json> {
        match self.shop.attempt(command.clone()) {
            Ok(answer) => Some(answer),
            Err(LedgerError::Refused(_)) => None,
            Err(other) => panic!("{command:?}: {other}"),
        }
    }

    fn column(&self, statement: &str) -> Vec<String> {
        let rows = self.shop.sql.inner.run(statement, vec![]).unwrap();
        rows.iter().map(|row| row.text(0).unwrap()).collect()
    }

    fn any_of(&self, statement: &str) -> Option<String> {
        let found = self.column(statement);
        (!found.is_empty()).then(|| self.dice.one(&found))
    }

    fn person(&self) -> String {
        format!("person{}@mail.example", self.dice.below(PEOPLE))
    }

    fn amount(&self) -> Money {
        let minor = self
            .dice
            .one(&[0, 900, 2_000, 2_499, 5_000, 12_345, 70_001]);
        let code = if self.dice.once_in(4) { "USD" } else { "EUR" };
        let currency = Currency::parse(code).unwrap();
        Money { minor, currency }
    }

    pub fn join(&mut self) {
        let email = self.person();
        if self.dice.once_in(2) {
            self.shop.advocate(&email);
        } else if let Some(answer) = self.attempt(Command::Join(crate::command::Join {
            email: Some(email),
            placement: self.dice.one(&PLACEMENTS).to_owned(),
            origin: ORIGIN.to_owned(),
            ..Default::default()
        })) && let Some(session) = answer["session"].as_str()
        {
            self.sessions.push(session.to_owned());
        }
    }

    fn traffic(&mut self) {
        let placement = self.dice.one(&PLACEMENTS);
        match self.dice.below(6) {
            0 => {
                let known = if placement == "somewhere" {
                    "other"
                } else {
                    placement
                };
                *self.seen.entry(known.to_owned()).or_default() += 1;
                self.attempt(Command::RecordImpression {
                    placement: placement.to_owned(),
                });
            }
            1 if !self.sessions.is_empty() => {
                let (session, press) = (self.dice.one(&self.sessions), self.dice.below(60));
                let channel = self.dice.one(&CHANNELS).to_owned();
                self.attempt(Command::RecordShare {
                    session,
                    channel,
                    placement: placement.to_owned(),
                    press_id: format!("p{press}"),
                });
            }
            2 => self.clicks(),
            _ => {
                let Some(code) = self.any_of("SELECT code FROM advocates") else {
                    return;
                };
                let ago = self.dice.below(4) as i64 * DAY_MS / 2;
                let at = self.shop.now().plus_ms(-ago);
                let token = self
                    .shop
                    .click_of("acme", &code, self.dice.one(&CHANNELS), at);
                let hidden = self.dice.once_in(8);
                let landed = self.attempt(Command::RecordLanding {
                    token: token.clone(),
                    page: "/".to_owned(),
                    hidden,
                });
                if hidden && landed.is_some() {
                    *self.dropped.entry("hidden_frame".to_owned()).or_default() += 1;
                }
                let claim = Command::ClaimCoupon {
                    token: token.clone(),
                };
                if self.dice.once_in(3)
                    && let Some(claimed) = self.attempt(claim)
                    && let Some(coupon) = claimed["coupon"].as_str()
                {
                    self.coupons.push(coupon.to_owned());
                }
                self.tokens.push(token);
            }
        }
    }

    fn clicks(&mut self) {
        let codes = self.column("SELECT code FROM advocates");
        let mut records = Vec::new();
        for _ in 0..self.dice.below(4) {
            let Some(code) = codes.get(self.dice.below(codes.len().max(1))) else {
                continue;
            };
            self.clicks += 1;
            let at = self
                .shop
                .now()
                .plus_ms(-(self.dice.below(3) as i64) * DAY_MS / 3);
            let channel = number_of(self.dice.one(&CHANNELS));
            let variant = self.dice.below(3) as u8;
            let code = Code::parse(code).unwrap();
            records.push(pack(at, self.clicks, [7; 8], channel, variant, code, 0));
        }
        let mut sent = batch(&format!("b{}", self.clicks), &records);
        sent.dropped
            .insert("bot".to_owned(), self.dice.below(3) as i64);
        let known = self.attempt(Command::RecordClicks(sent.clone())).unwrap();
        if known["new"] == true {
            let nobodys = records.len() as i64 - known["recorded"].as_i64().unwrap();
            for (reason, n) in [("bot", sent.dropped["bot"]), ("unknown_code", nobodys)] {
                *self.dropped.entry(reason.to_owned()).or_default() += n;
            }
        }
        self.attempt(Command::RecordClicks(sent)); // twice: counts once
        self.clicks += 1;
    }

    fn report(&self) {
        let known = self.any_of("SELECT order_id FROM conversions");
        let again = self.dice.once_in(4);
        let id = match known.filter(|_| again) {
            Some(known) => known,
            None => format!("o{}", self.dice.below(100_000)),
        };
        let mut report = if self.dice.once_in(3) {
            browser(&id)
        } else {
            server(&id)
        };
        report.amount = Some(self.amount());
        if self.dice.once_in(5) {
            report.kind = ConversionKind::SignUp;
            report.amount = report.amount.filter(|_| self.dice.once_in(3));
        }
        if !self.dice.once_in(4) {
            report.email = Some(self.person());
        }
        if !self.dice.once_in(3) && !self.tokens.is_empty() {
            let from = self.tokens.len().saturating_sub(12);
            let recent = self.tokens[from..].to_vec();
            report.click_token = Some(self.dice.one(&recent));
            if self.dice.once_in(4) {
                report.click_tokens.push(self.dice.one(&recent));
            }
        }
        if self.dice.once_in(4) && !self.coupons.is_empty() {
            report.coupon = Some(self.dice.one(&self.coupons));
        } else if self.dice.once_in(8) {
            report.coupon = self.any_of("SELECT code FROM coupons WHERE reward_id IS NOT NULL");
        } else if self.dice.once_in(8) {
            report.coupon = self.any_of("SELECT code FROM advocates");
        }
        if self.dice.once_in(3) {
            let ago = self.dice.below(12) as i64 * DAY_MS / 2;
            let now = self.shop.run(Command::Clock)["now"]
                .as_str()
                .map(str::to_owned);
            let now = Iso::parse(&now.unwrap()).unwrap().0;
            report.ordered_at = Some(Iso(now.plus_ms(-ago)));
        }
        let command = Command::ReportConversion(report);
        if self.dice.once_in(6) {
            // A statement fails: nothing of it may be counted.
            let n = self.dice.below(30) as u32;
            if self.shop.run_failing_at(n, command.clone()).is_ok() {
                return;
            }
        }
        self.attempt(command);
    }

    fn give_back(&self) {
        let Some(order_id) = self.any_of("SELECT order_id FROM conversions") else {
            return;
        };
        if self.dice.once_in(4) {
            self.attempt(Command::ReinstateOrder { order_id });
            return;
        }
        let refund_id = format!("r{}", self.dice.below(3));
        let amount = (!self.dice.once_in(3)).then(|| self.amount());
        self.attempt(Command::ReportRefund {
            order_id,
            refund_id,
            amount,
        });
    }

    fn decide(&self) {
        let reason = None;
        if self.dice.once_in(2) {
            let Some(order_id) = self.any_of("SELECT order_id FROM conversions") else {
                return;
            };
            let assign = self.any_of("SELECT id FROM advocates WHERE left_at IS NULL");
            let decision = match (self.dice.below(5), assign) {
                (0, _) => Decision::Approve { reason },
                (1, _) => Decision::Void { reason },
                (2, _) => Decision::Reinstate { reason },
                (3, Some(advocate_id)) => Decision::Assign {
                    advocate_id,
                    reason,
                },
                _ => Decision::Undo { reason },
            };
            self.attempt(Command::DecideOrder { order_id, decision });
        } else if let Some(id) = self.any_of("SELECT id FROM rewards") {
            let act = self.dice.one(&[
                RewardAct::Approve,
                RewardAct::Issue,
                RewardAct::Redeem,
                RewardAct::Void,
                RewardAct::Reinstate,
            ]);
            self.attempt(Command::ActOnReward { id, act, reason });
        }
    }

    pub fn step(&mut self) {
        match self.dice.below(40) {
            0..3 => self.join(),
            3..14 => self.traffic(),
            14..24 => self.report(),
            24..28 => self.give_back(),
            28..33 => self.decide(),
            33 => {
                let program = self.dice.below(5);
                self.attempt(publish(programs().remove(program)));
            }
            34 if self.dice.once_in(3) => {
                if let Some(id) = self.any_of("SELECT id FROM advocates") {
                    self.attempt(Command::RemoveAdvocate {
                        id,
                        may_return: true,
                    });
                }
            }
            35 => {
                let email = self.person();
                if self.shop.mail_to(&email).is_some() {
                    let token = self.shop.mailbox_link(&email);
                    self.attempt(Command::ProveMailbox { token });
                }
            }
            36 => {
                let stop = self.dice.once_in(4);
                self.attempt(Command::PauseProgram { stop });
            }
            37 => {
                self.attempt(Command::AdvanceClock {
                    seconds: self.dice.below(6) as i64 * 43_200,
                });
            }
            _ => {
                self.shop.pass_ms(self.dice.below(30) as i64 * 3_600_000);
                self.attempt(Command::RunDue);
            }
        }
    }
}
