//! The look that all pictures share: colours, text sizes and margins.

mod palette;

use std::sync::OnceLock;

use crate::text::Font;

use crate::error::FigureError;

pub use palette::{CATEGORIES, CONTEXT, NOT_YET, NOW, category};

use palette::VIRIDIS;

/// A colour: red, green and blue of 8-bit sRGB.
pub type Rgb = [u8; 3];

/// What everything is drawn on.
pub const BACKGROUND: Rgb = [255, 255, 255];
/// Titles and tick labels.
pub const INK: Rgb = [26, 26, 26];
/// Subtitles and axis labels: less than titles, but with a contrast to
/// [`BACKGROUND`] of over 7 to 1 still easy to read.
pub const MUTED_INK: Rgb = [84, 84, 84];
/// Cells that are known from the start. Where there is room, they have a small
/// square of [`MUTED_INK`] besides.
pub const KNOWN: Rgb = [217, 217, 217];

/// Height of the letter M's square (the em) of titles, in pixels.
pub(crate) const TITLE_EM: f64 = 20.0;
/// Em of subtitles, in pixels.
pub(crate) const SUBTITLE_EM: f64 = 14.0;
/// Em of ticks and axis labels, in pixels.
pub(crate) const LABEL_EM: f64 = 13.0;
/// Em of a panel's name on a sheet, in pixels.
pub(crate) const PANEL_EM: f64 = 15.0;
/// Em of captions below a panel, in pixels.
pub(crate) const CAPTION_EM: f64 = 12.0;
/// Outlines of grids that are not full yet.
pub(crate) const OUTLINE: Rgb = [190, 190, 190];
/// Lines through a chart at the ticks.
pub(crate) const RULE: Rgb = [228, 228, 228];
/// Height of a line of text, in em.
pub(crate) const LINE: f64 = 1.45;
/// Pixels between the parts of a picture.
pub(crate) const SPACE: u32 = 16;
/// The smallest em at which text is legible, in pixels; text that doesn't fit
/// at this size is left out or elided.
pub(crate) const SMALLEST_EM: f64 = 8.0;
/// Empty border of a picture, in pixels.
pub(crate) const MARGIN: u32 = 24;

/// The colour for a share `t` of the way from the first value (0, dark) to the
/// last (1, light): viridis.
///
/// Lightness rises throughout, so that the order of two values can be seen by
/// colour-blind readers and in greyscale prints. Shares outside of 0 to 1 have
/// the colour of the nearer end; NaN has the first.
///
/// ```
/// use orders_figures::theme::sequential;
///
/// assert_eq!(sequential(0.0), [68, 1, 84]);
/// assert_eq!(sequential(1.0), [253, 231, 37]);
/// ```
pub fn sequential(t: f64) -> Rgb {
    let last = VIRIDIS.len() - 1;
    // A float-to-integer cast saturates, and makes 0 of NaN.
    let index = (t * last as f64).round() as usize;
    let [_, rgb @ ..] = VIRIDIS[index.min(last)].to_be_bytes();
    rgb
}

/// The colour of a step (from 0) among `steps`: [`sequential`], the first step
/// dark and the last one light. An only step has the dark colour.
pub fn step_colour(step: usize, steps: usize) -> Rgb {
    sequential(step as f64 / (steps.max(2) - 1) as f64)
}

/// The relative luminance of a colour, 0 for black to 1 for white (Web Content
/// Accessibility Guidelines 2.2, "relative luminance").
pub fn luminance(colour: Rgb) -> f64 {
    let [red, green, blue] = colour.map(|value| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Black or white, whichever has the higher contrast on `background`.
///
/// The contrast is never below 4.5 to 1, what the Web Content Accessibility
/// Guidelines ask for text of any size.
pub fn text_colour_on(background: Rgb) -> Rgb {
    // The contrast of two luminances is (lighter + 0.05) / (darker + 0.05), so
    // black and white draw level where (L + 0.05)^2 = 0.05 * 1.05.
    let level = luminance(background) + 0.05;
    if level * level > 0.05 * 1.05 {
        [0, 0, 0]
    } else {
        [255, 255, 255]
    }
}

/// The font of all pictures.
static FILE: &[u8] = include_bytes!("../../fonts/DejaVuSans-subset.ttf");

/// The font, read at the first call.
///
/// # Errors
///
/// [`FigureError::Font`] if the font can't be read.
pub(crate) fn font() -> Result<&'static Font, FigureError> {
    static FONT: OnceLock<Option<Font>> = OnceLock::new();
    FONT.get_or_init(|| Font::from_file(FILE))
        .as_ref()
        .ok_or(FigureError::Font)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn the_colormap_rises_in_luminance_throughout() {
        let colours: Vec<Rgb> = (0..256).map(|i| sequential(f64::from(i) / 255.0)).collect();
        // Among neighbours, rounding to 8 bits may cost a level of one channel.
        for pair in colours.windows(2) {
            assert!(luminance(pair[0]) < luminance(pair[1]) + 3e-4, "{pair:?}");
        }
        for three in colours.windows(3) {
            assert!(luminance(three[0]) < luminance(three[2]), "{three:?}");
        }
    }

    #[test]
    fn the_colormap_takes_every_number() {
        for t in [-1.0, f64::NEG_INFINITY, f64::NAN] {
            assert_eq!(sequential(t), sequential(0.0));
        }
        for t in [1.5, f64::INFINITY] {
            assert_eq!(sequential(t), sequential(1.0));
        }
    }

    #[test]
    fn steps_span_the_colormap() {
        assert_eq!(step_colour(0, 1), sequential(0.0));
        assert_eq!(step_colour(0, 48), sequential(0.0));
        assert_eq!(step_colour(47, 48), sequential(1.0));
    }

    #[test]
    fn luminance_agrees_with_the_guidelines() {
        assert!(luminance([0, 0, 0]).abs() < 1e-12);
        assert!((luminance([255, 255, 255]) - 1.0).abs() < 1e-12);
        assert!((luminance([255, 0, 0]) - 0.2126).abs() < 1e-12);
        // #767676 is the well-known lightest grey with 4.5 to 1 on white.
        assert!(contrast([0x76; 3], [255; 3]) >= 4.5 && contrast([0x77; 3], [255; 3]) < 4.5);
    }

    #[test]
    fn text_is_legible_on_every_colour() {
        for i in 0..256 {
            let colour = sequential(f64::from(i) / 255.0);
            assert!(contrast(text_colour_on(colour), colour) >= 4.5, "{i}");
        }
        assert!(contrast(INK, BACKGROUND) > 7.0);
        assert!(contrast(MUTED_INK, BACKGROUND) > 7.0);
    }
}
