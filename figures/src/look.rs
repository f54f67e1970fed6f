//! What a figure is drawn for: a screen or a page, how wide, in what size of
//! letters.

use crate::error::FigureError;
use crate::heading::Heading;
use crate::length::Length;
use crate::text::Font;
use crate::theme::{self, CAPTION_EM};

/// Points in a pixel of the web.
const POINTS_PER_PIXEL: f64 = 0.75;
/// Pixels in an inch of a picture that is printed.
pub(crate) const PRINTED: f64 = 300.0;
/// Height of a chart's axes and what is between them, in pixels.
const CHART_HEIGHT: u32 = 440;
/// Empty border of a picture that stands in a text, in pixels.
const PAPER_MARGIN: u32 = 2;

/// What figures are drawn for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Theme {
    /// A page of its own: with titles and a border.
    #[default]
    Screen,
    /// A column of a paper: without a border, and without titles, which a
    /// paper has in its captions.
    Paper,
}

/// How figures look: for a screen or for a paper, how wide, and in what size
/// of letters. Each function of this crate that makes a figure is there as a
/// method, and draws in the [default](Look::default) look.
///
/// A figure is laid out for its width and its letters, not shrunk to it: ticks
/// and captions have the size of letters that is asked for, titles more, and
/// only numbers in cells may have less.
///
/// ```
/// use orders_figures::{Axis, Chart, Look, Series, Theme};
///
/// let look = Look::new(Theme::Paper).with_width("3.25in".parse()?).with_font_size(8.0)?;
/// let chart = Chart::new("Loss", Axis::linear("steps"), Axis::linear("nats"));
/// let figure = look.line_chart(&chart, &[Series::new("lpd", [(1.0, 3.0), (2.0, 2.0)])])?;
/// assert!(figure.to_pdf().starts_with(b"%PDF"));
/// assert_eq!(figure.width(), 975); // 300 pixels to an inch
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    theme: Theme,
    width: Option<Length>,
    /// Em of ticks and captions, in points.
    font_size: Option<f64>,
    has_titles: bool,
}

impl Default for Look {
    /// For a screen, each figure as wide as suits it, in letters of 12 px.
    fn default() -> Self {
        Self::new(Theme::Screen)
    }
}

impl Look {
    /// For a screen in letters of 9 points (12 px), or for a paper in letters of 8.
    pub fn new(theme: Theme) -> Self {
        Self {
            theme,
            width: None,
            font_size: None,
            has_titles: theme == Theme::Screen,
        }
    }

    /// The same, all figures being as wide as that.
    pub fn with_width(mut self, width: Length) -> Self {
        self.width = Some(width);
        self
    }

    /// The same with ticks and captions of `points`, from 4 to 36.
    ///
    /// # Errors
    ///
    /// [`FigureError::Value`] for a size out of range.
    pub fn with_font_size(mut self, points: f64) -> Result<Self, FigureError> {
        if !(4.0..=36.0).contains(&points) {
            return Err(FigureError::Value {
                what: "the size of letters, in points,".into(),
                value: points,
                allowed: "it must be from 4 to 36",
            });
        }
        self.font_size = Some(points);
        Ok(self)
    }

    /// The same with titles above figures, or without them.
    pub fn with_titles(mut self, has_titles: bool) -> Self {
        self.has_titles = has_titles;
        self
    }

    fn font_points(&self) -> f64 {
        self.font_size.unwrap_or(match self.theme {
            Theme::Screen => CAPTION_EM * POINTS_PER_PIXEL,
            Theme::Paper => 8.0,
        })
    }

    /// The whole width in pixels of the drawing, if it is given.
    fn units(&self) -> Option<u32> {
        let per_unit = self.font_points() / CAPTION_EM;
        let units = self.width?.points() / per_unit;
        Some((units.floor() as u32).max(1))
    }

    /// How large a pixel of the drawing is in files.
    pub(crate) fn scale(&self) -> Scale {
        let points = match (self.width, self.units()) {
            // Exactly so wide, whatever was rounded.
            (Some(width), Some(units)) => width.points() / f64::from(units),
            _ => self.font_points() / CAPTION_EM,
        };
        let is_printed = match self.width {
            Some(width) => width.pixels().is_none(),
            None => self.theme == Theme::Paper,
        };
        let per_inch = if is_printed { PRINTED } else { 96.0 };
        Scale {
            points,
            pixels: points * per_inch / 72.0,
            is_web: self.width.is_none_or(|width| width.pixels().is_some()) && !is_printed,
            is_printed,
        }
    }

    /// Empty border, in pixels of the drawing.
    pub(crate) fn margin(&self) -> u32 {
        match self.theme {
            Theme::Screen if self.width.is_none() => theme::MARGIN,
            // Narrow figures have no room to give away.
            Theme::Screen => theme::MARGIN / 3,
            Theme::Paper => PAPER_MARGIN,
        }
    }

    /// Width between the margins, in pixels of the drawing: what is given, else
    /// what the figure would like.
    pub(crate) fn room(&self, natural: u32) -> u32 {
        let given = self
            .units()
            .map(|units| units.saturating_sub(2 * self.margin()));
        given.map_or(natural, |room| room.max(1))
    }

    /// Width between the margins, and none less, of a figure that needs
    /// `needed` px of the drawing.
    ///
    /// # Errors
    ///
    /// [`FigureError::Narrow`] if it needs more than there is.
    pub(crate) fn fitted(&self, needed: u32) -> Result<u32, FigureError> {
        let room = self.room(needed);
        if needed <= room {
            return Ok(room);
        }
        let inches = |units: u32| f64::from(units) * self.scale().points / 72.0;
        let border = 2 * self.margin();
        Err(FigureError::Narrow {
            given: inches(room + border),
            // In hundredths, so that what is said suffices.
            needed: (100.0 * self.font_points() / CAPTION_EM * f64::from(needed + border + 1)
                / 72.0)
                .ceil()
                / 100.0,
            font_size: self.font_points(),
        })
    }

    /// Height of a chart and its axes that is so wide, in pixels of the drawing.
    pub(crate) fn chart_height(&self, width: u32) -> u32 {
        match self.width {
            None => CHART_HEIGHT,
            Some(_) => (width * 3 / 5).clamp(150, CHART_HEIGHT),
        }
    }

    /// The titles above a figure, as far as there are any.
    pub(crate) fn heading(
        &self,
        font: &Font,
        (title, subtitle): (&str, &str),
        width: u32,
    ) -> Heading {
        match self.has_titles {
            true => Heading::new(font, title, subtitle, width),
            false => Heading::new(font, "", "", width),
        }
    }

    /// How wide a figure of small parts would like to be for its titles.
    pub(crate) fn wanted_width(&self, font: &Font, (title, subtitle): (&str, &str)) -> u32 {
        match self.has_titles && self.width.is_none() {
            true => Heading::wanted_width(font, title, subtitle),
            false => 0,
        }
    }
}

/// How large a pixel of a drawing is in files.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    /// In points.
    pub(crate) points: f64,
    /// In pixels of pictures.
    pub(crate) pixels: f64,
    /// Whether lengths in documents are in pixels of the web.
    pub(crate) is_web: bool,
    /// Whether pictures have so many pixels for print.
    pub(crate) is_printed: bool,
}

impl Scale {
    /// Pixels of a picture.
    pub(crate) fn picture(self, (width, height): (u32, u32)) -> (u32, u32) {
        let pixels = |units: u32| ((f64::from(units) * self.pixels).round() as u32).max(1);
        (pixels(width), pixels(height))
    }
}
