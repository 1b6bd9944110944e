//! The checkout: one form, checked in words, turned into one order.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::{Frame, basket_of, broken, cart, cookie, html, redirect_with};
use crate::app::Shop;
use crate::basket::{Basket, Quote};
use crate::coupon::{self, Applied};
use crate::fields::{Fields, LONGEST_TOKENS, click_token};
use crate::identifier;
use crate::money::Cents;
use crate::order::{Customer, Order};

const COUNTRIES: [&str; 10] = [
    "Austria",
    "Belgium",
    "Czechia",
    "France",
    "Germany",
    "Ireland",
    "Italy",
    "Netherlands",
    "Poland",
    "Spain",
];
const HOME_COUNTRY: &str = "Ireland";
const LONGEST_COUPON: usize = 64;

/// What is wrong, beside the field that it is about; empty when it's fine.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wrongs {
    email: &'static str,
    name: &'static str,
    address: &'static str,
    postcode: &'static str,
    city: &'static str,
    coupon: String,
}

impl Wrongs {
    fn any(&self) -> bool {
        *self != Self::default()
    }
}

#[derive(Template)]
#[template(path = "checkout.html")]
struct CheckoutPage {
    frame: Frame,
    basket: Basket,
    quote: Quote,
    checkout_id: String,
    customer: Customer,
    /// As typed.
    coupon: String,
    /// What the prices beside the form include.
    applied: String,
    wrongs: Wrongs,
    countries: [&'static str; 10],
}

/// `GET /checkout`, with `?coupon=` from a friend's offer: 200, or 303 to an
/// empty basket.
pub async fn show(
    State(shop): State<Shop>,
    Query(query): Query<Fields>,
    headers: HeaderMap,
) -> Response {
    let basket = basket_of(&headers);
    if basket.is_empty() {
        return cart::redirect().into_response();
    }
    let code = query.text("coupon", LONGEST_COUPON);
    let checked = coupon::check(&shop.edge, &shop.book, &code, basket.goods()).await;
    match identifier::checkout_id() {
        Ok(checkout_id) => {
            let form = Filled {
                checkout_id,
                customer: customer(&Fields::default()),
                code,
            };
            page(&shop, &basket, form, checked, Wrongs::default())
        }
        Err(error) => broken(&error),
    }
}

/// `POST /checkout`
/// 1. a checkout that is an order already: 303 to that order;
/// 2. an empty basket: 303 to it;
/// 3. the coupon is checked at the edge; pressing "Apply" ends here: 200;
/// 4. anything wrong: 422, with the words beside the fields;
/// 5. the order is taken, once: 303 to its confirmation.
pub async fn submit(
    State(shop): State<Shop>,
    headers: HeaderMap,
    Form(fields): Form<Fields>,
) -> Response {
    let sent = fields.text("checkout", 40);
    if let Some(order) = shop.book.find_by_checkout(&sent) {
        return confirmed(&order);
    }
    let basket = basket_of(&headers);
    if basket.is_empty() {
        return cart::redirect().into_response();
    }
    let checkout_id = if identifier::is_checkout_id(&sent) {
        sent
    } else {
        match identifier::checkout_id() {
            Ok(fresh) => fresh,
            Err(error) => return broken(&error),
        }
    };
    let form = Filled {
        checkout_id,
        customer: customer(&fields),
        code: fields.text("coupon", LONGEST_COUPON),
    };

    let checked = coupon::check(&shop.edge, &shop.book, &form.code, basket.goods()).await;
    if only_applies(&fields, &form.code) {
        return page(&shop, &basket, form, checked, Wrongs::default());
    }
    let wrongs = wrongs(&form.customer);
    let applied = match checked {
        Ok(applied) if !wrongs.any() => applied,
        checked => {
            // The same form may have become an order while its coupon was
            // asked about, which is then spent: by itself.
            return match shop.book.find_by_checkout(&form.checkout_id) {
                Some(order) => confirmed(&order),
                None => page(&shop, &basket, form, checked, wrongs),
            };
        }
    };
    let token = click_token(&fields.text("gv", LONGEST_TOKENS))
        .or_else(|| cookie(&headers, "gv_click").and_then(click_token));
    match take(&shop, &basket, form, applied, token) {
        Ok(order) => {
            shop.reporter.told(&order.id).await;
            confirmed(&order)
        }
        Err(error) => broken(&error),
    }
}

/// The form as it was sent, to be shown again.
struct Filled {
    checkout_id: String,
    customer: Customer,
    code: String,
}

fn take(
    shop: &Shop,
    basket: &Basket,
    form: Filled,
    applied: Option<Applied>,
    click_token: Option<String>,
) -> std::io::Result<Order> {
    let discount = applied
        .as_ref()
        .map_or(Cents(0), |applied| applied.discount);
    let quote = Quote::new(basket.goods(), discount);
    shop.book.place(Order {
        id: identifier::order_number()?,
        checkout_id: form.checkout_id,
        customer: form.customer,
        lines: Order::lines_of(basket),
        goods: quote.goods,
        discount: quote.discount,
        shipping: quote.shipping,
        coupon: applied.map(|applied| applied.code),
        click_token,
    })
}

/// The basket has become an order: it is emptied on the way.
fn confirmed(order: &Order) -> Response {
    redirect_with(&Basket::default(), &format!("/orders/{}", order.id))
}

fn page(
    shop: &Shop,
    basket: &Basket,
    form: Filled,
    checked: Result<Option<Applied>, String>,
    mut wrongs: Wrongs,
) -> Response {
    let applied = checked.unwrap_or_else(|words| {
        wrongs.coupon = words;
        None
    });
    // A code that works is shown as the edge writes it, or Enter would take it
    // for a new one.
    let typed = applied.as_ref().map(|applied| applied.code.clone());
    let status = if wrongs.any() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = CheckoutPage {
        frame: Frame::new(shop, basket, "/checkout"),
        quote: Quote::new(
            basket.goods(),
            applied
                .as_ref()
                .map_or(Cents(0), |applied| applied.discount),
        ),
        applied: applied.map(|applied| applied.code).unwrap_or_default(),
        basket: basket.clone(),
        checkout_id: form.checkout_id,
        customer: form.customer,
        coupon: typed.unwrap_or(form.code),
        wrongs,
        countries: COUNTRIES,
    };
    html(status, &page)
}

/// "Apply" was pressed, or Enter with a code that the prices don't show yet:
/// nobody should buy at a price that they haven't seen by pressing Enter.
fn only_applies(fields: &Fields, code: &str) -> bool {
    match fields.text("do", 10).as_str() {
        "apply" => true,
        "enter" => code != fields.text("applied", LONGEST_COUPON),
        _ => false,
    }
}

fn customer(fields: &Fields) -> Customer {
    let country = fields.text("country", 40);
    Customer {
        email: fields.text("email", 254),
        name: fields.text("name", 80),
        address: fields.text("address", 120),
        postcode: fields.text("postcode", 12),
        city: fields.text("city", 80),
        country: COUNTRIES
            .into_iter()
            .find(|known| *known == country)
            .unwrap_or(HOME_COUNTRY)
            .to_owned(),
    }
}

fn wrongs(customer: &Customer) -> Wrongs {
    let say = |fine: bool, words: &'static str| if fine { "" } else { words };
    Wrongs {
        email: match customer.email.as_str() {
            "" => "Tell us your e-mail address, so that we can confirm the order.",
            email => say(
                is_email(email),
                "This doesn’t look like an e-mail address. It should be like anna@mail.example.",
            ),
        },
        name: say(!customer.name.is_empty(), "Tell us who the parcel is for."),
        address: say(
            !customer.address.is_empty(),
            "Tell us the street and number.",
        ),
        postcode: say(
            customer.postcode.len() >= 3
                && customer
                    .postcode
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == ' ' || c == '-'),
            "Tell us the postcode, like 00-950.",
        ),
        city: say(!customer.city.is_empty(), "Tell us the town or city."),
        coupon: String::new(),
    }
}

/// Enough to catch a slip; the confirmation mail finds out the rest.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let dotted = domain.split('.').count() >= 2 && domain.split('.').all(|label| !label.is_empty());
    !local.is_empty() && dotted && !text.contains(char::is_whitespace) && !local.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e_mail_addresses_are_told_from_slips() {
        for fine in [
            "a@b.example",
            "anna.nowak+tea@mail.example",
            "ż@poczta.example",
        ] {
            assert!(is_email(fine), "{fine}");
        }
        for slip in [
            "",
            "a",
            "a@",
            "@b.example",
            "a@b",
            "a@b..example",
            "a b@c.example",
            "a@b@c.example",
        ] {
            assert!(!is_email(slip), "{slip}");
        }
    }

    #[test]
    fn enter_applies_a_new_code_and_orders_at_a_price_already_seen() {
        let fields = |what: &str, applied: &str| {
            Fields(vec![
                ("do".into(), what.into()),
                ("applied".into(), applied.into()),
            ])
        };
        assert!(only_applies(&fields("enter", ""), "TEN"));
        assert!(!only_applies(&fields("enter", "TEN"), "TEN"));
        assert!(only_applies(&fields("apply", "TEN"), "TEN"));
        assert!(!only_applies(&fields("place", ""), "TEN"));
    }
}
