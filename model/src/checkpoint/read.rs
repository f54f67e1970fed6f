//! Any checkpoint.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek};
use std::path::Path;

use candle_core::{Device, Tensor};
use fs_err::File;

use super::error::{CheckpointError, Fault, Malformed};
use super::{legacy, safetensors, zip};

/// The format of a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckpointFormat {
    /// A zip file of `torch.save`, since PyTorch 1.6.
    TorchZip,
    /// A file of pickles of `torch.save`, before that.
    TorchPickle,
    /// Safetensors.
    Safetensors,
}

impl CheckpointFormat {
    /// The format that a file's first bytes show; `None` if it is no
    /// checkpoint's. Whether the rest is well is not looked at.
    ///
    /// # Errors
    ///
    /// What reading gives.
    pub fn of_file(path: &Path) -> io::Result<Option<Self>> {
        let mut start = Vec::new();
        File::open(path)?.take(16).read_to_end(&mut start)?;
        Ok(Self::of(&start))
    }

    fn of(start: &[u8]) -> Option<Self> {
        if start.starts_with(b"PK\x03\x04") {
            Some(Self::TorchZip)
        } else if start.starts_with(legacy::START) {
            Some(Self::TorchPickle)
        } else if start.get(8) == Some(&b'{') {
            Some(Self::Safetensors)
        } else {
            None
        }
    }
}

/// What a checkpoint holds.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// The format of the file.
    pub format: CheckpointFormat,
    /// The tensors by name, with the element types of the file; u16 become u32.
    pub tensors: BTreeMap<String, Tensor>,
    /// What a safetensors file says of itself; empty for the others.
    pub metadata: BTreeMap<String, String>,
}

/// Reads the tensors of a checkpoint of any format.
///
/// A file of `torch.save` holds dictionaries within dictionaries. `key` says
/// which of them has the tensors: `model`, or `training/model` for one within
/// another. Without it, that is the outermost one if it has tensors, else what
/// lies at `model` or `state_dict`, else the only dictionary that has tensors.
/// Dictionaries below that one are flattened: their names are joined by dots.
/// What lies beside it, such as the state of an optimiser, is not read. In
/// safetensors there is no such thing, and `key` is not looked at.
///
/// O(bytes read) time; memory is that of the tensors and, where several are
/// views of one storage, of that storage.
///
/// # Errors
///
/// [`CheckpointError`], which names the file and the fault.
pub fn read_checkpoint(
    path: &Path,
    key: Option<&str>,
    device: &Device,
) -> Result<Checkpoint, CheckpointError> {
    read(path, key, device).map_err(|fault| fault.at(path))
}

/// Reads the tensors of a safetensors file from its bytes.
///
/// # Errors
///
/// [`CheckpointError`] as for a file, which is called `name`.
pub(crate) fn read_bytes(bytes: &[u8], name: &str) -> Result<Checkpoint, CheckpointError> {
    let read = safetensors::read(io::Cursor::new(bytes), &Device::Cpu);
    let (tensors, metadata) = read.map_err(|fault| fault.at(Path::new(name)))?;
    Ok(Checkpoint {
        format: CheckpointFormat::Safetensors,
        tensors,
        metadata,
    })
}

fn read(path: &Path, key: Option<&str>, device: &Device) -> Result<Checkpoint, Fault> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut start = Vec::new();
    file.by_ref().take(16).read_to_end(&mut start)?;
    file.rewind()?;
    let format = CheckpointFormat::of(&start).ok_or(Malformed::Format)?;
    let (tensors, metadata) = match format {
        CheckpointFormat::TorchZip => (zip::read(file, length, key, device)?, BTreeMap::new()),
        CheckpointFormat::TorchPickle => {
            (legacy::read(file, length, key, device)?, BTreeMap::new())
        }
        CheckpointFormat::Safetensors => safetensors::read(file, device)?,
    };
    Ok(Checkpoint {
        format,
        tensors,
        metadata,
    })
}
