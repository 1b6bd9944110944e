//! Codes: what stands in an advocate's link.
//!
//! A **given code** is short, sayable, and has a check character that catches a
//! typo before anything is looked up. A **vanity code** is one that the advocate
//! chose. Eight letters and digits are always read as a given code, so that a typo
//! in one can never be taken for somebody's choice.

use core::fmt;

/// What a code is made of: digits and lower-case letters without the
/// look-alikes 0/o and 1/i/l. There are 31, a prime, so that the check below
/// catches every single wrong character and every swap of neighbours.
pub const ALPHABET: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";

/// Characters in a given code, the check character among them.
pub const LENGTH: usize = 8;
const LENGTH_U8: u8 = 8;

/// Fewest characters of a vanity code.
pub const SHORTEST_VANITY: usize = 3;
/// Most characters of a code.
pub const LONGEST: usize = 20;

/// Words that stand, or may once stand, where a code does in an address.
const RESERVED: [&str; 8] = [
    "admin", "api", "card", "help", "page", "picture", "qr", "terms",
];

/// A code in lower case: a given one whose check character is right, or a vanity
/// code, which may be nobody's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "String", into = "String"))]
pub struct Code {
    /// Zeros after the end.
    bytes: [u8; LONGEST],
    length: u8,
}

/// Why a text is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeError {
    /// Shorter than three characters, or longer than twenty.
    Length,
    /// A character that no code contains, or a hyphen that is not between two others.
    Character,
    /// The check character does not fit: a typo.
    Check,
    /// A word that is not given to anybody.
    Reserved,
}

impl CodeError {
    /// The stable name of the error.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Length => "code_length",
            Self::Character => "code_character",
            Self::Check => "code_typo",
            Self::Reserved => "code_reserved",
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
        let mut bytes = [0; LONGEST];
        for (slot, value) in bytes.iter_mut().zip(values) {
            *slot = ALPHABET.get(usize::from(value)).copied().unwrap_or(b'2');
        }
        Self {
            bytes,
            length: LENGTH_U8,
        }
    }

    /// Reads a code in either case, as typed or out of a link. In a given code,
    /// spaces and hyphens, by which people group what they say aloud, are passed over.
    ///
    /// # Errors
    /// When it cannot be a code; see [`CodeError`].
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = text.trim_matches(' ').as_bytes();
        let mut bytes = [0; LONGEST];
        let mut values = [None; LENGTH];
        let mut used: usize = 0;
        for byte in text.iter().filter(|byte| !matches!(byte, b' ' | b'-')) {
            let slot = bytes.get_mut(used).ok_or(CodeError::Length)?;
            *slot = byte.to_ascii_lowercase();
            if let Some(value) = values.get_mut(used) {
                *value = value_of(*byte);
            }
            used += 1;
        }
        if used != LENGTH {
            return Self::vanity(text);
        }
        if values.iter().any(Option::is_none) {
            return Err(CodeError::Character);
        }
        if weighted(values.into_iter().flatten()) == 0 {
            Ok(Self {
                bytes,
                length: LENGTH_U8,
            })
        } else {
            Err(CodeError::Check)
        }
    }

    fn vanity(text: &[u8]) -> Result<Self, CodeError> {
        let mut bytes = [0; LONGEST];
        if text.len() < SHORTEST_VANITY || text.len() > LONGEST {
            return Err(CodeError::Length);
        }
        let mut before = b'-';
        for (slot, byte) in bytes.iter_mut().zip(text) {
            let byte = byte.to_ascii_lowercase();
            let fits = byte.is_ascii_lowercase()
                || byte.is_ascii_digit()
                || byte == b'-' && before != b'-';
            if !fits {
                return Err(CodeError::Character);
            }
            (*slot, before) = (byte, byte);
        }
        if before == b'-' {
            return Err(CodeError::Character);
        }
        let length = u8::try_from(text.len()).map_err(|_| CodeError::Length)?;
        let code = Self { bytes, length };
        if RESERVED.contains(&code.as_str()) {
            return Err(CodeError::Reserved);
        }
        Ok(code)
    }

    /// Whether an advocate chose it.
    #[must_use]
    pub fn is_vanity(&self) -> bool {
        self.length != LENGTH_U8 || self.bytes.contains(&b'-')
    }

    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let used = self.bytes.get(..usize::from(self.length));
        used.and_then(|used| core::str::from_utf8(used).ok())
            .unwrap_or_default()
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
        assert!(!code.is_vanity());
        for (text, error) in [
            ("ab", CodeError::Length),
            ("", CodeError::Length),
            ("aaaaaaaaaaaaaaaaaaaaa", CodeError::Length),
            ("abcdefg0", CodeError::Character),
            ("anna_maria", CodeError::Character),
            ("zażółć", CodeError::Character),
            ("-anna-", CodeError::Character),
            ("anna--maria", CodeError::Character),
            ("anna maria", CodeError::Character),
            ("Picture", CodeError::Reserved),
        ] {
            assert_eq!(Code::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_vanity_code_is_kept_as_chosen() {
        for (text, kept) in [
            ("Anna", "anna"),
            ("anna-maria", "anna-maria"),
            ("7up", "7up"),
            ("abcdefghijklmnopqrst", "abcdefghijklmnopqrst"),
            ("magdalena", "magdalena"),
        ] {
            let code = Code::parse(text).unwrap();
            assert_eq!(code.as_str(), kept);
            assert!(code.is_vanity(), "{text}");
        }
    }

    #[test]
    fn eight_characters_are_never_a_choice() {
        for text in ["veronica", "rebekkas", "ann-marie", "12345678"] {
            let error = Code::parse(text).unwrap_err();
            assert!(
                matches!(error, CodeError::Character | CodeError::Check),
                "{text}"
            );
        }
    }
}
