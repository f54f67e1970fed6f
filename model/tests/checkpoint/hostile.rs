//! Files that lie. None may panic, run anything or take more memory than the
//! file could fill.

use std::io::Write;

use candle_core::Device;
use orders_model::checkpoint::{CheckpointError, Malformed, PickleError, read_checkpoint};
use proptest::prelude::*;

use crate::files::made_by_torch;

/// Reads bytes as a checkpoint.
fn read(bytes: &[u8]) -> Result<usize, CheckpointError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let checkpoint = read_checkpoint(file.path(), None, &Device::Cpu)?;
    let held: usize = checkpoint
        .tensors
        .values()
        .map(|tensor| tensor.elem_count() * tensor.dtype().size_in_bytes())
        .sum();
    assert!(held <= 4 * bytes.len());
    Ok(checkpoint.tensors.len())
}

/// An old-style file of one pickle and one storage.
fn old_style(pickle: &[u8], storage: &[u8]) -> Vec<u8> {
    let mut file = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.".to_vec();
    file.extend(b"\x80\x02M\xe9\x03.\x80\x02}.");
    file.extend(pickle);
    file.extend(b"\x80\x02]X\x01\x00\x00\x000a.");
    file.extend(storage);
    file
}

/// `{name: tensor}` of a storage with `numel` elements.
fn one_tensor(numel: i32, shape: &[i32], stride: &[i32]) -> Vec<u8> {
    let mut pickle = b"\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n((".to_vec();
    pickle.extend(b"X\x07\x00\x00\x00storagectorch\nFloatStorage\n");
    pickle.extend(b"X\x01\x00\x00\x000X\x03\x00\x00\x00cpuJ");
    pickle.extend(numel.to_le_bytes());
    pickle.extend(b"NtQK\x00");
    for sides in [shape, stride] {
        pickle.push(b'(');
        for side in sides {
            pickle.push(b'J');
            pickle.extend(side.to_le_bytes());
        }
        pickle.push(b't');
    }
    pickle.extend(b"\x89)tRs.");
    pickle
}

fn storage(numel: u64, elements: usize) -> Vec<u8> {
    let mut bytes = numel.to_le_bytes().to_vec();
    bytes.resize(8 + 4 * elements, 0);
    bytes
}

fn malformed(bytes: &[u8]) -> Malformed {
    match read(bytes) {
        Err(CheckpointError::Malformed { source, .. }) => source,
        other => panic!("{other:?}"),
    }
}

fn pickle_error(pickle: &[u8]) -> PickleError {
    match malformed(&old_style(pickle, &storage(4, 4))) {
        Malformed::Pickle { source, .. } => source,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_made_by_hand_is_read() {
    let pickle = one_tensor(4, &[2, 2], &[2, 1]);
    assert_eq!(read(&old_style(&pickle, &storage(4, 4))).unwrap(), 1);
}

#[test]
fn sizes_beyond_the_file_are_refused() {
    // A storage of 8 GB, in a file of some hundred bytes.
    let most = i32::MAX;
    let pickle = one_tensor(most, &[most], &[1]);
    assert!(matches!(
        malformed(&old_style(&pickle, &storage(most as u64, 4))),
        Malformed::Truncated { .. }
    ));
    // The storage's own length differs.
    let pickle = one_tensor(4, &[4], &[1]);
    assert!(matches!(
        malformed(&old_style(&pickle, &storage(u64::MAX, 4))),
        Malformed::StorageLength { .. }
    ));
    assert!(matches!(
        malformed(&old_style(&pickle, &storage(4, 3))),
        Malformed::Truncated { .. }
    ));
}

#[test]
fn tensors_beyond_their_storage_are_refused() {
    for (shape, stride) in [
        (&[5][..], &[1][..]),
        (&[2, 2], &[4, 1]),
        (&[2, 2], &[i32::MAX, i32::MAX]),
        // A byte is not blown up by strides of 0.
        (&[i32::MAX, i32::MAX], &[0, 0]),
        (&[5], &[0]),
        (&[i32::MAX; 10], &[0; 10]),
    ] {
        let error = pickle_error(&one_tensor(4, shape, stride));
        assert!(matches!(error, PickleError::Extent { .. }), "{error:?}");
    }
    for (shape, stride) in [
        (&[-1][..], &[1][..]),
        (&[2], &[-1]),
        (&[2, 2], &[1]),
        (&[1; 17], &[1; 17]),
    ] {
        let error = pickle_error(&one_tensor(4, shape, stride));
        assert!(matches!(error, PickleError::Value(_)), "{error:?}");
    }
}

/// What a name would make is not made, wherever it stands: a tensor beside it is read.
#[test]
fn names_that_run_code_are_names_only() {
    for name in [
        "os\nsystem",
        "builtins\neval",
        "torch\nload",
        "torch.hub\nload",
        "torch\nFloatStorage.__init__",
        "collections\nOrderedDict.fromkeys",
    ] {
        let made = [b"c", name.as_bytes(), b"\n)R"].concat();
        let alone = [b"\x80\x02", &made[..], b"."].concat();
        let error = malformed(&old_style(&alone, &storage(4, 4)));
        assert!(matches!(error, Malformed::Kind { .. }), "{error:?}");
        let mut beside = one_tensor(4, &[4], &[1]);
        beside.pop();
        // Called again, with attributes and items; and in a tuple and a list.
        let what = [&made[..], b")R}bK\x00K\x01sK\x02a"].concat();
        for (before, after) in [("", ""), ("(", "t"), ("]", "a")] {
            beside.extend(b"X\x01\x00\x00\x00x");
            beside.extend(before.as_bytes());
            beside.extend(&what);
            beside.extend(after.as_bytes());
            beside.push(b's');
        }
        beside.push(b'.');
        assert_eq!(
            read(&old_style(&beside, &storage(4, 4))).unwrap(),
            1,
            "{name}"
        );
    }
    // INST, OBJ, EXT1 and PERSID make objects as well.
    for instruction in [b'i', b'o', 0x82, b'P'] {
        let pickle = [0x80, 2, instruction, b'.'];
        assert_eq!(pickle_error(&pickle), PickleError::Instruction(instruction));
    }
}

#[test]
fn lengths_that_lie_are_refused() {
    for pickle in [
        &b"\x80\x02X\xff\xff\xff\xff."[..],
        b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff.",
        b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",
        b"\x80\x02B\xff\xff\xff\x7f.",
        b"\x80\x02\x8a\xff\x00.",
    ] {
        assert_eq!(pickle_error(pickle), PickleError::Truncated);
    }
}

#[test]
fn dictionaries_without_end_are_refused() {
    // d = {}; d["a"] = d
    assert!(matches!(
        malformed(&old_style(
            b"\x80\x02}q\x00X\x05\x00\x00\x00modelh\x00s.",
            &storage(0, 0)
        )),
        Malformed::Storage { .. } | Malformed::NoTensors { .. }
    ));
    // A tensor and itself, without end.
    let mut pickle = one_tensor(4, &[4], &[1]);
    pickle.splice(3..3, *b"q\x09");
    pickle.pop();
    pickle.extend(b"X\x01\x00\x00\x00xh\x09s.");
    assert!(matches!(
        malformed(&old_style(&pickle, &storage(4, 4))),
        Malformed::Depth { .. }
    ));
}

/// A dictionary of many entries under as many keys is looked at once.
#[test]
fn a_dictionary_that_has_many_keys_is_looked_at_once() {
    const COUNT: u32 = 100_000;
    // d = {0: None, 1: None, ...}
    let mut pickle = b"\x80\x02}}q\x00(".to_vec();
    for entry in 0..COUNT {
        pickle.push(b'J');
        pickle.extend(entry.to_le_bytes());
        pickle.push(b'N');
    }
    pickle.push(b'u');
    // {"0": d, "1": d, ...}, made of what lies below it.
    pickle.extend(b"0(");
    for key in 0..COUNT {
        let key = key.to_string();
        pickle.push(b'X');
        pickle.extend((key.len() as u32).to_le_bytes());
        pickle.extend(key.as_bytes());
        pickle.extend(b"h\x00");
    }
    pickle.extend(b"u.");
    assert!(matches!(
        malformed(&old_style(&pickle, &storage(0, 0))),
        Malformed::NoTensors { .. }
    ));
}

#[test]
fn many_views_of_one_storage_take_no_more_than_four_files() {
    let tensor = one_tensor(4096, &[4096], &[1]);
    // The tensor is remembered and set again and again.
    let mut pickle = tensor[..tensor.len() - 2].to_vec();
    pickle.extend(b"q\x07s");
    for name in 0..100_u8 {
        pickle.extend([b'X', 1, 0, 0, 0, name, b'h', 7, b's']);
    }
    pickle.push(b'.');
    assert!(matches!(
        malformed(&old_style(&pickle, &storage(4096, 4096))),
        Malformed::TooLarge { .. }
    ));
}

#[test]
fn a_million_instructions_end_soon() {
    for unit in [&b"}"[..], b"(", b"N", b"]", b")", b"K\x00\x85", b"(t0"] {
        let mut pickle = b"\x80\x02".to_vec();
        pickle.extend(unit.repeat(1_100_000));
        pickle.push(b'.');
        let error = pickle_error(&pickle);
        assert!(matches!(error, PickleError::TooMany { .. }), "{error:?}");
    }
}

/// Changes some bytes, and may cut the file.
fn mutate(mut bytes: Vec<u8>, changes: &[(usize, u8)], cut: Option<usize>) -> Vec<u8> {
    for &(at, byte) in changes {
        let at = at % bytes.len();
        bytes[at] = byte;
    }
    if let Some(cut) = cut {
        bytes.truncate(cut % bytes.len());
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn mutated_files_never_panic(
        file in prop::sample::select(vec!["zip.pth", "old.pth", "plain.pth", "runs_zip.pth"]),
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 0..6),
        cut in prop::option::weighted(0.3, any::<usize>()),
    ) {
        let bytes = fs_err::read(made_by_torch(file)).unwrap();
        // Either is fine; the reader itself checks what it holds.
        let _ = read(&mutate(bytes, &changes, cut));
    }

    #[test]
    fn mutated_pickles_never_panic(
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..8),
    ) {
        let pickle = mutate(one_tensor(4, &[2, 2], &[2, 1]), &changes, None);
        let _ = read(&old_style(&pickle, &storage(4, 4)));
    }
}
