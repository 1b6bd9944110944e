//! What a posted form said, read leniently.
//!
//! Guarantees: a field that is missing, repeated or oversized never makes the
//! request fail; text comes back trimmed, cut, and free of control characters.
//! Not for escaping: templates do that.

use serde::Deserialize;

/// Pairs in the order in which they were sent. A struct would refuse a
/// repeated name, and scripts on the page may add hidden inputs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Fields(pub Vec<(String, String)>);

impl Fields {
    /// The first value of `name` that is not empty, or nothing as `""`.
    pub fn text(&self, name: &str, longest: usize) -> String {
        self.0
            .iter()
            .filter(|(field, _)| field == name)
            .map(|(_, value)| clean(value, longest))
            .find(|value| !value.is_empty())
            .unwrap_or_default()
    }

    /// A whole number, or `None` when it is not one.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.text(name, 10).parse().ok()
    }
}

fn clean(value: &str, longest: usize) -> String {
    let printable: String = value
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .take(longest)
        .collect();
    printable.trim().to_owned()
}

/// Longest text of click tokens: five of 80 characters with a dot between them.
pub const LONGEST_TOKENS: usize = 404;

/// Click tokens as the browser hands them in; anything else is dropped.
pub fn click_token(text: &str) -> Option<String> {
    let fits = (1..=LONGEST_TOKENS).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_filled_value_of_a_repeated_field_counts() {
        let fields = Fields(vec![
            ("gv".into(), " ".into()),
            ("gv".into(), " abc\r\n".into()),
            ("gv".into(), "def".into()),
        ]);
        assert_eq!(fields.text("gv", 80), "abc");
        assert_eq!(fields.text("missing", 80), "");
    }

    #[test]
    fn text_is_cut_at_characters_not_bytes() {
        let fields = Fields(vec![("name".into(), "żółw".repeat(50))]);
        assert_eq!(fields.text("name", 6), "żółwżó");
    }

    #[test]
    fn only_the_edge_s_alphabet_passes_as_a_click_token() {
        assert_eq!(click_token("AXk1-_z").as_deref(), Some("AXk1-_z"));
        assert_eq!(click_token("b.a").as_deref(), Some("b.a"));
        assert_eq!(click_token(""), None);
        assert_eq!(click_token("a b"), None);
        assert_eq!(click_token(&"a".repeat(405)), None);
    }
}
