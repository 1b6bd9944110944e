//! The advocate and the friend are one person, by e-mail address.

use super::{Facts, Signal, VOID_AT};

pub(super) const SIGNAL: Signal = Signal {
    code: "self_referral",
    weight: VOID_AT,
    explanation: "The order was placed with the advocate's own e-mail address.",
    fires: |facts: &Facts<'_>| {
        facts.friend_email.is_some() && facts.friend_email == facts.advocate_email
    },
};

#[cfg(test)]
mod tests {
    use crate::fraud::{Facts, fired};

    #[test]
    fn it_fires_for_the_same_address_and_is_silent_otherwise() {
        let facts = Facts {
            advocate_email: Some("h1"),
            friend_email: Some("h1"),
        };
        assert_eq!(fired(&facts)[0].code, "self_referral");
        assert!(
            fired(&Facts {
                friend_email: Some("h2"),
                ..facts
            })
            .is_empty()
        );
    }

    #[test]
    fn it_is_silent_when_nobody_is_known() {
        assert!(fired(&Facts::default()).is_empty());
    }
}
