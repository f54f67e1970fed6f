//! A finished drawing.

use std::fmt;

use crate::text::Font;

use crate::canvas::{
    Canvas, DocumentWords, Mark, Pen, image_from_marks, pdf_from_marks, svg_from_marks,
};
use crate::error::FigureError;
use crate::image::Image;
use crate::look::{Look, PRINTED, Scale};
use crate::theme;

/// A finished drawing, which can be had as SVG, as pixels and as PDF.
///
/// All come from the same shapes. The same figure gives the same bytes every
/// time and on every machine; text is drawn from the font that is part of this
/// crate, in SVG as outlines, so that no viewer needs a font.
#[derive(Clone)]
pub struct Figure {
    size: (u32, u32),
    scale: Scale,
    title: String,
    description: String,
    origin: String,
    marks: Vec<Mark>,
    font: &'static Font,
}

impl Figure {
    /// Draws a figure of `width` x `height` px, which files have larger or
    /// smaller if the look says so.
    ///
    /// # Errors
    ///
    /// [`FigureError::TooLarge`] before anything is drawn, else what `draw`
    /// returns.
    pub(crate) fn draw(
        look: &Look,
        size: (u32, u32),
        (title, description): (&str, &str),
        draw: impl FnOnce(&Pen<'_>) -> Result<(), FigureError>,
    ) -> Result<Self, FigureError> {
        let scale = look.scale();
        FigureError::check_size(size)?;
        FigureError::check_size(scale.picture(size))?;
        let font = theme::font()?;
        let mut marks = Vec::new();
        let pen = Pen::new(Canvas::new(size, &mut marks), font);
        draw(&pen)?;
        drop(pen);
        Ok(Self {
            size,
            scale,
            title: title.trim().into(),
            description: description.trim().into(),
            origin: String::new(),
            marks,
            font,
        })
    }

    /// The same figure, whose files say how it was made: PNG files in a text
    /// chunk called `Comment`, SVG documents in `metadata`. Nothing is drawn of
    /// it.
    ///
    /// ```
    /// use orders_core::methods::Raster;
    /// use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
    /// use orders_figures::order_map;
    ///
    /// let problem = Problem::new(Grid::new(2, 2)?, GroupSizes::new([1, 3])?)?;
    /// let figure = order_map(&Raster.order(&problem, 0, 0)?, "raster", "")?;
    /// let figure = figure.made_by("figure 3 of my paper, seed 0");
    /// assert!(figure.to_svg().contains("<metadata>figure 3 of my paper, seed 0</metadata>"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn made_by(self, origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            ..self
        }
    }

    /// Width of the picture in pixels.
    pub fn width(&self) -> u32 {
        self.scale.picture(self.size).0
    }

    /// Height of the picture in pixels.
    pub fn height(&self) -> u32 {
        self.scale.picture(self.size).1
    }

    /// What the figure is about, for readers who can't see it: the title, with
    /// nothing cut off.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The figure as pixels.
    ///
    /// O(P) for P pixels, most of the time.
    pub fn to_image(&self) -> Image {
        image_from_marks(self.size, self.scale.pixels, &self.marks, self.font)
    }

    /// The figure as a PNG file, without a time stamp.
    pub fn to_png(&self) -> Vec<u8> {
        let per_inch = self.scale.is_printed.then_some(PRINTED);
        self.to_image().to_png_with(&self.origin, per_inch)
    }

    /// The figure as an SVG document.
    ///
    /// Text is drawn as outlines, each glyph defined once; what it says is in
    /// `aria-label`. The whole has a `title` and a `desc`. Grids with cells of
    /// under 4 px are embedded as PNG.
    pub fn to_svg(&self) -> String {
        svg_from_marks(self.size, self.scale, &self.words(), &self.marks, self.font)
    }

    /// The figure as a PDF document of one page, without a time stamp.
    ///
    /// Text stays text that can be searched and copied, and its font is
    /// embedded. The title is the document's, and what
    /// [`made_by`](Self::made_by) says an entry `Comment` of its information.
    pub fn to_pdf(&self) -> Vec<u8> {
        pdf_from_marks(
            self.size,
            self.scale.points,
            &self.words(),
            &self.marks,
            self.font,
        )
    }

    fn words(&self) -> DocumentWords<'_> {
        DocumentWords {
            title: &self.title,
            description: &self.description,
            origin: &self.origin,
        }
    }
}

impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Figure")
            .field("size", &self.size)
            .field("title", &self.title)
            .field("marks", &self.marks.len())
            .finish_non_exhaustive()
    }
}
