//! What is asked of the database for the panel and the overview.

use std::cell::RefCell;
use std::rc::Rc;

use super::harness::{Shop, server};
use super::overview::november;
use crate::books::Books;
use crate::command::{Command, execute};
use crate::error::LedgerError;
use crate::sql::{Row, Sql, Value, Work};

/// A database that remembers what it was asked.
struct Listening<'a> {
    sql: &'a dyn Sql,
    asked: RefCell<Vec<(String, Vec<Value>)>>,
}

impl Sql for Listening<'_> {
    fn run(&self, statement: &str, values: Vec<Value>) -> Result<Vec<Row>, LedgerError> {
        let asked = (statement.to_owned(), values.clone());
        self.asked.borrow_mut().push(asked);
        self.sql.run(statement, values)
    }
    fn script(&self, statements: &str) -> Result<(), LedgerError> {
        self.sql.script(statements)
    }
    fn transaction(&self, work: Work<'_>) -> Result<(), LedgerError> {
        self.sql.transaction(work)
    }
}

/// How many statements a question is, and which of them read a whole table.
fn cost(shop: &Shop, command: Command) -> (usize, Vec<String>) {
    let sql = Listening {
        sql: &shop.sql,
        asked: RefCell::default(),
    };
    let memory = Rc::default();
    let books = || Books::new(&sql, &shop.ring, shop.now(), &|bytes| bytes.fill(1));
    // An object that has just woken looks around first; that is not the question's cost.
    execute(&books().remembering(&memory), command.clone()).unwrap();
    sql.asked.take();
    execute(&books().remembering(&memory), command).unwrap();
    let asked = sql.asked.into_inner();
    let mut scans = Vec::new();
    for (statement, values) in &asked {
        let plan = format!("EXPLAIN QUERY PLAN {statement}");
        for row in shop.sql.run(&plan, values.clone()).unwrap() {
            let step = row.text(3).unwrap();
            // One row, or the newest by its key.
            let small = ["merchant", "programs", "schema_version", "sqlite_master"];
            // What the statement made itself: lists and sub-queries.
            let own = [
                "m VIRTUAL",
                "c VIRTUAL",
                "json_each",
                "k",
                "(subquery",
                "keys",
            ];
            let of = step.strip_prefix("SCAN ").unwrap_or_default();
            let known = |name: &&str| of == *name || of.starts_with(&format!("{name} "));
            let fine = step == "SCAN CONSTANT ROW"
                || small.iter().any(known)
                || own.iter().any(|name| of.starts_with(name));
            if step.starts_with("SCAN") && !fine {
                scans.push(format!("{step}: {statement}"));
            }
        }
    }
    (asked.len(), scans)
}

#[test]
fn panel_and_overview_ask_few_questions_and_read_no_table_as_a_whole() {
    let shop = november();
    let (session, code) = shop.join("cem@mail.example");
    for order in 0..30 {
        shop.report(server(&format!("c{order}")).token(&shop.click(&code, "x")));
    }
    let me = || Command::Me {
        session: session.clone(),
        origin: "https://refer.shop.example".to_owned(),
    };
    assert_eq!(shop.me(&session)["rewards"].as_array().unwrap().len(), 30);
    let (questions, scans) = cost(&shop, me());
    assert_eq!(scans, Vec::<String>::new());
    assert!(questions <= 10, "{questions}");
    let year = Command::Overview {
        from: Some("2026-01-01".to_owned()),
        to: Some("2026-12-31".to_owned()),
    };
    let (questions, scans) = cost(&shop, year);
    assert_eq!(scans, Vec::<String>::new());
    assert!(questions <= 20, "{questions}");
}
