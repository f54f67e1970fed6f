//! What is written, against fixed bytes and against other readers.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Mutex;

use orders_arrays::HeaderError;
use orders_core::files::{EncodeError, Encoder, Format};
use orders_core::methods::Random;
use orders_core::{Cell, Grid, GroupSizes, KnownCells, Problem, generate_batch, stream_batch};
use proptest::prelude::*;

use crate::{decode, encode, encode_with};

fn two_rows() -> Vec<Vec<Cell>> {
    vec![vec![2, 0, 1], vec![1, 2, 0]]
}

#[test]
fn json_is_compact() {
    assert_eq!(encode(Format::Json, 3, &[]), b"[]");
    assert_eq!(encode(Format::Json, 1, &[vec![0]]), b"[[0]]");
    assert_eq!(encode(Format::Json, 3, &two_rows()), b"[[2,0,1],[1,2,0]]");
}

#[test]
fn npy_is_what_numpy_saves() {
    // `numpy.save` of NumPy 2.4.6 for the same arrays.
    let mut expected = b"\x93NUMPY\x01\x00v\x00".to_vec();
    expected.extend_from_slice(b"{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3), }");
    expected.resize(127, b' ');
    expected.push(b'\n');
    expected.extend_from_slice(&[2, 0, 0, 0, 1, 0, 1, 0, 2, 0, 0, 0]);
    assert_eq!(encode(Format::Npy, 3, &two_rows()), expected);

    let mut expected = b"\x93NUMPY\x01\x00v\x00".to_vec();
    expected.extend_from_slice(b"{'descr': '<u4', 'fortran_order': False, 'shape': (1, 70000), }");
    expected.resize(127, b' ');
    expected.push(b'\n');
    expected.extend((0..70_000_u32).flat_map(u32::to_le_bytes));
    assert!(encode(Format::Npy, 70_000, &[(0..70_000).collect()]) == expected);
}

#[test]
fn safetensors_are_laid_out_as_documented() {
    let header = br#"{"orders":{"dtype":"U16","shape":[2,3],"data_offsets":[0,12]}}  "#;
    let mut expected = 64_u64.to_le_bytes().to_vec();
    expected.extend_from_slice(header);
    expected.extend_from_slice(&[2, 0, 0, 0, 1, 0, 1, 0, 2, 0, 0, 0]);
    assert_eq!(encode(Format::Safetensors, 3, &two_rows()), expected);

    let metadata = [("seed", "0"), ("method", "lpd"), ("note", "\"\n")]
        .map(|(key, value)| (key.into(), value.into()));
    let file = encode_with(Format::Safetensors, 3, &two_rows(), &metadata.into());
    let start = br#"{"__metadata__":{"method":"lpd","note":"\"\n","seed":"0"},"orders":{"#;
    assert!(file[8..].starts_with(start));
    assert!(file.len().is_multiple_of(4) && file.ends_with(&expected[72..]));
}

#[test]
fn other_readers_read_it() {
    for rows in [two_rows(), vec![], vec![(0..70_000).rev().collect()]] {
        let cells = rows.first().map_or(5, Vec::len);
        let flat: Vec<u64> = rows.iter().flatten().map(|&c| u64::from(c)).collect();

        let json: Vec<Vec<Cell>> =
            serde_json::from_slice(&encode(Format::Json, cells, &rows)).unwrap();
        assert!(json == rows);

        let file = encode(Format::Npy, cells, &rows);
        let npy = npyz::NpyFile::new(&file[..]).unwrap();
        assert_eq!(npy.shape(), [rows.len() as u64, cells as u64]);
        let read: Vec<u64> = if cells > 65_536 {
            npy.into_vec::<u32>()
                .unwrap()
                .into_iter()
                .map(u64::from)
                .collect()
        } else {
            npy.into_vec::<u16>()
                .unwrap()
                .into_iter()
                .map(u64::from)
                .collect()
        };
        assert!(read == flat);

        let metadata = [("a".to_owned(), "b".to_owned())].into();
        let file = encode_with(Format::Safetensors, cells, &rows, &metadata);
        let (_, header) = safetensors::SafeTensors::read_metadata(&file).unwrap();
        assert_eq!(header.metadata().as_ref().unwrap()["a"], "b");
        let read = safetensors::SafeTensors::deserialize(&file).unwrap();
        let tensor = read.tensor("orders").unwrap();
        assert_eq!(tensor.shape(), [rows.len(), cells]);
        let width = if cells > 65_536 { 4 } else { 2 };
        let little: Vec<u8> = flat
            .iter()
            .flat_map(|value| value.to_le_bytes()[..width].to_vec())
            .collect();
        assert!(tensor.data() == little);
    }
}

#[test]
fn the_narrow_type_ends_at_65536_cells() {
    for (cells, descr, dtype) in [(65_536, "'<u2'", "U16"), (65_537, "'<u4'", "U32")] {
        let rows = vec![(0..cells).collect::<Vec<Cell>>()];
        let cells = cells as usize;
        let npy = encode(Format::Npy, cells, &rows);
        assert!(npy[..128].windows(5).any(|text| text == descr.as_bytes()));
        let tensors = encode(Format::Safetensors, cells, &rows);
        assert!(
            tensors[..128]
                .windows(3)
                .any(|text| text == dtype.as_bytes())
        );
        for format in Format::ALL {
            let (_, read) = decode(format, &encode(format, cells, &rows)).unwrap();
            assert!(read == rows, "{format} of {cells} cells");
        }
    }
}

#[test]
fn a_batch_is_encoded_in_parallel() {
    let problem = Problem::new(Grid::new(4, 8).unwrap(), GroupSizes::new([8; 4]).unwrap()).unwrap();
    let mut rows = Vec::new();
    generate_batch(&Random::default(), &problem, 3000, 7, |cells| {
        rows.push(cells.to_vec())
    })
    .unwrap();
    for format in Format::ALL {
        let encoder = Encoder::new(format, 3000, 32, &BTreeMap::new()).unwrap();
        let file = Mutex::new(encoder.header().to_vec());
        let row = |index: u64, cells: &[Cell], out: &mut Vec<u8>| encoder.row(index, cells, out);
        let write = |_: u64, bytes: &[u8]| {
            file.lock().unwrap().extend_from_slice(bytes);
            Ok::<(), Infallible>(())
        };
        stream_batch(&Random::default(), &problem, 3000, 7, row, write).unwrap();
        let mut file = file.into_inner().unwrap();
        file.extend_from_slice(encoder.footer());
        let (summary, read) = decode(format, &file).unwrap();
        assert_eq!((summary.count, summary.cells), (3000, 32));
        assert!(read == rows, "{format}");
    }
}

/// However few cells are free, their numbers are those of the whole grid.
#[test]
fn free_cells_keep_their_numbers() {
    let grid = Grid::new(257, 256).unwrap();
    let known = KnownCells::new(grid, 3..65_791).unwrap();
    let rows = vec![vec![65_791, 0, 1, 2], vec![2, 65_791, 1, 0]];
    for format in Format::ALL {
        let encoder = Encoder::with_known(format, 2, &known, &BTreeMap::new()).unwrap();
        assert_eq!(encoder.cells(), 4);
        let mut file = encoder.header().to_vec();
        for (index, row) in (0..).zip(&rows) {
            encoder.row(index, row, &mut file);
        }
        file.extend_from_slice(encoder.footer());
        let (summary, read) = decode(format, &file).unwrap();
        assert_eq!((summary.count, summary.cells), (2, 4));
        assert_eq!(read, rows, "{format}");
    }
}

#[test]
fn what_no_file_can_hold_is_refused() {
    let none = BTreeMap::new();
    for format in Format::ALL {
        let encoder = |count, cells| Encoder::new(format, count, cells, &none);
        assert!(matches!(encoder(1, 0), Err(EncodeError::NoCells)));
        let most = Grid::MAX_CELLS as usize;
        let too_many = encoder(0, most + 1);
        assert!(matches!(too_many, Err(EncodeError::TooManyCells { cells }) if cells == most + 1));
        assert!(encoder(0, most).is_ok());
        for (count, cells) in [
            (u64::MAX, 1),
            (u64::MAX, most),
            (1 << 40, most),
            (1 << 60, 256),
        ] {
            let error = encoder(count, cells).unwrap_err();
            assert!(matches!(error, EncodeError::TooLarge { .. }), "{error}");
        }
        assert!(encoder(1 << 35, most).is_ok());
    }
    let metadata = [("key".to_owned(), "x".repeat(1 << 24))].into();
    let error = Encoder::new(Format::Safetensors, 1, 4, &metadata).unwrap_err();
    assert!(
        matches!(error, EncodeError::Header(HeaderError::TooLong { .. })),
        "{error}"
    );
    assert!(Encoder::new(Format::Json, 1, 4, &metadata).is_ok());
}

#[test]
#[should_panic(expected = "cell 4 in row 1 of 4 cells")]
fn a_cell_that_is_none_is_not_written() {
    encode(Format::Npy, 4, &[vec![0; 4], vec![0, 1, 2, 4]]);
}

#[test]
#[should_panic(expected = "entries of row 0")]
fn a_row_of_another_length_is_not_written() {
    encode(Format::Json, 4, &[vec![0; 3]]);
}

#[test]
fn formats_have_names_and_extensions() {
    use std::path::Path;
    for format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(format));
        let path = format!("a.b/c.{}", format.name());
        assert_eq!(Format::from_path(Path::new(&path)), Ok(format));
    }
    assert_eq!(Format::from_path(Path::new("A.JSON")), Ok(Format::Json));
    for path in ["json", "a.txt", "a.json.toml", "a.json/b", ""] {
        assert!(Format::from_path(Path::new(path)).is_err(), "{path}");
    }
    assert!("JSON".parse::<Format>().is_err());
}

proptest! {
    #[test]
    fn every_format_gives_back_what_went_in(
        cells in 1_usize..300,
        count in 0_usize..20,
        seed in any::<u64>(),
    ) {
        let mut state = seed | 1;
        let rows: Vec<Vec<Cell>> = (0..count)
            .map(|_| {
                (0..cells)
                    .map(|_| {
                        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                        ((state >> 33) % cells as u64) as Cell
                    })
                    .collect()
            })
            .collect();
        for format in Format::ALL {
            let (summary, read) = decode(format, &encode(format, cells, &rows)).unwrap();
            prop_assert_eq!(&read, &rows);
            prop_assert_eq!(summary.count, count as u64);
            // Without rows, JSON does not say how long they are.
            let said = count > 0 || format != Format::Json;
            prop_assert_eq!(summary.cells, if said { cells } else { 0 });
        }
    }
}
