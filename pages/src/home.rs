//! `GET /`: says what runs here to someone who came by, and to an operator
//! where the console is.

use askama::Template;

/// The edge's front page.
#[derive(Clone, Debug)]
pub struct Home {
    /// The host that it answers on, such as `refer.shop.example`.
    pub host: String,
    /// The version that runs.
    pub version: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    view: &'a Home,
}

impl Home {
    /// Writes the page.
    ///
    /// # Errors
    /// When a template cannot be rendered, which tests rule out.
    pub fn render(&self) -> Result<String, askama::Error> {
        HomePage { view: self }.render()
    }
}
