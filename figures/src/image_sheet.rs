//! Images in rows, with captions.

use crate::canvas::{Anchor, Words};
use crate::error::{FigureError, LONGEST_SIDE};
use crate::figure::Figure;
use crate::look::Look;
use crate::text;
use crate::theme::{self, CAPTION_EM, INK, OUTLINE, SPACE};

/// Width of a whole sheet without margins, in pixels, unless one tile is wider.
const WIDTH: u32 = 1200;
/// Small images are enlarged up to this side.
const ENLARGED: u32 = 112;
/// Height of a caption, in pixels.
const CAPTION: u32 = 22;
/// Pixels between the images of a tile.
const GAP: u32 = 4;
/// The most tiles of a sheet.
const MOST_TILES: usize = 1024;

/// An image of a tile: red, green and blue, rows from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileImage {
    /// Pixels of a row.
    pub width: u32,
    /// Rows of pixels.
    pub height: u32,
    /// `3 * width * height` bytes.
    pub rgb: Vec<u8>,
}

/// Images that belong together, side by side above a caption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// The images, from the left.
    pub images: Vec<TileImage>,
    /// What is written below; nothing if empty.
    pub caption: String,
}

/// Draws tiles of images in rows. Images of all tiles are enlarged by the same
/// whole number, so that a pixel stays a square and small ones can be seen.
///
/// O(P) time for P pixels of the sheet.
///
/// ```
/// use orders_figures::{Tile, TileImage, image_sheet};
///
/// let image = TileImage { width: 2, height: 1, rgb: vec![0, 0, 0, 255, 0, 0] };
/// let tile = Tile { images: vec![image.clone(), image], caption: "the same".into() };
/// let sheet = image_sheet(&[tile], "two", "")?;
/// assert!(sheet.to_svg().contains("aria-label=\"the same\""));
/// # Ok::<(), orders_figures::FigureError>(())
/// ```
///
/// # Errors
///
/// [`FigureError::Count`] unless there are 1 to 1,024 tiles of 1 to 16 images,
/// [`FigureError::Length`] if an image has not the bytes that its size asks
/// for, [`FigureError::TooLarge`] if the sheet is.
pub fn image_sheet(tiles: &[Tile], title: &str, subtitle: &str) -> Result<Figure, FigureError> {
    Look::default().image_sheet(tiles, title, subtitle)
}

impl Look {
    /// As [`image_sheet`](crate::image_sheet()), in this look.
    ///
    /// # Errors
    ///
    /// As there, and [`FigureError::Narrow`].
    pub fn image_sheet(
        &self,
        tiles: &[Tile],
        title: &str,
        subtitle: &str,
    ) -> Result<Figure, FigureError> {
        draw(self, tiles, (title, subtitle))
    }
}

fn draw(look: &Look, tiles: &[Tile], titles: (&str, &str)) -> Result<Figure, FigureError> {
    FigureError::check_count("tiles", tiles.len(), 1, MOST_TILES)?;
    let mut longest = 1;
    for (index, tile) in tiles.iter().enumerate() {
        FigureError::check_count("images of a tile", tile.images.len(), 1, 16)?;
        for image in &tile.images {
            let expected = 3 * image.width as usize * image.height as usize;
            if image.rgb.len() != expected || expected == 0 {
                return Err(FigureError::Length {
                    what: format!("an image of tile {index}"),
                    given: image.rgb.len(),
                    expected: expected.max(3),
                });
            }
            let side = image.width.max(image.height);
            if side > LONGEST_SIDE {
                return Err(FigureError::TooLarge {
                    width: image.width,
                    height: image.height,
                });
            }
            longest = longest.max(side);
        }
    }
    let zoom = (ENLARGED / longest).max(1);
    let font = theme::font()?;
    let tile_width = |tile: &Tile| {
        let images = tile.images.iter().map(|image| zoom * image.width + GAP);
        let caption = text::width(font, CAPTION_EM, &tile.caption).ceil() as u32;
        (images.sum::<u32>() - GAP).max(caption)
    };
    let heights = tiles.iter().flat_map(|tile| &tile.images);
    let image_height = zoom * heights.map(|image| image.height).max().unwrap_or(1);
    let has_captions = tiles.iter().any(|tile| !tile.caption.is_empty());
    let caption_height = if has_captions { CAPTION } else { 0 };
    let pitch = (
        tiles.iter().map(tile_width).max().unwrap_or(1) + SPACE,
        image_height + caption_height + SPACE,
    );
    let count = tiles.len() as u32;
    let across = ((look.room(WIDTH) + SPACE) / pitch.0).clamp(1, count);
    let block = (
        across * pitch.0 - SPACE,
        count.div_ceil(across) * pitch.1 - SPACE,
    );
    let width = look.fitted(block.0.max(look.wanted_width(font, titles)))?;
    let heading = look.heading(font, titles, width);
    let margin = look.margin();
    let top = margin + heading.height();
    let size = (width + 2 * margin, top + block.1 + margin);
    Figure::draw(look, size, titles, |pen| {
        heading.draw(pen, (margin as i32, margin as i32))?;
        for (index, tile) in tiles.iter().enumerate() {
            let (row, column) = (index as u32 / across, index as u32 % across);
            let (mut left, top) = (margin + column * pitch.0, top + row * pitch.1);
            for image in &tile.images {
                let size = (zoom * image.width, zoom * image.height);
                let corner = (left as i32, top as i32);
                pen.frame(
                    (corner.0 - 1, corner.1 - 1),
                    (size.0 as i32 + 2, size.1 as i32 + 2),
                    OUTLINE,
                )?;
                pen.bitmap(corner, size, &enlarged(image, zoom as usize))?;
                left += size.0 + GAP;
            }
            let words = Words::new(&tile.caption, CAPTION_EM, INK, Anchor::TopLeft);
            let below = top + image_height + 5;
            pen.text(&words, ((margin + column * pitch.0) as i32, below as i32))?;
        }
        Ok(())
    })
}

/// The image with each pixel repeated.
fn enlarged(image: &TileImage, zoom: usize) -> Vec<u8> {
    let (pixels, _) = image.rgb.as_chunks::<3>();
    let rows = pixels.chunks_exact(image.width as usize);
    rows.flat_map(|row| std::iter::repeat_n(row, zoom))
        .flat_map(|row| {
            row.iter()
                .flat_map(|pixel| std::iter::repeat_n(pixel, zoom))
        })
        .flatten()
        .copied()
        .collect()
}
