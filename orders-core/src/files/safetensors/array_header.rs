//! What stands before the tensors of a `.safetensors` file.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{self, Read};

use safetensors::tensor::{Metadata, TensorInfo};

use crate::files::excerpt::excerpt;
use crate::files::matrix::read_block;
use crate::files::read_error::{Malformed, ReadError};
use crate::files::safetensors::HEADER_BYTES;

/// The header of any `.safetensors` file, for those who read tensors that are
/// not orders.
///
/// Its tensors lie one after the other, and the file is as long as all of them.
/// That each has the bytes which its shape and type take is for the reader to
/// check, before anything is allocated.
///
/// ```
/// use orders_core::files::SafetensorsHeader;
///
/// let text = br#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
/// let mut file = (text.len() as u64).to_le_bytes().to_vec();
/// file.extend(text);
/// file.extend([0; 8]);
///
/// let header = SafetensorsHeader::read(&mut &file[..], file.len() as u64)?;
/// assert_eq!(header.data_at(), 8 + text.len() as u64);
/// assert_eq!(header.tensor("b").expect("the only one").shape, [2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SafetensorsHeader {
    metadata: Metadata,
    data_at: u64,
}

impl SafetensorsHeader {
    /// Reads the header of a file of `length` bytes, and leaves `source` where the
    /// tensors begin. A header has at most 1 MiB. O(bytes) time and memory.
    ///
    /// # Errors
    ///
    /// [`ReadError::Malformed`] at the first fault, which may be that the file
    /// is not as long as its tensors; [`ReadError::Io`] if reading fails.
    pub fn read(source: &mut impl Read, length: u64) -> Result<Self, ReadError<Infallible>> {
        let mut header_bytes = [0; 8];
        read_block(source, 0, length, &mut header_bytes)?;
        let header_bytes = u64::from_le_bytes(header_bytes);
        if header_bytes > HEADER_BYTES as u64 {
            return Err(Malformed::HeaderTooLong {
                bytes: header_bytes,
                limit: HEADER_BYTES as u64,
            }
            .into());
        }
        let mut header = vec![0; header_bytes as usize];
        read_block(source, 8, length, &mut header)?;
        // Checks that the tensors lie one after the other from offset 0 on, each
        // with the bytes that its shape and type take, without overflow.
        let metadata: Metadata =
            serde_json::from_slice(&header).map_err(|error| Malformed::SafetensorsHeader {
                reason: excerpt(&error.to_string()),
            })?;
        let data_at = 8 + header_bytes;
        let needed = data_at.saturating_add(metadata.data_len() as u64);
        if length < needed {
            return Err(Malformed::Truncated { length, needed }.into());
        }
        if length > needed {
            return Err(Malformed::TrailingBytes { length, needed }.into());
        }
        Ok(Self { metadata, data_at })
    }

    /// Where the tensors begin, in bytes from the start of the file.
    pub fn data_at(&self) -> u64 {
        self.data_at
    }

    /// What the file says of itself, by name; empty if it says nothing.
    pub fn metadata(&self) -> BTreeMap<String, String> {
        let metadata = self.metadata.metadata().iter().flatten();
        metadata
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// Number of tensors.
    pub fn tensors(&self) -> usize {
        self.metadata.offset_keys().len()
    }

    /// The names of all tensors, in the order in which they lie in the file.
    pub fn names(&self) -> Vec<String> {
        self.metadata.offset_keys()
    }

    /// The tensor of a name.
    pub fn named(&self, name: &str) -> Option<&TensorInfo> {
        self.metadata.info(name)
    }

    /// The tensor of a name, or the only one there is.
    pub fn tensor(&self, name: &str) -> Option<&TensorInfo> {
        self.metadata.info(name).or_else(|| {
            let names = self.metadata.offset_keys();
            match &names[..] {
                [only] => self.metadata.info(only),
                _ => None,
            }
        })
    }

    /// Reads over the tensors before this one, from where they begin: the source
    /// need not be a file.
    ///
    /// # Errors
    ///
    /// What reading gives, and [`io::ErrorKind::UnexpectedEof`] if the source
    /// ends before.
    pub fn skip_to(tensor: &TensorInfo, source: &mut impl Read) -> io::Result<()> {
        let before = tensor.data_offsets.0 as u64;
        let skipped = io::copy(&mut source.by_ref().take(before), &mut io::sink())?;
        if skipped < before {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}
