//! Who brought whom, from advocate to advocate. One level pays; the chain is recorded,
//! and an order that would close it into a loop earns nothing.

use std::collections::BTreeSet;

use crate::books::Books;
use crate::error::LedgerError;
use crate::store::advocates::{self, Advocate};
use crate::store::conversions::{self, Conversion, Rank};

/// How far a chain is followed.
const LONGEST: usize = 64;
/// What an order that would close a loop is called.
const LOOP: &str = "referral_loop";

/// The order with which an advocate came as somebody's friend, where there is one;
/// one that closes a loop only where `refused` ones are asked for.
fn coming(
    books: &Books<'_>,
    advocate: &Advocate,
    refused: bool,
) -> Result<Option<Conversion>, LedgerError> {
    let orders = conversions::of_friend(books.sql, &advocate.email_key)?;
    let brought = |order: &Conversion| {
        (refused || order.verdict != LOOP)
            && order
                .brought_by()
                .and_then(|by| by.advocate.as_deref())
                .is_some_and(|by| by != advocate.id)
    };
    Ok(orders.into_iter().find(brought))
}

fn owner(order: &Conversion) -> Option<&str> {
    order.brought_by()?.advocate.as_deref()
}

/// The advocate that a friend is, where they are one.
pub fn friend_of(books: &Books<'_>, order: &Conversion) -> Result<Option<Advocate>, LedgerError> {
    match &order.friend_key {
        Some(key) => advocates::by_email_key(books.sql, key),
        None => Ok(None),
    }
}

/// Walks from an advocate to who brought them, and on, until it meets `end`. Answers
/// with the orders on the way when it does; `before` leaves later orders aside, and
/// those that were refused for closing a loop.
fn walk(
    books: &Books<'_>,
    from: &str,
    end: &str,
    before: Option<&Rank>,
) -> Result<Option<Vec<Conversion>>, LedgerError> {
    let mut way = Vec::new();
    let mut seen = BTreeSet::new();
    let mut at = from.to_owned();
    while at != end {
        if !seen.insert(at.clone()) || seen.len() > LONGEST {
            return Ok(None);
        }
        let Some(advocate) = advocates::by_id(books.sql, &at)? else {
            return Ok(None);
        };
        let Some(order) = coming(books, &advocate, before.is_none())? else {
            return Ok(None);
        };
        if before.is_some_and(|rank| order.rank() >= *rank) {
            return Ok(None);
        }
        let Some(next) = owner(&order) else {
            return Ok(None);
        };
        at = next.to_owned();
        way.push(order);
    }
    Ok(Some(way))
}

/// Whether an order credited to `winner` would close a loop: its friend had brought
/// the winner, straight or in a chain, with orders of a lower rank.
pub fn closes_loop(
    books: &Books<'_>,
    order: &Conversion,
    winner: &str,
) -> Result<bool, LedgerError> {
    let Some(friend) = friend_of(books, order)? else {
        return Ok(false);
    };
    if friend.id == winner {
        return Ok(false); // a self-referral, which has a rule of its own
    }
    Ok(walk(books, winner, &friend.id, Some(&order.rank()))?.is_some())
}

/// The other orders of the loop that an order is a part of, whichever closes it.
pub fn loop_through(books: &Books<'_>, order: &Conversion) -> Result<Vec<Conversion>, LedgerError> {
    let Some(friend) = friend_of(books, order)? else {
        return Ok(Vec::new());
    };
    match owner(order) {
        Some(winner) if winner != friend.id => {
            Ok(walk(books, winner, &friend.id, None)?.unwrap_or_default())
        }
        _ => Ok(Vec::new()),
    }
}

/// Records who brought an advocate.
pub fn record(books: &Books<'_>, advocate: &Advocate) -> Result<(), LedgerError> {
    let order = coming(books, advocate, false)?;
    let by = order.as_ref().and_then(owner);
    if by != advocate.referred_by.as_deref() {
        advocates::set_referred_by(books.sql, &advocate.id, by)?;
    }
    Ok(())
}
