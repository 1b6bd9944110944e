//! The one font of pictures: Inter Bold, a subset (`fonts/README.md`).

use ab_glyph_rasterizer::{Point, Rasterizer, point};
use ttf_parser::{Face, OutlineBuilder};

static BYTES: &[u8] = include_bytes!("../../fonts/inter-bold-subset.ttf");

/// The font.
pub struct Font(Face<'static>);

impl Font {
    /// Reads the font that is part of the program.
    pub fn load() -> Option<Self> {
        Face::parse(BYTES, 0).ok().map(Self)
    }

    /// Whether it has every letter of a text. Scripts that join or turn their letters
    /// are not in it.
    pub fn can_write(&self, text: &str) -> bool {
        !text.is_empty()
            && text
                .chars()
                .all(|letter| self.0.glyph_index(letter).is_some())
    }

    /// Pixels a unit of the font at a size: the height from ascender to descender.
    fn scale(&self, size: f32) -> f32 {
        size / f32::from(self.0.height()).max(1.0)
    }

    /// How wide a text is at a size.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        let advance = |letter| {
            let glyph = self.0.glyph_index(letter)?;
            self.0.glyph_hor_advance(glyph)
        };
        let units = text.chars().filter_map(advance).map(f32::from).sum::<f32>();
        units * self.scale(size)
    }

    /// The size as CSS counts it: of the em.
    pub fn em(&self, size: f32) -> f32 {
        (self.scale(size) * f32::from(self.0.units_per_em())).round()
    }

    /// Draws a text from its left end on its baseline.
    pub fn draw(&self, text: &str, size: f32, left: f32, baseline: f32, ink: &mut Rasterizer) {
        let scale = self.scale(size);
        let mut pen = Pen {
            left,
            baseline,
            scale,
            start: point(left, baseline),
            at: point(left, baseline),
            ink,
        };
        for letter in text.chars() {
            let Some(glyph) = self.0.glyph_index(letter) else {
                continue;
            };
            self.0.outline_glyph(glyph, &mut pen);
            let advance = self.0.glyph_hor_advance(glyph).unwrap_or_default();
            pen.left += f32::from(advance) * scale;
        }
    }
}

/// Carries a glyph's outline to its place.
struct Pen<'a> {
    left: f32,
    baseline: f32,
    scale: f32,
    start: Point,
    at: Point,
    ink: &'a mut Rasterizer,
}

impl Pen<'_> {
    fn place(&self, x: f32, y: f32) -> Point {
        point(self.left + x * self.scale, self.baseline - y * self.scale)
    }
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.at = self.place(x, y);
        self.start = self.at;
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.place(x, y);
        self.ink.draw_line(self.at, to);
        self.at = to;
    }

    fn quad_to(&mut self, by_x: f32, by_y: f32, x: f32, y: f32) {
        let to = self.place(x, y);
        self.ink.draw_quad(self.at, self.place(by_x, by_y), to);
        self.at = to;
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let to = self.place(x, y);
        self.ink
            .draw_cubic(self.at, self.place(x1, y1), self.place(x2, y2), to);
        self.at = to;
    }

    fn close(&mut self) {
        self.ink.draw_line(self.at, self.start);
        self.at = self.start;
    }
}
