//! Every roll-up can be made again from the event log, the click segments and the
//! landings, and is the same to the last row, after whatever history. Impressions and
//! what was dropped have no other record than their counters.

use std::cell::Cell;
use std::collections::BTreeMap;

use grapevine_domain::code::Code;
use grapevine_domain::conversion::ConversionKind;
use grapevine_domain::money::{Amounts, Currency, Money};
use grapevine_domain::period::Period;
use grapevine_domain::program::{Budget, Cap, NewCustomer, Prize, Program, SelfReferral, Trigger};
use grapevine_domain::reward::{Clawback, Offer, PartialRefund, SideRules};
use grapevine_domain::share::numbers::number_of;
use grapevine_domain::time::DAY_MS;
use serde_json::Value as Json;

use super::harness::{ORIGIN, Shop, batch, browser, credit, publish, server, share, starter};
use super::recount::{Counted, by_events, by_rows, kept};
use crate::clicks::pack;
use crate::command::{Command, Decision, RewardAct};
use crate::error::LedgerError;
use crate::iso::Iso;
use crate::sql::Sql;

const CHANNELS: [&str; 5] = ["email", "whatsapp", "x", "qr", ""];
const PLACEMENTS: [&str; 4] = ["floating", "page", "post-purchase", "somewhere"];
const PEOPLE: usize = 14;

fn both(euros: i64, dollars: i64) -> Amounts {
    let [eur, usd] = ["EUR", "USD"].map(|code| Currency::parse(code).unwrap());
    Amounts([(eur, euros), (usd, dollars)].into())
}

fn money(amounts: Amounts) -> SideRules {
    SideRules::of(Offer::StoreCredit { amounts })
}

/// Programmes that use every rule that a count could depend on.
fn programs() -> Vec<Program> {
    let careful = Program {
        minimum_order: Some(both(2_000, 2_500)),
        advocate: Some(money(both(1_000, 1_100))),
        friend: Some(share(1_000)),
        ..starter()
    };
    let generous = Program {
        trigger: Trigger::EveryOrder,
        new_customer: NewCustomer::Anyone,
        advocate: Some(share(1_500)),
        partial_refund: PartialRefund::Scale,
        clawback: Clawback::Forgive,
        browser_orders_pay: true,
        self_referral: SelfReferral::Flag,
        caps: vec![Cap {
            per: Period::Month,
            rewards: Some(4),
            amounts: Some(both(3_000, 3_000)),
        }],
        ..starter()
    };
    let mut expiring = credit(700);
    expiring.expires_days = Some(5);
    let thrifty = Program {
        advocate: Some(expiring),
        friend: Some(money(both(500, 600))),
        hold_days: 3,
        partial_refund: PartialRefund::Void,
        self_referral: SelfReferral::Allow,
        budget: Some(Budget {
            per: Period::Week,
            amounts: both(4_000, 1_200),
            low_at_percent: 20,
        }),
        prize: Some(Prize {
            per: Period::Week,
            offer: Offer::Cash {
                amounts: both(2_500, 2_500),
            },
            places: 2,
            minimum_friends: 1,
        }),
        ..starter()
    };
    let sign_ups = Program {
        trigger: Trigger::SignUp,
        advocate: Some(credit(300)),
        friend: None,
        hold_days: 0,
        ..starter()
    };
    let second = Program {
        trigger: Trigger::NthOrder { n: 2 },
        new_customer: NewCustomer::NotWithinDays { days: 20 },
        budget: Some(Budget {
            per: Period::Month,
            amounts: both(9_000, 9_000),
            low_at_percent: 50,
        }),
        ..starter()
    };
    vec![careful, generous, thrifty, sign_ups, second]
}

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
struct History {
    shop: Shop,
    dice: Dice,
    sessions: Vec<String>,
    tokens: Vec<String>,
    coupons: Vec<String>,
    /// Counted by nothing but their counters: what was done.
    seen: BTreeMap<String, i64>,
    dropped: BTreeMap<String, i64>,
    clicks: u64,
}

impl History {
    fn begin(seed: u64) -> Self {
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

    fn join(&mut self) {
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
            records.push(pack(at, self.clicks, [7; 8], channel, variant, code));
        }
        let mut sent = batch(&format!("b{}", self.clicks), &records);
        sent.dropped
            .insert("bot".to_owned(), self.dice.below(3) as i64);
        let known = self.attempt(Command::RecordClicks(sent.clone())).unwrap();
        if known["recorded"] != 0 || records.is_empty() {
            *self.dropped.entry("bot".to_owned()).or_default() += sent.dropped["bot"];
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

    fn step(&mut self) {
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
                    self.attempt(Command::RemoveAdvocate { id });
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

/// The counts of some measures.
fn only(mut counted: Counted, which: impl Fn(&str) -> bool) -> Counted {
    counted.retain(|(measure, ..), _| which(measure));
    counted
}

fn without_other_record(measure: &str) -> bool {
    matches!(measure, "impression" | "dropped")
}

fn by_dimension(counted: &Counted, measure: &str) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for ((name, dimension, _), n) in counted {
        if name == measure {
            *sums.entry(dimension.clone()).or_default() += n;
        }
    }
    sums
}

fn differences(left: &Counted, right: &Counted) -> Vec<String> {
    let keys: std::collections::BTreeSet<_> = left.keys().chain(right.keys()).collect();
    let of = |counted: &Counted, key| counted.get(key).copied().unwrap_or(0);
    keys.into_iter()
        .map(|key| (key, of(left, key), of(right, key)))
        .filter(|(_, left, right)| left != right)
        .map(|(key, left, right)| format!("{key:?}: {left} against {right}"))
        .collect()
}

/// Measures that orders, referrals and rewards say nothing of.
const OF_TRAFFIC: [&str; 9] = [
    "impression",
    "joined",
    "share",
    "click",
    "landing",
    "claim",
    "share_placement",
    "click_variant",
    "dropped",
];

fn play(seed: u64, steps: usize) -> Counted {
    let mut history = History::begin(seed);
    for _ in 0..4 {
        history.join();
    }
    for _ in 0..steps {
        history.step();
    }
    let shop = &history.shop;
    let counters = kept(shop);
    let none: Vec<String> = Vec::new();
    let of_rows = by_rows(shop);
    let counted_of_rows = only(counters.clone(), |measure| !OF_TRAFFIC.contains(&measure));
    assert_eq!(
        differences(&counted_of_rows, &of_rows),
        none,
        "rows, seed {seed}"
    );
    let recorded = only(counters.clone(), |measure| !without_other_record(measure));
    assert_eq!(
        differences(&recorded, &by_events(shop)),
        none,
        "events, seed {seed}"
    );
    history.dropped.retain(|_, n| *n != 0);
    assert_eq!(by_dimension(&counters, "impression"), history.seen);
    assert_eq!(by_dimension(&counters, "dropped"), history.dropped);
    assert!(
        counters.values().all(|n| *n > 0),
        "nothing is counted below zero"
    );
    history.shop.sound();
    counters
}

fn measures_of(counted: &Counted) -> std::collections::BTreeSet<String> {
    counted
        .keys()
        .map(|(measure, ..)| measure.clone())
        .collect()
}

#[test]
fn every_roll_up_can_be_made_again_from_what_happened() {
    let mut measures = std::collections::BTreeSet::new();
    for seed in 1..=5 {
        measures.extend(measures_of(&play(seed, 400)));
    }
    // The history was varied enough to count everything that can be counted.
    assert_eq!(measures.len(), 33, "{measures:?}");
}
