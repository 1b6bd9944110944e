//! Everything about a span of days, from the counters alone; what each figure means is
//! said in [`super::figures`].

use grapevine_domain::program::Program;
use grapevine_domain::reward::HandOver;
use grapevine_domain::time::Timestamp;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

use super::figures::{Figures, amounts, basis_points};
use super::sketch;
use crate::books::Books;
use crate::command::Counts;
use crate::commands::budget;
use crate::error::LedgerError;
use crate::store::rewards::in_sql;
use crate::store::{counters, pools};

/// Days where nothing is asked for.
const USUAL_DAYS: i64 = 30;
/// Most days of one report: three years and a little.
const MOST_DAYS: i64 = 1_100;
/// A pool with fewer codes than this is low.
const LOW_POOL: i64 = 50;

/// Days since 1970, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Days {
    from: i64,
    to: i64,
}

fn refuse() -> LedgerError {
    let message = "from and to must be days such as 2026-11-30, from not after to, and at most \
                   1,100 days together.";
    LedgerError::invalid("invalid_period", message)
}

fn epoch() -> Date {
    date(1970, 1, 1)
}

/// Days since 1970 of `2026-11-30`.
fn day_of(text: &str) -> Option<i64> {
    let plain = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    if text.len() != 10 || !text.bytes().enumerate().all(plain) {
        return None;
    }
    let day: Date = text.parse().ok()?;
    day.since(epoch())
        .ok()
        .map(|span| i64::from(span.get_days()))
}

/// `2026-11-30` of days since 1970.
fn name_of(day: i64) -> String {
    let day = epoch().checked_add(day.days()).unwrap_or_else(|_| epoch());
    day.to_string()
}

impl Days {
    fn read(from: Option<&str>, to: Option<&str>, today: i64) -> Result<Self, LedgerError> {
        let read = |text: Option<&str>| match text {
            Some(text) => day_of(text).map(Some).ok_or_else(refuse),
            None => Ok(None),
        };
        let (from, to) = (read(from)?, read(to)?);
        let to = to.unwrap_or(today);
        let from = from.unwrap_or(to - USUAL_DAYS + 1);
        if from > to || to - from >= MOST_DAYS {
            return Err(refuse());
        }
        Ok(Self { from, to })
    }

    const fn end(self) -> i64 {
        self.to + 1
    }

    /// The equally long span before it.
    const fn before(self) -> Self {
        Self {
            from: self.from - (self.to - self.from + 1),
            to: self.from - 1,
        }
    }
}

/// Answers `{from, to, currency, funnel, advocates, orders, money,
/// refund_rate_basis_points, repeat_rate_basis_points, k_factor_thousandths,
/// unconfirmed, time_to_convert, per_channel, per_placement, per_variant, per_day, goal,
/// budget, low_pools, before}` of the days from `from` to `to`, both included, in UTC;
/// the last 30 days by the merchant's clock where nothing is given. `before` has the
/// same headline figures for the equally long span before. Refuses `invalid_period`.
pub fn show(books: &Books<'_>, from: Option<&str>, to: Option<&str>) -> Result<Json, LedgerError> {
    let merchant = books.merchant()?;
    let (now, currency) = (books.now(&merchant), merchant.currency);
    let days = Days::read(from, to, now.day())?;
    let figures = Figures::whole(books, currency, days.from, days.end())?;
    let (_, program) = books.live()?;
    let earlier = days.before();
    let before = Figures::brief(books, currency, earlier.from, earlier.end())?;
    let mut json = headline(&figures, days);
    if let Some(fields) = json.as_object_mut() {
        let mut note = |name: &str, value: Json| fields.insert(name.to_owned(), value);
        note("currency", json!(currency));
        note("time_to_convert", time_to_convert(&figures));
        note("per_channel", per_channel(&figures));
        note("per_placement", per_placement(&figures));
        note("per_variant", per_variant(&figures));
        note("per_day", per_day(books, days)?);
        note("goal", goal(books, &program, now)?);
        note("budget", budget(books, &program, now)?);
        note("low_pools", low_pools(books, &program)?);
        note("before", headline(&before, earlier));
    }
    Ok(json)
}

fn headline(figures: &Figures, days: Days) -> Json {
    let mut json = figures.headline();
    if let Some(fields) = json.as_object_mut() {
        fields.insert("from".to_owned(), json!(name_of(days.from)));
        fields.insert("to".to_owned(), json!(name_of(days.to)));
    }
    json
}

/// `{median_s, p90_s}`, seconds from click to order of referrals that a click led to,
/// within one percent; null without any.
fn time_to_convert(figures: &Figures) -> Json {
    let counts = figures.by("convert_s");
    let counts = counts
        .iter()
        .filter_map(|(seconds, n)| Some((seconds.parse().ok()?, *n)));
    let (median, p90) = sketch::percentiles(counts).unzip();
    json!({ "median_s": median, "p90_s": p90 })
}

/// The names in which any of the measures came to something, by the last one, then by
/// the one before it, the largest first.
fn names(figures: &Figures, measures: &[&str]) -> Vec<String> {
    let all: Vec<Counts> = measures.iter().map(|measure| figures.by(measure)).collect();
    let names: BTreeSet<&String> = all.iter().flat_map(BTreeMap::keys).collect();
    let mut names: Vec<String> = names.into_iter().cloned().collect();
    let size = |name: &String| -> Vec<i64> {
        let of = |counts: &Counts| counts.get(name).copied().unwrap_or(0);
        all.iter().rev().map(of).collect()
    };
    names.sort_by_cached_key(|name| core::cmp::Reverse(size(name)));
    names
}

/// Of each channel `{channel, shares, clicks, landings, claims, referrals, revenue,
/// order_rate_basis_points}`: `revenue` of referrals after refunds, the rate referrals ÷
/// clicks. The empty name where the channel is not known.
fn per_channel(figures: &Figures) -> Json {
    let measures = ["landing", "claim", "share", "click", "referral"];
    let kept = figures.by("channel_kept");
    let mut revenue: BTreeMap<&str, Counts> = BTreeMap::new();
    for (key, minor) in &kept {
        if let Some((channel, currency)) = key.rsplit_once(' ') {
            let sums = revenue.entry(channel).or_default();
            sums.insert(currency.to_owned(), *minor);
        }
    }
    let one = |channel: String| {
        let of = |measure| figures.of(measure, &channel);
        json!({
            "shares": of("share"),
            "clicks": of("click"),
            "landings": of("landing"),
            "claims": of("claim"),
            "referrals": of("referral"),
            "revenue": amounts(&revenue.remove(channel.as_str()).unwrap_or_default()),
            "order_rate_basis_points": basis_points(of("referral"), of("click")),
            "channel": channel,
        })
    };
    names(figures, &measures).into_iter().map(one).collect()
}

/// Of each placement `{placement, impressions, joins, shares, referrals}`; the empty
/// name for referrals that no share of the advocate on that channel came before.
fn per_placement(figures: &Figures) -> Json {
    let measures = [
        "impression",
        "joined",
        "share_placement",
        "referral_placement",
    ];
    let one = |placement: String| {
        let of = |measure| figures.of(measure, &placement);
        json!({
            "impressions": of("impression"),
            "joins": of("joined"),
            "shares": of("share_placement"),
            "referrals": of("referral_placement"),
            "placement": placement,
        })
    };
    names(figures, &measures).into_iter().map(one).collect()
}

/// Of each arm `{variant, clicks, referrals, order_rate_basis_points}`, the rate
/// referrals ÷ clicks. Whoever came without a click is in arm 0.
fn per_variant(figures: &Figures) -> Json {
    let variants = names(figures, &["click_variant", "referral_variant"]);
    let mut variants: Vec<u8> = variants.iter().filter_map(|v| v.parse().ok()).collect();
    variants.sort_unstable();
    let one = |variant: u8| {
        let of = |measure| figures.of(measure, &variant.to_string());
        let (clicks, referrals) = (of("click_variant"), of("referral_variant"));
        json!({
            "variant": variant,
            "clicks": clicks,
            "referrals": referrals,
            "order_rate_basis_points": basis_points(referrals, clicks),
        })
    };
    variants.into_iter().map(one).collect()
}

/// What one day came to.
#[derive(Default)]
struct Day {
    clicks: i64,
    shares: i64,
    referrals: i64,
    revenue: Counts,
    cost: Counts,
}

/// Of every day `{day, clicks, shares, referrals, revenue, cost}`: `revenue` of
/// referrals after refunds, by the day of the order, as are the rewards' cost.
fn per_day(books: &Books<'_>, days: Days) -> Result<Json, LedgerError> {
    // Of measures that say the same the one with fewest dimensions.
    let measures = [
        "click_variant",
        "share_placement",
        "referral_variant",
        "referral_kept",
        "cost",
    ];
    let mut found: BTreeMap<i64, Day> = BTreeMap::new();
    for (measure, dimension, counts) in counters::by_day(books, &measures, days.from, days.end())? {
        for (day, n) in counts.into_iter().filter(|(_, n)| *n != 0) {
            let day = found.entry(day).or_default();
            match measure.as_str() {
                "click_variant" => day.clicks += n,
                "share_placement" => day.shares += n,
                "referral_variant" => day.referrals += n,
                "referral_kept" => *day.revenue.entry(dimension.clone()).or_default() += n,
                _ => *day.cost.entry(dimension.clone()).or_default() += n,
            }
        }
    }
    let one = |number: i64| {
        let day = found.remove(&number).unwrap_or_default();
        json!({
            "day": name_of(number),
            "clicks": day.clicks,
            "shares": day.shares,
            "referrals": day.referrals,
            "revenue": amounts(&day.revenue),
            "cost": amounts(&day.cost),
        })
    };
    Ok((days.from..days.end()).map(one).collect())
}

/// `{per, wanted, actual, basis_points}`: the live programme's goal against the
/// referrals of the present period, whatever span is asked for; null without one.
fn goal(books: &Books<'_>, program: &Program, now: Timestamp) -> Result<Json, LedgerError> {
    let Some(goal) = program.goal else {
        return Ok(Json::Null);
    };
    let span = goal.per.around(now);
    let (first, end) = (in_sql(span.start).day(), in_sql(span.end).day());
    let sums = counters::sums(books, &["referral_variant"], first, end)?;
    let actual = sums.values().flat_map(BTreeMap::values).sum();
    Ok(json!({
        "per": goal.per,
        "wanted": goal.referrals,
        "actual": actual,
        "basis_points": basis_points(actual, i64::from(goal.referrals)),
    }))
}

/// `{per, state, amounts}`: whether the budget of the present period is `ample`, `low` or
/// `spent`, and of each currency `{limit, spent, left}`; null without a budget.
fn budget(books: &Books<'_>, program: &Program, now: Timestamp) -> Result<Json, LedgerError> {
    let Some(limits) = &program.budget else {
        return Ok(Json::Null);
    };
    let (state, left) = budget::state(books, program, now)?;
    Ok(json!({ "per": limits.per, "state": state.name(), "amounts": left }))
}

/// `{pool, left}` of the live programme's pools that are nearly empty.
fn low_pools(books: &Books<'_>, program: &Program) -> Result<Json, LedgerError> {
    let mut names = BTreeSet::new();
    for (side, rules) in program.sides() {
        if let HandOver::Pool { pool } = rules.handed_over_by(side, &rules.offer) {
            names.insert(pool);
        }
    }
    let mut low = Vec::new();
    for pool in names {
        let left = pools::left(books.sql, &pool, LOW_POOL)?;
        if left < LOW_POOL {
            low.push(json!({ "pool": pool, "left": left }));
        }
    }
    Ok(Json::Array(low))
}
