//! Files of an animation.

use gif::{Encoder, Extension, Frame, Repeat};

use super::Animation;
use super::palette::Palette;
use crate::error::FigureError;
use crate::image::COMMENT;

pub(super) fn apng(animation: &Animation<'_>) -> Result<Vec<u8>, FigureError> {
    let failed = |error: png::EncodingError| FigureError::Encoding(Box::new(error));
    let mut palette = Palette::new();
    let mut file = Vec::new();
    let (width, height) = animation.size();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette.bytes());
    encoder.set_deflate_compression(png::DeflateCompression::Level(3));
    if !animation.origin.is_empty() {
        encoder
            .add_itxt_chunk(COMMENT.into(), animation.origin.clone())
            .map_err(failed)?;
    }
    let frames = animation.frames();
    encoder.set_animated(frames as u32, 0).map_err(failed)?;
    let mut writer = encoder.write_header().map_err(failed)?;
    for frame in 0..frames {
        let delay = animation.delay(frame);
        writer.set_frame_delay(delay, 100).map_err(failed)?;
        let pixels = palette.indices(&animation.frame(frame)?.to_image());
        writer.write_image_data(&pixels).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    Ok(file)
}

pub(super) fn gif(animation: &Animation<'_>) -> Result<Vec<u8>, FigureError> {
    let failed = |error: gif::EncodingError| FigureError::Encoding(Box::new(error));
    let mut palette = Palette::new();
    let mut file = Vec::new();
    // Sides are at most 2^14.
    let (width, height) = animation.size();
    let (width, height) = (width as u16, height as u16);
    let mut encoder = Encoder::new(&mut file, width, height, &palette.bytes()).map_err(failed)?;
    encoder.set_repeat(Repeat::Infinite).map_err(failed)?;
    if !animation.origin.is_empty() {
        let origin = animation.origin.as_bytes();
        encoder
            .write_raw_extension(Extension::Comment.into(), &[origin])
            .map_err(failed)?;
    }
    for frame in 0..animation.frames() {
        let pixels = palette.indices(&animation.frame(frame)?.to_image());
        let mut frame_data = Frame::from_indexed_pixels(width, height, pixels, None);
        frame_data.delay = animation.delay(frame);
        encoder.write_frame(&frame_data).map_err(failed)?;
    }
    drop(encoder);
    Ok(file)
}
