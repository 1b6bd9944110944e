//! The Durable Objects: one `Ledger` for each merchant's books, one `Directory`.
//! They carry commands to native code and wake it by alarm; nothing else.

use grapevine_domain::time::Timestamp;
use grapevine_ledger::books::{Books, Memory};
use grapevine_ledger::clicks::{Batch, Receipt};
use grapevine_ledger::command::{self, Command};
use grapevine_ledger::directory;
use grapevine_ledger::error::LedgerError;
use grapevine_ledger::sql::{Row, Sql, Value, Work};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use worker::{
    Delay, DurableObject, Env, Request, Response, SqlCursor, SqlStorageValue, State, durable_object,
};

use crate::costs::Costs;
use crate::gather::{self, Gathering};
use crate::ledger_client::{CLICKS_PATH, Outcome};
use crate::{bindings, clock};

#[wasm_bindgen]
extern "C" {
    /// `DurableObjectStorage.transactionSync`, which `worker` 0.8.7 does not bind.
    /// An error thrown by the closure undoes everything that ran in it.
    type TransactionalStorage;
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &TransactionalStorage,
        work: &mut dyn FnMut() -> Result<(), JsValue>,
    ) -> Result<(), JsValue>;
}

/// [`Sql`] on a Durable Object's storage.
struct ObjectSql<'a> {
    state: &'a State,
    /// What it costs, where somebody wants to know.
    costs: Option<&'a Costs>,
}

impl ObjectSql<'_> {
    /// Once a cursor has run to its end.
    fn spent(&self, cursor: &SqlCursor) {
        if let Some(costs) = self.costs {
            costs.rows(cursor.rows_read(), cursor.rows_written());
        }
    }
}

fn fault(error: impl ToString) -> LedgerError {
    LedgerError::Sql(error.to_string())
}

impl Sql for ObjectSql<'_> {
    fn run(&self, statement: &str, values: Vec<Value>) -> Result<Vec<Row>, LedgerError> {
        let values: Vec<SqlStorageValue> = values
            .into_iter()
            .map(|value| match value {
                Value::Null => SqlStorageValue::Null,
                Value::Integer(value) => SqlStorageValue::Integer(value),
                Value::Text(value) => SqlStorageValue::String(value),
                Value::Blob(value) => SqlStorageValue::Blob(value),
            })
            .collect();
        let cursor = self
            .state
            .storage()
            .sql()
            .exec(statement, values)
            .map_err(fault)?;
        let mut rows = Vec::new();
        for row in cursor.raw() {
            let cells = row.map_err(fault)?.into_iter().map(|value| match value {
                SqlStorageValue::Null => Ok(Value::Null),
                SqlStorageValue::Boolean(value) => Ok(Value::Integer(i64::from(value))),
                SqlStorageValue::Integer(value) => Ok(Value::Integer(value)),
                SqlStorageValue::String(value) => Ok(Value::Text(value)),
                SqlStorageValue::Blob(value) => Ok(Value::Blob(value)),
                SqlStorageValue::Float(_) => Err(LedgerError::Corrupt("a float in the books")),
            });
            rows.push(Row(cells.collect::<Result<_, _>>()?));
        }
        self.spent(&cursor);
        Ok(rows)
    }

    fn script(&self, statements: &str) -> Result<(), LedgerError> {
        self.state
            .storage()
            .sql()
            .exec(statements, None)
            .map(|cursor| self.spent(&cursor))
            .map_err(fault)
    }

    fn transaction(&self, work: Work<'_>) -> Result<(), LedgerError> {
        let storage = self.state.storage();
        let storage: &TransactionalStorage = storage.as_raw().unchecked_ref();
        let failure = RefCell::new(None);
        let outcome = storage.transaction_sync(&mut || {
            work().map_err(|error| {
                failure.replace(Some(error));
                JsValue::from_str("rolled back")
            })
        });
        if let Some(costs) = self.costs {
            costs.transaction();
        }
        match (outcome, failure.into_inner()) {
            (Ok(()), None) => Ok(()),
            (_, Some(error)) => Err(error),
            (Err(error), None) => Err(LedgerError::Sql(format!("{error:?}"))),
        }
    }
}

/// One merchant's books.
///
/// Atomicity: a command runs without an await between its first read and its last
/// write, in one transaction; the answer leaves only after the write is durable
/// (the platform's output gate). Clicks are committed by one statement, for all
/// isolates whose batches wait.
#[durable_object]
pub struct Ledger {
    state: State,
    env: Env,
    alarm: Cell<Option<Timestamp>>,
    /// What was learnt in earlier commands: nobody else writes to its tables.
    memory: Rc<Memory>,
    /// Clicks that wait to be committed together.
    gathering: Gathering,
    /// What the platform bills, since this object woke; in development only.
    costs: Option<Costs>,
}

impl Ledger {
    fn with_books<T>(
        &self,
        work: impl FnOnce(&Books<'_>) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let settings =
            bindings::settings(&self.env).map_err(|error| fault(format!("{error:?}")))?;
        let sql = ObjectSql {
            state: &self.state,
            costs: self.costs.as_ref(),
        };
        let began = clock::now();
        let books = Books::new(&sql, &settings.ring, began, &clock::random);
        let result = work(&books.remembering(&self.memory));
        if let Some(costs) = &self.costs {
            costs.work(clock::now().0 - began.0);
        }
        result
    }

    fn carry_out(&self, command: Command) -> Result<command::Answer, LedgerError> {
        self.with_books(|books| command::execute(books, command))
    }

    /// Takes a batch of clicks in, waits for company, and answers when it is committed.
    async fn gather(&self, batch: Batch) -> Outcome {
        let (ticket, wait_ms) = self.gathering.enter(batch, clock::now());
        if let Ok(wait_ms @ 1..) = u64::try_from(wait_ms) {
            Delay::from(Duration::from_millis(wait_ms)).await;
        }
        // The first to wake commits for all.
        let known = self.gathering.outcome(ticket);
        known.unwrap_or_else(|| {
            self.commit();
            let lost = || Outcome::Failed("a batch without an outcome".to_owned());
            self.gathering.outcome(ticket).unwrap_or_else(lost)
        })
    }

    fn commit(&self) {
        let (tickets, batches) = self.gathering.take();
        let committed = self.with_books(|books| command::commit_clicks(books, &batches));
        if let Some(costs) = &self.costs {
            costs.transaction();
        }
        let pause_ms = self.gathering.pause_ms(batches.len(), clock::now());
        match committed {
            Ok((receipts, version)) => {
                let outcome = |receipt: Result<Receipt, LedgerError>| match receipt {
                    Ok(Receipt { recorded, .. }) => {
                        let settings = version.clone();
                        let answer = gather::Answer {
                            recorded,
                            pause_ms,
                            settings,
                        };
                        serde_json::to_value(answer)
                            .map_or_else(|error| Outcome::Failed(error.to_string()), Outcome::Done)
                    }
                    Err(error) => Outcome::from(error),
                };
                let outcomes = receipts.into_iter().map(outcome);
                self.gathering.lay_out(tickets.into_iter().zip(outcomes));
            }
            Err(error) => {
                let all = tickets
                    .into_iter()
                    .map(|ticket| (ticket, Outcome::from(error.clone())));
                self.gathering.lay_out(all);
            }
        }
    }

    /// Sets the alarm when it is not set to that time already.
    async fn wake_at(&self, at: Option<Timestamp>) -> worker::Result<()> {
        let Some(at) = at else { return Ok(()) };
        if self.alarm.get() != Some(at) {
            // A span and not a point in time is what the platform takes; at least
            // a tenth of a second, so that a thing that stays due cannot spin.
            let span = (at.0 - clock::now().0).clamp(100, i64::from(i32::MAX) * 1000);
            self.state.storage().set_alarm(span).await?;
            if let Some(costs) = &self.costs {
                costs.rows(0, 1); // as an alarm is billed
            }
            self.alarm.set(Some(at));
        }
        Ok(())
    }
}

impl DurableObject for Ledger {
    fn new(state: State, env: Env) -> Self {
        let is_development = bindings::settings(&env).is_ok_and(|known| known.dev_mode);
        Self {
            state,
            env,
            alarm: Cell::new(None),
            memory: Rc::default(),
            gathering: Gathering::default(),
            costs: is_development.then(Costs::default),
        }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        if let Some(costs) = &self.costs {
            if request.path() == "/costs" {
                let stored = self.state.storage().sql().database_size();
                return Response::from_json(&Outcome::Done(costs.read(stored)));
            }
            costs.request();
        }
        if request.path() == CLICKS_PATH {
            let outcome = match Batch::decode(&request.bytes().await?) {
                Ok(batch) => self.gather(batch).await,
                Err(error) => Outcome::from(error),
            };
            return Response::from_json(&outcome);
        }
        let command: Command = serde_json::from_str(&request.text().await?)?;
        let outcome = match self.carry_out(command) {
            Ok(answer) => {
                self.wake_at(answer.wake_at).await?;
                Outcome::Done(answer.body)
            }
            Err(error) => Outcome::from(error),
        };
        Response::from_json(&outcome)
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.alarm.set(None);
        match self.carry_out(Command::RunDue) {
            Ok(answer) => {
                self.wake_at(answer.wake_at).await?;
                Response::empty()
            }
            // An error makes the platform try again, with back-off.
            Err(error) => Err(worker::Error::RustError(error.to_string())),
        }
    }
}

/// The list of merchants.
#[durable_object]
pub struct Directory {
    state: State,
}

impl DurableObject for Directory {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, mut request: Request) -> worker::Result<Response> {
        let question: directory::Question = serde_json::from_str(&request.text().await?)?;
        let sql = ObjectSql {
            state: &self.state,
            costs: None,
        };
        let outcome = match directory::answer(&sql, &question, clock::now()) {
            Ok(body) => Outcome::Done(body),
            Err(error) => Outcome::from(error),
        };
        Response::from_json(&outcome)
    }
}
