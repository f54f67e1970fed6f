//! What pictures are drawn on.

use ab_glyph::FontRef;
use plotters::backend::BitMapBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, TextStyle};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

use crate::error::FigureError;
use crate::image::Image;
use crate::text::{self, Line};
use crate::theme::{self, Rgb};

/// The area that a picture is drawn into, in pixels from its upper left corner.
pub(crate) type Area<'a> = DrawingArea<Canvas<'a>, Shift>;

/// Draws a picture of `width` x `height` px on the theme's background.
pub(crate) fn paint(
    (width, height): (u32, u32),
    draw: impl FnOnce(&Area<'_>) -> Result<(), FigureError>,
) -> Result<Image, FigureError> {
    let mut rgb = theme::BACKGROUND.repeat(width as usize * height as usize);
    let canvas = Canvas {
        bitmap: BitMapBackend::with_buffer(&mut rgb, (width, height)),
        font: theme::font()?,
        last_line: None,
    };
    let area = canvas.into_drawing_area();
    draw(&area)?;
    area.present()?;
    drop(area);
    Ok(Image::new(width, height, rgb))
}

/// A colour for plotters.
pub(crate) fn colour([red, green, blue]: Rgb) -> RGBColor {
    RGBColor(red, green, blue)
}

/// A way to set text, for plotters.
pub(crate) struct Label {
    /// Em in pixels.
    pub(crate) em: f64,
    /// Colour of the glyphs.
    pub(crate) colour: Rgb,
    /// Which point of the text is put at the position.
    pub(crate) anchor: (HPos, VPos),
    /// Rotation about the position.
    pub(crate) rotation: FontTransform,
}

impl Label {
    /// The style that plotters wants.
    pub(crate) fn style(self) -> TextStyle<'static> {
        let family = FontFamily::Name(theme::FAMILY);
        FontDesc::new(family, self.em * PLOTTERS_SIZE_PER_EM, FontStyle::Normal)
            .transform(self.rotation)
            .color(&colour(self.colour))
            .pos(Pos::new(self.anchor.0, self.anchor.1))
    }
}

/// Plotters counts font sizes in lines, and takes a line for 1.24 em.
const PLOTTERS_SIZE_PER_EM: f64 = 1.24;

/// Where the box of a line that is aligned by its top starts, in em above the
/// baseline: room for capitals and most accents.
const ASCENT: f64 = 0.76;

/// A bitmap on which plotters sets text with [`text`] rather than by itself.
///
/// Vertically centred text has its capitals and digits centred, not its box:
/// that is what looks centred in a cell and beside a tick.
pub(crate) struct Canvas<'a> {
    bitmap: BitMapBackend<'a>,
    font: &'static FontRef<'static>,
    /// The line set last: numbers come many times in a row.
    last_line: Option<CachedLine>,
}

/// A line with all that its pixels depend on.
struct CachedLine {
    text: String,
    em: f64,
    start: f64,
    line: Line,
}

impl Canvas<'_> {
    /// The line for a text, set now or the last time.
    fn line(&mut self, text: &str, em: f64, start: f64) -> CachedLine {
        match self.last_line.take() {
            Some(last) if last.text == text && last.em == em && last.start == start => last,
            _ => CachedLine {
                text: text.into(),
                em,
                start,
                line: Line::set(self.font, em, text, start),
            },
        }
    }
}

type BackendError<'a> = <BitMapBackend<'a> as DrawingBackend>::ErrorType;
type Drawn<'a> = Result<(), DrawingErrorKind<BackendError<'a>>>;

impl<'a> DrawingBackend for Canvas<'a> {
    type ErrorType = BackendError<'a>;

    fn get_size(&self) -> (u32, u32) {
        self.bitmap.get_size()
    }

    fn ensure_prepared(&mut self) -> Drawn<'a> {
        self.bitmap.ensure_prepared()
    }

    fn present(&mut self) -> Drawn<'a> {
        self.bitmap.present()
    }

    fn draw_pixel(&mut self, point: BackendCoord, colour: BackendColor) -> Drawn<'a> {
        self.bitmap.draw_pixel(point, colour)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn<'a> {
        self.bitmap.draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        lower_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn<'a> {
        self.bitmap.draw_rect(upper_left, lower_right, style, fill)
    }

    fn blit_bitmap(&mut self, at: BackendCoord, size: (u32, u32), rgb: &[u8]) -> Drawn<'a> {
        self.bitmap.blit_bitmap(at, size, rgb)
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        (x, y): BackendCoord,
    ) -> Drawn<'a> {
        let em = style.size() / PLOTTERS_SIZE_PER_EM;
        let width = text::width(self.font, em, text);
        let anchor = style.anchor();
        let start = match anchor.h_pos {
            HPos::Left => 0.0,
            HPos::Center => -width / 2.0,
            HPos::Right => -width,
        };
        // Baselines lie between two rows of pixels; on a part of a pixel all
        // horizontal strokes would blur.
        let baseline = match anchor.v_pos {
            VPos::Top => ASCENT * em,
            VPos::Center => text::CAPITAL_HEIGHT * em / 2.0,
            VPos::Bottom => (ASCENT - 1.0) * em,
        }
        .round() as i32;

        let colour = style.color();
        let rotation = style.transform();
        let cached = self.line(text, em, start);
        for (dx, dy, share) in cached.line.pixels() {
            let (dx, dy) = rotation.transform(dx, dy + baseline);
            let alpha = colour.alpha * f64::from(share);
            let blended = BackendColor { alpha, ..colour };
            self.bitmap.draw_pixel((x + dx, y + dy), blended)?;
        }
        self.last_line = Some(cached);
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<BackendError<'a>>> {
        let em = style.size() / PLOTTERS_SIZE_PER_EM;
        let width = text::width(self.font, em, text);
        Ok((width.ceil() as u32, em.ceil() as u32))
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<DrawingAreaErrorKind<E>> for FigureError {
    fn from(error: DrawingAreaErrorKind<E>) -> Self {
        Self::Drawing(Box::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Left, top, right and bottom of what is not background.
    fn ink(image: &Image) -> (u32, u32, u32, u32) {
        let mut found = (u32::MAX, u32::MAX, 0, 0);
        for y in 0..image.height() {
            for x in 0..image.width() {
                if image.pixel(x, y) != Some(theme::BACKGROUND) {
                    found = (
                        found.0.min(x),
                        found.1.min(y),
                        found.2.max(x + 1),
                        found.3.max(y + 1),
                    );
                }
            }
        }
        found
    }

    fn painted(text: &str, anchor: (HPos, VPos), rotation: FontTransform) -> Image {
        paint((200, 200), |area| {
            let style = Label {
                em: 30.0,
                colour: [0, 0, 0],
                anchor,
                rotation,
            };
            area.draw_text(text, &style.style(), (100, 100))?;
            Ok(())
        })
        .unwrap()
    }

    #[test]
    fn centred_text_is_centred() {
        for rotation in [FontTransform::None, FontTransform::Rotate270] {
            let image = painted("808", (HPos::Center, VPos::Center), rotation);
            let (left, top, right, bottom) = ink(&image);
            assert!(left.abs_diff(200 - right) <= 2, "{left} {right}");
            assert!(top.abs_diff(200 - bottom) <= 2, "{top} {bottom}");
        }
    }

    #[test]
    fn text_lies_on_the_side_that_its_anchor_says() {
        let (left, top, ..) = ink(&painted("Hg", (HPos::Left, VPos::Top), FontTransform::None));
        assert!(left >= 100 && top >= 100);
        let (.., right, bottom) = ink(&painted(
            "Hg",
            (HPos::Right, VPos::Bottom),
            FontTransform::None,
        ));
        assert!(right <= 100 && bottom <= 100);
    }

    #[test]
    fn a_line_is_not_mistaken_for_the_last_one() {
        let draw = |texts: &[&str]| {
            paint((120, 40), |area| {
                for (text, x) in texts.iter().zip([30, 90]) {
                    let style = Label {
                        em: 20.0,
                        colour: [0, 0, 0],
                        anchor: (HPos::Center, VPos::Top),
                        rotation: FontTransform::None,
                    };
                    area.draw_text(text, &style.style(), (x, 5))?;
                }
                Ok(())
            })
            .unwrap()
        };
        assert_ne!(draw(&["12", "12"]), draw(&["12", "13"]));
    }
}
