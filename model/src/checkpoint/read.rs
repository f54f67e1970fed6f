//! Any checkpoint.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use fs_err::File;
use orders_core::files::open_regular;

use super::error::{CheckpointError, Fault, Malformed};
use super::note::CheckpointNote;
use super::safetensors::TensorsFile;
use super::torch::{TorchFile, read_tensors};
use super::{legacy, zip};

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
        open_regular(path)?.take(16).read_to_end(&mut start)?;
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
#[non_exhaustive]
pub struct Checkpoint {
    /// The format of the file.
    pub format: CheckpointFormat,
    /// The tensors by name, with the element types of the file; u16 become u32.
    pub tensors: BTreeMap<String, Tensor>,
    /// What a safetensors file says of itself; empty for the others.
    pub metadata: BTreeMap<String, String>,
    /// What should be known of how it was read.
    pub notes: Vec<CheckpointNote>,
}

/// A checkpoint of any format whose tensors are known, but not read.
///
/// A file of `torch.save` holds dictionaries within dictionaries. A key says
/// which of them has the tensors: `model`, or `training/model` for one within
/// another. Without it, that is what lies at `model`, `state_dict`, `model_state_dict`,
/// `module` or `net`, else the outermost dictionary if it has tensors, else the only one in it
/// that has. Beside that one there may be a few tensors without a dot in their names, such as
/// the state of a random generator.
///
/// Dictionaries below the one that is read are flattened: their names are joined by dots.
/// What lies beside it, such as the state of an optimiser, is not read; what lies in it and is
/// no tensor, or one of a type that is not read, is passed over. In safetensors there are no
/// dictionaries, and the key is not looked at.
///
/// What all names begin with, if it is of wrappers (`module.`, `_orig_mod.`, `model.`,
/// `net.`), is left out.
pub struct CheckpointFile {
    path: PathBuf,
    content: Content,
    /// The format of the file.
    pub format: CheckpointFormat,
    /// What a safetensors file says of itself; empty for the others.
    pub metadata: BTreeMap<String, String>,
    /// What should be known of how it is read.
    pub notes: Vec<CheckpointNote>,
}

enum Content {
    Torch(Box<TorchFile>),
    Safetensors(Box<TensorsFile<File>>),
}

impl CheckpointFile {
    /// Reads all but the tensors. O(bytes of the header or of the pickle).
    ///
    /// # Errors
    ///
    /// [`CheckpointError`], which names the file and the fault.
    pub fn open(path: &Path, key: Option<&str>) -> Result<Self, CheckpointError> {
        Self::open_at(path, key).map_err(|fault| fault.at(path))
    }

    fn open_at(path: &Path, key: Option<&str>) -> Result<Self, Fault> {
        let mut file = File::from_parts(open_regular(path)?, path);
        let length = file.metadata()?.len();
        let mut start = Vec::new();
        file.by_ref().take(16).read_to_end(&mut start)?;
        file.rewind()?;
        let format = CheckpointFormat::of(&start).ok_or(Malformed::Format)?;
        let (mut notes, mut metadata) = (Vec::new(), BTreeMap::new());
        let content = match format {
            CheckpointFormat::TorchZip => {
                Content::Torch(Box::new(zip::open(file, length, key, &mut notes)?))
            }
            CheckpointFormat::TorchPickle => {
                Content::Torch(Box::new(legacy::open(file, length, key, &mut notes)?))
            }
            CheckpointFormat::Safetensors => {
                let file = TensorsFile::open(file, &mut notes)?;
                metadata = file.metadata();
                Content::Safetensors(Box::new(file))
            }
        };
        Ok(Self {
            path: path.into(),
            content,
            format,
            metadata,
            notes,
        })
    }

    /// Reads the tensors. O(bytes read) time; memory is that of the tensors and, where
    /// several are views of one storage, of that storage.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn read(self, device: &Device) -> Result<Checkpoint, CheckpointError> {
        let tensors = match self.content {
            Content::Torch(file) => read_tensors(*file, device),
            Content::Safetensors(file) => file.read(device),
        };
        Ok(Checkpoint {
            format: self.format,
            tensors: tensors.map_err(|fault| fault.at(&self.path))?,
            metadata: self.metadata,
            notes: self.notes,
        })
    }
}

/// Reads the tensors of a checkpoint of any format; see [`CheckpointFile`].
///
/// # Errors
///
/// [`CheckpointError`], which names the file and the fault.
pub fn read_checkpoint(
    path: &Path,
    key: Option<&str>,
    device: &Device,
) -> Result<Checkpoint, CheckpointError> {
    CheckpointFile::open(path, key)?.read(device)
}

/// Reads the tensors of a safetensors file from its bytes.
///
/// # Errors
///
/// [`CheckpointError`] as for a file, which is called `name`.
pub(crate) fn read_bytes(bytes: &[u8], name: &str) -> Result<Checkpoint, CheckpointError> {
    let read = || -> Result<Checkpoint, Fault> {
        let mut notes = Vec::new();
        let file = TensorsFile::open(io::Cursor::new(bytes), &mut notes)?;
        Ok(Checkpoint {
            format: CheckpointFormat::Safetensors,
            metadata: file.metadata(),
            tensors: file.read(&Device::Cpu)?,
            notes,
        })
    };
    read().map_err(|fault| fault.at(Path::new(name)))
}
