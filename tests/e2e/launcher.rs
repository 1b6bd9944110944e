//! The launcher never stands in the way: large enough to be hit, within the screen, on
//! the side where lines end, seen when it has the focus, and not on paper.

use anyhow::Result;
use grapevine_tests::browser::{Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::World;
use serde_json::{Value, json};

use crate::steps::{LAUNCHER, panel};

/// What is wrong with how it stands, in words.
const JUDGE: &str = "
    const host = document.querySelector('[data-gv=launcher]');
    const [link, button] = host.shadowRoot.querySelectorAll('a, button');
    const [pill, one, other] = [host, link, button].map(el => el.getBoundingClientRect());
    const rtl = document.dir == 'rtl', width = document.documentElement.clientWidth;
    const wrong = [];
    const must = (holds, what) => holds || wrong.push(what);
    for (const box of [one, other]) must(box.width >= 44 && box.height >= 44, 'a target of ' + box.width + ' by ' + box.height);
    must(pill.left >= 0 && pill.right <= width && pill.bottom <= innerHeight, 'beyond the screen: ' + pill.left + ' to ' + pill.right);
    must(rtl ? pill.left <= 20 : width - pill.right <= 20, 'on the other side: ' + pill.left + ' to ' + pill.right);
    must(rtl ? other.right <= one.left + 1 : other.left >= one.right - 1, 'the button before the link');
    must(link.scrollWidth <= link.clientWidth, 'words cut off');
    for (const el of [link, button]) {
        el.focus({ focusVisible: true });
        const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(el);
        must(outlineStyle == 'solid' && outlineWidth == '2px' && outlineOffset == '2px', 'the focus: ' + [outlineStyle, outlineWidth, outlineOffset]);
    }
    link.blur();
    return wrong;";

async fn stands_well(browser: &Browser, what: &str) -> Result<()> {
    let wrong = browser.run(JUDGE, vec![]).await?;
    assert_eq!(wrong, json!([]), "{what}");
    Ok(())
}

async fn width(browser: &Browser, width: u32) -> Result<()> {
    let size = json!({ "width": width, "height": 600, "mobile": false, "deviceScaleFactor": 1 });
    browser
        .tools("Emulation.setDeviceMetricsOverride", size)
        .await?;
    Ok(())
}

#[tokio::test]
async fn the_launcher_keeps_out_of_the_way() -> Result<()> {
    let world = World::with_shop(Edge::shared().await?).await?;
    let browser = Browser::open(&Profile::default()).await?;
    browser.goto(&world.shop()?.page("/")).await?;
    browser.find(LAUNCHER).await?;
    for size in [320, 360, 768, 1280, 1920] {
        width(&browser, size).await?;
        stands_well(&browser, &format!("{size} pixels wide")).await?;
    }
    width(&browser, 320).await?;
    browser.run("document.dir = 'rtl'", vec![]).await?;
    stands_well(&browser, "from right to left").await?;
    let long =
        "document.querySelector('[data-gv=launcher]').shadowRoot.querySelector('a').textContent =
        'Long words in a language that has many of them, and an amount of 1,234,567.89 CHF'";
    browser.run(long, vec![]).await?;
    stands_well(&browser, "long words").await?;
    browser.picture("launcher-long").await?;

    let forced = json!({ "features": [{ "name": "forced-colors", "value": "active" }] });
    browser.tools("Emulation.setEmulatedMedia", forced).await?;
    let gift = "const link = document.querySelector('[data-gv=launcher]').shadowRoot.querySelector('a');
        return getComputedStyle(link, '::before').backgroundColor != getComputedStyle(document.querySelector('[data-gv=launcher]')).backgroundColor";
    assert_eq!(browser.run(gift, vec![]).await?, Value::Bool(true));
    let paper = json!({ "media": "print" });
    browser.tools("Emulation.setEmulatedMedia", paper).await?;
    let shown = "return getComputedStyle(document.querySelector('[data-gv=launcher]')).display";
    assert_eq!(browser.run(shown, vec![]).await?, json!("none"));
    browser.close().await
}

/// What `Intl` shows of a currency by default is not what its minor unit stands for: no
/// decimals for HUF, whose fillér is a hundredth.
#[tokio::test]
async fn panel_and_launcher_promise_the_same_in_any_currency() -> Result<()> {
    let edge = Edge::shared().await?;
    let browser = Browser::open(&Profile::default()).await?;
    for (currency, amount) in [("HUF", 350_000), ("JPY", 3_500), ("KWD", 3_500_000)] {
        let offer = json!({ "kind": "amount_off", "amounts": { currency: amount } });
        let sides = json!({ "name": "Amounts", "advocate": { "offer": offer }, "friend": { "offer": offer } });
        let extra = json!({ "currency": currency, "program": sides });
        let world = World::with_shop_as(edge, &edge.origin(), &extra).await?;
        browser.goto(&world.shop()?.page("/")).await?;
        let promised = browser.words(LAUNCHER).await?;
        assert!(promised.ends_with("3,500"), "{promised}");
        browser.press(LAUNCHER).await?;
        let offer = browser.words_with(panel("#title"), "3,500").await?;
        let amount = promised.trim_start_matches("Get ");
        assert_eq!(offer, format!("Give {amount}, get {amount}"));
    }
    browser.close().await
}
