//! Drawing in pixels.

use plotters::coord::CoordTranslate;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Drawable, PointCollection};
use plotters_backend::BackendCoord;

use super::{Anchor, Area, Canvas, Dash, Drawn, Fill, Mark, Stroke, TextMark, UNITS_PER_PX};
use crate::error::FigureError;
use crate::text::{self, Font};
use crate::theme::Rgb;

/// A part of a canvas with coordinates of its own.
pub(crate) type Plot<'a, C> = DrawingArea<Canvas<'a>, C>;

/// Where the box of a line that is aligned by its top starts, in em above the
/// baseline: room for capitals and most accents.
const ASCENT: f64 = 0.76;

/// A line of text that is to be set.
#[derive(Clone, Copy)]
pub(crate) struct Words<'t> {
    pub(crate) text: &'t str,
    /// Em in pixels.
    pub(crate) em: f64,
    pub(crate) colour: Rgb,
    pub(crate) anchor: Anchor,
    /// Whether the line runs upwards instead of to the right.
    pub(crate) is_turned: bool,
}

impl<'t> Words<'t> {
    /// A line that runs to the right.
    pub(crate) fn new(text: &'t str, em: f64, colour: Rgb, anchor: Anchor) -> Self {
        Self {
            text,
            em,
            colour,
            anchor,
            is_turned: false,
        }
    }

    /// The same line, running upwards.
    pub(crate) fn turned(self) -> Self {
        Self {
            is_turned: true,
            ..self
        }
    }
}

/// Draws on a canvas, in pixels from its upper left corner.
pub(crate) struct Pen<'a> {
    area: Area<'a>,
    font: &'static Font,
}

impl<'a> Pen<'a> {
    pub(crate) fn new(canvas: Canvas<'a>, font: &'static Font) -> Self {
        Self {
            area: canvas.into_drawing_area(),
            font,
        }
    }

    /// The font that text is set in.
    pub(crate) fn font(&self) -> &'static Font {
        self.font
    }

    /// Fills a rectangle of whole pixels.
    pub(crate) fn fill(
        &self,
        (left, top): (i32, i32),
        (width, height): (i32, i32),
        colour: Rgb,
    ) -> Result<(), FigureError> {
        let corners = [whole((left, top)), whole((left + width, top + height))];
        fill_rect(&self.area, corners, Fill::solid(colour))
    }

    /// Draws lines from point to point, `width` px wide.
    pub(crate) fn line(
        &self,
        points: &[(f64, f64)],
        colour: Rgb,
        width: f64,
        dash: Dash,
    ) -> Result<(), FigureError> {
        let points = points.iter().copied().map(units).collect();
        draw_line(&self.area, points, colour, width, dash)
    }

    /// Draws the outline of a rectangle of whole pixels, inside of it and one
    /// pixel wide.
    pub(crate) fn frame(
        &self,
        (left, top): (i32, i32),
        (width, height): (i32, i32),
        colour: Rgb,
    ) -> Result<(), FigureError> {
        self.fill((left, top), (width, 1), colour)?;
        self.fill((left, top + height - 1), (width, 1), colour)?;
        self.fill((left, top), (1, height), colour)?;
        self.fill((left + width - 1, top), (1, height), colour)
    }

    /// Fills a polygon.
    pub(crate) fn polygon(&self, corners: &[(f64, f64)], colour: Rgb) -> Result<(), FigureError> {
        let corners = corners.iter().copied().map(units).collect();
        fill_polygon(&self.area, corners, Fill::solid(colour))
    }

    /// Fills a circle of `radius` px.
    pub(crate) fn circle(
        &self,
        centre: (f64, f64),
        radius: f64,
        colour: Rgb,
    ) -> Result<(), FigureError> {
        draw(&self.area, vec![units(centre)], |at| Mark::Circle {
            centre: at[0],
            radius: units((radius, 0.0)).0,
            fill: Fill::solid(colour),
        })
    }

    /// Sets a line of text.
    ///
    /// Vertically centred text has its capitals and digits centred, not its
    /// box: that is what looks centred in a cell and beside a tick.
    pub(crate) fn text(&self, words: &Words<'_>, at: (i32, i32)) -> Result<(), FigureError> {
        let em = words.em;
        let width = text::width(self.font, em, words.text);
        let start = match words.anchor {
            Anchor::TopLeft | Anchor::Left => 0.0,
            Anchor::Top | Anchor::Middle => -width / 2.0,
            Anchor::Right => -width,
        };
        // Baselines lie between two rows of pixels; on a part of a pixel all
        // horizontal strokes would blur.
        let baseline = match words.anchor {
            Anchor::TopLeft | Anchor::Top => ASCENT * em,
            Anchor::Left | Anchor::Middle | Anchor::Right => text::CAPITAL_HEIGHT * em / 2.0,
        }
        .round() as i32;
        draw(&self.area, vec![whole(at)], |at| {
            Mark::Text(TextMark {
                text: words.text.into(),
                em,
                colour: words.colour,
                start,
                baseline,
                is_turned: words.is_turned,
                at: at[0],
            })
        })
    }

    /// Puts pixels at a place.
    pub(crate) fn bitmap(
        &self,
        at: (i32, i32),
        size: (u32, u32),
        rgb: &[u8],
    ) -> Result<(), FigureError> {
        draw(&self.area, vec![whole(at)], |at| Mark::Bitmap {
            at: at[0],
            size,
            rgb: rgb.to_vec(),
        })
    }

    /// The whole canvas, with coordinates of its own.
    pub(crate) fn plot<C: CoordTranslate>(&self, coordinates: C) -> Plot<'a, C> {
        self.area.apply_coord_spec(coordinates)
    }
}

/// Draws lines from point to point of a plot, `width` px wide.
pub(crate) fn draw_line<C: CoordTranslate>(
    area: &Plot<'_, C>,
    points: Vec<C::From>,
    colour: Rgb,
    width: f64,
    dash: Dash,
) -> Result<(), FigureError> {
    let width = units((width, 0.0)).0;
    let stroke = Stroke {
        colour,
        width,
        dash,
    };
    draw(area, points, |points| Mark::Path { points, stroke })
}

/// Fills a rectangle of a plot that has two opposite corners.
pub(crate) fn fill_rect<C: CoordTranslate>(
    area: &Plot<'_, C>,
    corners: [C::From; 2],
    fill: Fill,
) -> Result<(), FigureError> {
    draw(area, corners.into(), |corners| {
        let (a, b) = (corners[0], corners[1]);
        Mark::Rect {
            from: (a.0.min(b.0), a.1.min(b.1)),
            to: (a.0.max(b.0), a.1.max(b.1)),
            fill,
        }
    })
}

/// Fills a polygon of a plot.
pub(crate) fn fill_polygon<C: CoordTranslate>(
    area: &Plot<'_, C>,
    corners: Vec<C::From>,
    fill: Fill,
) -> Result<(), FigureError> {
    draw(area, corners, |corners| Mark::Polygon { corners, fill })
}

/// Draws the mark that `mark` makes of the places of points on the canvas.
fn draw<C: CoordTranslate>(
    area: &Plot<'_, C>,
    points: Vec<C::From>,
    mark: impl Fn(Vec<BackendCoord>) -> Mark,
) -> Result<(), FigureError> {
    area.draw(&Element { points, mark })
        .map_err(FigureError::drawing)
}

/// Units from whole pixels.
fn whole((x, y): (i32, i32)) -> BackendCoord {
    (x * UNITS_PER_PX, y * UNITS_PER_PX)
}

/// Units from pixels.
fn units((x, y): (f64, f64)) -> BackendCoord {
    let units = |px: f64| (px * f64::from(UNITS_PER_PX)).round() as i32;
    (units(x), units(y))
}

/// A mark as an element of plotters.
struct Element<P, M> {
    points: Vec<P>,
    mark: M,
}

impl<'e, P: 'e, M> PointCollection<'e, P> for &'e Element<P, M> {
    type Point = &'e P;
    type IntoIter = std::slice::Iter<'e, P>;

    fn point_iter(self) -> Self::IntoIter {
        self.points.iter()
    }
}

impl<P, M: Fn(Vec<BackendCoord>) -> Mark> Drawable<Canvas<'_>> for Element<P, M> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        points: I,
        canvas: &mut Canvas<'_>,
        _: (u32, u32),
    ) -> Drawn {
        canvas.add((self.mark)(points.collect()))
    }
}
