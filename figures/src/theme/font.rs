//! The font of all pictures.

use std::sync::OnceLock;

use ab_glyph::FontRef;
use plotters::style::{FontStyle, register_font};

use crate::error::FigureError;

/// The name under which plotters knows the font.
pub(crate) const FAMILY: &str = "DejaVu Sans";

static FILE: &[u8] = include_bytes!("../../fonts/DejaVuSans-subset.ttf");

/// The font, read and made known to plotters at the first call.
///
/// Plotters keeps fonts in a table of the whole process, so this happens once,
/// whichever thread comes first; the others wait for it.
///
/// # Errors
///
/// [`FigureError::Font`] if the font can't be read.
pub(crate) fn font() -> Result<&'static FontRef<'static>, FigureError> {
    static FONT: OnceLock<Option<FontRef<'static>>> = OnceLock::new();
    FONT.get_or_init(|| {
        register_font(FAMILY, FontStyle::Normal, FILE).ok()?;
        FontRef::try_from_slice(FILE).ok()
    })
    .as_ref()
    .ok_or(FigureError::Font)
}
