//! Who could have brought an order: whom the merchant named, the owner of the coupon,
//! the owners of the links, whoever brought the friend before. Loads facts for
//! [`grapevine_domain::attribution::decide`].

use grapevine_domain::attribution::{
    CLOCK_TOLERANCE_MS, Candidate, Decision, Lost, Moment, Source, decide,
};
use grapevine_domain::code::Code;
use grapevine_domain::program::Program;
use grapevine_domain::time::Timestamp;

use crate::books::Books;
use crate::error::LedgerError;
use crate::store::advocates::Advocate;
use crate::store::conversions::Conversion;
use crate::store::coupons::{self, Coupon};
use crate::store::{advocates, conversions, landings};

/// Candidates of an order.
#[derive(Clone, Default)]
pub struct Candidates {
    /// The rules decide between them.
    pub standing: Vec<Candidate>,
    /// Out already: by the coupon's own limits, or seen by nobody.
    pub lost: Vec<(Candidate, Lost)>,
}

impl Candidates {
    /// Decides between them.
    pub fn decide(self, program: &Program, order: &Conversion) -> Decision {
        let rules = program.attribution_rules();
        let moment = Moment {
            ordered_at: order.ordered_at,
            checkout_at: order.checkout_at,
        };
        let mut decision = decide(self.standing, &rules, moment);
        decision.losers.extend(self.lost);
        decision
    }
}

/// Who brought the friend with an earlier order, as a candidate for this one.
pub fn earlier(first: &Conversion) -> Option<Candidate> {
    let brought = first.brought_by()?;
    Some(Candidate {
        source: Source::EarlierOrder,
        at: first.ordered_at,
        ..brought.clone()
    })
}

/// Everything that could have brought the order by itself.
pub fn of(books: &Books<'_>, order: &Conversion) -> Result<Candidates, LedgerError> {
    let mut found = Candidates::default();
    if let Some(ruled) = &order.ruling
        && let Some(advocate) = &ruled.advocate
    {
        found.standing.push(Candidate {
            source: Source::Manual,
            advocate: Some(advocate.clone()),
            at: ruled.at,
            click: None,
            channel: None,
        });
    }
    if let Some(typed) = &order.coupon {
        match coupons::by_code(books.sql, typed)? {
            // An advocate's own reward brings nobody.
            Some(coupon) if coupon.reward_id.is_some() => {}
            Some(coupon) => {
                let lost = limit(&coupon, order);
                let owner = advocates::by_id(books.sql, &coupon.advocate_id)?;
                let candidate = Candidate {
                    source: Source::Coupon,
                    advocate: at_that_time(owner, order.ordered_at),
                    at: coupon.created_at,
                    click: coupon.click_id,
                    channel: Some(coupon.channel).filter(|channel| !channel.is_empty()),
                };
                match lost {
                    Some(lost) => found.lost.push((candidate, lost)),
                    None => found.standing.push(candidate),
                }
            }
            None => found.standing.extend(personal(books, order, typed)?),
        }
    }
    for click in &order.clicks {
        let owner = advocates::by_code(books.sql, &click.code)?;
        let candidate = Candidate {
            source: Source::Click,
            advocate: at_that_time(owner, order.ordered_at),
            at: click.at,
            click: Some(click.id.clone()),
            channel: Some(click.channel.clone()).filter(|channel| !channel.is_empty()),
        };
        // By the order's time, so that it does not matter when the order is judged.
        if landings::was_hidden(books.sql, &click.id, order.ordered_at)? {
            found.lost.push((candidate, Lost::HiddenFrame));
        } else {
            found.standing.push(candidate);
        }
    }
    Ok(found)
}

/// The advocate, unless they had left when the order was placed.
fn at_that_time(owner: Option<Advocate>, ordered_at: Timestamp) -> Option<String> {
    owner
        .filter(|owner| owner.left_at.is_none_or(|left| ordered_at < left))
        .map(|owner| owner.id)
}

fn limit(coupon: &Coupon, order: &Conversion) -> Option<Lost> {
    let over = |at: Timestamp| at.plus_ms(CLOCK_TOLERANCE_MS) < order.ordered_at;
    if coupon.order_id.as_deref() != Some(&order.order_id) {
        Some(Lost::CouponUsed)
    } else if coupon.expires_at.is_some_and(over) {
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
        advocate: at_that_time(Some(advocate), order.ordered_at),
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
        coupons::set_order(books.sql, &known.code, owner)?;
    }
    Ok(orders)
}
