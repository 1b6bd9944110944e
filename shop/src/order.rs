//! An order as it was placed, and what became of it.

use serde::{Deserialize, Serialize};

use crate::basket::{Basket, Quote};
use crate::money::Cents;

/// Who gets the parcel and where.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Customer {
    pub email: String,
    pub name: String,
    pub address: String,
    pub postcode: String,
    pub city: String,
    pub country: String,
}

/// A copy of the product's name and price: the catalogue may change later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    pub product: String,
    pub name: String,
    pub unit_price: Cents,
    pub quantity: u32,
}

impl OrderLine {
    pub const fn amount(&self) -> Cents {
        self.unit_price.times(self.quantity)
    }
}

/// Never changes once placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub id: String,
    pub checkout_id: String,
    pub customer: Customer,
    pub lines: Vec<OrderLine>,
    pub goods: Cents,
    pub discount: Cents,
    pub shipping: Cents,
    pub coupon: Option<String>,
    pub click_token: Option<String>,
}

impl Order {
    pub fn lines_of(basket: &Basket) -> Vec<OrderLine> {
        basket
            .lines()
            .iter()
            .map(|line| OrderLine {
                product: line.product.slug.to_owned(),
                name: line.product.name.to_owned(),
                unit_price: line.product.price,
                quantity: line.quantity,
            })
            .collect()
    }

    /// From the stored figures, so that a later price list changes nothing.
    pub const fn quote(&self) -> Quote {
        Quote {
            goods: self.goods,
            discount: self.discount,
            shipping: self.shipping,
        }
    }
}

/// How far a message to the edge has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Delivery {
    /// Not answered yet; how often it was tried and what went wrong last.
    Waiting { tries: u32, trouble: String },
    /// The edge has it.
    Delivered,
    /// The edge said no for good, for this reason.
    Refused(String),
    /// There is nothing to send.
    #[default]
    Nothing,
}

impl Delivery {
    pub const fn fresh() -> Self {
        Self::Waiting {
            tries: 0,
            trouble: String::new(),
        }
    }

    pub const fn is_waiting(&self) -> bool {
        matches!(self, Self::Waiting { .. })
    }
}

/// An order with the state of its two messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub order: Order,
    pub report: Delivery,
    pub refund: Delivery,
}

impl Entry {
    pub fn is_refunded(&self) -> bool {
        self.refund != Delivery::Nothing
    }
}
