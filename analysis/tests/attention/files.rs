//! Maps out of files, in every type and shape.

use std::io::Cursor;

use half::{bf16, f16};
use ndarray::Array4;
use orders_analysis::attention::{
    AttentionFileError, AttentionLocality, AttentionParams, AttentionReport,
};
use orders_core::Grid;
use orders_core::files::Format;

/// The text of a `.npy` header of version 1.0, and then `data`.
pub fn npy(descr: &str, fortran_order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let text =
        format!("{{'descr': '{descr}', 'fortran_order': {fortran_order}, 'shape': {shape}, }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((text.len() as u16).to_le_bytes());
    file.extend(text.bytes());
    file.extend(data);
    file
}

/// A safetensors file with this header.
pub fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.bytes());
    file.extend(data);
    file
}

/// 2 layers of 3 heads on a row of 2 cells. All weights are eighths, which every
/// type holds exactly.
pub fn maps() -> Array4<f64> {
    Array4::from_shape_fn((2, 3, 2, 2), |(layer, head, i, j)| match (i, j) {
        (0, 0) => 1.0,
        (0, _) => 0.0,
        (_, 0) => (layer * 3 + head) as f64 / 8.0,
        _ => 1.0 - (layer * 3 + head) as f64 / 8.0,
    })
}

pub fn locality() -> AttentionLocality {
    AttentionLocality::raster(Grid::new(1, 2).unwrap(), AttentionParams::default()).unwrap()
}

fn expected() -> AttentionReport {
    locality().measure_array(maps().view()).unwrap()
}

fn bytes<const W: usize>(encode: impl Fn(f64) -> [u8; W]) -> Vec<u8> {
    maps().iter().flat_map(|&weight| encode(weight)).collect()
}

#[test]
fn every_type_is_read() {
    let shape = "(2, 3, 2, 2)";
    for (descr, data) in [
        ("<f2", bytes(|weight| f16::from_f64(weight).to_le_bytes())),
        (">f2", bytes(|weight| f16::from_f64(weight).to_be_bytes())),
        ("<f4", bytes(|weight| (weight as f32).to_le_bytes())),
        (">f4", bytes(|weight| (weight as f32).to_be_bytes())),
        ("<f8", bytes(f64::to_le_bytes)),
        (">f8", bytes(f64::to_be_bytes)),
    ] {
        let file = Cursor::new(npy(descr, "False", shape, &data));
        assert_eq!(
            locality().measure_reader(file, Format::Npy).unwrap(),
            expected(),
            "{descr}"
        );
    }
    for (dtype, data) in [
        ("F16", bytes(|weight| f16::from_f64(weight).to_le_bytes())),
        ("BF16", bytes(|weight| bf16::from_f64(weight).to_le_bytes())),
        ("F32", bytes(|weight| (weight as f32).to_le_bytes())),
        ("F64", bytes(f64::to_le_bytes)),
    ] {
        let header = format!(
            r#"{{"maps":{{"dtype":"{dtype}","shape":[2,3,2,2],"data_offsets":[0,{}]}}}}"#,
            data.len()
        );
        let file = Cursor::new(safetensors(&header, &data));
        let found = locality()
            .measure_reader(file, Format::Safetensors)
            .unwrap();
        assert_eq!(found, expected(), "{dtype}");
    }
}

#[test]
fn fortran_order_is_read() {
    // The first index runs fastest: the last axis is the outermost.
    let maps = maps().reversed_axes();
    let data: Vec<u8> = maps
        .iter()
        .flat_map(|weight| weight.to_le_bytes())
        .collect();
    let file = Cursor::new(npy("<f8", "True", "(2, 3, 2, 2)", &data));
    assert_eq!(
        locality().measure_reader(file, Format::Npy).unwrap(),
        expected()
    );
}

/// Fewer dimensions are one layer, or one head.
#[test]
fn fewer_dimensions_are_read() {
    let maps = maps();
    let file = |shape: &str, count: usize| {
        let data: Vec<u8> = maps
            .iter()
            .take(count)
            .flat_map(|weight| weight.to_le_bytes())
            .collect();
        Cursor::new(npy("<f8", "False", shape, &data))
    };
    let heads = locality()
        .measure_reader(file("(3, 2, 2)", 12), Format::Npy)
        .unwrap();
    assert_eq!(heads.heads, expected().heads[..3]);
    assert_eq!(heads.layers.len(), 1);
    let one = locality()
        .measure_reader(file("(2, 2)", 4), Format::Npy)
        .unwrap();
    assert_eq!(one.heads, expected().heads[..1]);
}

/// The tensor named `attention` is found among others.
#[test]
fn the_tensor_is_found_by_its_name() {
    let data = bytes(f64::to_le_bytes);
    let header = format!(
        r#"{{"other":{{"dtype":"U8","shape":[16],"data_offsets":[0,16]}},"attention":{{"dtype":"F64","shape":[2,3,2,2],"data_offsets":[16,{}]}}}}"#,
        data.len() + 16
    );
    let file = Cursor::new(safetensors(&header, &[vec![7; 16], data].concat()));
    assert_eq!(
        locality()
            .measure_reader(file, Format::Safetensors)
            .unwrap(),
        expected()
    );
}

#[test]
fn paths_tell_the_format_and_errors_name_them() {
    let folder = std::env::temp_dir().join(format!("attention-{}", std::process::id()));
    fs_err::create_dir_all(&folder).unwrap();
    let path = folder.join("maps.npy");
    let data = bytes(f64::to_le_bytes);
    fs_err::write(&path, npy("<f8", "False", "(2, 3, 2, 2)", &data)).unwrap();
    assert_eq!(locality().measure_file(&path).unwrap(), expected());

    fs_err::write(&path, npy("<f8", "False", "(2, 3, 2, 2)", &data[1..])).unwrap();
    let error = locality().measure_file(&path).unwrap_err();
    assert!(error.to_string().contains("maps.npy"), "{error}");
    for name in ["maps.json", "maps.txt", "maps"] {
        let error = locality().measure_file(folder.join(name)).unwrap_err();
        assert!(
            matches!(error, AttentionFileError::Extension { .. }),
            "{error}"
        );
    }
    let error = locality()
        .measure_file(folder.join("missing.npy"))
        .unwrap_err();
    assert!(matches!(error, AttentionFileError::Open(_)), "{error}");
    fs_err::remove_dir_all(folder).unwrap();
}
