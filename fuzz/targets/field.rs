//! Measured fields: covariances, and patches of images.
#![no_main]

use libfuzzer_sys::fuzz_target;
use orders_analysis::information::Field;
use orders_fuzz::{file, read};

fuzz_target!(|bytes: &[u8]| {
    let path = file("field.npy", bytes);
    let path = path.to_str().expect("temporary folders have plain names");
    read(Field::read(path));
    read(Field::read(&format!("{path}:stationary")));
});
