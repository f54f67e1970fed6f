//! Image files.

use std::io::Cursor;

use image::{ImageDecoder, ImageFormat, ImageReader, Limits};
use orders_core::{MemoryError, MemoryLimit};

use super::jpeg::{JpegFault, check_complete};
use super::pixels::{Image, ImageError};

/// The most memory that a decoder may take: 1 GiB, more than the largest image
/// that is allowed.
const DECODER_BYTES: u64 = 1 << 30;

/// Decodes a PNG, JPEG or WebP file; which of them it is, its first bytes say.
///
/// Grey images stay grey, all others become red-green-blue. Deeper samples are
/// rounded to 8 bits, palettes are looked up, and transparency is left out: a
/// transparent pixel keeps the colour that the file gives it, as with Pillow's
/// `convert("RGB")`.
///
/// # Errors
///
/// [`DecodeError`]. The size in the header is held against [`Image::MAX_SIDE`]
/// before pixels are decoded. A file that lacks a part of its image is refused; bytes behind
/// the image are passed over.
pub fn decode(bytes: &[u8]) -> Result<Image, DecodeError> {
    decode_within(bytes, MemoryLimit::NONE)
}

/// The same, if what it takes is within a limit.
///
/// # Errors
///
/// Those of [`decode`], and [`DecodeError::Memory`].
pub fn decode_within(bytes: &[u8], memory: MemoryLimit) -> Result<Image, DecodeError> {
    check_room(bytes, memory)?;
    let reader = reader(bytes)?;
    let is_jpeg = reader.format() == Some(ImageFormat::Jpeg);
    let decoded = reader.decode().map_err(damaged)?;
    if is_jpeg {
        check_complete(bytes)?;
    }
    let (width, height) = (decoded.width(), decoded.height());
    let (channels, pixels) = match decoded.color().has_color() {
        false => (1, decoded.into_luma8().into_raw()),
        true => (3, decoded.into_rgb8().into_raw()),
    };
    Ok(Image::new(height, width, channels, pixels)?)
}

/// Whether there is room for the pixels as the file has them, and as an image has them.
fn check_room(bytes: &[u8], memory: MemoryLimit) -> Result<(), DecodeError> {
    let decoder = reader(bytes)?.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    let needed = decoder.total_bytes().saturating_add(3 * pixels);
    memory.check(needed).map_err(|source| DecodeError::Memory {
        height,
        width,
        source,
    })
}

fn reader(bytes: &[u8]) -> Result<ImageReader<Cursor<&[u8]>>, DecodeError> {
    // Reading from memory does not fail.
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| damaged(image::ImageError::IoError(error)))?;
    let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];
    if !reader
        .format()
        .is_some_and(|format| known.contains(&format))
    {
        return Err(DecodeError::Format);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(Image::MAX_SIDE);
    limits.max_image_height = Some(Image::MAX_SIDE);
    limits.max_alloc = Some(DECODER_BYTES);
    reader.limits(limits);
    Ok(reader)
}

fn damaged(error: image::ImageError) -> DecodeError {
    DecodeError::Damaged(error.into())
}

/// Why a file is no image that can be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The first bytes are those of no known format.
    #[error("it is neither a PNG, a JPEG nor a WebP image")]
    Format,
    /// The file is damaged, or its header asks for too much.
    #[error("it can't be decoded")]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A JPEG file lacks a part of its image.
    #[error(transparent)]
    Jpeg(#[from] JpegFault),
    /// There is no room for it.
    #[error("an image of {height}x{width} pixels {source}")]
    Memory {
        /// Rows.
        height: u32,
        /// Pixels of a row.
        width: u32,
        /// What it takes, and what there is.
        source: MemoryError,
    },
    /// The image has an impossible size.
    #[error(transparent)]
    Image(#[from] ImageError),
}
