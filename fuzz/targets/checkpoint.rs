//! Checkpoints of PyTorch and in safetensors: what is read is no more than the file could
//! fill.
#![no_main]

use libfuzzer_sys::fuzz_target;
use orders_fuzz::{file, read};
use orders_model::Device;
use orders_model::checkpoint::read_checkpoint;

fuzz_target!(|bytes: &[u8]| {
    let path = file("checkpoint", bytes);
    for key in [None, Some("model")] {
        let Some(checkpoint) = read(read_checkpoint(&path, key, &Device::Cpu)) else {
            continue;
        };
        let tensors = checkpoint.tensors.values();
        let held: usize = tensors
            .map(|tensor| tensor.elem_count() * tensor.dtype().size_in_bytes())
            .sum();
        assert!(held <= 4 * bytes.len());
    }
});
