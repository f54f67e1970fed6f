//! Image files.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits};

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
/// before pixels are decoded.
pub fn decode(bytes: &[u8]) -> Result<Image, DecodeError> {
    let decoded = reader(bytes)?.decode()?;
    let (width, height) = (decoded.width(), decoded.height());
    let (channels, pixels) = match decoded.color().has_color() {
        false => (1, decoded.into_luma8().into_raw()),
        true => (3, decoded.into_rgb8().into_raw()),
    };
    Ok(Image::new(height, width, channels, pixels)?)
}

/// Height and width of an image file by its header.
///
/// # Errors
///
/// [`DecodeError`], as far as the header shows it.
pub fn decoded_size(bytes: &[u8]) -> Result<(u32, u32), DecodeError> {
    let (width, height) = reader(bytes)?.into_dimensions()?;
    Image::checked_bytes(height, width, 1)?;
    Ok((height, width))
}

fn reader(bytes: &[u8]) -> Result<ImageReader<Cursor<&[u8]>>, DecodeError> {
    // Reading from memory does not fail.
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(image::ImageError::IoError)?;
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

/// Why a file is no image that can be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The first bytes are those of no known format.
    #[error("it is neither a PNG, a JPEG nor a WebP image")]
    Format,
    /// The file is damaged, or its header asks for too much.
    #[error("it can't be decoded")]
    Damaged(#[from] image::ImageError),
    /// The image has an impossible size.
    #[error(transparent)]
    Image(#[from] ImageError),
}
