//! The zip files of `torch.save`: `NAME/data.pkl` and `NAME/data/KEY` for each
//! storage, none of them compressed.

use std::io::{self, BufReader, Read};

use ::zip::read::ZipFile;
use ::zip::result::ZipError;
use ::zip::{CompressionMethod, ZipArchive};
use fs_err::File;

use super::error::{Fault, Malformed};
use super::note::CheckpointNote;
use super::pickle::{Machine, Storage};
use super::select::select;
use super::torch::{MOST_PICKLE_BYTES, Storages, TorchFile, pickle_fault, storage_bytes};

/// The name of the pickle, in the only folder.
const PICKLE: &str = "data.pkl";

type Archive = ZipArchive<BufReader<File>>;

/// Opens a zip file of `length` bytes.
pub(super) fn open(
    file: File,
    length: u64,
    key: Option<&str>,
    notes: &mut Vec<CheckpointNote>,
) -> Result<TorchFile, Fault> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(zip_fault)?;
    let folder = folder(&archive)?;
    check_byte_order(&mut archive, &folder)?;
    let pickle = small_entry(&mut archive, &format!("{folder}{PICKLE}"))?;
    let mut machine = Machine::default();
    let (root, _) = machine
        .run(&pickle)
        .map_err(|error| pickle_fault(0, error))?;
    drop(pickle);
    let selected = select(&machine.heap, &root, key, notes)?;
    let storages = ZipStorages {
        archive,
        folder,
        left: length,
    };
    Ok(TorchFile {
        heap: machine.heap,
        selected,
        storages: Box::new(storages),
        length,
    })
}

struct ZipStorages {
    archive: Archive,
    folder: String,
    /// Bytes that may still be read: entries that overlap would give more than
    /// there are.
    left: u64,
}

impl Storages for ZipStorages {
    fn read(
        &mut self,
        storage: &Storage,
        read: &mut dyn FnMut(&mut dyn Read) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let name = format!("{}data/{}", self.folder, storage.key);
        let mut entry = entry(&mut self.archive, &name)?;
        let (found, expected) = (entry.size(), storage_bytes(storage));
        if found != expected || found > self.left {
            return Err(Malformed::StorageLength {
                key: storage.key.to_string(),
                found: found.min(self.left),
                expected,
            }
            .into());
        }
        self.left -= found;
        read(&mut entry).map_err(content_fault)?;
        // The checksum is held against the content at the very end.
        let rest = entry
            .read(&mut [0])
            .map_err(|error| content_fault(error.into()))?;
        debug_assert_eq!(rest, 0);
        Ok(())
    }
}

/// The folder of the pickle, with its slash.
fn folder(archive: &Archive) -> Result<String, Malformed> {
    let missing = || Malformed::NoEntry(PICKLE.into());
    archive
        .file_names_raw()
        .filter_map(|name| std::str::from_utf8(name).ok()?.strip_suffix(PICKLE))
        // What a system put beside the files when it packed them anew.
        .filter(|folder| !folder.starts_with("__MACOSX/"))
        .find(|folder| folder.is_empty() || folder.find('/') == Some(folder.len() - 1))
        .map(str::to_owned)
        .ok_or_else(missing)
}

/// Files from PyTorch 2.1 on say how their numbers lie.
fn check_byte_order(archive: &mut Archive, folder: &str) -> Result<(), Fault> {
    let name = format!("{folder}byteorder");
    if archive.index_for_name_raw(name.as_bytes()).is_none() {
        return Ok(());
    }
    let order = small_entry(archive, &name)?;
    if order == b"little" {
        return Ok(());
    }
    let order: String = String::from_utf8_lossy(&order).chars().take(20).collect();
    Err(Malformed::ByteOrder(order).into())
}

/// An entry that lies in the file as it is.
fn entry<'a>(archive: &'a mut Archive, name: &str) -> Result<ZipFile<'a, BufReader<File>>, Fault> {
    let entry = match archive.index_for_name_raw(name.as_bytes()) {
        Some(index) => archive.by_index(index).map_err(zip_fault)?,
        None => return Err(Malformed::NoEntry(name.into()).into()),
    };
    let as_it_is = entry.compression() == CompressionMethod::Stored && !entry.encrypted();
    if !as_it_is || entry.size() != entry.compressed_size() {
        return Err(Malformed::Packed(name.into()).into());
    }
    Ok(entry)
}

/// The content of an entry that is read into memory: the pickle.
fn small_entry(archive: &mut Archive, name: &str) -> Result<Vec<u8>, Fault> {
    let mut entry = entry(archive, name)?;
    if entry.size() > MOST_PICKLE_BYTES {
        return Err(Malformed::PickleTooLong {
            bytes: entry.size(),
            limit: MOST_PICKLE_BYTES,
        }
        .into());
    }
    let mut content = Vec::new();
    entry
        .by_ref()
        .take(MOST_PICKLE_BYTES)
        .read_to_end(&mut content)
        .map_err(|error| content_fault(error.into()))?;
    Ok(content)
}

fn zip_fault(error: ZipError) -> Fault {
    match error {
        ZipError::Io(error) => content_fault(error.into()),
        error => broken(&error),
    }
}

/// The library's words can hold names out of the file.
fn broken(error: &dyn std::error::Error) -> Fault {
    let reason = error.to_string().chars().take(200).collect();
    Malformed::Zip(reason).into()
}

/// What reading gives if the content is wrong, such as a checksum.
fn content_fault(fault: Fault) -> Fault {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match fault {
        Fault::Io(error) if matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof) => {
            broken(&error)
        }
        fault => fault,
    }
}
