//! How panel, banner and launcher look in every state: pictures of them in a real
//! browser, compared with those in `pictures/`; and in the same states nothing for
//! axe-core to find, nothing that sticks out at 320 px, no control too small for a finger.
//!
//! `cargo xtask test --bless looks_as` writes the pictures that differ anew.

mod picture;
mod scenes;
mod stage;
mod states;
mod views;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use grapevine_tests::browser::{At, Browser, Profile};
use grapevine_tests::edge::Edge;
use grapevine_tests::world::World;
use serde_json::{Value, json};

use picture::Picture;
use scenes::{Part, Shop, State, Step};
use stage::Stage;
use views::{DESKTOP, DESKTOP_DARK, FORCED, PHONE, PHONE_DARK, SCREEN, SMALL, View, WIDE, ZOOMED};

/// What a state is looked at on beside the usual.
const MORE: [(&str, View); 16] = [
    ("join", SMALL),
    ("known", SMALL),
    ("survey", SMALL),
    ("banner-code", SMALL),
    ("known", SCREEN),
    ("join", WIDE),
    ("drawer", WIDE),
    ("banner", WIDE),
    ("join", ZOOMED),
    ("known", ZOOMED),
    ("launcher", ZOOMED),
    ("join", FORCED),
    ("known", FORCED),
    ("survey", FORCED),
    ("milestone", FORCED),
    ("launcher", FORCED),
];

/// Least width of what is pressed by a finger, and by a pointer.
const FINGER: u32 = 44;
const POINTER: u32 = 24;

/// Where the pictures are kept.
fn folder() -> PathBuf {
    xtask::paths::root().join("tests/looks/pictures")
}

/// Everything that was found wrong, and which pictures belong here.
struct Gallery {
    new: PathBuf,
    bless: bool,
    kept: BTreeSet<String>,
    /// What is wrong, and where it is.
    wrong: BTreeMap<String, Vec<String>>,
}

impl Gallery {
    fn open() -> Result<Self> {
        let new = xtask::paths::root().join("target/screenshots/looks");
        std::fs::create_dir_all(&new)?;
        std::fs::create_dir_all(folder())?;
        Ok(Self {
            new,
            bless: std::env::var_os("GRAPEVINE_BLESS").is_some(),
            kept: BTreeSet::new(),
            wrong: BTreeMap::new(),
        })
    }

    fn complain(&mut self, place: &str, what: impl Into<String>) {
        self.wrong
            .entry(what.into())
            .or_default()
            .push(place.to_owned());
    }

    /// Compares a picture with the one that is kept.
    fn compare(&mut self, name: &str, new: &Picture) -> Result<()> {
        let file = format!("{name}.png");
        let kept = folder().join(&file);
        self.kept.insert(file);
        let old = std::fs::read(&kept).ok();
        let difference = match old {
            Some(old) => match Picture::read(&old)?.difference(new) {
                Some(difference) => difference,
                None => return Ok(()),
            },
            None if self.bless => return Ok(std::fs::write(kept, new.write()?)?),
            None => {
                self.complain(name, "there is no picture of it yet");
                return Ok(());
            }
        };
        if self.bless {
            return Ok(std::fs::write(kept, new.write()?)?);
        }
        let map = self.new.join(format!("{name}.difference.png"));
        std::fs::write(&map, difference.map.write()?)?;
        self.complain(name, format!("{}; see {}", difference.what, near(&map)));
        Ok(())
    }

    /// Pictures of states that are no more.
    fn compare_names(&mut self) -> Result<()> {
        for entry in std::fs::read_dir(folder())? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if self.kept.contains(&name) {
                continue;
            }
            if self.bless {
                std::fs::remove_file(entry.path())?;
            } else {
                self.complain(&name, "is a picture of no state");
            }
        }
        Ok(())
    }
}

/// A path from the root of the checkout.
fn near(path: &Path) -> String {
    let root = xtask::paths::root();
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// What a real edge tells of the two merchants, by language.
struct Told {
    usual: World,
    own: World,
}

impl Told {
    async fn ask() -> Result<Self> {
        let edge = Edge::shared().await?;
        let usual = World::open(edge).await?;
        let own = World::open_as(edge, &json!({"accent": "#c8441b"})).await?;
        own.api
            .put(
                "/v1/panel",
                &json!({
                    "side": "start", "surface": "#fff8ef", "text": "#3a2413",
                    "dark_surface": "#2a1a10", "dark_text": "#f9e9d8", "radius": 0,
                    "font": "DejaVu Serif, serif",
                }),
            )
            .await?;
        Ok(Self { usual, own })
    }

    async fn start(&self, state: &State) -> Result<Value> {
        let world = match state.shop {
            Shop::Usual => &self.usual,
            Shop::Own => &self.own,
        };
        let path = format!("/b/{}/start?locale={}", world.slug, state.locale());
        world.anybody.get(&path).await
    }
}

/// Plays a state.
async fn reach(browser: &Browser, stage: &Stage, told: &Value, state: &State) -> Result<()> {
    stage.play(state.scene(told)?);
    browser
        .goto(&format!("{}/?{}", stage.origin(), state.name))
        .await?;
    let host = state.part.host();
    for step in &state.steps {
        match *step {
            Step::See(css) => {
                browser.find(At::Shadow(host, css)).await?;
            }
            Step::Press(css) => {
                browser.find(At::Shadow(host, css)).await?;
                let press = "document.querySelector(arguments[0]).shadowRoot.querySelector(arguments[1]).click()";
                browser.run(press, vec![host.into(), css.into()]).await?;
            }
            Step::Fill(css, text) => {
                let fill = "const field = document.querySelector(arguments[0]).shadowRoot.querySelector(arguments[1]);
                    field.value = arguments[2];
                    field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));";
                browser
                    .run(fill, vec![host.into(), css.into(), text.into()])
                    .await?;
            }
            Step::Later => {
                let finish = "for (const it of document.querySelector(arguments[0]).shadowRoot.getAnimations()) it.finish()";
                browser.run(finish, vec![host.into()]).await?;
            }
        }
    }
    Ok(())
}

async fn look(browser: &Browser, gallery: &mut Gallery, state: &State, view: View) -> Result<()> {
    let name = format!("{}-{}", state.name, view.name);
    view.take(browser).await?;
    let png = view.picture(browser, state.part).await?;
    std::fs::write(gallery.new.join(format!("{name}.png")), &png)?;
    // Beside the browser, which is busy with the rest.
    let reading = tokio::task::spawn_blocking(move || Picture::read(&png)?.to_keep());
    for finding in browser.accessibility().await? {
        gallery.complain(&name, finding);
    }
    examine(browser, gallery, &name, state.part, view.touch).await?;
    gallery.compare(&name, &reading.await??)
}

/// Every view of a state, phones first: what a finger gets is drawn only for fingers.
fn views(state: &State) -> Vec<View> {
    let mut views = vec![PHONE];
    if state.main {
        views.extend([PHONE_DARK, DESKTOP, DESKTOP_DARK]);
    }
    let more = MORE.iter().filter(|(name, _)| *name == state.name);
    views.extend(more.map(|(_, view)| *view));
    views.sort_by_key(|view| !view.touch);
    views
}

/// Looks for what sticks out, is cut, or is hard to press.
async fn examine(
    browser: &Browser,
    gallery: &mut Gallery,
    name: &str,
    part: Part,
    touch: bool,
) -> Result<()> {
    let least = if touch { FINGER } else { POINTER };
    let script = include_str!("examine.js");
    let arguments = vec![part.host().into(), least.into()];
    let found = browser.run(script, arguments).await?;
    for finding in found.as_array().into_iter().flatten() {
        gallery.complain(name, finding.as_str().unwrap_or_default());
    }
    Ok(())
}

#[tokio::test]
async fn every_state_looks_as_it_did() -> Result<()> {
    let only = std::env::var("LOOKS").ok();
    let told = Told::ask().await?;
    let stage = Stage::open().await?;
    let browser = Browser::open(&Profile::default()).await?;
    browser
        .tools(
            "Emulation.setTimezoneOverride",
            json!({"timezoneId": "UTC"}),
        )
        .await?;
    let mut gallery = Gallery::open()?;
    let states = states::all();
    let wanted = |state: &&State| {
        only.as_ref()
            .is_none_or(|only| state.name.contains(only.as_str()))
    };
    for state in states.iter().filter(wanted) {
        let told = told.start(state).await?;
        let mut touch = None;
        for view in views(state) {
            if touch.replace(view.touch) != Some(view.touch) {
                view.take(&browser).await?;
                if let Err(error) = reach(&browser, &stage, &told, state).await {
                    let place = format!("{}-{}", state.name, view.name);
                    gallery.complain(&place, format!("{error:#}"));
                    break;
                }
                if view.touch {
                    // At the smallest size, where pictures of all states would say little.
                    SMALL.take(&browser).await?;
                    let place = format!("{} at 320 px", state.name);
                    examine(&browser, &mut gallery, &place, state.part, true).await?;
                }
            }
            look(&browser, &mut gallery, state, view).await?;
        }
    }
    if only.is_none() {
        gallery.compare_names()?;
    }
    browser.close().await?;
    if gallery.wrong.is_empty() {
        return Ok(());
    }
    let told = gallery
        .wrong
        .iter()
        .map(|(what, places)| match places.as_slice() {
            [place] => format!("{place}: {what}"),
            [place, ..] => format!("{place} and {} more: {what}", places.len() - 1),
            [] => what.clone(),
        });
    bail!(
        "{}\n{} findings. Pictures of this run lie in {}. If the new ones are right: cargo xtask test --bless looks_as",
        told.collect::<Vec<_>>().join("\n"),
        gallery.wrong.len(),
        near(&gallery.new),
    )
}

#[test]
fn every_state_has_a_name_of_its_own() {
    let names: Vec<_> = states::all().iter().map(|state| state.name).collect();
    let different: BTreeSet<_> = names.iter().collect();
    assert_eq!(names.len(), different.len());
    for (name, _) in MORE {
        assert!(different.contains(&name), "{name}");
    }
    assert!(states::all().iter().any(|state| state.part == Part::Inline));
}
