//! Measured fields out of files.

use std::path::Path;

use orders_analysis::information::{
    Covariance, CovarianceError, Field, FieldError, FieldReadError, MeasuredField,
    MeasuredFileError, MeasuredReadError,
};
use orders_core::Grid;

use crate::images::patches;

/// A `.npy` file.
fn npy(descr: &str, order: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.bytes());
    file.extend(data);
    file
}

fn read(path: &Path, words: &str) -> Result<Field, FieldReadError> {
    Field::read(&format!("{}{words}", path.display()))
}

#[test]
fn files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let patches = patches(300, 2, 3);
    let wide: Vec<u8> = patches.iter().flat_map(|v| v.to_le_bytes()).collect();
    let narrow: Vec<u8> = patches
        .iter()
        .flat_map(|v| (*v as f32).to_be_bytes())
        .collect();
    let columns = patches.view().reversed_axes();
    let columns: Vec<u8> = columns.iter().flat_map(|v| v.to_le_bytes()).collect();
    let grid = Grid::new(2, 3).unwrap();
    for stationary in [false, true] {
        let words = if stationary { ":stationary" } else { "" };
        let field = MeasuredField::from_patches(patches.view(), stationary).unwrap();
        let expected = Covariance::of_measured(&field, grid, 0.9).unwrap();
        for (descr, order, data, tolerance) in [
            ("<f8", "False", &wide, 0.0),
            (">f4", "False", &narrow, 1e-6),
            ("<f8", "True", &columns, 0.0),
        ] {
            let path = folder.path().join(format!("a:b.{}.npy", &descr[1..]));
            std::fs::write(&path, npy(descr, order, "(300, 2, 3)", data)).unwrap();
            let field = read(&path, &format!("{words}:shrink=0.9")).unwrap();
            let found = Covariance::of_field(&field, grid).unwrap();
            for (a, b) in [(0, 1), (2, 3), (5, 0)] {
                let difference = found.between(a, b) - expected.between(a, b);
                assert!(difference.abs() <= tolerance, "{difference}");
            }
            // Texts come back, and words stand in any order.
            let text = field.to_string();
            assert_eq!(text, format!("{}{words}:shrink=0.9", path.display()));
            assert_eq!(read(&path, &format!(":shrink=0.9{words}")).unwrap(), field);
            let file = field.file().unwrap();
            assert_eq!((file.path(), file.is_stationary()), (&*path, stationary));
            assert!(matches!(
                text.parse::<Field>(),
                Err(FieldError::IsFile { .. })
            ));
        }
    }
    let other = Grid::new(3, 2).unwrap();
    let field = read(&folder.path().join("a:b.f8.npy"), "").unwrap();
    let error = Covariance::of_field(&field, other).unwrap_err();
    assert!(matches!(error, CovarianceError::OtherPatches { .. }));

    let matrix: Vec<u8> = [1.0, 0.5, 0.5, 1.0_f64]
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    let path = folder.path().join("matrix.npy");
    std::fs::write(&path, npy("<f8", "False", "(2, 2)", &matrix)).unwrap();
    let field = read(&path, "").unwrap();
    let covariance = Covariance::of_field(&field, Grid::new(1, 2).unwrap()).unwrap();
    assert_eq!(covariance.between(0, 1), 0.5);
    assert!(matches!(
        read(&path, ":stationary"),
        Err(FieldReadError::File(MeasuredFileError::Read {
            source: MeasuredReadError::NoPatches,
            ..
        }))
    ));
    for words in [
        ":mirrored",
        ":stationary:stationary",
        ":shrink=0:shrink=0",
        ":",
    ] {
        let error = read(&path, words);
        assert!(
            matches!(error, Err(FieldReadError::Text(FieldError::Word { .. }))),
            "{words}"
        );
    }
    for words in [":shrink=x", ":shrink=2"] {
        assert!(
            matches!(read(&path, words), Err(FieldReadError::Text(_))),
            "{words}"
        );
    }
}

#[test]
fn files_that_hold_no_field() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.npy");
    assert!(matches!(
        read(&missing, ""),
        Err(FieldReadError::File(MeasuredFileError::Open(_)))
    ));
    let path = folder.path().join("field.npy");
    for (file, expected) in [
        (Vec::new(), "the file is empty"),
        (b"[[1.0]]".to_vec(), "is no .npy file"),
        (npy("|u1", "False", "(4, 2, 2)", &[0; 16]), "type '|u1'"),
        (npy("<f4", "False", "(4,)", &[0; 16]), "shape [4]"),
        (
            npy("<f4", "False", "(1, 1, 1, 4)", &[0; 16]),
            "shape [1, 1, 1, 4]",
        ),
        (npy("<f4", "False", "(4, 1, 2)", &[0; 16]), "by its header"),
        (npy("<f4", "False", "(2, 1, 1)", &[0; 16]), "bytes"),
        (
            npy("<f4", "False", "(4294967296, 4294967296, 2)", &[0; 16]),
            "entries; at most 134217728",
        ),
        (
            npy("<f4", "False", "(0, 9223372036854775808, 4)", &[]),
            "shape [0, 9223372036854775808, 4]",
        ),
        (npy("<f4", "False", "(1, 2, 2)", &[0; 16]), "only 1 patch"),
        (
            npy(
                "<f8",
                "False",
                "(3, 1, 1)",
                &0.1_f64.to_le_bytes().repeat(3),
            ),
            "the variance of cell 0 is 0; it must be positive",
        ),
    ] {
        std::fs::write(&path, file).unwrap();
        let Err(FieldReadError::File(MeasuredFileError::Read { source, .. })) = read(&path, "")
        else {
            panic!("{expected}");
        };
        assert!(source.to_string().contains(expected), "{source}");
    }
    // The last of them, whatever its words are.
    assert!(read(&path, ":shrink=0.5").is_err());
    let error = read(&path, ":stationary:shrink=0.5").unwrap_err();
    let Some(cause) = std::error::Error::source(&error) else {
        panic!("{error}");
    };
    assert!(
        cause
            .to_string()
            .contains("the variance of all values is 0"),
        "{cause}"
    );
}
