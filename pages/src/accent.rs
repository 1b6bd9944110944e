//! A merchant's colour, and everything that follows from it: the colour of the
//! words upon it, and shades of it that stay readable on light and dark ground.
//!
//! An [`Accent`] is three bytes and a few more, never free text, so it can stand
//! in a mail's style attribute and in a stylesheet without escaping.

use core::fmt;

/// WCAG 2.2, 1.4.3: text against its ground.
pub(crate) const TEXT_CONTRAST: f64 = 4.5;
/// WCAG 2.2, 1.4.11: a control against what surrounds it.
pub(crate) const CONTROL_CONTRAST: f64 = 3.0;

/// The shoppers' pages: `--gv-surface` in `www/assets/ui/page.css`.
const LIGHT_SURFACE: Colour = Colour(255, 255, 255);
const DARK_SURFACE: Colour = Colour(33, 30, 27);
pub(crate) const WHITE: Colour = Colour(255, 255, 255);
pub(crate) const BLACK: Colour = Colour(0, 0, 0);

/// A colour of eight bits a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub(crate) u8, pub(crate) u8, pub(crate) u8);

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl Colour {
    /// Reads `#1f5c4d` or `1f5c4d`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let channel = |from| u8::from_str_radix(digits.get(from..from + 2)?, 16).ok();
        Some(Self(channel(0)?, channel(2)?, channel(4)?))
    }

    /// Relative luminance by WCAG 2.2.
    pub(crate) fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast ratio by WCAG 2.2, 1 to 21.
    pub(crate) fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// One twentieth of the way to another colour.
    pub(crate) fn toward(self, other: Self) -> Self {
        let step = |from: u8, to: u8| {
            let (from, to) = (u16::from(from), u16::from(to));
            u8::try_from((from * 19 + to + 10) / 20).unwrap_or(u8::MAX)
        };
        Self(
            step(self.0, other.0),
            step(self.1, other.1),
            step(self.2, other.2),
        )
    }

    /// A step brighter: of the same hue while there is room, then paler.
    pub(crate) fn brighter(self) -> Self {
        let brightest = self.0.max(self.1).max(self.2);
        if !(8..=235).contains(&brightest) {
            return self.toward(WHITE);
        }
        let step = |channel: u8| {
            u8::try_from(u16::from(channel) * 27 / 25 + u16::from(channel > 0)).unwrap_or(u8::MAX)
        };
        Self(step(self.0), step(self.1), step(self.2))
    }

    /// A step darker.
    pub(crate) fn darker(self) -> Self {
        self.toward(BLACK)
    }

    /// The nearest shade that stands out from a ground, going one way.
    pub(crate) fn standing_out(self, ground: Self, contrast: f64, go: fn(Self) -> Self) -> Self {
        let mut shade = self;
        for _ in 0..120 {
            if shade.contrast(ground) >= contrast {
                return shade;
            }
            shade = go(shade);
        }
        shade
    }

    /// White where it can be read, else black: one of both always can.
    pub(crate) fn words_upon(self) -> Self {
        if self.contrast(WHITE) >= TEXT_CONTRAST {
            WHITE
        } else {
            BLACK
        }
    }
}

/// A merchant's accent colour with the colour of words upon it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    colour: Colour,
    on_accent: Colour,
}

impl Default for Accent {
    /// Grape: Grapevine's own, where no merchant's applies.
    fn default() -> Self {
        Self {
            colour: Colour(0x5b, 0x2a, 0x86),
            on_accent: WHITE,
        }
    }
}

impl Accent {
    /// From a merchant's settings. A missing or unreadable colour gives the
    /// default; a colour for words that nobody could read upon it is replaced.
    #[must_use]
    pub fn new(accent: &str, on_accent: Option<&str>) -> Self {
        let Some(colour) = Colour::parse(accent) else {
            return Self::default();
        };
        let on_accent = on_accent
            .and_then(Colour::parse)
            .filter(|words| words.contrast(colour) >= TEXT_CONTRAST)
            .unwrap_or_else(|| colour.words_upon());
        Self { colour, on_accent }
    }

    /// The colour itself.
    #[must_use]
    pub const fn colour(self) -> Colour {
        self.colour
    }

    /// The colour of words upon it.
    #[must_use]
    pub const fn on_accent(self) -> Colour {
        self.on_accent
    }

    /// Sixteen shades from the colour to that of words upon it, for smooth edges; red,
    /// green, blue.
    pub(crate) fn shades(self) -> [[u8; 3]; 16] {
        let mix = |from: u8, to: u8, part: u16| {
            let sum = u16::from(from) * (15 - part) + u16::from(to) * part;
            u8::try_from((sum + 7) / 15).unwrap_or(u8::MAX)
        };
        let (ground, ink) = (self.colour, self.on_accent);
        let mut part = 0;
        [(); 16].map(|()| {
            let shade = [
                mix(ground.0, ink.0, part),
                mix(ground.1, ink.1, part),
                mix(ground.2, ink.2, part),
            ];
            part += 1;
            shade
        })
    }

    /// A shade of it that can be read on a light ground.
    #[must_use]
    pub fn words_on_light(self) -> Colour {
        self.colour
            .standing_out(LIGHT_SURFACE, TEXT_CONTRAST, Colour::darker)
    }

    /// A shade of it that can be read on a dark ground.
    #[must_use]
    pub fn words_on_dark(self) -> Colour {
        self.colour
            .standing_out(DARK_SURFACE, TEXT_CONTRAST, Colour::brighter)
    }

    /// Where the stylesheet of this accent is served: `/ui/accent/{name}.css`.
    #[must_use]
    pub fn stylesheet_path(self) -> String {
        format!("/ui/accent/{}.css", self.stylesheet_name())
    }

    fn stylesheet_name(self) -> String {
        format!("{}-{}", self.colour, self.on_accent).replace('#', "")
    }

    /// The stylesheet for `GET /ui/accent/{name}.css`, `text/css`. Its content
    /// follows from its name alone, so it may be kept for ever. `None` when the
    /// name is not one that [`Accent::stylesheet_path`] gives: answer 404.
    #[must_use]
    pub fn stylesheet(name: &str) -> Option<String> {
        let (accent, on_accent) = name.split_once('-')?;
        let accent = Self::new(Colour::parse(accent)?.to_string().as_str(), Some(on_accent));
        (accent.stylesheet_name() == name).then(|| accent.css())
    }

    fn css(self) -> String {
        let dark = self
            .colour
            .standing_out(DARK_SURFACE, CONTROL_CONTRAST, Colour::brighter);
        let on_dark = if dark == self.colour {
            self.on_accent
        } else {
            dark.words_upon()
        };
        format!(
            ":root{{--gv-accent:{};--gv-on-accent:{};--gv-accent-text:{}}}\n\
             @media (prefers-color-scheme:dark){{:root{{--gv-accent:{dark};\
             --gv-on-accent:{on_dark};--gv-accent-text:{}}}}}\n",
            self.colour,
            self.on_accent,
            self.words_on_light(),
            self.words_on_dark(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    pub(crate) fn words_upon_any_accent_can_be_read() {
        for red in (0..=255).step_by(15) {
            for green in (0..=255).step_by(15) {
                for blue in (0..=255).step_by(15) {
                    let accent = Accent::new(&format!("#{red:02x}{green:02x}{blue:02x}"), None);
                    assert!(
                        accent.colour.contrast(accent.on_accent) >= TEXT_CONTRAST,
                        "{accent:?}"
                    );
                    assert!(accent.words_on_light().contrast(LIGHT_SURFACE) >= TEXT_CONTRAST);
                    assert!(accent.words_on_dark().contrast(DARK_SURFACE) >= TEXT_CONTRAST);
                }
            }
        }
    }

    #[test]
    fn a_merchants_unreadable_choice_is_replaced() {
        assert_eq!(Accent::new("#ffe066", Some("#ffffff")).on_accent, BLACK);
        assert_eq!(
            Accent::new("#1f5c4d", Some("#fff8e7"))
                .on_accent
                .to_string(),
            "#fff8e7"
        );
        assert_eq!(
            Accent::new("red;background:url(x)", None),
            Accent::default()
        );
        assert_eq!(Accent::new("#é5c4d", None), Accent::default());
    }

    #[test]
    fn the_stylesheet_answers_to_its_own_name_only() {
        let accent = Accent::new("#1f5c4d", None);
        assert_eq!(accent.stylesheet_path(), "/ui/accent/1f5c4d-ffffff.css");
        let css = Accent::stylesheet("1f5c4d-ffffff").unwrap();
        assert!(
            css.starts_with(":root{--gv-accent:#1f5c4d;--gv-on-accent:#ffffff"),
            "{css}"
        );
        for wrong in [
            "",
            "1f5c4d",
            "1f5c4d-fffff",
            "1F5C4D-ffffff",
            "1f5c4d-1f5c4e",
            "}-{",
        ] {
            assert_eq!(Accent::stylesheet(wrong), None, "{wrong}");
        }
    }
}
