//! Slips in an e-mail address: a well-known provider mistyped, or `.con` for `.com`.
//! Only asks; who says that the address is right is believed.

use alloc::string::String;

use crate::talk::{cut, joined};

/// Where most shoppers have their mail, and real names that are one letter from another
/// one (`mail.com`, `ymail.com`). Names of two letters are too near to anything.
const PROVIDERS: &str = "gmail.com yahoo.com hotmail.com outlook.com icloud.com live.com mail.com \
    ymail.com gmx.de web.de onet.pl interia.pl abv.bg mail.ru yandex.ru seznam.cz ukr.net \
    libero.it orange.fr freemail.hu ";
/// Bytes from which a provider's name stands two slips.
const LONG: usize = 10;

/// The address that was probably meant.
pub fn suggest(email: &str) -> Option<String> {
    let (local, typed) = cut(email, b'@')?;
    let typed = typed.to_ascii_lowercase();
    let mut meant = typed.clone();
    let end = typed.len().saturating_sub(4);
    if let (Some(name), Some(".con" | ".cmo" | ".ocm")) = (typed.get(..end), typed.get(end..)) {
        meant = joined(name, ".com");
    }
    'near: for slips in 0..=2 {
        let mut rest = PROVIDERS;
        while let Some((provider, next)) = cut(rest, b' ') {
            rest = next;
            // Two slips in a long name under the same ending: `yahoo.ca` is none.
            let may = slips < 2 || provider.len() >= LONG && meant.ends_with(ending(provider));
            if may && is_within(meant.as_bytes(), provider.as_bytes(), slips) {
                meant = String::from(provider);
                break 'near;
            }
        }
    }
    if meant == typed {
        return None;
    }
    let mut out = joined(local, "@");
    out.push_str(&meant);
    Some(out)
}

fn ending(domain: &str) -> &str {
    let end = domain.len().saturating_sub(3);
    domain.get(end..).unwrap_or_default()
}

/// Whether so many slips lead from one to the other: a letter too many, too few or
/// another one, or two neighbours swapped.
fn is_within(left: &[u8], right: &[u8], slips: u8) -> bool {
    if left.is_empty() && right.is_empty() {
        return true;
    }
    if left.first() == right.first() {
        return is_within(after(left, 1), after(right, 1), slips);
    }
    let swapped = left.len() > 1 && left.first() == right.get(1) && right.first() == left.get(1);
    slips > 0
        && (is_within(after(left, 1), right, slips - 1)
            || is_within(left, after(right, 1), slips - 1)
            || is_within(after(left, 1), after(right, 1), slips - 1)
            || swapped && is_within(after(left, 2), after(right, 2), slips - 1))
}

fn after(text: &[u8], letters: usize) -> &[u8] {
    text.get(letters..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn slips_are_noticed() {
        for (typed, meant) in [
            ("anna@gmial.com", "anna@gmail.com"),
            ("anna@gmail.co", "anna@gmail.com"),
            ("anna@gmai.com", "anna@gmail.com"),
            ("anna@gmaill.com", "anna@gmail.com"),
            ("Anna.B@Gnail.COM", "Anna.B@gmail.com"),
            ("anna@gmial.con", "anna@gmail.com"),
            ("anna@gmail.cmo", "anna@gmail.com"),
            ("anna@shop.example.con", "anna@shop.example.com"),
            ("anna@hotmaill.cmo", "anna@hotmail.com"),
            ("anna@hitmial.com", "anna@hotmail.com"),
            ("anna@otlok.com", "anna@outlook.com"),
            ("anna@icluod.com", "anna@icloud.com"),
            ("anna@gmx.dee", "anna@gmx.de"),
            ("anna@sezam.cz", "anna@seznam.cz"),
            ("anna@interai.pl", "anna@interia.pl"),
            ("anna@orage.fr", "anna@orange.fr"),
        ] {
            assert_eq!(suggest(typed).as_deref(), Some(meant), "{typed}");
        }
    }

    #[test]
    fn what_may_be_right_is_left_alone() {
        for typed in [
            "anna@gmail.com",
            "ANNA@GMAIL.COM",
            "anna@mail.com",
            "anna@ymail.com",
            "anna@yahoo.ca",
            "anna@yahoo.ro",
            "anna@yahoo.co.uk",
            "anna@hotmail.fr",
            "anna@hotmail.no",
            "anna@outlook.cz",
            "anna@gmx.ch",
            "anna@interia.eu",
            "anna@yandex.kz",
            "anna@op.pl",
            "anna@wp.pl",
            "anna@example.com",
            "anna@kettle.shop",
            "anna@falcon",
            "ż@żółw.pl",
            "anna",
        ] {
            assert_eq!(suggest(typed), None, "{typed}");
        }
    }
}
