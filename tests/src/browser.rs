//! A person at a real Chromium: one profile of their own, every page they open
//! under watch.
//!
//! Guarantees: nothing leaves this machine (no name but `*.localhost` resolves);
//! what a page asks for is found inside open shadow roots as well; waits are
//! bounded. One chromedriver serves all tests of a program.

mod driver;
mod watch;
mod witness;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::cdp::Cdp;
use thirtyfour::prelude::{By, WebDriver, WebElement};

use crate::guardian::Guardian;
use crate::wait;

pub use witness::Seen;

/// What kind of person sits at it.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// The browser refuses cookies of other sites than the address bar's.
    pub blocks_third_party_cookies: bool,
    /// It refuses all cookies, and scripts may store nothing.
    pub blocks_storage: bool,
    /// Scripts are off.
    pub without_scripts: bool,
    /// Another `User-Agent` than the browser's own.
    pub agent: Option<String>,
}

/// How the page is looked at.
#[derive(Debug, Clone, Copy)]
pub enum View {
    /// 1280 by 900.
    Desktop,
    /// 1280 by 900 in dark colours.
    DesktopDark,
    /// A phone, 360 by 740.
    Phone,
    /// A phone in dark colours.
    PhoneDark,
}

impl View {
    /// Every one, with the ending of its pictures' names.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::DesktopDark, "-dark"),
        (Self::Phone, "-360"),
        (Self::PhoneDark, "-360-dark"),
        (Self::Desktop, ""),
    ];
}

/// An element that is looked for.
#[derive(Debug, Clone, Copy)]
pub enum At<'a> {
    /// By CSS, in the page itself.
    Page(&'a str),
    /// By CSS of the host, then of the element in the host's open shadow root.
    Shadow(&'a str, &'a str),
}

/// A browser window with a profile of its own.
#[derive(Debug)]
pub struct Browser {
    driver: WebDriver,
    watch: watch::Watch,
    guardian: Option<Guardian>,
    _profile: TempDir,
}

const FIND: &str = "
    const [host, css] = arguments;
    const root = host ? document.querySelector(host)?.shadowRoot : document;
    return root?.querySelector(css) ?? null;";

impl Browser {
    /// Starts one with an empty profile.
    ///
    /// # Errors
    /// When there is no Chromium or it does not start.
    pub async fn open(profile: &Profile) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("gv-profile-").tempdir()?;
        let driver = driver::session(profile, folder.path()).await?;
        let capabilities = driver.handle().capabilities();
        let pid = capabilities.get("goog:processID").and_then(Value::as_u64);
        let guardian = pid
            .and_then(|pid| u32::try_from(pid).ok())
            .map(|pid| Guardian::watch(pid, Some(folder.path())))
            .transpose()?;
        let browser = Self {
            driver,
            watch: watch::Watch::default(),
            guardian,
            _profile: folder,
        };
        browser.look(View::Desktop).await?;
        Ok(browser)
    }

    /// Ends it; to be called at the end of a test. Dropping ends it by force.
    ///
    /// # Errors
    /// When chromedriver is gone.
    pub async fn close(mut self) -> Result<()> {
        self.driver.clone().quit().await?;
        self.guardian = None;
        Ok(())
    }

    /// The driver itself.
    #[must_use]
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// A command of the developer tools.
    ///
    /// # Errors
    /// When the browser says no.
    pub async fn tools(&self, method: &str, parameters: Value) -> Result<Value> {
        let tools = Cdp::new(self.driver.handle().clone());
        tools
            .send_raw(method, parameters)
            .await
            .with_context(|| method.to_owned())
    }

    /// Opens an address.
    ///
    /// # Errors
    /// When the page does not load.
    pub async fn goto(&self, address: &str) -> Result<()> {
        self.driver
            .goto(address)
            .await
            .with_context(|| format!("opening {address}"))
    }

    /// Loads the page again.
    ///
    /// # Errors
    /// When it does not load.
    pub async fn reload(&self) -> Result<()> {
        Ok(self.driver.refresh().await?)
    }

    /// The address bar.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn address(&self) -> Result<String> {
        Ok(self.driver.current_url().await?.to_string())
    }

    /// Waits until the address bar is as `wanted` says; returns it.
    ///
    /// # Errors
    /// When it never is.
    pub async fn address_where(&self, wanted: impl Fn(&str) -> bool) -> Result<String> {
        let found = wait::until("such address", || async {
            let address = self.address().await?;
            Ok(wanted(&address).then_some(address))
        })
        .await;
        match found {
            Ok(address) => Ok(address),
            Err(error) => Err(error.context(format!("the page is {}", self.address().await?))),
        }
    }

    /// The value of a script's `return`.
    ///
    /// # Errors
    /// When it throws.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.driver.execute(script, arguments).await?.json().clone())
    }

    /// The element, if it is there now.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn find_now(&self, at: At<'_>) -> Result<Option<WebElement>> {
        let (host, css) = match at {
            At::Page(css) => {
                // Without a script, for those who have theirs off.
                return Ok(self.driver.find_all(By::Css(css)).await?.into_iter().next());
            }
            At::Shadow(host, css) => (Value::from(host), css),
        };
        let found = self.driver.execute(FIND, vec![host, css.into()]).await?;
        if found.json().is_null() {
            return Ok(None);
        }
        Ok(Some(found.element()?))
    }

    /// The element, as soon as it is there and can be seen.
    ///
    /// # Errors
    /// When it never is; says what the page complained of meanwhile.
    pub async fn find(&self, at: At<'_>) -> Result<WebElement> {
        let found = wait::until(&format!("{at:?} to be seen"), || async {
            match self.find_now(at).await? {
                // It may be replaced between the two questions.
                Some(element) if element.is_displayed().await.unwrap_or(false) => Ok(Some(element)),
                _ => Ok(None),
            }
        })
        .await;
        match found {
            Ok(element) => Ok(element),
            Err(error) => {
                let name = format!("missing-{}", crate::world::unique("element"));
                self.picture(&name).await?;
                let complaints = self.complaints().await?;
                Err(error.context(format!(
                    "at {}; the page logged {complaints:?}; see target/screenshots/{name}.png",
                    self.address().await?
                )))
            }
        }
    }

    /// The element, as soon as it is there, seen or not, such as a hidden field.
    ///
    /// # Errors
    /// When it never is.
    pub async fn find_hidden(&self, at: At<'_>) -> Result<WebElement> {
        wait::until(&format!("{at:?}"), || self.find_now(at)).await
    }

    /// Waits until the element is not there, or can't be seen.
    ///
    /// # Errors
    /// When it stays.
    pub async fn gone(&self, at: At<'_>) -> Result<()> {
        wait::until(&format!("end of {at:?}"), || async {
            Ok(match self.find_now(at).await? {
                Some(element) if element.is_displayed().await.unwrap_or(false) => None,
                _ => Some(()),
            })
        })
        .await
    }

    /// Presses it. A page may be redrawn under the pointer: then once more.
    ///
    /// # Errors
    /// When it never appears, or something lies over it.
    pub async fn press(&self, at: At<'_>) -> Result<()> {
        let mut last = None;
        for _ in 0..5 {
            match self.find(at).await?.click().await {
                Ok(()) => return Ok(()),
                Err(error) => last = Some(error),
            }
        }
        match last {
            Some(error) => Err(error).with_context(|| format!("pressing {at:?}")),
            None => bail!("{at:?} was never pressed"),
        }
    }

    /// Types into it, over what is there.
    ///
    /// # Errors
    /// When it never appears.
    pub async fn fill(&self, at: At<'_>, text: &str) -> Result<()> {
        let field = self.find(at).await?;
        field.clear().await?;
        field.send_keys(text).await?;
        Ok(())
    }

    /// Its words.
    ///
    /// # Errors
    /// When it never appears.
    pub async fn words(&self, at: At<'_>) -> Result<String> {
        Ok(self.find(at).await?.text().await?)
    }

    /// Waits until its words hold `wanted`; returns them.
    ///
    /// # Errors
    /// When they never do; with the words as they are.
    pub async fn words_with(&self, at: At<'_>, wanted: &str) -> Result<String> {
        let found = wait::until(wanted, || async {
            let element = self.find(at).await?;
            let words = element.text().await.unwrap_or_default();
            Ok(words.contains(wanted).then_some(words))
        })
        .await;
        match found {
            Ok(words) => Ok(words),
            Err(error) => Err(error.context(format!("it says: {}", self.words(at).await?))),
        }
    }

    /// An attribute of it; empty where it has none.
    ///
    /// # Errors
    /// When it never appears.
    pub async fn attribute(&self, at: At<'_>, name: &str) -> Result<String> {
        Ok(self.find(at).await?.attr(name).await?.unwrap_or_default())
    }

    /// What a field holds.
    ///
    /// # Errors
    /// When it never appears.
    pub async fn value(&self, at: At<'_>) -> Result<String> {
        Ok(self
            .find(at)
            .await?
            .prop("value")
            .await?
            .unwrap_or_default())
    }

    /// Closes every tab but the one in hand.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn close_other_tabs(&self) -> Result<()> {
        let here = self.driver.window().await?;
        for tab in self.driver.windows().await? {
            if tab != here {
                self.driver.switch_to_window(tab).await?;
                self.driver.close_window().await?;
            }
        }
        Ok(self.driver.switch_to_window(here).await?)
    }

    /// Looks at pages in another size or colour from now on.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn look(&self, view: View) -> Result<()> {
        let (width, height, mobile, dark) = match view {
            View::Desktop => (1280, 900, false, false),
            View::DesktopDark => (1280, 900, false, true),
            View::Phone => (360, 740, true, false),
            View::PhoneDark => (360, 740, true, true),
        };
        let size = json!({
            "width": width, "height": height, "mobile": mobile,
            "deviceScaleFactor": if mobile { 2 } else { 1 },
        });
        self.tools("Emulation.setDeviceMetricsOverride", size)
            .await?;
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.tools("Emulation.setEmulatedMedia", media).await?;
        let touch = json!({ "enabled": mobile, "maxTouchPoints": 5 });
        self.tools("Emulation.setTouchEmulationEnabled", touch)
            .await?;
        Ok(())
    }

    /// Takes a picture: `target/screenshots/<name>.png`.
    ///
    /// # Errors
    /// When it can't be taken or written.
    pub async fn picture(&self, name: &str) -> Result<()> {
        let folder: PathBuf = xtask::paths::root().join("target/screenshots");
        std::fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{name}.png"));
        self.driver
            .screenshot(&file)
            .await
            .with_context(|| format!("writing {}", file.display()))
    }

    /// Takes pictures in every [`View`].
    ///
    /// # Errors
    /// As [`Self::picture`].
    pub async fn pictures(&self, name: &str) -> Result<()> {
        for (view, ending) in View::ALL {
            self.look(view).await?;
            self.picture(&format!("{name}{ending}")).await?;
        }
        Ok(())
    }

    /// Everything that pages complained of so far: errors and warnings of the
    /// console, what a policy forbade, what did not load.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn complaints(&self) -> Result<Vec<String>> {
        self.watch.complaints(&self.driver).await
    }

    /// Every address that was asked for so far.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn requests(&self) -> Result<Vec<String>> {
        self.watch.requests(&self.driver).await
    }

    /// What is wrong for people who use the page without seeing or pointing, by
    /// axe-core; one line a finding.
    ///
    /// # Errors
    /// When axe-core is not installed.
    pub async fn accessibility(&self) -> Result<Vec<String>> {
        let file = xtask::paths::root().join("node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(&file)
            .with_context(|| format!("{} is missing: run `cargo xtask test`", file.display()))?;
        let script = format!(
            "{axe}; const done = arguments[arguments.length - 1];
            axe.run(document, {{ resultTypes: ['violations'] }}).then(found => done(
                found.violations.flatMap(rule => rule.nodes.map(node =>
                    rule.id + ' at ' + node.target.flat().join(' ') + ': ' + node.failureSummary))),
                error => done(['axe failed: ' + error]));"
        );
        let found = self.driver.execute_async(script, Vec::new()).await?;
        let findings = found.json().as_array().context("axe-core's findings")?;
        Ok(findings.iter().map(ToString::to_string).collect())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Asked politely by chromedriver, a browser in trouble takes a minute.
        if let Some(guardian) = self.guardian.take() {
            let _ = self.driver.clone().leak();
            guardian.strike();
        }
    }
}
