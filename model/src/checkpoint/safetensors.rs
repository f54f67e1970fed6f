//! Safetensors files of many tensors.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Seek, SeekFrom};

use ::safetensors::Dtype;
use candle_core::{Device, Tensor};
use half::{bf16, f16};
use orders_core::files::{ReadError, SafetensorsHeader};

use super::elements::{Element, read_elements};
use super::error::Malformed;
use super::read::Fault;

type Content = (BTreeMap<String, Tensor>, BTreeMap<String, String>);

/// Reads a file of `length` bytes. That each tensor has the bytes which shape
/// and type take, and all of them those of the file, is checked with the header.
pub(super) fn read(file: impl Read + Seek, length: u64, device: &Device) -> Result<Content, Fault> {
    let mut source = BufReader::new(file);
    let header = SafetensorsHeader::read(&mut source, length).map_err(|error| match error {
        ReadError::Io(error) => Fault::Io(error),
        ReadError::Malformed(malformed) => Malformed::Header {
            reason: malformed.to_string(),
        }
        .into(),
        ReadError::Take(never) => match never {},
    })?;
    let mut tensors = BTreeMap::new();
    for name in header.names() {
        let Some(info) = header.named(&name) else {
            continue;
        };
        let place = header.data_at() + info.data_offsets.0 as u64;
        source.seek(SeekFrom::Start(place))?;
        let shape = &info.shape;
        let tensor = match info.dtype {
            Dtype::F64 => tensor::<f64>(&mut source, shape, device),
            Dtype::F32 => tensor::<f32>(&mut source, shape, device),
            Dtype::F16 => tensor::<f16>(&mut source, shape, device),
            Dtype::BF16 => tensor::<bf16>(&mut source, shape, device),
            Dtype::I64 => tensor::<i64>(&mut source, shape, device),
            Dtype::I32 => tensor::<i32>(&mut source, shape, device),
            Dtype::I16 => tensor::<i16>(&mut source, shape, device),
            Dtype::U16 => tensor_of_u16(&mut source, shape, device),
            Dtype::U32 => tensor::<u32>(&mut source, shape, device),
            Dtype::U8 | Dtype::BOOL => tensor::<u8>(&mut source, shape, device),
            other => Err(Malformed::ElementType {
                name: name.clone(),
                found: other.to_string(),
            }
            .into()),
        }?;
        tensors.insert(name, tensor);
    }
    Ok((tensors, header.metadata()))
}

fn tensor<T: Element>(
    source: &mut impl Read,
    shape: &[usize],
    device: &Device,
) -> Result<Tensor, Fault> {
    // The header's reader has multiplied the same without overflow.
    let elements: Vec<T> = read_elements(source, shape.iter().product())?;
    Ok(Tensor::from_vec(elements, shape, device)?)
}

/// 16-bit whole numbers as 32-bit ones: candle has no tensors of the former.
fn tensor_of_u16(
    source: &mut impl Read,
    shape: &[usize],
    device: &Device,
) -> Result<Tensor, Fault> {
    let bytes: Vec<u8> = read_elements(source, 2 * shape.iter().product::<usize>())?;
    let (numbers, _) = bytes.as_chunks();
    let numbers = numbers.iter().map(|&number| u16::from_le_bytes(number));
    let numbers: Vec<u32> = numbers.map(u32::from).collect();
    Ok(Tensor::from_vec(numbers, shape, device)?)
}
