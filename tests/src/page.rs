//! One page of plain HTML at every path and on every `*.localhost` name of a free
//! port: for pages that the demo shop would not be, such as one that lets itself be
//! framed, or one that frames others.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A port that a page will be served on.
#[derive(Debug)]
pub struct Place(TcpListener, u16);

/// A served page; dropping it ends it.
#[derive(Debug)]
pub struct Page {
    heads: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Place {
    /// Takes a free port.
    ///
    /// # Errors
    /// When there is none.
    pub async fn take() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self(listener, port))
    }

    /// `http://{host}:<port>`.
    #[must_use]
    pub fn origin(&self, host: &str) -> String {
        format!("http://{host}:{}", self.1)
    }

    /// Serves it.
    #[must_use]
    pub fn open(self, html: String) -> Page {
        self.open_with("", html)
    }

    /// Serves it with headers of its own, each ended by a line break.
    #[must_use]
    pub fn open_with(self, headers: &str, html: String) -> Page {
        let length = html.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\
             Content-Length: {length}\r\n{headers}Connection: close\r\n\r\n{html}"
        );
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&heads);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = self.0.accept().await {
                let (seen, bytes) = (Arc::clone(&seen), answer.clone());
                tokio::spawn(async move {
                    // A browser that goes away early is none of our business.
                    let _ = give(stream, &bytes, &seen).await;
                });
            }
        });
        Page { heads, task }
    }
}

impl Page {
    /// The heads of all requests so far, in lower case.
    #[must_use]
    pub fn heads(&self) -> Vec<String> {
        let heads = self.heads.lock();
        heads.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn give(mut stream: TcpStream, answer: &str, seen: &Mutex<Vec<String>>) -> Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    seen.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(head);
    stream.write_all(answer.as_bytes()).await?;
    Ok(stream.shutdown().await?)
}
