//! What can happen in a small shop, as plain data: a history is a list of these.

use grapevine_domain::conversion::Ruling;
use grapevine_domain::program::Program;
use grapevine_domain::reward::Side;

/// Minutes.
pub type Minutes = i64;

/// How many advocates there are. The first three order too; the last one does not,
/// but can leave; the third has not proved the address.
pub const ADVOCATES: usize = 4;
pub const UNPROVED: usize = 2;
pub const LEAVER: usize = 3;
/// Who orders; the first three are advocates.
pub const PEOPLE: [usize; 5] = [0, 1, 2, 4, 5];
/// How many orders there are at most.
pub const ORDERS: usize = 6;
/// Whose link each click followed, and how long before the beginning.
pub const CLICKS: [(usize, Minutes); 8] = [
    (0, 40 * 1_440),
    (0, 600),
    (1, 3 * 1_440),
    (1, 5),
    (2, 1_000),
    (3, 2_000),
    (0, -300),
    (2, 12 * 1_440),
];

/// What a buyer typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typed {
    /// The coupon that was claimed with a click.
    Claimed(usize),
    /// An advocate's personal code.
    Personal(usize),
    /// A coupon of the shop's own.
    Shops,
    /// The code of a reward: order, advocate.
    Reward(usize, usize),
}

/// A report of an order.
#[derive(Clone, Debug)]
pub struct Told {
    pub order: usize,
    pub server: bool,
    pub sign_up: bool,
    pub minor: i64,
    pub currency: &'static str,
    pub person: Option<usize>,
    pub clicks: Vec<usize>,
    pub typed: Option<Typed>,
    /// Minutes before now.
    pub ago: Option<Minutes>,
    /// Minutes before now.
    pub checkout_ago: Option<Minutes>,
    pub not_new: bool,
}

/// What the merchant says of an order.
#[derive(Clone, Copy, Debug)]
pub enum Word {
    Approve,
    Void,
    Reinstate,
    Assign(usize),
    Undo,
}

/// What the merchant does with a reward.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Approve,
    Issue,
    Redeem,
    Void,
    Reinstate,
}

#[derive(Clone, Debug)]
pub enum Step {
    Publish(Box<Program>),
    Report(Told),
    /// Order, number of the refund, what; all of it where missing.
    Refund(usize, usize, Option<(i64, &'static str)>),
    PaidAfterAll(usize),
    Claim(usize),
    Pass(Minutes),
    Due,
    /// About an order; about its referral with that advocate where one is named.
    Decide(usize, Option<usize>, Word),
    Act(usize, usize, Side, Act),
    FillPool(usize),
    Leave,
    Prove,
}

impl Word {
    /// What it comes to.
    pub const fn ruling(self) -> Option<Ruling> {
        match self {
            Self::Approve => Some(Ruling::Approve),
            Self::Void => Some(Ruling::Void),
            Self::Reinstate | Self::Assign(_) => Some(Ruling::Stand),
            Self::Undo => None,
        }
    }
}
