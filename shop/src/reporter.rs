//! Tells the edge of every order and refund, in the background.
//!
//! Guarantees: what the order book holds as due is tried until the edge has
//! taken or refused it; pauses between failed rounds grow to `LONGEST_PAUSE`
//! and no further. Repeats carry the same idempotency key.
//! Not for deciding what is due: see `book`.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time;

use crate::book::{Book, Message};
use crate::edge_client::{EdgeClient, Trouble};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
const SHOPPERS_PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct Reporter {
    book: Arc<Book>,
    edge: Arc<EdgeClient>,
    news: Notify,
    rounds: watch::Sender<()>,
}

impl Reporter {
    pub fn new(book: Arc<Book>, edge: Arc<EdgeClient>) -> Self {
        Self {
            book,
            edge,
            news: Notify::new(),
            rounds: watch::Sender::new(()),
        }
    }

    /// Runs for as long as it is polled.
    pub async fn run(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let all_told = self.round().await;
            self.rounds.send_replace(());
            if all_told {
                pause = FIRST_PAUSE;
                self.news.notified().await;
            } else {
                // News cuts the pause short: an edge that is back gets told at
                // the next order, not half a minute later.
                tokio::select! {
                    () = time::sleep(pause) => {}
                    () = self.news.notified() => {}
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }

    /// To be called after the book has changed. Gives the edge a moment to
    /// answer, since the shopper's browser reports the order too and the
    /// server's word should be there first; but never holds a shopper up for
    /// longer than that.
    pub async fn told(&self, order_id: &str) {
        let mut rounds = self.rounds.subscribe();
        self.news.notify_one();
        let settled = async {
            while self
                .book
                .find(order_id)
                .is_some_and(|entry| entry.report.is_waiting() || entry.refund.is_waiting())
            {
                if rounds.changed().await.is_err() {
                    break;
                }
            }
        };
        // Out of patience is no failure: the rounds go on without the shopper.
        let _ = time::timeout(SHOPPERS_PATIENCE, settled).await;
    }

    /// One try for each message that is due. False when some must be tried again.
    async fn round(&self) -> bool {
        let mut all_told = true;
        for (order, message) in self.book.due() {
            let result = match message {
                Message::Report => self.edge.report(&order).await,
                Message::Refund => self.edge.refund(&order).await,
            };
            let noted = match result {
                Ok(()) => self.book.delivered(&order.id, message),
                Err(Trouble::Final(reason)) => {
                    eprintln!(
                        "shop: the edge refused {message:?} of {}: {reason}",
                        order.id
                    );
                    self.book.refused(&order.id, message, reason)
                }
                Err(trouble @ (Trouble::Passing(_) | Trouble::Unknown)) => {
                    all_told = false;
                    let trouble = trouble.to_string();
                    if self.book.failed(&order.id, message, &trouble).as_deref()
                        != Some(trouble.as_str())
                    {
                        eprintln!(
                            "shop: {message:?} of {} will be tried again: {trouble}",
                            order.id
                        );
                    }
                    Ok(())
                }
            };
            if let Err(error) = noted {
                // The edge knows it; only our note is missing, and a repeat is harmless.
                eprintln!("shop: could not write the state file: {error}");
                all_told = false;
            }
        }
        all_told
    }
}
