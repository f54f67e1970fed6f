//! What is written is read back, and the same each time.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Tensor};
use orders_model::checkpoint::{CheckpointFormat, read_checkpoint, save_safetensors};

use crate::files::made_by_torch;

#[test]
fn tensors_of_all_types_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.safetensors");
    let tensors = read_checkpoint(&made_by_torch("zip.pth"), None, &Device::Cpu)
        .unwrap()
        .tensors;
    let metadata = BTreeMap::from([("made".to_owned(), "by a test".to_owned())]);
    save_safetensors(&path, &tensors, &metadata, false).unwrap();
    let bytes = fs_err::read(&path).unwrap();
    let back = read_checkpoint(&path, None, &Device::Cpu).unwrap();
    assert_eq!(back.format, CheckpointFormat::Safetensors);
    assert_eq!(back.metadata, metadata);
    assert_eq!(back.tensors.len(), tensors.len());
    for (name, tensor) in &tensors {
        let other = &back.tensors[name];
        assert_eq!(
            (tensor.dtype(), tensor.dims()),
            (other.dtype(), other.dims())
        );
        let values = |tensor: &Tensor| {
            let flat = tensor.flatten_all().unwrap().to_dtype(DType::F64).unwrap();
            flat.to_vec1::<f64>().unwrap()
        };
        assert_eq!(values(tensor), values(other), "{name}");
    }

    // The library that defines the format reads it as well, and finds each
    // tensor aligned.
    let (header, parsed) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    for name in parsed.offset_keys() {
        let info = parsed.info(&name).unwrap();
        let at = 8 + header + info.data_offsets.0;
        assert_eq!(at % (info.dtype.bitsize() / 8), 0, "{name}");
    }

    let refused = save_safetensors(&path, &tensors, &metadata, false).unwrap_err();
    assert!(
        refused
            .to_string()
            .ends_with("all.safetensors exists already")
    );
    save_safetensors(&path, &back.tensors, &metadata, true).unwrap();
    assert_eq!(fs_err::read(&path).unwrap(), bytes);
}
