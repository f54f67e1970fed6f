//! Patch codebooks: small tokenizers whose codes are patches of pixels.
//!
//! An image is cut into patches of p x p pixels, and each becomes the number of
//! the code that is nearest to it (vector quantisation; Gersho and Gray, 1992).
//! Codes are found by k-means: Lloyd's algorithm (IEEE Trans. Inf. Theory 28(2),
//! 1982) from a k-means++ start (Arthur and Vassilvitskii, SODA 2007).
//!
//! Everything that is summed across patches is summed in whole numbers or in a
//! fixed order, so that the same patches and seed give the same bytes for any
//! number of threads and on every machine.

mod error;
mod file;
mod kmeans;
mod nearest;
mod patches;
mod tokenizer;

pub use error::{CodebookError, CodebookFileError, MalformedCodebook};
pub use kmeans::{CodebookInfo, CodebookParams};
pub use patches::{CountedPatches, PatchShape};
pub use tokenizer::PatchCodebook;
