use super::*;
use crate::money::Currency;

fn euros(minor: i64) -> Money {
    Money {
        minor,
        currency: Currency::parse("EUR").unwrap(),
    }
}

fn credit(minor: i64) -> Offer {
    Offer::StoreCredit {
        amounts: Amounts::of(euros(minor)),
    }
}

#[test]
fn an_offer_is_worth_its_amount_or_its_share() {
    let order = euros(4_250);
    assert_eq!(credit(1_000).value_for(order), Some(euros(1_000)));
    let mut share = Offer::PercentOff {
        basis_points: 1_500,
        up_to: None,
    };
    assert_eq!(
        share.value_for(order),
        Some(euros(638)),
        "637.5 rounds to the even 638"
    );
    if let Offer::PercentOff { up_to, .. } = &mut share {
        *up_to = Some(Amounts::of(euros(500)));
    }
    assert_eq!(share.value_for(order), Some(euros(500)));
    let yen = Money {
        minor: 4_250,
        currency: Currency::parse("JPY").unwrap(),
    };
    assert_eq!(credit(1_000).value_for(yen), None, "no rate is invented");
    assert_eq!(share.value_for(yen), None);
}

#[test]
fn the_highest_tier_that_is_reached_applies() {
    let mut side = SideRules::of(credit(500));
    side.by_friends = [(3, 1_000), (10, 2_000)]
        .map(|(from, minor)| FriendsTier {
            from,
            offer: credit(minor),
        })
        .to_vec();
    for (friends, minor) in [(1, 500), (2, 500), (3, 1_000), (9, 1_000), (10, 2_000)] {
        let (offer, _) = side.applies(euros(5_000), friends);
        assert_eq!(offer, &credit(minor), "friend {friends}");
    }
    side.by_friends.clear();
    side.by_order = [(5_000, 1_000), (20_000, 5_000)]
        .map(|(from, minor)| OrderTier {
            from: Amounts::of(euros(from)),
            offer: credit(minor),
        })
        .to_vec();
    for (order, minor) in [(4_999, 500), (5_000, 1_000), (20_000, 5_000)] {
        assert_eq!(
            side.applies(euros(order), 1).0,
            &credit(minor),
            "order {order}"
        );
    }
}

#[test]
fn a_part_that_was_returned_counts_by_rule() {
    let side = SideRules::of(credit(1_000));
    let earned = |kept, rule| {
        let earned = side.earned(euros(6_000), euros(kept), 1, rule).unwrap();
        assert_eq!(
            earned.steps.last().map(|step| step.minor),
            Some(earned.worth.minor)
        );
        earned.worth.minor
    };
    assert_eq!(earned(6_000, PartialRefund::Scale), 1_000);
    assert_eq!(earned(4_000, PartialRefund::Scale), 667);
    assert_eq!(earned(4_000, PartialRefund::Keep), 1_000);
    let share = SideRules::of(Offer::PercentOff {
        basis_points: 1_000,
        up_to: None,
    });
    let earned = share.earned(euros(6_000), euros(4_000), 1, PartialRefund::Keep);
    assert_eq!(earned.unwrap().worth, euros(400));
}

#[test]
fn where_the_rules_leave_it_open_the_offer_itself_says_how_it_is_handed_over() {
    let off = Offer::AmountOff {
        amounts: Amounts::of(euros(500)),
    };
    let mut side = SideRules::of(off.clone());
    let by = side.handed_over_by(Side::Advocate, &off);
    assert!(matches!(by, HandOver::Pattern { .. }));
    let by = side.handed_over_by(Side::Advocate, &credit(500));
    assert_eq!(by, HandOver::Merchant, "a tier with something else");
    side.hand_over = Some(HandOver::Merchant);
    assert_eq!(side.handed_over_by(Side::Friend, &off), HandOver::Merchant);
}

#[test]
fn nothing_moves_against_the_arrows() {
    assert!(RewardStatus::Pending.can_become(RewardStatus::Approved));
    assert!(RewardStatus::Voided.can_become(RewardStatus::Pending));
    for status in RewardStatus::ALL {
        assert!(!status.can_become(status), "{status:?} to itself");
        assert!(!RewardStatus::Expired.can_become(status));
        assert_eq!(RewardStatus::parse(status.as_str()), Some(status));
    }
    assert!(!RewardStatus::Pending.can_become(RewardStatus::Issued));
}
