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
    /// Too long for the scale: drawn with a gap.
    pub cut: bool,
    pub of_previous: Option<String>,
}

impl Step {
    pub fn count(&self) -> String {
        count(self.number)
    }
}

impl Funnel {
    /// The rows. Far more shoppers see the panel than press a button, and a bar
    /// for them would leave nothing of the others: when it is more than twice
    /// as long as the next, the scale follows the rest and that bar is cut.
    pub fn steps(&self) -> Vec<Step> {
        let rows = [
            ("Shown", "panel seen by a shopper", self.impressions),
            ("Shared", "link or code passed on", self.shares),
            ("Clicked", "link followed by a person", self.clicks),
            ("Landed", "shop page reached", self.landings),
            ("Claimed", "friend's coupon taken", self.claims),
            ("Ordered", "order that counts", self.orders),
            ("Rewarded", "rewards of both sides", self.rewards),
        ];
        let rest = rows
            .iter()
            .skip(1)
            .map(|(_, _, number)| *number)
            .max()
            .unwrap_or_default();
        let cut = rest > 0 && self.impressions / 2 > rest;
        let scale = if cut {
            rest.saturating_add(rest / 4)
        } else {
            rest.max(self.impressions)
        };
        let mut previous = None;
        rows.into_iter()
            .map(|(label, meaning, number)| {
                let of_previous = previous.and_then(|whole| bar::share(number, whole));
                // Two sides are rewarded for one order: no rate to speak of.
                let of_previous = of_previous.filter(|_| label != "Rewarded");
                previous = Some(number);
                let bar_width = bar::width(number, scale);
                Step {
                    label,
                    meaning,
                    number,
                    bar_width,
                    cut: cut && number > scale,
                    of_previous,
                }
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
        let funnel = Funnel {
            impressions: 1_000,
            shares: 50,
            clicks: 200,
            ..Funnel::default()
        };
        let rates: Vec<_> = funnel
            .steps()
            .into_iter()
            .map(|step| step.of_previous)
            .collect();
        let words = |text: &str| Some(text.to_owned());
        let expected = [
            None,
            words("5%"),
            words("400%"),
            words("0%"),
            None,
            None,
            None,
        ];
        assert_eq!(rates, expected);
    }

    #[test]
    fn a_first_step_that_dwarfs_the_rest_is_cut() {
        let many = Funnel {
            impressions: 18_000,
            shares: 600,
            clicks: 300,
            ..Funnel::default()
        };
        let cut: Vec<_> = many.steps().iter().map(|step| step.cut).collect();
        assert_eq!(cut, [true, false, false, false, false, false, false]);
        assert_eq!(many.steps()[1].bar_width, "80.0%");
        let few = Funnel {
            impressions: 1_000,
            shares: 600,
            ..Funnel::default()
        };
        assert!(few.steps().iter().all(|step| !step.cut));
        let first = Funnel {
            impressions: 9,
            ..Funnel::default()
        };
        assert_eq!(first.steps()[0].bar_width, "100.0%");
    }
}
