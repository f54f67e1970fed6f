//! What figures are drawn on: a list of marks, kept until it is known whether
//! pixels or SVG are wanted.

mod glyphs;
mod mark;
mod pen;
mod raster;
mod stroke;
mod svg;

pub(crate) use mark::{Anchor, Dash, Fill, Mark, Stroke, TextMark};
pub(crate) use pen::{Pen, Plot, Words, draw_line, rgb};
pub(crate) use raster::image_from_marks;
pub(crate) use svg::{SvgWords, svg_from_marks};

use std::convert::Infallible;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, DrawingBackend, DrawingErrorKind,
};

use crate::error::FigureError;
use crate::theme::Rgb;

/// Plotters counts in whole numbers, and lines through points on whole pixels
/// look like stairs; so its unit is a tenth of a pixel here. (Tenths, so that
/// coordinates in SVG have one decimal.)
pub(crate) const UNITS_PER_PX: i32 = 10;

/// The area that plotters draws into.
pub(crate) type Area<'a> = DrawingArea<Canvas<'a>, Shift>;

/// A plotters backend that notes down what is drawn.
///
/// Coordinates and lengths are in units, [`UNITS_PER_PX`] to a pixel. Text
/// comes by [`Words`]; plotters' own is not used, since it depends on fonts of
/// the system.
pub(crate) struct Canvas<'a> {
    size: (u32, u32),
    marks: &'a mut Vec<Mark>,
}

impl<'a> Canvas<'a> {
    /// A canvas of `width` x `height` px.
    pub(crate) fn new((width, height): (u32, u32), marks: &'a mut Vec<Mark>) -> Self {
        let scale = UNITS_PER_PX as u32;
        Self {
            size: (width * scale, height * scale),
            marks,
        }
    }

    fn add(&mut self, mark: Mark) -> Drawn {
        self.marks.push(mark);
        Ok(())
    }
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

fn fill_of(colour: BackendColor) -> Fill {
    Fill {
        colour: rgb_of(colour),
        percent: (100.0 * colour.alpha).round() as u8,
    }
}

fn rgb_of(colour: BackendColor) -> Rgb {
    let (red, green, blue) = colour.rgb;
    [red, green, blue]
}

fn stroke_of<S: BackendStyle>(style: &S) -> Stroke {
    Stroke {
        colour: rgb_of(style.color()),
        width: style.stroke_width() as i32,
        dash: Dash::SOLID,
    }
}

impl DrawingBackend for Canvas<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Drawn {
        self.add(Mark::Rect {
            from: (x, y),
            to: (x + UNITS_PER_PX, y + UNITS_PER_PX),
            fill: fill_of(colour),
        })
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        if !fill {
            let corners = [from, (to.0, from.1), to, (from.0, to.1), from];
            return self.draw_path(corners, style);
        }
        let fill = fill_of(style.color());
        self.add(Mark::Rect { from, to, fill })
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.add(Mark::Path {
            points: path.into_iter().collect(),
            stroke: stroke_of(style),
        })
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let radius = radius as i32;
        if fill {
            let fill = fill_of(style.color());
            return self.add(Mark::Circle {
                centre,
                radius,
                fill,
            });
        }
        self.add(Mark::Ring {
            centre,
            radius,
            stroke: stroke_of(style),
        })
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        self.add(Mark::Polygon {
            corners: corners.into_iter().collect(),
            fill: fill_of(style.color()),
        })
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<DrawingAreaErrorKind<E>> for FigureError {
    fn from(error: DrawingAreaErrorKind<E>) -> Self {
        Self::Drawing(Box::new(error))
    }
}
