//! QR codes (ISO/IEC 18004) of links, as SVG and PNG.
//!
//! Error correction Q: a quarter of the code may be dirty, scratched or under a
//! thumb. The quiet zone of four modules is part of the picture: readers need it,
//! and who puts the picture somewhere should not have to know.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code, by the standard.
pub const QUIET: usize = 4;
/// Least pixels on a side of a PNG: enough to print it 43 mm wide at 300 dpi.
const LEAST_PIXELS: usize = 512;

/// A QR code.
pub struct Qr {
    /// Modules on a side, without the quiet zone.
    width: usize,
    dark: Vec<bool>,
}

impl Qr {
    /// The code of a text; `None` when it is too long for one (1,663 bytes).
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::Q).ok()?;
        let width = code.width();
        let dark = code.into_colors();
        let dark = dark.into_iter().map(|colour| colour == Color::Dark);
        Some(Self {
            width,
            dark: dark.collect(),
        })
    }

    /// Modules on a side, quiet zone included.
    #[must_use]
    pub const fn side(&self) -> usize {
        self.width + 2 * QUIET
    }

    /// Whether a module is dark; the quiet zone counts.
    fn is_dark(&self, x: usize, y: usize) -> bool {
        let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < self.width);
        match (inside(x), inside(y)) {
            (Some(x), Some(y)) => self.dark.get(y * self.width + x).copied().unwrap_or(false),
            _ => false,
        }
    }

    /// The dark modules as an SVG path: a bar for each run of a line, from the end of
    /// the one before, a module being one unit.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = String::new();
        let (mut at_x, mut at_y) = (0, 0);
        for y in 0..self.side() {
            let mut x = 0;
            while x < self.side() {
                let run = (x..self.side()).take_while(|x| self.is_dark(*x, y)).count();
                if run > 0 {
                    let (dx, dy) = (offset(at_x, x), offset(at_y, y));
                    // In a String: it cannot fail.
                    let _ = write!(path, "m{dx} {dy}h{run}v1h-{run}");
                    (at_x, at_y) = (x, y + 1);
                }
                x += run.max(1);
            }
        }
        path
    }

    /// The picture as SVG, of no size of its own.
    #[must_use]
    pub fn svg(&self) -> String {
        let side = self.side();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
             shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
             <path d=\"{}\"/></svg>",
            self.path()
        )
    }

    /// The picture as PNG of one bit a pixel, at least 512 pixels on a side and a
    /// whole number of them a module.
    ///
    /// # Errors
    /// When it cannot be written, which tests rule out.
    pub fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let scale = LEAST_PIXELS.div_ceil(self.side());
        let pixels = self.side() * scale;
        let mut data = Vec::with_capacity(pixels * pixels.div_ceil(8));
        for y in 0..self.side() {
            let mut line = vec![0_u8; pixels.div_ceil(8)];
            for x in (0..pixels).filter(|x| !self.is_dark(x / scale, y)) {
                if let Some(byte) = line.get_mut(x / 8) {
                    *byte |= 0x80 >> (x % 8);
                }
            }
            for _ in 0..scale {
                data.extend_from_slice(&line);
            }
        }
        let size = u32::try_from(pixels).unwrap_or_default();
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, size, size);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&data)?;
        writer.finish()?;
        Ok(file)
    }
}

/// How far it is from one place to another, as a path writes it.
fn offset(from: usize, to: usize) -> String {
    if to >= from {
        (to - from).to_string()
    } else {
        format!("-{}", from - to)
    }
}
