//! Names that nobody can guess: order numbers and checkout ids.

use std::io;

/// No 0/O, 1/I/L: an order number gets read out on the phone.
const ORDER_ALPHABET: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const ORDER_CHARACTERS: usize = 8;
const CHECKOUT_BYTES: usize = 16;

/// `KL-` and eight characters, about 39 bits: the confirmation page's address
/// is its only lock, as in many small shops.
pub fn order_number() -> io::Result<String> {
    let mut number = String::from("KL-");
    while number.len() < 3 + ORDER_CHARACTERS {
        for byte in random::<ORDER_CHARACTERS>()? {
            // 248 is the largest multiple of 31 in a byte; the rest would make
            // the first letters likelier.
            if byte < 248
                && number.len() < 3 + ORDER_CHARACTERS
                && let Some(letter) = ORDER_ALPHABET.get(usize::from(byte % 31))
            {
                number.push(char::from(*letter));
            }
        }
    }
    Ok(number)
}

/// Names one visit to the checkout: two submits of one page are one order.
pub fn checkout_id() -> io::Result<String> {
    let bytes = random::<CHECKOUT_BYTES>()?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

pub fn is_checkout_id(text: &str) -> bool {
    text.len() == CHECKOUT_BYTES * 2 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_numbers_are_of_one_shape_and_differ() {
        let (one, two) = (order_number().unwrap(), order_number().unwrap());
        assert_eq!(one.len(), 11);
        assert!(one.starts_with("KL-"));
        assert_ne!(one, two);
    }

    #[test]
    fn only_what_the_shop_made_passes_as_a_checkout_id() {
        assert!(is_checkout_id(&checkout_id().unwrap()));
        assert!(!is_checkout_id(""));
        assert!(!is_checkout_id("\"><script>alert(1)</script>aaaaaa"));
    }
}
