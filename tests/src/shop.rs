//! The demo shop, in this process, on a free port.

use std::net::Ipv4Addr;

use anyhow::Result;
use grapevine_shop::Config;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A port that a shop will be served on: known before the merchant is opened.
#[derive(Debug)]
pub struct Site(TcpListener, u16);

impl Site {
    /// Takes a free port.
    ///
    /// # Errors
    /// When there is none.
    pub async fn take() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self(listener, port))
    }

    /// `http://shop.localhost:<port>`, as browsers know it.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://shop.localhost:{}", self.1)
    }

    /// Opens the shop.
    #[must_use]
    pub fn open(self, config: Config) -> Shop {
        let origin = self.origin();
        let task = tokio::spawn(async move {
            if let Err(error) = grapevine_shop::serve(config, self.0).await {
                eprintln!("the shop could not go on: {error}");
            }
        });
        Shop { origin, task }
    }
}

/// An open shop; dropping it closes it.
#[derive(Debug)]
pub struct Shop {
    origin: String,
    task: JoinHandle<()>,
}

impl Shop {
    /// `http://shop.localhost:<port>`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The address of a page.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.task.abort();
    }
}
