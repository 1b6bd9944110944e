//! The basket: what a shopper wants, kept in a cookie of the shopper's own.
//!
//! Guarantees: any cookie text gives a basket; unknown products are left out,
//! quantities stay within 1 to `MOST_OF_ONE`. Prices are never read from it.
//! Not for remembering: an order copies what it needs.

use crate::catalogue::{self, Product};
use crate::money::Cents;

pub const COOKIE: &str = "basket";
pub const MOST_OF_ONE: u32 = 20;

/// Goods from here on travel free.
pub const FREE_SHIPPING_FROM: Cents = Cents(3_500);
const SHIPPING: Cents = Cents(490);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    pub product: &'static Product,
    pub quantity: u32,
}

impl Line {
    pub const fn amount(&self) -> Cents {
        self.product.price.times(self.quantity)
    }
}

/// Lines in the order in which they were added, one for each product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Basket {
    lines: Vec<Line>,
}

impl Basket {
    /// Reads `slug:quantity` pairs joined by dots.
    pub fn from_cookie(text: &str) -> Self {
        let mut basket = Self::default();
        for pair in text.split('.') {
            let (slug, quantity) = pair.split_once(':').unwrap_or((pair, ""));
            if let (Some(product), Ok(quantity)) = (catalogue::find(slug), quantity.parse()) {
                basket.add(product, quantity);
            }
        }
        basket
    }

    pub fn to_cookie(&self) -> String {
        let pairs: Vec<String> = self
            .lines
            .iter()
            .map(|line| format!("{}:{}", line.product.slug, line.quantity))
            .collect();
        pairs.join(".")
    }

    pub fn add(&mut self, product: &'static Product, quantity: u32) {
        let already = self.quantity(product);
        self.set(product, already.saturating_add(quantity));
    }

    /// Zero removes the line; too many become `MOST_OF_ONE`.
    pub fn set(&mut self, product: &'static Product, quantity: u32) {
        let quantity = quantity.min(MOST_OF_ONE);
        if quantity == 0 {
            self.lines.retain(|line| line.product.slug != product.slug);
        } else if let Some(line) = self
            .lines
            .iter_mut()
            .find(|line| line.product.slug == product.slug)
        {
            line.quantity = quantity;
        } else {
            self.lines.push(Line { product, quantity });
        }
    }

    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// How many things there are in all.
    pub fn count(&self) -> u32 {
        self.lines.iter().map(|line| line.quantity).sum()
    }

    pub fn goods(&self) -> Cents {
        self.lines
            .iter()
            .fold(Cents(0), |sum, line| sum.plus(line.amount()))
    }

    fn quantity(&self, product: &Product) -> u32 {
        self.lines
            .iter()
            .find(|line| line.product.slug == product.slug)
            .map_or(0, |line| line.quantity)
    }
}

/// What an order comes to. Shipping follows the goods before any discount, so
/// that a friend's gift never makes the parcel dearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    pub goods: Cents,
    pub discount: Cents,
    pub shipping: Cents,
}

impl Quote {
    pub fn new(goods: Cents, discount: Cents) -> Self {
        let shipping = if goods >= FREE_SHIPPING_FROM || goods.is_zero() {
            Cents(0)
        } else {
            SHIPPING
        };
        Self {
            goods,
            discount: discount.min(goods),
            shipping,
        }
    }

    /// What the shopper pays for goods: the amount that is reported.
    pub const fn paid_for_goods(&self) -> Cents {
        self.goods.minus(self.discount)
    }

    pub const fn total(&self) -> Cents {
        self.paid_for_goods().plus(self.shipping)
    }

    /// What is missing to free shipping; zero when nothing is.
    pub const fn short_of_free_shipping(self) -> Cents {
        FREE_SHIPPING_FROM.minus(self.goods)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(slug: &str) -> &'static Product {
        catalogue::find(slug).unwrap()
    }

    #[test]
    fn a_cookie_comes_back_as_it_went() {
        let mut basket = Basket::default();
        basket.add(product("guji"), 2);
        basket.add(product("dripper"), 1);
        basket.add(product("guji"), 1);
        assert_eq!(basket.to_cookie(), "guji:3.dripper:1");
        assert_eq!(Basket::from_cookie(&basket.to_cookie()), basket);
        assert_eq!(basket.count(), 4);
    }

    #[test]
    fn garbage_in_the_cookie_is_left_out() {
        for text in [
            "",
            "....",
            ":::",
            "guji",
            "guji:-1",
            "guji:0",
            "nosuch:2",
            "guji:9999999999",
            "\u{0}:é.%3A",
        ] {
            assert!(Basket::from_cookie(text).is_empty(), "{text}");
        }
        let basket = Basket::from_cookie("x:1.guji:2.guji:999.:3");
        assert_eq!(basket.to_cookie(), "guji:20");
    }

    #[test]
    fn sums_follow_quantities() {
        let mut basket = Basket::default();
        basket.add(product("guji"), 2);
        basket.add(product("sencha"), 1);
        let expected = 2 * product("guji").price.0 + product("sencha").price.0;
        assert_eq!(basket.goods(), Cents(expected));
        basket.set(product("guji"), 0);
        assert_eq!(basket.goods(), product("sencha").price);
    }

    #[test]
    fn a_discount_never_exceeds_the_goods_and_leaves_shipping_alone() {
        let small = Quote::new(Cents(750), Cents(1_000));
        assert_eq!(small.paid_for_goods(), Cents(0));
        assert_eq!(small.total(), SHIPPING);
        let large = Quote::new(Cents(3_600), Cents(1_000));
        assert_eq!(large.shipping, Cents(0));
        assert_eq!(large.total(), Cents(2_600));
    }
}
