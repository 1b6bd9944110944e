//! What people do in journeys, told in their own terms.

use anyhow::Result;
use grapevine_tests::browser::{At, Browser, View};
use grapevine_tests::world::{World, text};

/// The pill that opens the panel.
pub const LAUNCHER: At<'_> = At::Shadow("[data-gv=launcher]", "[data-gv-action=open]");
/// The panel for somebody who is known.
pub const KNOWN: At<'_> = panel("[data-gv-state=known]");

/// Something in the panel.
pub const fn panel(css: &str) -> At<'_> {
    At::Shadow("[data-gv=panel]", css)
}

/// Something in the friend's welcome banner.
pub const fn banner(css: &str) -> At<'_> {
    At::Shadow("[data-gv=banner]", css)
}

/// Opens the shop and the panel, and joins by e-mail.
pub async fn join(browser: &Browser, world: &World, email: &str) -> Result<()> {
    browser.goto(&world.shop()?.page("/")).await?;
    join_here(browser, email).await
}

/// Opens the panel on the page in hand, and joins by e-mail.
pub async fn join_here(browser: &Browser, email: &str) -> Result<()> {
    browser.press(LAUNCHER).await?;
    browser.fill(panel("[data-gv-field=email]"), email).await?;
    browser.press(panel("[data-gv-action=join]")).await?;
    browser.find(KNOWN).await?;
    Ok(())
}

/// Adds what axe finds in every view, so that dark colours have their contrast too.
pub async fn sound(browser: &Browser, what: &str, found: &mut Vec<String>) -> Result<()> {
    for (view, name) in View::ALL {
        browser.look(view).await?;
        for finding in browser.accessibility().await? {
            found.push(format!("{what}{name}: {finding}"));
        }
    }
    Ok(())
}

/// Reads the newest mail in the outbox and presses the button behind its link;
/// ends at the shop with the panel open.
pub async fn confirm(browser: &Browser, world: &World) -> Result<()> {
    let outbox = format!("{}/outbox/{}", world.anybody.origin(), world.slug);
    browser.goto(&outbox).await?;
    browser.press(At::Page("a.row-link")).await?;
    browser.press(At::Page(".links a")).await?;
    browser.press(At::Page("main button")).await?;
    browser
        .address_where(|address| address == world.shop_origin.clone() + "/")
        .await?;
    browser.find(KNOWN).await?;
    Ok(())
}

/// The path of the personal link as the panel shows it.
pub async fn own_link(browser: &Browser) -> Result<String> {
    browser.value(panel("[data-gv-field=link]")).await
}

/// Puts a kettle into the basket and goes to the checkout.
pub async fn go_to_checkout(browser: &Browser, world: &World) -> Result<()> {
    browser
        .goto(&world.shop()?.page("/products/kettle"))
        .await?;
    browser.press(At::Page("[data-test=add-to-cart]")).await?;
    browser.press(At::Page("[data-test=go-checkout]")).await?;
    browser.find(At::Page("#checkout")).await?;
    Ok(())
}

/// Fills the form and places the order; returns its number.
pub async fn place_order(browser: &Browser, email: &str) -> Result<String> {
    for (field, value) in [
        ("#email", email),
        ("#name", "Bob"),
        ("#address", "4 Canal Row"),
        ("#postcode", "D04 X2K5"),
        ("#city", "Dublin"),
    ] {
        browser.fill(At::Page(field), value).await?;
    }
    browser.press(At::Page("[data-test=place-order]")).await?;
    browser.words(At::Page("[data-test=order-number]")).await
}

/// Buys a kettle, with a code if there is one; returns the order's number.
pub async fn buy(
    browser: &Browser,
    world: &World,
    email: &str,
    coupon: Option<&str>,
) -> Result<String> {
    go_to_checkout(browser, world).await?;
    if let Some(coupon) = coupon {
        browser.fill(At::Page("#coupon"), coupon).await?;
        browser.press(At::Page("[data-test=apply-coupon]")).await?;
        browser.find(At::Page("[data-test=discount]")).await?;
    }
    place_order(browser, email).await
}

/// Claims the coupon in the banner; returns it.
pub async fn claim(browser: &Browser) -> Result<String> {
    browser.press(banner("[data-gv-action=claim]")).await?;
    browser.find(banner("[data-gv-state=code]")).await?;
    browser.value(banner("[data-gv-field=code]")).await
}

/// The name of a cookie's value in this browser, as the browser keeps it.
pub async fn cookie(browser: &Browser, name: &str) -> Result<Option<thirtyfour::cookie::Cookie>> {
    let all = browser.driver().get_all_cookies().await?;
    Ok(all.into_iter().find(|cookie| cookie.name == name))
}

/// The status of both rewards, the advocate's first, with the release date.
pub async fn rewards(world: &World) -> Result<Vec<(String, String, String)>> {
    let list = world.rows("/v1/rewards").await?;
    let mut rewards: Vec<_> = list
        .iter()
        .map(|reward| {
            (
                text(reward, "/side").to_owned(),
                text(reward, "/status").to_owned(),
                text(reward, "/release_at").to_owned(),
            )
        })
        .collect();
    rewards.sort();
    Ok(rewards)
}
