//! Files that were damaged, and files that were made to do damage: they are read
//! or refused, without a panic, and what is read is no longer than the file.

use std::io::Cursor;

use orders_arrays::{ArrayError, Element, NpzFile, SafetensorsFile, open_npy};
use proptest::prelude::*;
use zip::CompressionMethod;

use crate::{npy, npy_array, safetensors, zip};

/// The most that an array of an archive may take.
const LIMIT: u64 = 1 << 16;

#[derive(Clone, Copy, Debug)]
enum Format {
    Npy,
    Npz,
    Safetensors,
}

/// The bytes of the array `a`, or the only one, read as `T`.
fn read<T: Element>(format: Format, file: &[u8]) -> Result<Vec<T>, ArrayError> {
    let source = Cursor::new(file);
    match format {
        Format::Npy => open_npy(source)?.entries()?.read_all(),
        Format::Safetensors => {
            let mut file = SafetensorsFile::open(source)?;
            file.array_or_only("a")?.entries()?.read_all()
        }
        Format::Npz => match NpzFile::open(source)?.array("a", LIMIT)? {
            Some(array) => array.entries()?.read_all(),
            None => Ok(Vec::new()),
        },
    }
}

/// Asserts that each file is refused, with a message that has this in it.
#[track_caller]
fn refused(format: Format, files: &[(Vec<u8>, &str)]) {
    for (file, part) in files {
        let shown = file[..file.len().min(100)].escape_ascii();
        match read::<u32>(format, file) {
            Ok(values) => panic!("{format:?} {shown} was read: {values:?}"),
            Err(error) => {
                let message = error.to_string();
                assert!(message.contains(part), "{shown}: {message}");
                // The message can be printed.
                assert!(message.len() < 1500, "{shown}: {message}");
                assert!(!message.contains(char::is_control), "{shown}: {message}");
            }
        }
    }
}

#[test]
fn npy_files_that_break_the_rules() {
    let array = |descr: &str, shape: &str, data: &[u8]| npy_array(descr, "False", shape, data);
    let start = |bytes: &[u8]| [b"\x93NUMPY", bytes].concat();
    let nested = |open: &str| open.repeat(10_000);
    refused(
        Format::Npy,
        &[
            (vec![], "the file is empty"),
            (b"[[0]]".to_vec(), "is no .npy file"),
            (start(b""), "is no .npy file"),
            (b"\x93NUMPZ\x01\x00\x00\x00".to_vec(), "is no .npy file"),
            (start(b"\x01\x00"), "at least 10"),
            (start(b"\x04\x00\x00\x00"), "is of version 4.0"),
            (start(b"\x01\x01\x00\x00"), "is of version 1.1"),
            (start(b"\xff\xff\xff\xff"), "is of version 255.255"),
            (start(b"\x01\x00\xff\xff{}"), "at least 65545"),
            (
                start(b"\x02\x00\xff\xff\xff\xff"),
                "4294967295 bytes; at most 65536",
            ),
            (start(b"\x03\x00\x00\x00\x01\x00"), "at least 65548"),
            (npy("{}", b""), "'descr', 'fortran_order' and 'shape'"),
            (npy(&nested("("), b""), "malformed at byte 0"),
            (npy(&nested("{"), b""), "malformed at byte 1"),
            (npy(&nested("["), b""), "malformed at byte 0"),
            (npy(&"{'descr':".repeat(7_000), b""), "malformed"),
            (array("'\u{e9}'", "(1,)", &[0]), "ASCII characters"),
            (array("'<f4'", "(1,)", &[0; 4]), "type '<f4'; integers"),
            (array("'|b1'", "(1,)", &[0]), "type '|b1'"),
            (array("'|u2'", "(1,)", &[0; 2]), "type '|u2'"),
            (
                array("'<u18446744073709551616'", "(1,)", &[0]),
                "type '<u184",
            ),
            (array("'<'", "(1,)", &[0]), "type '<'"),
            (
                array(&format!("'{}'", nested("u")), "(1,)", &[0]),
                "uuu...'",
            ),
            (array("[('a', '<u2')]", "(1,)", &[0; 2]), "records"),
            (array(&nested("["), "(1,)", b""), "records"),
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
                "4294967296 x 4294967296 entries is larger than any file",
            ),
            (
                array("'<u8'", "(2305843009213693952,)", b""),
                "larger than any",
            ),
            (
                array("'|u1'", "(18446744073709551615,)", b""),
                "at least 1844",
            ),
            (
                array("'<u2'", "(18446744073709551616,)", b""),
                "fits 64 bits",
            ),
            (
                array("'<u2'", &format!("({})", nested("1,")), b""),
                "at most 64",
            ),
            (array("'|u1'", "(0, 2)", &[0]), "it ends after"),
            (
                array("'<i2'", "(2,)", &[0, 0, 0xff, 0xff]),
                "entry 1 is -1;",
            ),
            (
                array("'<u8'", "(1,)", &[0xff; 8]),
                "is 18446744073709551615;",
            ),
        ],
    );
}

#[test]
fn safetensors_files_that_break_the_rules() {
    let length = |length: u64| length.to_le_bytes().to_vec();
    let tensors = |header: &str| safetensors(header, &[0; 16]);
    let tensor = |dtype: &str, shape: &str, offsets: &str| {
        tensors(&format!(
            r#"{{"a":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}"#
        ))
    };
    let nested = |open: &str| open.repeat(10_000);
    let two = r#"{"b":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"c":{"dtype":"U8","shape":[8],"data_offsets":[8,16]}}"#;
    let malformed = "header is malformed";
    refused(
        Format::Safetensors,
        &[
            (vec![], "the file is empty"),
            (vec![0; 7], "at least 8"),
            (vec![0xff; 8], "bytes; at most 16777216"),
            (length(0), malformed),
            (length(100), "at least 108"),
            (length(u64::MAX - 7), "bytes; at most 16777216"),
            (safetensors("{}", b""), "0 tensors and none is named 'a'"),
            (tensors("{}"), "it ends after"),
            (tensors(two), "2 tensors and none"),
            (tensors(&nested("[")), malformed),
            (tensors("{\"a\":\u{1}}"), malformed),
            (
                tensors(&format!("{{\"__metadata__\":{}", nested("{\"a\":"))),
                malformed,
            ),
            (
                tensors(&format!(
                    "{{\"__metadata__\":{{\"a\":\"{}",
                    nested("\\u0000")
                )),
                malformed,
            ),
            (tensors("{\"__metadata__\":{\"a\":1}}"), malformed),
            (
                tensor("U8", "[18446744073709551615,2]", "[0,16]"),
                malformed,
            ),
            (tensor("U64", "[2305843009213693952,1]", "[0,0]"), malformed),
            (
                tensor("U8", "[18446744073709551616,1]", "[0,16]"),
                malformed,
            ),
            (
                tensor("U8", "[1,18446744073709551615]", "[0,18446744073709551615]"),
                malformed,
            ),
            (tensor("U8", "[2,8]", "[0,-16]"), malformed),
            (tensor("U8", "[2,8]", "[16,0]"), malformed),
            (
                tensor("U8", "[2,8]", "[18446744073709551600,18446744073709551615]"),
                malformed,
            ),
            (tensor(&nested("\\u001b"), "[2,8]", "[0,16]"), malformed),
            (tensor("F4", "[1,1]", "[0,1]"), malformed),
            (tensor("F4", "[4,8]", "[0,16]"), "type 'F4'"),
            (
                tensor("F16", "[8]", "[0,16]"),
                "entries of 'a' are of type 'F16'; integers",
            ),
            (
                tensor("U8", "[0,18446744073709551615]", "[0,0]"),
                "it ends after",
            ),
        ],
    );
}

#[test]
fn archives_that_break_the_rules() {
    let of = |array: &[u8]| zip(CompressionMethod::Stored, &[("a.npy", array)]);
    let array = npy_array("'|u1'", "False", "(2,)", &[1, 2]);
    let good = of(&array);
    let mut damaged = good.clone();
    let at = damaged.windows(2).rposition(|pair| pair == [1, 2]).unwrap();
    damaged[at] = 7;
    // Zeros that were packed well, and an archive that lies about how well.
    let zeros = npy_array("'|u1'", "False", "(1048576,)", &[0; 1 << 20]);
    let bomb = zip(CompressionMethod::Deflated, &[("a.npy", &zeros)]);
    assert!(bomb.len() < 2000);
    let mut liar = bomb.clone();
    let directory = liar
        .windows(4)
        .rposition(|start| start == b"PK\x01\x02")
        .unwrap();
    liar[directory + 24..][..4].copy_from_slice(&[0xf0; 4]);
    refused(
        Format::Npz,
        &[
            (b"no zip at all".to_vec(), "no readable .npz file"),
            (vec![], "no readable .npz file"),
            (good[..good.len() - 30].to_vec(), "no readable .npz file"),
            (damaged, "no readable .npz file"),
            (bomb, "its array 'a' has over 65536 bytes"),
            (liar, "'a' is said to have 4042322160 bytes, from"),
            (of(b""), "the file is empty"),
            (of(b"nonsense"), "is no .npy file"),
            (
                of(&npy_array("'|u1'", "True", "(9, 9)", &[1])),
                "'a' has 70 bytes, but by its header it has at least 150",
            ),
            (
                of(&npy_array("'<f4'", "False", "(1,)", &[0; 4])),
                "entries of 'a' are of type '<f4'",
            ),
            (
                of(&npy_array("'|i1'", "False", "(1,)", &[0x80])),
                "entry 0 of 'a' is -128;",
            ),
        ],
    );
}

#[test]
fn each_type_is_read_as_few_others() {
    let file = |dtype: &str| {
        let header = format!(r#"{{"a":{{"dtype":"{dtype}","shape":[2],"data_offsets":[0,16]}}}}"#);
        safetensors(&header, &[0; 16])
    };
    let as_floats = read::<f64>(Format::Safetensors, &file("I64")).unwrap_err();
    assert!(as_floats.to_string().contains("float64 are allowed"));
    let as_bytes = read::<u8>(Format::Safetensors, &file("U64")).unwrap_err();
    assert!(as_bytes.to_string().contains("(uint8)"));
    assert!(read::<i64>(Format::Safetensors, &file("U64")).is_err());
    assert_eq!(
        read::<u64>(Format::Safetensors, &file("U64")).unwrap(),
        [0; 2]
    );
}

/// Changes of a file: some bytes from a place on are replaced by others.
fn damage() -> impl Strategy<Value = Vec<(prop::sample::Index, usize, Vec<u8>)>> {
    // Bytes that mean something in one of the formats, and any others.
    let byte = prop_oneof![
        prop::sample::select(b"[](){},:'\"0123456789-.eE \n\\=<>|\xff\x00".to_vec()),
        any::<u8>(),
    ];
    let dropped = prop_oneof![0_usize..4, Just(0), Just(1), Just(1000)];
    let one = (
        any::<prop::sample::Index>(),
        dropped,
        prop::collection::vec(byte, 0..6),
    );
    prop::collection::vec(one, 1..5)
}

/// Reads a file that may be anything. What is read must have been in it.
fn read_whatever(format: Format, file: &[u8]) {
    let most = match format {
        Format::Npz => LIMIT as usize,
        Format::Npy | Format::Safetensors => file.len(),
    };
    if let Ok(values) = read::<u32>(format, file) {
        assert!(values.len() <= most);
    }
    if let Ok(values) = read::<f64>(format, file) {
        assert!(values.len() <= most);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damaged_files_are_read_or_refused(damage in damage(), fortran in any::<bool>()) {
        let order = if fortran { "True" } else { "False" };
        let array = npy_array("'<u2'", order, "(2, 3)", &[7; 12]);
        let header = r#"{"__metadata__":{"k":"v"},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"U16","shape":[2,3],"data_offsets":[4,16]}}"#;
        for (format, mut file) in [
            (Format::Npz, zip(CompressionMethod::Stored, &[("a.npy", &array)])),
            (Format::Npz, zip(CompressionMethod::Deflated, &[("a.npy", &array)])),
            (Format::Npy, array),
            (Format::Safetensors, safetensors(header, &[7; 16])),
        ] {
            for (at, dropped, bytes) in &damage {
                let at = at.index(file.len() + 1);
                let end = file.len().min(at + dropped);
                file.splice(at..end, bytes.iter().copied());
            }
            read_whatever(format, &file);
        }
    }

    #[test]
    fn bytes_of_no_file_are_refused(file in prop::collection::vec(any::<u8>(), 0..64)) {
        for format in [Format::Npy, Format::Npz, Format::Safetensors] {
            read_whatever(format, &file);
        }
    }
}
