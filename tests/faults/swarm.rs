//! Many people who follow one link, each from a network of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use xtask::client::{Client, DESKTOP};
use xtask::workerd::ADDRESS_HEADER;

/// The headers of the n-th person.
pub fn person(n: usize) -> [(&'static str, &'static str); 2] {
    // Few enough of them that the texts may stay for the test's life.
    let address = format!("2001:db8:{:x}:{:x}::1", n >> 16, n & 0xffff).leak();
    [("User-Agent", DESKTOP), (ADDRESS_HEADER, address)]
}

/// When each redirect was answered.
pub type Answered = Arc<Mutex<Vec<Instant>>>;

/// Follows a link over so many connections until the time is over, `most` have been
/// answered, or the server is gone. `apart`: between two requests of a connection.
pub async fn follow(
    edge: &Client,
    link: &str,
    connections: usize,
    most: usize,
    apart: Duration,
    time: Duration,
) -> Result<Vec<Instant>> {
    let answered = Answered::default();
    let next = Arc::new(AtomicUsize::new(0));
    let end = Instant::now() + time;
    let mut people = JoinSet::new();
    for _ in 0..connections {
        let (edge, link) = (edge.clone(), link.to_owned());
        let (answered, next) = (answered.clone(), next.clone());
        people.spawn(async move {
            while Instant::now() < end {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= most {
                    break;
                }
                let answer = edge
                    .request(reqwest::Method::GET, &link, None, &person(n))
                    .await;
                match answer {
                    Ok(answer) if answer.status == 302 => {
                        answered.lock().await.push(Instant::now());
                    }
                    Ok(answer) => bail!("{}: {}", answer.status, answer.text),
                    Err(_) => break, // the server is gone
                }
                tokio::time::sleep(apart).await;
            }
            Ok(())
        });
    }
    while let Some(done) = people.join_next().await {
        done??;
    }
    Ok(std::mem::take(&mut *answered.lock().await))
}
