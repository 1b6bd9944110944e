//! The list of merchants and of the hosts that are mapped to one: a small
//! database of its own, beside the merchants' books.

use grapevine_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::commands::create_merchant::is_slug;
use crate::error::{LedgerError, RefusalKind};
use crate::sql::Sql;
use crate::values;

/// What can be asked of the directory.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "question", rename_all = "snake_case")]
pub enum Question {
    /// Enters a merchant; a second time changes nothing.
    Enter {
        /// The merchant.
        slug: String,
    },
    /// Whether there is such a merchant: `true` or `false`.
    Has {
        /// The merchant.
        slug: String,
    },
    /// All merchants.
    List,
    /// Gives a merchant exactly these hosts; refused with `host_taken` when one of them
    /// is another's.
    MapHosts {
        /// The merchant.
        slug: String,
        /// Its hosts.
        hosts: Vec<String>,
    },
    /// Whose a host is: a merchant's name or `null`.
    Host {
        /// The host, with the port where there is one.
        host: String,
    },
}

/// The directory's schema; there is one version so far.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS merchants (slug TEXT PRIMARY KEY, entered_at INTEGER NOT NULL) WITHOUT ROWID; \
    CREATE TABLE IF NOT EXISTS hosts (host TEXT PRIMARY KEY, slug TEXT NOT NULL) WITHOUT ROWID;";

/// Answers a question.
///
/// # Errors
/// See [`LedgerError`].
pub fn answer(sql: &dyn Sql, question: &Question, now: Timestamp) -> Result<Json, LedgerError> {
    sql.script(SCHEMA)?;
    match question {
        Question::Enter { slug } if !is_slug(slug) => Err(LedgerError::invalid(
            "invalid_slug",
            "This is not a merchant's name.",
        )),
        Question::Enter { slug } => {
            let statement = "INSERT INTO merchants VALUES (?, ?) ON CONFLICT DO NOTHING";
            sql.run(statement, values![slug.as_str(), now])?;
            Ok(json!({ "slug": slug }))
        }
        Question::Has { slug } => {
            let statement = "SELECT 1 FROM merchants WHERE slug = ?";
            let rows = sql.run(statement, values![slug.as_str()])?;
            Ok(Json::Bool(!rows.is_empty()))
        }
        Question::MapHosts { slug, hosts } => map_hosts(sql, slug, hosts),
        Question::Host { host } => {
            let statement = "SELECT slug FROM hosts WHERE host = ?";
            let rows = sql.run(statement, values![host.as_str()])?;
            let slug = rows.first().map(|row| row.text(0)).transpose()?;
            Ok(slug.map_or(Json::Null, Json::String))
        }
        Question::List => {
            let rows = sql.run(
                "SELECT slug FROM merchants ORDER BY slug LIMIT 10000",
                vec![],
            )?;
            rows.iter()
                .map(|row| row.text(0).map(Json::String))
                .collect::<Result<_, _>>()
                .map(Json::Array)
        }
    }
}

fn map_hosts(sql: &dyn Sql, slug: &str, hosts: &[String]) -> Result<Json, LedgerError> {
    let list = json!(hosts).to_string();
    sql.transaction(&mut || {
        let taken = sql.run(
            "SELECT host FROM hosts WHERE slug <> ? AND host IN (SELECT value FROM json_each(?))",
            values![slug, list.as_str()],
        )?;
        if let Some(row) = taken.first() {
            let message = format!("{} is another merchant's host.", row.text(0)?);
            return Err(LedgerError::refused(
                RefusalKind::Conflict,
                "host_taken",
                message,
            ));
        }
        sql.run("DELETE FROM hosts WHERE slug = ?", values![slug])?;
        sql.run(
            "INSERT INTO hosts SELECT DISTINCT value, ? FROM json_each(?)",
            values![slug, list.as_str()],
        )
        .map(drop)
    })?;
    Ok(json!({ "slug": slug, "hosts": hosts }))
}
