//! The load generator: real keep-alive HTTP/1.1 connections, one thread each,
//! one request under way on each.
//!
//! At a fixed rate a latency counts from the moment at which the request was
//! due, so that a stalled server cannot hide the requests it held back. Only
//! answers with status 302 count as answered.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use hdrhistogram::Histogram;

use crate::client::DESKTOP;
use crate::workerd::ADDRESS_HEADER;

/// A server that does not answer for so long is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// How fast requests are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// The next as soon as the last was answered.
    Full,
    /// So many a second over all connections.
    Fixed(u32),
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Target {
    port: u16,
    /// The request up to the visitor's address.
    head: String,
}

impl Target {
    /// `GET path` from 127.0.0.1:`port`, which goes by `host`.
    pub fn new(port: u16, host: &str, path: &str) -> Self {
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: {DESKTOP}\r\nAccept: text/html\r\nAccept-Language: en-GB,en;q=0.9\r\n{ADDRESS_HEADER}: "
        );
        Self { port, head }
    }

    /// Another path of the same server.
    pub fn with_path(&self, path: &str) -> Self {
        let rest = self.head.splitn(3, ' ').nth(2).unwrap_or_default();
        Self {
            port: self.port,
            head: format!("GET {path} {rest}"),
        }
    }
}

/// Hands out addresses of visitors who were never seen before.
#[derive(Debug, Default)]
pub struct Visitors {
    next: AtomicU32,
    are_neighbours: bool,
}

impl Visitors {
    /// All of them in one /64 network.
    pub fn of_one_network() -> Self {
        Self {
            are_neighbours: true,
            ..Self::default()
        }
    }

    /// Each address is in a /64 network of its own: an IPv6 household is one.
    fn next_address(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if self.are_neighbours {
            return format!("2001:db9::{:x}:{:x}", number >> 16, number & 0xffff);
        }
        format!("2001:db8:{:x}:{:x}::1", number >> 16, number & 0xffff)
    }
}

/// What came back.
#[derive(Debug)]
pub struct Outcome {
    /// Redirects.
    pub answered: u64,
    /// Other answers.
    pub refused: u64,
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// Latencies in microseconds.
    pub latencies: Histogram<u64>,
}

/// Drives `target` for `time` over `connections` connections.
pub fn drive(
    target: &Target,
    connections: usize,
    time: Duration,
    pace: Pace,
    visitors: &Visitors,
) -> Result<Outcome> {
    let mut streams = Vec::new();
    for _ in 0..connections {
        streams.push(Connection::open(target)?);
    }
    let started = Instant::now();
    let results: Vec<Result<Lane>> = thread::scope(|scope| {
        let lanes: Vec<_> = streams
            .into_iter()
            .enumerate()
            .map(|(number, connection)| {
                let schedule = Schedule::new(pace, number, connections, started, time);
                scope.spawn(move || lane(connection, schedule, target, visitors))
            })
            .collect();
        lanes
            .into_iter()
            .map(|lane| {
                lane.join()
                    .unwrap_or_else(|_| bail!("a connection's thread failed"))
            })
            .collect()
    });
    let elapsed = started.elapsed();
    let mut outcome = Outcome {
        answered: 0,
        refused: 0,
        elapsed,
        latencies: histogram()?,
    };
    for lane in results {
        let lane = lane?;
        outcome.answered += lane.answered;
        outcome.refused += lane.refused;
        outcome.latencies.add(&lane.latencies)?;
    }
    Ok(outcome)
}

struct Lane {
    answered: u64,
    refused: u64,
    latencies: Histogram<u64>,
}

fn lane(
    mut connection: Connection,
    mut schedule: Schedule,
    target: &Target,
    visitors: &Visitors,
) -> Result<Lane> {
    let mut lane = Lane {
        answered: 0,
        refused: 0,
        latencies: histogram()?,
    };
    let mut request = Vec::new();
    while let Some(due) = schedule.next() {
        request.clear();
        write!(
            request,
            "{}{}\r\n\r\n",
            target.head,
            visitors.next_address()
        )?;
        if connection.exchange(&request)? == 302 {
            lane.answered += 1;
        } else {
            lane.refused += 1;
        }
        let latency = due.elapsed().as_micros().try_into().unwrap_or(u64::MAX);
        lane.latencies.saturating_record(latency);
    }
    Ok(lane)
}

/// When one connection sends its requests.
struct Schedule {
    pace: Pace,
    end: Instant,
    /// The next moment of a fixed rate.
    due: Instant,
    /// Between two requests of this connection.
    interval: Duration,
}

impl Schedule {
    fn new(pace: Pace, number: usize, connections: usize, start: Instant, time: Duration) -> Self {
        let (offset, interval) = match pace {
            Pace::Full => (Duration::ZERO, Duration::ZERO),
            Pace::Fixed(rate) => {
                let apart = 1.0 / f64::from(rate.max(1));
                let lanes = u32::try_from(connections).unwrap_or(u32::MAX);
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                (
                    Duration::from_secs_f64(apart * f64::from(number)),
                    Duration::from_secs_f64(apart * f64::from(lanes)),
                )
            }
        };
        Self {
            pace,
            end: start + time,
            due: start + offset,
            interval,
        }
    }

    /// Waits until the next request is due; the moment from which it counts,
    /// `None` at the end.
    fn next(&mut self) -> Option<Instant> {
        if self.pace == Pace::Full {
            let now = Instant::now();
            return (now < self.end).then_some(now);
        }
        let due = self.due;
        if due >= self.end {
            return None;
        }
        self.due += self.interval;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        Some(due)
    }
}

/// Three significant digits, up to a minute.
fn histogram() -> Result<Histogram<u64>> {
    Histogram::new_with_max(60_000_000, 3).context("making a histogram")
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

impl Connection {
    fn open(target: &Target) -> Result<Self> {
        let stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, target.port)))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream,
            buffer: vec![0; 16 * 1024],
            filled: 0,
        })
    }

    /// Sends one request and reads its whole answer; returns the status.
    fn exchange(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request)?;
        self.filled = 0;
        loop {
            let free = self.buffer.get_mut(self.filled..).unwrap_or_default();
            if free.is_empty() {
                bail!("an answer of more than 16 KiB");
            }
            let read = self
                .stream
                .read(free)
                .context("the server does not answer")?;
            if read == 0 {
                bail!("the server closed a connection");
            }
            self.filled += read;
            let so_far = self.buffer.get(..self.filled).unwrap_or_default();
            if let Some(status) = complete(so_far)? {
                return Ok(status);
            }
        }
    }
}

/// The status, once the whole answer is there.
fn complete(bytes: &[u8]) -> Result<Option<u16>> {
    let mut headers = [httparse::EMPTY_HEADER; 48];
    let mut answer = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(body_at) =
        answer.parse(bytes).context("an answer is no HTTP")?
    else {
        return Ok(None);
    };
    let body = bytes.get(body_at..).unwrap_or_default();
    let value = |name: &str| {
        answer
            .headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .and_then(|header| std::str::from_utf8(header.value).ok())
    };
    let whole = match value("content-length").map(str::parse::<usize>) {
        Some(length) => body.len() >= length.context("an answer with a strange length")?,
        None if value("transfer-encoding").is_some() => body.ends_with(b"0\r\n\r\n"),
        None => true,
    };
    Ok(answer.code.filter(|_| whole))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::net::TcpListener;

    #[test]
    fn an_answer_is_complete_with_its_last_byte() {
        let whole = b"HTTP/1.1 302 Found\r\nContent-Length: 2\r\n\r\nok";
        assert_eq!(complete(whole).unwrap(), Some(302));
        assert_eq!(complete(&whole[..whole.len() - 1]).unwrap(), None);
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
        assert_eq!(complete(chunked).unwrap(), Some(200));
        assert_eq!(complete(&chunked[..chunked.len() - 5]).unwrap(), None);
    }

    #[test]
    fn no_two_visitors_share_a_network() {
        let visitors = Visitors::default();
        let networks: HashSet<String> = (0..70_000)
            .map(|_| visitors.next_address().trim_end_matches("::1").to_string())
            .collect();
        assert_eq!(networks.len(), 70_000);
    }

    #[test]
    fn a_targets_path_can_be_another() {
        let target = Target::new(80, "h", "/a").with_path("/b?c=d");
        assert!(
            target
                .head
                .starts_with("GET /b?c=d HTTP/1.1\r\nHost: h:80\r\n")
        );
    }

    /// A server that stalls once for 300 ms.
    fn stalling_server() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut buffer = [0; 4096];
            let mut number = 0;
            while stream.read(&mut buffer).is_ok_and(|read| read > 0) {
                if number == 5 {
                    thread::sleep(Duration::from_millis(300));
                }
                number += 1;
                let answer = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n";
                if stream.write_all(answer).is_err() {
                    break;
                }
            }
        });
        port
    }

    #[test]
    fn a_stall_counts_for_every_request_it_held_back() {
        let target = Target::new(stalling_server(), "h", "/");
        let time = Duration::from_millis(500);
        let outcome = drive(&target, 1, time, Pace::Fixed(100), &Visitors::default()).unwrap();
        assert_eq!(outcome.answered, 50);
        // The stall holds back about 30 of 50 requests, not only the one.
        assert!(outcome.latencies.value_at_quantile(0.8) > 50_000);
    }
}
