//! Files of an animation.

use std::collections::BTreeMap;

use gif::{Encoder, Extension, Frame, Repeat};

use super::Animation;
use crate::error::FigureError;
use crate::image::{COMMENT, Image};
use crate::theme::{BACKGROUND, CONTEXT, INK, KNOWN, MUTED_INK, NOT_YET, NOW, OUTLINE, Rgb};

/// Shades between text and background.
const SHADES: i32 = 15;

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

/// The colours of all frames: those of the theme, and shades of text.
struct Palette {
    colours: Vec<Rgb>,
    /// Nearest colour of each that was met.
    indices: BTreeMap<Rgb, u8>,
}

impl Palette {
    fn new() -> Self {
        let mut colours = vec![
            BACKGROUND, NOT_YET, NOW, CONTEXT, KNOWN, OUTLINE, MUTED_INK, INK,
        ];
        for ink in [INK, MUTED_INK] {
            colours.extend((1..SHADES).map(|share| {
                let mix = |from: u8, to: u8| {
                    let (from, to) = (i32::from(from), i32::from(to));
                    (from + (to - from) * share / SHADES) as u8
                };
                let [r, g, b] = ink;
                [
                    mix(BACKGROUND[0], r),
                    mix(BACKGROUND[1], g),
                    mix(BACKGROUND[2], b),
                ]
            }));
        }
        Self {
            colours,
            indices: BTreeMap::new(),
        }
    }

    /// All colours, red, green and blue in turn.
    fn bytes(&self) -> Vec<u8> {
        self.colours.concat()
    }

    /// The nearest colour's number for each pixel. Colours of cells are in the
    /// palette and stay what they are.
    fn indices(&mut self, image: &Image) -> Vec<u8> {
        let (colours, known) = (&self.colours, &mut self.indices);
        let mut last = None;
        let pixels = image.rgb().chunks_exact(3);
        pixels
            .map(|pixel| {
                let rgb = [pixel[0], pixel[1], pixel[2]];
                match last {
                    Some((colour, index)) if colour == rgb => index,
                    _ => {
                        let index = *known.entry(rgb).or_insert_with(|| nearest(colours, rgb));
                        last = Some((rgb, index));
                        index
                    }
                }
            })
            .collect()
    }
}

fn nearest(colours: &[Rgb], rgb: Rgb) -> u8 {
    let distance = |colour: &Rgb| -> u32 {
        let squares = colour
            .iter()
            .zip(rgb)
            .map(|(&a, b)| u32::from(a.abs_diff(b)).pow(2));
        squares.sum()
    };
    let numbered = (0_u8..).zip(colours);
    numbered
        .min_by_key(|(_, colour)| distance(colour))
        .map_or(0, |(index, _)| index)
}
