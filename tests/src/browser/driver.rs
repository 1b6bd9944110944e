//! chromedriver, once for all tests of a program, and its sessions.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;
use thirtyfour::prelude::{
    CapabilitiesHelper, ChromiumLikeCapabilities, DesiredCapabilities, WebDriver,
};
use tokio::sync::OnceCell;
use xtask::client::{DESKTOP, http};
use xtask::tools;

use super::Profile;
use crate::guardian::Guardian;
use crate::wait;

/// What every browser is started with.
const FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--no-proxy-server",
    // Chromium knows *.localhost by itself; whatever else is asked for is no host.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE *.localhost, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    "--lang=en",
];

struct Driver {
    _process: Child,
    _guardian: Guardian,
    chromium: String,
    address: String,
}

static DRIVER: OnceCell<Driver> = OnceCell::const_new();

async fn start() -> Result<Driver> {
    let found = tools::browser()?;
    let port = xtask::workerd::free_port()?;
    let process = Command::new(&found.chromedriver)
        .arg(format!("--port={port}"))
        .arg("--log-level=SEVERE")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("starting {}", found.chromedriver.display()))?;
    let guardian = Guardian::watch(process.id(), None)?;
    let address = format!("http://127.0.0.1:{port}");
    let client = http(None)?;
    wait::until("answer of chromedriver", || async {
        let status = client.get(format!("{address}/status")).send().await;
        Ok(status
            .is_ok_and(|answer| answer.status() == 200)
            .then_some(()))
    })
    .await?;
    Ok(Driver {
        _process: process,
        _guardian: guardian,
        chromium: found.chromium.to_string_lossy().into_owned(),
        address,
    })
}

/// A window with an empty profile in `folder`.
pub async fn session(profile: &Profile, folder: &Path) -> Result<WebDriver> {
    let driver = DRIVER.get_or_try_init(start).await?;
    let mut wanted = DesiredCapabilities::chrome();
    wanted.set_binary(&driver.chromium)?;
    for flag in FLAGS {
        wanted.add_arg(flag)?;
    }
    // Headless Chromium says so in its name, and is then set aside as a program.
    let agent = profile.agent.as_deref().unwrap_or(DESKTOP);
    wanted.add_arg(&format!("--user-agent={agent}"))?;
    wanted.add_arg(&format!("--user-data-dir={}", folder.display()))?;
    let mut preferences = json!({ "credentials_enable_service": false });
    if let Some(preferences) = preferences.as_object_mut() {
        if profile.blocks_third_party_cookies {
            wanted.add_arg("--test-third-party-cookie-phaseout")?;
            preferences.insert("profile.block_third_party_cookies".into(), true.into());
            preferences.insert("profile.cookie_controls_mode".into(), 1.into());
        }
        if profile.blocks_storage {
            let key = "profile.managed_default_content_settings.cookies";
            preferences.insert(key.into(), 2.into());
        }
        if profile.without_scripts {
            let key = "profile.managed_default_content_settings.javascript";
            preferences.insert(key.into(), 2.into());
        }
    }
    wanted.add_experimental_option("prefs", preferences)?;
    let logs = json!({ "browser": "ALL", "performance": "ALL" });
    wanted.set("goog:loggingPrefs", logs)?;
    let session = WebDriver::builder(&driver.address, wanted)
        .request_timeout(Duration::from_secs(60))
        .connect()
        .await
        .context("starting Chromium")?;
    session.set_script_timeout(Duration::from_secs(40)).await?;
    Ok(session)
}
