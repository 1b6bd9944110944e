//! Who somebody is: e-mail addresses in a normal form, and the identity tokens
//! that a shop's server signs.

use base64ct::{Base64UrlUnpadded, Encoding};
use grapevine_domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

use crate::keyring::same;

/// Longest address, by RFC 5321 (a path of 256 octets with its brackets).
const LONGEST_EMAIL: usize = 254;
/// Longest identity token that is read.
const LONGEST_JWT: usize = 4_096;

/// Whether a text can be a deliverable address: one `@`, a local part, and a
/// domain with a dot. Deliberately loose: the confirmation mail is the proof.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    text.len() <= LONGEST_EMAIL
        && (1..=64).contains(&local.len())
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "<>()[]\\,;:\"".contains(c))
        && !domain.contains('@')
        && domain.split('.').count() >= 2
        && domain
            .split('.')
            .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
}

/// One form for the addresses that reach one mailbox: lower case, without a
/// `+tag`, and without the dots that Google Mail ignores.
#[must_use]
pub fn normal_email(email: &str) -> String {
    let lower = email.trim().to_lowercase();
    let Some((local, domain)) = lower.rsplit_once('@') else {
        return lower;
    };
    let local = local.split('+').next().unwrap_or(local);
    match domain {
        "gmail.com" | "googlemail.com" => format!("{}@gmail.com", local.replace('.', "")),
        _ => format!("{local}@{domain}"),
    }
}

/// An address with all but its first letter hidden: `a•••@mail.example`.
#[must_use]
pub fn email_hint(email: &str) -> String {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}•••@{domain}")
}

/// What a shop says of its signed-in customer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Customer {
    /// The shop's own id of the customer.
    pub sub: String,
    /// The customer's address; the shop vouches for it.
    pub email: String,
    /// The customer's name.
    #[serde(default)]
    pub name: Option<String>,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Valid until, seconds since 1970.
    pub exp: i64,
}

/// Why an identity token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityError {
    /// Not a JWT with `alg` HS256 and `sub`, `email`, `iat`, `exp`.
    Malformed,
    /// Not signed with the merchant's secret key.
    Forged,
    /// Past its `exp`, or its `iat` lies in the future.
    Expired,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

/// Reads an identity token: a JWT (RFC 7519) signed by HS256 (RFC 7515 A.1) with
/// the merchant's secret key as text. `now` is the merchant's time; clocks may
/// differ by a minute.
///
/// # Errors
/// See [`IdentityError`].
pub fn open_jwt(token: &str, secret_key: &str, now: Timestamp) -> Result<Customer, IdentityError> {
    use IdentityError::{Expired, Forged, Malformed};
    if token.len() > LONGEST_JWT {
        return Err(Malformed);
    }
    let (signed, proof) = token.rsplit_once('.').ok_or(Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(Malformed)?;
    let decode = |part: &str| Base64UrlUnpadded::decode_vec(part).map_err(|_| Malformed);
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| Malformed)?;
    if header.alg != "HS256" {
        return Err(Malformed);
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret_key.as_bytes()).map_err(|_| Forged)?;
    mac.update(signed.as_bytes());
    if !same(&mac.finalize().into_bytes(), &decode(proof)?) {
        return Err(Forged);
    }
    let customer: Customer = serde_json::from_slice(&decode(payload)?).map_err(|_| Malformed)?;
    if customer.sub.is_empty() || customer.sub.len() > 200 || !is_email(&customer.email) {
        return Err(Malformed);
    }
    let seconds = i64::from(now.seconds());
    if customer.exp < seconds - 60 || customer.iat > seconds + 60 {
        return Err(Expired);
    }
    Ok(customer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(header: &str, payload: &str, key: &str) -> String {
        let signed = format!(
            "{}.{}",
            Base64UrlUnpadded::encode_string(header.as_bytes()),
            Base64UrlUnpadded::encode_string(payload.as_bytes())
        );
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(signed.as_bytes());
        format!(
            "{signed}.{}",
            Base64UrlUnpadded::encode_string(&mac.finalize().into_bytes())
        )
    }

    const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
    const PAYLOAD: &str = r#"{"sub":"c1","email":"ada@mail.example","iat":1000,"exp":2000}"#;

    #[test]
    fn a_signed_identity_is_taken_and_anything_else_is_not() {
        let now = Timestamp::from_seconds(1500);
        let good = jwt(HEADER, PAYLOAD, "secret");
        assert_eq!(open_jwt(&good, "secret", now).unwrap().sub, "c1");
        assert_eq!(open_jwt(&good, "other", now), Err(IdentityError::Forged));
        let late = Timestamp::from_seconds(2061);
        assert_eq!(open_jwt(&good, "secret", late), Err(IdentityError::Expired));
        let unsigned = jwt(r#"{"alg":"none"}"#, PAYLOAD, "secret");
        assert_eq!(
            open_jwt(&unsigned, "secret", now),
            Err(IdentityError::Malformed)
        );
        assert_eq!(
            open_jwt("a.b", "secret", now),
            Err(IdentityError::Malformed)
        );
    }

    #[test]
    fn one_mailbox_has_one_normal_form() {
        assert_eq!(normal_email(" Ada.L+shop@GMail.com"), "adal@gmail.com");
        assert_eq!(normal_email("Ada.L+x@mail.example"), "ada.l@mail.example");
    }

    #[test]
    fn addresses_are_told_from_other_texts() {
        for good in ["a@b.co", "ada.l+x@mail.example", "żółw@mail.example"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "@b.co",
            "a@b..co",
            "a b@c.de",
            "a@b.c@d.e",
            "<a@b.co>",
            "a@-b.co",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
        assert_eq!(email_hint("ada@mail.example"), "a•••@mail.example");
    }
}
