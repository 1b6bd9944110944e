//! Pictures as files, and whether two of them show the same.
//!
//! Guarantees: what another font rasteriser or a rounded half pixel does to letters makes
//! no difference; an element that is missing, has moved by 8 px or has another colour
//! does. Kept pictures have half the size and few colours, so that many of them fit.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};

/// Side of the windows that are compared, in kept pixels: about a letter's height.
const WINDOW: usize = 6;
/// How far a window moves on.
const STEP: usize = 2;
/// How far the mean colours of a window may lie apart, of 255.
const FAR: u32 = 20;
/// So many windows may differ.
const FEW: usize = 5;
/// How far sizes may lie apart, in kept pixels: what rounding does.
const ROUNDING: usize = 1;
/// Colours of a kept picture.
const COLOURS: usize = 48;

/// A picture without transparency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

/// In what two pictures differ.
#[derive(Debug)]
pub struct Difference {
    /// For a person.
    pub what: String,
    /// The new picture, pale, with red where it differs.
    pub map: Picture,
}

impl Picture {
    /// Reads a PNG.
    pub fn read(png: &[u8]) -> Result<Self> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
        let mut reader = decoder.read_info().context("a PNG")?;
        let size = reader.output_buffer_size().context("a picture's size")?;
        let mut bytes = vec![0; size];
        let info = reader.next_frame(&mut bytes).context("a PNG's pixels")?;
        let samples = info.color_type.samples();
        let pixels = bytes
            .chunks_exact(samples)
            .map(|sample| match *sample {
                [red, green, blue, ..] => [red, green, blue],
                [grey, ..] => [grey; 3],
                [] => [0; 3],
            })
            .collect();
        Ok(Self {
            width: usize::try_from(info.width)?,
            height: usize::try_from(info.height)?,
            pixels,
        })
    }

    /// Writes a PNG with a palette.
    pub fn write(&self) -> Result<Vec<u8>> {
        let mut palette = BTreeMap::new();
        for pixel in &self.pixels {
            let next = palette.len();
            palette.entry(*pixel).or_insert(next);
        }
        let mut png = Vec::new();
        let (width, height) = (u32::try_from(self.width)?, u32::try_from(self.height)?);
        let mut encoder = png::Encoder::new(&mut png, width, height);
        encoder.set_compression(png::Compression::High);
        encoder.set_depth(png::BitDepth::Eight);
        if palette.len() > 256 {
            encoder.set_color(png::ColorType::Rgb);
            encoder
                .write_header()?
                .write_image_data(self.pixels.as_flattened())?;
            return Ok(png);
        }
        let mut colours: Vec<_> = palette
            .iter()
            .map(|(colour, place)| (place, colour))
            .collect();
        colours.sort();
        let colours: Vec<u8> = colours
            .into_iter()
            .flat_map(|(_, colour)| *colour)
            .collect();
        let places = self.pixels.iter().filter_map(|pixel| palette.get(pixel));
        let places = places.map(|place| u8::try_from(*place));
        let places = places.collect::<Result<Vec<u8>, _>>()?;
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_filter(png::Filter::NoFilter);
        encoder.set_palette(colours);
        encoder.write_header()?.write_image_data(&places)?;
        Ok(png)
    }

    /// As it is kept: half the size, few colours.
    pub fn to_keep(&self) -> Result<Self> {
        let mut half = self.halved();
        // Most pixels are like the one before.
        let mut colours = half.pixels.clone();
        colours.dedup();
        colours.sort_unstable();
        colours.dedup();
        for levels in [52, 36, 26, 18, 12, 8, 6, 4, 2] {
            let few: BTreeMap<_, _> = colours
                .iter()
                .map(|colour| (*colour, nearest(*colour, levels)))
                .collect();
            if few.values().collect::<BTreeSet<_>>().len() > COLOURS {
                continue;
            }
            let mut last = ([0; 3], nearest([0; 3], levels));
            for pixel in &mut half.pixels {
                if *pixel != last.0 {
                    last = (*pixel, few.get(pixel).copied().unwrap_or_default());
                }
                *pixel = last.1;
            }
            return Ok(half);
        }
        bail!("more colours than can be")
    }

    fn halved(&self) -> Self {
        let mut pixels = Vec::with_capacity(self.pixels.len() / 4);
        for rows in self.pixels.chunks(self.width * 2) {
            let (upper, lower) = rows.split_at(self.width.min(rows.len()));
            // The last row of an odd number stands for two.
            let lower = if lower.is_empty() { upper } else { lower };
            for (upper, lower) in upper.chunks(2).zip(lower.chunks(2)) {
                pixels.push(middle(upper, lower));
            }
        }
        Self {
            width: self.width.div_ceil(2),
            height: self.height.div_ceil(2),
            pixels,
        }
    }

    /// A pixel; beyond the edge, the nearest one.
    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let (x, y) = (
            x.min(self.width.saturating_sub(1)),
            y.min(self.height.saturating_sub(1)),
        );
        self.pixels
            .get(y * self.width + x)
            .copied()
            .unwrap_or_default()
    }

    /// The mean colour of a square.
    fn mean(&self, x: usize, y: usize, side: usize) -> [u8; 3] {
        let mut sums = [0_u32; 3];
        for (x, y) in (y..y + side).flat_map(|y| (x..x + side).map(move |x| (x, y))) {
            for (sum, value) in sums.iter_mut().zip(self.at(x, y)) {
                *sum += u32::from(value);
            }
        }
        let count = u32::try_from(side * side).unwrap_or(1);
        sums.map(|sum| u8::try_from(sum / count).unwrap_or(u8::MAX))
    }

    /// In what `new` differs from this one, if in anything that a person would notice.
    pub fn difference(&self, new: &Self) -> Option<Difference> {
        if self == new {
            return None;
        }
        let sizes = [(self.width, new.width), (self.height, new.height)];
        let grown = sizes.iter().any(|(old, new)| old.abs_diff(*new) > ROUNDING);
        let mut map = new.clone();
        for pixel in &mut map.pixels {
            *pixel = pixel.map(|value| 191 + value / 4);
        }
        let mut count = 0;
        for y in (0..new.height).step_by(STEP) {
            for x in (0..new.width).step_by(STEP) {
                let (old, now) = (self.mean(x, y, WINDOW), new.mean(x, y, WINDOW));
                let apart = old.iter().zip(now).map(|(old, now)| old.abs_diff(now));
                if apart.max().map_or(0, u32::from) > FAR {
                    count += 1;
                    map.mark(x, y);
                }
            }
        }
        if !grown && count <= FEW {
            return None;
        }
        let what = if grown {
            let [(old_width, width), (old_height, height)] =
                sizes.map(|(old, new)| (old * 2, new * 2));
            format!("{old_width}×{old_height} px has become {width}×{height}")
        } else {
            format!("differs in {count} places")
        };
        Some(Difference { what, map })
    }

    fn mark(&mut self, left: usize, top: usize) {
        for y in top..(top + STEP).min(self.height) {
            for x in left..(left + STEP).min(self.width) {
                if let Some(pixel) = self.pixels.get_mut(y * self.width + x) {
                    *pixel = [214, 0, 32];
                }
            }
        }
    }
}

/// The mean colour of two pixels above two others, or of one above one.
fn middle(upper: &[[u8; 3]], lower: &[[u8; 3]]) -> [u8; 3] {
    if let ([first, second], true) = (upper, upper == lower)
        && first == second
    {
        return *first;
    }
    let mut sums = [0_u32; 3];
    for pixel in upper.iter().chain(lower) {
        for (sum, value) in sums.iter_mut().zip(pixel) {
            *sum += u32::from(*value);
        }
    }
    let count = u32::try_from(upper.len() + lower.len()).unwrap_or(1);
    sums.map(|sum| u8::try_from(sum / count).unwrap_or(u8::MAX))
}

/// The nearest of so many levels of each channel.
fn nearest(colour: [u8; 3], levels: u32) -> [u8; 3] {
    colour.map(|value| {
        let step = (u32::from(value) * (levels - 1) + 127) / 255;
        u8::try_from(step * 255 / (levels - 1)).unwrap_or(u8::MAX)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The panel on a phone, as it is kept.
    fn panel() -> Picture {
        let file = crate::folder().join("join-360.png");
        Picture::read(&std::fs::read(file).unwrap()).unwrap()
    }

    fn changed(picture: &Picture, new: impl Fn(usize, usize, &Picture) -> [u8; 3]) -> Picture {
        let all = (0..picture.height).flat_map(|y| (0..picture.width).map(move |x| (x, y)));
        Picture {
            pixels: all.map(|(x, y)| new(x, y, picture)).collect(),
            ..*picture
        }
    }

    fn mixed(left: [u8; 3], right: [u8; 3], part: f64) -> [u8; 3] {
        std::array::from_fn(|channel| {
            let (left, right) = (f64::from(left[channel]), f64::from(right[channel]));
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let mixed = (left * (1.0 - part) + right * part).round() as u8;
            mixed
        })
    }

    /// The rows that a button of the accent's colour fills, at its left edge.
    fn button(picture: &Picture) -> (usize, usize) {
        let colour = [0x1f, 0x5c, 0x4d];
        let near = |y: &usize| {
            let found = picture.at(16, *y);
            (0..3).all(|channel| found[channel].abs_diff(colour[channel]) < 24)
        };
        let rows: Vec<_> = (0..picture.height).filter(near).collect();
        (rows[0], rows[rows.len() - 1] + 1)
    }

    #[test]
    fn a_kept_picture_is_read_back_as_it_was() {
        let picture = panel();
        assert_eq!(Picture::read(&picture.write().unwrap()).unwrap(), picture);
        assert!(picture.difference(&picture).is_none());
    }

    #[test]
    fn another_rasteriser_makes_no_difference() {
        let picture = panel();
        let softer = changed(&picture, |x, y, of| {
            let sides = mixed(of.at(x.saturating_sub(1), y), of.at(x + 1, y), 0.5);
            mixed(of.at(x, y), sides, 0.5)
        });
        assert!(picture.difference(&softer).is_none());
        // The edges of letters, not what is filled.
        let bolder = changed(&picture, |x, y, of| {
            let edge = |value: u8| (100..220).contains(&value);
            of.at(x, y)
                .map(|value| if edge(value) { value - 20 } else { value })
        });
        assert!(picture.difference(&bolder).is_none());
        let beside = changed(&picture, |x, y, of| {
            mixed(of.at(x, y), of.at(x + 1, y), 0.5)
        });
        assert!(picture.difference(&beside).is_none());
    }

    #[test]
    fn eight_pixels_of_padding_are_noticed() {
        let picture = panel();
        let (top, _) = button(&picture);
        // Four kept pixels further down, and cut off at the same size.
        let lower = changed(&picture, |x, y, of| {
            if y < top {
                of.at(x, y)
            } else {
                of.at(x, (y - 4).max(top - 1))
            }
        });
        assert!(picture.difference(&lower).is_some());
        let aside = changed(&picture, |x, y, of| of.at(x.saturating_sub(4), y));
        assert!(picture.difference(&aside).is_some());
        let taller = Picture {
            height: picture.height + 4,
            ..changed(&picture, |x, y, of| of.at(x, y))
        };
        let found = picture.difference(&taller).unwrap();
        assert!(found.what.contains("has become"), "{}", found.what);
    }

    #[test]
    fn a_missing_button_is_noticed() {
        let picture = panel();
        let (top, bottom) = button(&picture);
        let without = changed(&picture, |x, y, of| {
            if (top..bottom).contains(&y) {
                of.at(4, y)
            } else {
                of.at(x, y)
            }
        });
        let found = picture.difference(&without).unwrap();
        let red = found
            .map
            .pixels
            .iter()
            .filter(|pixel| **pixel == [214, 0, 32]);
        assert!(red.count() > 1000);
    }

    #[test]
    fn another_colour_is_noticed() {
        let picture = panel();
        let (top, bottom) = button(&picture);
        let bluer = changed(&picture, |x, y, of| {
            let [red, green, blue] = of.at(x, y);
            let inside = (top..bottom).contains(&y);
            [
                red,
                green,
                if inside {
                    blue.saturating_add(40)
                } else {
                    blue
                },
            ]
        });
        assert!(picture.difference(&bluer).is_some());
    }
}
