//! Images as tokens, in memory and in files.
//!
//! [`TokenSet`] is what models are trained on and judged by; it is kept in one
//! `.safetensors` file, of which [`TokenRows`] reads what is asked for. [`read_token_cache`] and [`write_token_cache`] exchange
//! tokens with programs that keep a `.npz` file for each image.

mod cache;
mod file;
mod file_error;
mod rows;
mod set;

pub use cache::{
    CacheError, CacheOptions, cache_files, check_cache_names, read_token_cache, write_token_cache,
};
pub use file::{TokenFileOptions, is_token_file};
pub use file_error::{MalformedTokens, TokenFileError};
pub use rows::TokenRows;
pub use set::{Provenance, TokenError, TokenParts, TokenSet, tokenizer_identity};
