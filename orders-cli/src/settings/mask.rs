//! Masks: pictures of which cells are known.

use std::io::Cursor;
use std::path::Path;

use orders_core::Grid;
use png::{BitDepth, Decoder, DecodingError, Limits, Transformations};

use crate::failure::{Failure, Result};

/// How every PNG file begins.
pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The most pixels that a mask may have: 8192 x 8192. With up to eight bytes for each,
/// that is 512 MiB while it is read.
const MAX_PIXELS: u64 = 1 << 26;

/// What the decoder may take for itself.
const MAX_DECODER_BYTES: usize = 64 << 20;

/// Grey levels from this one on are light, which means known.
const LIGHT: u32 = 128;

/// For each cell, whether all its pixels are light. `path` is for errors.
///
/// An image that has something to it, but nothing light, is no mask: more likely its 1s
/// should have been 255s.
pub(super) fn read(bytes: &[u8], grid: Grid, path: &Path) -> Result<Vec<bool>> {
    let broken = |error| not_readable(path, &error);
    let limits = Limits {
        bytes: MAX_DECODER_BYTES,
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    // Not to 8 bits: a 1 of 16 bits would be lost.
    decoder.set_transformations(Transformations::EXPAND);
    let info = decoder.read_header_info().map_err(broken)?;
    let (width, height) = (info.width, info.height);
    // Before anything as large as the image is taken from memory.
    let side = checked_side(grid, width, height, path)?;
    let mut reader = decoder.read_info().map_err(broken)?;
    let (colour, depth) = reader.output_color_type();
    let sample_bytes = match depth {
        BitDepth::Sixteen => 2,
        _ => 1,
    };
    let pixel_bytes = colour.samples() * sample_bytes;
    let mut pixels = vec![0; pixel_bytes * width as usize * height as usize];
    reader.next_frame(&mut pixels).map_err(broken)?;
    // Up to its end, so that a file that was cut off is found.
    reader.finish().map_err(broken)?;

    let mut is_known = vec![true; grid.cells()];
    let columns = grid.width() as usize;
    let (mut any_light, mut any_shade) = (false, false);
    for (y, row) in pixels
        .chunks_exact(pixel_bytes * width as usize)
        .enumerate()
    {
        for (x, pixel) in row.chunks_exact(pixel_bytes).enumerate() {
            let shade = Shade::of(pixel, sample_bytes);
            is_known[y / side * columns + x / side] &= shade == Shade::Light;
            any_light |= shade == Shade::Light;
            any_shade |= shade != Shade::Black;
        }
    }
    if any_shade && !any_light {
        return Err(Failure::Input(format!(
            "{} has pixels that are not black, but none that is light; known cells have a grey level of 128 or more in a mask, 255 rather than 1",
            path.display()
        )));
    }
    Ok(is_known)
}

/// How light a pixel is, blended over black.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shade {
    Black,
    /// Neither black nor light.
    Dark,
    /// Known.
    Light,
}

impl Shade {
    /// That of a pixel of one to four channels (grey or red, green and blue, then perhaps
    /// alpha) of one byte, or of two with the higher first.
    fn of(pixel: &[u8], sample_bytes: usize) -> Self {
        let channels = pixel.len() / sample_bytes;
        let mut high = [0; 4];
        for (high, sample) in high.iter_mut().zip(pixel.chunks_exact(sample_bytes)) {
            *high = sample[0];
        }
        if is_light(&high[..channels]) {
            return Self::Light;
        }
        let has_alpha = channels.is_multiple_of(2);
        let (colour, alpha) = pixel.split_at(pixel.len() - usize::from(has_alpha) * sample_bytes);
        let is_zero = |samples: &[u8]| samples.iter().all(|&byte| byte == 0);
        match is_zero(colour) || (has_alpha && is_zero(alpha)) {
            true => Self::Black,
            false => Self::Dark,
        }
    }
}

/// Words for what the decoder met, in place of its own, which are about chunks
/// and codes.
fn not_readable(path: &Path, error: &DecodingError) -> Failure {
    let why = match error {
        DecodingError::IoError(_) => "it ends too early".to_owned(),
        DecodingError::LimitsExceeded => {
            format!("it takes more than {MAX_DECODER_BYTES} bytes of memory")
        }
        _ => "it is damaged".to_owned(),
    };
    Failure::input(format!(
        "{} can't be read as a PNG image: {why}",
        path.display()
    ))
}

/// The side of a cell in pixels, for an image that is a mask of the grid and not
/// too large.
fn checked_side(grid: Grid, width: u32, height: u32, path: &Path) -> Result<usize> {
    let refused = |why: String| {
        Failure::Input(format!(
            "{} is {width} pixels wide and {height} high; {why}",
            path.display()
        ))
    };
    let side = pixels_a_cell(grid, width, height).ok_or_else(|| {
        let frames = match grid.frames() {
            1 => String::new(),
            frames => format!(" ({frames} frames below each other)"),
        };
        refused(format!(
            "a mask of a {grid} grid is {} wide and {} high{frames}, or the same whole multiple of both",
            grid.width(),
            rows(grid)
        ))
    })?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(refused(format!("a mask has at most {MAX_PIXELS} pixels")));
    }
    Ok(side)
}

/// Rows of a grid over all its frames, which stand below each other.
fn rows(grid: Grid) -> u32 {
    grid.frames() * grid.height()
}

/// The side of a cell in pixels, if an image of this size is a mask of the
/// grid.
fn pixels_a_cell(grid: Grid, width: u32, height: u32) -> Option<usize> {
    let side = width / grid.width();
    let fits = |pixels: u32, cells: u32| u64::from(side) * u64::from(cells) == u64::from(pixels);
    (side > 0 && fits(width, grid.width()) && fits(height, rows(grid))).then_some(side as usize)
}

/// Whether a pixel of one to four channels of 8 bits (grey or red, green and
/// blue, then perhaps alpha), blended over black, is light. Grey is 0.299 red +
/// 0.587 green + 0.114 blue.
fn is_light(pixel: &[u8]) -> bool {
    let thousandths = match *pixel {
        [grey] | [grey, _] => 1000 * u32::from(grey),
        [red, green, blue] | [red, green, blue, _] => {
            299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue)
        }
        _ => 0,
    };
    let alpha = match *pixel {
        [_, alpha] | [_, _, _, alpha] => u32::from(alpha),
        _ => 255,
    };
    thousandths * alpha >= LIGHT * 1000 * 255
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_begins_in_the_middle() {
        for (pixel, light) in [
            (&[127][..], false),
            (&[128], true),
            (&[255, 128], true),
            (&[255, 127], false),
            (&[200, 100], false),
            (&[128, 128, 128], true),
            (&[255, 0, 0], false),
            (&[0, 255, 0], true),
            (&[0, 0, 255], false),
            (&[255, 255, 255, 0], false),
            (&[255, 255, 255, 128], true),
        ] {
            assert_eq!(is_light(pixel), light, "{pixel:?}");
        }
    }

    #[test]
    fn what_is_neither_black_nor_light() {
        for (pixel, sample_bytes, shade) in [
            (&[0][..], 1, Shade::Black),
            (&[1], 1, Shade::Dark),
            (&[1, 0], 1, Shade::Black),
            (&[1, 255], 1, Shade::Dark),
            (&[200, 255], 1, Shade::Light),
            (&[0, 0, 1], 1, Shade::Dark),
            (&[255, 255, 255, 0], 1, Shade::Black),
            (&[0, 1], 2, Shade::Dark),
            (&[0x80, 0], 2, Shade::Light),
            (&[0, 0, 0, 1], 2, Shade::Black),
            (&[0, 1, 0, 1], 2, Shade::Dark),
        ] {
            assert_eq!(Shade::of(pixel, sample_bytes), shade, "{pixel:?}");
        }
    }

    #[test]
    fn sides_are_the_same_whole_multiple() {
        let grid = Grid::video(2, 3, 5).unwrap();
        for (width, height, side) in [
            (5, 6, Some(1)),
            (80, 96, Some(16)),
            (5, 3, None),
            (10, 6, None),
            (5, 12, None),
            (7, 8, None),
            (0, 0, None),
        ] {
            assert_eq!(pixels_a_cell(grid, width, height), side);
        }
    }
}
