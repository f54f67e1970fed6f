//! What is refused, rule by rule, and what is still taken.

use std::convert::Infallible;
use std::io::Cursor;

use orders_arrays::ArrayError;
use orders_core::files::{
    Format, Limits, Malformed, ReadError, ReadFileError, read_order_file, read_orders,
};

use crate::{decode, decode_within, npy, npy_array, safetensors};

/// Asserts that each file is refused, with a message that has this in it.
#[track_caller]
fn refused<F: AsRef<[u8]>>(format: Format, files: &[(F, &str)]) {
    for (file, part) in files {
        let shown = String::from_utf8_lossy(file.as_ref());
        let shown = &shown[..shown.len().min(200)];
        match decode(format, file.as_ref()) {
            Ok(read) => panic!("{format} {shown:?} was read: {read:?}"),
            Err(error) => {
                let message = error.to_string();
                assert!(message.contains(part), "{shown:?}: {message}");
            }
        }
    }
}

#[test]
fn json_that_is_no_list_of_rows_of_cells() {
    refused(
        Format::Json,
        &[
            ("", "the file is empty"),
            (" \n", "ends in order 0"),
            ("\u{feff}[[1]]", r"byte 0 is '\xef'"),
            ("[[0,1],[1,0.5]]", "entry 1 of order 1 is 0.5;"),
            ("[[1.0]]", "entry 0 of order 0 is 1.0;"),
            ("[[1e2]]", "entry 0 of order 0 is 100.0;"),
            ("[[0,-1]]", "entry 1 of order 0 is -1;"),
            ("[[-0]]", "entry 0 of order 0 is -0.0;"),
            ("[[4294967296]]", "is 4294967296;"),
            ("[[18446744073709551615]]", "is 18446744073709551615;"),
            ("[[18446744073709551616]]", "is 1.8446744073709552e19;"),
            ("[[1e400]]", "number out of range"),
            ("[[[0]]]", "entry 0 of order 0 is a list;"),
            ("[[0,[1]]]", "entry 1 of order 0 is a list;"),
            ("[[0],1]", "order 1 is a number"),
            ("[0,[1]]", "entry 1 of order 0 is a list;"),
            ("[0,1.5]", "entry 1 of order 0 is 1.5;"),
            ("[-1]", "entry 0 of order 0 is -1;"),
            ("[0,1", "ends in order 0"),
            ("[0,1]]", "behind the list"),
            ("12", "the JSON is a number"),
            ("[[\"0\"]]", "byte 2 is '\\\"'"),
            ("[[0,null]]", "byte 4 is 'n'"),
            ("[[true]]", "byte 2 is 't'"),
            ("{\"orders\":[[0]]}", "byte 0 is '{'"),
            ("[[NaN]]", "byte 2 is 'N'"),
            (
                "[[0,1],[0]]",
                "order 1 has 1 entries, but the orders before it have 2",
            ),
            ("[[0,1],[1,0],[0,1,2,3]]", "order 2 has 4 entries"),
            ("[[]]", "order 0 has no entries"),
            ("[[0],[]]", "order 1 has no entries"),
            ("[", "ends in order 0"),
            ("[[0", "ends in order 0"),
            ("[[0],", "ends in order 1"),
            ("[[0,1],[1,0]", "without the closing brackets"),
            ("[[0]]]", "behind the list"),
            ("[[0]] x", "behind the list"),
            ("[[0]][[0]]", "behind the list"),
            ("[[0]],", "behind the list"),
            ("[[0],]", "trailing comma"),
            ("[[0,]]", "trailing comma"),
            ("[[0 1]]", "malformed in order 0"),
            ("[[00]]", "malformed in order 0"),
            ("[[0][0]]", "malformed"),
            ("[[+1]]", "malformed"),
            ("[[0x1]]", "byte 3 is 'x'"),
            ("[,[0]]", "malformed"),
        ],
    );
    let digits = format!("[[0,{}]]", "1".repeat(100_000));
    refused(
        Format::Json,
        &[(digits, "entry 1 of order 0 is a number of more than 32")],
    );
}

#[test]
fn json_is_read_as_python_reads_it() {
    let (summary, rows) =
        decode(Format::Json, b" [\n [ 1 ,\t0 ] ,\r\n[4294967295,7]]\n\n").unwrap();
    assert_eq!(rows, [[1, 0], [u32::MAX, 7]]);
    assert_eq!((summary.count, summary.cells), (2, 2));
    let (summary, rows) = decode(Format::Json, b"[ 2, 0,1 ]\n").unwrap();
    assert_eq!((summary.count, rows), (1, vec![vec![2, 0, 1]]));
    let (summary, _) = decode(Format::Json, b"[ ]\n").unwrap();
    assert_eq!((summary.count, summary.cells), (0, 0));
}

#[test]
fn numpy_files_that_have_no_rows_of_cells() {
    let array = npy_array;
    let version_2 = |length: u32| {
        let mut file = b"\x93NUMPY\x02\x00".to_vec();
        file.extend_from_slice(&length.to_le_bytes());
        file
    };
    refused(
        Format::Npy,
        &[
            (vec![], "the file is empty"),
            (b"[[0]]".to_vec(), "is no .npy file"),
            (b"\x93NUMPY".to_vec(), "is no .npy file"),
            (b"\x93NUMPZ\x01\x00\x00\x00".to_vec(), "is no .npy file"),
            (b"\x93NUMPY\x01\x00".to_vec(), "at least 10"),
            (b"\x93NUMPY\x04\x00\x00\x00".to_vec(), "is of version 4.0"),
            (b"\x93NUMPY\x01\x01\x00\x00".to_vec(), "is of version 1.1"),
            (b"\x93NUMPY\x01\x00\xff\xff{}".to_vec(), "at least 65545"),
            (version_2(u32::MAX), "4294967295 bytes; at most 65536"),
            (npy("{}", b""), "'descr', 'fortran_order' and 'shape'"),
            (npy(&"(".repeat(60_000), b""), "malformed at byte 0"),
            (npy(&"{".repeat(60_000), b""), "malformed at byte 1"),
            (array("'<f4'", "(1, 1)", &[0; 4]), "type '<f4'; integers"),
            (array("'|b1'", "(1, 1)", &[0]), "type '|b1'"),
            (array("'|O'", "(1, 1)", &[0]), "type '|O'"),
            (array("'<u3'", "(1, 1)", &[0; 3]), "type '<u3'"),
            (array("'|u2'", "(1, 1)", &[0; 2]), "type '|u2'"),
            (array("'=u2'", "(1, 1)", &[0; 2]), "type '=u2'"),
            (array("''", "(1, 1)", &[0; 2]), "type ''"),
            (array("[('a', '<u2')]", "(1, 1)", &[0; 2]), "records"),
            (array("'<u2'", "(0,)", b""), "order 0 has no entries"),
            (array("'<u2'", "()", &[0; 2]), "0 dimensions"),
            (array("'<u2'", "(1, 2, 2)", &[0; 8]), "3 dimensions"),
            (array("'<u2'", "(2, 0)", b""), "order 0 has no entries"),
            (
                array("'<u2'", "(2, 2)", &[0; 7]),
                "bytes, but by its header",
            ),
            (array("'<u2'", "(2, 2)", &[0; 9]), "it ends after"),
            (
                array("'<u2'", "(1099511627776, 1024)", &[0; 8]),
                "at least 2251799813685",
            ),
            (
                array("'<u2'", "(4294967296, 4294967296)", b""),
                "larger than any file",
            ),
            (
                array("'<u2'", "(1, 18446744073709551615)", b""),
                "larger than any file",
            ),
            (
                array("'<u8'", "(2, 1152921504606846976)", b""),
                "larger than any file",
            ),
            (array("'<u2'", "(1, 16777217)", b""), "at most 16777216"),
            (array("'<u2'", "(0, 16777217)", b""), "at most 16777216"),
            (
                array("'<i2'", "(2, 1)", &[0, 0, 0xff, 0xff]),
                "entry 0 of order 1 is -1;",
            ),
            (
                array("'>i2'", "(1, 2)", &[0, 0, 0xff, 0xfe]),
                "entry 1 of order 0 is -2;",
            ),
            (
                array("'<u8'", "(1, 1)", &[0, 0, 0, 0, 1, 0, 0, 0]),
                "is 4294967296;",
            ),
            (
                array("'<u8'", "(1, 1)", &[0xff; 8]),
                "is 18446744073709551615;",
            ),
            (array("'|i1'", "(1, 1)", &[0x80]), "is -128;"),
        ],
    );
}

#[test]
fn numpy_files_of_any_integer_type_are_read() {
    for (descr, bytes) in [
        ("'|u1'", &[3, 0, 5, 7][..]),
        ("'<i1'", &[3, 0, 5, 7]),
        ("'<u2'", &[3, 0, 0, 0, 5, 0, 7, 0]),
        ("'>u2'", &[0, 3, 0, 0, 0, 5, 0, 7]),
        ("'<i4'", &[3, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 7, 0, 0, 0]),
        ("'>i4'", &[0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 7]),
    ] {
        let (_, rows) = decode(Format::Npy, &npy_array(descr, "(2, 2)", bytes)).unwrap();
        assert_eq!(rows, [[3, 0], [5, 7]], "{descr}");
    }
    let wide: Vec<u8> = [3_i64, 0, 5, 7]
        .into_iter()
        .flat_map(i64::to_le_bytes)
        .collect();
    let (_, rows) = decode(Format::Npy, &npy_array("'<i8'", "(2, 2)", &wide)).unwrap();
    assert_eq!(rows, [[3, 0], [5, 7]]);

    let text = "{'shape': (1, 2), 'descr': '|u1', 'fortran_order': False}";
    for version in [2, 3] {
        let mut file = vec![0x93, b'N', b'U', b'M', b'P', b'Y', version, 0];
        file.extend_from_slice(&(text.len() as u32).to_le_bytes());
        file.extend_from_slice(text.as_bytes());
        file.extend_from_slice(&[1, 0]);
        assert_eq!(decode(Format::Npy, &file).unwrap().1, [[1, 0]]);
    }
    let (summary, _) = decode(Format::Npy, &npy_array("'<u2'", "(0, 0)", b"")).unwrap();
    assert_eq!((summary.count, summary.cells), (0, 0));
}

#[test]
fn one_order_and_fortran_order_are_read() {
    let c = include_bytes!("cases/c.npy");
    let (summary, rows) = decode(Format::Npy, c).unwrap();
    assert_eq!((summary.count, summary.cells), (5, 16));
    let fortran = decode(Format::Npy, include_bytes!("cases/fortran.npy")).unwrap();
    assert_eq!(fortran, (summary, rows.clone()));
    let (summary, one) = decode(Format::Json, include_bytes!("cases/one.json")).unwrap();
    assert_eq!((summary.count, summary.cells), (1, 16));
    assert_eq!(one, rows[..1]);

    let one = npy_array("'|u1'", "(3,)", &[2, 0, 1]);
    assert_eq!(decode(Format::Npy, &one).unwrap().1, [[2, 0, 1]]);
    let header = r#"{"orders":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#;
    let one = safetensors(header, &[2, 0, 1]);
    assert_eq!(decode(Format::Safetensors, &one).unwrap().1, [[2, 0, 1]]);
}

#[test]
fn safetensors_that_have_no_rows_of_cells() {
    let one = |dtype: &str, shape: &str, end: u64, data: &[u8]| {
        let header = format!(
            r#"{{"orders":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[0,{end}]}}}}"#
        );
        safetensors(&header, data)
    };
    let length = |length: u64| length.to_le_bytes().to_vec();
    let two = r#"{"a":{"dtype":"U8","shape":[1,1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1,1],"data_offsets":[1,2]}}"#;
    let gap = r#"{"orders":{"dtype":"U8","shape":[1,1],"data_offsets":[1,2]}}"#;
    let overlap = r#"{"orders":{"dtype":"U8","shape":[1,2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1,2],"data_offsets":[1,3]}}"#;
    let backwards = r#"{"orders":{"dtype":"U8","shape":[1,1],"data_offsets":[5,4]}}"#;
    let deep = format!("{{\"orders\":{}", "[".repeat(10_000));
    refused(
        Format::Safetensors,
        &[
            (vec![], "the file is empty"),
            (vec![0; 7], "at least 8"),
            (length(0), "header is malformed"),
            (length(100), "at least 108"),
            (
                length(u64::from(u32::MAX)),
                "4294967295 bytes; at most 16777216",
            ),
            (length(u64::MAX), "18446744073709551615 bytes; at most"),
            (
                safetensors("{}", b""),
                "0 tensors and none is named 'orders'",
            ),
            (safetensors("[]", b""), "header is malformed"),
            (
                safetensors("{\"orders\":\u{1}}", b""),
                "header is malformed",
            ),
            (safetensors(&deep, b""), "header is malformed"),
            (safetensors(two, &[0; 2]), "2 tensors and none"),
            (safetensors(gap, &[0; 2]), "header is malformed"),
            (safetensors(overlap, &[0; 3]), "header is malformed"),
            (safetensors(backwards, &[0; 4]), "header is malformed"),
            (one("U16", "[2,2]", 7, &[0; 7]), "header is malformed"),
            (
                one("U16", "[4294967296,4294967296]", 8, &[0; 8]),
                "header is malformed",
            ),
            (one("U7", "[1,1]", 1, &[0]), "header is malformed"),
            (one("U16", "[-1,1]", 2, &[0; 2]), "header is malformed"),
            (one("U16", "[2,2]", 8, &[0; 7]), "it has at least"),
            (one("U16", "[2,2]", 8, &[0; 9]), "it ends after"),
            (
                one("U16", "[1099511627776,1024]", 1 << 51, &[0; 8]),
                "it has at least",
            ),
            (one("U16", "[0,16777217]", 0, b""), "at most 16777216"),
            (one("U16", "[3,0]", 0, b""), "order 0 has no entries"),
            (one("U16", "[1,2,2]", 8, &[0; 8]), "3 dimensions"),
            (one("F16", "[2,2]", 8, &[0; 8]), "type 'F16'; integers"),
            (one("BOOL", "[2,2]", 4, &[0; 4]), "type 'BOOL'"),
            (
                one("I8", "[2,2]", 4, &[0, 0, 0, 0xff]),
                "entry 1 of order 1 is -1;",
            ),
            (
                one("U64", "[1,1]", 8, &[0xff; 8]),
                "is 18446744073709551615;",
            ),
        ],
    );
}

#[test]
fn the_right_tensor_is_read() {
    let named = r#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"orders":{"dtype":"U8","shape":[2,2],"data_offsets":[4,8]},"z":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}"#;
    let file = safetensors(named, &[9, 9, 9, 9, 1, 0, 0, 1, 9]);
    assert_eq!(
        decode(Format::Safetensors, &file).unwrap().1,
        [[1, 0], [0, 1]]
    );
    let only = r#"{"anything":{"dtype":"I64","shape":[1,1],"data_offsets":[0,8]}}"#;
    let file = safetensors(only, &[0; 8]);
    assert_eq!(decode(Format::Safetensors, &file).unwrap().1, [[0]]);
}

#[test]
fn limits_hold_in_every_format() {
    let json = b"[[2,0,1],[1,2,0]]".to_vec();
    let npy = npy_array("'|u1'", "(2, 3)", &[2, 0, 1, 1, 2, 0]);
    let header = r#"{"orders":{"dtype":"U8","shape":[2,3],"data_offsets":[0,6]}}"#;
    let tensors = safetensors(header, &[2, 0, 1, 1, 2, 0]);
    for (format, file) in Format::ALL.into_iter().zip([json, npy, tensors]) {
        let within = |rows, cells| decode_within(&Limits { rows, cells }, format, &file);
        assert!(within(2, 3).is_ok(), "{format}");
        assert!(matches!(
            within(1, 3),
            Err(Malformed::TooManyRows { limit: 1 })
        ));
        assert!(matches!(
            within(2, 2),
            Err(Malformed::TooManyCells { limit: 2 })
        ));
    }
}

#[test]
fn reading_ends_where_the_caller_says() {
    for (format, file) in [
        (Format::Json, b"[[0],[0],[0,0]]".to_vec()),
        (Format::Npy, npy_array("'|i1'", "(3, 1)", &[0, 0, 0xff])),
    ] {
        let read = read_orders(Cursor::new(file), format, &Limits::default(), |index, _| {
            if index == 1 { Err("enough") } else { Ok(()) }
        });
        assert!(matches!(read, Err(ReadError::Take("enough"))), "{format}");
    }
}

#[test]
fn reading_begins_where_the_source_stands() {
    let mut source = Cursor::new(b"xx[[0]]");
    source.set_position(2);
    let take = |_: u64, _: &[u32]| Ok::<(), Infallible>(());
    let read = read_orders(source, Format::Json, &Limits::default(), take).unwrap();
    assert_eq!(read.count, 1);
}

#[test]
fn errors_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| {
        let take = |_: u64, _: &[u32]| Ok::<(), Infallible>(());
        read_order_file(folder.path().join(name), &Limits::default(), take).unwrap_err()
    };
    assert!(matches!(read("a.txt"), ReadFileError::Format(_)));
    let missing = read("missing.json");
    assert!(matches!(missing, ReadFileError::Open(_)));
    assert!(missing.to_string().contains("missing.json"), "{missing}");
    fs_err::write(folder.path().join("bad.npy"), b"[[0]]").unwrap();
    let bad = read("bad.npy");
    assert!(bad.to_string().contains("bad.npy"), "{bad}");
    let cause =
        ReadError::<Infallible>::Malformed(Malformed::Array(ArrayError::NotNpy)).to_string();
    assert_eq!(std::error::Error::source(&bad).unwrap().to_string(), cause);
}
