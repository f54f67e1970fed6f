//! The safetensors header.

use std::collections::BTreeMap;

use safetensors::tensor::{Dtype, TensorInfo};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::files::encoder::EncodeError;
use crate::files::safetensors::array_header::SafetensorsHeader;
use crate::files::safetensors::{HEADER_BYTES, TENSOR};

/// The header's JSON.
///
/// `safetensors::tensor::Metadata` would keep the metadata in a hash map and
/// write it in another order each time.
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

impl SafetensorsHeader {
    /// The header of a file with tensors of these names, types and shapes: its
    /// length, its JSON with the metadata sorted by key, and spaces up to a
    /// multiple of 8 bytes. The bytes of the tensors follow it, in the order
    /// given, without gaps. The same arguments give the same bytes.
    ///
    /// Names must differ. With the widest types first, all tensors are aligned.
    ///
    /// ```
    /// use orders_core::files::SafetensorsHeader;
    /// use safetensors::tensor::Dtype;
    ///
    /// let mut file = SafetensorsHeader::encode(&Default::default(), &[
    ///     ("tokens", Dtype::U16, &[1, 2]),
    ///     ("labels", Dtype::U8, &[1]),
    /// ])?;
    /// file.extend([1, 0, 2, 0, 9]);
    /// let header = SafetensorsHeader::read(&mut &file[..], file.len() as u64)?;
    /// assert_eq!(header.tensor("labels").expect("it is there").shape, [1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`EncodeError::TensorTooLarge`] if a tensor has more bytes than memory
    /// has addresses or no whole number of them,
    /// [`EncodeError::MetadataTooLarge`] if the readers would refuse the header.
    pub fn encode(
        metadata: &BTreeMap<String, String>,
        tensors: &[(&str, Dtype, &[usize])],
    ) -> Result<Vec<u8>, EncodeError> {
        let mut infos = Vec::new();
        let mut end = 0_usize;
        for &(name, dtype, shape) in tensors {
            let start = end;
            // Bits may be more than addresses where bytes are not.
            end = shape
                .iter()
                .try_fold(dtype.bitsize() as u128, |bits, &side| {
                    bits.checked_mul(side as u128)
                })
                .filter(|bits| bits % 8 == 0)
                .and_then(|bits| usize::try_from(bits / 8).ok())
                .and_then(|bytes| start.checked_add(bytes))
                .ok_or_else(|| EncodeError::TensorTooLarge { name: name.into() })?;
            let info = TensorInfo {
                dtype,
                shape: shape.to_vec(),
                data_offsets: (start, end),
            };
            infos.push((name, info));
        }
        let json = serde_json::to_vec(&Header {
            metadata,
            tensors: &infos,
        })
        .map_err(EncodeError::Metadata)?;
        let length = json.len().next_multiple_of(8);
        if length > HEADER_BYTES {
            return Err(EncodeError::MetadataTooLarge {
                bytes: length,
                limit: HEADER_BYTES,
            });
        }
        let mut header = (length as u64).to_le_bytes().to_vec();
        header.extend_from_slice(&json);
        header.resize(8 + length, b' ');
        Ok(header)
    }
}

/// The header of a file with one tensor of orders.
pub(in crate::files) fn header(
    narrow: bool,
    count: u64,
    cells: usize,
    metadata: &BTreeMap<String, String>,
) -> Result<Vec<u8>, EncodeError> {
    let dtype = if narrow { Dtype::U16 } else { Dtype::U32 };
    let too_large = || EncodeError::TooLarge { count, cells };
    let rows = usize::try_from(count).map_err(|_| too_large())?;
    SafetensorsHeader::encode(metadata, &[(TENSOR, dtype, &[rows, cells])]).map_err(|error| {
        match error {
            EncodeError::TensorTooLarge { .. } => too_large(),
            error => error,
        }
    })
}
