//! Recipes of trainings, and sizes of tokenizers.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use orders_core::Catalogue;
use orders_fuzz::read;
use orders_model::train::Recipe;
use orders_model::vq::VqConfig;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::standard);

fuzz_target!(|text: &str| {
    read(Recipe::from_toml(text, &CATALOGUE));
    read(VqConfig::from_json(text.as_bytes()));
});
