//! Files of named tensors.

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::ops::Range;

use safetensors::tensor::{Metadata, TensorInfo};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::array::{Array, check_length, extent, header_bytes};
use crate::element::ElementType;
use crate::error::{ArrayError, HeaderError, excerpt};

/// The longest header that is written or read. The format itself allows 100 MB,
/// which takes gigabytes to parse.
const HEADER_BYTES: usize = 1 << 24;

/// A `.safetensors` file whose header has been read.
///
/// Its tensors lie one after the other, each has the bytes that its shape and
/// type take, and the file is as long as all of them.
///
/// ```
/// use orders_arrays::{ElementType, SafetensorsFile, safetensors_header};
/// use std::io::Cursor;
///
/// let tensors = [
///     ("tokens", ElementType::U16, &[1, 2][..]),
///     ("labels", ElementType::U8, &[1]),
/// ];
/// let metadata = [("made by".to_owned(), "hand".to_owned())].into();
/// let mut file = safetensors_header(&metadata, &tensors)?;
/// file.extend([1, 0, 2, 0, 9]);
///
/// let mut file = SafetensorsFile::open(Cursor::new(file))?;
/// assert_eq!(file.metadata(), metadata);
/// let labels = file.array("labels").expect("it is there");
/// assert_eq!(labels.entries::<u32>()?.read_all()?, [9]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SafetensorsFile<R> {
    source: R,
    metadata: Metadata,
    file_at: u64,
    /// Where the tensors begin in the file.
    data_at: u64,
}

impl<R: Read + Seek> SafetensorsFile<R> {
    /// Reads the header, of at most 1 MiB, of a file that goes from where `source`
    /// stands to its end. O(bytes of the header) time and memory.
    ///
    /// # Errors
    ///
    /// [`ArrayError`] at the first fault, which may be that the file is not as
    /// long as its tensors.
    pub fn open(mut source: R) -> Result<Self, ArrayError> {
        let (file_at, length) = extent(&mut source)?;
        let bytes = header_bytes(&mut source, 0, 8, length)?;
        let (lengths, _) = bytes.as_chunks();
        let bytes = lengths
            .first()
            .map_or(0, |&bytes| u64::from_le_bytes(bytes));
        if bytes > HEADER_BYTES as u64 {
            return Err(ArrayError::HeaderTooLong {
                bytes,
                limit: HEADER_BYTES as u64,
            });
        }
        let header = header_bytes(&mut source, 8, bytes as usize, length)?;
        // Checks that the tensors lie one after the other from offset 0 on, each
        // with the bytes that its shape and type take, without overflow.
        let metadata: Metadata =
            serde_json::from_slice(&header).map_err(|error| ArrayError::SafetensorsHeader {
                reason: excerpt(&error.to_string()),
            })?;
        let data_at = 8 + bytes;
        let needed = data_at.saturating_add(metadata.data_len() as u64);
        check_length(&None, length, needed)?;
        Ok(Self {
            source,
            metadata,
            file_at,
            data_at,
        })
    }

    /// What the file says of itself, by name; empty if it says nothing.
    pub fn metadata(&self) -> BTreeMap<String, String> {
        let metadata = self.metadata.metadata().iter().flatten();
        metadata
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// The names of all tensors, in the order in which they lie in the file.
    pub fn names(&self) -> Vec<String> {
        self.metadata.offset_keys()
    }

    /// Whether there is a tensor of this name.
    pub fn has(&self, name: &str) -> bool {
        self.metadata.info(name).is_some()
    }

    /// The tensor of a name, if there is one.
    pub fn array(&mut self, name: &str) -> Option<Array<&mut R>> {
        let info = self.metadata.info(name)?;
        let (start, end) = info.data_offsets;
        Some(Array {
            name: Some(excerpt(name)),
            type_name: info.dtype.to_string(),
            element: ElementType::from_safetensors(info.dtype).map(|element| (element, false)),
            fortran_order: false,
            shape: info.shape.clone(),
            file_at: self.file_at,
            data: (self.data_at + start as u64, self.data_at + end as u64),
            source: &mut self.source,
        })
    }

    /// A stretch of the tensor of a name along its first dimension, if there is one: rows
    /// that it does not have are left out, and nothing of the others is read.
    pub fn rows(&mut self, name: &str, rows: Range<usize>) -> Option<Array<&mut R>> {
        let mut array = self.array(name)?;
        if let Some(count) = array.shape.first_mut().filter(|count| **count > 0) {
            let (start, end) = array.data;
            // The header's check says that the bytes are those of so many rows.
            let bytes = (end - start) / *count as u64;
            let last = rows.end.min(*count);
            let first = rows.start.min(last);
            *count = last - first;
            let at = |row: usize| start + bytes * row as u64;
            array.data = (at(first), at(last));
        }
        Some(array)
    }

    /// The tensor of a name, or the only one there is.
    ///
    /// # Errors
    ///
    /// [`ArrayError::NoTensor`] if there are others, or none.
    pub fn array_or_only(&mut self, name: &'static str) -> Result<Array<&mut R>, ArrayError> {
        let names = self.names();
        let found = match &names[..] {
            [only] => only,
            _ => name,
        };
        self.array(found).ok_or(ArrayError::NoTensor {
            name,
            tensors: names.len(),
        })
    }
}

/// The header's JSON.
///
/// [`Metadata`] would keep the words in a hash map and write them in another
/// order each time.
struct Header<'a> {
    metadata: &'a BTreeMap<String, String>,
    tensors: &'a [(&'a str, TensorInfo)],
}

impl Serialize for Header<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.metadata.is_empty() {
            map.serialize_entry("__metadata__", self.metadata)?;
        }
        for (name, info) in self.tensors {
            map.serialize_entry(name, info)?;
        }
        map.end()
    }
}

/// The start of a `.safetensors` file with tensors of these names, types and
/// shapes: the length of its JSON, the JSON with the metadata sorted by key, and
/// spaces up to a multiple of 8 bytes. The bytes of the tensors follow it, in the
/// order given, without gaps. The same arguments give the same bytes.
///
/// Names must differ. With the widest types first, all tensors are aligned.
///
/// # Errors
///
/// [`HeaderError::TensorTooLarge`] if a tensor has more bytes than memory has
/// addresses, [`HeaderError::TooLong`] if the readers would refuse the header.
pub fn safetensors_header(
    metadata: &BTreeMap<String, String>,
    tensors: &[(&str, ElementType, &[usize])],
) -> Result<Vec<u8>, HeaderError> {
    let mut infos = Vec::new();
    let mut end = 0_usize;
    for &(name, element, shape) in tensors {
        let start = end;
        end = shape
            .iter()
            .try_fold(element.bytes(), |bytes, &side| bytes.checked_mul(side))
            .and_then(|bytes| start.checked_add(bytes))
            .ok_or_else(|| HeaderError::TensorTooLarge { name: name.into() })?;
        let info = TensorInfo {
            dtype: element.dtype(),
            shape: shape.to_vec(),
            data_offsets: (start, end),
        };
        infos.push((name, info));
    }
    let json = serde_json::to_vec(&Header {
        metadata,
        tensors: &infos,
    })
    .map_err(|error| HeaderError::Json(error.into()))?;
    let length = json.len().next_multiple_of(8);
    if length > HEADER_BYTES {
        return Err(HeaderError::TooLong {
            bytes: length,
            limit: HEADER_BYTES,
        });
    }
    let mut header = (length as u64).to_le_bytes().to_vec();
    header.extend_from_slice(&json);
    header.resize(8 + length, b' ');
    Ok(header)
}
