//! What a code typed at the checkout is worth, in the shop's words.
//!
//! Responsible for: asking the edge, working out the discount, and a sentence
//! for every "no".
//! Not for spending the coupon: the order's report does that.

use crate::book::Book;
use crate::edge_client::{CouponAnswer, EdgeClient, Trouble};
use crate::money::{CURRENCY, Cents};

/// A code that takes something off this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    pub code: String,
    pub discount: Cents,
}

/// Nothing typed is `Ok(None)`; a "no" is a sentence to show beside the field.
pub async fn check(
    edge: &EdgeClient,
    book: &Book,
    code: &str,
    goods: Cents,
) -> Result<Option<Applied>, String> {
    if code.is_empty() {
        return Ok(None);
    }
    let answer = match edge.coupon(code).await {
        Ok(answer) => answer,
        Err(Trouble::Unknown | Trouble::Final(_)) => return Err(explain("unknown")),
        Err(Trouble::Passing(trouble)) => {
            eprintln!("shop: a code could not be checked: {trouble}");
            return Err("We can’t check codes just now. Try again in a minute, or leave this empty to order without it.".to_owned());
        }
    };
    if answer.usable && book.awaits_report_of_coupon(&answer.code) {
        return Err(explain("used"));
    }
    discount(&answer, goods).map(|discount| {
        Some(Applied {
            code: answer.code,
            discount,
        })
    })
}

/// Pure: what `answer` takes off `goods`.
fn discount(answer: &CouponAnswer, goods: Cents) -> Result<Cents, String> {
    if !answer.usable {
        return Err(explain(answer.reason.as_deref().unwrap_or_default()));
    }
    if let Some(least) = &answer.minimum_order
        && least.currency == CURRENCY
        && goods < Cents(least.minor)
    {
        return Err(format!(
            "This code needs goods worth {} or more.",
            Cents(least.minor)
        ));
    }
    let Some(reward) = &answer.reward else {
        return Err(explain(""));
    };
    match (reward.kind.as_str(), &reward.money, reward.basis_points) {
        ("amount_off" | "store_credit", Some(money), _) if money.currency == CURRENCY => {
            Ok(Cents(money.minor).min(goods))
        }
        ("amount_off" | "store_credit", Some(_), _) => {
            Err("This code is for another currency.".to_owned())
        }
        ("percent_off", _, Some(basis_points)) => Ok(goods.share(basis_points)),
        _ => Err("This code can’t be used at the checkout. Write to us and we’ll help.".to_owned()),
    }
}

/// Reasons are codes like `already_used`, or already a sentence.
fn explain(reason: &str) -> String {
    let sentence = match reason {
        "unknown" | "not_found" | "unknown_coupon" | "coupon_unknown" => {
            "We don’t know this code. Check it for a typing mistake."
        }
        "used" | "already_used" | "spent" | "redeemed" | "coupon_used" => {
            "This code has been used already."
        }
        "expired" | "coupon_expired" => "This code has expired.",
        "voided" | "cancelled" | "coupon_voided" | "coupon_withdrawn" => {
            "This code is no longer valid."
        }
        "not_yet" | "pending" | "not_issued" => "This code isn’t ready yet. Try again later.",
        "" => "This code can’t be used.",
        text if text.contains(' ') => return text.to_owned(),
        other => return format!("This code can’t be used: {}.", other.replace('_', " ")),
    };
    sentence.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(json: &str) -> CouponAnswer {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn an_amount_comes_off_but_never_more_than_the_goods() {
        let ten = answer(
            r#"{"code":"A","usable":true,"reason":null,"reward":{"kind":"amount_off","money":{"minor":1000,"currency":"EUR"},"basis_points":null}}"#,
        );
        assert_eq!(discount(&ten, Cents(2_900)), Ok(Cents(1_000)));
        assert_eq!(discount(&ten, Cents(750)), Ok(Cents(750)));
    }

    #[test]
    fn a_percentage_comes_off() {
        let tenth = answer(
            r#"{"code":"A","usable":true,"reward":{"kind":"percent_off","money":null,"basis_points":1000}}"#,
        );
        assert_eq!(discount(&tenth, Cents(2_905)), Ok(Cents(291)));
    }

    #[test]
    fn every_no_is_a_sentence() {
        let cases = [
            (
                r#"{"code":"A","usable":false,"reason":"already_used"}"#,
                "This code has been used already.",
            ),
            (
                r#"{"code":"A","usable":false,"reason":"too_many_friends"}"#,
                "This code can’t be used: too many friends.",
            ),
            (
                r#"{"code":"A","usable":false,"reason":"Only for new customers."}"#,
                "Only for new customers.",
            ),
            (r#"{"code":"A","usable":false}"#, "This code can’t be used."),
            (
                r#"{"code":"A","usable":true,"reward":{"kind":"amount_off","money":{"minor":5,"currency":"PLN"}}}"#,
                "This code is for another currency.",
            ),
            (
                r#"{"code":"A","usable":true,"minimum_order":{"minor":5000,"currency":"EUR"},"reward":{"kind":"percent_off","basis_points":5}}"#,
                "This code needs goods worth €50.00 or more.",
            ),
            (
                r#"{"code":"A","usable":true,"reward":{"kind":"points"}}"#,
                "This code can’t be used at the checkout. Write to us and we’ll help.",
            ),
        ];
        for (json, sentence) in cases {
            assert_eq!(
                discount(&answer(json), Cents(2_900)),
                Err(sentence.to_owned())
            );
        }
    }
}
