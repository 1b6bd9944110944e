//! The picture of a link's preview, 1200 by 630: the amount in very large type on the
//! merchant's colour, a gift above it, the shop's name below.
//!
//! Everything that matters stands within the middle square, since WhatsApp, Slack and
//! iMessage cut it out where they have little room. PNG is what previewers take; SVG
//! is for pages. Guarantees: words upon the colour have a contrast of 4.5 at least
//! ([`crate::Accent`]); what the font cannot write is left out rather than shown as
//! boxes, down to the gift alone.

mod font;
mod gift;
mod raster;

use std::fmt::Write as _;

use crate::Accent;
use crate::friend::{Invitation, PICTURE_HEIGHT, PICTURE_WIDTH};
use font::Font;

/// Room for words on either side.
const MARGIN: f32 = 90.0;
/// Room for words within the middle square.
const SQUARE: f32 = 610.0;
/// Sizes of the large words with the most lines of each, and whether they stay within
/// the middle square. What is too long for it takes the whole width.
const SIZES: [(f32, usize, bool); 8] = [
    (300.0, 1, true),
    (250.0, 1, true),
    (200.0, 1, true),
    (165.0, 2, true),
    (130.0, 2, true),
    (110.0, 2, false),
    (86.0, 3, false),
    (70.0, 3, false),
];
/// Sizes of the small words, which have one line.
const SMALL: [f32; 3] = [50.0, 42.0, 36.0];

/// A line of words in its place, centred.
struct Line {
    text: String,
    size: f32,
    baseline: f32,
}

/// A picture, laid out.
pub struct Picture {
    accent: Accent,
    lines: Vec<Line>,
    /// Left, top and side of the gift.
    gift: (f32, f32, f32),
    font: Font,
}

impl Picture {
    /// The picture of an offer; `None` when the font cannot be read, which tests rule
    /// out.
    #[must_use]
    pub fn of(invitation: &Invitation) -> Option<Self> {
        let font = Font::load()?;
        let (width, height) = (pixels(PICTURE_WIDTH), pixels(PICTURE_HEIGHT));
        let room = width - 2.0 * MARGIN;
        let writable = |text: &String| font.can_write(text);
        let gift = invitation.gift().filter(writable);
        let shop = Some(invitation.brand.shop()).filter(writable);
        let (large, small) = match gift {
            Some(gift) => (Some(gift), shop),
            None => (shop, None),
        };
        let (size, wrapped) = large
            .map(|text| fit(&font, &text, room))
            .unwrap_or_default();
        let leading = size * 0.92;
        let count = u16::try_from(wrapped.len()).unwrap_or_default();
        let block = leading * f32::from(count);
        let side = if wrapped.is_empty() {
            320.0
        } else {
            (height - block - 230.0).clamp(110.0, 170.0)
        };
        let small = small.map(|text| one_line(&font, &text, room));
        let foot = if small.is_some() { 100.0 } else { 0.0 };
        let gap = if wrapped.is_empty() { 0.0 } else { 24.0 };
        let top = (height - side - gap - block - foot) / 2.0;
        let mut baseline = top + side + gap - size * 0.2;
        let mut lines = Vec::new();
        for text in wrapped {
            baseline += leading;
            lines.push(Line {
                text,
                size,
                baseline,
            });
        }
        if let Some((size, text)) = small {
            baseline = top + side + gap + block + foot * 0.72;
            lines.push(Line {
                text,
                size,
                baseline,
            });
        }
        Some(Self {
            accent: invitation.brand.accent,
            lines,
            gift: ((width - side) / 2.0, top, side),
            font,
        })
    }

    /// As PNG: one byte a pixel, a palette from the colour to that of its words.
    ///
    /// # Errors
    /// When it cannot be written, which tests rule out.
    pub fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut canvas = raster::Canvas::new(PICTURE_WIDTH, PICTURE_HEIGHT);
        canvas.gift(self.gift);
        for line in &self.lines {
            let left = (pixels(PICTURE_WIDTH) - self.font.width(&line.text, line.size)) / 2.0;
            canvas.write(&self.font, &line.text, line.size, left, line.baseline);
        }
        canvas.png(self.accent)
    }

    /// As SVG, in the reader's own sans-serif.
    #[must_use]
    pub fn svg(&self) -> String {
        let (left, top, side) = self.gift;
        let (ground, ink) = (self.accent.colour(), self.accent.on_accent());
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {PICTURE_WIDTH} {PICTURE_HEIGHT}\">\
             <path fill=\"{ground}\" d=\"M0 0h{PICTURE_WIDTH}v{PICTURE_HEIGHT}H0z\"/>\
             <g fill=\"{ink}\" font-family=\"Inter,system-ui,sans-serif\" font-weight=\"700\" \
             text-anchor=\"middle\"><path transform=\"translate({left} {top}) scale({})\" d=\"{}\"/>",
            side / gift::GRID,
            gift::path(),
        );
        for line in &self.lines {
            // In a String: it cannot fail.
            let _ = write!(
                svg,
                "<text x=\"{}\" y=\"{}\" font-size=\"{}\">",
                PICTURE_WIDTH / 2,
                line.baseline,
                self.font.em(line.size),
            );
            for letter in line.text.chars() {
                match letter {
                    '&' => svg.push_str("&amp;"),
                    '<' => svg.push_str("&lt;"),
                    '>' => svg.push_str("&gt;"),
                    letter => svg.push(letter),
                }
            }
            svg.push_str("</text>");
        }
        svg.push_str("</g></svg>");
        svg
    }
}

/// The largest size at which a text has room, and its lines.
fn fit(font: &Font, text: &str, room: f32) -> (f32, Vec<String>) {
    let mut last = (0.0, Vec::new());
    for (size, most, square) in SIZES {
        let room = if square { SQUARE } else { room };
        let lines = wrap(font, text, size, room);
        let fits = lines.len() <= most && lines.iter().all(|line| font.width(line, size) <= room);
        if fits {
            return (size, lines);
        }
        last = (size, lines.into_iter().take(most).collect());
    }
    let (size, lines) = last;
    let cut = lines.iter().map(|line| shorten(font, line, size, room));
    (size, cut.collect())
}

/// Words in as many lines as they need. Spaces that do not break keep their words
/// together.
fn wrap(font: &Font, text: &str, size: f32, room: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if font.width(&format!("{line} {word}"), size) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn one_line(font: &Font, text: &str, room: f32) -> (f32, String) {
    let fitting = SMALL.iter().find(|size| font.width(text, **size) <= room);
    match (fitting, SMALL.last()) {
        (Some(size), _) => (*size, text.to_owned()),
        (None, last) => {
            let size = last.copied().unwrap_or_default();
            (size, shorten(font, text, size, room))
        }
    }
}

/// The text, cut with an ellipsis where it is too long.
fn shorten(font: &Font, text: &str, size: f32, room: f32) -> String {
    if font.width(text, size) <= room {
        return text.to_owned();
    }
    let mut letters: Vec<char> = text.chars().collect();
    loop {
        let kept: String = letters.iter().collect();
        let cut = format!("{}…", kept.trim_end());
        if letters.pop().is_none() || font.width(&cut, size) <= room {
            return cut;
        }
    }
}

fn pixels(count: u32) -> f32 {
    u16::try_from(count).map_or(f32::from(u16::MAX), f32::from)
}
