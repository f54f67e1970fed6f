//! Image files, and arrays of images.
#![no_main]

use libfuzzer_sys::fuzz_target;
use orders_core::MemoryLimit;
use orders_datasets::{OpenOptions, decode_within, open, read_labels};
use orders_fuzz::{file, read};

fuzz_target!(|bytes: &[u8]| {
    let memory = MemoryLimit::of_bytes(64 << 20);
    if let Some(image) = read(decode_within(bytes, memory)) {
        assert!(image.pixels().len() <= 64 << 20);
    }
    for name in ["images.npy", "images.npz", "images.safetensors"] {
        read(open(file(name, bytes), &OpenOptions::default()));
    }
    read(read_labels(file("labels.npy", bytes)));
});
