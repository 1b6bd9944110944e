//! Signals of fraud: one file a signal, one line in [`SIGNALS`], each with a
//! published weight and an explanation in words.

mod self_referral;

/// What the signals look at. Identities are keyed hashes, never addresses.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// Keyed hash of the advocate's normalised e-mail address.
    pub advocate_email: Option<&'a str>,
    /// Keyed hash of the friend's normalised e-mail address.
    pub friend_email: Option<&'a str>,
}

/// A signal that can fire.
pub struct Signal {
    /// The stable name.
    pub code: &'static str,
    /// How much it weighs; from [`VOID_AT`] on a referral is voided.
    pub weight: u32,
    /// What it means, for the merchant.
    pub explanation: &'static str,
    /// Whether it fires on these facts.
    pub fires: fn(&Facts<'_>) -> bool,
}

/// Sum of weights from which a referral waits for the merchant's eye.
pub const FLAG_AT: u32 = 50;
/// Sum of weights from which a referral does not stand.
pub const VOID_AT: u32 = 100;

/// Every signal.
pub const SIGNALS: &[Signal] = &[self_referral::SIGNAL];

/// The signals that fire.
#[must_use]
pub fn fired(facts: &Facts<'_>) -> Vec<&'static Signal> {
    SIGNALS
        .iter()
        .filter(|signal| (signal.fires)(facts))
        .collect()
}
