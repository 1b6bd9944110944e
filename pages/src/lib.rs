//! Everything that a person sees from the edge: console, outbox, mails, the
//! plain pages behind mailbox links and instead of the panel, how panel and launcher
//! look, and why an order was credited as it was.
//!
//! Responsible for words, layout and escaping. Guarantees: a view is a struct
//! with plain fields and a `render` that does no I/O and needs no clock; every
//! value is escaped for the place where it stands; no page needs a script or an
//! inline style (see [`policy`]). Not for: routing, sign-in, or what the
//! figures mean; whoever fills the fields answers for them.

pub mod accent;
mod amount;
mod bar;
mod brand;
pub mod console;
mod date;
pub mod friend;
pub mod home;
mod locale;
pub mod look;
pub mod mail;
mod notation;
pub mod picture;
pub mod plain;
pub mod policy;
pub mod qr;
pub mod shopper;
pub mod talk;
mod text;
pub mod why;

pub use accent::Accent;
pub use amount::{Worth, format_money};
pub use askama::Error;
pub use brand::Brand;
pub use locale::Locale;
pub use look::Look;
pub use talk::{Talk, close_label, launcher_text};
pub use text::mask_email;
