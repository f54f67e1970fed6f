//! Images and tokens for models that generate in parallel.
//!
//! ```
//! use orders_datasets::{CodebookParams, CountedPatches, ImageArray, ImageSource};
//! use orders_datasets::{PatchCodebook, PatchShape, Preparation};
//! use std::ops::ControlFlow;
//!
//! let source = ImageArray::new((2, 2, 1), vec![0, 0, 0, 0, 9, 9, 9, 9], None, None)?;
//! let preparation = Preparation { pad: Some(4), ..Preparation::default() };
//! let images: Vec<_> = (0..source.len())
//!     .map(|index| Ok(preparation.apply(source.image(index)?)?))
//!     .collect::<Result<_, Box<dyn std::error::Error>>>()?;
//!
//! let patches = CountedPatches::from_images(PatchShape::new(2, 1)?, &images)?;
//! let params = CodebookParams { codes: 2, ..CodebookParams::default() };
//! let go_on = |_| ControlFlow::Continue(());
//! let (codebook, _) = PatchCodebook::train(&patches, &params, go_on)?;
//! let (grid, tokens) = codebook.encode(&images[1])?;
//! assert_eq!(grid.to_string(), "2x2");
//! assert_ne!(tokens[0], codebook.encode(&images[0])?.1[1]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is here
//!
//! - **Images in**: [`open`] reads IDX files, folders of images and arrays as
//!   an [`ImageSource`]; [`decode`] reads an image file.
//! - **Before tokens**: [`Preparation`] (colour, [centre
//!   crop](Image::center_crop), [padding](Margins)), [mirror
//!   images](Image::flipped), [`Psnr`].
//! - **Patch codebooks**: [`PatchCodebook`], a small tokenizer for experiments.
//! - **Tokens**: [`TokenSet`] in a file of its own, [`read_token_cache`] and
//!   [`write_token_cache`] for the `.npz` files of published training code.
//! - **Splits**: [`hold_out`] and [`subset`], fixed by a seed.
//!
//! Whatever is read may come from anywhere: sizes are held against the length of
//! a file, and against limits, before anything is allocated.
//!
//! # What is not
//!
//! The crate knows no generation orders and no networks. Of `orders-core` it
//! uses grids, seeded randomness and the parts that files are made of.

mod codebook;
mod file;
mod image;
mod source;
mod split;
mod tokens;

pub use codebook::{
    CodebookError, CodebookFileError, CodebookInfo, CodebookParams, CountedPatches,
    MalformedCodebook, PatchCodebook, PatchShape,
};
pub use file::DataFileError;
pub use image::{
    DecodeError, Image, ImageError, JpegFault, Margins, Preparation, PreparationError, Psnr,
    decode, decode_within,
};
pub use source::{
    ClassFiles, IdxError, ImageArray, ImageArrayError, ImageFolder, ImageSource, LeftOut,
    LeftOutReason, NamedSource, OpenOptions, SourceError, open, read_idx_images, read_idx_labels,
    read_labels,
};
pub use split::{hold_out, subset};
pub use tokens::{
    CacheError, CacheOptions, MalformedTokens, Provenance, TokenError, TokenFileError,
    TokenFileOptions, TokenParts, TokenRows, TokenSet, cache_files, check_cache_names,
    is_token_file, read_token_cache, tokenizer_identity, write_token_cache,
};
