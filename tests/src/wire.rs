//! Requests byte by byte, for what no well-behaved client would send.

use std::net::Ipv4Addr;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// An answer as it came.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case, in the order of the answer.
    pub headers: Vec<(String, String)>,
    /// The body, undecoded.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The first header of that name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Sends a request with a raw target, raw headers (`Name: value`) and, unless it
/// is empty, a body; reads the answer to its end.
///
/// # Errors
/// When there is no connection or what comes back is no HTTP.
pub async fn send(
    port: u16,
    method: &str,
    target: &str,
    host: &str,
    headers: &[&str],
    body: &str,
) -> Result<Answer> {
    let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {host}:{port}\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    if !matches!(method, "GET" | "HEAD") {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("Connection: close\r\n\r\n");
    head.push_str(body);
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    stream.write_all(head.as_bytes()).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    parse(&bytes).with_context(|| format!("{method} {target}: no HTTP came back"))
}

/// Posts parts of a chunked body (RFC 9112, 7.1) and, where it `ends`, its end; reads
/// the answer as soon as its head is there.
///
/// # Errors
/// When there is no connection, no answer within ten seconds, or what comes back is
/// no HTTP.
pub async fn post_chunked(
    port: u16,
    target: &str,
    host: &str,
    headers: &[&str],
    parts: &[&str],
    ends: bool,
) -> Result<Answer> {
    let mut text =
        format!("POST {target} HTTP/1.1\r\nHost: {host}:{port}\r\nTransfer-Encoding: chunked\r\n");
    for header in headers {
        text.push_str(&format!("{header}\r\n"));
    }
    text.push_str("\r\n");
    for part in parts {
        text.push_str(&format!("{:x}\r\n{part}\r\n", part.len()));
    }
    if ends {
        text.push_str("0\r\n\r\n");
    }
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    stream.write_all(text.as_bytes()).await?;
    let mut bytes = Vec::new();
    let answer = async {
        loop {
            anyhow::ensure!(stream.read_buf(&mut bytes).await? > 0, "it hung up");
            if let Some(answer) = parse(&bytes) {
                let length = answer.header("content-length").unwrap_or("0");
                if answer.body.len() >= length.parse()? {
                    return Ok(answer);
                }
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), answer)
        .await
        .with_context(|| format!("POST {target}: no answer"))?
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(bytes.get(..end)?).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut answer = Answer {
        status,
        headers,
        body: bytes.get(end + 4..)?.to_vec(),
    };
    if answer.header("transfer-encoding") == Some("chunked") {
        answer.body = joined(&answer.body)?;
    }
    Some(answer)
}

/// A chunked body (RFC 9112, 7.1) in one piece.
fn joined(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = bytes.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(bytes.get(..end)?).ok()?;
        let size = usize::from_str_radix(size, 16).ok()?;
        if size == 0 {
            return Some(whole);
        }
        whole.extend(bytes.get(end + 2..end + 2 + size)?);
        bytes = bytes.get(end + 2 + size + 2..)?;
    }
}
