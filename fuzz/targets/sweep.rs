//! Sweep files.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use orders_analysis::experiment::{Measures, Spec};
use orders_core::Catalogue;
use orders_fuzz::read;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::standard);
static MEASURES: LazyLock<Measures> = LazyLock::new(Measures::standard);

fuzz_target!(|text: &str| {
    read(Spec::read(text, &CATALOGUE, &MEASURES));
});
