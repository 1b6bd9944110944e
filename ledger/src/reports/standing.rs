//! Where an advocate stands: the next step of the reward, the place among all.

use grapevine_domain::money::Currency;
use grapevine_domain::period::{Period, Span};
use grapevine_domain::program::Program;
use grapevine_domain::time::Timestamp;
use serde_json::{Value as Json, json};

use super::offered;
use crate::books::Books;
use crate::error::LedgerError;
use crate::iso::Iso;
use crate::store::referrals;

/// `{friends, at, reward}`: how many friends count so far, with which the next step
/// begins, and what each gives from then on; `at` and `reward` are null when all steps
/// are reached. Null where the reward does not grow.
pub(crate) fn milestone(
    books: &Books<'_>,
    program: &Program,
    currency: Currency,
    advocate_id: &str,
) -> Result<Json, LedgerError> {
    let steps = program.advocate.as_ref().map(|rules| &rules.by_friends);
    let Some(steps) = steps.filter(|steps| !steps.is_empty()) else {
        return Ok(Json::Null);
    };
    let end = (Timestamp(LAST_MS), String::new());
    let friends = referrals::standing_before(books.sql, advocate_id, &end)?;
    let next = steps.iter().find(|step| step.from > friends);
    Ok(json!({
        "friends": friends,
        "at": next.map(|step| step.from),
        "reward": next.map(|step| offered(&step.offer, currency)),
    }))
}

/// Later than any order: what SQLite is given must be exact as a double.
const LAST_MS: i64 = 1 << 52;

/// `{place, of, until}`: the place by friends of the contest that runs, or of all time,
/// among those who have brought somebody; who has not comes after them. The earlier to
/// reach a number goes first, as for the prize.
pub(crate) fn rank(
    books: &Books<'_>,
    program: &Program,
    advocate_id: &str,
    now: Timestamp,
) -> Result<Json, LedgerError> {
    let per = program
        .prize
        .as_ref()
        .map_or(Period::AllTime, |prize| prize.per);
    let span = per.around(now);
    let clamped = Span {
        start: span.start.max(Timestamp(-LAST_MS)),
        end: span.end.min(Timestamp(LAST_MS)),
    };
    let all = referrals::leaders(books.sql, clamped)?;
    let known = all.iter().position(|id| id == advocate_id);
    let place = known.unwrap_or(all.len()) + 1;
    let until = (span.end != Span::ALL.end).then_some(Iso(span.end));
    Ok(json!({ "place": place, "of": place.max(all.len()), "until": until }))
}
