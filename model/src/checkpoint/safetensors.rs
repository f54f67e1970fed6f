//! Safetensors files of many tensors.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use candle_core::{Device, Tensor, WithDType};
use half::{bf16, f16};
use orders_arrays::{Array, Element, ElementType, SafetensorsFile, excerpt};

use super::error::Fault;
use super::names::unwrapped;
use super::note::CheckpointNote;

/// A file whose header has been read.
pub(super) struct TensorsFile<R> {
    file: SafetensorsFile<R>,
    /// The names of the tensors, and what the file calls them.
    names: BTreeMap<String, String>,
}

impl<R: Read + Seek> TensorsFile<R> {
    /// Opens a file.
    pub(super) fn open(source: R, notes: &mut Vec<CheckpointNote>) -> Result<Self, Fault> {
        let mut file = SafetensorsFile::open(source)?;
        let mut names = BTreeMap::new();
        let mut passed_over = Vec::new();
        for name in file.names() {
            let Some(array) = file.array(&name) else {
                continue;
            };
            match array.element_type() {
                None | Some(ElementType::U64 | ElementType::I8) => {
                    let kind = array.type_name();
                    passed_over.push(format!("{} (a tensor of {kind})", excerpt(&name)));
                }
                Some(_) => {
                    names.insert(name.clone(), name);
                }
            }
        }
        if !passed_over.is_empty() {
            notes.push(CheckpointNote::PassedOver(passed_over));
        }
        Ok(Self {
            file,
            names: unwrapped(names, notes),
        })
    }

    /// What the file says of itself.
    pub(super) fn metadata(&self) -> BTreeMap<String, String> {
        self.file.metadata()
    }

    /// Reads the tensors. Whole numbers of 16 bits become wider: candle has no tensors of
    /// them.
    pub(super) fn read(mut self, device: &Device) -> Result<BTreeMap<String, Tensor>, Fault> {
        let mut tensors = BTreeMap::new();
        for (name, in_file) in self.names {
            let Some(array) = self.file.array(&in_file) else {
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
                // Passed over.
                None | Some(ElementType::U64 | ElementType::I8) => continue,
            }?;
            tensors.insert(name, tensor);
        }
        Ok(tensors)
    }
}

fn tensor<T: Element + WithDType>(
    array: Array<impl Read + Seek>,
    device: &Device,
) -> Result<Tensor, Fault> {
    let shape = array.shape().to_vec();
    let elements: Vec<T> = array.entries()?.read_all()?;
    Ok(Tensor::from_vec(elements, shape, device)?)
}
