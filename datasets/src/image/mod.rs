//! Images in memory and what is done to them before they become tokens.

mod decode;
mod pixels;
mod preparation;
mod psnr;

pub use decode::{DecodeError, decode, decoded_size};
pub use pixels::{Image, ImageError};
pub use preparation::{Margins, Preparation, PreparationError};
pub use psnr::Psnr;
