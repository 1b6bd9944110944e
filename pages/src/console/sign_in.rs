//! `GET /console`: shop and secret key.

use askama::Template;

use crate::text::local_path;

const HOME: &str = "/console/overview";

/// The sign-in form. It posts `shop`, `secret_key` and `next` to `/console`.
#[derive(Clone, Debug, Default)]
pub struct SignIn {
    /// The shop as it was typed, to be kept after an error.
    pub slug: String,
    /// What was wrong with the last try, in words.
    pub error: Option<String>,
    /// Where to go afterwards; anything that is not one of our own pages
    /// becomes the overview.
    pub next: String,
}

/// The page to open after sign-in: a path of the console or the outbox of this
/// host, else the overview. Check the posted value with this too.
#[must_use]
pub fn safe_next(next: &str) -> &str {
    let ours = |path: &&str| path.starts_with("/console/") || path.starts_with("/outbox/");
    local_path(next).filter(ours).unwrap_or(HOME)
}

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignInPage<'a> {
    view: &'a SignIn,
    next: &'a str,
}

impl SignIn {
    /// Writes the page.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<String, askama::Error> {
        SignInPage {
            view: self,
            next: safe_next(&self.next),
        }
        .render()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_leads_nowhere_else() {
        assert_eq!(safe_next("/outbox/demo/7"), "/outbox/demo/7");
        for wrong in [
            "",
            "https://evil.example",
            "//evil.example/console/",
            "/r/demo/x",
            "/console/\\x\n",
        ] {
            assert_eq!(safe_next(wrong), HOME, "{wrong}");
        }
    }
}
