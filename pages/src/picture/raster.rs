//! Outlines to pixels.

use ab_glyph_rasterizer::{Point, Rasterizer, point};

use super::font::Font;
use super::gift::{GRID, STEPS, Step};
use crate::Accent;

/// What is being drawn: how much of each pixel is covered by ink.
pub struct Canvas {
    width: u32,
    height: u32,
    ink: Rasterizer,
}

impl Canvas {
    /// An empty one.
    pub fn new(width: u32, height: u32) -> Self {
        let size = |pixels: u32| usize::try_from(pixels).unwrap_or_default();
        Self {
            width,
            height,
            ink: Rasterizer::new(size(width), size(height)),
        }
    }

    /// Draws the gift at a place: left, top, side.
    pub fn gift(&mut self, (left, top, side): (f32, f32, f32)) {
        let scale = side / GRID;
        let place = |x: f32, y: f32| point(left + x * scale, top + y * scale);
        let mut pen: Point = place(0.0, 0.0);
        for step in STEPS {
            pen = match step {
                Step::To(x, y) => place(x, y),
                Step::Line(x, y) => {
                    self.ink.draw_line(pen, place(x, y));
                    place(x, y)
                }
                Step::Bend(cx, cy, x, y) => {
                    self.ink.draw_quad(pen, place(cx, cy), place(x, y));
                    place(x, y)
                }
            };
        }
    }

    /// Writes a text from its left end on its baseline.
    pub fn write(&mut self, font: &Font, text: &str, size: f32, left: f32, baseline: f32) {
        font.draw(text, size, left, baseline, &mut self.ink);
    }

    /// As PNG. Sixteen shades are enough for smooth edges and make half a byte a pixel.
    pub fn png(&self, accent: Accent) -> Result<Vec<u8>, png::EncodingError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Four);
        encoder.set_palette(accent.shades().concat());
        // What lies below its like becomes zeros, which the fast way packs as well as
        // the slow one does.
        encoder.set_compression(png::Compression::Fast);
        encoder.set_filter(png::Filter::Up);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.packed())?;
        writer.finish()?;
        Ok(file)
    }

    /// Two pixels a byte; the width is even.
    fn packed(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut first = None;
        self.ink.for_each_pixel(|_, covered| {
            let shade = shade(covered);
            match first.take() {
                None => first = Some(shade),
                Some(high) => bytes.push(high << 4 | shade),
            }
        });
        bytes
    }
}

/// Where outlines lie upon each other they add up.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to 15"
)]
fn shade(covered: f32) -> u8 {
    // Half a shade more and cut off: wasm has no instruction that rounds so.
    (covered.abs().min(1.0) * 15.0 + 0.5) as u8
}
