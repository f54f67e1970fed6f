//! Graphs in JSON files.
#![no_main]

use libfuzzer_sys::fuzz_target;
use orders_core::topology::Topology;
use orders_fuzz::read;

fuzz_target!(|bytes: &[u8]| {
    read(Topology::from_json(bytes));
});
