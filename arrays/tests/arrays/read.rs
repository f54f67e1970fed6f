//! What is read, in every type and order, and what is written.

use std::io::{Cursor, Seek, SeekFrom};

use orders_arrays::{
    Element, ElementType, HeaderError, NpzFile, NpzWriter, SafetensorsFile, npy_header, open_npy,
    safetensors_header,
};
use proptest::prelude::*;
use zip::CompressionMethod;

use crate::{npy_array, safetensors, zip};

/// All entries of a `.npy` file.
fn read<T: Element>(file: Vec<u8>) -> Vec<T> {
    let array = open_npy(Cursor::new(file)).unwrap();
    array.entries().unwrap().read_all().unwrap()
}

fn bytes<T: Element>(values: &[T]) -> Vec<u8> {
    let mut bytes = Vec::new();
    values.iter().for_each(|value| value.append_le(&mut bytes));
    bytes
}

#[test]
fn integers_of_any_type_become_indices() {
    for (descr, bytes) in [
        ("'|u1'", &[3, 0, 5, 7][..]),
        ("'<i1'", &[3, 0, 5, 7]),
        ("'<u2'", &[3, 0, 0, 0, 5, 0, 7, 0]),
        ("'>u2'", &[0, 3, 0, 0, 0, 5, 0, 7]),
        ("'<i4'", &[3, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 7, 0, 0, 0]),
        ("'>i4'", &[0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 7]),
    ] {
        let file = npy_array(descr, "False", "(4,)", bytes);
        assert_eq!(read::<u32>(file), [3, 0, 5, 7], "{descr}");
    }
    let wide = bytes(&[3_i64, 0, 5, 7]);
    let file = npy_array("'<i8'", "False", "(2, 2)", &wide);
    assert_eq!(read::<u32>(file), [3, 0, 5, 7]);
}

#[test]
fn floating_point_numbers_of_any_type_become_wide() {
    let singles: Vec<u8> = [1.5_f32, -2.0]
        .iter()
        .flat_map(|v| v.to_be_bytes())
        .collect();
    for (descr, bytes) in [
        ("'<f2'", &[0x00, 0x3e, 0x00, 0xc0][..]),
        ("'>f4'", &singles),
        ("'<f8'", &bytes(&[1.5, -2.0])),
    ] {
        let file = npy_array(descr, "True", "(2, 1)", bytes);
        assert_eq!(read::<f64>(file.clone()), [1.5, -2.0], "{descr}");
        assert_eq!(read::<f32>(file), [1.5, -2.0], "{descr}");
    }
    let header = r#"{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#;
    let file = safetensors(header, &[0xc0, 0x3f, 0x00, 0xc0]);
    let mut file = SafetensorsFile::open(Cursor::new(file)).unwrap();
    let entries = file.array("a").unwrap().entries::<f64>().unwrap();
    assert_eq!(entries.read_all().unwrap(), [1.5, -2.0]);
}

#[test]
fn no_entries_and_no_dimensions_are_arrays() {
    assert!(read::<u32>(npy_array("'<u2'", "True", "(3, 0)", b"")).is_empty());
    assert_eq!(
        read::<bool>(npy_array("'|b1'", "False", "()", &[1])),
        [true]
    );
}

#[test]
fn later_versions_are_read() {
    let text = "{'shape': (1, 2), 'descr': '|u1', 'fortran_order': False}";
    for version in [2, 3] {
        let mut file = vec![0x93, b'N', b'U', b'M', b'P', b'Y', version, 0];
        file.extend((text.len() as u32).to_le_bytes());
        file.extend(text.bytes());
        file.extend([1, 0]);
        assert_eq!(read::<u32>(file), [1, 0]);
    }
}

#[test]
fn reading_begins_where_the_source_stands() {
    let file = npy_array("'|u1'", "True", "(2, 2)", &[1, 2, 3, 4]);
    let mut source = Cursor::new([b"xx", &file[..]].concat());
    source.seek(SeekFrom::Start(2)).unwrap();
    let entries = open_npy(source).unwrap().entries::<u8>().unwrap();
    assert_eq!(entries.read_all().unwrap(), [1, 3, 2, 4]);

    let tensor = [("a", ElementType::U8, &[2][..])];
    let mut file = b"xx".to_vec();
    file.extend(safetensors_header(&Default::default(), &tensor).unwrap());
    file.extend([8, 9]);
    let mut source = Cursor::new(file);
    source.seek(SeekFrom::Start(2)).unwrap();
    let mut file = SafetensorsFile::open(source).unwrap();
    let entries = file.array_or_only("b").unwrap().entries::<u32>().unwrap();
    assert_eq!(entries.read_all().unwrap(), [8, 9]);
}

#[test]
fn archives_are_stored_or_deflated() {
    let wide = bytes(&[7_i64, 257]);
    let array = npy_array("'<i8'", "False", "(1, 2)", &wide);
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let file = zip(method, &[("indices.npy", &array)]);
        let mut file = NpzFile::open(Cursor::new(file)).unwrap();
        assert!(file.array("others", 1 << 16).unwrap().is_none());
        let array = file.array("indices", 1 << 16).unwrap().unwrap();
        assert_eq!(array.shape(), [1, 2]);
        let entries = array.entries::<u32>().unwrap();
        assert_eq!(entries.read_all().unwrap(), [7, 257]);
    }
    let mut twice = NpzWriter::new("");
    twice.add("a", &[1], [1_u8]).unwrap();
    let error = twice.add("a", &[1], [1_u8]).unwrap_err();
    assert!(matches!(error, HeaderError::Zip { .. }), "{error}");
}

#[test]
fn what_no_file_can_hold_is_not_written() {
    let error = npy_header(ElementType::Bf16, &[1]).unwrap_err();
    assert!(matches!(error, HeaderError::NoNumpyType { .. }), "{error}");
    assert!(npy_header(ElementType::F64, &[usize::MAX; 64]).is_ok());
    let error = npy_header(ElementType::F64, &[1; 50_000]).unwrap_err();
    assert!(matches!(error, HeaderError::TooLong { .. }), "{error}");
    let huge = [("a", ElementType::F64, &[usize::MAX][..])];
    let error = safetensors_header(&Default::default(), &huge).unwrap_err();
    assert!(
        matches!(error, HeaderError::TensorTooLarge { .. }),
        "{error}"
    );
    let long = [("a".to_owned(), "x".repeat(1 << 24))].into();
    let error = safetensors_header(&long, &[]).unwrap_err();
    assert!(matches!(error, HeaderError::TooLong { .. }), "{error}");
}

proptest! {
    /// An array of any shape, in the order in which the first index runs fastest,
    /// against each entry's place.
    #[test]
    fn fortran_order_is_read_into_c_order(
        shape in prop::collection::vec(0_usize..6, 0..5),
        piece in 1_usize..9,
    ) {
        let count: usize = shape.iter().product();
        let mut data = vec![0; 2 * count];
        for place in 0..count {
            // The indices, from the last to the first, and the place where the
            // first runs fastest.
            let (mut left, mut at) = (place, 0);
            for side in shape.iter().rev() {
                at = at * side + left % side;
                left /= side;
            }
            data[2 * at..][..2].copy_from_slice(&(place as u16).to_le_bytes());
        }
        let sides: Vec<String> = shape.iter().map(|side| format!("{side},")).collect();
        let file = npy_array("'<u2'", "True", &format!("({})", sides.concat()), &data);
        let mut entries = open_npy(Cursor::new(file)).unwrap().entries::<u32>().unwrap();
        prop_assert_eq!(entries.count(), count);
        let mut values = Vec::new();
        for taken in (0..count + piece).step_by(piece) {
            prop_assert_eq!(values.len(), taken.min(count));
            entries.read(piece, &mut values).unwrap();
        }
        let expected: Vec<u32> = (0..count as u32).collect();
        prop_assert_eq!(values, expected);
    }

    /// What is written is read back, also beyond a block's end.
    #[test]
    fn arrays_come_back(rows in 0_usize..300, columns in 0_usize..400, first in 0_usize..310) {
        let values: Vec<f32> = (0..rows * columns).map(|value| value as f32).collect();
        let shape = [rows, columns];
        let mut file = npy_header(ElementType::F32, &shape).unwrap();
        file.extend(bytes(&values));
        prop_assert!(read::<f32>(file) == values);
        let tensors = [("x", ElementType::U8, &[3][..]), ("y", ElementType::F32, &shape)];
        let mut file = safetensors_header(&Default::default(), &tensors).unwrap();
        file.extend([1, 2, 3]);
        file.extend(bytes(&values));
        let mut file = SafetensorsFile::open(Cursor::new(file)).unwrap();
        let y = file.array("y").unwrap().entries::<f32>().unwrap();
        prop_assert!(y.read_all().unwrap() == values);
        let y = file.rows("y", first..first + 7).unwrap().entries::<f32>().unwrap();
        let [first, end] = [first, first + 7].map(|row| row.min(rows) * columns);
        prop_assert!(y.read_all().unwrap() == values[first..end]);
    }
}
