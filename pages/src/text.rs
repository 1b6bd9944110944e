//! Text from outside made fit for the place where it is shown, beyond what
//! escaping does.

/// One line without control characters or marks that turn the direction of
/// what follows: for subjects and for the text version of a mail, where nothing
/// else could keep such a value within its bounds.
pub fn one_line(text: &str) -> String {
    let tame = |letter: char| {
        let turns = matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
        let breaks = matches!(letter, '\u{2028}' | '\u{2029}');
        (!turns).then_some(if letter.is_control() || breaks {
            ' '
        } else {
            letter
        })
    };
    let text: String = text.chars().filter_map(tame).collect();
    text.trim().to_owned()
}

/// Text of a few lines as paragraphs, without marks that could turn what follows.
pub fn paragraphs(text: &str) -> Vec<String> {
    text.lines()
        .map(one_line)
        .filter(|line| !line.is_empty())
        .collect()
}

/// Puts values in the place of `{names}`. What was put in is not looked at
/// again, so a value may contain braces.
pub fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern;
    while let Some((before, tail)) = rest.split_once('{') {
        out.push_str(before);
        let (name, tail) = tail.split_once('}').unwrap_or((tail, ""));
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            out.push_str(value);
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// The address when it is an absolute web address, else `#`: a link made of
/// `javascript:` or `data:` must not become one that can be pressed.
pub fn web_address(address: &str) -> &str {
    let lower = |prefix: &str| {
        address
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    if lower("https://") || lower("http://") {
        address
    } else {
        "#"
    }
}

/// A path on this host: what starts with exactly one slash.
pub fn local_path(path: &str) -> Option<&str> {
    let bytes = path.as_bytes();
    let absolute = bytes.first() == Some(&b'/');
    let other_host = matches!(bytes.get(1), Some(b'/' | b'\\'));
    let odd = path
        .chars()
        .any(|letter| letter.is_control() || letter == '\\');
    (absolute && !other_host && !odd).then_some(path)
}

/// `a•••@mail.example`: enough to recognise an address that one knows, not
/// enough to write to it.
#[must_use]
pub fn mask_email(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((name, host)) => {
            let first: String = name.chars().take(1).collect();
            format!("{first}•••@{host}")
        }
        None => "•••".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_stays_one_line() {
        assert_eq!(
            one_line("Tea\r\nBcc: all@x.example"),
            "Tea  Bcc: all@x.example"
        );
        assert_eq!(one_line(" \u{202e}kettle\u{2066} "), "kettle");
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(web_address("HTTPS://a.example/x"), "HTTPS://a.example/x");
        for wrong in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//a.example",
            "",
            "htt",
        ] {
            assert_eq!(web_address(wrong), "#", "{wrong}");
        }
    }

    #[test]
    fn a_way_back_stays_on_this_host() {
        assert_eq!(
            local_path("/console/install?x=1"),
            Some("/console/install?x=1")
        );
        for wrong in [
            "",
            "console",
            "//evil.example",
            "/\\evil.example",
            "https://e.example",
            "/a\n",
        ] {
            assert_eq!(local_path(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_masked_address_keeps_its_host() {
        assert_eq!(mask_email("anna@mail.example"), "a•••@mail.example");
        assert_eq!(mask_email("nonsense"), "•••");
    }
}
