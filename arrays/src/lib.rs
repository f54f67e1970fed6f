//! Array files: `.npy`, `.npz` and `.safetensors`, in and out.
//!
//! ```
//! use orders_arrays::{ElementType, npy_header, open_npy};
//! use std::io::Cursor;
//!
//! let mut file = npy_header(ElementType::U16, &[2, 3])?;
//! file.extend([7_u16, 8, 9, 1, 2, 3].iter().flat_map(|value| value.to_le_bytes()));
//!
//! let array = open_npy(Cursor::new(file))?;
//! assert_eq!(array.shape(), [2, 3]);
//! let mut entries = array.entries::<u32>()?;
//! let mut row = Vec::new();
//! entries.read(3, &mut row)?;
//! assert_eq!(row, [7, 8, 9]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | to read | to write |
//! |---|---|
//! | [`open_npy`] | [`npy_header`], then the entries |
//! | [`SafetensorsFile`] | [`safetensors_header`], then the entries |
//! | [`NpzFile`] (feature `npz`) | [`NpzWriter`] (feature `npz`) |
//!
//! Each gives an [`Array`]: what the header says. [`Array::entries`] holds that
//! against the length of the file and gives [`Entries`], which come in C order
//! (the last dimension runs fastest), whole or piece by piece, as the type asked
//! for: any integers as `u32`, any floating-point numbers as `f64` or `f32`, or
//! the type of the file itself. [`Element`] says which types become which.
//! What is written has C order and little-endian numbers.
//!
//! # Files are hostile
//!
//! Nothing in a file is trusted. Headers have at most 64 KiB (`.npy`) or 1 MiB
//! (`.safetensors`). Sizes are held against the length of the file before
//! anything is allocated, and what is unpacked against a limit that the caller
//! gives. Every fault is an [`ArrayError`], one variant for each rule; no input
//! leads to a panic.
//!
//! # Memory
//!
//! Entries in C order are read in blocks of 64 KiB. Those in Fortran order lie far
//! apart, and are read in blocks of up to 64 MiB, or of one item of the first
//! dimension (longer than 1) where that has more; a file that is larger is passed
//! over several times.
//!
//! # What it does not do
//!
//! Records, text, complex numbers, pickled objects and numbers of 4, 6 or 128
//! bits are refused. Nothing is mapped into memory, and no number is rounded, but
//! for those that are asked for as `f32`.

mod array;
mod element;
mod error;
mod npy;
#[cfg(feature = "npz")]
mod npz;
mod safetensors;

pub use array::{Array, Entries};
pub use element::{Element, ElementType};
pub use error::{ArrayError, HeaderError, excerpt};
/// Elements of 16 bits.
pub use half::{bf16, f16};
pub use npy::{npy_header, open_npy};
#[cfg(feature = "npz")]
pub use npz::{NpzFile, NpzWriter};
pub use safetensors::{SafetensorsFile, safetensors_header};
