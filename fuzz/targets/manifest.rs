//! Manifests of order files: one that is read can be written, and is the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use orders_core::files::Manifest;
use orders_fuzz::read;

fuzz_target!(|text: &str| {
    let Some(manifest) = read(Manifest::from_toml(text)) else {
        return;
    };
    let _ = manifest.problem();
    let _ = manifest.known_cells();
    if let Some(again) = read(manifest.to_toml()) {
        assert_eq!(read(Manifest::from_toml(&again)), Some(manifest));
    }
});
