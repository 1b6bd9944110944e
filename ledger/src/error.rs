//! What a command can answer instead of a result.

use core::fmt;

/// Which kind of "no" it is; the edge turns it into an HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// The request makes no sense: 422.
    Invalid,
    /// There is no such thing: 404.
    NotFound,
    /// It contradicts what is in the books: 409.
    Conflict,
    /// The caller has not proved who it is: 401.
    Unauthorized,
    /// The caller may not do this: 403.
    Forbidden,
}

/// A "no" for the caller, with words that may be shown.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Refusal {
    /// The kind.
    pub kind: RefusalKind,
    /// Stable name, for programs.
    pub code: String,
    /// A sentence, for people.
    pub message: String,
}

/// Why a command did nothing.
#[derive(Clone, Debug)]
pub enum LedgerError {
    /// A defined "no".
    Refused(Refusal),
    /// The database said this.
    Sql(String),
    /// The books hold something that they cannot hold.
    Corrupt(&'static str),
    /// The books were written by newer code; nothing was touched.
    NewerSchema {
        /// Version in the books.
        found: i64,
        /// Newest version known here.
        known: i64,
    },
}

impl LedgerError {
    /// A refusal.
    #[must_use]
    pub fn refused(kind: RefusalKind, code: &str, message: impl Into<String>) -> Self {
        Self::Refused(Refusal {
            kind,
            code: code.to_owned(),
            message: message.into(),
        })
    }

    /// A refusal of a value that makes no sense.
    #[must_use]
    pub fn invalid(code: &str, message: impl Into<String>) -> Self {
        Self::refused(RefusalKind::Invalid, code, message)
    }

    /// A refusal for something that is not there.
    #[must_use]
    pub fn not_found(code: &str, message: impl Into<String>) -> Self {
        Self::refused(RefusalKind::NotFound, code, message)
    }
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "{}: {}", refusal.code, refusal.message),
            Self::Sql(message) => write!(f, "database: {message}"),
            Self::Corrupt(what) => write!(f, "the books are damaged: {what}"),
            Self::NewerSchema { found, known } => write!(
                f,
                "the books have schema {found}, this program knows {known}: run the newer program"
            ),
        }
    }
}

impl std::error::Error for LedgerError {}

impl From<serde_json::Error> for LedgerError {
    fn from(_: serde_json::Error) -> Self {
        Self::Corrupt("a stored document that cannot be read")
    }
}
