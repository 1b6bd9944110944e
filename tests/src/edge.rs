//! The Worker as it was built, under plain `workerd`, on a free port and a fresh
//! folder.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::OnceCell;
use xtask::client::Client;
use xtask::keys::Keys;
use xtask::workerd::{self, Log, Workerd};

use crate::guardian::Guardian;

/// The edge on the shop's own site.
pub const HOST: &str = "refer.shop.localhost";
/// The edge on another site, as a merchant without a sub-domain has it.
pub const FOREIGN_HOST: &str = "edge.localhost";

/// A running edge.
#[derive(Debug)]
pub struct Edge {
    // Dropped in this order: the server ends before its folder goes.
    server: Workerd,
    guardian: Option<Guardian>,
    keys: Keys,
    folder: TempDir,
}

static SHARED: OnceCell<Edge> = OnceCell::const_new();

impl Edge {
    /// The edge that all tests of this program share, each with a merchant of its
    /// own.
    ///
    /// # Errors
    /// As [`Edge::start`].
    pub async fn shared() -> Result<&'static Self> {
        SHARED.get_or_try_init(Self::start).await
    }

    /// An edge for one test alone, such as one that kills it.
    ///
    /// # Errors
    /// When nothing is built yet, or it does not start.
    pub async fn start() -> Result<Self> {
        Self::start_with(&[]).await
    }

    /// The same with bindings of its own, by name.
    ///
    /// # Errors
    /// As [`Edge::start`].
    pub async fn start_with(environment: &[(&str, &str)]) -> Result<Self> {
        let missing = "nothing is built yet: run `cargo xtask test`, which builds and then tests";
        xtask::build::check_present().context(missing)?;
        let folder = tempfile::Builder::new().prefix("gv-edge-").tempdir()?;
        let keys = Keys::generate()?;
        let server = Workerd::edge(workerd::Edge {
            state: folder.path().to_path_buf(),
            port: 0,
            keys: keys.clone(),
            host: HOST.to_owned(),
            environment: environment
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            log: Log::File(folder.path().join("workerd.log")),
        })
        .await?;
        let mut edge = Self {
            server,
            guardian: None,
            keys,
            folder,
        };
        edge.watch()?;
        Ok(edge)
    }

    fn watch(&mut self) -> Result<()> {
        let pid = self.server.pid().context("workerd is gone")?;
        self.guardian = Some(Guardian::watch(pid, Some(self.folder.path()))?);
        Ok(())
    }

    /// How many merchants' books lie in the state folder.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn books(&self) -> Result<usize> {
        let folder = self.folder.path().join("workerd/grapevine-ledger");
        if !folder.exists() {
            return Ok(0);
        }
        let mut count = 0;
        for entry in std::fs::read_dir(folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".sqlite") && name != "metadata.sqlite" {
                count += 1;
            }
        }
        Ok(count)
    }

    /// Where it keeps its state and its log.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// What it has logged so far.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn log(&self) -> Result<String> {
        Ok(std::fs::read_to_string(
            self.folder.path().join("workerd.log"),
        )?)
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// Where browsers find it on the shop's site.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{HOST}:{}", self.port())
    }

    /// Where browsers find it on a site of its own.
    #[must_use]
    pub fn foreign_origin(&self) -> String {
        format!("http://{FOREIGN_HOST}:{}", self.port())
    }

    /// A client without a key.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn client(&self) -> Result<Client> {
        Client::new(HOST, self.port())
    }

    /// A client with the operator's key.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn operator(&self) -> Result<Client> {
        Ok(self.client()?.with_key(&self.keys.operator_key))
    }

    /// Pulls the plug: SIGKILL, nothing is flushed.
    pub fn kill(&mut self) {
        self.guardian = None;
        self.server.kill_hard();
    }

    /// Starts it again on the same port and state.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn revive(&mut self) -> Result<()> {
        self.server.restart().await?;
        self.watch()
    }

    /// Pulls the plug and starts it again.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn power_cut(&mut self) -> Result<()> {
        self.kill();
        self.revive().await
    }

    /// The master keys that it runs with, newest first.
    #[must_use]
    pub fn master_keys(&self) -> &str {
        &self.keys.master_keys
    }

    /// Starts it again on the same port and state with other master keys, as an
    /// operator does who rotates them.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn restart_with_keys(&mut self, master_keys: &str) -> Result<()> {
        master_keys.clone_into(&mut self.keys.master_keys);
        self.server.set_environment("MASTER_KEYS", master_keys);
        self.guardian = None;
        self.server.stop();
        self.revive().await
    }

    /// Opens a merchant: the fields that tests care for over the usual ones.
    ///
    /// # Errors
    /// When the edge says no.
    pub async fn open_merchant(&self, slug: &str, shop_url: &str, extra: &Value) -> Result<Value> {
        let mut body = serde_json::json!({
            "slug": slug,
            "name": "Kettle & Leaf",
            "shop_url": shop_url,
            "email": "owner@shop.example",
            "currency": "EUR",
            "locale": "en",
            "test": true,
            "accent": "#1f5c4d",
        });
        if let (Some(fields), Some(extra)) = (body.as_object_mut(), extra.as_object()) {
            fields.extend(extra.clone());
        }
        self.operator()?
            .request(Method::POST, "/v1/merchants", Some(&body), &[])
            .await?
            .json()
    }
}
