//! Mails to advocates and merchants: subject, HTML and a text version of equal worth.
//!
//! Responsible for words and looks; the templates are MJML in
//! `templates/mail/<message>/`, compiled by the build. Guarantees: one button,
//! an unsubscribe link in plain sight for whoever is no merchant, a subject on one line, no picture or font
//! fetched from anywhere but the merchant's own. Not for: when a mail is sent,
//! and to whom.

mod appeal;
mod confirm;
mod friend_bought;
mod reward_declined;
mod reward_ready;
mod sign_in;

use askama::Template;

pub use appeal::Appeal;
pub use confirm::Confirm;
pub use friend_bought::FriendBought;
pub use reward_declined::RewardDeclined;
pub(crate) use reward_declined::reason as declined_reason;
pub use reward_ready::RewardReady;
pub use sign_in::SignIn;

use crate::text::one_line;

#[allow(clippy::double_must_use, reason = "written by the build")]
mod compiled {
    include!(concat!(env!("OUT_DIR"), "/mails.rs"));
}

/// A mail, ready to be put into the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// A whole HTML document.
    pub html: String,
    /// The same in plain text.
    pub text: String,
}

fn letter(
    subject: &str,
    html: &impl Template,
    text: &impl Template,
) -> Result<Letter, askama::Error> {
    let text = text.render()?;
    Ok(Letter {
        subject: one_line(subject),
        html: html.render()?,
        text: text.trim().to_owned() + "\n",
    })
}
