//! Histories by chance: few people, few orders, so that they meet often.

use grapevine_domain::attribution::Model;
use grapevine_domain::money::{Amounts, Currency};
use grapevine_domain::period::Period;
use grapevine_domain::program::{Budget, Cap, NewCustomer, Program, SelfReferral, Trigger};
use grapevine_domain::reward::{
    Clawback, FriendsTier, HandOver, Offer, OrderTier, PartialRefund, Side, SideRules,
};

use super::step::{ADVOCATES, Act, CLICKS, ORDERS, PEOPLE, Step, Told, Typed, Word};
use crate::tests::harness::starter;

/// A sequence of numbers that looks like chance and repeats itself (SplitMix64).
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % (n as u64)).unwrap()
    }

    /// Once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn maybe<T>(&mut self, n: usize, of: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.one_in(n).then(|| of(self))
    }

    /// An amount in euros, often one in dollars too.
    fn amounts(&mut self, from: &[i64]) -> Amounts {
        let minor = self.pick(from);
        let mut amounts = Amounts::default();
        amounts.0.insert(Currency::parse("EUR").unwrap(), minor);
        if self.one_in(2) {
            amounts
                .0
                .insert(Currency::parse("USD").unwrap(), minor + 100);
        }
        amounts
    }

    fn offer(&mut self, sign_up: bool) -> Offer {
        let amounts = self.amounts(&[500, 1_000, 700]);
        match self.below(8) {
            0 | 1 if !sign_up => Offer::PercentOff {
                basis_points: 1_250,
                up_to: self.maybe(2, |chance| chance.amounts(&[400])),
            },
            2 | 3 => Offer::AmountOff { amounts },
            4 => Offer::Points {
                points: 5,
                cost: amounts,
            },
            5 => Offer::Cash { amounts },
            _ => Offer::StoreCredit { amounts },
        }
    }

    fn side(&mut self, side: Side, sign_up: bool) -> SideRules {
        let mut rules = SideRules::of(self.offer(sign_up));
        let advocate = side == Side::Advocate;
        if advocate && self.one_in(3) {
            rules.by_friends = vec![FriendsTier {
                from: 2,
                offer: self.offer(sign_up),
            }];
        } else if !sign_up && self.one_in(4) {
            rules.by_order = vec![OrderTier {
                from: self.amounts(&[4_000]),
                offer: self.offer(sign_up),
            }];
        }
        if advocate && self.one_in(3) {
            rules.hand_over = Some(match self.below(3) {
                0 => HandOver::Merchant,
                1 => HandOver::Pattern {
                    pattern: "A-######".to_owned(),
                },
                _ => HandOver::Pool {
                    pool: "P".to_owned(),
                },
            });
        }
        rules.expires_days = self.maybe(4, |chance| chance.pick(&[2, 20]));
        rules
    }

    fn budget(&mut self) -> Option<Budget> {
        self.maybe(2, |chance| Budget {
            per: chance.pick(&[Period::Day, Period::Month, Period::AllTime]),
            amounts: chance.amounts(&[1_000, 1_500, 2_600]),
            low_at_percent: 20,
        })
    }

    pub fn program(&mut self) -> Program {
        let trigger = self.pick(&[
            Trigger::FirstOrder,
            Trigger::FirstOrder,
            Trigger::EveryOrder,
            Trigger::EveryOrder,
            Trigger::NthOrder { n: 2 },
            Trigger::SignUp,
        ]);
        let sign_up = trigger == Trigger::SignUp;
        let mut program = starter();
        program.trigger = trigger;
        program.advocate = Some(self.side(Side::Advocate, sign_up));
        program.friend = Some(self.side(Side::Friend, sign_up));
        match self.below(6) {
            0 => program.advocate = None,
            1 | 2 => program.friend = None,
            _ => {}
        }
        if !sign_up {
            program.minimum_order = self.maybe(3, |chance| chance.amounts(&[2_000]));
        }
        program.new_customer = self.pick(&[
            NewCustomer::NeverOrdered,
            NewCustomer::NotWithinDays { days: 3 },
            NewCustomer::Anyone,
            NewCustomer::Anyone,
        ]);
        program.hold_days = self.pick(&[0, 1, 7, 14]);
        program.window_days = self.pick(&[1, 30]);
        program.attribution = self.pick(&[Model::LastClick, Model::FirstClick]);
        program.late_click_minutes = self.pick(&[0, 10]);
        program.self_referral =
            self.pick(&[SelfReferral::Void, SelfReferral::Flag, SelfReferral::Allow]);
        program.browser_orders_pay = self.one_in(4);
        program.partial_refund = self.pick(&[
            PartialRefund::Keep,
            PartialRefund::Scale,
            PartialRefund::Scale,
            PartialRefund::Void,
        ]);
        program.clawback = self.pick(&[Clawback::Debt, Clawback::Debt, Clawback::Forgive]);
        if self.one_in(2) {
            program.caps = vec![Cap {
                per: self.pick(&[Period::Day, Period::Month, Period::AllTime]),
                rewards: self.maybe(3, |chance| chance.pick(&[1, 2])),
                amounts: Some(self.amounts(&[800, 1_000, 1_700])),
            }];
        }
        program.budget = self.budget();
        if !sign_up && self.one_in(2) {
            self.open_wide(&mut program);
        }
        program
    }

    /// Nearly every order counts, so that limits are met.
    fn open_wide(&mut self, program: &mut Program) {
        program.trigger = Trigger::EveryOrder;
        program.new_customer = NewCustomer::Anyone;
        program.minimum_order = None;
        program.window_days = 30;
        program.hold_days = self.pick(&[0, 1]);
        program.budget = Some(Budget {
            per: self.pick(&[Period::Day, Period::AllTime]),
            amounts: self.amounts(&[1_000, 1_500, 2_600]),
            low_at_percent: 20,
        });
    }

    fn told(&mut self, sign_up: bool) -> Told {
        let order = self.below(ORDERS);
        // The last one is of the other kind.
        let sign_up = sign_up != (order == ORDERS - 1);
        let mut clicks = Vec::new();
        for _ in 0..self.pick(&[0, 1, 1, 1, 2]) {
            clicks.push(self.below(CLICKS.len()));
        }
        Told {
            order,
            server: !self.one_in(4),
            sign_up,
            minor: if sign_up {
                0
            } else {
                self.pick(&[5_000, 5_000, 5_000, 3_000, 1_000])
            },
            currency: if !sign_up && self.one_in(6) {
                "USD"
            } else {
                "EUR"
            },
            person: self.maybe(2, |chance| chance.pick(&PEOPLE)),
            clicks,
            typed: self.maybe(4, |chance| match chance.below(5) {
                0 => Typed::Personal(chance.below(ADVOCATES)),
                1 => Typed::Shops,
                2 => Typed::Reward(chance.below(ORDERS), chance.below(ADVOCATES)),
                _ => Typed::Claimed(chance.below(3)),
            }),
            ago: self.maybe(2, |chance| {
                chance.pick(&[1, 60, 1_500, 3_000, 6_000, 20_000])
            }),
            checkout_ago: self.maybe(6, |chance| chance.pick(&[3, 30, 1_600])),
            not_new: self.one_in(12),
        }
    }

    pub fn step(&mut self, program: &Program) -> Step {
        let sign_up = program.trigger == Trigger::SignUp;
        let order = self.below(ORDERS);
        let advocate = self.below(ADVOCATES);
        match self.below(100) {
            0..=39 => Step::Report(self.told(sign_up)),
            40..=49 => {
                let what = (!self.one_in(4)).then(|| {
                    let minor = self.pick(&[500, 1_500, 2_500, 9_000]);
                    (minor, if self.one_in(8) { "USD" } else { "EUR" })
                });
                Step::Refund(order, self.below(3), what)
            }
            50..=53 => Step::PaidAfterAll(order),
            54..=56 => Step::Claim(self.below(3)),
            57..=64 => Step::Pass(self.pick(&[1, 20, 60, 1_440, 4_000, 12_000, 22_000])),
            65..=73 => Step::Due,
            74..=81 => {
                let word = match self.below(6) {
                    0 | 1 => Word::Approve,
                    2 => Word::Void,
                    3 => Word::Reinstate,
                    4 => Word::Assign(self.below(ADVOCATES)),
                    _ => Word::Undo,
                };
                Step::Decide(order, self.maybe(2, |_| advocate), word)
            }
            82..=92 => {
                let act = self.pick(&[
                    Act::Approve,
                    Act::Issue,
                    Act::Redeem,
                    Act::Redeem,
                    Act::Void,
                    Act::Reinstate,
                    Act::Reinstate,
                ]);
                let side = self.pick(&[Side::Advocate, Side::Advocate, Side::Friend]);
                Step::Act(order, advocate, side, act)
            }
            93..=95 => {
                let mut next = program.clone();
                match self.below(3) {
                    0 => next.budget = self.budget(),
                    1 => next.hold_days = self.pick(&[0, 1, 7, 14]),
                    _ => {
                        next = self.program();
                        next.caps.clone_from(&program.caps);
                        next.trigger = program.trigger;
                        if sign_up {
                            next.advocate.clone_from(&program.advocate);
                            next.friend.clone_from(&program.friend);
                            next.minimum_order = None;
                        }
                    }
                }
                Step::Publish(Box::new(next))
            }
            96 | 97 => Step::FillPool(self.pick(&[1, 3])),
            98 => Step::Leave,
            _ => Step::Prove,
        }
    }

    /// A history: a programme, then whatever happens.
    pub fn history(&mut self, length: usize) -> Vec<Step> {
        let program = self.program();
        let mut steps = vec![Step::Publish(Box::new(program.clone()))];
        while steps.len() < length {
            let step = self.step(&program);
            steps.push(step);
        }
        steps
    }
}
