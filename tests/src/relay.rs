//! What stands between a browser and the edge in bad times: a server that passes
//! requests on after a while, or gives a file's answer itself.

use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::edge::HOST;

/// What it does to the requests that pass.
#[derive(Debug, Clone, Copy)]
pub enum Trouble {
    /// Holds each one back for so long.
    Slow(Duration),
    /// Says that there is no file whose path ends so.
    Missing(&'static str),
    /// Gives other bytes than the file's whose path ends so.
    Corrupt(&'static str),
    /// Takes the connection, and hangs up on requests for such a path.
    HangsUp(&'static str),
}

/// A running relay; dropping it ends it.
#[derive(Debug)]
pub struct Relay {
    port: u16,
    task: JoinHandle<()>,
}

impl Relay {
    /// Listens on a free port, before the edge on `edge_port`.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn open(edge_port: u16, trouble: Trouble) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    // A browser that goes away early is none of our business.
                    let _ = pass(stream, edge_port, trouble).await;
                });
            }
        });
        Ok(Self { port, task })
    }

    /// Where browsers find it, on the shop's own site.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{HOST}:{}", self.port)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One request a connection, so that each meets the same trouble.
async fn pass(mut browser: TcpStream, edge_port: u16, trouble: Trouble) -> Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(browser.read_u8().await?);
    }
    let head = String::from_utf8(head).context("a head of plain letters")?;
    let path = head.split(' ').nth(1).unwrap_or_default();
    match trouble {
        Trouble::Slow(pause) => tokio::time::sleep(pause).await,
        Trouble::Missing(ending) if path.ends_with(ending) => {
            return answer(browser, "404 Not Found", "text/plain", b"no such file").await;
        }
        Trouble::Corrupt(ending) if path.ends_with(ending) => {
            let kind = if ending.ends_with("wasm") {
                "application/wasm"
            } else {
                "text/javascript"
            };
            return answer(
                browser,
                "200 OK",
                kind,
                b"\0asm\x01\0\0\0 and then nonsense",
            )
            .await;
        }
        Trouble::HangsUp(part) if path.contains(part) => return Ok(()),
        _ => {}
    }
    let mut edge = TcpStream::connect((Ipv4Addr::LOCALHOST, edge_port)).await?;
    let head = head.replace("Connection: keep-alive", "Connection: close");
    edge.write_all(head.as_bytes()).await?;
    copy_bidirectional(&mut browser, &mut edge).await?;
    Ok(())
}

async fn answer(mut browser: TcpStream, status: &str, kind: &str, body: &[u8]) -> Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
         Access-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n",
        body.len()
    );
    browser.write_all(head.as_bytes()).await?;
    browser.write_all(body).await?;
    Ok(browser.shutdown().await?)
}
