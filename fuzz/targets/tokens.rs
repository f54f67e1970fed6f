//! Token files and codebooks.
#![no_main]

use libfuzzer_sys::fuzz_target;
use orders_datasets::{PatchCodebook, TokenFileOptions, TokenSet};
use orders_fuzz::read;

fuzz_target!(|bytes: &[u8]| {
    if let Some(tokens) = read(TokenSet::from_bytes(bytes, &TokenFileOptions::default())) {
        let most = tokens.codebook_size();
        assert!(tokens.tokens().iter().all(|&token| token < most));
        assert!(tokens.tokens().len() <= bytes.len());
    }
    read(PatchCodebook::from_bytes(bytes));
});
