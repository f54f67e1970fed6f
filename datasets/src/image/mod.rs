//! Images in memory and what is done to them before they become tokens.

mod decode;
mod halves;
mod jpeg;
mod pixels;
mod preparation;
mod psnr;

pub use decode::{DecodeError, decode, decode_within};
pub use jpeg::JpegFault;
pub use pixels::{Image, ImageError};
pub use preparation::{Margins, Preparation, PreparationError};
pub use psnr::Psnr;
