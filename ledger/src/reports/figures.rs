//! The figures of a span of days, worked out from counters. Ratios are whole basis
//! points (hundredths of a percent), rounded to the nearest; `null` where there is
//! nothing to divide by. Amounts in several currencies are never added up.
//!
//! An order counts on the day on which it was placed, and for what it is now: a refund
//! long after the span changes the span's figures.

use grapevine_domain::money::{Currency, Money};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

use crate::books::Books;
use crate::command::Counts;
use crate::error::LedgerError;
use crate::store::counters::{self, Sums};

/// What [`Figures::headline`] reads.
const HEADLINE: &[&str] = &[
    "impression",
    "share_placement",
    "click_variant",
    "landing",
    "claim",
    "dropped",
    "joined",
    "orders",
    "gross",
    "kept",
    "bought",
    "returned",
    "again",
    "referral_variant",
    "referral_bought",
    "referral_gross",
    "referral_kept",
    "referral_returned",
    "given_back",
    "given_back_gross",
    "reward",
    "cost",
    "unconfirmed",
    "unconfirmed_kept",
];
/// What the rest reads on top of it.
const DETAILS: &[&str] = &[
    "share",
    "click",
    "referral",
    "referral_placement",
    "channel_kept",
    "convert_s",
];

/// `part` of `whole` in parts of `scale`, to the nearest; `None` of nothing.
pub fn ratio(part: i64, whole: i64, scale: i64) -> Option<i64> {
    if whole <= 0 {
        return None;
    }
    let (part, whole) = (i128::from(part) * i128::from(scale), i128::from(whole));
    i64::try_from((part * 2 + whole).div_euclid(whole * 2)).ok()
}

/// `part` of `whole` in basis points.
pub fn basis_points(part: i64, whole: i64) -> Option<i64> {
    ratio(part, whole, 10_000)
}

/// Sums of counters over a span of days.
pub struct Figures {
    sums: Sums,
    /// Advocates who had joined by its end.
    advocates: i64,
    /// The shop's own.
    currency: Currency,
}

impl Figures {
    /// Everything about the days from `first` up to, but not including, `end`.
    pub fn whole(
        books: &Books<'_>,
        currency: Currency,
        first: i64,
        end: i64,
    ) -> Result<Self, LedgerError> {
        Self::read(books, currency, &[HEADLINE, DETAILS].concat(), first, end)
    }

    /// Enough for [`Figures::headline`].
    pub fn brief(
        books: &Books<'_>,
        currency: Currency,
        first: i64,
        end: i64,
    ) -> Result<Self, LedgerError> {
        Self::read(books, currency, HEADLINE, first, end)
    }

    fn read(
        books: &Books<'_>,
        currency: Currency,
        measures: &[&str],
        first: i64,
        end: i64,
    ) -> Result<Self, LedgerError> {
        let joined = counters::sums(books, &["joined"], i64::from(i32::MIN), end)?;
        let advocates = joined.values().flat_map(BTreeMap::values).sum();
        Ok(Self {
            sums: counters::sums(books, measures, first, end)?,
            advocates,
            currency,
        })
    }

    /// A measure by dimension.
    pub fn by(&self, measure: &str) -> Counts {
        self.sums.get(measure).cloned().unwrap_or_default()
    }

    /// A measure in one dimension.
    pub fn of(&self, measure: &str, dimension: &str) -> i64 {
        let sums = self.sums.get(measure);
        sums.and_then(|sums| sums.get(dimension).copied())
            .unwrap_or(0)
    }

    /// A measure in all dimensions.
    pub fn all(&self, measure: &str) -> i64 {
        self.sums.get(measure).map_or(0, |sums| sums.values().sum())
    }

    fn referrals(&self) -> i64 {
        self.all("referral_variant")
    }

    /// Answers `{funnel, advocates, orders, money, refund_rate_basis_points,
    /// repeat_rate_basis_points, k_factor_thousandths, unconfirmed}`.
    ///
    /// - `funnel`: `conversions` are referrals that stand, flagged ones among them, of
    ///   orders that the shop stands for; `rewards` those of both sides that stand, of
    ///   such orders, and prizes.
    /// - `advocates`: `joined` in the span, `total` by its end, whoever left among them.
    /// - `orders`: `referred` for which a referral stands, `given_back` for which one
    ///   would, had they been kept, and `other`; the three are all purchases. `sign_ups`
    ///   are all sign-ups; one that was paid for is a purchase too.
    /// - `refund_rate_basis_points`: purchases of which something was given back ÷
    ///   purchases; `referred` and `given_back` together against `other`.
    /// - `repeat_rate_basis_points`: orders that brought friends placed after their
    ///   first ÷ referrals.
    /// - `k_factor_thousandths`: invitations per advocate × referrals per invitation,
    ///   which is referrals ÷ advocates by the end of the span: how many friends who
    ///   bought one advocate brought in the span. Both factors are in
    ///   `invitations_per_advocate_thousandths` (shares ÷ advocates) and
    ///   `referrals_per_invitation_thousandths` (referrals ÷ shares). Where every order
    ///   counts, a friend counts with each of them.
    /// - `unconfirmed`: referrals and revenue of orders that only a browser reported,
    ///   in none of the other figures.
    pub fn headline(&self) -> Json {
        let (referrals, shares) = (self.referrals(), self.all("share_placement"));
        let (referred, lost) = (self.all("referral_bought"), self.all("given_back"));
        let other = self.all("bought") - referred - lost;
        let returned = self.all("referral_returned") + lost;
        let money: Vec<Json> = self
            .currencies()
            .into_iter()
            .map(|c| self.money(c))
            .collect();
        json!({
            "funnel": {
                "impressions": self.all("impression"),
                "shares": shares,
                "clicks": self.all("click_variant"),
                "landings": self.all("landing"),
                "claims": self.all("claim"),
                "conversions": referrals,
                "rewards": self.all("reward"),
                "dropped": self.by("dropped"),
            },
            "advocates": { "joined": self.all("joined"), "total": self.advocates },
            "orders": {
                "referred": referred,
                "given_back": lost,
                "other": other,
                "sign_ups": self.of("orders", "sign_up"),
            },
            "money": money,
            "refund_rate_basis_points": {
                "referred": basis_points(returned, referred + lost),
                "other": basis_points(self.all("returned") - returned, other),
            },
            "repeat_rate_basis_points": basis_points(self.all("again"), referrals),
            "k_factor_thousandths": ratio(referrals, self.advocates, 1_000),
            "invitations_per_advocate_thousandths": ratio(shares, self.advocates, 1_000),
            "referrals_per_invitation_thousandths": ratio(referrals, shares, 1_000),
            "unconfirmed": {
                "referrals": self.all("unconfirmed"),
                "revenue": amounts(&self.by("unconfirmed_kept")),
            },
        })
    }

    /// The shop's own currency, then every other in which there was money.
    fn currencies(&self) -> Vec<Currency> {
        let names = ["gross", "cost"]
            .into_iter()
            .filter_map(|m| self.sums.get(m));
        let mut found: Vec<Currency> = names
            .flat_map(BTreeMap::keys)
            .filter_map(|name| Currency::parse(name).ok())
            .filter(|currency| *currency != self.currency)
            .collect();
        found.sort();
        found.dedup();
        found.insert(0, self.currency);
        found
    }

    /// The money in one currency: `{currency, revenue, reward_cost, roi_basis_points,
    /// average_order}`.
    ///
    /// - `revenue`: of referrals that stand, and of all orders; `gross` as ordered,
    ///   `kept` after refunds.
    /// - `reward_cost`: what rewards and prizes that stand are worth.
    /// - `roi_basis_points`: (kept revenue of referrals − reward cost) ÷ reward cost.
    /// - `average_order`: gross revenue ÷ purchases, of `referred` and of `other`
    ///   orders, as [`Figures::headline`] has them.
    fn money(&self, currency: Currency) -> Json {
        let name = currency.as_str();
        let money = |minor| Money { minor, currency };
        let of = |measure| self.of(measure, name);
        let (gross, kept) = (of("referral_gross"), of("referral_kept"));
        let (cost, lost) = (of("cost"), of("given_back"));
        let bought = of("referral_bought");
        let others = of("gross") - gross - of("given_back_gross");
        json!({
            "currency": currency,
            "revenue": {
                "referred": { "gross": money(gross), "kept": money(kept) },
                "all": { "gross": money(of("gross")), "kept": money(of("kept")) },
            },
            "reward_cost": money(cost),
            "roi_basis_points": basis_points(kept - cost, cost),
            "average_order": {
                "referred": money(gross).share(1, bought),
                "other": money(others).share(1, of("bought") - bought - lost),
            },
        })
    }
}

/// Amounts by the currencies' names.
pub fn amounts(sums: &Counts) -> Vec<Money> {
    let money = |(name, minor): (&String, &i64)| {
        let currency = Currency::parse(name).ok()?;
        Some(Money {
            minor: *minor,
            currency,
        })
    };
    sums.iter().filter_map(money).collect()
}
