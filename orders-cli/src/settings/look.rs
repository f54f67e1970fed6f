//! How pictures look.

use orders_figures::{Look, Theme};

use crate::args::{LookArgs, ThemeArg};
use crate::failure::{Failure, Result};

/// The look that the flags ask for; a title that is given is shown in any.
pub(crate) fn look(args: &LookArgs, has_title: bool) -> Result<Look> {
    let mut look = match args.theme {
        ThemeArg::Screen => Look::new(Theme::Screen),
        ThemeArg::Paper => Look::new(Theme::Paper).with_titles(has_title),
    };
    if let Some(width) = args.width {
        look = look.with_width(width);
    }
    if let Some(points) = args.font_size {
        let sized = look.with_font_size(points);
        look = sized.map_err(|error| Failure::input_at("--font-size", &error))?;
    }
    Ok(look)
}
