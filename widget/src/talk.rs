//! How the panel speaks: the words of one language, and amounts, dates and
//! plurals by the browser's `Intl`.

use alloc::string::String;

use js_sys::{Array, Date, Intl, Object};
use wasm_bindgen::JsValue;

use crate::device;
use crate::exponent::exponent;
use crate::host::{Words, object, put};
use crate::wire::{Json, Money, Offer};

/// The key of a text.
#[derive(Clone, Copy)]
pub struct Word(pub &'static str);

/// The key of a text that depends on a number.
#[derive(Clone, Copy)]
pub struct Plural(pub &'static str);

/// All keys; made from `locales/en.json`, so a key that is in no file does not compile.
/// Views name most of them; the code names the rest.
#[allow(dead_code)]
pub mod word {
    use super::{Plural, Word};
    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}

/// Values for the places in a text.
pub type Places<'a> = &'a [(&'a str, &'a str)];

/// One language's voice.
pub struct Talk {
    words: Words,
    locale: String,
    /// For `Intl`: the locale, or the browser's variety of it.
    variety: String,
}

impl Talk {
    pub fn new(words: Words, locale: String) -> Self {
        Self {
            words,
            variety: device::variety_of(&locale),
            locale,
        }
    }

    /// The BCP 47 tag of the language.
    pub fn locale(&self) -> &str {
        &self.locale
    }

    /// `rtl` for languages that are written so, else `ltr`.
    pub fn direction(&self) -> &'static str {
        match self.locale.get(..2) {
            Some("ar" | "he" | "fa" | "ur") => "rtl",
            _ => "ltr",
        }
    }

    pub fn say(&self, word: Word) -> String {
        self.key(word.0)
    }

    pub fn fill(&self, word: Word, places: Places<'_>) -> String {
        fill(&self.key(word.0), places)
    }

    /// A text by its key, for views.
    pub fn fill_key(&self, key: &str, places: Places<'_>) -> String {
        fill(&self.key(key), places)
    }

    /// The form of a text that goes with `count`.
    pub fn count(&self, plural: Plural, count: f64, places: Places<'_>) -> String {
        let category = Intl::PluralRules::new(&self.locales(), &Object::new()).select(count);
        let forms = self.words.get(plural.0);
        let text = forms
            .text_of(&String::from(category))
            .or_else(|| forms.text_of("other"));
        fill(&text.unwrap_or_default(), places)
    }

    /// `10 €`, `¥1,000`: as the language writes it, no cents where there are none.
    pub fn money(&self, money: &Money) -> String {
        let options = object(&[
            ("style", "currency"),
            ("currency", &money.currency),
            ("trailingZeroDisplay", "stripIfInteger"),
        ]);
        let format = Intl::NumberFormat::new(&self.locales(), &options);
        let unit = match exponent(money.currency.as_bytes()) {
            0 => 1.0,
            3 => 1000.0,
            _ => 100.0,
        };
        format_by(&format.format(), &JsValue::from_f64(money.minor / unit))
    }

    pub fn number(&self, number: f64) -> String {
        self.figure(number, &[])
    }

    /// A number as `Intl` writes it with those options.
    fn figure(&self, number: f64, options: Places<'_>) -> String {
        let format = Intl::NumberFormat::new(&self.locales(), &object(options));
        format_by(&format.format(), &JsValue::from_f64(number))
    }

    /// What an offer gives, short: `10 €`, `15% off`, `500 points`, `3 months free`, a
    /// thing by its name.
    pub fn amount(&self, offer: &Offer) -> String {
        let (kind, quantity) = (offer.kind.as_str(), offer.quantity);
        if kind == "points" {
            let number = self.number(quantity);
            return self.count(word::POINTS, quantity, &[("number", &number)]);
        }
        if kind == "free_period" {
            let unit = offer.unit.strip_suffix('s').unwrap_or("month");
            let options = [("style", "unit"), ("unitDisplay", "long"), ("unit", unit)];
            let period = self.figure(quantity, &options);
            return self.fill(word::PERIOD, &[("period", &period)]);
        }
        if let Some(basis_points) = offer.basis_points {
            let options = [("style", "percent"), ("maximumFractionDigits", "2")];
            let share = self.figure(basis_points / 10_000.0, &options);
            return self.fill(word::PERCENT, &[("share", &share)]);
        }
        let Some(money) = &offer.money else {
            return offer.name.clone();
        };
        let amount = self.money(money);
        if kind == "donation" {
            let places = [("amount", amount.as_str()), ("name", &offer.name)];
            return self.fill(word::DONATION, &places);
        }
        amount
    }

    /// An offer's amount and kind: `10 € in store credit`. The amount alone where
    /// it says enough.
    pub fn offer(&self, offer: &Offer) -> String {
        let amount = self.amount(offer);
        let text = self.key(&joined("kind_", &offer.kind));
        if text.is_empty() {
            return amount;
        }
        fill(&text, &[("amount", &amount)])
    }

    /// What a friend gets, and for what: `10 € off your first order`.
    pub fn gift(&self, offer: &Offer) -> String {
        let word = if offer.kind.ends_with("_off") {
            word::GIFT_OFF
        } else {
            word::GIFT_WITH
        };
        self.fill(word, &[("offer", &self.offer(offer))])
    }

    /// Why a reward was declined, by its code.
    pub fn reason(&self, code: &str) -> String {
        let text = self.key(&joined("reason_", code));
        if text.is_empty() {
            return self.say(word::REASON_OTHER);
        }
        text
    }

    /// `6 December`, with the year where it is not that of `now`. Both ISO 8601.
    pub fn date(&self, time: &str, now: &str) -> String {
        let options = object(&[("day", "numeric"), ("month", "long")]);
        if time.get(..4) != now.get(..4) {
            put(&options, "year", &JsValue::from_str("numeric"));
        }
        let format = Intl::DateTimeFormat::new(&self.locales(), &options).format();
        format_by(&format, &Date::new(&JsValue::from_str(time)))
    }

    fn key(&self, key: &str) -> String {
        self.words.get(key).as_string().unwrap_or_default()
    }

    fn locales(&self) -> Array {
        Array::of1(&JsValue::from_str(&self.variety))
    }
}

/// One text after another.
pub fn joined(front: &str, back: &str) -> String {
    let mut out = String::from(front);
    out.push_str(back);
    out
}

fn format_by(format: &js_sys::Function, value: &JsValue) -> String {
    // An unreadable date throws: no text is better than a broken panel.
    format
        .call1(&JsValue::UNDEFINED, value)
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

/// Puts values into `{places}`. A place without a value stays as it is; a value
/// is never read again, so braces in it do no harm.
pub fn fill(text: &str, places: Places<'_>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = cut(rest, b'{') {
        out.push_str(before);
        let filled = cut(after, b'}').and_then(|(name, rest)| {
            places
                .iter()
                .find(|(place, _)| *place == name)
                .map(|(_, value)| (*value, rest))
        });
        match filled {
            Some((value, tail)) => {
                out.push_str(value);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// What stands before and after the first `mark`, an ASCII character.
pub fn cut(text: &str, mark: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == mark)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn places_are_filled_and_values_left_alone() {
        let places = [("friend", "10\u{a0}€"), ("you", "{friend}")];
        assert_eq!(
            fill("Give {friend}, get {you}", &places),
            "Give 10\u{a0}€, get {friend}"
        );
        assert_eq!(fill("{nothing} {friend", &places), "{nothing} {friend");
        assert_eq!(fill("", &places), "");
    }

    /// Kinds and reasons are looked up by their stable names, so the compiler does
    /// not see them.
    #[test]
    fn kinds_and_reasons_have_their_words() {
        let words: serde_json::Value =
            serde_json::from_str(include_str!("../locales/en.json")).unwrap();
        for key in [
            "kind_amount_off",
            "kind_store_credit",
            "kind_gift_card",
            "kind_free_product",
            "reason_self_referral",
            "reason_referral_loop",
            "reason_not_new_customer",
            "reason_not_first_order",
            "reason_not_nth_order",
            "reason_below_minimum",
            "reason_other_currency",
            "reason_refunded",
            "reason_partly_refunded",
            "reason_cap_reached",
            "reason_budget_spent",
            "reason_outranked",
            "reason_declined",
        ] {
            assert!(words[key].is_string(), "{key}");
        }
    }
}
