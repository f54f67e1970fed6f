//! What figures are drawn on: a list of marks, kept until it is known what is
//! wanted of them: SVG, pixels or PDF.

mod mark;
mod outlines;
mod paint;
mod pdf;
mod pen;
mod svg;

pub(crate) use mark::{Anchor, Dash, Fill, Mark, Stroke, TextMark};
pub(crate) use paint::image_from_marks;
pub(crate) use pdf::pdf_from_marks;
pub(crate) use pen::{Pen, Plot, Words, draw_line, fill_polygon, fill_rect};
pub(crate) use svg::svg_from_marks;

use std::convert::Infallible;

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters_backend::{BackendColor, BackendCoord, DrawingBackend, DrawingErrorKind};

use crate::error::FigureError;

/// What a file says of its drawing; what is empty is left out.
pub(crate) struct DocumentWords<'a> {
    pub(crate) title: &'a str,
    pub(crate) description: &'a str,
    /// How it was made.
    pub(crate) origin: &'a str,
}

/// Plotters counts in whole numbers, and lines through points on whole pixels
/// look like stairs; so its unit is a tenth of a pixel here. (Tenths, so that
/// coordinates in SVG have one decimal.)
pub(crate) const UNITS_PER_PX: i32 = 10;

/// A length in pixels of the drawing.
fn px_from_units(units: i32) -> f32 {
    units as f32 / UNITS_PER_PX as f32
}

/// The area that plotters draws into.
pub(crate) type Area<'a> = DrawingArea<Canvas<'a>, Shift>;

/// A plotters backend that notes down what is drawn.
///
/// Coordinates and lengths are in units, [`UNITS_PER_PX`] to a pixel. Marks come
/// by [`Pen`] and the functions beside it. Plotters' own elements are not
/// used: it would cut shapes into whole units, and take fonts of the system.
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
        let (red, green, blue) = colour.rgb;
        self.add(Mark::Rect {
            from: (x, y),
            to: (x + UNITS_PER_PX, y + UNITS_PER_PX),
            fill: Fill {
                colour: [red, green, blue],
                percent: (100.0 * colour.alpha).round() as u8,
            },
        })
    }
}

impl FigureError {
    /// Of plotters.
    pub(crate) fn drawing<E>(error: DrawingAreaErrorKind<E>) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        Self::Drawing(Box::new(error))
    }
}
