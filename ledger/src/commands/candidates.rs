//! Who could have brought an order: the owner of the coupon, the owner of the
//! link. Loads facts for [`grapevine_domain::attribution::decide`].

use grapevine_domain::attribution::{CLOCK_TOLERANCE_MS, Candidate, Lost, Source};
use grapevine_domain::code::Code;

use crate::books::Books;
use crate::error::LedgerError;
use crate::store::conversions::Conversion;
use crate::store::coupons::{self, Coupon};
use crate::store::{advocates, conversions};

/// Candidates of an order.
#[derive(Default)]
pub struct Candidates {
    /// The rules decide between them.
    pub standing: Vec<Candidate>,
    /// Out already, by the coupon's own limits.
    pub lost: Vec<(Candidate, Lost)>,
}

/// Everything that could have brought the order.
pub fn of(books: &Books<'_>, order: &Conversion) -> Result<Candidates, LedgerError> {
    let mut found = Candidates::default();
    if let Some(typed) = &order.coupon {
        if let Some(coupon) = coupons::by_code(books.sql, typed)? {
            let lost = limit(&coupon, order);
            let candidate = Candidate {
                source: Source::Coupon,
                advocate: Some(coupon.advocate_id),
                at: coupon.created_at,
                click: Some(coupon.click_id),
                channel: Some(coupon.channel).filter(|channel| !channel.is_empty()),
            };
            match lost {
                Some(lost) => found.lost.push((candidate, lost)),
                None => found.standing.push(candidate),
            }
        } else {
            found.standing.extend(personal(books, order, typed)?);
        }
    }
    if let Some(click) = &order.click {
        found.standing.push(Candidate {
            source: Source::Click,
            advocate: advocates::by_code(books.sql, &click.code)?.map(|advocate| advocate.id),
            at: click.at,
            click: Some(click.id.clone()),
            channel: Some(click.channel.clone()).filter(|channel| !channel.is_empty()),
        });
    }
    Ok(found)
}

fn limit(coupon: &Coupon, order: &Conversion) -> Option<Lost> {
    if coupon.order_id.as_deref() != Some(&order.order_id) {
        Some(Lost::CouponUsed)
    } else if coupon.expires_at.plus_ms(CLOCK_TOLERANCE_MS) < order.ordered_at {
        Some(Lost::CouponExpired)
    } else {
        None
    }
}

/// A personal code that was typed as a coupon. The shop's own coupons are
/// nobody's and no candidates.
fn personal(
    books: &Books<'_>,
    order: &Conversion,
    typed: &str,
) -> Result<Option<Candidate>, LedgerError> {
    let Ok(code) = Code::parse(typed) else {
        return Ok(None);
    };
    let advocate = advocates::by_code(books.sql, code.as_str())?;
    Ok(advocate.map(|advocate| Candidate {
        source: Source::Coupon,
        advocate: Some(advocate.id),
        at: order.ordered_at,
        click: None,
        channel: None,
    }))
}

/// A coupon works once: of the orders with it the first by rank owns it. Returns
/// them all, since each of them may now be judged otherwise.
pub fn assign_coupon(books: &Books<'_>, coupon: &str) -> Result<Vec<Conversion>, LedgerError> {
    let Some(known) = coupons::by_code(books.sql, coupon)? else {
        return Ok(Vec::new());
    };
    let orders = conversions::with_coupon(books.sql, coupon)?;
    let owner = orders.first().map(|order| order.order_id.as_str());
    if known.order_id.as_deref() != owner {
        coupons::set_order(books.sql, coupon, owner)?;
    }
    Ok(orders)
}
