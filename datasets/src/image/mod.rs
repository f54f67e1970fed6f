//! Images in memory and what is done to them before they become tokens.

mod center_crop;
mod decode;
mod flip;
mod pad;
mod pixels;
mod preparation;
mod psnr;

pub use center_crop::CropError;
pub use decode::{DecodeError, decode, decoded_size};
pub use pad::{Margins, PadError};
pub use pixels::{Image, ImageError};
pub use preparation::{Preparation, PreparationError};
pub use psnr::{Psnr, squared_error};
