//! Where something went wrong in front of a merchant.

use askama::Template;

/// A page instead of the one that was asked for.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// What happened, as a heading.
    pub title: String,
    /// What to do now.
    pub lead: String,
    /// What support would ask for, such as a request id.
    pub detail: Option<String>,
}

#[derive(Template)]
#[template(path = "console/trouble.html")]
struct TroublePage<'a> {
    view: &'a Trouble,
}

impl Trouble {
    /// 404.
    #[must_use]
    pub fn not_found() -> Self {
        Self {
            title: "There is no such page".to_owned(),
            lead: "The address may be mistyped, or what it led to is gone.".to_owned(),
            detail: None,
        }
    }

    /// 429.
    #[must_use]
    pub fn too_many() -> Self {
        Self {
            title: "That was a lot at once".to_owned(),
            lead: "Your network has asked very often. Please try again in a minute.".to_owned(),
            detail: None,
        }
    }

    /// 500.
    #[must_use]
    pub fn unavailable() -> Self {
        Self {
            title: "That did not work".to_owned(),
            lead: "The fault is ours, and nothing is lost. Please try again in a minute."
                .to_owned(),
            detail: None,
        }
    }

    /// Writes the page.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<String, askama::Error> {
        TroublePage { view: self }.render()
    }
}
