//! The way from seen to rewarded, as a table whose bars are the chart.

use super::count;
use crate::bar;

/// How many there were of each, in one period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funnel {
    /// Panels shown.
    pub impressions: u64,
    /// Presses of a channel's button.
    pub shares: u64,
    /// Links followed by people.
    pub clicks: u64,
    /// Shop pages reached.
    pub landings: u64,
    /// Coupons taken.
    pub claims: u64,
    /// Orders that count for an advocate.
    pub orders: u64,
    /// Rewards promised or given.
    pub rewards: u64,
}

/// A row of the chart.
pub struct Step {
    pub label: &'static str,
    pub meaning: &'static str,
    pub number: u64,
    pub bar_width: String,
    pub of_previous: Option<String>,
}

impl Step {
    pub fn count(&self) -> String {
        count(self.number)
    }
}

impl Funnel {
    pub fn steps(&self) -> Vec<Step> {
        let rows = [
            ("Shown", "panel seen by a shopper", self.impressions),
            ("Shared", "link or code passed on", self.shares),
            ("Clicked", "link followed by a person", self.clicks),
            ("Landed", "shop page reached", self.landings),
            ("Claimed", "friend's coupon taken", self.claims),
            ("Ordered", "order that counts", self.orders),
            ("Rewarded", "rewards, both sides", self.rewards),
        ];
        let largest = rows.iter().map(|(_, _, number)| *number).max().unwrap_or_default();
        let mut previous = None;
        rows.into_iter()
            .map(|(label, meaning, number)| {
                let of_previous = previous.and_then(|whole| bar::share(number, whole));
                previous = Some(number);
                let bar_width = bar::width(number, largest);
                Step { label, meaning, number, bar_width, of_previous }
            })
            .collect()
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_measured_against_the_one_before() {
        let funnel = Funnel { impressions: 1_000, shares: 50, clicks: 200, ..Funnel::default() };
        let rates: Vec<_> = funnel.steps().into_iter().map(|step| step.of_previous).collect();
        let words = |text: &str| Some(text.to_owned());
        let expected = [None, words("5%"), words("400%"), words("0%"), None, None, None];
        assert_eq!(rates, expected);
    }
}
