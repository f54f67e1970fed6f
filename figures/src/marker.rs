//! Signs at the points of a chart, and the dashes of its lines.

use crate::canvas::{Dash, Pen};
use crate::error::FigureError;
use crate::theme::{BACKGROUND, Rgb};

/// A sign of about 8 px.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    Circle,
    Square,
    Triangle,
    Diamond,
    TriangleDown,
}

const MARKERS: [Marker; 5] = [
    Marker::Circle,
    Marker::Square,
    Marker::Triangle,
    Marker::Diamond,
    Marker::TriangleDown,
];

/// Dashes, in units of a tenth of a pixel.
const DASHES: [Dash; 4] = [
    Dash::SOLID,
    Dash(&[70, 40]),
    Dash(&[20, 30]),
    Dash(&[90, 30, 20, 30]),
];

impl Marker {
    /// The marker of category `index`. There are 5, and 7 colours, so that 35
    /// categories have a pair of their own.
    pub(crate) fn of(index: usize) -> Self {
        MARKERS[index % MARKERS.len()]
    }

    /// Draws the marker around a point, with a thin line of background around
    /// it that sets it apart from lines and other markers.
    pub(crate) fn draw(
        self,
        pen: &Pen<'_>,
        at: (f64, f64),
        colour: Rgb,
    ) -> Result<(), FigureError> {
        self.draw_sized(pen, at, 1.3, BACKGROUND)?;
        self.draw_sized(pen, at, 1.0, colour)
    }

    fn draw_sized(
        self,
        pen: &Pen<'_>,
        (x, y): (f64, f64),
        scale: f64,
        colour: Rgb,
    ) -> Result<(), FigureError> {
        let corners = |corners: &[(f64, f64)]| -> Vec<(f64, f64)> {
            let at = |&(dx, dy): &(f64, f64)| (x + scale * dx, y + scale * dy);
            corners.iter().map(at).collect()
        };
        let corners = match self {
            Self::Circle => return pen.circle((x, y), 4.0 * scale, colour),
            Self::Square => corners(&[(-3.6, -3.6), (3.6, -3.6), (3.6, 3.6), (-3.6, 3.6)]),
            Self::Triangle => corners(&[(0.0, -4.8), (4.5, 3.4), (-4.5, 3.4)]),
            Self::Diamond => corners(&[(0.0, -5.0), (5.0, 0.0), (0.0, 5.0), (-5.0, 0.0)]),
            Self::TriangleDown => corners(&[(-4.5, -3.4), (4.5, -3.4), (0.0, 4.8)]),
        };
        pen.polygon(&corners, colour)
    }
}

/// Draws the sign that a line leaves a chart: an arrow head at its upper or its
/// lower edge.
pub(crate) fn draw_exit(
    pen: &Pen<'_>,
    (x, y): (f64, f64),
    is_upper: bool,
    colour: Rgb,
) -> Result<(), FigureError> {
    let out = if is_upper { -1.0 } else { 1.0 };
    let head = [
        (x - 4.5, y - 2.0 * out),
        (x + 4.5, y - 2.0 * out),
        (x, y + 6.0 * out),
    ];
    pen.polygon(&head, colour)
}

/// The dash of category `index`: solid for the first seven, which differ in
/// colour.
pub(crate) fn dash(index: usize) -> Dash {
    DASHES[(index / crate::theme::CATEGORIES.len()) % DASHES.len()]
}
