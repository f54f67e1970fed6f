//! What PyTorch wrote is read as it was.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use orders_model::checkpoint::{CheckpointFormat, read_checkpoint};

use crate::files::{made_by_torch, reference};

fn read(path: &Path, key: Option<&str>) -> BTreeMap<String, Tensor> {
    read_checkpoint(path, key, &Device::Cpu).unwrap().tensors
}

fn refusal(path: &Path, key: Option<&str>) -> String {
    let error = read_checkpoint(path, key, &Device::Cpu).unwrap_err();
    let mut text = String::new();
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(error) = cause {
        text.push_str(&format!("{error}: "));
        cause = error.source();
    }
    let name = path.display().to_string();
    text.trim_end_matches(": ").replace(&name, "FILE")
}

/// The values of `fixtures.py`.
fn check_values(tensors: &BTreeMap<String, Tensor>) {
    use DType::{BF16, F16, F32, F64, I32, I64, U8};
    let up_to = |count: u32| (0..count).map(f64::from).collect::<Vec<_>>();
    let expected: Vec<(&str, DType, &[usize], Vec<f64>)> = vec![
        ("f32", F32, &[2, 3, 4], up_to(24)),
        ("transposed", F32, &[3, 2], vec![0., 3., 1., 4., 2., 5.]),
        ("slice", F32, &[4], vec![4., 6., 8., 10.]),
        ("tied", F32, &[2, 3, 4], up_to(24)),
        ("f16", F16, &[5], up_to(5)),
        ("bf16", BF16, &[5], up_to(5)),
        ("f64", F64, &[5], up_to(5)),
        ("i64", I64, &[5], up_to(5)),
        ("i32", I32, &[5], up_to(5)),
        ("u8", U8, &[5], up_to(5)),
        ("truth", U8, &[2], vec![1., 0.]),
        ("scalar", F32, &[], vec![7.]),
        ("empty", F32, &[0, 3], vec![]),
        ("parameter", F32, &[3], up_to(3)),
    ];
    assert_eq!(tensors.len(), expected.len());
    for (name, dtype, shape, values) in expected {
        let tensor = &tensors[name];
        assert_eq!((tensor.dtype(), tensor.dims()), (dtype, shape), "{name}");
        let flat = tensor.flatten_all().unwrap().to_dtype(F64).unwrap();
        assert_eq!(flat.to_vec1::<f64>().unwrap(), values, "{name}");
    }
}

#[test]
fn both_formats_of_torch_give_the_same_tensors() {
    for (name, format) in [
        ("zip.pth", CheckpointFormat::TorchZip),
        ("old.pth", CheckpointFormat::TorchPickle),
    ] {
        let path = made_by_torch(name);
        assert_eq!(CheckpointFormat::of_file(&path).unwrap(), Some(format));
        check_values(&read(&path, None));
        check_values(&read(&path, Some("model")));
    }
}

#[test]
fn a_plain_state_dict_in_a_later_protocol_is_read() {
    check_values(&read(&made_by_torch("plain.pth"), None));
}

#[test]
fn keys_lead_to_other_tensors() {
    for name in ["zip.pth", "old.pth"] {
        let path = made_by_torch(name);
        assert_eq!(
            refusal(&path, Some("ema")),
            "FILE can't be read as a checkpoint: it has no key \"ema\"; its keys: epoch, args, optimizer, model"
        );
        assert_eq!(
            refusal(&path, Some("model/f32")),
            "FILE can't be read as a checkpoint: model/f32 is a tensor, not a dictionary"
        );
        assert_eq!(
            refusal(&path, Some("optimizer")),
            "FILE can't be read as a checkpoint: a key of state is a whole number, not a text"
        );
    }
}

#[test]
fn nothing_is_run() {
    for name in ["runs_zip.pth", "runs_old.pth"] {
        let text = refusal(&made_by_torch(name), None);
        assert!(
            text.ends_with(
                ": it asks for posix.system, which is neither a tensor nor plain data; nothing is run"
            ),
            "{text}"
        );
    }
}

#[test]
fn the_reference_is_the_same_in_both_formats() {
    for model in ["vq_tiny", "lpd_tiny"] {
        let zip = read(&reference(&format!("{model}/model.pth")), None);
        let plain = read(&reference(&format!("{model}/model.safetensors")), None);
        // Statistics of the training, which only the original has.
        let only_in_zip: Vec<&String> = zip
            .keys()
            .filter(|name| !plain.contains_key(*name))
            .collect();
        let expected: &[&str] = match model {
            "vq_tiny" => &["quantize.codebook_used"],
            _ => &[],
        };
        assert_eq!(only_in_zip, expected);
        assert_eq!(zip.len(), plain.len() + expected.len());
        for (name, tensor) in &plain {
            let other = &zip[name];
            assert_eq!(tensor.dims(), other.dims(), "{name}");
            let values = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            assert_eq!(values(tensor), values(other), "{name}");
        }
    }
}

#[test]
fn what_is_no_checkpoint_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other");
    for content in [&b""[..], b"[[1, 0]]", b"PK", &[0x80, 2, b'}', b'.']] {
        fs_err::write(&path, content).unwrap();
        assert_eq!(
            refusal(&path, None),
            "FILE can't be read as a checkpoint: it is neither a zip file of torch.save, an old-style torch pickle nor safetensors"
        );
    }
}
