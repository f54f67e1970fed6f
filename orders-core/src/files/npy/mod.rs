//! NumPy order files.

mod header;
mod read;
mod write;

pub(super) use read::read;
pub(super) use write::header;

/// What every `.npy` file begins with.
const MAGIC: &[u8; 6] = b"\x93NUMPY";
