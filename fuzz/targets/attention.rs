//! Attention maps.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use orders_analysis::attention::{AttentionLocality, AttentionParams};
use orders_core::Grid;
use orders_core::files::Format;
use orders_fuzz::read;

fuzz_target!(|bytes: &[u8]| {
    let grid = Grid::new(2, 2).expect("it has cells");
    let locality = AttentionLocality::raster(grid, AttentionParams::default());
    let locality = locality.expect("that is allowed");
    for format in [Format::Npy, Format::Safetensors] {
        read(locality.measure_reader(Cursor::new(bytes), format));
    }
});
