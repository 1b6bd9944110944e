//! Who a shopper is, where that is of use but never needed: somebody who proves nothing
//! is a stranger.

use super::join::{known_advocate, known_customer};
use crate::books::Books;
use crate::command::Visitor;
use crate::error::LedgerError;
use crate::store::advocates;
use crate::store::merchant::Merchant;

/// Somebody who is known.
pub(crate) struct Person {
    /// The keyed hash of the address.
    pub key: String,
    /// The advocate, of somebody who has joined.
    pub advocate_id: Option<String>,
}

/// By an advocate's session, else by an identity that the shop signed.
pub(crate) fn find(
    books: &Books<'_>,
    merchant: &Merchant,
    visitor: &Visitor,
) -> Result<Option<Person>, LedgerError> {
    if let Some(session) = &visitor.session
        && let Some(advocate) = known_advocate(books, merchant, session)?
    {
        return Ok(Some(Person {
            key: advocate.email_key,
            advocate_id: Some(advocate.id),
        }));
    }
    let Some(token) = &visitor.customer else {
        return Ok(None);
    };
    let customer = match known_customer(books, merchant, token) {
        Ok(customer) => customer,
        Err(LedgerError::Refused(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let key = books.email_key(merchant, &customer.email)?;
    let advocate = advocates::by_email_key(books.sql, &key)?;
    Ok(Some(Person {
        key,
        advocate_id: advocate.map(|advocate| advocate.id),
    }))
}
