//! Screens that a state is looked at on, and taking its picture there.

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grapevine_tests::browser::Browser;
use serde_json::{Value, json};

use super::scenes::Part;

/// A screen.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// Ending of the picture's name.
    pub name: &'static str,
    width: u32,
    /// The part is shown whole where this is none.
    height: Option<u32>,
    /// A phone, with fingers.
    pub touch: bool,
    dark: bool,
    forced: bool,
}

const fn phone(name: &'static str, width: u32, dark: bool) -> View {
    View {
        name,
        width,
        height: None,
        touch: true,
        dark,
        forced: false,
    }
}

const fn desktop(name: &'static str, width: u32, dark: bool) -> View {
    View {
        touch: false,
        ..phone(name, width, dark)
    }
}

pub const PHONE: View = phone("360", 360, false);
pub const PHONE_DARK: View = phone("360-dark", 360, true);
pub const SMALL: View = phone("320", 320, false);
pub const DESKTOP: View = desktop("1280", 1280, false);
pub const DESKTOP_DARK: View = desktop("1280-dark", 1280, true);
pub const WIDE: View = desktop("1920", 1920, false);
/// A desktop of 1280 by 900 where everything is four times as large.
pub const ZOOMED: View = View {
    height: Some(225),
    ..desktop("zoomed", 320, false)
};
/// A phone as it is, so that not everything fits.
pub const SCREEN: View = View {
    height: Some(740),
    ..phone("screen", 360, false)
};
/// A system that paints in its own colours.
pub const FORCED: View = View {
    forced: true,
    ..phone("forced", 360, false)
};

const PHONE_HEIGHT: u32 = 740;
const DESKTOP_HEIGHT: u32 = 900;

/// Where the frame stands, and how high it would be.
const FRAME: &str = "
    const [host] = arguments;
    const frame = document.querySelector(host).shadowRoot.firstElementChild;
    const { left, top, width, height } = frame.getBoundingClientRect();
    return [left, top, width, height];";

/// Nothing blinks, nothing is on its way.
const CALM: &str = "
    const [host, done] = arguments;
    const root = document.querySelector(host)?.shadowRoot;
    if (root && !root.calm) {
        const sheet = root.calm = new CSSStyleSheet();
        sheet.replaceSync('* { caret-color: transparent; }');
        root.adoptedStyleSheets.push(sheet);
    }
    const pictures = [...root.querySelectorAll('img')].map(image => image.decode().catch(() => 0));
    Promise.all([document.fonts.ready, ...pictures])
        .then(() => requestAnimationFrame(() => requestAnimationFrame(() => done())));";

impl View {
    /// Looks that way from now on.
    pub async fn take(&self, browser: &Browser) -> Result<()> {
        let usual = if self.touch {
            PHONE_HEIGHT
        } else {
            DESKTOP_HEIGHT
        };
        let height = self.height.unwrap_or(usual);
        self.set(browser, height).await?;
        let feature = |name: &str, value: &str| json!({"name": name, "value": value});
        let media = json!({"features": [
            feature("prefers-color-scheme", if self.dark { "dark" } else { "light" }),
            feature("prefers-reduced-motion", "reduce"),
            feature("forced-colors", if self.forced { "active" } else { "none" }),
        ]});
        browser.tools("Emulation.setEmulatedMedia", media).await?;
        let touch = json!({"enabled": self.touch, "maxTouchPoints": 5});
        browser
            .tools("Emulation.setTouchEmulationEnabled", touch)
            .await?;
        Ok(())
    }

    async fn set(&self, browser: &Browser, height: u32) -> Result<()> {
        let size = json!({
            "width": self.width, "height": height, "mobile": self.touch, "deviceScaleFactor": 1,
        });
        browser
            .tools("Emulation.setDeviceMetricsOverride", size)
            .await?;
        Ok(())
    }

    /// A picture of the part alone, whole unless the view has a height of its own.
    pub async fn picture(&self, browser: &Browser, part: Part) -> Result<Vec<u8>> {
        if self.height.is_none() && part == Part::Panel {
            // High enough for all of it, and no higher, since a drawer fills the height.
            let script = "const [host] = arguments;
                return document.querySelector(host).shadowRoot.firstElementChild.scrollHeight;";
            let high = browser.run(script, vec![part.host().into()]).await?;
            let high = u32::try_from(high.as_u64().context("a height")?)?;
            // A sheet leaves 8 % of a phone free, a dialog 48 px of a desktop.
            let height = if self.touch {
                (high * 100 / 92 + 2).max(PHONE_HEIGHT)
            } else {
                (high + 48).max(DESKTOP_HEIGHT)
            };
            self.set(browser, height.next_multiple_of(2)).await?;
        }
        let host = vec![Value::from(part.host())];
        browser.driver().execute_async(CALM, host.clone()).await?;
        let frame = browser.run(FRAME, host).await?;
        let side = |index: usize| frame.get(index).and_then(Value::as_f64).context("a frame");
        let (left, top) = (side(0)?.floor().max(0.0), side(1)?.floor().max(0.0));
        let clip = json!({
            "x": left, "y": top, "scale": 1,
            "width": side(2)?.ceil(), "height": side(3)?.ceil(),
        });
        let parameters = json!({"format": "png", "clip": clip, "captureBeyondViewport": false});
        let taken = browser.tools("Page.captureScreenshot", parameters).await?;
        let data = taken
            .get("data")
            .and_then(Value::as_str)
            .context("a picture")?;
        Ok(STANDARD.decode(data)?)
    }
}
