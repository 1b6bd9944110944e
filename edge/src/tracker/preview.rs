//! What is answered at a link instead of a redirect: to previewers the tags that they
//! draw a card from, to people in an app's own browser the friend page.

use grapevine_pages::friend::{FriendPage, Preview, Standing};
use worker::Response;

use crate::error::Error;
use crate::friend::{PAGE_CACHING, Shown, page};

/// How long a preview may be kept. Previewers keep it for days whatever it says; a
/// cache between must not, since a programme can be paused.
const CACHING: &str = "public, max-age=3600";
/// The answer to one person's click.
const PRIVATE: &str = "private, no-store";

/// Answers a previewer: 200 with tags, kept for an hour. No cookie, no token, no click.
///
/// # Errors
/// When it cannot be made.
pub fn preview(shown: &Shown<'_>) -> Result<Response, Error> {
    let view = Preview {
        invitation: shown.invitation(shown.standing())?,
        link: shown.link(shown.channel()),
        picture: shown.picture(),
        // X, LinkedIn, Slack, Viber and WhatsApp take no SVG.
        picture_type: shown.settings.picture_url.is_none().then_some("image/png"),
        merchant_locale: shown.settings.locale.clone(),
    };
    let response = page(200, &view.render()?, shown.settings, CACHING)?;
    // People who ask for the same address are sent on.
    response.headers().set("Vary", "User-Agent")?;
    Ok(response)
}

/// The answer to a click: where the shop is, with the click token in the address, and
/// the whole `Set-Cookie` that the redirect would have brought.
pub type Click<'a> = (&'a str, Option<&'a str>);

/// The friend page. As the answer to a click from an app's own browser its button
/// leads to the shop with the proof, and nobody may keep it. Without one the button is
/// the link itself: the press is the click. A link that cannot be one leads to the shop
/// and promises nothing.
///
/// # Errors
/// When it cannot be made.
pub fn friend_page(
    shown: &Shown<'_>,
    standing: Standing,
    click: Option<Click<'_>>,
) -> Result<Response, Error> {
    let code = shown.code().filter(|_| standing != Standing::UnknownCode);
    let button = match (click, code) {
        (Some((destination, _)), _) => destination.to_owned(),
        (None, Some(_)) => shown.link_as_asked(),
        (None, None) => shown.settings.shop_url.clone(),
    };
    let view = FriendPage {
        invitation: shown.invitation(standing)?,
        button,
        code: code.map(|code| code.as_str().to_owned()),
        qr: code.map(|_| shown.path("/qr.svg")),
        terms_path: shown.path_in_language("/terms"),
        in_app: click.is_some(),
    };
    let caching = if click.is_some() {
        PRIVATE
    } else {
        PAGE_CACHING
    };
    let response = page(200, &view.render()?, shown.settings, caching)?;
    if let Some((_, Some(cookie))) = click {
        response.headers().set("Set-Cookie", cookie)?;
    }
    Ok(response)
}
