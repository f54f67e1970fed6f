//! What PyTorch wrote is read as it was.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use orders_arrays::{ElementType, safetensors_header};
use orders_model::checkpoint::{CheckpointFile, CheckpointFormat, CheckpointNote, read_checkpoint};

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
            "FILE can't be read as a checkpoint: no dictionary of tensors is found in it, and nothing is run; its keys: state"
        );
    }
}

#[test]
fn nothing_is_run() {
    for name in ["runs_zip.pth", "runs_old.pth"] {
        let text = refusal(&made_by_torch(name), None);
        assert!(
            text.ends_with("and nothing is run; its keys: model (an object of posix.system)"),
            "{text}"
        );
        let text = refusal(&made_by_torch(name), Some("model"));
        assert!(
            text.ends_with("model is an object of posix.system, not a dictionary"),
            "{text}"
        );
    }
}

/// Files of training programs: a network of `head.weight` and `head.bias`, and other things.
#[test]
fn what_lies_beside_a_network_is_passed_over() {
    let others = |others: &[&str]| CheckpointNote::Others {
        read: "model".into(),
        others: others.iter().map(|&other| other.into()).collect(),
    };
    for (name, notes) in [
        // `model`, the state of a random generator as a tensor, and a number.
        ("rng_and_epoch.pth", vec![]),
        // `model`, with `module.` before all names.
        ("ddp.pth", vec![CheckpointNote::Prefix("module.".into())]),
        // A number among the tensors.
        (
            "flat_with_step.pth",
            vec![CheckpointNote::PassedOver(vec![
                "step (a whole number)".into(),
            ])],
        ),
        // `model`, and settings of omegaconf.
        ("omegaconf_beside.pth", vec![]),
        // `model`, and a tensor of uint16.
        ("uint16_beside.pth", vec![]),
        ("model_and_ema.pth", vec![others(&["'model_ema'"])]),
    ] {
        let path = made_by_torch(name);
        let checkpoint = read_checkpoint(&path, None, &Device::Cpu).unwrap();
        let tensors = checkpoint.tensors.iter();
        let tensors: Vec<(&str, &[usize])> = tensors
            .map(|(name, tensor)| (name.as_str(), tensor.dims()))
            .collect();
        let expected: [(&str, &[usize]); 2] = [("head.bias", &[2]), ("head.weight", &[2, 3])];
        assert_eq!(tensors, expected, "{name}");
        assert_eq!(checkpoint.notes, notes, "{name}");
        // All that is known without the tensors.
        assert_eq!(CheckpointFile::open(&path, None).unwrap().notes, notes);
    }
    let path = made_by_torch("model_and_ema.pth");
    let ema = read_checkpoint(&path, Some("model_ema"), &Device::Cpu).unwrap();
    assert_eq!((ema.tensors.len(), ema.notes), (2, vec![]));
}

#[test]
fn names_in_safetensors_lose_what_wrappers_add() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.safetensors");
    let infos = [
        ("_orig_mod.a", ElementType::F32, &[1][..]),
        ("_orig_mod.b", ElementType::F32, &[1]),
        ("_orig_mod.c", ElementType::U64, &[1]),
    ];
    let mut bytes = safetensors_header(&BTreeMap::new(), &infos).unwrap();
    bytes.extend([1.0_f32, 2.0].iter().flat_map(|value| value.to_le_bytes()));
    bytes.extend([0; 8]);
    fs_err::write(&path, bytes).unwrap();
    let checkpoint = read_checkpoint(&path, None, &Device::Cpu).unwrap();
    assert_eq!(checkpoint.tensors.keys().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(checkpoint.tensors["b"].to_vec1::<f32>().unwrap(), [2.0]);
    assert_eq!(
        checkpoint.notes,
        [
            CheckpointNote::PassedOver(vec!["_orig_mod.c (a tensor of U64)".into()]),
            CheckpointNote::Prefix("_orig_mod.".into()),
        ]
    );
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
