//! Safetensors files of many tensors.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use candle_core::{Device, Tensor, WithDType};
use half::{bf16, f16};
use orders_arrays::{Array, Element, ElementType, SafetensorsFile};

use super::error::{Fault, Malformed};

type Content = (BTreeMap<String, Tensor>, BTreeMap<String, String>);

/// Reads a file. Whole numbers of 16 bits become wider: candle has no tensors of
/// them.
pub(super) fn read(file: impl Read + Seek, device: &Device) -> Result<Content, Fault> {
    let mut file = SafetensorsFile::open(file)?;
    let mut tensors = BTreeMap::new();
    for name in file.names() {
        let Some(array) = file.array(&name) else {
            continue;
        };
        let tensor = match array.element_type() {
            Some(ElementType::F64) => tensor::<f64>(array, device),
            Some(ElementType::F32) => tensor::<f32>(array, device),
            Some(ElementType::F16) => tensor::<f16>(array, device),
            Some(ElementType::Bf16) => tensor::<bf16>(array, device),
            Some(ElementType::I64) => tensor::<i64>(array, device),
            Some(ElementType::I32) => tensor::<i32>(array, device),
            Some(ElementType::I16) => tensor::<i16>(array, device),
            Some(ElementType::U32 | ElementType::U16) => tensor::<u32>(array, device),
            Some(ElementType::U8) => tensor::<u8>(array, device),
            Some(ElementType::Bool) => {
                let shape = array.shape().to_vec();
                let values: Vec<bool> = array.entries()?.read_all()?;
                let values = values.into_iter().map(u8::from).collect();
                Ok(Tensor::from_vec::<_, u8>(values, shape, device)?)
            }
            _ => Err(Malformed::ElementType {
                name: name.clone(),
                found: array.type_name(),
            }
            .into()),
        }?;
        tensors.insert(name, tensor);
    }
    Ok((tensors, file.metadata()))
}

fn tensor<T: Element + WithDType>(
    array: Array<impl Read + Seek>,
    device: &Device,
) -> Result<Tensor, Fault> {
    let shape = array.shape().to_vec();
    let elements: Vec<T> = array.entries()?.read_all()?;
    Ok(Tensor::from_vec(elements, shape, device)?)
}
