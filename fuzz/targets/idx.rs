//! IDX files of images and labels, plain and compressed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use orders_datasets::{read_idx_images, read_idx_labels};
use orders_fuzz::{file, read};

fuzz_target!(|bytes: &[u8]| {
    let path = file("idx", bytes);
    if let Some((height, width, pixels)) = read(read_idx_images(&path)) {
        assert_eq!(pixels.len() % (height as usize * width as usize).max(1), 0);
    }
    read(read_idx_labels(&path));
});
