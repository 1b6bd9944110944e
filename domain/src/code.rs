//! Personal codes: short, sayable, and with a check character that catches a
//! typo before anything is looked up.

use core::fmt;

/// What a code is made of: digits and lower-case letters without the
/// look-alikes 0/o and 1/i/l. There are 31, a prime, so that the check below
/// catches every single wrong character and every swap of neighbours.
pub const ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// Characters in a generated code, the check character among them.
pub const LENGTH: usize = 8;

/// A code whose check character is right; lower case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct Code([u8; LENGTH]);

/// Why a text is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeError {
    /// Not eight characters long.
    Length,
    /// A character that no code contains.
    Character,
    /// The check character does not fit: a typo.
    Check,
}

impl CodeError {
    /// The stable name of the error.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length => "code_length",
            Self::Character => "code_character",
            Self::Check => "code_typo",
        }
    }
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

fn value_of(byte: u8) -> Option<u8> {
    let position = ALPHABET
        .iter()
        .position(|known| *known == byte.to_ascii_lowercase())?;
    u8::try_from(position).ok()
}

/// Sum of values weighted by position (1, 2, 3, …), modulo 31.
fn weighted(values: impl Iterator<Item = u8>) -> u32 {
    values
        .zip(1u32..)
        .map(|(value, weight)| u32::from(value) * weight)
        .sum::<u32>()
        % 31
}

impl Code {
    /// Makes a code from seven random numbers, each used modulo 31. The bias
    /// (256 is no multiple of 31) is harmless: a code is no secret.
    #[must_use]
    pub fn from_random(random: [u8; LENGTH - 1]) -> Self {
        let mut values = [0; LENGTH];
        for (value, random) in values.iter_mut().zip(random) {
            *value = random % 31;
        }
        // The last one has weight 8, whose inverse modulo 31 is 4: it is chosen
        // so that the whole sum becomes 0.
        let check = (31 - weighted(values.iter().copied().take(LENGTH - 1))) * 4 % 31;
        if let Some(last) = values.last_mut() {
            *last = u8::try_from(check).unwrap_or_default();
        }
        Self(values.map(|value| ALPHABET.get(usize::from(value)).copied().unwrap_or(b'2')))
    }

    /// Reads a code in either case, as typed or out of a link. Spaces and
    /// hyphens, by which people group what they say aloud, are passed over.
    ///
    /// # Errors
    /// When it cannot be a code; see [`CodeError`].
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let mut bytes = [0; LENGTH];
        let mut values = [0; LENGTH];
        let mut used = 0;
        for byte in text.bytes().filter(|byte| !matches!(byte, b' ' | b'-')) {
            let (Some(slot), Some(value_slot)) = (bytes.get_mut(used), values.get_mut(used)) else {
                return Err(CodeError::Length);
            };
            *value_slot = value_of(byte).ok_or(CodeError::Character)?;
            *slot = byte.to_ascii_lowercase();
            used += 1;
        }
        if used != LENGTH {
            return Err(CodeError::Length);
        }
        if weighted(values.into_iter()) == 0 {
            Ok(Self(bytes))
        } else {
            Err(CodeError::Check)
        }
    }

    /// The eight characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Code {
    type Error = CodeError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_generated_code_reads_back(random: [u8; 7]) {
            let code = Code::from_random(random);
            prop_assert_eq!(Code::parse(code.as_str()), Ok(code));
            prop_assert_eq!(Code::parse(&code.as_str().to_uppercase()), Ok(code));
        }

        #[test]
        fn one_wrong_character_is_caught(random: [u8; 7], at in 0usize..8, other in 0usize..31) {
            let code = Code::from_random(random);
            let mut typo = code.as_str().as_bytes().to_vec();
            prop_assume!(typo[at] != ALPHABET[other]);
            typo[at] = ALPHABET[other];
            prop_assert_eq!(Code::parse(std::str::from_utf8(&typo).unwrap()), Err(CodeError::Check));
        }

        #[test]
        fn swapped_neighbours_are_caught(random: [u8; 7], at in 0usize..7) {
            let code = Code::from_random(random);
            let mut typo = code.as_str().as_bytes().to_vec();
            prop_assume!(typo[at] != typo[at + 1]);
            typo.swap(at, at + 1);
            prop_assert_eq!(Code::parse(std::str::from_utf8(&typo).unwrap()), Err(CodeError::Check));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = Code::parse(&text);
        }
    }

    #[test]
    fn grouping_is_passed_over_and_other_things_are_refused() {
        let code = Code::from_random([1, 2, 3, 4, 5, 6, 7]);
        let (head, tail) = code.as_str().split_at(4);
        assert_eq!(Code::parse(&format!(" {head}-{tail} ")), Ok(code));
        assert_eq!(Code::parse("abc"), Err(CodeError::Length));
        assert_eq!(Code::parse("aaaaaaaaaaaaaaaa"), Err(CodeError::Length));
        assert_eq!(Code::parse("abcdefg0"), Err(CodeError::Character));
    }
}
