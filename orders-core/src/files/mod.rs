//! Order files: many orders of the same cells, in three formats, with a
//! manifest beside each.
//!
//! An order file holds `count` rows. Each row is a permutation of the N cells
//! 0 to N - 1 of a grid, as raster indices `row * width + column`, first
//! generated first; N is the same in all rows. The group sizes are not in the
//! rows: they are in the manifest, or known otherwise.
//!
//! [`Encoder`] turns orders into bytes and [`OutputFile`] makes a file of them
//! that appears whole or not at all; [`read_orders`] reads any of the formats
//! row by row, from any source; [`RowChecker`] says whether rows are
//! permutations; [`Manifest`] says what a file is. All of it streams: memory
//! does not grow with the number of orders. [`open_regular`] and [`read_at_most`] open
//! files of any kind that come from outside.
//!
//! ```
//! use orders_core::files::{Encoder, Format, Limits, Manifest, OutputFile, RowChecker};
//! use orders_core::files::{RowError, read_order_file};
//! use std::io::Write;
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("two.npy");
//!
//! let encoder = Encoder::new(Format::from_path(&path)?, 2, 4, &Default::default())?;
//! let mut file = OutputFile::create(&path)?;
//! let mut bytes = encoder.header().to_vec();
//! encoder.row(0, &[0, 1, 2, 3], &mut bytes);
//! encoder.row(1, &[3, 1, 0, 2], &mut bytes);
//! file.write_all(&bytes)?;
//! file.write_all(encoder.footer())?;
//! let file = file.finish()?;
//!
//! let manifest = Manifest::new("an example", &encoder, &file)?;
//! let mut beside = OutputFile::create(Manifest::path_for(&path))?;
//! beside.write_all(manifest.to_toml()?.as_bytes())?;
//! beside.finish()?.persist(false)?;
//! file.persist(false)?;
//!
//! let mut checker = RowChecker::new(4);
//! let summary = read_order_file(&path, &Limits::default(), |index, row| -> Result<(), RowError> {
//!     checker.check(index, row)
//! })?;
//! assert_eq!(summary.count, 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Layouts
//!
//! What is *written* is exactly the following. What is *read* is wider, so
//! that files of other programs can be used; each section says how far.
//!
//! Entries of the binary formats are unsigned integers of 16 bits if N is at
//! most 65,536, else of 32 bits, little endian.
//!
//! ## JSON (`.json`)
//!
//! ```text
//! [[68,84,255],[2,0,1]]
//! ```
//!
//! A list of rows, each a list of whole numbers in decimal, in ASCII, without
//! spaces and without a newline at the end. No orders are `[]`. This is what
//! `json.load` of Python turns into a list of lists of `int`.
//!
//! *Read:* any JSON list of lists of whole numbers from 0 to 2^32 - 1, or one such
//! list for one order, with
//! white space (space, tab, newline, carriage return) where JSON allows it.
//! Numbers with a fraction or an exponent (`1.0`, `1e2`) are refused, as are a
//! byte order mark and everything that is neither list nor number.
//!
//! ## NumPy (`.npy`)
//!
//! | bytes | content |
//! |---|---|
//! | 6 | `\x93NUMPY` |
//! | 2 | version: `1`, `0` |
//! | 2 | length L of the text, little endian |
//! | L | `{'descr': '<u2', 'fortran_order': False, 'shape': (COUNT, N), }`, spaces, and a newline |
//! | COUNT x N x 2 or 4 | the entries, row after row |
//!
//! `'<u2'` is `'<u4'` if N is over 65,536. 10 + L is a multiple of 64. The
//! bytes are those that `numpy.save` of NumPy 1.23 and later writes.
//!
//! *Read:* versions 1.0, 2.0 and 3.0; a text of at most 64 KiB; the types
//! `u1 i1 u2 i2 u4 i4 u8 i8` with `<` or `>` (or `|` for one byte); two
//! dimensions, or one of one order; C or Fortran order. The file must end after the
//! last entry.
//!
//! ## Safetensors (`.safetensors`)
//!
//! | bytes | content |
//! |---|---|
//! | 8 | length L of the JSON, little endian |
//! | L | `{"__metadata__":{"key":"value"},"orders":{"dtype":"U16","shape":[COUNT,N],"data_offsets":[0,SIZE]}}` and spaces |
//! | SIZE | the entries, row after row |
//!
//! `U16` is `U32` if N is over 65,536; SIZE is COUNT x N x 2 or 4. L is a
//! multiple of 8 and at most 1 MiB. `__metadata__` has the strings that the
//! [`Encoder`] was given, sorted by key, and is left out if there are none.
//!
//! *Read:* any valid file with a JSON of at most 1 MiB; the tensor `orders`,
//! or the only one there is; of type `U8 I8 U16 I16 U32 I32 U64 I64`; with two
//! dimensions, or one of one order. The file must end after the last tensor.
//!
//! ## Manifest (`.toml`)
//!
//! TOML 1.0 in a file named like the order file with `.toml` at the end:
//!
//! ```toml
//! program = "orders-cli 0.1.0"
//! file = "res256_steps20_repulsion4.json"
//! format = "json"                     # json, npy or safetensors
//! count = 60000
//! cells = 256
//! sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
//! bytes = 54894061
//! # From here on, what is known:
//! grid = "16x16"                      # HEIGHTxWIDTH
//! group_sizes = [1, 2, 4, 5, 244]     # sum to the cells
//! method = "lpd"
//! seed = 0                            # a string if 2^63 or more
//! note = "converted from orders.npy"
//!
//! [parameters]
//! repulsion_threshold = 4.0
//! ```
//!
//! Other fields are refused, and manifests over 4 MiB.

mod arrays;
mod digest;
mod encoder;
mod folder_lock;
mod format;
mod input;
mod json;
mod manifest;
mod manifest_error;
mod origin;
mod output;
mod partial;
mod read;
mod read_error;
mod row_checker;
mod rows;

pub use digest::{Digest, DigestError, Hasher};
pub use encoder::{EncodeError, Encoder};
pub use folder_lock::{FolderLock, LockError};
pub use format::{Format, FormatError};
pub use input::{Irregular, IrregularFile, open_regular, read_at_most};
pub use manifest::Manifest;
pub use manifest_error::ManifestError;
pub use origin::OrderOrigin;
pub use output::{FinishedFile, OutputError, OutputFile, OutputFolder};
pub use partial::{is_passed_over, remove_abandoned};
pub use read::{read_order_file, read_orders};
pub use read_error::{Malformed, ReadError, ReadFileError};
pub use row_checker::{RowChecker, RowError};
pub use rows::{Limits, Summary};
