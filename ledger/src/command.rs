//! Everything that can be asked of a merchant's books, as one enum: the wire
//! between the edge and the object that holds the books. Answers are JSON in
//! the shape that the API documents, so that the edge only passes them on.

use grapevine_domain::conversion::{ConversionKind, Reporter};
use grapevine_domain::money::Money;
use grapevine_domain::panel::Panel;
use grapevine_domain::program::Program;
use grapevine_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;

use crate::books::Books;
use crate::clicks::{self, Batch, Receipt};
use crate::commands;
use crate::error::LedgerError;
use crate::events;
use crate::iso::Iso;
use crate::reports;
use crate::schema;
use crate::store::{counters, outbox};

pub use crate::commands::ask::{rules, told};
pub use crate::commands::change_merchant::Changes;
pub use crate::commands::decide::{Decision, RewardAct};
pub use crate::reports::referrals::Page;
pub use crate::store::outbox::Message;

/// A command or a question. Each variant's handler documents its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, and the large ones are rare"
)]
pub enum Command {
    /// Opens the books of a new merchant.
    CreateMerchant(NewMerchant),
    /// Something about the merchant changes.
    ChangeMerchant(Changes),
    /// What the edge keeps in memory about the merchant.
    Settings,
    /// The live programme.
    Program,
    /// A new version of the programme.
    PublishProgram {
        /// The rules; the draft where missing.
        program: Option<Program>,
        /// The version that the caller has seen.
        base_version: Option<u32>,
    },
    /// An advocate chooses a code.
    ChooseCode {
        /// The advocate's session in the panel, or nothing where the shop asks.
        session: Option<String>,
        /// Who, where the shop asks.
        advocate: Option<String>,
        /// The code.
        code: String,
        /// The edge that the advocate talks to.
        origin: String,
    },
    /// What would be said of a programme.
    PreviewProgram {
        /// The rules.
        program: Program,
    },
    /// Programmes to start from.
    Presets,
    /// Starts from one of them.
    PublishPreset {
        /// Its name.
        preset: String,
        /// The version that the caller has seen.
        base_version: Option<u32>,
    },
    /// What past orders would have come to under a programme.
    DryRun {
        /// The rules.
        program: Program,
        /// From when on.
        from: Option<Iso>,
        /// Until when.
        to: Option<Iso>,
    },
    /// Keeps a draft.
    SaveDraft {
        /// The rules.
        program: Program,
    },
    /// The draft.
    Draft,
    /// Stops the programme, or lets it go on.
    PauseProgram {
        /// Whether it stops.
        stop: bool,
    },
    /// A shopper becomes an advocate, or is recognised.
    Join(Join),
    /// The merchant adds an advocate whose address it vouches for.
    AddAdvocate {
        /// Address.
        email: String,
        /// Name, if known.
        name: Option<String>,
        /// Public origin of the edge, for the link.
        origin: String,
    },
    /// One advocate as the merchant sees it.
    Advocate {
        /// Identifier.
        id: String,
        /// Public origin of the edge, for the link.
        origin: String,
    },
    /// The merchant removes an advocate; who it was is erased.
    RemoveAdvocate {
        /// Identifier.
        id: String,
        /// Whether they may join anew.
        #[serde(default = "yes")]
        may_return: bool,
    },
    /// An advocate leaves; who it was is erased.
    Leave {
        /// The advocate's session.
        session: String,
    },
    /// What a link from a mail is for.
    PeekMailbox {
        /// The signed text.
        token: String,
    },
    /// Somebody used a link from a mail: the address is proved.
    ProveMailbox {
        /// The signed text.
        token: String,
    },
    /// Ends mails to an advocate.
    Unsubscribe {
        /// The signed text.
        token: String,
        /// Only look whose it is.
        peek: bool,
    },
    /// What the panel shows an advocate.
    Me {
        /// The advocate's session.
        session: String,
        /// Public origin of the edge, for the link.
        origin: String,
    },
    /// All that is stored about an advocate, for their own eyes.
    Stored {
        /// The advocate's session.
        session: String,
    },
    /// Ends mails to an advocate in the panel, or lets them come again.
    SetMails {
        /// The advocate's session.
        session: String,
        /// Whether they may come.
        on: bool,
    },
    /// The settings of the panel.
    Panel,
    /// Other settings of the panel.
    SetPanel {
        /// The whole document.
        panel: Panel,
    },
    /// Whether a shopper may be asked who did not ask.
    Ask(Ask),
    /// Somebody closed what had opened unasked.
    RecordDismissal {
        /// Placement's stable name.
        placement: String,
        /// Who.
        visitor: Visitor,
    },
    /// Somebody answered the survey.
    RecordAnswer(NewAnswer),
    /// Answers to the survey.
    Answers(Page),
    /// A panel was seen.
    RecordImpression {
        /// Where in the page.
        placement: String,
    },
    /// A share button was pressed.
    RecordShare {
        /// The advocate's session.
        session: String,
        /// Channel's stable name.
        channel: String,
        /// Placement's stable name.
        placement: String,
        /// Random, from the browser.
        press_id: String,
    },
    /// A batch of clicks from one isolate.
    RecordClicks(Batch),
    /// A friend reached the shop.
    RecordLanding {
        /// The click token.
        token: String,
        /// Path of the page, without its query.
        page: String,
        /// The page is in a hidden frame: not counted.
        hidden: bool,
    },
    /// A friend takes the offer.
    ClaimCoupon {
        /// The click token.
        token: String,
    },
    /// An order.
    ReportConversion(Report),
    /// Money given back.
    ReportRefund {
        /// The order.
        order_id: String,
        /// The refund's own number.
        refund_id: String,
        /// How much; all of it where missing.
        amount: Option<Money>,
    },
    /// An order was paid after all.
    ReinstateOrder {
        /// The order.
        order_id: String,
    },
    /// What the merchant decides about an order.
    DecideOrder {
        /// The order.
        order_id: String,
        /// What.
        decision: Decision,
    },
    /// What the merchant decides about a referral.
    DecideReferral {
        /// Identifier.
        id: String,
        /// What.
        decision: Decision,
    },
    /// What the merchant does with a reward.
    ActOnReward {
        /// Identifier.
        id: String,
        /// What.
        act: RewardAct,
        /// In the merchant's words; how it was handed over.
        reason: Option<String>,
    },
    /// Codes for a pool.
    AddCoupons {
        /// Its name.
        pool: String,
        /// The codes.
        codes: Vec<String>,
    },
    /// What pools still hold.
    Pools,
    /// One order with its decision.
    Conversion {
        /// The order.
        order_id: String,
    },
    /// Whether a coupon can be used.
    Coupon {
        /// As typed.
        code: String,
    },
    /// Referrals.
    Referrals(reports::referrals::Filter),
    /// One referral with its history.
    Referral {
        /// Identifier.
        id: String,
    },
    /// Rewards.
    Rewards(reports::rewards::Filter),
    /// One reward.
    Reward {
        /// Identifier.
        id: String,
    },
    /// The receipt of a reward.
    Receipt {
        /// The signed text.
        token: String,
    },
    /// Somebody thinks that a declined reward is theirs.
    Appeal {
        /// The signed text of the receipt.
        token: String,
        /// In their words.
        text: String,
    },
    /// The merchant answers an appeal without giving in.
    AnswerAppeal {
        /// The reward.
        id: String,
        /// In the merchant's words.
        answer: String,
    },
    /// The funnel.
    Funnel,
    /// What the console's first page shows.
    Home,
    /// Everything about a span of days.
    Overview {
        /// Its first day, `2026-11-01`.
        from: Option<String>,
        /// Its last day.
        to: Option<String>,
    },
    /// Why a referral counts, or does not.
    Why {
        /// Identifier.
        id: String,
    },
    /// The newest messages.
    Mails,
    /// One message.
    Mail {
        /// Running number.
        id: i64,
    },
    /// The merchant's time.
    Clock,
    /// Moves a test merchant's clock and does what is then due.
    AdvanceClock {
        /// By how much.
        seconds: i64,
    },
    /// Does what is due.
    RunDue,
    /// A part of the event log.
    Events {
        /// The number after which to go on.
        after: i64,
        /// How many.
        limit: u32,
    },
    /// Checks the event log, or a part of it.
    VerifyEvents(events::Part),
}

/// A new merchant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewMerchant {
    /// 2 to 40 lower-case letters, digits and hyphens.
    pub slug: String,
    /// Name as shoppers know it.
    pub name: String,
    /// Where links lead.
    pub shop_url: String,
    /// The merchant's own address.
    pub email: String,
    /// ISO 4217.
    pub currency: String,
    /// BCP 47.
    pub locale: String,
    /// Whether its clock can be moved.
    pub test: bool,
    /// Where a test merchant's clock begins, seconds from the real time.
    #[serde(default)]
    pub clock_offset_seconds: i64,
    /// `#rrggbb`.
    pub accent: Option<String>,
    /// Whether nothing may be stored before consent.
    pub consent_required: bool,
    /// Below which links may lead, beside the shop's own address.
    #[serde(default)]
    pub destinations: Vec<String>,
    /// Hosts that are this merchant's alone.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// The shop's logo.
    #[serde(default)]
    pub logo_url: Option<String>,
    /// The picture of previews.
    #[serde(default)]
    pub picture_url: Option<String>,
    /// The rules; a careful start where missing.
    pub program: Option<Program>,
}

/// Somebody joins.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Join {
    /// Address, where there is no signed identity.
    pub email: Option<String>,
    /// Identity token that the shop signed.
    pub customer: Option<String>,
    /// Language of the page.
    pub locale: String,
    /// Where in the page.
    pub placement: String,
    /// Public origin of the edge.
    pub origin: String,
}

/// Who a shopper is, as far as the page knows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Visitor {
    /// The advocate's session.
    pub session: Option<String>,
    /// Identity token that the shop signed.
    pub customer: Option<String>,
}

/// Whether a shopper may be asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ask {
    /// Placement's stable name.
    pub placement: String,
    /// What the browser remembers.
    pub history: String,
    /// What the browser takes for the present, in seconds since 1970.
    pub browser_now: i64,
    /// Who.
    pub visitor: Visitor,
}

/// An answer to the survey.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewAnswer {
    /// Random, from the browser.
    pub answer_id: String,
    /// 0 to 10.
    pub score: i64,
    /// In the shopper's words.
    pub text: String,
    /// Placement's stable name.
    pub placement: String,
    /// The order that it is about.
    pub order_id: Option<String>,
    /// Who.
    pub visitor: Visitor,
}

/// An order or a sign-up as one reporter knows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Who reports.
    pub reporter: Reporter,
    /// What happened.
    #[serde(default)]
    pub kind: ConversionKind,
    /// The order's number at the shop.
    pub order_id: String,
    /// What was paid; a sign-up has none.
    pub amount: Option<Money>,
    /// The buyer's address.
    pub email: Option<String>,
    /// Whether the buyer agreed that the address is kept and written to.
    #[serde(default)]
    pub email_consent: bool,
    /// Whether the shop knows the buyer as a new customer.
    #[serde(default)]
    pub new_customer: Option<bool>,
    /// When the checkout began.
    #[serde(default)]
    pub checkout_started_at: Option<Iso>,
    /// The click token that the buyer carried.
    pub click_token: Option<String>,
    /// Others that the buyer carried.
    #[serde(default)]
    pub click_tokens: Vec<String>,
    /// The coupon or code that the buyer used.
    pub coupon: Option<String>,
    /// When; now where missing.
    pub ordered_at: Option<Iso>,
    /// From the request.
    pub idempotency_key: Option<String>,
}

/// What the edge keeps in memory about a merchant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The merchant.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Where links lead.
    pub shop_url: String,
    /// ISO 4217.
    pub currency: String,
    /// BCP 47.
    pub locale: String,
    /// `#rrggbb`.
    pub accent: Option<String>,
    /// Whether nothing may be stored before consent.
    pub consent_required: bool,
    /// Whether its clock can be moved.
    pub test: bool,
    /// Added to the real time.
    pub clock_offset_ms: i64,
    /// Generation of the API keys.
    pub key_generation: u32,
    /// The live programme.
    pub program: Program,
    /// Its version.
    pub program_version: u32,
    /// Nothing new is promised at the moment.
    #[serde(default)]
    pub paused: bool,
    /// Why: `merchant`, `budget` or `ended`.
    #[serde(default)]
    pub pause: Option<String>,
    /// Settings of the panel.
    #[serde(default)]
    pub panel: Panel,
    /// Below which links may lead, beside the shop's own address.
    #[serde(default)]
    pub destinations: Vec<String>,
    /// Hosts that are this merchant's alone: there links need no name of it.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// The shop's logo.
    #[serde(default)]
    pub logo_url: Option<String>,
    /// The picture of previews, 1200 × 630 pixels.
    #[serde(default)]
    pub picture_url: Option<String>,
    /// Another text whenever anything above is another.
    #[serde(default)]
    pub version: String,
}

/// An answer with the real time at which the books want to be woken.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    /// In the shape that the API documents.
    pub body: Json,
    /// When something becomes due.
    pub wake_at: Option<Timestamp>,
}

const fn yes() -> bool {
    true
}

/// Counts by name.
pub type Counts = BTreeMap<String, i64>;

/// Carries out a command and finds out when the books want to be woken.
///
/// Atomicity: all of it is one transaction, the answer included: whoever gets an
/// error can repeat the command as if it had never been sent.
///
/// # Errors
/// [`LedgerError::Refused`] with words for the caller; anything else is a fault
/// of the machine, and nothing was written.
pub fn execute(books: &Books<'_>, command: Command) -> Result<Answer, LedgerError> {
    migrate(books, matches!(command, Command::CreateMerchant(_)))?;
    let records_clicks = matches!(command, Command::RecordClicks(_));
    let mut command = Some(command);
    let answer = books.atomically(|| {
        let command = command
            .take()
            .ok_or(LedgerError::Corrupt("a transaction that ran twice"))?;
        let body = carry_out(books, command)?;
        counters::flush(books)?;
        events::flush(books)?;
        let wake_at = wake_at(books)?;
        Ok(Answer { body, wake_at })
    });
    if answer.is_err() {
        // What is known of the merchant may be what is undone. What is known of clicks
        // cannot, and takes long to read again: strangers are refused every minute.
        books.forget();
        if records_clicks {
            books.forget_clicks();
        }
    }
    answer
}

/// Brings the tables up to date, once for each life of an object.
fn migrate(books: &Books<'_>, may_open: bool) -> Result<(), LedgerError> {
    if books.is_migrated() {
        return Ok(());
    }
    let found = schema::version(books.sql)?;
    if found == 0 && !may_open {
        books.unknown_merchant()?;
    }
    schema::migrate_from(books.sql, found)?;
    books.has_migrated();
    Ok(())
}

/// Commits the clicks of many isolates, see [`crate::clicks::commit()`]: the receipts,
/// and the version of the settings that isolates should go by.
///
/// # Errors
/// As [`execute`].
pub fn commit_clicks(
    books: &Books<'_>,
    batches: &[Batch],
) -> Result<(Vec<Result<Receipt, LedgerError>>, String), LedgerError> {
    migrate(books, false)?;
    let receipts = clicks::commit(books, batches)?;
    Ok((receipts, books.settings_version()?))
}

fn carry_out(books: &Books<'_>, command: Command) -> Result<Json, LedgerError> {
    Ok(match command {
        Command::CreateMerchant(new) => commands::create_merchant::run(books, new)?,
        Command::ChangeMerchant(changes) => commands::change_merchant::run(books, changes)?,
        Command::Settings => json(commands::create_merchant::settings(books)?)?,
        Command::Program => commands::publish_program::show(books)?,
        Command::PublishProgram {
            program,
            base_version,
        } => commands::publish_program::run(books, program, base_version)?,
        Command::PreviewProgram { program } => commands::publish_program::preview(books, &program)?,
        Command::Presets => json(crate::presets::all(books.merchant()?.currency)?)?,
        Command::PublishPreset {
            preset,
            base_version,
        } => {
            let preset = crate::presets::one(&preset, books.merchant()?.currency)?;
            commands::publish_program::run(books, Some(preset.program), base_version)?
        }
        Command::DryRun { program, from, to } => commands::dry_run::run(books, &program, from, to)?,
        Command::SaveDraft { program } => commands::publish_program::save_draft(books, &program)?,
        Command::Draft => commands::publish_program::draft(books)?,
        Command::PauseProgram { stop } => commands::publish_program::pause(books, stop)?,
        Command::ChooseCode {
            session,
            advocate,
            code,
            origin,
        } => commands::choose_code::run(books, session, advocate, &code, &origin)?,
        Command::Join(join) => commands::join::run(books, join)?,
        Command::AddAdvocate {
            email,
            name,
            origin,
        } => commands::join::add(books, &email, name, &origin)?,
        Command::Advocate { id, origin } => reports::panel::advocate(books, &id, &origin)?,
        Command::RemoveAdvocate { id, may_return } => commands::leave::run(books, &id, may_return)?,
        Command::Leave { session } => commands::leave::by_session(books, &session)?,
        Command::Stored { session } => reports::stored::show(books, &session)?,
        Command::SetMails { session, on } => commands::stop_mails::run(books, &session, on)?,
        Command::Panel => commands::set_panel::show(books)?,
        Command::SetPanel { panel } => commands::set_panel::run(books, &panel)?,
        Command::Ask(ask) => commands::ask::run(books, &ask)?,
        Command::RecordDismissal { placement, visitor } => {
            commands::record_dismissal::run(books, &placement, &visitor)?
        }
        Command::RecordAnswer(answer) => commands::record_answer::run(books, answer)?,
        Command::Answers(page) => reports::answers::list(books, &page)?,
        Command::PeekMailbox { token } => commands::prove_mailbox::peek(books, &token)?,
        Command::ProveMailbox { token } => commands::prove_mailbox::run(books, &token)?,
        Command::Unsubscribe { token, peek } => commands::unsubscribe::run(books, &token, peek)?,
        Command::Me { session, origin } => reports::panel::show(books, &session, &origin)?,
        Command::RecordImpression { placement } => {
            commands::record_share::impression(books, &placement)?
        }
        Command::RecordShare {
            session,
            channel,
            placement,
            press_id,
        } => commands::record_share::run(books, &session, &channel, &placement, &press_id)?,
        Command::RecordClicks(batch) => {
            let receipts = clicks::commit(books, core::slice::from_ref(&batch))?;
            let none = LedgerError::Corrupt("a batch without a receipt");
            json(receipts.into_iter().next().ok_or(none)??)?
        }
        Command::RecordLanding {
            token,
            page,
            hidden,
        } => commands::record_landing::run(books, &token, &page, hidden)?,
        Command::ClaimCoupon { token } => commands::claim_coupon::run(books, &token)?,
        Command::ReportConversion(report) => commands::report_conversion::run(books, &report)?,
        Command::ReportRefund {
            order_id,
            refund_id,
            amount,
        } => commands::report_refund::run(books, &order_id, &refund_id, amount)?,
        Command::ReinstateOrder { order_id } => {
            commands::report_refund::reinstate(books, &order_id)?
        }
        Command::DecideOrder { order_id, decision } => {
            commands::decide::order(books, &order_id, decision)?
        }
        Command::DecideReferral { id, decision } => {
            commands::decide::referral(books, &id, decision)?
        }
        Command::ActOnReward { id, act, reason } => {
            commands::decide::reward(books, &id, act, reason)?
        }
        Command::AddCoupons { pool, codes } => commands::claim_coupon::fill(books, &pool, &codes)?,
        Command::Pools => commands::claim_coupon::pools(books)?,
        Command::Conversion { order_id } => reports::referrals::conversion(books, &order_id)?,
        Command::Coupon { code } => commands::claim_coupon::check(books, &code)?,
        Command::Referrals(filter) => reports::referrals::list(books, &filter)?,
        Command::Referral { id } => reports::referrals::one(books, &id)?,
        Command::Rewards(filter) => reports::rewards::list(books, &filter)?,
        Command::Reward { id } => reports::rewards::one(books, &id)?,
        Command::Receipt { token } => reports::receipt::show(books, &token)?,
        Command::Appeal { token, text } => commands::appeal::file(books, &token, &text)?,
        Command::AnswerAppeal { id, answer } => commands::appeal::answer(books, &id, &answer)?,
        Command::Funnel => json(reports::funnel::count(books)?)?,
        Command::Home => reports::home::show(books)?,
        Command::Overview { from, to } => {
            reports::overview::show(books, from.as_deref(), to.as_deref())?
        }
        Command::Why { id } => reports::referrals::told(books, &id)?,
        Command::Mails => json(outbox::newest(books.sql, 200)?)?,
        Command::Mail { id } => {
            json(outbox::by_id(books.sql, id)?.ok_or_else(|| {
                LedgerError::not_found("unknown_mail", "There is no such message.")
            })?)?
        }
        Command::Clock => commands::run_due::clock(books)?,
        Command::AdvanceClock { seconds } => commands::run_due::advance(books, seconds)?,
        Command::RunDue => commands::run_due::run(books)?,
        Command::Events { after, limit } => events::list(books, after, limit)?,
        Command::VerifyEvents(part) => json(events::verify(books.sql, &part)?)?,
    })
}

/// The real time at which something becomes due.
fn wake_at(books: &Books<'_>) -> Result<Option<Timestamp>, LedgerError> {
    let merchant = books.merchant()?;
    let next = commands::run_due::next(books)?;
    let real = next.map(|at| at.plus_ms(-merchant.clock_offset_ms));
    Ok(real.map(|at| at.max(books.clock)))
}

fn json(value: impl Serialize) -> Result<Json, LedgerError> {
    Ok(serde_json::to_value(value)?)
}
