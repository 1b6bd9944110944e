//! How a merchant wants the panel, the launcher and the plain page to look, as
//! stylesheets.
//!
//! Guarantees: what comes out can be read, whatever was asked for: words on their
//! ground and on the accent by 4.5 to 1, the accent on its ground by 3 to 1, in light
//! and in dark. It is made of colours, whole numbers and names of fonts that were
//! taken apart and put together again, never of a merchant's text as it came.
//!
//! Not for: which elements there are and where they stand.

use core::fmt::Write as _;

use grapevine_domain::panel::check::LARGEST_RADIUS;
use grapevine_domain::panel::{Panel, Scheme, Side};

use crate::accent::{Accent, CONTROL_CONTRAST, Colour, TEXT_CONTRAST};

/// The panel's own grounds and words: `--s` and `--t` in `widget/styles/base.css`.
const LIGHT: Ground = Ground(Colour(255, 255, 255), Colour(0x22, 0x1d, 0x26));
const DARK: Ground = Ground(Colour(0x1e, 0x1b, 0x20), Colour(0xf1, 0xed, 0xf2));
/// What is well, and what is wrong.
const GOOD: Colour = Colour(0x2f, 0x7d, 0x4f);
const BAD: Colour = Colour(0xb3, 0x26, 0x1e);

/// Most fonts of a list, and most letters of a name.
const MOST_FONTS: usize = 8;
const LONGEST_FONT: usize = 40;
/// Names of fonts that mean something only without quotes.
const GENERIC: [&str; 12] = [
    "serif",
    "sans-serif",
    "monospace",
    "cursive",
    "fantasy",
    "system-ui",
    "ui-serif",
    "ui-sans-serif",
    "ui-monospace",
    "ui-rounded",
    "inherit",
    "-apple-system",
];

/// A merchant's wishes; what is missing is ours to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The colour of buttons.
    pub accent: Option<Colour>,
    /// Words on it.
    pub on_accent: Option<Colour>,
    /// The ground of the panel in light colours.
    pub surface: Option<Colour>,
    /// Words on it.
    pub text: Option<Colour>,
    /// The ground in dark colours.
    pub dark_surface: Option<Colour>,
    /// Words on it.
    pub dark_text: Option<Colour>,
    /// How round corners are, in pixels.
    pub radius: Option<u32>,
    /// Fonts by name, best first, as in CSS.
    pub font: Option<String>,
    /// Light, dark or either.
    pub scheme: Scheme,
    /// On which side the launcher stands.
    pub side: Side,
}

/// A surface and the words on it.
#[derive(Clone, Copy)]
struct Ground(Colour, Colour);

impl Ground {
    /// What was asked for where it can be read, else what comes near.
    fn of(surface: Option<Colour>, text: Option<Colour>, usual: Self) -> Self {
        let surface = surface.unwrap_or(usual.0);
        let readable = |text: &Colour| text.contrast(surface) >= TEXT_CONTRAST;
        let text = text.filter(readable);
        let text = text.or_else(|| Some(usual.1).filter(readable));
        Self(surface, text.unwrap_or_else(|| surface.words_upon()))
    }

    fn is_dark(self) -> bool {
        self.0.contrast(DARK.1) >= self.0.contrast(LIGHT.1)
    }

    /// The nearest shade of a colour that stands out: darker, where that is not
    /// possible brighter; the other way round on dark ground.
    fn standing_out(self, colour: Colour, contrast: f64) -> Colour {
        let ways: [fn(Colour) -> Colour; 2] = if self.is_dark() {
            [Colour::brighter, Colour::darker]
        } else {
            [Colour::darker, Colour::brighter]
        };
        let shades = ways.map(|way| colour.standing_out(self.0, contrast, way));
        let found = shades
            .into_iter()
            .find(|shade| shade.contrast(self.0) >= contrast);
        found.unwrap_or(self.1)
    }

    /// What is set off from the surface.
    fn soft(self) -> Colour {
        self.0.toward(self.1)
    }

    /// The page around the surface: the surface stands out as the lighter of both.
    fn around(self) -> Colour {
        if self.is_dark() {
            (0..6).fold(self.0, |shade, _| shade.darker())
        } else {
            self.soft()
        }
    }

    /// Words that are less important than others: nearer to the ground, and readable.
    fn muted(self) -> Colour {
        let mut shade = self.1;
        for _ in 0..7 {
            let next = shade.toward(self.0);
            let grounds = [self.soft(), self.around()];
            if grounds
                .into_iter()
                .any(|ground| next.contrast(ground) < TEXT_CONTRAST)
            {
                break;
            }
            shade = next;
        }
        shade
    }
}

/// The colours of one scheme.
#[derive(Clone, Copy)]
struct Palette {
    ground: Ground,
    accent: Colour,
    on_accent: Colour,
}

impl Look {
    /// From a merchant's accent and settings; what cannot be read is as if missing.
    #[must_use]
    pub fn of(accent: Option<&str>, panel: &Panel) -> Self {
        let colour = |text: &Option<String>| text.as_deref().and_then(Colour::parse);
        Self {
            accent: accent.and_then(Colour::parse),
            on_accent: colour(&panel.on_accent),
            surface: colour(&panel.surface),
            text: colour(&panel.text),
            dark_surface: colour(&panel.dark_surface),
            dark_text: colour(&panel.dark_text),
            radius: panel.radius,
            font: panel.font.clone(),
            scheme: panel.scheme,
            side: panel.side,
        }
    }

    /// The light and the dark palette; where only one is to be had, it is both. A
    /// surface that is called light and is dark makes a dark look, since all else
    /// that is drawn on it has to be.
    fn palettes(&self) -> (Palette, Palette) {
        let light = Ground::of(self.surface, self.text, LIGHT);
        let dark = Ground::of(self.dark_surface, self.dark_text, DARK);
        let (light, dark) = match self.scheme {
            Scheme::Light => (light, light),
            Scheme::Dark => (dark, dark),
            Scheme::Auto if light.is_dark() => (light, light),
            Scheme::Auto if !dark.is_dark() => (dark, dark),
            Scheme::Auto => (light, dark),
        };
        (self.palette(light), self.palette(dark))
    }

    fn palette(&self, ground: Ground) -> Palette {
        let wanted = self.accent.unwrap_or(Accent::default().colour());
        let accent = ground.standing_out(wanted, CONTROL_CONTRAST);
        let on_accent = self
            .on_accent
            .filter(|words| words.contrast(accent) >= TEXT_CONTRAST)
            .unwrap_or_else(|| accent.words_upon());
        Palette {
            ground,
            accent,
            on_accent,
        }
    }

    /// Corners and fonts, where the merchant said something, as declarations.
    fn shape(&self, prefix: &str) -> String {
        let mut css = String::new();
        if let Some(radius) = self.radius {
            // Writing into a string can't fail.
            let _ = write!(css, "--{prefix}radius:{}px;", radius.min(LARGEST_RADIUS));
        }
        if let Some(fonts) = self.font.as_deref().and_then(families) {
            let _ = write!(css, "--{prefix}font:{fonts};");
        }
        css
    }

    /// What stands before every style of panel, banner and launcher: `--a`, `--o`, and
    /// where the merchant says so `--surface`, `--text`, `--radius`, `--font` and the
    /// scheme. The shop's own `--gv-accent` and `--gv-on-accent` win.
    #[must_use]
    pub fn theme_css(&self) -> String {
        let (light, dark) = self.palettes();
        let has_ground =
            self.surface.or(self.text).is_some() || self.dark_surface.or(self.dark_text).is_some();
        let colours = |pick: &dyn Fn(fn(Palette) -> Colour) -> String| {
            let mut css = format!(
                "--a:var(--gv-accent,{});--o:var(--gv-on-accent,{});",
                pick(|palette| palette.accent),
                pick(|palette| palette.on_accent),
            );
            if has_ground {
                let _ = write!(
                    css,
                    "--surface:{};--text:{};",
                    pick(|palette| palette.ground.0),
                    pick(|palette| palette.ground.1),
                );
            }
            css
        };
        let alone = colours(&|of| of(light).to_string());
        let both = colours(&|of| match (of(light), of(dark)) {
            (light, dark) if light == dark => light.to_string(),
            (light, dark) => format!("light-dark({light},{dark})"),
        });
        let mut css = format!(":host{{{alone}{}", self.shape(""));
        if let Some(only) = only(light, dark) {
            // The panel's own sheet, which follows, lets the shopper choose.
            let _ = write!(css, "color-scheme:{only}!important;");
        }
        css.push('}');
        if both != alone {
            let _ = write!(
                css,
                "@supports (color:light-dark(red,red)){{:host{{{both}}}}}"
            );
        }
        css
    }

    /// The launcher's whole style, without the theme: a link with words and a button
    /// that hides it, in a shadow root.
    #[must_use]
    pub fn launcher_css(&self) -> String {
        let side = match self.side {
            Side::End => "inset-inline-end",
            Side::Start => "inset-inline-start",
        };
        format!(":host{{{side}:16px;{LAUNCHER}")
    }

    /// A stylesheet for the plain page, after `page.css`: all of its custom properties.
    #[must_use]
    pub fn page_css(&self) -> String {
        let (light, dark) = self.palettes();
        let mut css = format!(":root{{{}{}", light.page(), self.shape("gv-"));
        if let Some(only) = only(light, dark) {
            let _ = writeln!(css, "color-scheme:{only}}}");
        } else {
            let dark = dark.page();
            let _ = writeln!(
                css,
                "}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
            );
        }
        css
    }
}

/// `light` or `dark` where there is no choice.
fn only(light: Palette, dark: Palette) -> Option<&'static str> {
    match (light.ground.is_dark(), dark.ground.is_dark()) {
        (false, true) => None,
        (true, _) => Some("dark"),
        (false, false) => Some("light"),
    }
}

impl Palette {
    fn page(self) -> String {
        let Ground(surface, text) = self.ground;
        // Words of a colour stand on the surface and beside it.
        let words = |colour| {
            let around = Ground(self.ground.around(), text);
            let shade = self.ground.standing_out(colour, TEXT_CONTRAST);
            around.standing_out(shade, TEXT_CONTRAST)
        };
        format!(
            "--gv-surface:{surface};--gv-text:{text};--gv-ground:{};--gv-soft:{};--gv-muted:{};--gv-line:{};\
             --gv-accent:{};--gv-on-accent:{};--gv-accent-text:{};--gv-good:{};--gv-bad:{};",
            self.ground.around(),
            self.ground.soft(),
            self.ground.muted(),
            self.ground.soft().toward(text).toward(text),
            self.accent,
            self.on_accent,
            words(self.accent),
            words(GOOD),
            words(BAD),
        )
    }
}

/// All of the launcher but its side. The gift is drawn by a clipped box, so that no
/// picture is loaded; forced colours paint boxes over, so it names its own. Nothing
/// moves, so there is nothing to leave out for who wants less motion.
const LAUNCHER: &str = "\
position:fixed;z-index:999999;bottom:calc(16px + env(safe-area-inset-bottom,0px));\
max-width:calc(100vw - 32px);border-radius:24px;background:var(--a);color:var(--o);\
box-shadow:0 4px 16px #0004;font:600 15px/1.3 var(--gv-font,var(--font,system-ui,sans-serif))}\
aside{display:flex}\
a,button{all:unset;box-sizing:border-box;display:flex;align-items:center;min-height:48px;\
border-radius:24px;cursor:pointer;-webkit-tap-highlight-color:transparent}\
a{gap:8px;min-width:0;padding-block:8px;padding-inline:18px 12px;overflow-wrap:anywhere}\
a:before{content:\"\";flex:none;width:18px;height:18px;background:currentColor;\
clip-path:path(\"M0 5h18v4H0zm1 5h7v8H1zm9 0h7v8h-7zM3 0v4h12V0L9 4z\")}\
button{flex:none;justify-content:center;width:48px;font-size:20px;line-height:1;position:relative}\
button:before{content:\"\";position:absolute;inset-block:12px;inset-inline-start:0;\
border-inline-start:1px solid;opacity:.4}\
a:hover,button:hover{background:#0002}\
:focus-visible{position:relative;z-index:1;outline:2px solid var(--a);outline-offset:2px;\
box-shadow:0 0 0 2px #fff}\
[aria-busy=true]{opacity:.7;cursor:progress}\
@media (forced-colors:active){:host{border:1px solid}\
a:before{forced-color-adjust:none;background:LinkText}}\
@media print{:host{display:none}}";

/// A list of fonts put together again: known generic names as they are, all others in
/// quotes, of letters, digits, spaces and hyphens only. `None` where nothing is left.
fn families(text: &str) -> Option<String> {
    let mut list: Vec<String> = Vec::new();
    for name in text.split(',').take(MOST_FONTS) {
        let name = name.trim().trim_matches(['"', '\'']).trim();
        let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
        let sound =
            !name.is_empty() && name.chars().count() <= LONGEST_FONT && name.chars().all(plain);
        if !sound {
            continue;
        }
        let lower = name.to_ascii_lowercase();
        if GENERIC.contains(&lower.as_str()) {
            list.push(lower);
        } else {
            list.push(format!("\"{name}\""));
        }
    }
    (!list.is_empty()).then(|| list.join(","))
}

#[cfg(test)]
#[path = "look_tests.rs"]
mod tests;
