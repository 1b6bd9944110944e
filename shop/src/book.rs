//! The order book: every order, in memory and, with a state file, on disk.
//!
//! Responsible for: one order for each checkout id, and the state of what must
//! be told to the edge.
//! Guarantees: what a method has answered is in the state file (synced) before
//! it answers; a line torn by a crash is skipped on the next start and costs
//! nothing but itself.
//! Not for talking to the edge: see `reporter`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::order::{Delivery, Entry, Order};

#[derive(Debug)]
pub struct Book {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: Vec<Entry>,
    journal: Option<File>,
}

/// Which of an order's two messages is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    Report,
    Refund,
}

/// One line of the state file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line {
    Placed {
        order: Box<Order>,
    },
    Refunded {
        order_id: String,
    },
    Delivered {
        order_id: String,
        message: Message,
    },
    Refused {
        order_id: String,
        message: Message,
        reason: String,
    },
}

impl Book {
    /// Reads the state file, or starts an empty book.
    pub fn open(state_file: Option<&Path>) -> io::Result<Self> {
        let mut inner = Inner::default();
        if let Some(path) = state_file {
            let mut file = open_private(path)?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            for line in bytes.split(|byte| *byte == b'\n') {
                if let Ok(line) = serde_json::from_slice(line) {
                    inner.apply(line);
                }
            }
            file.seek(SeekFrom::End(0))?;
            if bytes.last().is_some_and(|byte| *byte != b'\n') {
                // Close the torn line, or the next one would be lost with it.
                file.write_all(b"\n")?;
            }
            inner.journal = Some(file);
        }
        Ok(Self {
            inner: Mutex::new(inner),
        })
    }

    /// Takes the order, unless its checkout was already turned into one; that
    /// one is answered then.
    pub fn place(&self, order: Order) -> io::Result<Order> {
        let mut inner = self.lock();
        if let Some(earlier) = inner.by_checkout(&order.checkout_id) {
            return Ok(earlier.order.clone());
        }
        inner.record(Line::Placed {
            order: Box::new(order.clone()),
        })?;
        Ok(order)
    }

    /// Marks the whole order as refunded; `false` when there is no such order.
    /// A second call changes nothing.
    pub fn refund(&self, order_id: &str) -> io::Result<bool> {
        let mut inner = self.lock();
        match inner.entry(order_id) {
            None => Ok(false),
            Some(entry) if entry.is_refunded() => Ok(true),
            Some(_) => {
                inner.record(Line::Refunded {
                    order_id: order_id.to_owned(),
                })?;
                Ok(true)
            }
        }
    }

    pub fn delivered(&self, order_id: &str, message: Message) -> io::Result<()> {
        let order_id = order_id.to_owned();
        self.lock().record(Line::Delivered { order_id, message })
    }

    pub fn refused(&self, order_id: &str, message: Message, reason: String) -> io::Result<()> {
        let order_id = order_id.to_owned();
        self.lock().record(Line::Refused {
            order_id,
            message,
            reason,
        })
    }

    /// Remembers a failed try, in memory only; answers the trouble before it.
    pub fn failed(&self, order_id: &str, message: Message, now: &str) -> Option<String> {
        let mut inner = self.lock();
        match inner.entry(order_id)?.delivery(message) {
            Delivery::Waiting { tries, trouble } => {
                *tries = tries.saturating_add(1);
                Some(std::mem::replace(trouble, now.to_owned()))
            }
            _ => None,
        }
    }

    /// What the edge has still to be told, oldest first. A refund waits for
    /// its order's report.
    pub fn due(&self) -> Vec<(Order, Message)> {
        let due = |entry: &Entry| match (&entry.report, &entry.refund) {
            (Delivery::Waiting { .. }, _) => Some((entry.order.clone(), Message::Report)),
            (Delivery::Delivered, Delivery::Waiting { .. }) => {
                Some((entry.order.clone(), Message::Refund))
            }
            _ => None,
        };
        self.lock().entries.iter().filter_map(due).collect()
    }

    pub fn find(&self, order_id: &str) -> Option<Entry> {
        self.lock().entry(order_id).cloned()
    }

    pub fn find_by_checkout(&self, checkout_id: &str) -> Option<Order> {
        self.lock()
            .by_checkout(checkout_id)
            .map(|entry| entry.order.clone())
    }

    /// Whether an order with this coupon has yet to be reported: the edge
    /// cannot know by then that the coupon is spent.
    pub fn awaits_report_of_coupon(&self, code: &str) -> bool {
        self.lock().entries.iter().any(|entry| {
            entry.report.is_waiting()
                && entry
                    .order
                    .coupon
                    .as_deref()
                    .is_some_and(|used| used.eq_ignore_ascii_case(code))
        })
    }

    /// Newest first.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().entries.iter().rev().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every change below is whole before the lock is let go.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Disk first, memory after: an order that could not be kept is not taken.
    fn record(&mut self, line: Line) -> io::Result<()> {
        if let Some(journal) = &mut self.journal {
            let mut text = serde_json::to_vec(&line)?;
            text.push(b'\n');
            let length = journal.metadata()?.len();
            let kept = journal.write_all(&text).and_then(|()| journal.sync_data());
            if let Err(error) = kept {
                // Half a line would spoil the next one, a whole one would come
                // back after a restart as an order that nobody was promised.
                journal.set_len(length)?;
                return Err(error);
            }
        }
        self.apply(line);
        Ok(())
    }

    fn apply(&mut self, line: Line) {
        match line {
            Line::Placed { order } => {
                if self.entry(&order.id).is_none() {
                    self.entries.push(Entry {
                        order: *order,
                        report: Delivery::fresh(),
                        refund: Delivery::Nothing,
                    });
                }
            }
            Line::Refunded { order_id } => self.set(&order_id, Message::Refund, Delivery::fresh()),
            Line::Delivered { order_id, message } => {
                self.set(&order_id, message, Delivery::Delivered)
            }
            Line::Refused {
                order_id,
                message,
                reason,
            } => {
                self.set(&order_id, message, Delivery::Refused(reason));
            }
        }
    }

    fn set(&mut self, order_id: &str, message: Message, state: Delivery) {
        if let Some(entry) = self.entry(order_id) {
            *entry.delivery(message) = state;
        }
    }

    fn entry(&mut self, order_id: &str) -> Option<&mut Entry> {
        self.entries
            .iter_mut()
            .find(|entry| entry.order.id == order_id)
    }

    fn by_checkout(&self, checkout_id: &str) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.order.checkout_id == checkout_id)
    }
}

impl Entry {
    const fn delivery(&mut self, message: Message) -> &mut Delivery {
        match message {
            Message::Report => &mut self.report,
            Message::Refund => &mut self.refund,
        }
    }
}

/// Orders hold names and addresses: readable by the shop's own user only.
fn open_private(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
