//! The list of merchants and of the hosts that are mapped to one: a small
//! database of its own, beside the merchants' books.

use grapevine_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::commands::create_merchant::is_slug;
use crate::error::LedgerError;
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
}

/// The directory's schema; there is one version so far.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS merchants (slug TEXT PRIMARY KEY, entered_at INTEGER NOT NULL) WITHOUT ROWID;";

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
