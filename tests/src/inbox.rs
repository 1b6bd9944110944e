//! The mails that people got, by the merchant API.

use anyhow::{Context, Result};
use serde_json::Value;
use xtask::client::{Client, path_of};

use crate::wait;

/// One mail.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Running number.
    pub id: String,
    /// Who got it.
    pub to: String,
    /// Which message it is.
    pub template: String,
    /// Subject.
    pub subject: String,
    /// Text version.
    pub text: String,
    /// HTML version.
    pub html: String,
    /// The reader's page, then the unsubscribe page.
    pub links: Vec<String>,
}

impl Mail {
    /// The path of the reader's page.
    ///
    /// # Errors
    /// When the mail has no link.
    pub fn reader(&self) -> Result<&str> {
        Ok(path_of(
            self.links.first().context("a mail without a link")?,
        ))
    }

    /// The path of the page that ends mails.
    ///
    /// # Errors
    /// When the mail has no such link.
    pub fn unsubscribe(&self) -> Result<&str> {
        Ok(path_of(
            self.links.get(1).context("a mail without a way out")?,
        ))
    }

    fn read(json: &Value) -> Self {
        let text = |name: &str| match json.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let links = json.get("links").and_then(Value::as_array);
        Self {
            id: text("id"),
            to: text("to"),
            template: text("template"),
            subject: text("subject"),
            text: text("text"),
            html: text("html"),
            links: links
                .into_iter()
                .flatten()
                .filter_map(|link| link.as_str().map(str::to_owned))
                .collect(),
        }
    }
}

/// All mails of a merchant, newest first.
///
/// # Errors
/// When the edge says no.
pub async fn all(api: &Client) -> Result<Vec<Mail>> {
    let mails = api.mails().await?;
    Ok(mails
        .as_array()
        .context("a list of mails")?
        .iter()
        .map(Mail::read)
        .collect())
}

/// The newest mail of a kind to a person, as soon as there is one.
///
/// # Errors
/// When none comes.
pub async fn newest(api: &Client, template: &str, to: &str) -> Result<Mail> {
    wait::until(&format!("mail {template} to {to}"), || async {
        let mails = all(api).await?;
        Ok(mails
            .into_iter()
            .find(|mail| mail.template == template && mail.to == to))
    })
    .await
}
