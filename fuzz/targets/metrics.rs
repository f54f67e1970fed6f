//! Files of features and of their statistics.
#![no_main]

use libfuzzer_sys::fuzz_target;
use orders_fuzz::{file, read};
use orders_model::metrics::{read_features, read_statistics};

fuzz_target!(|bytes: &[u8]| {
    read(read_statistics(file("statistics.npz", bytes)));
    for name in ["features.npy", "features.safetensors"] {
        read(read_features(file(name, bytes)));
    }
});
