//! A finished picture.

use std::fmt;

use crate::error::{FigureError, MOST_PIXELS};

/// Keyword of the text that says how a picture was made.
pub(crate) const COMMENT: &str = "Comment";

/// A picture in memory: 8-bit sRGB, rows from the top, pixels from the left.
///
/// There is at least one pixel.
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl Image {
    /// A picture from its pixels: red, green, blue, row after row.
    ///
    /// # Errors
    ///
    /// [`FigureError::TooLarge`] if a side is over 2^14 px or there are over 2^24
    /// pixels, [`FigureError::Count`] if there are none, [`FigureError::Length`]
    /// unless `rgb` has `3 * width * height` bytes.
    pub fn from_rgb(width: u32, height: u32, rgb: Vec<u8>) -> Result<Self, FigureError> {
        FigureError::check_size((width, height))?;
        let bytes = 3 * width as usize * height as usize;
        FigureError::check_count("bytes of pixels", bytes, 3, 3 * MOST_PIXELS as usize)?;
        if rgb.len() != bytes {
            return Err(FigureError::Length {
                what: "the list of bytes of pixels".into(),
                given: rgb.len(),
                expected: bytes,
            });
        }
        Ok(Self::new(width, height, rgb))
    }

    /// A picture from its pixels. The caller sees to it that neither side is 0
    /// and that `rgb` has three bytes for each pixel.
    pub(crate) fn new(width: u32, height: u32, rgb: Vec<u8>) -> Self {
        debug_assert!(width > 0 && height > 0);
        debug_assert_eq!(rgb.len(), width as usize * height as usize * 3);
        Self { width, height, rgb }
    }

    /// Pixels in a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Rows of pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All pixels as red, green, blue, row after row: `3 * width * height`
    /// bytes.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The colour of the pixel `x` from the left and `y` from the top, both
    /// from 0; `None` outside of the picture.
    pub fn pixel(&self, x: u32, y: u32) -> Option<[u8; 3]> {
        if x >= self.width || y >= self.height {
            return None;
        }
        let start = 3 * (y as usize * self.width as usize + x as usize);
        self.rgb.get(start..start + 3)?.try_into().ok()
    }

    /// The picture as a PNG file. The same picture gives the same bytes: there
    /// is no time stamp in it.
    pub fn to_png(&self) -> Vec<u8> {
        self.to_png_with("", None)
    }

    /// As [`to_png`](Self::to_png), with a comment unless it is empty, and how
    /// many pixels make an inch on paper if that is said.
    pub(crate) fn to_png_with(&self, comment: &str, per_inch: Option<f64>) -> Vec<u8> {
        let mut file = Vec::new();
        self.encode(&mut file, comment, per_inch)
            .expect("a picture with pixels can be encoded into memory");
        file
    }

    fn encode(
        &self,
        file: &mut Vec<u8>,
        comment: &str,
        per_inch: Option<f64>,
    ) -> Result<(), png::EncodingError> {
        let mut encoder = png::Encoder::new(file, self.width, self.height);
        encoder.set_pixel_dims(per_inch.map(|per_inch| {
            let per_metre = (per_inch / 0.0254).round() as u32;
            png::PixelDimensions {
                xppu: per_metre,
                yppu: per_metre,
                unit: png::Unit::Meter,
            }
        }));
        if !comment.is_empty() {
            encoder.add_itxt_chunk(COMMENT.into(), comment.into())?;
        }
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
        // In a picture of flat areas most rows repeat the one above. With that
        // taken out, higher levels cost much more time than they save space.
        encoder.set_filter(png::Filter::Up);
        encoder.set_deflate_compression(png::DeflateCompression::Level(3));
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.rgb)?;
        writer.finish()
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("width", &self.width)
            .field("height", &self.height)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::Image;

    fn decode(file: &[u8]) -> (u32, u32, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file))
            .read_info()
            .unwrap();
        let mut rgb = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut rgb).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgb);
        (info.width, info.height, rgb)
    }

    #[test]
    fn png_decodes_to_the_same_pixels() {
        for (width, height) in [(1, 1), (7, 3), (640, 2)] {
            let rgb: Vec<u8> = (0..width * height * 3).map(|i| (i * 37) as u8).collect();
            let image = Image::new(width, height, rgb.clone());
            assert_eq!(decode(&image.to_png()), (width, height, rgb));
        }
    }

    #[test]
    fn pixels_that_are_no_picture_are_refused() {
        assert!(Image::from_rgb(2, 1, vec![1; 6]).is_ok());
        assert!(Image::from_rgb(2, 1, vec![1; 5]).is_err());
        assert!(Image::from_rgb(0, 1, vec![]).is_err());
        assert!(Image::from_rgb(1 << 14, 1 << 14, vec![]).is_err());
    }

    #[test]
    fn pixels_are_found_and_none_lies_outside() {
        let image = Image::new(2, 2, (0..12).collect());
        assert_eq!(image.pixel(1, 0), Some([3, 4, 5]));
        assert_eq!(image.pixel(0, 1), Some([6, 7, 8]));
        assert_eq!(image.pixel(2, 0), None);
        assert_eq!(image.pixel(0, 2), None);
    }
}
