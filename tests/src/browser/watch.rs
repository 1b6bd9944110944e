//! What happened in a browser while nobody asked: its console and its requests.

use std::sync::Mutex;

use anyhow::Result;
use serde_json::Value;
use thirtyfour::prelude::WebDriver;

/// The browser hands each entry out once; here they stay.
#[derive(Debug, Default)]
pub struct Watch {
    complaints: Mutex<Vec<String>>,
    requests: Mutex<Vec<String>>,
}

fn keep(kept: &Mutex<Vec<String>>, new: impl Iterator<Item = String>) -> Vec<String> {
    let mut kept = kept
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    kept.extend(new);
    kept.clone()
}

impl Watch {
    /// Warnings and errors of the console since the beginning.
    pub async fn complaints(&self, driver: &WebDriver) -> Result<Vec<String>> {
        let new = driver.get_log("browser").await?;
        let new = new
            .into_iter()
            .filter(|entry| matches!(entry.level.as_str(), "SEVERE" | "WARNING"))
            .map(|entry| entry.message);
        Ok(keep(&self.complaints, new))
    }

    /// Addresses of all requests since the beginning.
    pub async fn requests(&self, driver: &WebDriver) -> Result<Vec<String>> {
        let new = driver.get_log("performance").await?;
        let new = new.into_iter().filter_map(|entry| {
            let event: Value = serde_json::from_str(&entry.message).ok()?;
            let event = event.get("message")?;
            (event.get("method")? == "Network.requestWillBeSent").then_some(())?;
            let address = event.pointer("/params/request/url")?.as_str()?;
            Some(address.to_owned())
        });
        Ok(keep(&self.requests, new))
    }
}
