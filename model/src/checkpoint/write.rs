//! Safetensors files, byte for byte the same each time.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use candle_core::{DType, Tensor, WithDType};
use half::{bf16, f16};
use orders_arrays::{Element, ElementType, HeaderError, safetensors_header};
use orders_core::files::{OutputError, OutputFile};

use super::elements::BLOCK_BYTES;

/// Writes tensors as a safetensors file: those with the largest elements first,
/// so that each is aligned, then by name. `metadata` says how it was made.
///
/// The same tensors give the same bytes. O(bytes) time; memory is that of one
/// tensor.
///
/// # Errors
///
/// [`SaveError::ElementType`] for types that safetensors files of this program
/// don't have, [`SaveError::Write`] and [`SaveError::Device`] if a tensor can't
/// be written or read.
pub fn write_safetensors(
    out: &mut impl Write,
    tensors: &BTreeMap<String, Tensor>,
    metadata: &BTreeMap<String, String>,
) -> Result<(), SaveError> {
    let mut ordered: Vec<(&String, &Tensor)> = tensors.iter().collect();
    ordered.sort_by_key(|(_, tensor)| std::cmp::Reverse(tensor.dtype().size_in_bytes()));
    let mut infos = Vec::with_capacity(ordered.len());
    let mut writers = Vec::with_capacity(ordered.len());
    for (name, tensor) in ordered {
        let (element, writer) = by_type(tensor.dtype()).ok_or_else(|| SaveError::ElementType {
            name: name.clone(),
            found: tensor.dtype(),
        })?;
        infos.push((name.as_str(), element, tensor.dims()));
        writers.push((writer, tensor));
    }
    let header = safetensors_header(metadata, &infos)?;
    out.write_all(&header).map_err(SaveError::Write)?;
    for (write, tensor) in writers {
        write(out, tensor)?;
    }
    Ok(())
}

/// Writes tensors to a safetensors file that appears whole or not at all; see
/// [`write_safetensors`]. A file that is there already is replaced only with
/// `overwrite`.
///
/// # Errors
///
/// Those of [`write_safetensors`], and [`SaveError::Output`].
pub fn save_safetensors(
    path: &Path,
    tensors: &BTreeMap<String, Tensor>,
    metadata: &BTreeMap<String, String>,
    overwrite: bool,
) -> Result<(), SaveError> {
    let mut file = OutputFile::create(path)?;
    write_safetensors(&mut file, tensors, metadata)?;
    file.finish()?.persist(overwrite)?;
    Ok(())
}

type Writer<W> = fn(&mut W, &Tensor) -> Result<(), SaveError>;

/// What a type is in files, and what writes its elements.
fn by_type<W: Write>(dtype: DType) -> Option<(ElementType, Writer<W>)> {
    Some(match dtype {
        DType::U8 => (ElementType::U8, write_as::<W, u8>),
        DType::U32 => (ElementType::U32, write_as::<W, u32>),
        DType::I16 => (ElementType::I16, write_as::<W, i16>),
        DType::I32 => (ElementType::I32, write_as::<W, i32>),
        DType::I64 => (ElementType::I64, write_as::<W, i64>),
        DType::F16 => (ElementType::F16, write_as::<W, f16>),
        DType::BF16 => (ElementType::Bf16, write_as::<W, bf16>),
        DType::F32 => (ElementType::F32, write_as::<W, f32>),
        DType::F64 => (ElementType::F64, write_as::<W, f64>),
        _ => return None,
    })
}

fn write_as<W: Write, T: Element + WithDType>(
    out: &mut W,
    tensor: &Tensor,
) -> Result<(), SaveError> {
    let elements = tensor.flatten_all().and_then(|tensor| tensor.to_vec1());
    let elements: Vec<T> = elements.map_err(SaveError::Device)?;
    let mut bytes = Vec::new();
    for block in elements.chunks(BLOCK_BYTES / size_of::<T>()) {
        bytes.clear();
        for &element in block {
            element.append_le(&mut bytes);
        }
        out.write_all(&bytes).map_err(SaveError::Write)?;
    }
    Ok(())
}

/// Why tensors can't be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SaveError {
    /// A type of element that is not written.
    #[error("tensor {name} has elements of type {found:?}, which is not supported")]
    ElementType {
        /// The tensor.
        name: String,
        /// Its type.
        found: DType,
    },
    /// The header can't be made.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The bytes can't be written.
    #[error("the tensors can't be written")]
    Write(#[source] io::Error),
    /// A tensor can't be had from its device.
    #[error("a tensor can't be had from its device")]
    Device(#[source] candle_core::Error),
    /// The file can't be made.
    #[error(transparent)]
    Output(#[from] OutputError),
}
