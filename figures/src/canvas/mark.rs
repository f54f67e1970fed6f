//! What a drawing is made of.

use plotters_backend::BackendCoord;

use crate::theme::Rgb;

/// A part of a drawing. Coordinates and lengths are in units,
/// [`UNITS_PER_PX`](super::UNITS_PER_PX) to a pixel.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mark {
    /// A filled rectangle. `to` is the corner after the last unit.
    Rect {
        from: BackendCoord,
        to: BackendCoord,
        fill: Fill,
    },
    /// A filled polygon.
    Polygon {
        corners: Vec<BackendCoord>,
        fill: Fill,
    },
    /// A filled circle.
    Circle {
        centre: BackendCoord,
        radius: i32,
        fill: Fill,
    },
    /// Lines from point to point.
    Path {
        points: Vec<BackendCoord>,
        stroke: Stroke,
    },
    /// A line of text.
    Text(TextMark),
    /// Pixels of one px each.
    Bitmap {
        at: BackendCoord,
        /// Width and height in px.
        size: (u32, u32),
        rgb: Vec<u8>,
    },
}

/// How an area is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fill {
    pub(crate) colour: Rgb,
    /// Opacity from 0 to 100.
    pub(crate) percent: u8,
}

impl Fill {
    pub(crate) fn solid(colour: Rgb) -> Self {
        Self {
            colour,
            percent: 100,
        }
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stroke {
    pub(crate) colour: Rgb,
    /// Width in units.
    pub(crate) width: i32,
    pub(crate) dash: Dash,
}

/// Lengths of drawn and of empty pieces in turn, in units; none for a line
/// without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dash(pub(crate) &'static [i32]);

impl Dash {
    pub(crate) const SOLID: Self = Self(&[]);
}

/// A line of text and how it is set.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TextMark {
    pub(crate) text: String,
    /// Em in pixels.
    pub(crate) em: f64,
    pub(crate) colour: Rgb,
    /// Start of the line, from `at` along the line, in px.
    pub(crate) start: f64,
    /// The baseline, from `at` across the line, in px.
    pub(crate) baseline: i32,
    /// Whether the line runs upwards instead of to the right.
    pub(crate) is_turned: bool,
    pub(crate) at: BackendCoord,
}

/// Which point of a line of text is put at its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// The upper left corner.
    TopLeft,
    /// The middle of the upper edge.
    Top,
    /// The middle of the left edge.
    Left,
    /// The middle.
    Middle,
    /// The middle of the right edge.
    Right,
}
