//! Who brought whom, from advocate to advocate. One level pays; the chain is recorded,
//! and an order that would close it into a loop earns nothing. Whether it does rests on
//! who brought which friend and when alone, never on what became of the orders.

use std::collections::{BTreeMap, BTreeSet};

use crate::books::Books;
use crate::error::LedgerError;
use crate::store::advocates::{self, Advocate};
use crate::store::conversions::{self, Conversion, Rank};

/// How far a chain is followed.
const LONGEST: usize = 64;

/// Who brought an order's friend with this very order.
pub fn owner(order: &Conversion) -> Option<&str> {
    order.brought_by()?.advocate.as_deref()
}

/// The advocate that a friend is, where they are one.
pub fn friend_of(books: &Books<'_>, order: &Conversion) -> Result<Option<Advocate>, LedgerError> {
    match &order.friend_key {
        Some(key) => advocates::by_email_key(books.sql, key),
        None => Ok(None),
    }
}

/// The chain as the orders tell it; good for as long as none of them changes.
pub struct Chain<'a> {
    books: &'a Books<'a>,
    /// Whether an order closes a loop, by its id.
    closing: BTreeMap<String, bool>,
}

impl<'a> Chain<'a> {
    pub const fn of(books: &'a Books<'a>) -> Self {
        Self {
            books,
            closing: BTreeMap::new(),
        }
    }

    /// Who brought an advocate: the owner of their first order that closes no loop;
    /// `before` leaves later orders aside.
    fn parent(
        &mut self,
        advocate: &Advocate,
        before: Option<&Rank>,
    ) -> Result<Option<String>, LedgerError> {
        for order in conversions::of_friend(self.books.sql, &advocate.email_key)? {
            if before.is_some_and(|rank| order.rank() >= *rank) {
                return Ok(None);
            }
            let Some(by) = owner(&order).filter(|by| *by != advocate.id) else {
                continue;
            };
            let known = self.closing.get(&order.id).copied();
            let closes = match known {
                Some(closes) => closes,
                None => self.leads_to(by, &advocate.id, &order.rank())?,
            };
            self.closing.insert(order.id.clone(), closes);
            if !closes {
                return Ok(Some(by.to_owned()));
            }
        }
        Ok(None)
    }

    /// Whether an advocate was brought by `end`, straight or in a chain, with orders
    /// of a lower rank.
    fn leads_to(&mut self, from: &str, end: &str, rank: &Rank) -> Result<bool, LedgerError> {
        let mut at = from.to_owned();
        for _ in 0..LONGEST {
            let Some(advocate) = advocates::by_id(self.books.sql, &at)? else {
                return Ok(false);
            };
            match self.parent(&advocate, Some(rank))? {
                Some(parent) if parent == end => return Ok(true),
                Some(parent) => at = parent,
                None => return Ok(false),
            }
        }
        Ok(false)
    }

    /// Whether an order credited to `winner` would close a loop: its friend had brought
    /// the winner, straight or in a chain, with orders of a lower rank.
    pub fn closes_loop(&mut self, order: &Conversion, winner: &str) -> Result<bool, LedgerError> {
        match friend_of(self.books, order)? {
            // A self-referral has a rule of its own.
            Some(friend) if friend.id != winner => self.leads_to(winner, &friend.id, &order.rank()),
            _ => Ok(false),
        }
    }

    /// Records anew who brought these advocates, and whoever else that concerns.
    /// Returns the orders that may close a loop now, or no longer: those of everybody
    /// above them, as it was and as it is.
    pub fn record(&mut self, moved: Vec<Advocate>) -> Result<Vec<Conversion>, LedgerError> {
        let mut orders = Vec::new();
        let mut seen = BTreeSet::new();
        let mut waiting = moved;
        while let Some(advocate) = waiting.pop() {
            if !seen.insert(advocate.id.clone()) {
                continue;
            }
            let by = self.parent(&advocate, None)?;
            if by != advocate.referred_by {
                advocates::set_referred_by(self.books.sql, &advocate.id, by.as_deref())?;
            }
            let above: BTreeSet<String> = by.into_iter().chain(advocate.referred_by).collect();
            for id in above {
                if let Some(parent) = advocates::by_id(self.books.sql, &id)? {
                    orders.extend(conversions::of_friend(self.books.sql, &parent.email_key)?);
                    waiting.push(parent);
                }
            }
        }
        Ok(orders)
    }
}

/// Records who brought an advocate who has just become one.
pub fn record_new(books: &Books<'_>, advocate: &Advocate) -> Result<(), LedgerError> {
    Chain::of(books).record(vec![advocate.clone()]).map(drop)
}
