//! Title and subtitle above a figure.

use crate::canvas::{Anchor, Pen, Words};
use crate::error::FigureError;
use crate::text::{self, Font};
use crate::theme::{INK, LINE, MUTED_INK, Rgb, SPACE, SUBTITLE_EM, TITLE_EM};

/// The smallest em of a title, in pixels, before its end is cut off.
const SMALLEST_TITLE_EM: f64 = 14.0;
/// The smallest em of a subtitle, in pixels, before its end is cut off.
const SMALLEST_SUBTITLE_EM: f64 = 11.0;
/// How wide a picture of small parts becomes for the sake of its titles.
const WIDEST_FOR_TITLES: f64 = 640.0;

/// Two lines above a figure; an empty one takes no room.
pub(crate) struct Heading {
    lines: Vec<Line>,
    height: u32,
}

struct Line {
    text: String,
    em: f64,
    colour: Rgb,
    /// Pixels from the top of the heading.
    top: u32,
}

impl Heading {
    /// Width that a figure should have for its titles, in pixels.
    pub(crate) fn wanted_width(font: &Font, title: &str, subtitle: &str) -> u32 {
        let natural = text::width(font, TITLE_EM, title.trim())
            .max(text::width(font, SUBTITLE_EM, subtitle.trim()))
            .min(WIDEST_FOR_TITLES);
        natural.ceil() as u32
    }

    /// Title and subtitle in a width, made smaller or cut off to fit.
    pub(crate) fn new(font: &Font, title: &str, subtitle: &str, width: u32) -> Self {
        let mut lines = Vec::new();
        let mut top = 0;
        for (line, em, smallest, colour) in [
            (title, TITLE_EM, SMALLEST_TITLE_EM, INK),
            (subtitle, SUBTITLE_EM, SMALLEST_SUBTITLE_EM, MUTED_INK),
        ] {
            let (text, em) = text::fit(font, line, em, smallest, width.into());
            if !text.is_empty() {
                lines.push(Line {
                    text,
                    em,
                    colour,
                    top,
                });
                top += (LINE * em).ceil() as u32;
            }
        }
        Self {
            height: if top > 0 { top + SPACE / 2 } else { 0 },
            lines,
        }
    }

    /// Pixels that the heading takes up, with the space below it.
    pub(crate) fn height(&self) -> u32 {
        self.height
    }

    /// Draws the heading with its upper left corner at `(left, top)`.
    pub(crate) fn draw(&self, pen: &Pen<'_>, (left, top): (i32, i32)) -> Result<(), FigureError> {
        for line in &self.lines {
            let words = Words::new(&line.text, line.em, line.colour, Anchor::TopLeft);
            pen.text(&words, (left, top + line.top as i32))?;
        }
        Ok(())
    }
}
