//! The safetensors header.

use std::collections::BTreeMap;

use safetensors::tensor::{Dtype, TensorInfo};
use serde::Serialize;

use crate::files::encoder::EncodeError;
use crate::files::safetensors::HEADER_BYTES;

/// The header's JSON.
///
/// `safetensors::tensor::Metadata` would keep the metadata in a hash map and
/// write it in another order each time.
#[derive(Serialize)]
struct Header<'a> {
    #[serde(rename = "__metadata__", skip_serializing_if = "BTreeMap::is_empty")]
    metadata: &'a BTreeMap<String, String>,
    /// Named as [`TENSOR`](super::TENSOR) says.
    orders: TensorInfo,
}

/// The header of a file with one tensor: its length, its JSON, and spaces up
/// to a multiple of 8 bytes.
pub(in crate::files) fn header(
    narrow: bool,
    count: u64,
    cells: usize,
    metadata: &BTreeMap<String, String>,
) -> Result<Vec<u8>, EncodeError> {
    let (dtype, width) = if narrow {
        (Dtype::U16, 2)
    } else {
        (Dtype::U32, 4)
    };
    let too_large = || EncodeError::TooLarge { count, cells };
    let rows = usize::try_from(count).map_err(|_| too_large())?;
    let bytes = rows
        .checked_mul(cells)
        .and_then(|entries| entries.checked_mul(width))
        .ok_or_else(too_large)?;
    let json = serde_json::to_vec(&Header {
        metadata,
        orders: TensorInfo {
            dtype,
            shape: vec![rows, cells],
            data_offsets: (0, bytes),
        },
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
