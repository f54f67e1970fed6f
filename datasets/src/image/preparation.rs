//! From images of any size to those that a tokenizer takes.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

use super::pixels::Image;

/// What is done to every image before it becomes tokens, in this order: colour,
/// crop, padding.
///
/// ```
/// use orders_datasets::{Image, Preparation};
///
/// let preparation = Preparation { pad: Some(32), ..Preparation::default() };
/// let image = preparation.apply(Image::new(28, 28, 1, vec![255; 784])?)?;
/// assert_eq!(image.shape(), (32, 32, 1));
/// assert_eq!(image.pixels()[..66], [0; 66]);
/// assert_eq!(image.pixels()[66], 255);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preparation {
    /// Bytes of a pixel: 1 makes images grey, 3 makes them red-green-blue; as
    /// they are if not given.
    pub channels: Option<u8>,
    /// Side of a [centre crop](Image::center_crop).
    pub crop: Option<u32>,
    /// Side of a square that images are padded to with black.
    pub pad: Option<u32>,
}

impl Preparation {
    /// Prepares an image.
    ///
    /// # Errors
    ///
    /// [`PreparationError`] if it can't be cropped or padded to the sides asked
    /// for, or if the channels are neither 1 nor 3.
    pub fn apply(&self, image: Image) -> Result<Image, PreparationError> {
        let image = self.before_padding(image)?;
        let margins = self.margins(&image)?;
        Ok(if margins == Margins::default() {
            image
        } else {
            image.padded(margins)
        })
    }

    /// The image with everything done but the padding.
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply).
    pub fn before_padding(&self, image: Image) -> Result<Image, PreparationError> {
        let image = match self.channels {
            None => image,
            Some(channels) if channels == image.channels() => image,
            Some(1) => image.to_grey(),
            Some(3) => image.to_rgb(),
            Some(channels) => return Err(PreparationError::Channels(channels)),
        };
        match self.crop {
            None => Ok(image),
            Some(side) => image.center_crop(side),
        }
    }

    /// The margins that padding puts around an image that is not padded yet.
    ///
    /// # Errors
    ///
    /// [`PreparationError::Pad`] if it is too large.
    pub fn margins(&self, image: &Image) -> Result<Margins, PreparationError> {
        match self.pad {
            None => Ok(Margins::default()),
            Some(side) => Margins::to_square(image.height(), image.width(), side),
        }
    }
}

/// Why an image can't be prepared.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreparationError {
    /// Neither grey nor red-green-blue was asked for.
    #[error("images can't be given {0} channels; 1 (grey) or 3 (RGB) are allowed")]
    Channels(u8),
    /// It is too large to be padded.
    #[error(
        "an image of {height}x{width} pixels can't be padded to {side}x{side}; sides of at least its own, up to {}, are allowed",
        Image::MAX_SIDE
    )]
    Pad {
        /// Rows of the image.
        height: u32,
        /// Pixels of its rows.
        width: u32,
        /// The side asked for.
        side: u32,
    },
    /// Such a crop can't be had.
    #[error(
        "images can't be cropped to a side of {0}; sides from 1 to {most} are allowed",
        most = Image::MAX_SIDE
    )]
    Side(u32),
    /// It is too thin to be cropped.
    #[error(
        "an image of {height}x{width} pixels is too thin to be cropped to {side}x{side}; its longer side would be scaled to more than {} pixels",
        Image::MAX_SIDE
    )]
    Shape {
        /// Rows of the image.
        height: u32,
        /// Pixels of its rows.
        width: u32,
        /// The side asked for.
        side: u32,
    },
    /// The resizing library refused: a fault of this crate.
    #[error("the image can't be resized: {0}")]
    Resize(String),
}

/// Pixels on each side of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Margins {
    /// Rows above.
    pub top: u32,
    /// Rows below.
    pub bottom: u32,
    /// Pixels to the left.
    pub left: u32,
    /// Pixels to the right.
    pub right: u32,
}

impl Margins {
    /// What brings an image of `height` x `width` pixels to `side` x `side`,
    /// as evenly as can be: where it is odd, the extra row is below and the
    /// extra column to the right.
    ///
    /// # Errors
    ///
    /// [`PreparationError::Pad`] if a side of the image is longer.
    pub fn to_square(height: u32, width: u32, side: u32) -> Result<Self, PreparationError> {
        if height > side || width > side || side > Image::MAX_SIDE {
            return Err(PreparationError::Pad {
                height,
                width,
                side,
            });
        }
        let (rows, columns) = (side - height, side - width);
        Ok(Self {
            top: rows / 2,
            bottom: rows - rows / 2,
            left: columns / 2,
            right: columns - columns / 2,
        })
    }
}

impl Image {
    /// The image with black pixels around it. O(pixels).
    ///
    /// # Panics
    ///
    /// If a side becomes longer than [`Image::MAX_SIDE`], which it can't with
    /// [`Margins::to_square`]. Never otherwise.
    pub fn padded(&self, margins: Margins) -> Self {
        let channels = usize::from(self.channels());
        let (left, right) = (margins.left as usize, margins.right as usize);
        let width = self.width() + margins.left + margins.right;
        let height = self.height() + margins.top + margins.bottom;
        assert!(
            width.max(height) <= Self::MAX_SIDE,
            "an image padded to {height}x{width}"
        );
        let row_bytes = width as usize * channels;
        let mut pixels = vec![0; margins.top as usize * row_bytes];
        for row in self.pixels().chunks_exact(self.row_bytes()) {
            pixels.resize(pixels.len() + left * channels, 0);
            pixels.extend_from_slice(row);
            pixels.resize(pixels.len() + right * channels, 0);
        }
        pixels.resize(height as usize * row_bytes, 0);
        Self::from_parts(height, width, self.channels(), pixels)
    }

    /// The image without its margins: what [`padded`](Self::padded) was called
    /// on. O(pixels).
    ///
    /// # Panics
    ///
    /// If nothing is left. Never otherwise.
    pub fn without(&self, margins: Margins) -> Self {
        self.window(
            margins.top,
            margins.left,
            self.height() - margins.top - margins.bottom,
            self.width() - margins.left - margins.right,
        )
    }

    /// A part of the image.
    pub(crate) fn window(&self, top: u32, left: u32, height: u32, width: u32) -> Self {
        let channels = usize::from(self.channels());
        let (from, to) = (left as usize * channels, (left + width) as usize * channels);
        let rows = self.pixels().chunks_exact(self.row_bytes());
        let rows = rows.skip(top as usize).take(height as usize);
        let pixels: Vec<u8> = rows.flat_map(|row| &row[from..to]).copied().collect();
        assert!(!pixels.is_empty(), "an empty part of an image");
        Self::from_parts(height, width, self.channels(), pixels)
    }
}

impl Image {
    /// The middle of the image, `side` x `side` pixels, as the data of LPD and
    /// of the models before it were cut (Dhariwal and Nichol, 2021):
    ///
    /// 1. while the shorter side is at least `2 * side`, the image is halved by
    ///    averaging, sides rounded down, with the inputs that Pillow 10.4 averages;
    /// 2. it is scaled by `side / shorter side` with the bicubic kernel of
    ///    a = -0.5, widened when it shrinks the image, sides rounded (ties to
    ///    even);
    /// 3. the middle is cut out, rounded to the upper left.
    ///
    /// Values agree with Pillow's within one grey level. O(pixels).
    ///
    /// # Errors
    ///
    /// [`PreparationError::Side`] unless `side` is from 1 to [`Image::MAX_SIDE`],
    /// [`PreparationError::Shape`] if the image is so thin that its scaled longer side
    /// would be longer than that.
    pub fn center_crop(&self, side: u32) -> Result<Self, PreparationError> {
        if !(1..=Self::MAX_SIDE).contains(&side) {
            return Err(PreparationError::Side(side));
        }
        let mut halved: Option<Self> = None;
        loop {
            let image = halved.as_ref().unwrap_or(self);
            if image.height().min(image.width()) / 2 < side {
                break;
            }
            halved = Some(image.halved());
        }
        let image = halved.as_ref().unwrap_or(self);
        let shorter = image.height().min(image.width());
        let scale = f64::from(side) / f64::from(shorter);
        let scaled = |length: u32| (f64::from(length) * scale).round_ties_even();
        let (height, width) = (scaled(image.height()), scaled(image.width()));
        if height.max(width) > f64::from(Self::MAX_SIDE) {
            return Err(PreparationError::Shape {
                height: self.height(),
                width: self.width(),
                side,
            });
        }
        let (height, width) = (height as u32, width as u32);
        let image = resized(image, (height, width))?;
        Ok(image.window((height - side) / 2, (width - side) / 2, side, side))
    }
}

/// First along the rows, then along the columns, rounded to 8 bits between, as
/// Pillow does it: the order shows where values are clipped.
fn resized(image: &Image, (height, width): (u32, u32)) -> Result<Image, PreparationError> {
    let mut resizer = Resizer::new();
    let rows = resized_at_once(&mut resizer, image, (image.height(), width))?;
    resized_at_once(&mut resizer, &rows, (height, width))
}

fn resized_at_once(
    resizer: &mut Resizer,
    image: &Image,
    (height, width): (u32, u32),
) -> Result<Image, PreparationError> {
    if (image.height(), image.width()) == (height, width) {
        return Ok(image.clone());
    }
    let mut pixels = vec![0; height as usize * width as usize * usize::from(image.channels())];
    match image.channels() {
        1 => resize_pixels::<U8>(resizer, image, (height, width), &mut pixels),
        _ => resize_pixels::<U8x3>(resizer, image, (height, width), &mut pixels),
    }?;
    Ok(Image::from_parts(height, width, image.channels(), pixels))
}

/// For one type of pixel: the library's call that finds out the type brings the code for
/// all 16 of them, which takes minutes to compile.
fn resize_pixels<P: PixelTrait>(
    resizer: &mut Resizer,
    image: &Image,
    (height, width): (u32, u32),
    pixels: &mut [u8],
) -> Result<(), PreparationError> {
    let source = TypedImageRef::<P>::from_buffer(image.width(), image.height(), image.pixels())
        .map_err(cant_resize)?;
    let mut target = TypedImage::<P>::from_buffer(width, height, pixels).map_err(cant_resize)?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    resizer
        .resize_typed(&source, &mut target, &options)
        .map_err(cant_resize)
}

fn cant_resize(error: impl ToString) -> PreparationError {
    PreparationError::Resize(error.to_string())
}
