//! What this browser remembers of being asked: when somebody was asked, said no, shared,
//! answered or bought. The edge reads it (`POST asks`) and decides; here it is only kept.
//!
//! Guarantees: nothing is written before consent where the merchant asks for it (the
//! loader's `keep` sees to that); the text stays short.

use alloc::string::String;

use js_sys::Date;

use crate::host::Host;
use crate::talk::cut;
use crate::wire::Json;

/// Under which the history is kept.
pub const HISTORY: &str = "gv_asks";
/// Until when nobody is asked, in milliseconds since 1970.
const QUIET: &str = "gv_quiet";
/// Moments that are kept.
const MOST: usize = 40;
const DAY: f64 = 86_400_000.0;

/// Notes that something happened now, newest first, as `<letter><seconds since 1970>`:
/// `a` asked, `d` dismissed, `s` shared, `p` a poor answer, `v` any answer, `b` bought.
/// After what calls for silence, nobody is asked for as long as the merchant wants.
pub fn remember(host: &Host, letter: char) {
    let now = Date::now();
    let mut out = String::new();
    out.push(letter);
    push_number(&mut out, now / 1000.0);
    let before = host.keep(HISTORY, None).unwrap_or_default();
    let mut rest = before.as_str();
    for _ in 1..MOST {
        let (item, tail) = cut(rest, b'.').unwrap_or((rest, ""));
        if !item.is_empty() {
            out.push('.');
            out.push_str(item);
        }
        rest = tail;
    }
    host.keep(HISTORY, Some(&out));
    let why = match letter {
        'd' => "dismissed",
        's' => "shared",
        'p' => "poor",
        _ => return,
    };
    let days = host.start().member("asks").member("quiet_days").member(why);
    be_quiet(host, days.number().unwrap_or_default() * DAY);
}

/// Asks nobody for so many milliseconds from now.
pub fn be_quiet(host: &Host, milliseconds: f64) {
    host.keep(QUIET, Some(&digits(Date::now() + milliseconds)));
}

/// A whole number in plain digits.
pub fn digits(number: f64) -> String {
    let mut out = String::new();
    push_number(&mut out, number);
    out
}

/// Writes a whole number; formatting would bring 10 KB for it.
pub fn push_number(out: &mut String, number: f64) {
    // A time: positive, and exact far beyond any date.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let mut rest = number as u64;
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        at -= 1;
        if rest == 0 {
            break;
        }
    }
    out.extend(digits.iter().skip(at).map(|digit| char::from(*digit)));
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn whole_numbers_are_written() {
        for (number, text) in [
            (0.0, "0"),
            (7.9, "7"),
            (1_795_000_000_123.0, "1795000000123"),
        ] {
            assert_eq!(digits(number), text);
        }
    }
}
