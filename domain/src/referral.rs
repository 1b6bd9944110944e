//! A referral's status and the arrows between them.

/// Where a referral stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ReferralStatus {
    /// Counted; the hold period runs.
    Pending,
    /// Waits for the merchant's eye.
    Flagged,
    /// Stands.
    Approved,
    /// Does not stand, with a reason.
    Voided,
}

impl ReferralStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Flagged, Self::Approved, Self::Voided];

    /// The stable name, as stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Flagged => "flagged",
            Self::Approved => "approved",
            Self::Voided => "voided",
        }
    }

    /// Reads a stable name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether the step to `next` is one of the documented arrows: `pending →
    /// flagged → approved | voided`, `pending → approved | voided`, `approved →
    /// voided` (a late refund), and a voided one reinstated to `pending`.
    #[must_use]
    pub const fn can_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Pending, Self::Flagged | Self::Approved | Self::Voided)
                | (Self::Flagged, Self::Approved | Self::Voided)
                | (Self::Approved, Self::Voided)
                | (Self::Voided, Self::Pending)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_are_the_documented_ones() {
        let arrows: Vec<_> = ReferralStatus::ALL
            .into_iter()
            .flat_map(|from| ReferralStatus::ALL.map(|to| (from, to)))
            .filter(|(from, to)| from.can_become(*to))
            .map(|(from, to)| format!("{}>{}", from.as_str(), to.as_str()))
            .collect();
        assert_eq!(
            arrows.join(" "),
            "pending>flagged pending>approved pending>voided flagged>approved flagged>voided \
             approved>voided voided>pending"
        );
    }
}
