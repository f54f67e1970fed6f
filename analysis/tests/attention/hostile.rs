//! Files that lie about themselves.

use std::io::Cursor;

use orders_analysis::attention::{AttentionError, AttentionReadError};
use orders_arrays::ArrayError;
use orders_core::files::Format;
use proptest::prelude::*;

use crate::files::{locality, maps, npy, safetensors};

fn read(file: Vec<u8>, format: Format) -> AttentionReadError {
    locality()
        .measure_reader(Cursor::new(file), format)
        .unwrap_err()
}

#[test]
fn sizes_are_held_against_the_file_before_anything_is_allocated() {
    let huge = u64::MAX;
    for shape in [
        "(2, 3, 2, 2)".to_string(),
        "(30000, 2, 2, 2)".into(),
        "(65536, 2, 2)".into(),
    ] {
        let error = read(npy("<f8", "False", &shape, &[0; 8]), Format::Npy);
        assert!(
            matches!(
                error,
                AttentionReadError::Array(ArrayError::Truncated { .. })
            ),
            "{error}"
        );
    }
    for shape in [format!("({huge}, {huge}, 2, 2)"), "(65537, 2, 2)".into()] {
        let error = read(npy("<f8", "False", &shape, &[]), Format::Npy);
        assert!(
            matches!(error, AttentionReadError::TooManyMaps { .. }),
            "{error}"
        );
    }
    for shape in [
        format!("(1, 1, {huge}, {huge})"),
        "(1, 1, 2, 3)".into(),
        "(4,)".into(),
        "()".into(),
        "(1, 1, 1, 2, 2)".into(),
        "(2, 3, 4, 4)".into(),
    ] {
        let error = read(npy("<f8", "False", &shape, &[0; 32]), Format::Npy);
        assert!(
            matches!(error, AttentionReadError::Shape { tokens: 2, .. }),
            "{error}"
        );
    }
    let error = read(npy("<f8", "False", "(1, 2, 2)", &[0; 33]), Format::Npy);
    assert!(
        matches!(
            error,
            AttentionReadError::Array(ArrayError::TrailingBytes { .. })
        ),
        "{error}"
    );
    for shape in [
        "(0, 2, 2)",
        "(0, 18446744073709551615, 2, 2)",
        "(18446744073709551615, 0, 2, 2)",
    ] {
        let error = read(npy("<f8", "False", shape, &[]), Format::Npy);
        assert!(
            matches!(
                error,
                AttentionReadError::Attention(AttentionError::NoHeads)
            ),
            "{error}"
        );
    }
}

#[test]
fn other_arrays_are_refused() {
    for descr in ["<i4", "|u1", "<f16", "=f4", "<c8", "f4", "|V2", ""] {
        let error = read(npy(descr, "False", "(1, 2, 2)", &[0; 16]), Format::Npy);
        assert!(
            matches!(
                error,
                AttentionReadError::Array(ArrayError::ElementType { .. })
            ),
            "{descr}: {error}"
        );
    }
    let error = read(b"[[1,0],[0,1]]".to_vec(), Format::Json);
    assert!(
        matches!(error, AttentionReadError::Format { .. }),
        "{error}"
    );
    for format in [Format::Npy, Format::Safetensors] {
        let error = read(Vec::new(), format);
        assert!(
            matches!(error, AttentionReadError::Array(ArrayError::Empty)),
            "{error}"
        );
    }
}

#[test]
fn safetensors_headers_are_checked() {
    let file = |dtype: &str, shape: &str, end: u64, data: usize| {
        let header = format!(
            r#"{{"attention":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[0,{end}]}}}}"#
        );
        safetensors(&header, &vec![0; data])
    };
    let malformed = |file: Vec<u8>| match read(file, Format::Safetensors) {
        AttentionReadError::Array(fault) => fault,
        other => panic!("{other}"),
    };
    assert!(matches!(
        malformed(file("F32", "[2,2]", 16, 15)),
        ArrayError::Truncated { .. }
    ));
    assert!(matches!(
        malformed(file("F32", "[2,2]", 16, 17)),
        ArrayError::TrailingBytes { .. }
    ));
    assert!(matches!(
        malformed(vec![0; 5]),
        ArrayError::Truncated { .. }
    ));
    assert!(matches!(
        malformed(vec![0xff; 20]),
        ArrayError::HeaderTooLong { .. }
    ));
    assert!(matches!(
        malformed((1_000_u64).to_le_bytes().to_vec()),
        ArrayError::Truncated { .. }
    ));
    assert!(matches!(
        malformed(safetensors("{\u{7}", &[])),
        ArrayError::SafetensorsHeader { .. }
    ));
    // The tensor's bytes are not those of its shape.
    let max = u64::MAX;
    for shape in [
        "[2,3]".to_string(),
        format!("[{max},{max},2,2]"),
        "[4,2,2]".into(),
    ] {
        assert!(matches!(
            malformed(file("F32", &shape, 16, 16)),
            ArrayError::SafetensorsHeader { .. }
        ));
    }
    let error = read(file("I32", "[2,2]", 16, 16), Format::Safetensors);
    assert!(
        matches!(
            error,
            AttentionReadError::Array(ArrayError::ElementType { .. })
        ),
        "{error}"
    );
    let error = read(file("F32", "[4]", 16, 16), Format::Safetensors);
    assert!(matches!(error, AttentionReadError::Shape { .. }), "{error}");
    for header in [
        "{}",
        r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
    ] {
        let data = if header == "{}" { 0 } else { 2 };
        let error = read(safetensors(header, &vec![0; data]), Format::Safetensors);
        assert!(
            matches!(
                error,
                AttentionReadError::Array(ArrayError::NoTensor { .. })
            ),
            "{error}"
        );
    }
}

proptest! {
    /// A good file with some bytes changed, cut or added is read or refused, and
    /// never worse.
    #[test]
    fn broken_files_do_no_harm(
        as_npy: bool,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
        cut in proptest::option::of(any::<proptest::sample::Index>()),
    ) {
        let data: Vec<u8> = maps().iter().flat_map(|weight| weight.to_le_bytes()).collect();
        let header = r#"{"x":{"dtype":"F64","shape":[2,3,2,2],"data_offsets":[0,192]}}"#;
        let (mut file, format) = if as_npy {
            (npy("<f8", "False", "(2, 3, 2, 2)", &data), Format::Npy)
        } else {
            (safetensors(header, &data), Format::Safetensors)
        };
        for (place, byte) in changes {
            let place = place.index(file.len());
            file[place] = byte;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
            prop_assert!(locality().measure_reader(Cursor::new(file), format).is_err());
        } else if let Ok(report) = locality().measure_reader(Cursor::new(file), format) {
            prop_assert!(!report.heads.is_empty());
        }
    }
}
