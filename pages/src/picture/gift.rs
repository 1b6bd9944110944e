//! A wrapped gift, drawn by ourselves: closed outlines on a grid of 100 by 100.

use std::fmt::Write as _;

/// Side of the grid.
pub const GRID: f32 = 100.0;

/// A step of an outline.
#[derive(Clone, Copy)]
pub enum Step {
    /// Begins one.
    To(f32, f32),
    /// Straight on.
    Line(f32, f32),
    /// By way of a point that it bends to.
    Bend(f32, f32, f32, f32),
}

use Step::{Bend, Line, To};

/// The lid and the box, both parted by the ribbon, and the bow's two loops with a hole
/// in each.
pub const STEPS: [Step; 44] = [
    // Lid.
    To(6.0, 34.0),
    Line(46.0, 34.0),
    Line(46.0, 54.0),
    Line(6.0, 54.0),
    Line(6.0, 34.0),
    To(54.0, 34.0),
    Line(94.0, 34.0),
    Line(94.0, 54.0),
    Line(54.0, 54.0),
    Line(54.0, 34.0),
    // Box.
    To(12.0, 61.0),
    Line(46.0, 61.0),
    Line(46.0, 96.0),
    Line(18.0, 96.0),
    Bend(12.0, 96.0, 12.0, 90.0),
    Line(12.0, 61.0),
    To(54.0, 61.0),
    Line(88.0, 61.0),
    Line(88.0, 90.0),
    Bend(88.0, 96.0, 82.0, 96.0),
    Line(54.0, 96.0),
    Line(54.0, 61.0),
    // Loops, outer edges clockwise.
    To(50.0, 29.0),
    Bend(20.0, 30.0, 22.0, 15.0),
    Bend(23.0, 3.0, 35.0, 5.0),
    Bend(46.0, 8.0, 50.0, 29.0),
    To(50.0, 29.0),
    Bend(54.0, 8.0, 65.0, 5.0),
    Bend(77.0, 3.0, 78.0, 15.0),
    Bend(80.0, 30.0, 50.0, 29.0),
    // Their holes, against the clock.
    To(42.5, 22.0),
    Bend(39.0, 13.0, 34.0, 12.5),
    Bend(29.5, 12.0, 29.5, 16.0),
    Bend(30.0, 21.0, 42.5, 22.0),
    To(57.5, 22.0),
    Bend(70.0, 21.0, 70.5, 16.0),
    Bend(70.5, 12.0, 66.0, 12.5),
    Bend(61.0, 13.0, 57.5, 22.0),
    // The knot.
    To(44.0, 26.0),
    Line(56.0, 26.0),
    Line(56.0, 34.0),
    Line(44.0, 34.0),
    Line(44.0, 26.0),
    Line(44.0, 26.0),
];

/// As an SVG path on the grid.
pub fn path() -> String {
    let mut path = String::new();
    for step in STEPS {
        // In a String: it cannot fail.
        let _ = match step {
            To(x, y) => write!(path, "M{x} {y}"),
            Line(x, y) => write!(path, "L{x} {y}"),
            Bend(cx, cy, x, y) => write!(path, "Q{cx} {cy} {x} {y}"),
        };
    }
    path
}
