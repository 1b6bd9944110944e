//! The answers that are not what was asked for.

use grapevine_ledger::error::{Refusal, RefusalKind};
use serde_json::json;
use worker::Response;

/// Why a request gets no result. Each variant is one kind of answer.
#[derive(Debug)]
pub enum Error {
    /// The books said no: 401, 403, 404, 409 or 422.
    Refused(Refusal),
    /// Not what the route reads: 400.
    Malformed(String),
    /// No proof of who calls, or a wrong one: 401.
    Unauthorized,
    /// A browser of a page that is not the merchant's: 403.
    ForeignOrigin,
    /// No such address: 404.
    NotFound,
    /// No such method here: 405.
    MethodNotAllowed,
    /// Larger than the route reads: 413.
    TooLarge,
    /// An address longer than any of ours: 414.
    AddressTooLong,
    /// More than one network or key may ask for: 429.
    RateLimited {
        /// Seconds until it is worth another try.
        retry_after_s: u32,
    },
    /// Our fault: 500; the text goes to the log only.
    Internal(String),
}

impl From<worker::Error> for Error {
    fn from(error: worker::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(format!("JSON: {error}"))
    }
}

impl From<grapevine_pages::Error> for Error {
    fn from(error: grapevine_pages::Error) -> Self {
        Self::Internal(format!("template: {error}"))
    }
}

impl Error {
    /// HTTP status, stable name, sentence.
    pub fn parts(&self) -> (u16, &str, &str) {
        match self {
            Self::Refused(refusal) => {
                let status = match refusal.kind {
                    RefusalKind::Invalid => 422,
                    RefusalKind::NotFound => 404,
                    RefusalKind::Conflict => 409,
                    RefusalKind::Unauthorized => 401,
                    RefusalKind::Forbidden => 403,
                };
                (status, &refusal.code, &refusal.message)
            }
            Self::Malformed(message) => (400, "malformed", message),
            Self::Unauthorized => (
                401,
                "unauthorized",
                "This needs a valid key, sent as a bearer token.",
            ),
            Self::ForeignOrigin => (
                403,
                "foreign_origin",
                "This page is not on one of the shop's hosts.",
            ),
            Self::NotFound => (404, "not_found", "There is nothing at this address."),
            Self::MethodNotAllowed => (
                405,
                "method_not_allowed",
                "This address does not take this method.",
            ),
            Self::TooLarge => (413, "too_large", "The request is larger than 64 KB."),
            Self::AddressTooLong => (414, "address_too_long", "The address is longer than 8 KB."),
            Self::RateLimited { .. } => (
                429,
                "rate_limited",
                "Too many requests. Please try again after the time in Retry-After.",
            ),
            Self::Internal(_) => (
                500,
                "internal",
                "Something went wrong here. Please try again; a retry is safe.",
            ),
        }
    }

    /// Logs what is our own fault, once.
    pub fn log(&self) {
        if let Self::Internal(message) = self {
            worker::console_error!("internal: {message}");
        }
    }

    /// The answer as `{"error":{"code","message"}}`.
    pub fn response(&self) -> worker::Result<Response> {
        self.log();
        let (status, code, message) = self.parts();
        let body = json!({ "error": { "code": code, "message": message } });
        let response = Response::from_json(&body)?.with_status(status);
        response.headers().set("Cache-Control", "no-store")?;
        self.retry_after(response)
    }

    /// Says when it is worth another try, where that is known.
    ///
    /// # Errors
    /// When the header cannot be set.
    pub fn retry_after(&self, response: Response) -> worker::Result<Response> {
        if let Self::RateLimited { retry_after_s } = self {
            let seconds = retry_after_s.to_string();
            response.headers().set("Retry-After", &seconds)?;
        }
        Ok(response)
    }
}
