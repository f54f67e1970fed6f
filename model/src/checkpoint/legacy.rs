//! The files that `torch.save` wrote before PyTorch 1.6.
//!
//! Five pickles, one after the other: a magic number, a protocol version, what
//! the system was like, the value itself, and the keys of all storages. Then
//! come the storages in the order of the keys, each as its number of elements
//! (8 bytes) and the elements.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

use fs_err::File;

use super::error::{Fault, Malformed, PickleError};
use super::note::CheckpointNote;
use super::pickle::{Machine, Storage, Value};
use super::select::select;
use super::torch::{MOST_PICKLE_BYTES, Storages, TorchFile, pickle_fault, storage_bytes};

/// The pickled magic number, with which these files begin.
pub(super) const START: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
/// The only protocol there ever was.
const PROTOCOL: i64 = 1001;

/// Opens a file of `length` bytes.
pub(super) fn open(
    mut file: File,
    length: u64,
    key: Option<&str>,
    notes: &mut Vec<CheckpointNote>,
) -> Result<TorchFile, Fault> {
    let mut head = Vec::new();
    file.by_ref()
        .take(MOST_PICKLE_BYTES)
        .read_to_end(&mut head)?;
    let mut machine = Machine::default();
    let mut at = 0;
    let mut next = |machine: &mut Machine| -> Result<Value, Malformed> {
        let (value, bytes) = machine.run(&head[at..]).map_err(|error| match error.1 {
            PickleError::Truncated if head.len() as u64 == MOST_PICKLE_BYTES => {
                Malformed::PickleTooLong {
                    bytes: length,
                    limit: MOST_PICKLE_BYTES,
                }
            }
            _ => pickle_fault(at, error),
        })?;
        at += bytes;
        Ok(value)
    };
    // The magic number is known to be right.
    next(&mut machine)?;
    if next(&mut machine)? != Value::Int(PROTOCOL) {
        return Err(wrong_header("the protocol version").into());
    }
    let system = next(&mut machine)?;
    check_byte_order(&machine, &system)?;
    let root = next(&mut machine)?;
    let keys = next(&mut machine)?;
    let data_at = at as u64;
    drop(head);
    let selected = select(&machine.heap, &root, key, notes)?;
    let storages = LegacyStorages {
        places: places(&mut file, &machine, &keys, data_at, length)?,
        file: BufReader::new(file),
    };
    Ok(TorchFile {
        heap: machine.heap,
        selected,
        storages: Box::new(storages),
        length,
    })
}

struct LegacyStorages {
    file: BufReader<File>,
    /// Where the elements of each storage begin.
    places: BTreeMap<Arc<str>, u64>,
}

impl Storages for LegacyStorages {
    fn read(
        &mut self,
        storage: &Storage,
        read: &mut dyn FnMut(&mut dyn Read) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let place = self.places.get(&storage.key).ok_or(Malformed::Storage {
            key: storage.key.to_string(),
            what: "not in the file",
        })?;
        self.file.seek(SeekFrom::Start(*place))?;
        read(&mut self.file.by_ref().take(storage_bytes(storage)))
    }
}

fn wrong_header(what: &'static str) -> Malformed {
    Malformed::LegacyHeader(what)
}

fn check_byte_order(machine: &Machine, system: &Value) -> Result<(), Malformed> {
    let pairs = machine.heap.dictionary(system);
    let pairs = pairs.ok_or_else(|| wrong_header("the description of the system"))?;
    let is_big = |(key, value): &(Value, Value)| {
        matches!(key, Value::Text(key) if &**key == "little_endian") && *value == Value::Bool(false)
    };
    if pairs.iter().any(is_big) {
        return Err(Malformed::ByteOrder("big".into()));
    }
    Ok(())
}

/// Where the elements of each storage begin; all of them lie within the file.
fn places(
    file: &mut File,
    machine: &Machine,
    keys: &Value,
    data_at: u64,
    length: u64,
) -> Result<BTreeMap<Arc<str>, u64>, Fault> {
    let wrong = || wrong_header("the list of storages");
    let keys = machine.heap.list(keys).ok_or_else(wrong)?;
    let mut places = BTreeMap::new();
    let mut at = data_at;
    for key in keys {
        let storage = match key {
            Value::Text(key) => machine.heap.storage_of(key).ok_or(Malformed::Storage {
                key: key.chars().take(100).collect(),
                what: "not described in the pickle",
            })?,
            _ => return Err(wrong().into()),
        };
        let storage = &machine.heap.storages[storage];
        let begin = at.saturating_add(8);
        let needed = begin.saturating_add(storage_bytes(storage));
        if needed > length {
            return Err(Malformed::Truncated { length, needed }.into());
        }
        let mut numel = [0; 8];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut numel)?;
        let numel = u64::from_le_bytes(numel);
        if numel != storage.numel {
            let bytes = storage.elements.bytes();
            return Err(Malformed::StorageLength {
                key: storage.key.to_string(),
                found: numel.saturating_mul(bytes),
                expected: storage_bytes(storage),
            }
            .into());
        }
        places.insert(storage.key.clone(), begin);
        at = needed;
    }
    Ok(places)
}
