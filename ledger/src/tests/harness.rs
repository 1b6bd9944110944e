//! A shop with books of its own: a database in memory that can be made to fail, a
//! clock that stands still until it is moved, and chance that repeats itself.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use grapevine_domain::code::Code;
use grapevine_domain::conversion::{ConversionKind, Reporter};
use grapevine_domain::money::{Amounts, Currency, Money};
use grapevine_domain::program::Program;
use grapevine_domain::reward::{Offer, SideRules};
use grapevine_domain::share::numbers::number_of;
use grapevine_domain::time::{DAY_MS, Timestamp};
use grapevine_domain::token::ClickToken;
use serde_json::Value as Json;

use super::failing_sql::FailingSql;
use crate::books::{Books, Memory};
use crate::clicks::{Batch, RECORD, Receipt, commit};
use crate::command::{Answer, Command, Decision, Join, NewMerchant, Report, RewardAct, execute};
use crate::error::LedgerError;
use crate::events::{Chain, Part, verify};
use crate::iso::Iso;
use crate::keyring::{Keyring, Purpose, mac16, test_keyring};
use crate::native::NativeSql;
use crate::signed;
use crate::sql::{Row, Sql};

pub const START: Timestamp = Timestamp(1_795_000_000_000);
pub const ORIGIN: &str = "https://refer.shop.example";
pub const SLUG: &str = "acme";

/// Every row of every table.
pub type Dump = BTreeMap<String, Vec<Row>>;

pub struct Shop {
    pub sql: FailingSql,
    pub ring: Keyring,
    clock: Cell<Timestamp>,
    chance: Cell<u64>,
    clicks: Cell<u64>,
}

pub fn euros(minor: i64) -> Money {
    Money {
        minor,
        currency: eur(),
    }
}

pub fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

pub fn starter() -> Program {
    Program::starter(eur())
}

/// A side that gets a share of the order.
pub fn share(basis_points: u32) -> SideRules {
    SideRules::of(Offer::PercentOff {
        basis_points,
        up_to: None,
    })
}

/// A side that gets store credit.
pub fn credit(minor: i64) -> SideRules {
    SideRules::of(Offer::StoreCredit {
        amounts: Amounts::of(euros(minor)),
    })
}

/// An amount off the advocate's next order.
pub fn amount_off(minor: i64) -> SideRules {
    SideRules::of(Offer::AmountOff {
        amounts: Amounts::of(euros(minor)),
    })
}

pub fn publish(program: Program) -> Command {
    Command::PublishProgram {
        program: Some(program),
        base_version: None,
    }
}

pub fn new_merchant(program: Option<Program>) -> NewMerchant {
    NewMerchant {
        slug: SLUG.to_owned(),
        name: "Acme".to_owned(),
        shop_url: "https://shop.example/".to_owned(),
        email: "owner@shop.example".to_owned(),
        currency: "EUR".to_owned(),
        locale: "en".to_owned(),
        test: true,
        clock_offset_seconds: 0,
        accent: None,
        consent_required: false,
        destinations: Vec::new(),
        hosts: Vec::new(),
        logo_url: None,
        picture_url: None,
        program,
    }
}

/// An order as the shop's server reports it, with nothing but its number.
pub fn server(order_id: &str) -> Report {
    Report {
        reporter: Reporter::Server,
        kind: ConversionKind::Order,
        order_id: order_id.to_owned(),
        amount: Some(euros(5_000)),
        email: None,
        email_consent: false,
        new_customer: None,
        checkout_started_at: None,
        click_token: None,
        click_tokens: Vec::new(),
        coupon: None,
        ordered_at: None,
        idempotency_key: None,
    }
}

/// The same from the buyer's browser.
pub fn browser(order_id: &str) -> Report {
    Report {
        reporter: Reporter::Browser,
        ..server(order_id)
    }
}

impl Report {
    pub fn token(mut self, token: &str) -> Self {
        self.click_token = Some(token.to_owned());
        self
    }
    pub fn coupon(mut self, coupon: &str) -> Self {
        self.coupon = Some(coupon.to_owned());
        self
    }
    pub fn email(mut self, email: &str) -> Self {
        self.email = Some(email.to_owned());
        self
    }
    pub fn amount(mut self, minor: i64) -> Self {
        self.amount = Some(euros(minor));
        self
    }
    pub fn key(mut self, key: &str) -> Self {
        self.idempotency_key = Some(key.to_owned());
        self
    }
    pub fn days_ago(mut self, days: i64) -> Self {
        self.ordered_at = Some(Iso(START.plus_ms(-days * DAY_MS)));
        self
    }
}

impl Shop {
    /// A database that nobody has opened books in.
    pub fn bare() -> Self {
        Self {
            sql: FailingSql {
                inner: NativeSql::in_memory().unwrap(),
                left: Cell::new(None),
                count: Cell::new(0),
            },
            ring: test_keyring(),
            clock: Cell::new(START),
            chance: Cell::new(1),
            clicks: Cell::new(0),
        }
    }

    /// A shop with the careful programme.
    pub fn open() -> Self {
        Self::with(starter())
    }

    pub fn with(program: Program) -> Self {
        let shop = Self::bare();
        shop.run(Command::CreateMerchant(new_merchant(Some(program))));
        shop
    }

    pub fn attempt(&self, command: Command) -> Result<Json, LedgerError> {
        self.try_answer(command).map(|answer| answer.body)
    }

    pub fn answer(&self, command: Command) -> Answer {
        self.try_answer(command).unwrap()
    }

    fn chance(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let next = self.chance.get().wrapping_mul(6_364_136_223_846_793_005);
            self.chance
                .set(next.wrapping_add(1_442_695_040_888_963_407));
            *byte = (self.chance.get() >> 33) as u8;
        }
    }

    fn try_answer(&self, command: Command) -> Result<Answer, LedgerError> {
        let chance = |bytes: &mut [u8]| self.chance(bytes);
        let books = Books::new(&self.sql, &self.ring, self.clock.get(), &chance);
        execute(&books, command)
    }

    /// Commits clicks as an object does that remembers what it did.
    pub fn commit(
        &self,
        memory: &Rc<Memory>,
        batches: &[Batch],
    ) -> Result<Vec<Result<Receipt, LedgerError>>, LedgerError> {
        let chance = |bytes: &mut [u8]| self.chance(bytes);
        let books = Books::new(&self.sql, &self.ring, self.clock.get(), &chance);
        commit(&books.remembering(memory), batches)
    }

    /// Carries out a command as such an object does.
    pub fn attempt_remembering(
        &self,
        memory: &Rc<Memory>,
        command: Command,
    ) -> Result<Answer, LedgerError> {
        let chance = |bytes: &mut [u8]| self.chance(bytes);
        let books = Books::new(&self.sql, &self.ring, self.clock.get(), &chance);
        execute(&books.remembering(memory), command)
    }

    pub fn advocate_id(&self, email: &str) -> String {
        let values = vec![email.into()];
        let find = "SELECT id FROM advocates WHERE email = ?";
        self.sql.inner.run(find, values).unwrap()[0]
            .text(0)
            .unwrap()
    }

    pub fn run(&self, command: Command) -> Json {
        self.attempt(command.clone())
            .unwrap_or_else(|error| panic!("{command:?}: {error}"))
    }

    /// The code of the refusal.
    pub fn refused(&self, command: Command) -> String {
        match self.attempt(command) {
            Err(LedgerError::Refused(refusal)) => refusal.code,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// Runs a command whose n-th statement fails, chance as it was before.
    pub fn run_failing_at(&self, n: u32, command: Command) -> Result<Json, LedgerError> {
        let chance = self.chance.get();
        self.sql.left.set(Some(n));
        let outcome = self.attempt(command);
        self.sql.left.set(None);
        if outcome.is_err() {
            self.chance.set(chance);
        }
        outcome
    }

    pub fn report(&self, report: Report) -> Json {
        self.run(Command::ReportConversion(report))
    }

    pub fn refund(&self, order: &str, refund: &str, minor: i64) -> Json {
        self.run(refund_of(order, refund, minor))
    }

    /// The real time passes.
    pub fn pass_ms(&self, ms: i64) {
        self.clock.set(self.clock.get().plus_ms(ms));
    }

    pub fn pass_days(&self, days: i64) {
        self.pass_ms(days * DAY_MS);
    }

    pub fn now(&self) -> Timestamp {
        self.clock.get()
    }

    /// Time passes and the alarm rings.
    pub fn after_hold(&self) {
        self.pass_days(14);
        self.run(Command::RunDue);
    }

    /// A new advocate by e-mail, unverified: session and code.
    pub fn join(&self, email: &str) -> (String, String) {
        let answer = self.run(Command::Join(Join {
            email: Some(email.to_owned()),
            locale: "en".to_owned(),
            placement: "floating".to_owned(),
            origin: ORIGIN.to_owned(),
            ..Join::default()
        }));
        (text(&answer, "/session"), text(&answer, "/me/code"))
    }

    /// A verified advocate: the code.
    pub fn advocate(&self, email: &str) -> String {
        let answer = self.run(Command::AddAdvocate {
            email: email.to_owned(),
            name: None,
            origin: ORIGIN.to_owned(),
        });
        text(&answer, "/code")
    }

    /// The newest mail to an address.
    pub fn mail_to(&self, email: &str) -> Option<Json> {
        let mails = self.run(Command::Mails);
        let mut mails = mails.as_array().unwrap().iter();
        mails.find(|mail| mail["recipient"] == email).cloned()
    }

    /// How many mails of a template an address got.
    pub fn mails(&self, template: &str, email: &str) -> usize {
        let mails = self.run(Command::Mails);
        let mails = mails.as_array().unwrap().iter();
        mails
            .filter(|mail| mail["recipient"] == email && mail["template"] == template)
            .count()
    }

    /// The link in a mail to an address, as the edge makes it.
    pub fn mailbox_link(&self, email: &str) -> String {
        let id = text(&self.mail_to(email).unwrap(), "/advocate_id");
        let until = self.now().plus_days(7);
        signed::seal(&self.ring, Purpose::Mailbox, SLUG, &id, until)
    }

    /// Follows a link at this moment: the click token that the edge would give.
    pub fn click(&self, code: &str, channel: &str) -> String {
        self.click_of(SLUG, code, channel, self.now())
    }

    pub fn click_of(&self, merchant: &str, code: &str, channel: &str, at: Timestamp) -> String {
        self.clicks.set(self.clicks.get() + 1);
        let token = ClickToken {
            key: self.ring.current(),
            at,
            click_id: self.clicks.get(),
            channel: number_of(channel),
            variant: 0,
            code: Code::parse(code).unwrap(),
        };
        let key = self.ring.derive(token.key, Purpose::Click, merchant);
        token.seal(|bytes| mac16(&key.unwrap(), bytes))
    }

    pub fn claim(&self, token: &str) -> String {
        let answer = self.run(Command::ClaimCoupon {
            token: token.to_owned(),
        });
        text(&answer, "/coupon")
    }

    pub fn verdict(&self, order: &str) -> String {
        let order = self.order(order);
        text(&order, "/conversion/verdict")
    }

    pub fn order(&self, order: &str) -> Json {
        self.run(Command::Conversion {
            order_id: order.to_owned(),
        })
    }

    /// Status of an order's referral, then of its rewards, advocate's first.
    pub fn statuses(&self, order: &str) -> String {
        let order = self.order(order);
        let referral = &order["referral"];
        if referral.is_null() {
            return "none".to_owned();
        }
        let rewards = referral["rewards"].as_array().unwrap();
        let mut words = vec![text(referral, "/status")];
        words.extend(rewards.iter().map(|reward| text(reward, "/status")));
        words.join(" ")
    }

    /// The id of an order's reward for a side.
    pub fn reward_id(&self, order: &str, side: &str) -> String {
        let order = self.order(order);
        let rewards = order["referral"]["rewards"].as_array().unwrap().iter();
        let mut mine = rewards.filter(|reward| reward["side"] == side);
        text(mine.next().unwrap(), "/id")
    }

    /// An order's reward for the advocate.
    pub fn own_reward(&self, order: &str) -> Json {
        self.run(Command::Reward {
            id: self.reward_id(order, "advocate"),
        })
    }

    /// Does something with an order's reward for the advocate.
    pub fn act(&self, order: &str, act: RewardAct) -> Json {
        self.run(self.act_of(order, act))
    }

    pub fn act_of(&self, order: &str, act: RewardAct) -> Command {
        Command::ActOnReward {
            id: self.reward_id(order, "advocate"),
            act,
            reason: None,
        }
    }

    /// Decides about an order's referral.
    pub fn decide(&self, order: &str, decision: Decision) -> Json {
        let id = text(&self.order(order), "/referral/id");
        self.run(Command::DecideReferral { id, decision })
    }

    /// An order that an advocate brought by a link, of a friend of its own.
    pub fn bring(&self, order: &str, code: &str, minor: i64) -> Json {
        let email = format!("friend-of-{order}@mail.example");
        self.report(
            server(order)
                .token(&self.click(code, "email"))
                .amount(minor)
                .email(&email),
        )
    }

    /// The panel of a session.
    pub fn me(&self, session: &str) -> Json {
        self.run(Command::Me {
            session: session.to_owned(),
            origin: ORIGIN.to_owned(),
        })
    }

    /// Everything that is in the books.
    pub fn dump(&self) -> Dump {
        let names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
        let names = self.sql.inner.run(names, vec![]).unwrap();
        let table = |name: String| {
            let rows = self
                .sql
                .inner
                .run(&format!("SELECT * FROM {name} ORDER BY 1, 2"), vec![]);
            // sqlite_sequence and the like cannot occur: no table asks for them.
            (name, rows.unwrap_or_default())
        };
        names
            .iter()
            .map(|row| table(row.text(0).unwrap()))
            .collect()
    }

    /// The event chain must be sound whatever happened.
    pub fn sound(&self) -> i64 {
        match verify(&self.sql, &Part::default()).unwrap() {
            Chain::Sound { sound, .. } => sound,
            Chain::Broken { broken_at } => panic!("the event chain is broken at {broken_at}"),
        }
    }
}

/// A batch of packed clicks as the edge sends it.
pub fn batch(name: &str, clicks: &[[u8; RECORD]]) -> Batch {
    Batch {
        // FNV-1a: another text, another name.
        name: name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }),
        records: clicks.concat(),
        ..Batch::default()
    }
}

pub fn refund_of(order: &str, refund: &str, minor: i64) -> Command {
    Command::ReportRefund {
        order_id: order.to_owned(),
        refund_id: refund.to_owned(),
        amount: Some(euros(minor)),
    }
}

/// The text at a JSON pointer.
pub fn text(json: &Json, pointer: &str) -> String {
    match json.pointer(pointer).and_then(Json::as_str) {
        Some(text) => text.to_owned(),
        None => panic!("no text at {pointer} in {json}"),
    }
}
